"""What leaves for every way to call a model, and what is refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_sora.models import CATALOG

from tarash_core import ImageGenerationConfig, VideoGenerationConfig, errors, plan_image, plan_video
from tarash_core.models.job import VideoJob
from tarash_core.models.media import ImageInput
from tarash_core.models.plan import Plan
from tarash_core.testing import sample_image

from .conftest import elsewhere

PNG = sample_image()
JOB = VideoJob(provider="sora", model="sora-2", id="video_1")
A, B = "https://x.test/a.png", "https://x.test/b.png"
ROUTER = "https://openrouter.ai/api/v1"

VIDEOS: list[tuple[str, VideoGenerationConfig, dict[str, Any], str, dict[str, Any]]] = [
    ("plain", elsewhere(), {}, "/videos", {"model": "sora-2", "prompt": "A fox"}),
    (
        "wishes",
        elsewhere(),
        {"duration_seconds": 12, "aspect_ratio": "16:9", "resolution": "720p", "generate_audio": True},
        "/videos",
        {"model": "sora-2", "prompt": "A fox", "seconds": "12", "size": "1280x720"},
    ),
    (
        "pro",
        elsewhere("sora-2-pro"),
        {"duration_seconds": 20, "aspect_ratio": "9:16", "resolution": "1080p"},
        "/videos",
        {"model": "sora-2-pro", "prompt": "A fox", "seconds": "20", "size": "1080x1920"},
    ),
    (
        "characters",
        elsewhere(),
        {"extra_params": {"characters": [{"id": "char_1"}]}},
        "/videos",
        {"model": "sora-2", "prompt": "A fox", "characters": [{"id": "char_1"}]},
    ),
    (
        "remix",
        elsewhere(),
        {"video": JOB, "mode": "remix-video"},
        "/videos/{video}/remix",
        {"prompt": "A fox", "video": "video_1"},
    ),
    (
        "edit",
        elsewhere(),
        {"video": JOB, "mode": "edit-video"},
        "/videos/edits",
        {"model": "sora-2", "prompt": "A fox", "video": {"id": "video_1"}},
    ),
    (
        "extend",
        elsewhere(),
        {"video": JOB, "mode": "extend-video", "duration_seconds": 8},
        "/videos/extensions",
        {"model": "sora-2", "prompt": "A fox", "video": {"id": "video_1"}, "seconds": "8"},
    ),
    (
        "SayGM",
        elsewhere("minimax/h3", "https://api.saygm.com/v1"),
        {"duration_seconds": 15, "resolution": "1536x672"},
        "/videos",
        {"model": "minimax/h3", "prompt": "A fox", "seconds": "15", "size": "1536x672"},
    ),
    (
        "vLLM-Omni",
        elsewhere("Wan-AI/Wan2.2", provider_config={"dialect": "vllm"}),
        {"seed": 7, "negative_prompt": "snow", "fps": 16, "extra_params": {"num_inference_steps": 40, "lora": {}}},
        "/videos",
        {
            "model": "Wan-AI/Wan2.2", "prompt": "A fox", "seed": 7, "negative_prompt": "snow", "fps": 16,
            "num_inference_steps": 40, "lora": {},
        },
    ),
    (
        "SGLang",
        elsewhere(provider_config={"dialect": "sglang"}),
        {"duration_seconds": 5, "extra_params": {"reference_url": A}},
        "/videos",
        {"model": "sora-2", "prompt": "A fox", "seconds": "5", "reference_url": A},
    ),
    (
        "LiteLLM",
        elsewhere("my-router-name", provider_config={"dialect": "litellm"}),
        {"duration_seconds": 6, "resolution": "1920x1080"},
        "/videos",
        {"model": "my-router-name", "prompt": "A fox", "seconds": "6", "size": "1920x1080"},
    ),
    (
        "OpenRouter",
        elsewhere("google/veo-3.1", ROUTER),
        {"duration_seconds": 8, "resolution": "720p", "aspect_ratio": "16:9", "first_frame": A, "last_frame": B},
        "/videos",
        {
            "model": "google/veo-3.1", "prompt": "A fox", "duration": 8, "resolution": "720p", "aspect_ratio": "16:9",
            "frame_images": [
                {"type": "image_url", "frame_type": "first_frame", "image_url": {"url": A}},
                {"type": "image_url", "frame_type": "last_frame", "image_url": {"url": B}},
            ],
        },
    ),
    (
        "OpenRouter with references",
        elsewhere("google/veo-3.1", ROUTER),
        {"image_list": [ImageInput(A, "reference")], "generate_audio": False},
        "/videos",
        {
            "model": "google/veo-3.1", "prompt": "A fox", "generate_audio": False,
            "input_references": [{"type": "image_url", "image_url": {"url": A}}],
        },
    ),
    (
        "OpenRouter goes on",
        elsewhere("google/veo-3.1", ROUTER),
        {"video": JOB},
        "/videos",
        {"model": "google/veo-3.1", "prompt": "A fox", "previous_job_id": "video_1"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("config", "fields", "endpoint", "payload"), [case[1:] for case in VIDEOS], ids=[case[0] for case in VIDEOS]
)
def test_the_body_of_a_video(
    config: VideoGenerationConfig, fields: dict[str, Any], endpoint: str, payload: dict[str, Any]
) -> None:
    plan = plan_video(config, prompt="A fox", **fields)
    assert (plan.endpoint, plan.payload) == (endpoint, payload)


PICTURES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("gpt-image-2", {}, {}),
    (
        "gpt-image-2",
        {"n": 3, "aspect_ratio": "3:2", "quality": "high", "extra_params": {"moderation": "low"}},
        {"n": 3, "size": "1536x1024", "quality": "high", "moderation": "low"},
    ),
    ("gpt-image-2", {"size": "2048x1152"}, {"size": "2048x1152"}),
    (
        "gpt-image-2.5-flare",
        {"quality": "max", "extra_params": {"complexity": "high", "output_format": "webp", "output_compression": 80}},
        {"quality": "max", "complexity": "high", "output_format": "webp", "output_compression": 80},
    ),
    (
        "gpt-image-2.6-sunburst",
        {"extra_params": {"output_format": "gif", "frame_count": 12}},
        {"output_format": "gif", "frame_count": 12},
    ),
    (
        "gpt-image-2.6-flare",
        {"extra_params": {"output_format": "svg", "svg": {"model": "gpt-5.5", "reasoning": {"effort": "low"}}}},
        {"output_format": "svg", "svg": {"model": "gpt-5.5", "reasoning": {"effort": "low"}}},
    ),
    ("gpt-image-1.5", {"size": "1024x1024"}, {"size": "1024x1024"}),
]


@pytest.mark.parametrize(("model", "fields", "payload"), PICTURES)
def test_the_body_of_a_picture(model: str, fields: dict[str, Any], payload: dict[str, Any]) -> None:
    plan = plan_image(f"sora/{model}", prompt="A fox", **fields)
    assert (plan.endpoint, plan.body) == ("/images/generations", "json")
    assert plan.payload == {"model": model, "prompt": "A fox", **payload}


@pytest.mark.parametrize(
    ("fields", "variant", "media"),
    [
        ({"image_list": [PNG]}, "image-to-image", {"image"}),
        ({"image_list": [PNG, PNG], "mask_image": PNG}, "inpaint", {"image", "mask"}),
        ({"image_list": [PNG], "extra_params": {"markup": "iVBO"}}, "image-to-image", {"image", "markup"}),
    ],
)
def test_an_edit_is_chosen_by_its_media(fields: dict[str, Any], variant: str, media: set[str]) -> None:
    plan = plan_image("sora/gpt-image-2.5-flare", prompt="A fox", **fields)
    assert (plan.variant, plan.endpoint, plan.body) == (variant, "/images/edits", "multipart")
    assert set(plan.payload) == {"model", "prompt", *media}


@pytest.mark.parametrize(
    ("model", "fields", "said"),
    [
        ("gpt-image-2", {"size": "1000x1000"}, "size"),
        ("gpt-image-2", {"size": "3200x640"}, "ratio"),
        ("gpt-image-2", {"size": "512x512"}, "pixels"),
        ("gpt-image-2", {"n": 11}, "n"),
        ("gpt-image-2", {"extra_params": {"background": "transparent", "output_format": "jpeg"}}, "png"),
        ("gpt-image-2", {"extra_params": {"output_compression": 10}}, "webp"),
        ("gpt-image-2", {"extra_params": {"partial_images": 2}}, "stream"),
        ("gpt-image-2", {"image_list": [PNG], "extra_params": {"mask": "abc"}}, "medium"),
        ("gpt-image-2.6-flare", {"extra_params": {"frame_count": 4}}, "gif"),
        ("gpt-image-2.6-flare", {"extra_params": {"output_format": "svg"}, "n": 2}, "one picture"),
        ("gpt-image-1.5", {"size": "2048x1152"}, "size"),
        ("gpt-image-2", {"image_list": [PNG] * 17}, "16"),
        ("gpt-image-2", {"mask_image": PNG}, "image"),
    ],
)
def test_a_picture_that_cannot_be_made_is_refused(model: str, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(errors.ValidationError, match=said):
        plan_image(f"sora/{model}", prompt="A fox", **fields)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"duration_seconds": 5}, "duration_seconds"),
        ({"aspect_ratio": "1:1"}, "aspect_ratio"),
        ({"generate_audio": False}, "generate_audio"),
        ({"number_of_videos": 2}, "number_of_videos"),
        ({"video": JOB}, "mode is needed"),
        ({"video": JOB, "mode": "extend-video"}, "duration_seconds"),
        ({"extra_params": {"characters": [{"id": "a"}] * 3}}, "two characters"),
        ({"first_frame": A, "last_frame": B}, "first_frame"),
    ],
)
def test_a_video_that_cannot_be_made_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(errors.ValidationError, match=said):
        plan_video(elsewhere(), prompt="A fox", **fields)


@pytest.mark.parametrize("model", [id for id in CATALOG if id.startswith("sora-2")])
def test_sora_is_refused_on_openais_own_host_with_the_ways_on(model: str) -> None:
    with pytest.raises(errors.RetiredModelError, match="2026-09-24") as caught:
        plan_video(f"sora/{model}", prompt="A fox")
    assert "base_url" in str(caught.value) and "kling/kling-3.0" in str(caught.value)
    assert plan_video(elsewhere(model), prompt="A fox").model == model


def lifecycle_of(plan: Plan) -> str:
    (told,) = [str(notice) for notice in plan.notices if notice.code == "lifecycle"]
    return told


def test_elsewhere_the_end_is_a_notice() -> None:
    assert "2026-09-24" in lifecycle_of(plan_video(elsewhere(), prompt="A fox"))


@pytest.mark.parametrize(
    "model", ["gpt-image-1-mini", "gpt-image-1.5", "gpt-image-1.5-2025-12-16", "chatgpt-image-latest"]
)
def test_what_ends_soon_is_told(model: str) -> None:
    told = lifecycle_of(plan_image(f"sora/{model}", prompt="A fox"))
    assert "2026-12-01" in told and "gpt-image-2" in told


def test_gpt_image_1_is_refused_with_its_successor() -> None:
    with pytest.raises(errors.RetiredModelError) as caught:
        plan_image("sora/gpt-image-1", prompt="A fox")
    assert caught.value.replacement == "gpt-image-2"


@pytest.mark.parametrize(("model", "cost"), [("sora-2", "0.80"), ("sora-2-pro", "2.40")])
def test_the_price_of_openai_itself(model: str, cost: str) -> None:
    config = VideoGenerationConfig(provider="sora", model=model, allow_retired=True)
    estimate = plan_video(config, prompt="A fox", duration_seconds=8).estimated_cost
    assert estimate is not None and str(estimate.usd) == cost
    assert plan_video(elsewhere(model), prompt="A fox", duration_seconds=8).estimated_cost is None


@pytest.mark.parametrize(
    ("config", "surface"),
    [
        (elsewhere(), "compatible"),
        (elsewhere(base_url="https://eu.api.openai.com/v1"), "openai"),
        (elsewhere(base_url="https://res.openai.azure.com/openai/v1"), "azure"),
        (elsewhere(base_url="https://res.openai.azure.com", api_version="2025-04-01-preview"), "azure"),
        (elsewhere(base_url="https://eu.openrouter.ai/api/v1"), "openrouter"),
        (elsewhere(base_url="https://notopenrouter.ai/api/v1"), "compatible"),
        (elsewhere(provider_config={"dialect": "vllm"}), "vllm"),
    ],
)
def test_the_surface_is_told_by_setting_version_or_host(config: VideoGenerationConfig, surface: str) -> None:
    assert plan_video(config, prompt="A fox").surface == surface


def test_an_unknown_dialect_and_azure_without_its_resource_are_refused() -> None:
    with pytest.raises(errors.ValidationError, match="dialect must be one of openai, compatible"):
        plan_video(elsewhere(provider_config={"dialect": "klingon"}), prompt="A fox")
    config = ImageGenerationConfig(provider="sora", model="gpt-image-2", api_version="preview")
    with pytest.raises(errors.ValidationError, match="RESOURCE"):
        plan_image(config, prompt="A fox")
