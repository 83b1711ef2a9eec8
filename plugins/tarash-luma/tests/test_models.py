"""What each way of calling a model writes, and what it refuses before money moves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tarash_luma import provider
from tarash_luma.models import CATALOG

from tarash_core import ImageInput, plan_image, plan_video
from tarash_core.catalog.building import held_of
from tarash_core.catalog.building.audit import validator
from tarash_core.errors import UnsupportedParameterError, ValidationError
from tarash_core.models.job import ImageJob, VideoJob
from tarash_core.models.plan import Plan

ENDPOINTS = held_of(provider).endpoints
A, B, C, CLIP = (f"https://x.test/{name}" for name in ("a.png", "b.png", "c.png", "c.mp4"))
REFS = [ImageInput(A, "reference"), ImageInput(B, "reference")]
CLIP_3 = VideoJob(provider="luma", model="ray-3.2", id="g3")
CLIP_2 = VideoJob(provider="luma", model="ray-2", id="g2")
STILL = ImageJob(provider="luma", model="uni-1", id="p1")


def planned(model: str, **fields: Any) -> Plan:
    fields = {"prompt": "A fox", **fields}
    is_image = model.startswith(("uni", "photon"))
    return plan_image(f"luma/{model}", **fields) if is_image else plan_video(f"luma/{model}", **fields)


def ref(url: str) -> dict[str, str]:
    return {"url": url, "media_type": "video/mp4" if url == CLIP else "image/png"}


def still(url: str) -> dict[str, str]:
    return {"type": "image", "url": url}


RAY_3: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("video", {}, {}),
    (
        "video",
        {
            "duration_seconds": 5, "resolution": "1080p", "aspect_ratio": "21:9",
            "extra_params": {"hdr": True, "exr_export": True, "user_id": "u1"},
        },
        {
            "aspect_ratio": "21:9", "user_id": "u1",
            "video": {"duration": "5s", "resolution": "1080p", "hdr": True, "exr_export": True},
        },
    ),
    ("video", {"duration_seconds": 10}, {"video": {"duration": "10s"}}),
    (
        "video",
        {"first_frame": A, "extra_params": {"loop": True}},
        {"video": {"start_frame": ref(A), "loop": True}},
    ),
    ("video", {"first_frame": A, "last_frame": B}, {"video": {"start_frame": ref(A), "end_frame": ref(B)}}),
    ("video", {"last_frame": B}, {"video": {"end_frame": ref(B)}}),
    (
        "video",
        {"image_list": REFS, "duration_seconds": 10, "extra_params": {"keyframe_indexes": [0, 240]}},
        {"video": {"keyframes": [ref(A), ref(B)], "keyframe_indexes": [0, 240], "duration": "10s"}},
    ),
    ("video", {"video": CLIP_3, "mode": "extend-video"}, {"video": {"start_frame": {"generation_id": "g3"}}}),
    (
        "video",
        {"mode": "extend-video", "extra_params": {"video": {"end_frame": {"generation_id": "g3"}}}},
        {"video": {"end_frame": {"generation_id": "g3"}}},
    ),
    (
        "video_edit",
        {
            "video": CLIP, "mode": "edit-video", "resolution": "540p",
            "extra_params": {"strength": "flex_2", "controls": {"pose": {"enabled": True, "strength": "coarse"}}},
        },
        {
            "source": ref(CLIP),
            "video": {
                "resolution": "540p",
                "edit": {"strength": "flex_2", "controls": {"pose": {"enabled": True, "strength": "coarse"}}},
            },
        },
    ),
    (
        "video_edit",
        {"video": CLIP_3, "first_frame": A, "mode": "edit-video", "extra_params": {"auto_controls": True}},
        {
            "source": {"generation_id": "g3"},
            "video": {"edit": {"auto_controls": True}, "start_frame": ref(A)},
        },
    ),
    (
        "video_edit",
        {"video": CLIP, "image_list": REFS, "extra_params": {"keyframe_indexes": [3, 77]}},
        {"source": ref(CLIP), "video": {"edit": {"keyframes": [ref(A), ref(B)], "keyframe_indexes": [3, 77]}}},
    ),
    (
        "video_edit",
        {"mode": "edit-video", "extra_params": {"source": {"file_id": "f1"}}},
        {"source": {"file_id": "f1"}},
    ),
    (
        "video_reframe",
        {
            "video": CLIP, "mode": "reframe-video", "aspect_ratio": "1:1",
            "extra_params": {"source_position": {"x_norm": 0, "y_norm": 0, "w_norm": 1, "h_norm": 0.5}},
        },
        {
            "source": ref(CLIP), "aspect_ratio": "1:1",
            "video": {"source_position": {"x_norm": 0, "y_norm": 0, "w_norm": 1, "h_norm": 0.5}},
        },
    ),
]  # fmt: skip

UNI: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "image",
        {
            "aspect_ratio": "3:1", "style": "manga",
            "extra_params": {"output_format": "jpeg", "web_search": True, "user_id": "u1"},
        },
        {"aspect_ratio": "3:1", "style": "manga", "output_format": "jpeg", "web_search": True, "user_id": "u1"},
    ),
    ("image", {"image_list": [A, B], "mode": "text-to-image"}, {"image_ref": [ref(A), ref(B)]}),
    ("image_edit", {"image_list": [A, B, C]}, {"source": ref(A), "image_ref": [ref(B), ref(C)]}),
    ("image_edit", {"image_list": [STILL], "mode": "image-to-image"}, {"source": {"generation_id": "p1"}}),
]  # fmt: skip

RAY_2: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "video",
        {
            "duration_seconds": 9, "resolution": "4k", "aspect_ratio": "9:21",
            "extra_params": {"loop": True, "concepts": [{"key": "dolly_zoom"}]},
        },
        {
            "duration": "9s", "resolution": "4k", "aspect_ratio": "9:21", "loop": True,
            "concepts": [{"key": "dolly_zoom"}],
        },
    ),
    ("video", {"first_frame": A}, {"keyframes": {"frame0": still(A)}}),
    (
        "video",
        {"prompt": None, "first_frame": A, "last_frame": B},
        {"keyframes": {"frame0": still(A), "frame1": still(B)}},
    ),
    ("video", {"last_frame": B}, {"keyframes": {"frame1": still(B)}}),
    (
        "video",
        {"video": CLIP_2, "mode": "extend-video", "extra_params": {"loop": True}},
        {"keyframes": {"frame0": {"type": "generation", "id": "g2"}}, "loop": True},
    ),
    (
        "video",
        {"video": CLIP_2, "last_frame": B},
        {"keyframes": {"frame0": {"type": "generation", "id": "g2"}, "frame1": still(B)}},
    ),
    (
        "video",
        {"video": CLIP_2, "first_frame": A, "mode": "extend-video"},
        {"keyframes": {"frame0": still(A), "frame1": {"type": "generation", "id": "g2"}}},
    ),
    (
        "video",
        {"mode": "extend-video", "extra_params": {"keyframes": {"frame1": {"type": "generation", "id": "g2"}}}},
        {"keyframes": {"frame1": {"type": "generation", "id": "g2"}}},
    ),
    (
        "video_modify",
        {"video": CLIP, "first_frame": A, "mode": "edit-video", "extra_params": {"mode": "reimagine_3"}},
        {
            "generation_type": "modify_video", "media": {"url": CLIP}, "mode": "reimagine_3",
            "first_frame": {"url": A},
        },
    ),
    (
        "video_modify",
        {"prompt": None, "video": CLIP, "mode": "edit-video"},
        {"generation_type": "modify_video", "media": {"url": CLIP}, "mode": "flex_1"},
    ),
    (
        "video_reframe",
        {
            "video": CLIP, "mode": "reframe-video", "aspect_ratio": "9:16",
            "extra_params": {"grid_position_x": 10, "x_start": 5, "resized_width": 640},
        },
        {
            "generation_type": "reframe_video", "media": {"url": CLIP}, "aspect_ratio": "9:16", "grid_position_x": 10,
            "x_start": 5, "resized_width": 640,
        },
    ),
    (
        "upscale",
        {"prompt": None, "video": CLIP_2, "mode": "upscale-video", "resolution": "1080p"},
        {"id": "g2", "resolution": "1080p"},
    ),
    (
        "audio",
        {"prompt": "rain", "video": CLIP_2, "mode": "remix-video", "negative_prompt": "music"},
        {"id": "g2", "negative_prompt": "music"},
    ),
]  # fmt: skip

PHOTON: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "image",
        {"aspect_ratio": "21:9", "extra_params": {"format": "png"}},
        {"aspect_ratio": "21:9", "format": "png"},
    ),
    (
        "image",
        {
            "image_list": [
                ImageInput(A, "reference", weight=0.8), ImageInput(B, "reference"), ImageInput(C, "style", weight=0.5),
                ImageInput(A, "asset"), ImageInput(B, "asset"),
            ]
        },
        {
            "image_ref": [{"url": A, "weight": 0.8}, {"url": B}], "style_ref": [{"url": C, "weight": 0.5}],
            "character_ref": {"identity0": {"images": [A, B]}},
        },
    ),
    (
        "image",
        {"image_list": [A], "mode": "image-to-image", "extra_params": {"weight": 0.1}},
        {"modify_image_ref": {"url": A, "weight": 0.1}},
    ),
    (
        "image",
        {"image_list": [ImageInput(A, "reference")], "mode": "text-to-image"},
        {"image_ref": [{"url": A}]},
    ),
    (
        "image_reframe",
        {"prompt": None, "image_list": [ImageInput(A, "reference")], "aspect_ratio": "16:9"},
        {"generation_type": "reframe_image", "media": {"url": A}, "aspect_ratio": "16:9"},
    ),
    (
        "image_reframe",
        {"prompt": "snow", "image_list": [A], "mode": "inpaint", "aspect_ratio": "16:9"},
        {"generation_type": "reframe_image", "media": {"url": A}, "aspect_ratio": "16:9"},
    ),
]  # fmt: skip

TABLE = [
    pytest.param(model, *row, id=f"{model}-{row[0]}-{place}")
    for models, rows in (
        (("ray-3.2",), RAY_3),
        (("uni-1", "uni-1-max"), UNI),
        (("ray-2", "ray-flash-2"), RAY_2),
        (("photon-1", "photon-flash-1"), PHOTON),
    )
    for model in models
    for place, row in enumerate(rows)
]


@pytest.mark.parametrize(("model", "name", "fields", "written"), TABLE)
def test_a_payload(model: str, name: str, fields: dict[str, Any], written: dict[str, Any]) -> None:
    plan, endpoint = planned(model, **fields), ENDPOINTS[f"{model}/{name}"]
    prompt = fields.get("prompt", "A fox")
    named = {} if "{id}" in plan.endpoint else {"model": model}
    typed = {"type": name} if plan.surface == "agents" else {}
    assert plan.payload == {**named, **typed, **({"prompt": prompt} if prompt else {}), **written}
    assert plan.endpoint == endpoint.facts["endpoint"]
    assert [error.message for error in validator(endpoint.schema).iter_errors(plan.payload)] == []


def test_layers() -> None:
    plan = planned("uni-1", image_list=[A], mode="control-image", extra_params={"layering": {"resolution": "2k"}})
    assert plan.payload == {
        "model": "uni-1", "type": "layering", "prompt": "A fox", "source": ref(A), "layering": {"resolution": "2k"},
    }  # fmt: skip


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("ray-3.2", {"duration_seconds": 9}, "allowed is 5 or 10"),
    ("ray-3.2", {"duration_seconds": 10, "first_frame": A}, "allowed is 5"),
    ("ray-3.2", {"duration_seconds": 10, "extra_params": {"loop": True}}, "loop does not work with 10 seconds"),
    ("ray-3.2", {"extra_params": {"loop": True, "hdr": True}}, "loop does not work with hdr"),
    ("ray-3.2", {"first_frame": A, "last_frame": B, "extra_params": {"loop": True}}, "loop .* last frame"),
    ("ray-3.2", {"last_frame": B, "extra_params": {"loop": True}}, "loop"),
    ("ray-3.2", {"resolution": "360p", "extra_params": {"hdr": True}}, "below 720p"),
    ("ray-3.2", {"duration_seconds": 10, "extra_params": {"hdr": True}}, "hdr does not work with 10"),
    ("ray-3.2", {"extra_params": {"exr_export": True}}, "exr_export needs hdr"),
    ("ray-3.2", {"image_list": REFS[:1]}, "keyframe_indexes needs"),
    ("ray-3.2", {"image_list": REFS, "extra_params": {"keyframe_indexes": [0, 0]}}, "keyframe_indexes needs"),
    ("ray-3.2", {"image_list": REFS, "extra_params": {"keyframe_indexes": [0, 121]}}, "120 with 5 s"),
    (
        "ray-3.2",
        {"image_list": REFS[:1], "first_frame": B, "extra_params": {"keyframe_indexes": [0]}},
        "first_frame cannot",
    ),
    ("ray-3.2", {"image_list": REFS, "extra_params": {"keyframe_indexes": [0, 9], "loop": True}}, "loop"),
    ("ray-3.2", {"video": CLIP, "mode": "extend-video"}, "job_id"),
    ("ray-3.2", {"video": CLIP_3, "mode": "extend-video", "extra_params": {"hdr": True}}, "hdr"),
    (
        "ray-3.2",
        {"video": CLIP, "mode": "edit-video", "extra_params": {"auto_controls": True, "controls": {}}},
        "",
    ),
    (
        "ray-3.2",
        {"video": CLIP, "mode": "edit-video", "extra_params": {"auto_controls": True, "controls": {"face": {}}}},
        "auto_controls does not work with controls",
    ),
    ("ray-3.2", {"video": CLIP, "mode": "edit-video", "extra_params": {"strength": "wild"}}, "adhere_1"),
    ("ray-3.2", {"video": CLIP, "mode": "reframe-video"}, "aspect_ratio"),
    (
        "ray-3.2",
        {"video": CLIP, "mode": "reframe-video", "aspect_ratio": "9:16", "resolution": "1080p"},
        "requires resolution",
    ),
    ("ray-3.2", {"video": CLIP}, "mode is needed"),
    ("ray-3.2", {"generate_audio": True, "on_unsupported": "error"}, "generate_audio"),
    ("uni-1", {"prompt": "x" * 501, "image_list": [A], "mode": "control-image"}, "500"),
    ("uni-1-max", {"image_list": [A], "mode": "control-image"}, "mode"),
    ("uni-1", {"image_list": [A] * 10}, "image"),
    ("uni-1", {"aspect_ratio": "4:3"}, "allowed is"),
    ("ray-2", {"prompt": "ab"}, "3 to 5000"),
    ("ray-2", {"prompt": None}, "prompt"),
    ("ray-2", {"first_frame": A, "last_frame": B, "extra_params": {"loop": True}}, "loop"),
    ("ray-2", {"last_frame": B, "extra_params": {"loop": True}}, "loop"),
    ("ray-2", {"video": CLIP_2, "first_frame": A, "mode": "extend-video", "extra_params": {"loop": True}}, "loop"),
    ("ray-2", {"video": CLIP, "mode": "edit-video", "extra_params": {"mode": "wild"}}, "adhere_1"),
    ("ray-2", {"video": CLIP, "mode": "reframe-video"}, "aspect_ratio"),
    ("ray-2", {"duration_seconds": 7}, "allowed is 5 or 9"),
    ("photon-1", {"image_list": [A]}, "'reference', 'style' or 'asset'"),
    ("photon-1", {"image_list": [ImageInput(A, "reference")] * 5}, "reference"),
    ("photon-1", {"image_list": [ImageInput(A, "style")] * 2}, "style"),
]


@pytest.mark.parametrize(("model", "fields", "words"), REFUSED)
def test_what_luma_would_refuse_is_refused_before_money(model: str, fields: dict[str, Any], words: str) -> None:
    policy = fields.get("on_unsupported")
    given = {name: value for name, value in fields.items() if name != "on_unsupported"}
    if not words:
        assert planned(model, **given).payload
        return
    config = f"luma/{model}"
    with pytest.raises(ValidationError, match=words):
        if policy:
            from tarash_core import VideoGenerationConfig

            plan_video(VideoGenerationConfig.from_string(config, on_unsupported=policy), prompt="A fox", **given)
        else:
            planned(model, **given)


def test_the_sound_of_a_clip_cannot_be_asked_for_silently() -> None:
    with pytest.raises(UnsupportedParameterError, match="generate_audio"):
        planned("ray-2", prompt="rain", video=CLIP_2, mode="remix-video", generate_audio=False)


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        ("ray-3.2", {}, "0.30"),
        ("ray-3.2", {"resolution": "540p"}, "0.15"),
        ("ray-3.2", {"resolution": "1080p", "duration_seconds": 10}, "3.60"),
        ("ray-3.2", {"extra_params": {"hdr": True}}, "0.60"),
        ("ray-3.2", {"extra_params": {"hdr": True, "exr_export": True}}, "0.90"),
        ("ray-3.2", {"resolution": "360p"}, None),
        ("ray-3.2", {"video": CLIP, "mode": "edit-video"}, None),
        ("ray-2", {}, None),
        ("photon-1", {}, "0.015"),
        ("photon-flash-1", {}, "0.004"),
        ("uni-1", {}, None),
    ],
)
def test_what_a_job_should_cost(model: str, fields: dict[str, Any], usd: str | None) -> None:
    cost = planned(model, **fields).estimated_cost
    assert (cost and cost.usd) == (Decimal(usd) if usd else None)


def test_every_model_says_on_which_of_the_two_apis_it_is() -> None:
    surfaces = {model: {way.surface for way in spec.variants} for model, spec in CATALOG.items()}
    agents = {"ray-3.2", "uni-1", "uni-1-max"}
    assert all(
        found == {"agents" if model in agents else "dream-machine"} for model, found in surfaces.items() if found
    )
