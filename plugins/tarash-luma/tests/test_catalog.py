"""The models against the inputs that Luma publishes, compared by a JSON-Schema library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from tarash_luma.models import CATALOG, CHECKED

from tarash_core.catalog import ModelSpec, Variant
from tarash_core.catalog.building import Endpoint, read_schemas
from tarash_core.catalog.building.audit import audit, validator
from tarash_core.catalog.building.trials import attempt, requests
from tarash_core.fields import FieldMapper, constant_field_mapper

ENDPOINTS = read_schemas(Path(__file__).parent / "schemas" / "luma.json").endpoints


def ways_of(endpoint: Endpoint) -> tuple[str, list[Variant]]:
    """The model of a published way, and its variants that are this way: by path and, on Agents, by type."""
    model, _, name = endpoint.id.partition("/")
    return model, [way for way in CATALOG[model].variants if _is_way(way, name, endpoint.facts)]


def _is_way(way: Variant, name: str, facts: Mapping[str, Any]) -> bool:
    type = way.fields.get("type")
    return way.endpoint == facts["endpoint"] and (type is None or type.constant == name)


def by_way() -> dict[str, ModelSpec]:
    """Each published way as a model of its own, the model's name written out."""
    found: dict[str, ModelSpec] = {}
    for id, endpoint in ENDPOINTS.items():
        model, ways = ways_of(endpoint)
        named = [
            evolve(way, fields={wire: _named(mapper, model) for wire, mapper in way.fields.items()}) for way in ways
        ]
        found[id] = evolve(CATALOG[model], variants=named)
    return found


def _named(mapper: FieldMapper, model: str) -> FieldMapper:
    return constant_field_mapper(model) if mapper.constant == "$model" else mapper


def test_the_audit_finds_nothing() -> None:
    report = audit(by_way(), ENDPOINTS)
    assert [str(finding) for finding in report.findings] == []
    assert report.is_clean and report.counts == (0, 0, 0, 0)
    assert report.models == 22


def test_every_way_is_a_published_one() -> None:
    published = {(model, id(way)) for model, ways in map(ways_of, ENDPOINTS.values()) for way in ways}
    listed = {model for model, _ in published}
    assert published == {(model, id(way)) for model in listed for way in CATALOG[model].variants}
    assert set(CATALOG) - listed == {"ray-1-6", "ray-3", "ray-3.14"}


# What a way has no word for: waiting in the purchase itself, which Luma's guides advise against.
LEFT_OUT = {f"{model}/image": {"sync", "sync_timeout"} for model in ("photon-1", "photon-flash-1")} | {
    # Has no effect: an edit follows its source.
    "ray-3.2/video_edit": {"aspect_ratio"}
}


@pytest.mark.parametrize("id", ENDPOINTS)
def test_every_published_input_can_be_given(id: str) -> None:
    _, ways = ways_of(ENDPOINTS[id])
    names = {name for way in ways for name in (*way.parameters, *way.fields)}  # type: ignore[misc]
    roots = {name.partition(".")[0].partition("[")[0] for name in names}
    assert set(ENDPOINTS[id].properties) - roots == LEFT_OUT.get(id, set())


@pytest.mark.parametrize("id", ENDPOINTS)
def test_what_a_plan_accepts_keeps_the_published_schema(id: str) -> None:
    endpoint, spec, accepted = ENDPOINTS[id], by_way()[id], 0
    checks = validator(endpoint.schema)
    # What is given under a wire name that has a word of ours goes to Luma as it is.
    own = {name for way in spec.variants for name in way.layout.extras}

    @settings(max_examples=40, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(requests(spec, endpoint.properties))
    def trial(drawn: tuple[dict[str, Any], str]) -> None:
        nonlocal accepted
        fields, policy = drawn
        extra = {name: value for name, value in fields.get("extra_params", {}).items() if name in own}
        planned = attempt("luma", id.partition("/")[0], spec, checks, {**fields, "extra_params": extra}, policy)
        accepted += planned is not None

    trial()
    assert accepted or "{id}" in endpoint.facts["endpoint"]


@pytest.mark.parametrize("model", list(CATALOG))
def test_every_lifecycle_names_its_source(model: str) -> None:
    life = CATALOG[model].lifecycle
    assert life is not None and life.source and str(life.checked) == CHECKED
