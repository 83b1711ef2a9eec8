"""The models against Stability's published inputs, compared by a JSON-Schema library."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve
from tarash_stability.models import CATALOG, CHECKED

from tarash_core.catalog import ModelSpec, Variant
from tarash_core.catalog.building import Endpoint, read_schemas
from tarash_core.catalog.building.audit import audit
from tarash_core.catalog.building.trials import try_model
from tarash_core.fields import constant_field_mapper

ENDPOINTS = read_schemas(Path(__file__).parent / "schemas" / "stability.json").endpoints


def way_of(id: str) -> Variant:
    """The way to call a model that a published entry is about."""
    model, _, name = id.partition("/")
    ways = CATALOG[model].variants
    return next((way for way in ways if name in way.modes), ways[0])


def as_model(id: str) -> ModelSpec:
    """A published entry as a model of its own, the model's name written out."""
    model, way = id.partition("/")[0], way_of(id)
    named = {
        wire: constant_field_mapper(model) if mapper.constant == "$model" else mapper
        for wire, mapper in way.fields.items()
    }
    return evolve(CATALOG[model], variants=(evolve(way, fields=named),))


def test_the_audit_finds_nothing() -> None:
    report = audit({id: as_model(id) for id in ENDPOINTS}, ENDPOINTS)
    assert [str(finding) for finding in report.findings] == []
    assert report.is_clean and report.counts == (0, 0, 0, 0)
    assert report.models == 29


def test_every_way_is_published_once() -> None:
    assert sorted(map(id, map(way_of, ENDPOINTS))) == sorted(
        id(way) for _, spec in CATALOG.items() for way in spec.variants
    )
    assert len(CATALOG) == 24


@pytest.mark.parametrize("id", list(ENDPOINTS))
def test_what_a_plan_accepts_keeps_the_published_schema(id: str) -> None:
    try_model("stability", id, evolve(as_model(id), lifecycle=None), ENDPOINTS[id])


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.id)
def test_route_inputs_price_and_life_are_the_published_ones(endpoint: Endpoint) -> None:
    way, spec, facts = way_of(endpoint.id), as_model(endpoint.id), endpoint.facts
    assert (way.kind, way.endpoint, way.body) == (endpoint.kind, facts["endpoint"], "multipart")
    assert set(way.parameters or ()) == set(endpoint.properties)
    price = None if way.price is None else way.price.usd_per_output
    assert price == (Decimal(str(facts["credits"])) / 100 if "credits" in facts else None)
    life = spec.lifecycle
    assert life is not None and life.source and str(life.checked) == CHECKED
    assert (str(life.retired) if life.retired else None, life.replacement) == (
        facts.get("retired_on"),
        facts.get("rerouted_to"),
    )


def test_every_price_is_dated_and_says_where_it_stands() -> None:
    prices = [way.price for _, spec in CATALOG.items() for way in spec.variants if way.price]
    assert len(prices) == 26
    assert all(price.source and price.checked for price in prices)
