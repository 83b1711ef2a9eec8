"""Ten switches from one model to another with the same request, under ``warn``."""

from __future__ import annotations

from typing import Any

import pytest

from tarash_core import plan_image, plan_video
from tarash_core.errors import UnsupportedParameterError

A, B = "https://files.example/a.png", "https://files.example/b.png"
KLING, HAILUO, SEEDANCE = "fal-ai/kling-video/v3/pro", "fal-ai/minimax/hailuo", "fal-ai/bytedance/seedance/v1.5/pro"

SWITCHES: dict[str, tuple[str, str, dict[str, Any], str | None]] = {
    "fal Kling -> Replicate Kling": (
        f"fal/{KLING}/text-to-video", "replicate/kwaivgi/kling-v3-video",
        {"duration_seconds": 10, "aspect_ratio": "9:16", "resolution": "1080p", "negative_prompt": "blur"}, None,
    ),
    "fal Kling -> Replicate Kling, from two frames": (
        f"fal/{KLING}/image-to-video", "replicate/kwaivgi/kling-v3-video",
        {"duration_seconds": 5, "first_frame": A, "last_frame": B}, None,
    ),
    "fal Veo -> Hailuo": (
        "fal/fal-ai/veo3.1", f"fal/{HAILUO}-2.3/standard/text-to-video",
        {"duration_seconds": 6, "seed": 3, "negative_prompt": "rain"}, None,
    ),
    "fal Veo -> Replicate Veo, from a frame": (
        "fal/fal-ai/veo3.1/image-to-video", "replicate/google/veo-3.1",
        {"duration_seconds": 8, "first_frame": A, "resolution": "1080p", "seed": 7}, None,
    ),
    "Seedance -> Wan": (
        f"fal/{SEEDANCE}/text-to-video", "fal/fal-ai/wan-25-preview/text-to-video",
        {"duration_seconds": 5, "aspect_ratio": "16:9", "resolution": "1080p", "seed": 7}, None,
    ),
    "fal Seedance -> Replicate Seedance": (
        "fal/bytedance/seedance-2.0/text-to-video", "replicate/bytedance/seedance-2.0",
        {"duration_seconds": 12, "aspect_ratio": "21:9", "generate_audio": True}, None,
    ),
    "fal Hailuo -> Replicate Hailuo": (
        f"fal/{HAILUO}-02/standard/image-to-video", "replicate/minimax/hailuo-2.3",
        {"duration_seconds": 6, "first_frame": A, "resolution": "768p"}, None,
    ),
    "fal FLUX -> Replicate FLUX": (
        "fal/fal-ai/flux/dev", "replicate/black-forest-labs/flux-dev", {"aspect_ratio": "16:9", "n": 2, "seed": 3},
        None,
    ),
    "FLUX edit -> Nano Banana": (
        "fal/fal-ai/flux-2-pro/edit", "replicate/google/nano-banana-2", {"image_list": [A, B]}, None,
    ),
    "Replicate Wan -> fal Veo": (
        "replicate/wan-video/wan-2.7-t2v", "fal/fal-ai/veo3.1", {"duration_seconds": 15},
        "duration_seconds=15 is not possible with fal/fal-ai/veo3.1 (text-to-video): allowed is 4, 6 or 8",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SWITCHES)
def test_the_same_request_goes_to_another_model_or_is_told_why_not(name: str) -> None:
    here, there, fields, refusal = SWITCHES[name]
    is_image = "n" in fields or "image_list" in fields
    plan = plan_image if is_image else plan_video
    assert plan(here, prompt="A fox", **fields).payload["prompt"] == "A fox"
    if refusal is None:
        assert plan(there, prompt="A fox", **fields).payload["prompt"] == "A fox"
    else:
        with pytest.raises(UnsupportedParameterError) as caught:
            plan(there, prompt="A fox", **fields)
        assert refusal in str(caught.value)


def test_most_of_them_work() -> None:
    assert len(SWITCHES) == 10
    assert sum(refusal is None for *_, refusal in SWITCHES.values()) >= 8
