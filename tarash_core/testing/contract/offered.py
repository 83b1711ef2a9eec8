"""Contract: whatever a provider offers is put to the test, and what was passed over is said."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pytest

from tarash_core.catalog.spec import ModelSpec
from tarash_core.errors import TarashException
from tarash_core.testing.contract.base import ContractBase, models_of
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.teaching import Broken, broken, listed, told

_TRIED_BY: Mapping[str, str] = {
    "cancel": "test_cancel_tells_the_truth",
    "upload": "test_upload_gives_an_address",
    "webhook": "test_callbacks_are_read",
    "schema": "test_schema_is_read",
    "live_models": "test_live_models_are_listed",
}


class Offered(ContractBase):
    """What the vendor publishes of its models, and the list of all that was tried."""

    @since(1)
    def test_schema_is_read(self) -> None:
        """The published schema of a listed model is read as a model with ways to call it."""
        self.needs("schema")
        models = [sample.model for sample in self.all_samples() if sample.model in self.provider.catalog]
        spec = self._asked("schema", self.provider.schema(models[0]))
        if not isinstance(spec, ModelSpec) or not spec.variants:
            broken(
                f"{self.bench.name}.schema({models[0]!r}) returned {spec!r:.120}.",
                rule="schema() asks the vendor what a model takes, and returns a ModelSpec.",
                change="build one of the vendor's document, and let the simulator serve that of a listed model.",
                see="catalogue",
            )

    @since(1)
    def test_live_models_are_listed(self) -> None:
        """The vendor's own list, as its simulator gives it, names models that the catalogue has."""
        self.needs("live_models")
        known = models_of(self.provider).keys()
        found = self._asked("live_models", self.provider.live_models(frozenset(known)))
        ids = [] if isinstance(found, (str, bytes)) or found is None else list(found)
        if not known & {id for id in ids if isinstance(id, str)}:
            broken(
                f"{self.bench.name}.live_models() returned {ids or found!r:.120}.",
                rule="live_models() names the ids that the vendor lists now, as the catalogue writes them.",
                change="return the ids of the vendor's answer, and let the simulator list models of the catalogue.",
                see="catalogue",
            )

    def _asked(self, method: str, steps: Any) -> Any:
        bench, simulator = self.bench, self.bench.simulator()
        result: Any = None
        try:
            result = bench.drive(steps, "schema", simulator)
        except TarashException as error:
            result = told(error)
        if simulator.bought or any(request.effect == "buy" for request in simulator.log):
            broken(
                f'{bench.name}.{method}() sends a request with effect="buy".',
                rule="only submit() buys.",
                change='ask with effect="read", which is the default.',
                see="catalogue",
            )
        return result

    @since(1)
    def test_every_capability_is_exercised(self) -> None:
        """What the provider overrides is tried by a sample at least; the skip reason lists what was not, and why."""
        offered = [name for name in _TRIED_BY if self.provider.can(name)]
        reports = {name: self._tried(_TRIED_BY[name]) for name in offered}
        untried = [f"{name}(): {line}" for name, (was_tried, why) in reports.items() if not was_tried for line in why]
        if untried:
            broken(
                f"{self.bench.name} overrides methods that no sample puts to the test:\n{listed(untried)}",
                rule="whatever a provider says that it can do is done once against its simulator.",
                change="name a model in `samples` that it works with, or leave the method out.",
                see="the-tests",
            )
        absent = ", ".join(name for name in _TRIED_BY if name not in offered)
        missing = [f"not overridden: {absent}"] if absent else []
        missing += [f"{name}() with {line.rstrip('.')}" for name, (_, why) in reports.items() for line in why]
        if missing:
            pytest.skip("; ".join(missing))

    def _tried(self, test: str) -> tuple[bool, list[str]]:
        """Whether a test of a capability was carried out, and with which samples not, and why."""
        method = getattr(self, test)
        asks = "sample" in inspect.signature(method).parameters
        reasons, cases = [], [{"sample": sample} for sample in self.all_samples()] if asks else [{}]
        for given in cases:
            try:
                method(**given)
            except pytest.skip.Exception as skipped:
                reasons.append(f"{given.get('sample', 'the simulator')}: {skipped.msg}")
            except Broken:
                continue  # its own test tells
        return len(reasons) < len(cases), reasons
