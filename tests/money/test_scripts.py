"""Two thousand scripts of faults, and the money counted after each."""

import gc
import inspect
import os
from types import GeneratorType

import pytest

from tarash_core.testing.scripts import Target, check_script, check_scripts, script_of, table

SCRIPTS = int(os.environ.get("TARASH_FAULT_SCRIPTS", "1850"))
OF_IMAGES = SCRIPTS * 150 // 1850
BATCH = 50


def batches(count: int) -> list[range]:
    return [range(first, min(first + BATCH, count)) for first in range(0, count, BATCH)]


def open_generators() -> list[GeneratorType]:
    """The generators of the package that were begun and neither ended nor closed."""
    gc.collect()
    found = [thing for thing in gc.get_objects() if isinstance(thing, GeneratorType)]
    return [
        generator
        for generator in found
        if "tarash" in generator.gi_code.co_filename and inspect.getgeneratorstate(generator) == inspect.GEN_SUSPENDED
    ]


@pytest.mark.parametrize("seeds", batches(SCRIPTS), ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_every_job_bought_is_answered_for(targets: list[Target], seeds: range) -> None:
    assert check_scripts(targets, seeds) == len(seeds)
    assert open_generators() == []


@pytest.mark.parametrize("seeds", batches(OF_IMAGES), ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_every_image_bought_is_answered_for(seeds: range) -> None:
    # The combinations by chance: they begin behind the table.
    images = [
        Target(provider="replicate", model="black-forest-labs/flux-schnell", kind="image"),
        Target(provider="fal", model="fal-ai/flux-1/dev", kind="image"),
    ]
    after_the_table = range(*(len(table()) * len(images) + end for end in (seeds.start, seeds.stop)))
    assert check_scripts(images, after_the_table) == len(seeds)


def test_the_suite_is_as_large_as_it_says() -> None:
    played = sum(len(seeds) for seeds in (*batches(SCRIPTS), *batches(OF_IMAGES)))
    assert "TARASH_FAULT_SCRIPTS" in os.environ or played == 2000


def test_a_seed_says_all(targets: list[Target]) -> None:
    for seed in (3, 900, 1234):
        assert repr(script_of(seed, targets)) == repr(script_of(seed, targets))


def test_the_scripts_reach_every_driver_target_and_way_of_going_away(targets: list[Target]) -> None:
    scripts = [script_of(seed, targets) for seed in range(SCRIPTS)]
    assert {script.driver for script in scripts} == {"sync", "asyncio", "trio"}
    assert {tuple(target.provider for target in script.chain) for script in scripts} == {
        ("fal",),
        ("replicate",),
        ("fal", "replicate"),
        ("replicate", "fal"),
    }
    assert {script.stop.how for script in scripts if script.stop} == {"cancel", "scope", "hard", "kill", "kill after"}
    assert sum(script.ledger for script in scripts) > 100


def test_a_failing_script_names_its_seed(targets: list[Target], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tarash_core.testing.scripts.violations", lambda world: ["nothing adds up"])
    with pytest.raises(AssertionError, match=r"script 7 ended badly\n- nothing adds up"):
        check_script(script_of(7, targets))
