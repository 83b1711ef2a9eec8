"""The time that an import takes in a fresh process, against ``import httpx`` in another."""

from __future__ import annotations

import subprocess
import sys

from measuring import Comparison

BASELINE = "import httpx"
CASES = {
    "import tarash_core": 0.1,
    "from tarash_core import VideoGenerationConfig, VideoGenerationRequest, generate_video": 0.6,
}
_TIMED = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"


def seconds_of(statement: str) -> float:
    """How long a new interpreter takes to carry out an import; its own start does not count."""
    command = [sys.executable, "-c", _TIMED.format(statement)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def compare(rounds: int) -> list[Comparison]:
    """The best of so many processes for each statement, in turns."""
    best = dict.fromkeys((BASELINE, *CASES), float("inf"))
    for _ in range(rounds):
        for statement in best:
            best[statement] = min(best[statement], seconds_of(statement))
    shown = {statement: statement.replace("VideoGenerationConfig, VideoGenerationRequest", "…") for statement in CASES}
    return [Comparison(shown[each], best[each], best[BASELINE], target) for each, target in CASES.items()]
