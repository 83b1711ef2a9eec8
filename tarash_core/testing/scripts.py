"""Fault scripts for any provider with a simulator, in one call.

In a plugin's tests: ``check_scripts([Target(provider="acme", model="acme-1")], range(300))``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tarash_core.testing.accounting import violations
from tarash_core.testing.playing import play
from tarash_core.testing.scripting import Script, Target, picture_of, script_of, table

__all__ = ["Script", "Target", "check_script", "check_scripts", "picture_of", "script_of", "table"]


def check_scripts(targets: Sequence[Target], seeds: Iterable[int]) -> int:
    """Plays the scripts of these seeds and counts the money after each.

    Args:
        targets: The models under test; chains are made where there are several.
        seeds: Numbers of scripts; the first ``len(table()) * len(targets)`` are every single fault.

    Returns:
        How many were played.

    Raises:
        AssertionError: A script left something wrong; it names the seed, with which it can be played again.
    """
    scripts = [script_of(seed, targets) for seed in seeds]
    for script in scripts:
        check_script(script)
    return len(scripts)


def check_script(script: Script) -> None:
    """Plays one script and counts the money after it.

    Raises:
        AssertionError: Something is wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        world = play(script, Path(folder))
        found = violations(world)
        if found:
            raised = f"{type(world.raised).__name__}: {world.raised}" if world.raised is not None else "nothing"
            trail = " ".join(f"{e.phase}:{e.status if e.sold is None else 'sold'}" for e in world.trail)
            raise AssertionError(
                "\n- ".join([f"script {script.seed} ended badly", *found, repr(script), raised, trail])
            )
