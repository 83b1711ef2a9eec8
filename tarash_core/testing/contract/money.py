"""Contract: whatever goes wrong, every job bought is answered for."""

from __future__ import annotations

import importlib.util

import pytest
from attrs import evolve

from tarash_core.testing.contract.base import ContractBase
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.samples import Sample
from tarash_core.testing.contract.teaching import broken
from tarash_core.testing.scripts import Target, check_script, script_of


class Money(ContractBase):
    """A share of the fault scripts, each of which counts the money after it."""

    @since(1)
    def test_every_job_bought_is_answered_for(self, sample: Sample) -> None:
        """Lost answers, errors, garbage, timeouts and callers who go away: nothing is bought twice or lost."""
        if sample.config:
            pytest.skip("fault scripts have no config of their own.")
        has_trio = importlib.util.find_spec("trio") is not None
        fields = {name: value for name, value in sample.fields.items() if name != "prompt"}
        target = Target(provider=self.provider.name, model=sample.model, kind=sample.kind or "video", fields=fields)
        for seed in self.fault_scripts:
            script = script_of(seed, [target])
            if script.driver == "trio" and not has_trio:
                script = evolve(script, driver="asyncio")
            try:
                check_script(script)
            except AssertionError as error:
                broken(
                    f"{self.bench.name}: {error}",
                    rule="after any faults, jobs bought = jobs accounted for; nothing untrue is said of the money.",
                    change=f"play it again: check_script(script_of({seed}, [Target(provider=…, model=…)])).",
                    see="money",
                )
