from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tarash_core.catalog.building.nested import fits, nested_rule, said, takes_wire
from tarash_core.fields import (
    AnySize,
    FieldMapper,
    choice_field_mapper,
    duration_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    size_field_mapper,
)

LORAS = {
    "type": "array",
    "maxItems": 2,
    "items": {
        "type": "object",
        "properties": {"path": {"type": "string"}, "scale": {"type": "number", "minimum": 0}},
        "required": ["path"],
    },
}
VALUES: tuple[Any, ...] = (
    [], [{"path": "a"}], [{"path": "a", "scale": 1.5}], [{"path": "a", "scale": -1}], [{"scale": 1}], [{"path": 1}],
    [1], "a", {}, None, True, 1, 1.5, [{"path": "a"}] * 3, [{"path": "a", "more": 1}], {"width": 1}, {"width": "1"},
)  # fmt: skip


@pytest.mark.parametrize(
    "schema",
    [
        LORAS,
        {
            "anyOf": [
                {"type": "string", "enum": ["a"]},
                {"type": "object", "properties": {"width": {"type": "integer"}}},
            ]
        },
        {"type": ["integer", "null"], "minimum": 1},
        {"type": "array", "minItems": 1},
        {"enum": ["a", 1]},
        {},
    ],
)
def test_it_agrees_with_the_library(schema: dict[str, Any]) -> None:
    library = Draft202012Validator(schema)
    assert [fits(schema, value) for value in VALUES] == [library.is_valid(value) for value in VALUES]


def test_the_words_say_what_is_needed() -> None:
    assert said(LORAS) == "a list of at most 2, each an object with path (a text, needed), scale (a number, at least 0)"
    assert said({"anyOf": [{"type": "null"}, {"type": "integer"}]}) == "None or a whole number"


def test_the_rule_only_speaks_of_what_is_given() -> None:
    rule = nested_rule("loras", LORAS)
    assert rule.holds({}) and rule.holds({"extra_params": {"other": 1}})
    assert not rule.holds({"extra_params": {"loras": [1]}})
    assert "extra_params['loras'] is a list" in rule.sentence


@pytest.mark.parametrize(
    ("mapper", "good", "bad"),
    [
        (duration_field_mapper("str", [4, 8]), "8s", "8"),
        (duration_field_mapper("int", minimum=1, maximum=5), 5, 6),
        (duration_field_mapper("int", frames=24), 48, 2.5),
        (choice_field_mapper("resolution", {"720p": "standard"}), "standard", "720p"),
        (size_field_mapper(["square"], any_size=AnySize()), {"width": 64, "height": 64}, {"width": "64"}),
        (size_field_mapper(["square"]), "square", {"width": 64, "height": 64}),
        (size_field_mapper([], any_size=AnySize(part="width", maximum=64)), 64, 65),
        (single_image_field_mapper(), "https://x.test/a.png", ["https://x.test/a.png"]),
        (image_list_field_mapper("reference", max_items=1), ["a"], ["a", "b"]),
        (passthrough_field_mapper("seed"), 7, True),
        (passthrough_field_mapper("prompt", max_length=3), "fox", "foxes"),
    ],
)
def test_a_wire_value_is_one_that_the_field_could_have_written(mapper: FieldMapper, good: Any, bad: Any) -> None:
    assert takes_wire(mapper, good)
    assert not takes_wire(mapper, bad)
