"""The same scripts for the direct providers: a share of each one's in the suite, all of them by a variable."""

import os

import pytest

from tarash_core.testing.scripts import Target, check_scripts

from .conftest import DIRECT

EVERY = 1 if "TARASH_FAULT_SCRIPTS" in os.environ else 6
BATCHES = [range(first, first + 150, EVERY) for first in range(0, 600, 150)]


@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
@pytest.mark.parametrize("target", DIRECT, ids=lambda target: target.provider)
def test_every_job_bought_of_a_direct_provider_is_answered_for(target: Target, seeds: range) -> None:
    assert check_scripts([target], seeds) == len(seeds)
