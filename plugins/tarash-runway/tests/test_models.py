"""What our words become in each family's body."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tarash_runway.models import CATALOG, RETIRED

from tarash_core import plan_image, plan_video
from tarash_core.errors import RetiredModelError, UnsupportedParameterError, ValidationError
from tarash_core.models.config import VideoGenerationConfig
from tarash_core.models.media import ImageInput

A, B, CLIP, SOUND = (f"https://files.example/{name}" for name in ("a.png", "b.png", "c.mp4", "d.mp3"))
SHOTS = {"providerSettings": {"multiPrompt": [{"prompt": "a", "duration": 3}, {"prompt": "b", "duration": 4}]}}


def planned(kind: str, model: str, **fields: Any) -> Any:
    plan = plan_video if kind == "video" else plan_image
    return plan(f"runway/{model}", **{"prompt": "A fox", **fields})


@pytest.mark.parametrize(
    ("model", "fields", "endpoint", "body"),
    [
        (
            "gen4.5",
            {"duration_seconds": 8, "aspect_ratio": "9:16", "seed": 7},
            "text_to_video",
            {"promptText": "A fox", "ratio": "720:1280", "duration": 8, "seed": 7},
        ),
        (
            "gen4.5",
            {"first_frame": A, "aspect_ratio": "4:3", "resolution": "720p"},
            "image_to_video",
            {
                "promptImage": [{"position": "first", "uri": A}],
                "promptText": "A fox",
                "ratio": "1104:832",
                "duration": 5,
            },
        ),
        (
            "gen4_turbo",
            {"prompt": None, "first_frame": "runway://x1"},
            "image_to_video",
            {"promptImage": [{"position": "first", "uri": "runway://x1"}], "ratio": "1280:720"},
        ),
        (
            "veo3.1",
            {"first_frame": A, "last_frame": B, "resolution": "1080p", "generate_audio": False, "duration_seconds": 8,
             "negative_prompt": "blur"},
            "image_to_video",
            {
                "promptImage": [{"position": "first", "uri": A}, {"position": "last", "uri": B}],
                "promptText": "A fox",
                "negativePrompt": "blur",
                "ratio": "1920:1080",
                "duration": 8,
                "audio": False,
            },
        ),
        (
            "seedance2",
            {"aspect_ratio": "21:9", "resolution": "1080p", "duration_seconds": 15},
            "text_to_video",
            {"promptText": "A fox", "ratio": "2206:946", "duration": 15},
        ),
        (
            "seedance2",
            {"image_list": [ImageInput(A, "reference"), ImageInput(B, "reference")], "audio": SOUND, "video": CLIP,
             "mode": "reference-to-video"},
            "text_to_video",
            {
                "promptText": "A fox",
                "references": [{"uri": A}, {"uri": B}],
                "referenceVideos": [{"type": "video", "uri": CLIP}],
                "referenceAudio": [{"type": "audio", "uri": SOUND}],
            },
        ),
        (
            "hailuo3",
            {"video": CLIP, "mode": "edit-video", "resolution": "2K"},
            "video_to_video",
            {"promptText": "A fox", "promptVideo": CLIP, "resolution": "2k"},
        ),
        (
            "aleph2",
            {"video": CLIP, "aspect_ratio": "9:16"},
            "video_to_video",
            {"promptText": "A fox", "videoUri": CLIP, "targetAspectRatio": "9:16"},
        ),
        (
            "gemini_omni_flash_1.1",
            {"video": CLIP, "mode": "extend-video", "resolution": "720p"},
            "video_to_video",
            {"promptText": "A fox", "videoUri": CLIP, "ratio": "1280:720", "mode": "extend"},
        ),
        (
            "seedance2_5",
            {"video": CLIP, "mode": "edit-video", "duration_seconds": 30},
            "video_to_video",
            {"promptText": "A fox", "promptVideo": CLIP, "duration": 30, "mode": "edit"},
        ),
        ("seedance2_5", {"prompt": None, "extra_params": {"draftTaskId": "t"}}, "text_to_video", {"draftTaskId": "t"}),
        ("seedance2", {"resolution": "480p"}, "text_to_video", {"promptText": "A fox", "ratio": "864:496"}),
        (
            "seedance2",
            {"extra_params": {"duration": "auto"}},
            "text_to_video",
            {"promptText": "A fox", "duration": "auto"},
        ),
        (
            "kling3.0_pro",
            {"prompt": None, "extra_params": SHOTS},
            "text_to_video",
            {"ratio": "1920:1080", **SHOTS},
        ),
        (
            "klingO3_4k",
            {"video": CLIP, "generate_audio": False, "resolution": "4k", "first_frame": A,
             "image_list": [ImageInput(B, "reference")]},
            "video_to_video",
            {
                "promptText": "A fox",
                "promptVideo": CLIP,
                "references": [{"position": "first", "uri": A}, {"uri": B}],
                "providerSettings": {"keepOriginalSound": False},
            },
        ),
        (
            "kling_4",
            {"first_frame": A, "resolution": "1080p", "aspect_ratio": "16:9"},
            "image_to_video",
            {"promptImage": [{"position": "first", "uri": A}], "promptText": "A fox", "ratio": "auto_1080p"},
        ),
        (
            "wan3",
            {"first_frame": A, "last_frame": B, "resolution": "480p"},
            "image_to_video",
            {
                "promptImage": [{"position": "first", "uri": A}, {"position": "last", "uri": B}],
                "promptText": "A fox",
                "ratio": "auto_480p",
            },
        ),
        (
            "grok_imagine_1_5",
            {"aspect_ratio": "2:3", "resolution": "480p", "duration_seconds": 1},
            "text_to_video",
            {"promptText": "A fox", "ratio": "2:3", "resolution": "480p", "duration": 1},
        ),
        (
            "h3_max",
            {"enhance_prompt": False, "resolution": "768p"},
            "text_to_video",
            {"promptText": "A fox", "promptExpansionMode": "disabled", "resolution": "768p"},
        ),
        (
            "h3_max",
            {"extra_params": {"promptExpansionMode": "quality"}},
            "text_to_video",
            {"promptText": "A fox", "promptExpansionMode": "quality"},
        ),
        (
            "act_two",
            {"prompt": None, "image_list": [A], "video": CLIP, "extra_params": {"expressionIntensity": 5}},
            "character_performance",
            {
                "character": {"type": "image", "uri": A},
                "reference": {"type": "video", "uri": CLIP},
                "expressionIntensity": 5,
            },
        ),
        (
            "act_two",
            {"prompt": None, "video": CLIP, "extra_params": {"character": {"type": "video", "uri": CLIP}}},
            "character_performance",
            {"character": {"type": "video", "uri": CLIP}, "reference": {"type": "video", "uri": CLIP}},
        ),
        (
            "gwm1_avatars",
            {
                "prompt": "Hello",
                "extra_params": {
                    "avatar": {"type": "runway-preset", "presetId": "influencer"},
                    "speech": {"voice": {"type": "preset", "presetId": "maya"}},
                },
            },
            "avatar_videos",
            {
                "speech": {"type": "text", "text": "Hello", "voice": {"type": "preset", "presetId": "maya"}},
                "avatar": {"type": "runway-preset", "presetId": "influencer"},
            },
        ),
        (
            "gwm1_avatars",
            {
                "prompt": None,
                "audio": SOUND,
                "extra_params": {"avatar": {"type": "custom", "avatarId": "7a0e2f3c-5b5d-4a5e-9f7e-0a1b2c3d4e5f"}},
            },
            "avatar_videos",
            {
                "speech": {"type": "audio", "audio": SOUND},
                "avatar": {"type": "custom", "avatarId": "7a0e2f3c-5b5d-4a5e-9f7e-0a1b2c3d4e5f"},
            },
        ),
        (
            "magnific_video_upscaler_creative",
            {"prompt": None, "video": CLIP, "resolution": "4k"},
            "video_upscale",
            {"videoUri": CLIP, "resolution": "4k"},
        ),
        (
            "enhance_frame_rate",
            {"prompt": None, "video": CLIP, "fps": 29.97},
            "video_upscale",
            {"videoUri": CLIP, "targetFramerate": "29_97"},
        ),
        (
            "ruby",
            {"prompt": None, "video": CLIP, "extra_params": {"outputFormat": "hlg"}},
            "video_to_hdr",
            {"videoUri": CLIP, "outputFormat": "hlg"},
        ),
    ],
)  # fmt: skip
def test_a_video_request_becomes_this_body(
    model: str, fields: dict[str, Any], endpoint: str, body: dict[str, Any]
) -> None:
    plan = planned("video", model, **fields)
    assert plan.payload == {"model": model, **body}
    assert plan.endpoint == f"/v1/{endpoint}"


@pytest.mark.parametrize(
    ("model", "fields", "endpoint", "body"),
    [
        (
            "gen4_image",
            {"image_list": [ImageInput(A, name="fox")], "size": "1920x1080"},
            "text_to_image",
            {"promptText": "A fox", "referenceImages": [{"uri": A, "tag": "fox"}], "ratio": "1920:1080"},
        ),
        (
            "gpt_image_2",
            {"aspect_ratio": "16:9", "resolution": "4K", "n": 4, "quality": "low"},
            "text_to_image",
            {"promptText": "A fox", "ratio": "3840:2160", "outputCount": 4, "quality": "low"},
        ),
        ("gpt_image_2", {"image_list": [A]}, "text_to_image",
         {"promptText": "A fox", "referenceImages": [{"uri": A}], "ratio": "auto"}),
        ("gemini_image3.1_flash", {"aspect_ratio": "8:1", "resolution": "2K", "n": 4}, "text_to_image",
         {"promptText": "A fox", "ratio": "5632:704", "outputCount": 4}),
        ("seedream5_lite", {"extra_params": {"ratio": "2000:2000"}}, "text_to_image",
         {"promptText": "A fox", "ratio": "2000:2000"}),
        ("ideogram_4_5", {"image_list": [A], "mask_image": B}, "text_to_image",
         {"promptText": "A fox", "referenceImages": [{"uri": A}], "maskUri": B}),
        ("recraft_v4_1_vector", {"extra_params": {"colors": ["#fff"]}}, "text_to_image",
         {"promptText": "A fox", "colors": ["#fff"]}),
        ("magnific_precision_upscaler_v2", {"prompt": None, "image_list": [A], "extra_params": {"scaleFactor": 4}},
         "image_upscale", {"imageUri": A, "scaleFactor": 4}),
    ],
)  # fmt: skip
def test_an_image_request_becomes_this_body(
    model: str, fields: dict[str, Any], endpoint: str, body: dict[str, Any]
) -> None:
    plan = planned("image", model, **fields)
    assert plan.payload == {"model": model, **body}
    assert plan.endpoint == f"/v1/{endpoint}"


@pytest.mark.parametrize(
    ("kind", "model", "fields", "words"),
    [
        ("video", "gen4_turbo", {}, "first_frame is missing"),
        ("video", "gen4.5", {"duration_seconds": 11}, "2 to 10"),
        ("video", "gen4.5", {"resolution": "1080p"}, "1280:720 or 720:1280"),
        ("video", "gen4.5", {"prompt": "\N{FOX FACE}" * 501}, "1000 UTF-16 units"),
        ("video", "veo3.1", {"last_frame": A}, "first_frame"),
        ("video", "hailuo3", {"video": CLIP}, "mode is needed"),
        ("video", "hailuo3", {"audio": SOUND, "aspect_ratio": "adaptive"}, "'adaptive' needs reference images"),
        ("video", "seedance2", {"mode": "reference-to-video"}, "at least one of reference images"),
        ("video", "grok_imagine_1_5", {"audio": SOUND}, "audio requires reference images"),
        ("video", "kling3.0_pro", {"prompt": None}, "multiPrompt"),
        ("video", "kling3.0_pro", {"extra_params": {"providerSettings": {"multiPrompt": [
            {"prompt": "a", "duration": 16}]}}}, "3 to 15 seconds"),
        ("video", "kling3.0_pro", {"prompt": None, "extra_params": {"providerSettings": {
            "shotType": "intelligence", **SHOTS["providerSettings"]}}}, "'intelligence' needs a prompt"),
        ("video", "kling_4", {"first_frame": A, "image_list": [ImageInput(B, "reference")] * 10}, "10 images at most"),
        ("video", "gen4.5", {"extra_params": {"proresProfile": "422"}}, "proresProfile needs outputFormat"),
        ("video", "gen4.5", {"extra_params": {"contentModeration": {"publicFigureThreshold": "off"}}}, "one of auto"),
        ("video", "seedance2_5", {"prompt": None}, "draftTaskId alone"),
        ("video", "gwm1_avatars", {}, "extra_params['avatar'] is needed"),
        ("video", "enhance_frame_rate", {"prompt": None, "video": CLIP}, "fps is needed"),
        ("image", "gemini_image3_pro", {"n": 2}, "1 or 4"),
        ("image", "gen4_image_turbo", {}, "images"),
        ("image", "bria_fibo_edit_1_5", {"image_list": [A], "size": "1024x1024"}, "two images"),
        ("image", "ideogram_4_5", {"quality": "very_low"}, "very_low needs reference images"),
        ("image", "ideogram_4_5", {"image_list": [A], "size": "1024x1024", "extra_params": {"preciseEdit": True}},
         "preciseEdit"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_before_money_moves(
    kind: str, model: str, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(UnsupportedParameterError, match=re.escape(words)):
        planned(kind, model, **fields)


def test_a_seed_out_of_bounds_is_dropped_with_a_notice() -> None:
    plan = planned("video", "gen4.5", seed=-1)
    assert "seed" not in plan.payload
    assert any("0 to 4294967295" in notice.message for notice in plan.notices)


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        ("gen4.5", {"duration_seconds": 10}, "1.20"),
        ("veo3.1", {"duration_seconds": 8}, "3.20"),
        ("veo3.1", {"duration_seconds": 8, "generate_audio": False}, "1.60"),
        ("seedance2", {"duration_seconds": 4, "resolution": "4k"}, "6.00"),
        ("wan3_prime", {"duration_seconds": 5, "resolution": "480p"}, "0.34"),
        ("wan3_prime", {"duration_seconds": 5}, None),
        ("kling_4", {"duration_seconds": 5}, None),
        ("seedance2", {"duration_seconds": 4, "resolution": "4k", "image_list": [ImageInput(A, "reference")]}, None),
    ],
)
def test_the_price_is_that_of_the_list_where_it_is_known(model: str, fields: dict[str, Any], usd: str | None) -> None:
    cost = planned("video", model, **fields).estimated_cost
    assert (cost and f"{cost.usd:.2f}") == usd


def test_the_price_of_images_goes_by_their_size_and_number() -> None:
    assert f"{planned('image', 'gen4_image', resolution='720p').estimated_cost.usd:.2f}" == "0.05"
    assert f"{planned('image', 'gemini_image3_pro', resolution='4K', n=4).estimated_cost.usd:.2f}" == "1.60"


@pytest.mark.parametrize(("model", "instead"), [(id, facts[1]) for id, facts in RETIRED.items()])
def test_a_retired_model_is_refused_with_its_successor(model: str, instead: str) -> None:
    with pytest.raises(RetiredModelError, match=re.escape(instead)) as caught:
        planned("video", model)
    assert caught.value.replacement == instead
    assert instead in CATALOG
    config = VideoGenerationConfig(provider="runway", model=model, allow_retired=True)
    with pytest.raises(ValidationError, match="no longer published"):
        plan_video(config, prompt="A fox")


def test_an_unlisted_model_is_sent_with_the_usual_names_and_a_warning() -> None:
    plan = planned("video", "gen9", aspect_ratio="9:16")
    assert plan.payload == {"model": "gen9", "promptText": "A fox", "ratio": "720:1280"}
    assert plan.notices
    assert planned("image", "gen9_image").payload["model"] == "gen9_image"


def test_no_sound_model_is_listed() -> None:
    assert not [id for id in CATALOG if id.startswith(("eleven_", "seed_audio", "mirelo_"))]
