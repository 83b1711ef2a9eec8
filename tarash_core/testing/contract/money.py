"""Contract: whatever goes wrong, every job bought is answered for."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator

import pytest
from attrs import evolve

from tarash_core.catalog.building.samples import URL
from tarash_core.errors import TarashException
from tarash_core.models.job import Kind
from tarash_core.models.plan import Plan
from tarash_core.testing.contract.base import ContractBase, models_of
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.samples import PROMPT, Sample, plan_of
from tarash_core.testing.contract.teaching import broken
from tarash_core.testing.scripts import Target, check_script, picture_of, script_of, table

_MOST_TRIED = 30


class Money(ContractBase):
    """A share of the fault scripts, each of which counts the money after it."""

    @since(1)
    def test_every_job_bought_is_answered_for(self, sample: Sample) -> None:
        """Lost answers, errors, garbage, timeouts and callers who go away: nothing is bought twice or lost."""
        self._play(self._target(sample), self.fault_scripts)

    @since(1)
    def test_uploads_in_trouble_are_answered_for(self) -> None:
        """Every fault of an upload: no job is bought without its input, and none is lost."""
        self.needs("upload")
        sample = next(self._that_upload(), None)
        if sample is None:
            pytest.skip("no living model takes nothing but a prompt and a picture that is uploaded.")
        target = evolve(self._target(evolve(sample, fields={})), upload_model=sample.model)
        self._play(target, (seed for seed, row in enumerate(table()) if row.upload))

    def _target(self, sample: Sample) -> Target:
        return Target(
            provider=self.provider.name,
            model=sample.model,
            kind=sample.kind or "video",
            fields={name: value for name, value in sample.fields.items() if name != "prompt"},
            config=sample.config,
            simulator={**self.simulator_settings, **sample.simulator},
        )

    def _play(self, target: Target, seeds: Iterable[int]) -> None:
        has_trio = importlib.util.find_spec("trio") is not None
        for seed in seeds:
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

    def _that_upload(self) -> Iterator[Sample]:
        """Samples whose picture has to be uploaded: those of the test class first, then the catalogue's."""
        bench = self.bench
        tried = 0
        for sample in self._with_a_picture():
            simulator = bench.simulator(sample)
            tried += 1
            try:
                bench.generate(sample, simulator)
            except TarashException:
                continue
            if simulator.asked("upload"):
                yield sample
            if tried >= _MOST_TRIED:
                return

    def _with_a_picture(self) -> Iterator[Sample]:
        for sample in self.all_samples():
            kind = sample.kind or "video"
            yield evolve(sample, fields=picture_of(kind, self.provider.inline_limit_bytes))
        for model, spec in models_of(self.provider).items():
            kinds: set[Kind] = {way.kind for way in spec.variants}
            for kind in sorted(kinds):
                link = {"first_frame": URL} if kind == "video" else {"image_list": [URL]}
                if isinstance(plan_of(self.provider, model, spec, {"prompt": PROMPT, **link}), Plan):
                    yield Sample(model, kind=kind, fields=picture_of(kind, self.provider.inline_limit_bytes))
