"""What every benchmark here shares: fair turns for the two sides, and a table of ratios."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """Our cost against a baseline that was measured in the same run.

    Attributes:
        what: What was measured, in words.
        ours: Our cost in seconds.
        baseline: The baseline's cost in seconds.
        target: The ratio that the project wants to stay below; None where the figure is only told.
    """

    what: str
    ours: float
    baseline: float
    target: float | None = None

    @property
    def ratio(self) -> float:
        """How many times the baseline we cost."""
        return self.ours / self.baseline

    def __str__(self) -> str:
        target = f"(target {self.target:g})" if self.target is not None else ""
        return f"{self.what:<58} {self.ratio:6.2f} × {target:<13}{_length(self.ours):>11} : {_length(self.baseline):>9}"


def _length(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"


def cpu_seconds(work: Callable[[int], object], count: int) -> float:
    """CPU time per piece, of all threads of this process, when ``work`` does so many pieces.

    The garbage collector runs as it does in any program, for either side, from a clean start: what a side leaves to be
    collected is part of its cost.
    """
    gc.collect()
    start = time.process_time()
    work(count)
    return (time.process_time() - start) / count


def best_in_turns(
    sides: Mapping[str, Callable[[int], object]], rounds: int, count: int, measure: Callable[..., float] = cpu_seconds
) -> dict[str, float]:
    """The lowest cost of each side; the sides take turns, so that a busy machine is busy for all of them."""
    for work in sides.values():
        work(1)
    best = dict.fromkeys(sides, float("inf"))
    for _ in range(rounds):
        for name, work in sides.items():
            best[name] = min(best[name], measure(work, count))
    return best
