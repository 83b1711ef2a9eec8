"""The models against Google's published inputs, compared by a JSON-Schema library."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tarash_veo.models import CATALOG, CHECKED

from tarash_core import plan_image, plan_video
from tarash_core.catalog import ModelSpec, Variant
from tarash_core.catalog.building import Endpoint, read_schemas
from tarash_core.catalog.building.audit import audit, validator
from tarash_core.errors import UnsupportedParameterError
from tarash_core.fields import FieldMapper, constant_field_mapper
from tarash_core.fields.forms import write_form
from tarash_core.fields.payload import fill_leaves
from tarash_core.models.config import ImageGenerationConfig, VideoGenerationConfig
from tarash_core.models.plan import MediaLeaf, Plan

ENDPOINTS = read_schemas(Path(__file__).parent / "schemas" / "veo.json").endpoints
LINK = "https://files.example/input"
MODES = {
    "text_to_video": "text-to-video", "image_to_video": "image-to-video", "first_last_frame": "first-last-frame",
    "reference_to_video": "reference-to-video", "edit": "edit-video", "mask_edit": "edit-video",
    "extend": "extend-video", "text_to_image": "text-to-image", "image_edit": "image-to-image",
}  # fmt: skip


def parts_of(id: str) -> tuple[str, str, str]:
    """The model, the mode in our words, and the surface of a published way."""
    model, _, rest = id.partition("/")
    mode, _, surface = rest.partition("@")
    return model, MODES[mode], surface


def ways_of(id: str) -> list[Variant]:
    model, mode, surface = parts_of(id)
    return [way for way in CATALOG[model].variants if way.surface == surface and mode in way.modes]


def id_of(model: str, way: Variant) -> str:
    return next(id for id in ENDPOINTS if parts_of(id)[0] == model and way in ways_of(id))


def by_way() -> dict[str, ModelSpec]:
    """Each published way as a model of its own, the model's name written out."""
    return {id: evolve(CATALOG[parts_of(id)[0]], variants=[_named(id, way) for way in ways_of(id)]) for id in ENDPOINTS}


def _named(id: str, way: Variant) -> Variant:
    model = constant_field_mapper(parts_of(id)[0])
    return evolve(way, fields={k: model if m.constant == "$model" else m for k, m in way.fields.items()})


ANY: dict[str, Any] = {}
PART = {"type": "object", "properties": {"text": ANY, "inlineData": ANY, "fileData": ANY}}
CONTENT = {"type": "object", "properties": {"role": ANY, "parts": {"type": "array", "items": PART}}}
INPUT = {"type": "object", "properties": dict.fromkeys(("type", "text", "data", "uri", "mime_type"), ANY)}


def loosened(endpoint: Endpoint) -> Endpoint:
    """The endpoint with fewer words on items and lengths, for the audit writes each field alone and a made-up text."""
    known = {name: {"type": "array", "items": items} for name, items in (("input", INPUT), ("contents", CONTENT))}
    properties = {name: known.get(name, schema) for name, schema in endpoint.properties.items()}
    if "response_format" in properties:
        format = properties["response_format"]
        named = {k: {"type": "string"} if "pattern" in v else v for k, v in format["properties"].items()}
        properties["response_format"] = {**format, "properties": named}
    return evolve(endpoint, schema={**endpoint.schema, "properties": properties})


def test_the_audit_finds_nothing() -> None:
    report = audit(by_way(), {id: loosened(endpoint) for id, endpoint in ENDPOINTS.items()})
    assert [str(finding) for finding in report.findings] == []
    assert report.is_clean
    assert report.models == len(ENDPOINTS) == 94


def test_every_way_is_a_published_one() -> None:
    ways = {(model, way.modes[0], way.surface) for model, spec in CATALOG.items() for way in spec.variants}
    assert ways == {parts_of(id) for id in ENDPOINTS}


@pytest.mark.parametrize("id", list(ENDPOINTS))
def test_every_published_input_is_one_that_can_be_given(id: str) -> None:
    roots = {name.partition(".")[0] for way in ways_of(id) for name in way.parameters or ()}
    # A job in the background has the first two as they are; a turn after another could not tell extend from edit.
    assert set(ENDPOINTS[id].properties) - roots <= {"store", "stream", "previous_interaction_id"}


@pytest.mark.parametrize("id", list(ENDPOINTS))
def test_lifecycle_is_the_published_one(id: str) -> None:
    status = str(ENDPOINTS[id].facts["status"])
    for way in ways_of(id):
        life = way.lifecycle or CATALOG[parts_of(id)[0]].lifecycle
        assert life is not None and life.source and str(life.checked) == CHECKED
        assert (life.retired is not None) == status.startswith("retired")
        assert life.retired is None or (str(life.retired) in status and life.replacement)
        assert "end 2027-06-30" not in status or str(life.retires) == "2027-06-30"


def test_a_replacement_is_alive_and_listed() -> None:
    lives = [
        life for _, spec in CATALOG.items() for life in (spec.lifecycle, *(way.lifecycle for way in spec.variants))
    ]
    for name in {life.replacement for life in lives if life and life.replacement}:
        spec = CATALOG[name]
        ends = [life for life in (spec.lifecycle, *(way.lifecycle for way in spec.variants)) if life]
        assert ends and not any(life.has_ended() for life in ends)


WAYS = [
    pytest.param(model, place, id=f"{model}-{way.modes[0]}-{way.surface}-{place}")
    for model, spec in CATALOG.items()
    for place, way in enumerate(spec.variants)
]
_ROLES = {"reference_images": "reference", "style_images": "style", "image_list": "reference"}
_EXTRAS: dict[str, Any] = {"str": "text", "int": 50, "number": 1.5, "bool": True, "object": {"a": "b"}}
_KEPT = b"\0\0\0\x18ftypmp42" + bytes(40)


def _requests(way: Variant, seed: int) -> Iterator[dict[str, Any]]:
    """Requests that a way should take: what it needs, and any of what else it takes."""
    chance = random.Random(seed)
    for _ in range(12):
        fields: dict[str, Any] = {"prompt": None, "mode": way.modes[0], "image_list": [], "extra_params": {}}
        for entry in way.layout.entries:
            if entry.mapper.required or chance.random() < 0.5:
                _give(fields, entry.mapper, chance)
        yield {name: value for name, value in fields.items() if name == "prompt" or value not in ([], {})}


def _give(fields: dict[str, Any], mapper: FieldMapper, chance: random.Random) -> None:
    source = mapper.source_field
    if source is None or (mapper.forms and mapper.forms[0].kind == "job_id"):
        return
    if source in _ROLES:
        count = chance.randint(1, min(mapper.max_items or 1, 4))
        fields["image_list"] += [{"image": chance.choice(_media(mapper)), "type": _ROLES[source]}] * count
    elif mapper.is_media:
        fields[source] = chance.choice(_media(mapper))
    elif mapper.is_extra:
        known = list(mapper.choices) if mapper.choices is not None else [_EXTRAS[mapper.type or "any"]]
        fields["extra_params"][mapper.extra_name] = chance.choice(known)
    else:
        fields[source] = chance.choice(list(mapper.choices)) if mapper.choices is not None else _plain(mapper)


def _media(mapper: FieldMapper) -> list[Any]:
    known = {"url": LINK, "gs": "gs://b/a.png", "base64": _KEPT}
    return [known[form.kind] for form in mapper.forms]


def _plain(mapper: FieldMapper) -> Any:
    if mapper.source_field == "duration_seconds":
        return mapper.maximum
    return {"int": int(mapper.maximum or 1), "bool": True}.get(mapper.type or "", "A fox")


def planned(model: str, way: Variant, fields: dict[str, Any]) -> Plan:
    known: dict[str, Any] = {
        "provider": "veo", "model": model, "allow_retired": True, "provider_config": {"surface": way.surface},
    }  # fmt: skip
    if way.kind == "video":
        return plan_video(VideoGenerationConfig(**known), **fields)
    return plan_image(ImageGenerationConfig(**known), **fields)


def filled(plan: Plan) -> Any:
    """The payload with every local medium as the bytes that the engine would write."""

    def fill(leaf: MediaLeaf) -> Any:
        form = next(form for form in leaf.forms if form.kind == "base64")
        return write_form(form, "AAAA", "video/mp4")

    return fill_leaves(plan.payload, fill)


@pytest.mark.parametrize(("model", "place"), WAYS)
def test_whatever_a_way_accepts_is_valid_by_the_published_schema(model: str, place: int) -> None:
    way, accepted = CATALOG[model].variants[place], 0
    if any(form.kind == "job_id" for entry in way.layout.entries for form in entry.mapper.forms):
        pytest.skip("it goes on from an earlier result, see test_whole.py")
    schema = validator(ENDPOINTS[id_of(model, way)].schema)
    for fields in _requests(way, seed=place):
        try:
            plan = planned(model, way, fields)
        except UnsupportedParameterError:  # a rule between fields
            continue
        assert [error.message for error in schema.iter_errors(filled(plan))] == []
        accepted += 1
    assert accepted
