"""The whole catalogue against the inputs that Runway publishes; whose facts they are stands at their head."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from attrs import evolve
from tarash_runway.models import CATALOG, LISTED, RETIRED

from tarash_core.catalog import ModelSpec
from tarash_core.catalog.building.audit import audit
from tarash_core.catalog.building.endpoint import SchemaFile, read_schemas
from tarash_core.catalog.building.trials import try_model

SCHEMAS = Path(__file__).parent / "schemas" / "runway.json"


@cache
def schemas() -> SchemaFile:
    return read_schemas(SCHEMAS)


def parts() -> Mapping[str, ModelSpec]:
    """Each model as one entry for each of its endpoints."""
    found: dict[str, ModelSpec] = {}
    for id, spec in CATALOG.items():
        for path in sorted({variant.endpoint for variant in spec.variants}):
            ways = [variant for variant in spec.variants if variant.endpoint == path]
            # The path of avatars alone is spelt otherwise than what it does.
            name = path.removeprefix("/v1/").replace("avatar_videos", "avatar_video")
            found[f"{id}/{name}"] = evolve(spec, variants=ways)
    return found


PARTS = parts()


def test_the_audit_finds_nothing() -> None:
    report = audit(PARTS, schemas().endpoints)
    assert [str(finding) for finding in report.findings] == []
    assert report.is_clean and report.counts == (0, 0, 0, 0)
    assert report.models == 88


def test_every_published_input_is_known() -> None:
    for id, spec in PARTS.items():
        for variant in spec.variants:
            known = {name.partition(".")[0] for name in variant.parameters or ()}
            assert known == set(schemas().endpoints[id].properties), id


@pytest.mark.parametrize("id", list(PARTS))
def test_what_a_plan_accepts_keeps_the_published_schema(id: str) -> None:
    spec = PARTS[id]
    # Whether to edit or to extend a clip only the mode tells, so that these are tried one by one.
    apart = any("extend-video" in variant.modes for variant in spec.variants)
    for each in [evolve(spec, variants=[variant]) for variant in spec.variants] if apart else [spec]:
        try_model("runway", id.partition("/")[0], each, schemas().endpoints[id])


@pytest.mark.parametrize("id", list(PARTS))
def test_the_endpoint_and_the_first_day_are_those_of_the_collection(id: str) -> None:
    facts = schemas().endpoints[id].facts
    assert {variant.endpoint for variant in PARTS[id].variants} == {facts["endpoint"]}
    assert str(facts["listed"]) == LISTED[id.partition("/")[0]]


def test_every_model_of_the_collection_is_there_and_the_retired_ones_too() -> None:
    published = {id.partition("/")[0] for id in schemas().endpoints}
    assert set(CATALOG) == published | set(RETIRED)
    assert len(published) == 53


@pytest.mark.parametrize("id", list(PARTS))
def test_every_published_size_can_be_asked_for(id: str) -> None:
    published = set(schemas().endpoints[id].properties.get("ratio", {}).get("enum", ()))
    mappers = [variant.fields.get("ratio") for variant in PARTS[id].variants]
    known = {shape.wire for mapper in mappers if mapper and mapper.shapes for shape in mapper.shapes.options}
    known |= {word for mapper in mappers if mapper and not mapper.shapes for word in mapper.choices or ()}
    # Wan's frames alone tell the shape, so that only sizes that follow them are taken there.
    missing = published - known if not id.startswith("wan3") else {w for w in published - known if "auto" in w}
    assert missing == set()
