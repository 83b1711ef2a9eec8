"""Models and short hands that several of these tests share."""

from typing import Any

from tarash_core.catalog import ModelSpec, Variant
from tarash_core.fields import (
    FieldMapper,
    MediaForm,
    choice_field_mapper,
    constant_field_mapper,
    duration_field_mapper,
    image_list_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    requires,
    single_image_field_mapper,
    size_table_field_mapper,
    video_url_field_mapper,
)
from tarash_core.fields.planning import make_plan
from tarash_core.models.plan import Plan
from tarash_core.models.request import ImageGenerationRequest, VideoGenerationRequest

PNG = b"\x89PNG\r\n\x1a\n not really"
FOX = "https://example.com/fox.png"
CLIP = "https://example.com/fox.mp4"

_VEO_FIELDS: dict[str, FieldMapper] = {
    "prompt": passthrough_field_mapper("prompt", required=True),
    "duration": duration_field_mapper("str", [4, 6, 8], default=8),
    "resolution": choice_field_mapper("resolution", ["720p", "1080p", "4k"], default="720p"),
    "aspect_ratio": choice_field_mapper("aspect_ratio", ["16:9", "9:16"], default="16:9"),
    "seed": passthrough_field_mapper("seed", minimum=0, maximum=2**32 - 1),
    "generate_audio": passthrough_field_mapper("generate_audio", default=True),
}

VEO = ModelSpec(
    variants=Variant(
        modes={"text-to-video"}, fields=_VEO_FIELDS, rules=[requires("resolution", "4k", duration_seconds=8)]
    )
)

_KLING_SETTINGS: dict[str, FieldMapper] = {
    "settings.duration": duration_field_mapper("int", range(3, 16), default=5),
}

KLING = ModelSpec(
    variants=(
        Variant(
            modes={"text-to-video"},
            endpoint="/text-to-video/kling-3.0",
            fields={
                "prompt": passthrough_field_mapper("prompt", required=True, max_length=3072),
                "settings.aspect_ratio": choice_field_mapper("aspect_ratio", ["16:9", "9:16", "1:1"]),
                **_KLING_SETTINGS,
            },
        ),
        Variant(
            modes={"image-to-video", "first-last-frame"},
            endpoint="/image-to-video/kling-3.0",
            fields={
                "contents[type=prompt].text": passthrough_field_mapper("prompt", max_length=2500),
                "contents[type=first_frame].url": single_image_field_mapper(
                    image_type="first_frame", forms=("url", "base64"), required=True
                ),
                "contents[type=last_frame].url": single_image_field_mapper(
                    image_type="last_frame", forms=("url", "base64")
                ),
                **_KLING_SETTINGS,
            },
        ),
        Variant(
            modes={"reference-to-video"},
            endpoint="/omni-video/kling-3.0",
            fields={
                "contents[type=prompt].text": passthrough_field_mapper("prompt", required=True),
                "contents[type=refer_image][].url": image_list_field_mapper(
                    "reference", required=True, forms=("url", "base64"), max_items=7, item={"id": "name"}
                ),
                **_KLING_SETTINGS,
            },
        ),
    )
)

VERTEX = ModelSpec(
    variants=Variant(
        modes={"text-to-video", "image-to-video"},
        endpoint="/models/{model}:predictLongRunning",
        fields={
            "instances[0].prompt": passthrough_field_mapper("prompt"),
            "instances[0].image": single_image_field_mapper(
                image_type="first_frame",
                forms=(
                    MediaForm("gs", {"gcsUri": "$value", "mimeType": "$content_type"}),
                    MediaForm("base64", {"bytesBase64Encoded": "$value", "mimeType": "$content_type"}),
                ),
            ),
            "parameters.durationSeconds": duration_field_mapper("int", [4, 6, 8], default=8),
            "parameters.sampleCount": n_images_field_mapper(1, 4),
        },
    )
)

RUNWAY = ModelSpec(
    variants=Variant(
        modes={"text-to-video"},
        fields={
            "model": constant_field_mapper("$model"),
            "promptText": passthrough_field_mapper("prompt", required=True),
            "ratio": size_table_field_mapper(
                {
                    ("16:9", "720p"): "1280:720",
                    ("9:16", "720p"): "720:1280",
                    ("16:9", "1080p"): "1920:1080",
                },
                default=("16:9", "720p"),
                required=True,
            ),
            "duration": duration_field_mapper("int", [5, 10], default=5, required=True),
        },
    )
)

EDIT = ModelSpec(
    variants=(
        Variant(
            modes={"edit-video"},
            fields={"prompt": passthrough_field_mapper("prompt", required=True), "video": video_url_field_mapper(True)},
        ),
        Variant(
            modes={"extend-video"},
            fields={"prompt": passthrough_field_mapper("prompt", required=True), "video": video_url_field_mapper(True)},
        ),
        Variant(modes={"upscale-video"}, fields={"video": video_url_field_mapper(True)}),
    )
)


def one_way(fields: dict[str, FieldMapper], mode: str = "text-to-video", **more: Any) -> ModelSpec:
    """A model with a prompt, some further fields, and one way to call it."""
    return ModelSpec(
        variants=Variant(modes={mode}, fields={"prompt": passthrough_field_mapper("prompt"), **fields}, **more)
    )


def plan(
    spec: ModelSpec, *, policy: Any = "warn", model: str = "acme-1", prompt: str | None = "a fox", **asked: Any
) -> Plan:
    """The plan of a video request."""
    request = VideoGenerationRequest(prompt=prompt, **asked)
    return make_plan(provider="acme", model=model, spec=spec, request=request, policy=policy)


def plan_image(spec: ModelSpec, *, policy: Any = "warn", prompt: str | None = "a fox", **asked: Any) -> Plan:
    """The plan of an image request."""
    request = ImageGenerationRequest(prompt=prompt, **asked)
    return make_plan(provider="acme", model="acme-1", spec=spec, request=request, policy=policy)


def codes(plan: Plan, *wanted: str) -> list[tuple[str, str | None]]:
    """Code and field of the notices, all or those with a wanted code."""
    return [(notice.code, notice.field) for notice in plan.notices if not wanted or notice.code in wanted]
