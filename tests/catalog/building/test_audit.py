"""The audit must fail when an entry is broken, in each of its four ways."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from tarash_core.catalog.building import Endpoint, Overrides, decode, entry_of
from tarash_core.catalog.building.audit import CODES, Report, audit
from tarash_core.catalog.spec import ModelSpec
from tarash_core.fields import (
    duration_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    size_field_mapper,
)
from tarash_core.fields.mapper import FieldMapper

URL = {"type": "string", "format": "uri"}
ENDPOINT = Endpoint(
    id="acme/fox",
    kind="video",
    modality=("image-to-video",),
    schema={
        "type": "object",
        "properties": {
            "prompt": {"type": "string"},
            "image_url": URL,
            "duration": {"type": "string", "enum": ["5", "10"]},
            "level": {"type": "integer", "minimum": 1, "maximum": 3},
            "images": {"type": "array", "maxItems": 2, "items": {"type": "object", "properties": {"url": URL}}},
            "size": {"anyOf": [{"type": "string", "enum": ["square"]}, {"type": "object"}]},
        },
        "required": ["prompt", "image_url", "level"],
    },
)
SPEC = decode(ENDPOINT.id, entry_of(ENDPOINT, Overrides()))


def report(**fields: FieldMapper | None) -> Report:
    """The audit of the entry with other fields; None leaves one out."""
    (variant,) = SPEC.variants
    kept = {path: mapper for path, mapper in {**variant.fields, **fields}.items() if mapper is not None}
    parameters = {path.partition("[")[0] for path in kept}
    spec = ModelSpec(variants=evolve(variant, fields=kept, parameters=parameters, rules=()))
    return audit({"acme/fox": spec}, {"acme/fox": ENDPOINT})


def test_a_built_entry_is_clean() -> None:
    found = audit({"acme/fox": SPEC}, {"acme/fox": ENDPOINT})
    assert found.is_clean and found.counts == (0, 0, 0, 0)
    assert found.entries == {"image-to-video": 1} and found.models == 1
    assert list(found.by_mode()) == [("image-to-video", 1, (0, 0, 0, 0))]


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("input", {"image_url": None}),
        ("input", {"image_url": single_image_field_mapper(image_type="first_frame")}),
        ("input", {"prompt": passthrough_field_mapper("prompt")}),
        ("required", {"level": None}),
        ("required", {"level": extra_params_field_mapper("level", type="int", minimum=1, maximum=3)}),
        ("name", {"tail_image_url": single_image_field_mapper(image_type="last_frame")}),
        ("name", {"images[].address": image_list_field_mapper("reference")}),
        ("name", {"duration.seconds": duration_field_mapper("int", [5])}),
        ("value", {"duration": duration_field_mapper("int", [5, 10])}),
        ("value", {"duration": duration_field_mapper("str", [5, 8], add_suffix=False)}),
        ("value", {"duration": passthrough_field_mapper("duration_seconds")}),
        ("value", {"level": extra_params_field_mapper("level", True, type="number", minimum=1, maximum=3)}),
        ("value", {"level": extra_params_field_mapper("level", True, type="int", minimum=1, maximum=4)}),
        ("value", {"level": extra_params_field_mapper("level", True, type="int", default=9)}),
        ("value", {"image_url": image_list_field_mapper("first_frame", True)}),
        ("value", {"size": size_field_mapper(["square", "portrait"])}),
        ("value", {"images[].url": image_list_field_mapper("reference", max_items=3)}),
    ],
)  # fmt: skip
def test_each_way_of_being_wrong_is_found(code: str, fields: dict[str, Any]) -> None:
    found = report(**fields)
    assert not found.is_clean
    assert found.counts[list(CODES).index(code)] >= 1  # type: ignore[call-overload]
    assert all(finding.model == "acme/fox" and finding.said for finding in found.findings)


def test_a_parameter_that_the_schema_lacks_is_found() -> None:
    spec = ModelSpec(variants=evolve(SPEC.variants[0], parameters={*SPEC.variants[0].parameters, "levl"}))
    assert audit({"acme/fox": spec}, {"acme/fox": ENDPOINT}).counts == (0, 0, 1, 0)


def test_models_that_one_side_lacks_are_told() -> None:
    found = audit({"acme/wolf": SPEC}, {"acme/fox": ENDPOINT})
    assert (found.unlisted, found.unknown, found.is_clean) == (("acme/fox",), ("acme/wolf",), False)


def test_what_a_declared_extra_fills_is_counted_beside() -> None:
    fields = {"image_url": extra_params_field_mapper("image_url", True, type="str")}
    found = report(**fields)
    assert found.counts == (0, 0, 0, 0) and found.beside == 1
