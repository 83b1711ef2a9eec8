"""What ``extra_params`` may give under a wire name that a field of ours writes too."""

from __future__ import annotations

from typing import Any

import pytest

from tarash_core.catalog.building.wires import WireSchemas, without_media
from tarash_core.fields import (
    Rule,
    choice_field_mapper,
    extra_params_field_mapper,
    image_input_field_mapper,
    image_list_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)

FIELDS = {
    "size": choice_field_mapper("resolution", {"720p": "small", "1080p": "large"}),
    "image": image_input_field_mapper(forms=("file",)),
    "cfg": extra_params_field_mapper("cfg", type="number"),
}
BODIES = WireSchemas(
    medium={"type": "string", "minLength": 3}, tag={"type": "string", "maxLength": 4}, bare=("frames",)
)
URL = ("url",)


def kept(rules: list[Rule], **given: Any) -> bool:
    return all(rule.holds({"extra_params": given}) for rule in rules)


@pytest.mark.parametrize(
    ("given", "fine"), [({}, True), ({"size": "small"}, True), ({"size": "720p"}, False), ({"image": "x"}, False)]
)
def test_in_a_form_values_are_checked_and_media_are_not_given(given: dict[str, Any], fine: bool) -> None:
    assert kept([*without_media(FIELDS)], **given) is fine


@pytest.mark.parametrize(
    ("given", "fine"),
    [
        ({"clip": "https"}, True),
        ({"clip": "x"}, False),
        ({"frames": "https"}, True),
        ({"frames": [{"uri": "https", "position": "first"}]}, True),
        ({"frames": [{"uri": "https", "position": "middle"}]}, False),
        ({"frames": [{"uri": "https"}]}, False),
        ({"pictures": [{"uri": "https", "tag": "fox"}]}, True),
        ({"pictures": [{"uri": "https", "tag": "foxes"}]}, False),
        ({"pictures": [{"uri": "https"}] * 3}, False),
        ({"pictures": "https"}, False),
        ({"shots": [1]}, True),
        ({"shots": ["one"]}, False),
        ({"size": "huge"}, False),
    ],
)
def test_media_in_lists_and_what_no_mapper_writes(given: dict[str, Any], fine: bool) -> None:
    ways = [
        {"size": FIELDS["size"], "clip": video_url_field_mapper(forms=URL)},
        {
            "frames[position=first].uri": single_image_field_mapper(True, "first_frame", forms=URL),
            "frames[position=last].uri": single_image_field_mapper(False, "last_frame", forms=URL),
            "pictures[].uri": image_list_field_mapper("reference", forms=URL, max_items=2, item={"tag": "name"}),
        },
    ]
    rules = [*BODIES.rules(ways, {"shots": {"type": "array", "items": {"type": "integer"}}})]
    assert kept(rules, **given) is fine
