from __future__ import annotations

import re
from typing import Any

import pytest
from tarash_fal.models import CATALOG

from tarash_core import errors
from tarash_core.catalog import ModelSpec
from tarash_core.gateway import Gateway

A, B, CLIP = "https://x.test/a.png", "https://x.test/b.png", "https://x.test/c.mp4"
KLING, SEEDANCE = "fal-ai/kling-video", "bytedance/seedance-2.0"


def planned(model: str, **fields: Any) -> dict[str, Any]:
    spec = CATALOG[model]
    with Gateway() as gateway:
        plan = gateway.plan_video if spec.variants[0].kind == "video" else gateway.plan_image
        return dict(plan(f"fal/{model}", **{"prompt": "A fox", **fields}).payload)


@pytest.mark.parametrize(
    ("model", "fields", "payload"),
    [
        ("fal-ai/veo3.1", {"duration_seconds": 8}, {"duration": "8s"}),
        (f"{KLING}/v3/pro/text-to-video", {"duration_seconds": 15}, {"duration": "15"}),
        (f"{KLING}/v3/pro/image-to-video", {"first_frame": A}, {"start_image_url": A}),
        (f"{KLING}/v3/pro/text-to-video", {"resolution": "1080p"}, {}),
        (f"{KLING}/v3/4k/image-to-video", {"first_frame": A, "last_frame": B},
         {"start_image_url": A, "end_image_url": B}),
        (f"{KLING}/v2.5-turbo/pro/image-to-video", {"first_frame": A, "last_frame": B},
         {"image_url": A, "tail_image_url": B}),
        (f"{KLING}/v2.5-turbo/pro/text-to-video", {"generate_audio": False}, {}),
        ("fal-ai/veo3.1/first-last-frame-to-video", {"first_frame": A, "last_frame": B},
         {"first_frame_url": A, "last_frame_url": B}),
        ("fal-ai/veo3.1/reference-to-video", {"image_list": [A, B]}, {"image_urls": [A, B]}),
        ("fal-ai/veo3.1/fast/extend-video", {"video": CLIP, "duration_seconds": 7},
         {"video_url": CLIP, "duration": "7s"}),
        ("fal-ai/minimax/hailuo-02/standard/image-to-video", {"first_frame": A, "resolution": "768p"},
         {"image_url": A, "resolution": "768P"}),
        ("fal-ai/minimax/hailuo-2.3/standard/text-to-video", {"duration_seconds": 6, "enhance_prompt": False},
         {"duration": "6", "prompt_optimizer": False}),
        ("fal-ai/bytedance/seedance/v1/pro/text-to-video", {"duration_seconds": 2, "seed": 7},
         {"duration": "2", "seed": 7}),
        (f"{SEEDANCE}/reference-to-video", {"image_list": [A], "video": CLIP, "audio": "https://x.test/d.mp3"},
         {"image_urls": [A], "video_urls": [CLIP], "audio_urls": ["https://x.test/d.mp3"]}),
        (f"{SEEDANCE}/text-to-video", {"duration_seconds": 4, "extra_params": {"bitrate_mode": "high"}},
         {"duration": "4", "bitrate_mode": "high"}),
        ("fal-ai/wan-25-preview/text-to-video", {"duration_seconds": 10, "negative_prompt": "snow"},
         {"duration": "10", "negative_prompt": "snow"}),
        ("fal-ai/flux/dev", {"aspect_ratio": "16:9", "n": 2}, {"image_size": "landscape_16_9", "num_images": 2}),
        ("fal-ai/flux/schnell", {"size": "1000x500"}, {"image_size": {"width": 1000, "height": 500}}),
        ("fal-ai/flux/dev/image-to-image", {"image_list": [A], "extra_params": {"strength": 0.5}},
         {"image_url": A, "strength": 0.5}),
        ("fal-ai/flux-pro/kontext/max", {"image_list": [A], "aspect_ratio": "3:2"},
         {"image_url": A, "aspect_ratio": "3:2"}),
        ("fal-ai/flux-2/edit", {"image_list": [A, B]}, {"image_urls": [A, B]}),
        ("fal-ai/flux-pro/v1/fill", {"image_list": [A], "mask_image": B}, {"image_url": A, "mask_url": B}),
    ],
)  # fmt: skip
def test_our_words_in_fals(model: str, fields: dict[str, Any], payload: dict[str, Any]) -> None:
    assert planned(model, **fields) == {"prompt": "A fox", **payload}


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("fal-ai/veo3.1", {"duration_seconds": 5}),
        ("fal-ai/veo3.1", {"first_frame": A}),
        ("fal-ai/veo3.1/lite", {"resolution": "4k"}),
        ("fal-ai/veo3.1/first-last-frame-to-video", {"first_frame": A}),
        (f"{KLING}/v3/standard/text-to-video", {"duration_seconds": 2}),
        (f"{KLING}/v3/standard/text-to-video", {"resolution": "1080p"}),
        (f"{KLING}/v2.5-turbo/standard/image-to-video", {"first_frame": A, "last_frame": B}),
        ("fal-ai/minimax/hailuo-2.3/pro/text-to-video", {"duration_seconds": 10}),
        (f"{SEEDANCE}/fast/text-to-video", {"resolution": "1080p"}),
        ("fal-ai/flux-pro/kontext", {}),
        ("fal-ai/flux-pro/v1/fill", {"image_list": [A]}),
        ("fal-ai/flux/dev", {"n": 5}),
        ("fal-ai/flux-pro/v1.1", {"extra_params": {"safety_tolerance": 2}}),
    ],
)
def test_what_a_model_does_not_take_is_refused(model: str, fields: dict[str, Any]) -> None:
    with pytest.raises(errors.ValidationError):
        planned(model, **fields)


@pytest.mark.parametrize("model", list(CATALOG))
def test_every_entry_is_one_way_with_a_source(model: str) -> None:
    spec = CATALOG[model]
    assert isinstance(spec, ModelSpec)
    (variant,) = spec.variants
    assert variant.endpoint_for(model) == model
    assert spec.lifecycle is not None
    assert variant.parameters is not None
    assert {re.split(r"[.[]", wire)[0] for wire in variant.fields} == variant.parameters
    assert not any(mapper.is_media and {form.kind for form in mapper.forms} != {"url", "data_uri"}
                   for mapper in variant.fields.values())  # fmt: skip
