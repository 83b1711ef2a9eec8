"""What a plan costs: the median over many, for a model of fal's with eight fields."""

from __future__ import annotations

import statistics
import time

from generations import MODEL, REQUEST

from tarash_core import Gateway, VideoGenerationConfig


def median_seconds(count: int) -> float:
    """The median time of ``plan_video``."""
    config, spent = VideoGenerationConfig(provider="fal", model=MODEL), []
    with Gateway() as gateway:
        for _ in range(count + 1):
            start = time.perf_counter()
            gateway.plan_video(config, REQUEST)
            spent.append(time.perf_counter() - start)
    return statistics.median(spent[1:])
