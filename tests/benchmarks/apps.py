"""What a fallback chain costs in the test of an application that uses the fixture ``tarash_simulators``."""

from __future__ import annotations

import statistics
import time

from tarash_core import generate_video
from tarash_core.testing import faults, simulating

CHAIN = ["fal/fal-ai/veo3.1", "replicate/google/veo-3.1"]


def median_seconds(count: int) -> float:
    """The median time of a chain whose head fails; each in a fixture of its own, as in so many tests."""
    spent = []
    for _ in range(count + 1):
        start = time.perf_counter()
        with simulating() as simulators:
            simulators.script("fal", faults.failed())
            response = generate_video(CHAIN, prompt="A red fox in fresh snow")
            assert response.video.read()[4:8] == b"ftyp"
        spent.append(time.perf_counter() - start)
    return statistics.median(spent[1:])
