"""The models against OpenAI's published inputs, compared by a JSON-Schema library."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from tarash_sora.models import CATALOG, CHECKED, DIALECTS

from tarash_core.catalog import ModelSpec, Variant
from tarash_core.catalog.building import Endpoint, read_schemas
from tarash_core.catalog.building.audit import audit
from tarash_core.catalog.building.trials import try_model
from tarash_core.fields import constant_field_mapper

ENDPOINTS = read_schemas(Path(__file__).parent / "schemas" / "sora.json").endpoints


def own_ways(spec: ModelSpec) -> list[Variant]:
    """The ways of OpenAI itself."""
    return [way for way in spec.variants if way.surface in (None, "openai")]


def way_of(id: str) -> Variant:
    """The way to call a model that a published entry is about."""
    model, _, mode = id.rpartition("/")
    (way,) = (way for way in own_ways(CATALOG[model]) if mode in way.modes)
    return way


def as_model(id: str) -> ModelSpec:
    """A published entry as a model of its own, the model's name written out."""
    model, way = id.rpartition("/")[0], way_of(id)
    named = {
        wire: constant_field_mapper(model) if mapper.constant == "$model" else mapper
        for wire, mapper in way.fields.items()
    }
    return evolve(CATALOG[model], variants=(evolve(way, fields=named),), lifecycle=None)


def test_the_audit_finds_nothing() -> None:
    report = audit({id: as_model(id) for id in ENDPOINTS}, ENDPOINTS)
    assert [str(finding) for finding in report.findings] == []
    assert report.is_clean and report.counts == (0, 0, 0, 0)
    assert report.models == 64


def test_every_own_way_is_published_once() -> None:
    listed = [id(way) for model, spec in CATALOG.items() if model != "minimax/h3" for way in own_ways(spec)]
    assert sorted(map(id, map(way_of, ENDPOINTS))) == sorted(listed)
    assert len(CATALOG) == 19


@pytest.mark.parametrize("id", list(ENDPOINTS))
def test_what_a_plan_accepts_keeps_the_published_schema(id: str) -> None:
    try_model("sora", id, as_model(id), ENDPOINTS[id])


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.id)
def test_path_inputs_and_life_are_the_published_ones(endpoint: Endpoint) -> None:
    way, life = way_of(endpoint.id), CATALOG[endpoint.id.rpartition("/")[0]].lifecycle
    assert (way.kind, way.endpoint) == (endpoint.kind, endpoint.facts["endpoint"].replace("{video_id}", "{video}"))
    assert way.parameters == set(endpoint.properties)
    assert life is not None and life.source and str(life.checked) == CHECKED
    status = endpoint.facts["status"]
    assert ("retired" in status, "shutdown" in status) == (life.retired is not None, life.retires is not None)
    assert life.ends is None or str(life.ends) in status


def test_every_video_model_is_spoken_in_every_dialect() -> None:
    for model, spec in CATALOG.items():
        surfaces = {way.surface for way in spec.variants if way.kind == "video"}
        wanted = set(DIALECTS) - ({"openai", "azure"} if model == "minimax/h3" else set())
        assert surfaces in (wanted, set())


def test_prices_are_openais_own() -> None:
    priced = [way for _, spec in CATALOG.items() for way in spec.variants if way.price]
    assert {way.surface for way in priced} == {"openai"}
    assert all(way.price and way.price.source and way.price.checked for way in priced)
