"""The catalogue against the inputs that Replicate publishes, and plans of real requests."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tarash_replicate.models import CATALOG
from tarash_replicate.simulator_schemas import openapi_schema, published

from tarash_core import Plan, plan_image, plan_video
from tarash_core.catalog.lookup import find_model
from tarash_core.errors import UnsupportedParameterError, ValidationError

MODELS = {model: CATALOG[model] for model in published()}
"""The models whose inputs the simulator knows; all of them are compared in ``test_catalog.py``."""

VERSION = "5c7d" * 16
IMAGE = "https://x.example/fox.png"
CLIP = "https://x.example/fox.mp4"


def schema_of(model: str) -> dict[str, Any]:
    known = published()[model]
    return {
        "type": "object",
        "properties": known["input"],
        "required": known["required"],
        "additionalProperties": False,
    }


def planned(model: str, **wishes: Any) -> Plan:
    plan = plan_video if published().get(model, {}).get("kind", "video") == "video" else plan_image
    made: Plan = plan(f"replicate/{model}", prompt="A fox", **wishes)
    return made


@pytest.mark.parametrize("model", list(MODELS))
def test_every_choice_of_the_schema_can_be_asked_for(model: str) -> None:
    known = published()[model]["input"]
    for name, schema in known.items():
        mappers = [v.fields[name] for v in MODELS[model].variants if name in v.fields]
        if "enum" not in schema or not mappers:
            continue
        reached = {wire for m in mappers for wire in (m.wire_words.values() if m.wire_words else m.choices or ())}
        assert set(schema["enum"]) - reached <= {"custom"}


@pytest.mark.parametrize(
    ("model", "wishes", "variant", "payload"),
    [
        (
            "google/veo-3.1",
            {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "1080p", "generate_audio": False, "seed": 1},
            "text-to-video",
            {"duration": 8, "aspect_ratio": "16:9", "resolution": "1080p", "generate_audio": False, "seed": 1},
        ),
        ("google/veo-3.1", {"first_frame": IMAGE}, "image-to-video", {"image": IMAGE}),
        (
            "google/veo-3.1",
            {"first_frame": IMAGE, "last_frame": IMAGE + "2"},
            "first-last-frame",
            {"image": IMAGE, "last_frame": IMAGE + "2"},
        ),
        (
            "google/veo-3.1",
            {"image_list": [{"image": IMAGE, "type": "reference"}]},
            "reference-to-video",
            {"reference_images": [IMAGE], "aspect_ratio": "16:9", "duration": 8},
        ),
        (
            "kwaivgi/kling-v3-video",
            {"resolution": "4k", "duration_seconds": 15},
            "text-to-video",
            {"mode": "4k", "duration": 15},
        ),
        (
            "kwaivgi/kling-v2.5-turbo-pro",
            {"first_frame": IMAGE, "last_frame": IMAGE, "duration_seconds": 10, "negative_prompt": "rain"},
            "first-last-frame",
            {"start_image": IMAGE, "end_image": IMAGE, "duration": 10, "negative_prompt": "rain"},
        ),
        (
            "minimax/hailuo-2.3",
            {"first_frame": IMAGE, "resolution": "768p", "enhance_prompt": False},
            "image-to-video",
            {"first_frame_image": IMAGE, "resolution": "768p", "prompt_optimizer": False},
        ),
        (
            "minimax/video-01",
            {"image_list": [{"image": IMAGE, "type": "reference"}]},
            "reference-to-video",
            {"subject_reference": IMAGE},
        ),
        (
            "bytedance/seedance-1-pro",
            {"first_frame": IMAGE, "fps": 24, "duration_seconds": 5, "extra_params": {"camera_fixed": True}},
            "image-to-video",
            {"image": IMAGE, "fps": 24, "duration": 5, "camera_fixed": True},
        ),
        (
            "bytedance/seedance-2.0",
            {"image_list": [{"image": IMAGE, "type": "reference"}], "video": CLIP, "mode": "reference-to-video"},
            "reference-to-video",
            {"reference_images": [IMAGE], "reference_videos": [CLIP]},
        ),
        (
            "wan-video/wan-2.7-t2v",
            {"audio": "https://x.example/a.mp3", "duration_seconds": 2},
            "text-to-video",
            {"audio": "https://x.example/a.mp3", "duration": 2},
        ),
        (
            "black-forest-labs/flux-schnell",
            {"n": 4, "resolution": "0.25 MP", "extra_params": {"num_inference_steps": 2}},
            "text-to-image",
            {"num_outputs": 4, "megapixels": "0.25", "num_inference_steps": 2},
        ),
        (
            "black-forest-labs/flux-dev",
            {"image_list": [IMAGE], "extra_params": {"prompt_strength": 0.5, "output_format": "png"}},
            "image-to-image",
            {"image": IMAGE, "prompt_strength": 0.5, "output_format": "png"},
        ),
        ("black-forest-labs/flux-1.1-pro", {"image_list": [IMAGE]}, "image-to-image", {"image_prompt": IMAGE}),
        (
            "black-forest-labs/flux-2-pro",
            {"image_list": [IMAGE, IMAGE + "2"], "resolution": "2 MP"},
            "image-to-image",
            {"input_images": [IMAGE, IMAGE + "2"], "resolution": "2 MP"},
        ),
        (
            "black-forest-labs/flux-fill-pro",
            {"image_list": [IMAGE], "mask_image": IMAGE + "m"},
            "inpaint",
            {"image": IMAGE, "mask": IMAGE + "m"},
        ),
        (
            "google/nano-banana-2",
            {"image_list": [IMAGE], "aspect_ratio": "21:9", "resolution": "2K"},
            "image-to-image",
            {"image_input": [IMAGE], "aspect_ratio": "21:9", "resolution": "2K"},
        ),
    ],
)
def test_a_request_becomes_exactly_this_input(
    model: str, wishes: dict[str, Any], variant: str, payload: dict[str, Any]
) -> None:
    plan = planned(model, **wishes)
    assert plan.payload == {"prompt": "A fox", **payload}
    assert plan.variant == variant
    assert plan.endpoint == f"/v1/models/{model}/predictions"
    Draft202012Validator(schema_of(model)).validate(plan.payload)


@pytest.mark.parametrize("model", list(MODELS))
def test_a_prompt_alone_is_enough_but_for_an_edit(model: str) -> None:
    if MODELS[model].modes == ("inpaint",):
        with pytest.raises(UnsupportedParameterError, match="missing"):
            planned(model)
    else:
        assert planned(model).payload == {"prompt": "A fox"}


@pytest.mark.parametrize(
    ("model", "wishes"),
    [
        ("google/veo-3.1", {"duration_seconds": 5}),
        ("google/veo-3.1", {"duration_seconds": 4, "image_list": [{"image": IMAGE, "type": "reference"}]}),
        ("google/veo-3.1-fast", {"image_list": [{"image": IMAGE, "type": "reference"}]}),
        ("google/veo-3.1", {"last_frame": IMAGE}),
        ("google/veo-3.1", {"number_of_videos": 2}),
        ("kwaivgi/kling-v3-video", {"duration_seconds": 16}),
        ("minimax/hailuo-2.3", {"resolution": "720p"}),
        ("black-forest-labs/flux-schnell", {"n": 5}),
        ("black-forest-labs/flux-schnell", {"image_list": [IMAGE]}),
        ("black-forest-labs/flux-schnell", {"extra_params": {"num_inference_steps": 5}}),
        ("google/nano-banana-2", {"image_list": [IMAGE] * 15}),
    ],
)
def test_what_the_model_cannot_do_is_refused_before_it_is_paid_for(model: str, wishes: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedParameterError):
        planned(model, **wishes)


def test_a_misspelt_parameter_of_the_models_own_is_noticed() -> None:
    notices = planned("kwaivgi/kling-v3-video", extra_params={"multi_promt": "[]"}).notices
    assert ["'multi_prompt'" in notice.message for notice in notices if notice.code == "unknown_parameter"] == [True]


@pytest.mark.parametrize("model", list(MODELS))
def test_a_version_is_found_by_its_models_name(model: str) -> None:
    found = find_model("replicate", CATALOG, f"{model}:{VERSION}")
    assert [way.fields for way in found.spec.variants] == [way.fields for way in MODELS[model].variants]
    assert {way.endpoint for way in found.spec.variants} == {"/v1/predictions"}
    assert not found.notices


@pytest.mark.parametrize(
    "model", ["black-forest-labs/flux-dev-lora", "bytedance/seedance-1-pro-ultra", "owner/fox", VERSION]
)
def test_a_longer_name_is_another_model(model: str) -> None:
    found = find_model("replicate", CATALOG, model)
    assert found.spec is CATALOG.generic
    assert [notice.code for notice in found.notices] == ["unknown_model"]


def test_an_unlisted_model_takes_no_picture_that_replicate_would_ignore() -> None:
    with pytest.raises(ValidationError):
        planned("owner/fox", first_frame=IMAGE)
    plan = planned("owner/fox", duration_seconds=5, extra_params={"image": IMAGE})
    assert plan.payload == {"prompt": "A fox", "duration": 5, "image": IMAGE}


@pytest.mark.parametrize("model", [*MODELS, "owner/fox"])
def test_the_openapi_document_hides_choices_as_replicate_does(model: str) -> None:
    schemas = openapi_schema(model)["components"]["schemas"]
    for name, shown in schemas["Input"]["properties"].items():
        for part in shown.get("allOf", ()):
            assert PurePosixPath(part["$ref"]).name == name
            assert schemas[name]["enum"]
    assert "prompt" in schemas["Input"]["required"]
