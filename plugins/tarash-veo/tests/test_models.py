"""The body of each way to call a model, and what is refused before any money moves."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_veo.models import CATALOG

from tarash_core import plan_image, plan_video
from tarash_core.errors import UnsupportedParameterError, ValidationError
from tarash_core.models.config import ImageGenerationConfig, VideoGenerationConfig
from tarash_core.models.plan import Plan

A, B, CLIP = "gs://b/a.png", "gs://b/b.png", "gs://b/c.mp4"
OMNI, VEO, BANANA = "gemini-omni-1.2-flash", "veo-3.1-generate-001", "gemini-nano-banana-2.1"
VERTEX = {"surface": "vertex"}


def video(model: str, *, settings: Any = None, **fields: Any) -> Plan:
    known = {"prompt": "A fox", **fields}
    return plan_video(VideoGenerationConfig(provider="veo", model=model, provider_config=settings or {}), **known)


def image(model: str, *, settings: Any = None, **fields: Any) -> Plan:
    known = {"prompt": "A fox", **fields}
    return plan_image(ImageGenerationConfig(provider="veo", model=model, provider_config=settings or {}), **known)


def stored(kind: str, address: str) -> dict[str, str]:
    return {"type": kind, "mime_type": "video/mp4" if kind == "video" else "image/png", "uri": address}


def of_veo(address: str) -> dict[str, str]:
    return {"gcsUri": address, "mimeType": "video/mp4" if address == CLIP else "image/png"}


OMNI_WAYS: list[tuple[str, dict[str, Any], str, list[Any], str]] = [
    ("text-to-video", {}, "text_to_video", [], "10s"),
    ("image-to-video", {"first_frame": A, "duration_seconds": 7.5}, "image_to_video", [stored("image", A)], "7.5s"),
    (
        "first-last-frame",
        {"first_frame": A, "last_frame": B},
        "image_to_video",
        [stored("image", A), stored("image", B)],
        "10s",
    ),
    (
        "reference-to-video",
        {"image_list": [A, B], "video": CLIP, "mode": "reference-to-video"},
        "reference_to_video",
        [stored("video", CLIP), stored("image", A), stored("image", B)],
        "10s",
    ),
    (
        "edit-video",
        {"video": CLIP, "image_list": [A], "mode": "edit-video"},
        "edit",
        [stored("video", CLIP), stored("image", A)],
        "",
    ),
    (
        "extend-video",
        {"video": CLIP, "mode": "extend-video", "duration_seconds": 5},
        "extend",
        [stored("video", CLIP)],
        "5s",
    ),
]


@pytest.mark.parametrize(("mode", "fields", "task", "media", "length"), OMNI_WAYS)
def test_an_omni_body(mode: str, fields: dict[str, Any], task: str, media: list[Any], length: str) -> None:
    plan = video(OMNI, settings=VERTEX, **fields)
    assert plan.variant == mode
    format = {"type": "video", **({"duration": length} if length else {})}
    assert plan.payload == {
        "model": OMNI,
        "background": True,
        "input": [{"type": "text", "text": "A fox"}, *media],
        "response_format": format,
        "generation_config": {"video_config": {"task": task}},
    }


VEO_WAYS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("text-to-video", {"duration_seconds": 4}, {}, {"durationSeconds": 4}),
    ("image-to-video", {"first_frame": A, "seed": 7}, {"image": of_veo(A)}, {"seed": 7}),
    (
        "first-last-frame",
        {"first_frame": A, "last_frame": B, "resolution": "1080p", "number_of_videos": 2},
        {"image": of_veo(A), "lastFrame": of_veo(B)},
        {"resolution": "1080p", "sampleCount": 2},
    ),
    (
        "reference-to-video",
        {"image_list": [A, B], "mode": "reference-to-video"},
        {"referenceImages": [{"image": of_veo(name), "referenceType": "ASSET"} for name in (A, B)]},
        {},
    ),
    ("extend-video", {"video": CLIP, "generate_audio": False}, {"video": of_veo(CLIP)}, {"generateAudio": False}),
]


@pytest.mark.parametrize(("mode", "fields", "instance", "parameters"), VEO_WAYS)
def test_a_veo_body(mode: str, fields: dict[str, Any], instance: dict[str, Any], parameters: dict[str, Any]) -> None:
    plan = video(VEO, **fields)
    assert plan.variant == mode
    known = {"parameters": parameters} if parameters else {}
    assert plan.payload == {"instances": [{"prompt": "A fox", **instance}], **known}


def test_an_image_body() -> None:
    plan = image(BANANA, aspect_ratio="16:9", resolution="2k", extra_params={"thinkingLevel": "high"})
    assert plan.payload == {
        "contents": [{"role": "user", "parts": [{"text": "A fox"}]}],
        "generationConfig": {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": "16:9", "imageSize": "2K"},
            "thinkingConfig": {"thinkingLevel": "high"},
        },
    }
    edit = image("gemini-3-pro-image", settings=VERTEX, image_list=[A])
    file = {"fileData": {"mimeType": "image/png", "fileUri": A}}
    assert edit.payload["contents"][0]["parts"] == [{"text": "A fox"}, file]


@pytest.mark.parametrize(
    ("model", "fields", "words"),
    [
        (OMNI, {"duration_seconds": 16}, "duration_seconds"),
        (OMNI, {"duration_seconds": 2}, "duration_seconds"),
        ("gemini-omni-1.1-flash", {"duration_seconds": 11}, "duration_seconds"),
        (OMNI, {"aspect_ratio": "1:1"}, "aspect_ratio"),
        (OMNI, {"generate_audio": False}, "generate_audio"),
        (OMNI, {"number_of_videos": 2}, "number_of_videos"),
        (OMNI, {"video": "https://x.test/c.mp4"}, "mode is needed"),
        (OMNI, {"first_frame": A}, "gs"),
        (VEO, {"duration_seconds": 5}, "duration_seconds"),
        (VEO, {"resolution": "4k", "duration_seconds": 4}, "requires duration_seconds=8"),
        (VEO, {"video": CLIP, "resolution": "1080p"}, "resolution"),
        (VEO, {"last_frame": A}, "first_frame"),
        (VEO, {"number_of_videos": 5}, "number_of_videos"),
        ("veo-3.1-lite-generate-001", {"resolution": "4k", "duration_seconds": 8}, "resolution"),
        ("veo-3.1-lite-generate-001", {"video": CLIP}, "video"),
        (VEO, {"extra_params": {"personGeneration": "everybody"}}, "personGeneration"),
    ],
)
def test_what_cannot_work_is_refused(model: str, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(UnsupportedParameterError, match=words):
        video(model, **fields)


def test_several_pictures_at_once_are_refused() -> None:
    with pytest.raises(UnsupportedParameterError, match="n"):
        image(BANANA, n=2)


@pytest.mark.parametrize(
    ("plan", "usd"),
    [
        (video(VEO), "3.20"),
        (video(VEO, resolution="4k"), "4.80"),
        (video("veo-3.1-fast-generate-001", resolution="1080p", number_of_videos=2), "1.92"),
        (video("veo-3.1-lite-generate-001", duration_seconds=4), "0.20"),
        (video(OMNI, duration_seconds=8), "0.81088"),
        (image(BANANA), "0.0336"),
        (image("gemini-3-pro-image", resolution="2K"), "0.134"),
        (image("gemini-2.5-flash-image"), "0.039"),
    ],
)
def test_the_estimate(plan: Plan, usd: str) -> None:
    assert plan.estimated_cost is not None
    assert str(plan.estimated_cost.usd) == usd or float(plan.estimated_cost.usd or 0) == float(usd)


def test_a_price_that_nobody_knows_is_none() -> None:
    assert video(OMNI, resolution="4k").estimated_cost is None


def test_every_image_model_is_on_both_surfaces() -> None:
    for model, spec in CATALOG.items():
        if spec.variants[0].kind == "image":
            assert {way.surface for way in spec.variants} == {"gemini", "vertex"}, model
    with pytest.raises(ValidationError, match="generate_image"):
        video(BANANA)
