from __future__ import annotations

from typing import Any

import pytest

from tarash_core.catalog.building import Endpoint, Overrides, decode, entry_of
from tarash_core.catalog.building.roles import roles_of
from tarash_core.catalog.spec import ModelSpec, Variant

URL: dict[str, Any] = {"type": "string", "format": "uri"}
URLS = {"type": "array", "items": URL}
TEXT = {"type": "string"}
NUMBER = {"type": "number"}
SWITCH = {"type": "boolean"}


def endpoint(modality: str, kind: Any = "video", required: tuple[str, ...] = (), **inputs: Any) -> Endpoint:
    schema = {"type": "object", "properties": inputs, "required": list(required)}
    return Endpoint(id="acme/fox", kind=kind, modality=(modality,), schema=schema)


def built(made: Endpoint, **told: Any) -> ModelSpec:
    overrides = Overrides([{"models": ["acme/*"], **told}])
    return decode(made.id, entry_of(made, overrides))


def only(made: Endpoint, **told: Any) -> Variant:
    (variant,) = built(made, **told).variants
    return variant


@pytest.mark.parametrize(
    ("modality", "kind", "inputs", "roles"),
    [
        ("image-to-video", "video", {"image_url": URL, "tail_image_url": URL},
         {"image_url": "first_frame", "tail_image_url": "last_frame"}),
        ("first-last-frame", "video", {"first_frame_url": URL, "last_frame_url": URL},
         {"first_frame_url": "first_frame", "last_frame_url": "last_frame"}),
        ("reference-to-video", "video", {"image_urls": URLS, "video_url": URL},
         {"image_urls": "reference_images", "video_url": "video"}),
        ("avatar", "video", {"image_url": URL, "audio_url": URL}, {"image_url": "image_list", "audio_url": "audio"}),
        ("image-to-video", "video", {"input_image_urls": URLS}, {"input_image_urls": "image_list"}),
        ("video-to-video", "video", {"video_url": URL, "mask_image_url": URL, "mask_video_url": URL},
         {"video_url": "video", "mask_video_url": "mask_image", "mask_image_url": ""}),
        ("image-to-image", "image", {"image_url": URL, "reference_image_urls": URLS},
         {"image_url": "image_list", "reference_image_urls": "image_list#1"}),
        ("image-to-image", "image", {"image_urls": URLS, "video_url": URL},
         {"image_urls": "image_list", "video_url": ""}),
        ("text-to-video", "video", {"audio": SWITCH}, {"audio": "generate_audio"}),
        ("text-to-video", "video", {"audio": URL}, {"audio": "audio"}),
        ("text-to-video", "video", {"text": TEXT}, {"text": "prompt"}),
        ("text-to-video", "video", {"prompt": TEXT, "text": TEXT}, {"prompt": "prompt", "text": ""}),
        ("text-to-video", "video", {"prompt_optimizer": SWITCH}, {"prompt_optimizer": "enhance_prompt"}),
        ("text-to-video", "video", {"num_frames": {**NUMBER, "default": 81}, "fps": {**NUMBER, "default": 16}},
         {"num_frames": "frames", "fps": "fps"}),
        ("text-to-video", "video", {"num_frames": {**NUMBER, "default": 81}}, {"num_frames": ""}),
        ("text-to-video", "video", {"quality": TEXT}, {"quality": ""}),
        ("text-to-image", "image", {"quality": TEXT}, {"quality": "quality"}),
        ("text-to-image", "image", {"width": NUMBER, "height": NUMBER}, {"width": "width", "height": "height"}),
        ("text-to-image", "image", {"image_url": {**URL, "deprecated": True}}, {"image_url": ""}),
    ],
)  # fmt: skip
def test_a_wire_name_is_known_by_its_name_its_schema_and_its_neighbours(
    modality: str, kind: str, inputs: dict[str, Any], roles: dict[str, str]
) -> None:
    assert roles_of(endpoint(modality, kind, **inputs)) == roles


def test_a_role_that_is_told_stands() -> None:
    made = endpoint("image-to-image", "image", image_url=URL, other_url=URL)
    assert roles_of(made, {"other_url": "image_list"}) == {"image_url": "", "other_url": "image_list"}


@pytest.mark.parametrize(
    ("schema", "given", "wire"),
    [
        ({"type": "string", "enum": ["4s", "8s"]}, 8, "8s"),
        ({"type": "string", "enum": ["auto", "4", "8"], "default": "auto"}, 8, "8"),
        ({"type": "integer", "enum": [4, 8]}, 8.0, 8),
        ({"enum": ["auto", 5, 8]}, 8, 8),
        ({"type": "string", "default": "7s"}, 7, "7s"),
        ({"type": ["integer", "null"], "minimum": 2, "maximum": 30}, 8, 8),
        ({"type": "number"}, 8.5, 8.5),
    ],
)
def test_every_spelling_of_a_length(schema: dict[str, Any], given: float, wire: Any) -> None:
    mapper = only(endpoint("text-to-video", duration=schema)).fields["duration"]
    assert mapper.refusal(given) is None
    written = mapper.write(given)
    assert (written, type(written)) == (wire, type(wire))


@pytest.mark.parametrize(
    ("schema", "given"),
    [
        ({"type": "string", "enum": ["4s", "8s"]}, 5),
        ({"type": "string", "default": "7s"}, 8),
        ({"type": "integer", "minimum": -1, "maximum": 15}, 0.5),
        ({"type": "integer", "minimum": -1, "maximum": 15}, 16),
    ],
)
def test_a_length_that_the_schema_lacks_is_refused(schema: dict[str, Any], given: float) -> None:
    assert only(endpoint("text-to-video", duration=schema)).fields["duration"].refusal(given) is not None


def test_seconds_become_frames() -> None:
    inputs = {"num_frames": {**NUMBER, "default": 121}, "frames_per_second": {**NUMBER, "default": 24}}
    mapper = only(endpoint("text-to-video", **inputs), frames={"multiple": 8, "plus": 1}).fields["num_frames"]
    assert (mapper.source_field, mapper.write(5), mapper.default) == ("duration_seconds", 121, 5)


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        (URL, "video_url"),
        (URLS, "video_url[0]"),
        ({"type": "object", "properties": {"video_url": URL, "fps": NUMBER}, "required": ["video_url"]},
         "video_url.video_url"),
        ({"type": "array", "items": {"type": "object", "properties": {"video_url": URL}}}, "video_url[0].video_url"),
    ],
)  # fmt: skip
def test_a_video_in_a_list_or_an_object(schema: dict[str, Any], path: str) -> None:
    assert only(endpoint("video-to-video", video_url=schema)).fields[path].source_field == "video"


def test_elements_become_one_object_for_each_image() -> None:
    item = {"type": "object", "properties": {"frontal_image_url": URL, "voice_id": TEXT}}
    variant = only(endpoint("reference-to-video", prompt=TEXT, elements={"type": "array", "items": item}))
    assert variant.fields["elements[].frontal_image_url"].source_field == "asset_images"


def test_an_object_that_needs_more_than_a_medium_is_the_models_own() -> None:
    item = {"type": "object", "properties": {"image_url": URL, "name": TEXT}, "required": ["image_url", "name"]}
    variant = only(endpoint("reference-to-video", images={"type": "array", "items": item}))
    assert variant.fields["images"].is_extra


@pytest.mark.parametrize(
    ("modality", "kind", "required", "inputs", "modes"),
    [
        ("image-to-video", "video", ("image_url",), {"image_url": URL, "end_image_url": URL},
         ("image-to-video", "first-last-frame")),
        ("video-to-video", "video", ("video_url",), {"video_url": URL}, ("edit-video",)),
        ("text-to-video", "video", ("video_url",), {"video_url": URL}, ("edit-video",)),
        ("video-utility", "video", (), {"start_image_url": URL, "end_image_url": URL}, ("first-last-frame",)),
        ("lipsync", "video", (), {"video_url": URL, "audio_url": URL}, ("lip-sync",)),
        ("text-to-image", "image", (), {"prompt": TEXT, "image_url": URL}, ("text-to-image", "image-to-image")),
        ("image-to-image", "image", (), {"prompt": TEXT}, ("text-to-image",)),
        ("image-to-image", "image", ("image_url", "mask_url"), {"image_url": URL, "mask_url": URL}, ("inpaint",)),
        ("image-to-image", "image", ("control_image_url",), {"control_image_url": URL}, ("control-image",)),
        ("unheard-of", "video", ("image_url",), {"image_url": URL}, ("image-to-video",)),
        ("unheard-of", "video", (), {"prompt": TEXT, "image_url": URL}, ("text-to-video", "image-to-video")),
    ],
)  # fmt: skip
def test_what_an_endpoint_does_in_our_words(
    modality: str, kind: str, required: tuple[str, ...], inputs: dict[str, Any], modes: tuple[str, ...]
) -> None:
    assert only(endpoint(modality, kind, required, **inputs)).modes == modes


@pytest.mark.parametrize(
    ("id", "mode"), [("acme/fox/reframe", "reframe-video"), ("acme/motion-control", "motion-control")]
)
def test_a_path_tells_the_mode(id: str, mode: str) -> None:
    schema = {"properties": {"video_url": URL}, "required": ["video_url"]}
    made = Endpoint(id=id, kind="video", modality=("video-to-video",), schema=schema)
    assert entry_of(made, Overrides())["modes"] == [mode]


def test_each_mode_is_a_way_of_its_own_where_that_is_told() -> None:
    inputs = {"prompt": TEXT, "image": URL, "last_frame_image": URL, "reference_images": URLS, "reference_videos": URLS}
    spec = built(endpoint("text-to-video", **inputs), split=True)
    ways = {
        way.modes[0]: {name for name, taken in way.layout.inputs.items() if taken.required} for way in spec.variants
    }
    assert ways == {
        "text-to-video": set(),
        "image-to-video": {"first_frame"},
        "first-last-frame": {"first_frame", "last_frame"},
        "reference-to-video": set(),
    }
    assert "at least one of reference images or video" in str(spec.variants[-1].rules[0])


def test_what_is_needed_and_has_a_default_is_written() -> None:
    inputs = {
        "style": {"type": "string", "enum": ["a", "b"], "default": "b"},
        "level": {"type": "integer", "default": 3},
    }
    variant = only(endpoint("text-to-video", required=("style", "level"), **inputs))
    assert [variant.fields[name].required for name in inputs] == [True, True]
    assert variant.fields["level"].is_extra and variant.fields["level"].default == 3


def test_a_word_that_needs_another_field_is_not_offered_but_may_be_given() -> None:
    variant = only(endpoint("text-to-image", "image", aspect_ratio={"type": "string", "enum": ["1:1", "custom"]}))
    assert variant.fields["aspect_ratio"].choices == ("1:1",)
    assert all(rule.holds({"extra_params": {"aspect_ratio": "custom"}}) for rule in variant.rules)
    assert not all(rule.holds({"extra_params": {"aspect_ratio": "7:3"}}) for rule in variant.rules)
