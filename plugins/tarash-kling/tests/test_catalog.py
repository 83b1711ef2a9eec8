"""The models against Kling's published inputs, compared by a JSON-Schema library."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tarash_kling.models import CATALOG, CHECKED

from tarash_core import plan_image, plan_video
from tarash_core.catalog import ModelSpec, Variant
from tarash_core.catalog.building import Endpoint, read_schemas
from tarash_core.catalog.building.audit import audit, validator
from tarash_core.errors import UnsupportedParameterError
from tarash_core.fields import FieldMapper, constant_field_mapper
from tarash_core.models.config import ImageGenerationConfig, VideoGenerationConfig
from tarash_core.models.plan import Plan

ENDPOINTS = read_schemas(Path(__file__).parent / "schemas" / "kling.json").endpoints
LINK = "https://files.example/input"


def ways_of(endpoint: Endpoint) -> tuple[str, list[Variant]]:
    """The model of a published path and its ways to be called there."""
    model = endpoint.id.partition("/")[0]
    path = endpoint.facts["endpoint"]
    return model, [way for way in CATALOG[model].variants if way.endpoint_for(model) == path]


def by_path() -> dict[str, ModelSpec]:
    """Each published path as a model of its own, the model's name written out."""
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
    report = audit(by_path(), ENDPOINTS)
    assert [str(finding) for finding in report.findings] == []
    assert report.is_clean
    assert report.models == 47


def test_every_way_stands_on_a_published_path() -> None:
    published = {(id.partition("/")[0], endpoint.facts["endpoint"]) for id, endpoint in ENDPOINTS.items()}
    ways = {(model, way.endpoint_for(model)) for model, spec in CATALOG.items() for way in spec.variants}
    assert ways == published


# A restyle keeps the size of its picture, and with a picture there is no negative prompt.
WITHOUT_EFFECT = {"kling-v2-new/image-generation": {"aspect_ratio", "negative_prompt"}}


@pytest.mark.parametrize("id", list(ENDPOINTS))
def test_every_published_input_is_one_that_can_be_given(id: str) -> None:
    _, ways = ways_of(ENDPOINTS[id])
    roots = {name.partition(".")[0] for way in ways for name in way.parameters or ()}
    assert set(ENDPOINTS[id].properties) - roots == WITHOUT_EFFECT.get(id, set())


@pytest.mark.parametrize("id", list(ENDPOINTS))
def test_lifecycle_is_the_published_one(id: str) -> None:
    model, ways = ways_of(ENDPOINTS[id])
    for way in ways:
        life = way.lifecycle or CATALOG[model].lifecycle
        assert life is not None and life.source and str(life.checked) == CHECKED
        retired = str(life.retired) if life.retired else None
        assert retired == ENDPOINTS[id].facts.get("retired_on")


def test_a_replacement_is_alive_and_listed() -> None:
    lives = [
        life for _, spec in CATALOG.items() for life in (spec.lifecycle, *(way.lifecycle for way in spec.variants))
    ]
    for name in {life.replacement for life in lives if life and life.replacement}:
        assert CATALOG[name].lifecycle is not None and not CATALOG[name].lifecycle.has_ended()


WAYS = [
    pytest.param(model, place, id=f"{model}-{place}-{way.modes[0]}")
    for model, spec in CATALOG.items()
    for place, way in enumerate(spec.variants)
]


def _requests(way: Variant, seed: int) -> Iterator[dict[str, Any]]:
    """Requests that a way should take: what it needs, and any of what else it takes."""
    chance = random.Random(seed)
    for _ in range(12):
        fields: dict[str, Any] = {"prompt": None, "mode": way.modes[0], "image_list": [], "extra_params": {}}
        for entry in way.layout.entries:
            if entry.mapper.required or chance.random() < 0.5:
                _give(fields, entry.mapper, chance)
        yield {name: value for name, value in fields.items() if name == "prompt" or value not in ([], {})}


_ROLES = {"reference_images": "reference", "asset_images": "asset", "style_images": "style", "image_list": "reference"}


def _give(fields: dict[str, Any], mapper: FieldMapper, chance: random.Random) -> None:
    source = mapper.source_field
    if source is None:
        return
    if source in _ROLES:
        count = mapper.index + (chance.randint(1, min(mapper.max_items or 2, 4)) if mapper.many else 1)
        images = [item for item in fields["image_list"] if item["type"] == _ROLES[source]]
        fields["image_list"] += [{"image": LINK, "type": _ROLES[source]}] * max(count - len(images), 0)
    elif mapper.is_media:
        fields[source] = LINK
    elif mapper.is_extra:
        fields["extra_params"][mapper.extra_name] = _extra(mapper, chance)
    else:
        fields[source] = chance.choice(list(mapper.choices)) if mapper.choices is not None else _plain(mapper)


def _plain(mapper: FieldMapper) -> Any:
    return {"int": int(mapper.maximum or 1), "bool": True}.get(mapper.type or "", "A fox")


_OBJECTS: dict[str, Any] = {
    "elements": [{"element_id": "829", "id": "hero"}], "voices": [{"voice_id": "v", "id": "v1"}],
    "element_list": [{"element_id": 829}], "voice_list": [{"voice_id": "v"}], "watermark_info": {"enabled": True},
    "camera_control": {"type": "simple", "config": {"zoom": 5}}, "static_mask": LINK,
    "dynamic_masks": [{"mask": LINK, "trajectories": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}],
    "multi_prompt": [{"index": 1, "prompt": "a", "duration": "5"}], "video_id": "v1",
}  # fmt: skip


def _extra(mapper: FieldMapper, chance: random.Random) -> Any:
    if mapper.choices is not None:
        return chance.choice(list(mapper.choices))
    if mapper.type == "bool":
        return chance.random() < 0.5
    if mapper.type in ("number", "float"):
        return mapper.maximum
    return _OBJECTS[mapper.extra_name]


def planned(model: str, way: Variant, fields: dict[str, Any]) -> Plan:
    if way.kind == "video":
        return plan_video(VideoGenerationConfig(provider="kling", model=model, allow_retired=True), **fields)
    return plan_image(ImageGenerationConfig(provider="kling", model=model, allow_retired=True), **fields)


@pytest.mark.parametrize(("model", "place"), WAYS)
def test_whatever_a_way_accepts_is_valid_by_the_published_schema(model: str, place: int) -> None:
    way, accepted = CATALOG[model].variants[place], 0
    schemas = {e.facts["endpoint"]: validator(e.schema) for e in ENDPOINTS.values() if e.id.startswith(f"{model}/")}
    for fields in _requests(way, seed=place):
        try:
            plan = planned(model, way, fields)
        except UnsupportedParameterError:  # a rule between fields
            continue
        assert [error.message for error in schemas[plan.endpoint].iter_errors(plan.payload)] == []
        accepted += 1
    assert accepted
