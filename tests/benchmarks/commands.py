"""The time that the command takes from its start to its end, against a process that only imports click and rich."""

from __future__ import annotations

import subprocess
import sys
import time

from measuring import Comparison

BASELINE = ("-c", "import click, rich")
CASES = {"tarash --version": ("-m", "tarash_core", "--version"), "tarash --help": ("-m", "tarash_core", "--help")}
TARGET = 2.0


def seconds_of(words: tuple[str, ...]) -> float:
    """How long a new interpreter takes for its whole life."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def compare(rounds: int) -> list[Comparison]:
    """The best of so many processes for each command, in turns."""
    best = dict.fromkeys((BASELINE, *CASES.values()), float("inf"))
    for _ in range(rounds):
        for words in best:
            best[words] = min(best[words], seconds_of(words))
    return [Comparison(name, best[words], best[BASELINE], TARGET) for name, words in CASES.items()]
