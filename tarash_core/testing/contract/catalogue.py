"""Contract: the catalogue is data that can be believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tarash_core.catalog.building.endpoint import read_schemas
from tarash_core.catalog.building.held import Held, dead_replacements, held_of
from tarash_core.catalog.building.published import PublishedSource
from tarash_core.catalog.lifecycle import Lifecycle
from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.errors import PluginError
from tarash_core.models.plan import Plan
from tarash_core.testing.contract.base import ContractBase, models_of
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.samples import plan_of, requests_for
from tarash_core.testing.contract.teaching import broken, listed


class Catalogue(ContractBase):
    """Dates with their source, ways that can be asked for, and inputs as they are published."""

    @since(1)
    def test_every_date_has_its_source(self) -> None:
        """Each lifecycle says where it is from and when somebody looked, and its dates are in order."""
        found = [
            f"{model}: {fault}"
            for model, spec in models_of(self.provider).items()
            for life in (spec.lifecycle, *(way.lifecycle for way in spec.variants))
            if life is not None
            for fault in _faults(life)
        ]
        if found:
            broken(
                f"{self.bench.name} has dates that nobody can check:\n{listed(found)}",
                rule="a lifecycle is refused money on its word: it names its source and the day of the last look.",
                change='Lifecycle(…, source="where it is said", checked="2026-11-22").',
                see="catalogue",
            )

    @since(1)
    def test_replacements_are_alive(self) -> None:
        """The model to use instead is listed and has not ended itself."""
        dead = dead_replacements(models_of(self.provider))
        if dead:
            broken(
                f"{self.bench.name} sends users to models that are unlisted or ended:\n{listed(dead)}",
                rule="an error names a way out that works.",
                change="name a living model of this catalogue as replacement=, or none and say more in note=.",
                see="catalogue",
            )

    @since(1)
    def test_every_way_can_be_asked_for(self) -> None:
        """Each way of each model has an endpoint and takes the request that its own fields describe."""
        found = [
            line for model, spec in self._models() for way in spec.variants for line in self._wrong(model, spec, way)
        ]
        if found:
            broken(
                f"{self.bench.name} lists ways that no request fits:\n{listed(found)}",
                rule="what a way requires can be given in our fields, and leads to its own endpoint.",
                change="compare required=, choices and rules of the way's fields, or give a request in `requests`.",
                see="catalogue",
            )

    def _models(self) -> Iterator[tuple[str, ModelSpec]]:
        for model, spec in models_of(self.provider).items():
            if model not in self.skip_models and not spec.uncallable:
                yield model, spec

    def _wrong(self, model: str, spec: ModelSpec, way: Variant) -> Iterator[str]:
        where, endpoint = f"{model} ({way.modes[0]})", way.endpoint_for(model)
        said: Any = None
        for fields in (*self.requests.get(model, ()), *requests_for(self.provider.name, way)):
            made = plan_of(self.provider, model, spec, fields, way.surface)
            if isinstance(made, Plan) and made.endpoint == endpoint:
                yield from _unwritable(where, made)
                return
            said = said or (
                f"its request goes to {made.endpoint}, not to {endpoint}" if isinstance(made, Plan) else made
            )
        yield f"{where}: {said}"

    @since(1)
    def test_published_schemas_are_kept(self) -> None:
        """Where the vendor publishes its inputs, every required one is filled and no other is written."""
        pytest.importorskip("jsonschema", reason="comparing with published schemas needs jsonschema")
        held = self._held()
        wrong = [*held.report().wrong(), *(f"{id}: {line}" for id in held.ids for line in held.wrong_life(id))]
        if wrong:
            broken(
                f"{self.bench.name} differs from what its vendor publishes:\n{listed(wrong)}",
                rule="the catalogue fills what a published schema requires, and writes nothing that it lacks.",
                change="correct the way's fields, or say in catalog_source what is left out and why.",
                see="published-schemas",
            )

    def _held(self) -> Any:
        try:
            return held_of(self.provider, self.schemas)
        except PluginError as error:
            if self.schemas is None:
                pytest.skip(f"no schemas are published: {error}")
        models, published = models_of(self.provider), read_schemas(self.schemas)
        return Held(self.provider.name, models, PublishedSource(package=""), published)


def _faults(life: Lifecycle) -> Iterator[str]:
    if not life.source:
        yield "its lifecycle has no source"
    if life.checked is None:
        yield "its lifecycle has no day on which it was checked"
    if life.listed and life.ends and life.listed > life.ends:
        yield f"it ended ({life.ends}) before it was listed ({life.listed})"


def _unwritable(where: str, plan: Plan) -> Iterator[str]:
    try:
        json.dumps(plan.payload, default=str)
    except (TypeError, ValueError) as error:
        yield f"{where}: its payload is no JSON: {error}"
