"""The property test itself must fail when a catalogue is wrong."""

from __future__ import annotations

import pytest
from attrs import evolve

from tarash_core.catalog.building import Endpoint, Overrides, decode, entry_of
from tarash_core.catalog.building.trials import try_model
from tarash_core.catalog.spec import ModelSpec
from tarash_core.fields import duration_field_mapper

ENDPOINT = Endpoint(
    id="acme/fox",
    kind="video",
    modality=("image-to-video",),
    schema={
        "type": "object",
        "properties": {
            "prompt": {"type": "string"},
            "image_url": {"type": "string", "format": "uri"},
            "duration": {"type": "string", "enum": ["5", "10"], "default": "5"},
            "loras": {"type": "array", "items": {"type": "object", "required": ["path"], "properties": {"path": {}}}},
        },
        "required": ["prompt", "image_url"],
    },
)
SPEC = decode(ENDPOINT.id, entry_of(ENDPOINT, Overrides()))


def test_a_built_model_keeps_its_schema() -> None:
    try_model("acme", "acme/fox", SPEC, ENDPOINT, examples=100)


@pytest.mark.parametrize("fields", [{"duration": duration_field_mapper("int", [5, 10])}, {"image_url": None}])
def test_a_wrong_field_is_found(fields: dict[str, None]) -> None:
    variant = SPEC.variants[0]
    kept = {path: mapper for path, mapper in {**variant.fields, **fields}.items() if mapper is not None}
    wrong = ModelSpec(variants=evolve(variant, fields=kept, rules=()))
    with pytest.raises(AssertionError, match="acme/fox takes no"):
        try_model("acme", "acme/fox", wrong, ENDPOINT, examples=100)


def test_an_unchecked_list_is_found() -> None:
    others = [rule for rule in SPEC.variants[0].rules if "loras" not in rule.sentence]
    wrong = ModelSpec(variants=evolve(SPEC.variants[0], rules=others))
    with pytest.raises(AssertionError, match="loras"):
        try_model("acme", "acme/fox", wrong, ENDPOINT, examples=600)
