"""Prints what Tarash costs, each figure against a baseline of the same run: ``uv run python tests/benchmarks/run.py``.

``--quick`` takes a few rounds only: enough to see that everything works, too few to believe the figures.
"""

from __future__ import annotations

import argparse

import apps
import commands
import generations
import imports
import plans


def main() -> None:
    """Runs every benchmark and prints its line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few rounds only")
    quick = parser.parse_args().quick
    for line in imports.compare(1 if quick else 20):
        print(line, flush=True)
    for line in commands.compare(1 if quick else 20):
        print(line, flush=True)
    for line in generations.compare(*((1, 2) if quick else (30, 40))):
        print(line, flush=True)
    chain = apps.median_seconds(3 if quick else 200)
    print(f"A fallback chain in an application's test takes {chain * 1e3:.1f} ms (median; wanted: below 50).")
    print(f"A plan for fal's Veo 3.1 takes {plans.median_seconds(10 if quick else 2000) * 1e6:.0f} µs (median).")


if __name__ == "__main__":
    main()
