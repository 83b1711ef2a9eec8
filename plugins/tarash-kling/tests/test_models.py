"""Our words in Kling's, for each kind of path, and what is refused before money moves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tarash_kling.models import CATALOG

from tarash_core import plan_image, plan_video
from tarash_core.errors import ValidationError
from tarash_core.models.config import ImageGenerationConfig, VideoGenerationConfig
from tarash_core.models.plan import Plan

A, B, CLIP = "https://x.test/a.png", "https://x.test/b.png", "https://x.test/c.mp4"
SAID = {"type": "prompt", "text": "A fox"}
FIRST, LAST = {"type": "first_frame", "url": A}, {"type": "last_frame", "url": B}
ELEMENT = {"element_id": "829", "id": "hero"}


def planned(model: str, policy: Any = "warn", **fields: Any) -> Plan:
    asked = {"prompt": "A fox", **fields}
    known: dict[str, Any] = {"provider": "kling", "model": model, "allow_retired": True, "on_unsupported": policy}
    is_image = asked.pop("image", False)
    if is_image:
        return plan_image(ImageGenerationConfig(**known), **asked)
    return plan_video(VideoGenerationConfig(**known), **asked)


def reference(url: str = A, **known: Any) -> dict[str, Any]:
    return {"image": url, "type": "reference", **known}


NEW: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("kling-3.0", {}, "/text-to-video/kling-3.0", {"prompt": "A fox"}),
    ("kling-3.0", {"duration_seconds": 3, "resolution": "2160p", "aspect_ratio": "9:16", "generate_audio": True},
     "/text-to-video/kling-3.0",
     {"prompt": "A fox", "settings": {"audio": "native", "resolution": "4k", "aspect_ratio": "9:16", "duration": 3}}),
    ("kling-3.0", {"first_frame": A, "last_frame": B, "generate_audio": False}, "/image-to-video/kling-3.0",
     {"contents": [SAID, FIRST, LAST], "settings": {"audio": "off"}}),
    ("kling-3.0", {"prompt": None, "first_frame": A, "extra_params": {"elements": [ELEMENT, ELEMENT]}},
     "/image-to-video/kling-3.0",
     {"contents": [FIRST, {"type": "element", **ELEMENT}, {"type": "element", **ELEMENT}]}),
    ("kling-3.0", {"image_list": [reference()], "video": CLIP, "extra_params": {"character_orientation": "video"}},
     "/motion-control/kling-3.0",
     {"contents": [SAID, {"type": "image", "url": A}, {"type": "video", "url": CLIP}],
      "settings": {"character_orientation": "video"}}),
    ("kling-3.0-turbo", {"generate_audio": True, "duration_seconds": 15}, "/text-to-video/kling-3.0-turbo",
     {"prompt": "A fox", "settings": {"duration": 15}}),
    ("kling-3.0-omni", {}, "/omni-video/kling-3.0-omni", {"contents": [SAID], "settings": {"aspect_ratio": "16:9"}}),
    ("kling-3.0-omni", {"first_frame": A}, "/omni-video/kling-3.0-omni", {"contents": [SAID, FIRST]}),
    ("kling-3.0-omni", {"image_list": [reference(name="place"), reference(B)]}, "/omni-video/kling-3.0-omni",
     {"contents": [SAID, {"type": "refer_image", "url": A, "id": "place"}, {"type": "refer_image", "url": B}],
      "settings": {"aspect_ratio": "16:9"}}),
    ("kling-3.0-omni", {"video": CLIP, "mode": "reference-to-video", "duration_seconds": 6},
     "/omni-video/kling-3.0-omni",
     {"contents": [SAID, {"type": "feature_video", "url": CLIP}], "settings": {"duration": 6}}),
    ("kling-o1", {"video": CLIP, "mode": "edit-video", "generate_audio": True}, "/omni-video/kling-o1",
     {"contents": [SAID, {"type": "base_video", "url": CLIP}], "settings": {"audio": "original"}}),
    ("kling-2.6", {"first_frame": A, "last_frame": B}, "/image-to-video/kling-2.6",
     {"contents": [SAID, FIRST, LAST], "settings": {"resolution": "1080p"}}),
    ("kling-2.6", {"first_frame": A, "generate_audio": True, "resolution": "1080p",
                   "extra_params": {"voices": [{"voice_id": "v", "id": "v1"}]}}, "/image-to-video/kling-2.6",
     {"contents": [SAID, FIRST, {"type": "voice", "voice_id": "v", "id": "v1"}],
      "settings": {"audio": "native", "resolution": "1080p"}}),
    ("kling-2.5-turbo", {"duration_seconds": 10, "generate_audio": False}, "/text-to-video/kling-2.5-turbo",
     {"prompt": "A fox", "settings": {"duration": 10}}),
]  # fmt: skip

OLDER: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("kling-v2-6", {"duration_seconds": 10, "resolution": "720p", "negative_prompt": "snow"}, "videos/text2video",
     {"duration": "10", "mode": "std", "negative_prompt": "snow"}),
    ("kling-v2-6", {"first_frame": A, "last_frame": B}, "videos/image2video",
     {"image": A, "image_tail": B, "mode": "pro"}),
    ("kling-v3", {"first_frame": A, "last_frame": B, "resolution": "4k", "generate_audio": True}, "videos/image2video",
     {"image": A, "image_tail": B, "mode": "4k", "sound": "on"}),
    ("kling-v3", {"video": CLIP, "first_frame": A, "generate_audio": False,
                  "extra_params": {"character_orientation": "image"}}, "videos/motion-control",
     {"image_url": A, "video_url": CLIP, "character_orientation": "image", "mode": "std", "keep_original_sound": "no"}),
    ("kling-video-o1", {}, "videos/omni-video", {"aspect_ratio": "16:9"}),
    ("kling-video-o1", {"first_frame": A, "last_frame": B}, "videos/omni-video",
     {"image_list": [{"type": "first_frame", "image_url": A}, {"type": "end_frame", "image_url": B}]}),
    ("kling-v3-omni", {"first_frame": A, "image_list": [reference(B)]}, "videos/omni-video",
     {"image_list": [{"image_url": B}, {"type": "first_frame", "image_url": A}]}),
    ("kling-v3-omni", {"video": CLIP, "mode": "edit-video"}, "videos/omni-video",
     {"video_list": [{"video_url": CLIP, "refer_type": "base"}]}),
    ("kling-v3-omni", {"video": CLIP, "mode": "reference-to-video", "generate_audio": False}, "videos/omni-video",
     {"video_list": [{"video_url": CLIP, "refer_type": "feature", "keep_original_sound": "no"}],
      "aspect_ratio": "16:9"}),
    ("kling-v1", {"extra_params": {"camera_control": {"type": "simple", "config": {"zoom": 5}}, "cfg_scale": 0.7}},
     "videos/text2video", {"camera_control": {"type": "simple", "config": {"zoom": 5}}, "cfg_scale": 0.7}),
    ("kling-v1-5", {"prompt": None, "last_frame": B}, "videos/image2video", {"image_tail": B, "mode": "pro"}),
    ("kling-v1-6", {"image_list": [reference(), reference(B)]}, "videos/multi-image2video",
     {"image_list": [{"image": A}, {"image": B}]}),
    ("kling-v3", {"image": True, "n": 2, "resolution": "2K", "aspect_ratio": "21:9"}, "images/generations",
     {"n": 2, "resolution": "2k", "aspect_ratio": "21:9"}),
    ("kling-v2-1", {"image": True, "image_list": [reference()], "extra_params": {"image_reference": "face"}},
     "images/generations", {"image": A, "image_reference": "face"}),
    ("kling-v2-1", {"image": True, "image_list": [reference(), reference(B), {"image": B, "type": "style"},
                                                  {"image": A, "type": "asset"}]}, "images/multi-image2image",
     {"subject_image_list": [{"subject_image": A}, {"subject_image": B}], "style_image": B, "scene_image": A}),
    ("kling-image-o1", {"image": True, "image_list": [A, B]}, "images/omni-image",
     {"image_list": [{"image": A}, {"image": B}]}),
    ("kling-v3-omni", {"image": True, "resolution": "4k", "extra_params": {"result_type": "series",
                                                                           "series_amount": "auto"}},
     "images/omni-image", {"resolution": "4k", "result_type": "series", "series_amount": "auto"}),
]  # fmt: skip


@pytest.mark.parametrize(("model", "fields", "endpoint", "payload"), NEW)
def test_our_words_in_the_new_standard(
    model: str, fields: dict[str, Any], endpoint: str, payload: dict[str, Any]
) -> None:
    plan = planned(model, **fields)
    assert (plan.endpoint, plan.surface, plan.payload) == (endpoint, "new", payload)


@pytest.mark.parametrize(("model", "fields", "endpoint", "payload"), OLDER)
def test_our_words_in_the_older_standard(
    model: str, fields: dict[str, Any], endpoint: str, payload: dict[str, Any]
) -> None:
    plan = planned(model, **fields)
    words = {} if "prompt" in fields else {"prompt": "A fox"}
    assert (plan.endpoint, plan.surface) == (f"/v1/{endpoint}", "older")
    assert plan.payload == {"model_name": model, **words, **payload}


def test_a_picture_is_widened_on_its_own_path() -> None:
    ratios = {f"{side}_expansion_ratio": 0.5 for side in ("up", "down", "left", "right")}
    plan = planned("kling-image-expand", prompt=None, image=True, image_list=[A], extra_params=ratios)
    assert (plan.endpoint, plan.payload) == ("/v1/images/editing/expand", {"image": A, **ratios})


def camera(kind: str, **moves: Any) -> dict[str, Any]:
    return {"extra_params": {"camera_control": {"type": kind, **({"config": moves} if moves else {})}}}


CAMERA = {"camera_control": {"type": "simple", "config": {"zoom": 5}}}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("kling-3.0", {"duration_seconds": 2}, "3 to 15"),
    ("kling-3.0", {"duration_seconds": 4.5}, "3 to 15"),
    ("kling-3.0", {"prompt": "x" * 3073}, "3072"),
    ("kling-3.0", {"aspect_ratio": "21:9"}, "16:9"),
    ("kling-3.0", {"last_frame": B}, "first_frame is missing"),
    ("kling-3.0", {"image_list": [reference()], "video": CLIP}, "character_orientation"),
    ("kling-3.0", {"first_frame": A, "extra_params": {"elements": [ELEMENT] * 4}}, "elements may be 3"),
    ("kling-3.0", {"first_frame": A, "extra_params": {"elements": ["829"]}}, "elements"),
    ("kling-3.0-turbo", {"generate_audio": False}, "generate_audio"),
    ("kling-3.0-turbo", {"first_frame": A, "last_frame": B}, r"use kling-3\.0\."),
    ("kling-3.0-turbo", {"resolution": "4k"}, "720p or 1080p"),
    ("kling-3.0-omni", {"prompt": None}, "prompt"),
    ("kling-3.0-omni", {"video": CLIP}, "mode is needed"),
    ("kling-3.0-omni", {"video": CLIP, "mode": "edit-video", "duration_seconds": 5}, "duration_seconds"),
    ("kling-3.0-omni", {"image_list": [reference()] * 8}, "reference images"),
    ("kling-3.0-omni", {"image_list": [reference()] * 5, "extra_params": {"elements": [ELEMENT] * 3}}, "may be 7"),
    ("kling-o1", {"first_frame": A, "duration_seconds": 7}, "5 or 10"),
    ("kling-o1", {"first_frame": A, "last_frame": B, "image_list": [reference()]}, "image"),
    ("kling-2.6", {"generate_audio": True}, "resolution=.*1080p"),
    ("kling-2.6", {"first_frame": A, "last_frame": B, "resolution": "720p"}, "1080p"),
    ("kling-2.6", {"first_frame": A, "extra_params": {"voices": [{"voice_id": "v", "id": "a"}]}}, "generate_audio"),
    ("kling-v2-5-turbo", {"first_frame": A, "last_frame": B, "resolution": "720p"}, "1080p"),
    ("kling-v3", {"prompt": None}, "multi_prompt"),
    ("kling-v3", {"extra_params": {"multi_shot": True}}, "shot_type"),
    ("kling-v3", {"first_frame": A, "extra_params": {"element_list": [{"element_id": 1}],
                                                     "voice_list": [{"voice_id": "v"}]}}, "element_list"),
    ("kling-v1", {"duration_seconds": 10, "extra_params": CAMERA}, "5 seconds"),
    ("kling-v1", {"extra_params": {**CAMERA, "mode": "pro"}}, "mode std"),
    ("kling-v1", camera("simple", zoom=5, pan=1), "one number"),
    ("kling-v1", camera("simple"), "one number"),
    ("kling-v1", camera("simple", zoom=11), "one number"),
    ("kling-v1", camera("simple", zoom="5"), "one number"),
    ("kling-v1", camera("down_back", zoom=5), "one number"),
    ("kling-v1", camera("spin"), "down_back"),
    ("kling-v1", {"extra_params": {"camera_control": {"type": "simple", "config": "zoom"}}}, "one number"),
    ("kling-v1-5", {"first_frame": A, "extra_params": CAMERA}, "1080p"),
    ("kling-v3", {"image": True, "n": 10}, "1 to 9"),
    ("kling-v3", {"image": True, "resolution": "4k"}, "1k or 2k"),
    ("kling-image-o1", {"image": True, "image_list": [A] * 11}, "image"),
    ("kling-image-expand", {"prompt": None, "image": True, "image_list": [A]}, "up_expansion_ratio"),
    ("kling-video-o1", {"image": True}, "generate_video"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "fields", "words"), REFUSED)
def test_what_a_model_does_not_take_is_refused(model: str, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        planned(model, **fields)


def test_nearest_moves_what_sound_needs() -> None:
    plan = planned("kling-2.6", "nearest", generate_audio=True, duration_seconds=7)
    assert plan.payload["settings"] == {"audio": "native", "resolution": "1080p", "duration": 5}


LOUD = {"resolution": "1080p", "generate_audio": True}


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        ("kling-3.0", {}, "0.42"),
        ("kling-3.0", {"duration_seconds": 10, "resolution": "4k", "generate_audio": True}, "4.2"),
        ("kling-3.0-turbo", {"duration_seconds": 3}, "0.336"),
        ("kling-3.0-omni", {"first_frame": A, "duration_seconds": 3}, "0.252"),
        ("kling-3.0-omni", {"video": CLIP, "mode": "reference-to-video", "duration_seconds": 3}, "0.378"),
        ("kling-2.6", {"resolution": "1080p", "generate_audio": True}, "0.70"),
        ("kling-2.6", {"first_frame": A, **LOUD}, "0.70"),
        ("kling-2.6", {"first_frame": A, **LOUD, "extra_params": {"voices": [{"voice_id": "v", "id": "a"}]}}, "0.84"),
        ("kling-v2-6", {"first_frame": A, **LOUD, "extra_params": {"voice_list": [{"voice_id": "v"}]}}, "0.84"),
        ("kling-v3", {"image": True, "n": 2}, "0.056"),
        ("kling-v3-omni", {"image": True, "resolution": "4k"}, "0.056"),
        ("kling-v2-1", {"image": True}, "0.014"),
        ("kling-v2-1", {"image": True, "image_list": [reference(), reference(B)]}, "0.056"),
    ],
)
def test_the_estimate_is_that_of_the_price_list(model: str, fields: dict[str, Any], usd: str) -> None:
    cost = planned(model, **fields).estimated_cost
    assert cost is not None and cost.usd == Decimal(usd)


def test_the_length_of_an_edit_is_not_known_and_so_is_its_price() -> None:
    assert planned("kling-o1", video=CLIP, mode="edit-video").estimated_cost is None


def test_pictures_take_a_url_or_bare_base64_and_clips_a_url() -> None:
    for _, spec in CATALOG.items():
        for way in spec.variants:
            for mapper in way.fields.values():
                if mapper.is_media:
                    forms = ["url"] if mapper.source_field == "video" else ["url", "base64"]
                    assert [form.kind for form in mapper.forms] == forms


def test_a_misspelt_setting_is_pointed_at() -> None:
    plan = planned("kling-3.0", extra_params={"settings": {"aspectratio": "1:1"}})
    assert any("settings.aspect_ratio" in notice.message for notice in plan.notices)
