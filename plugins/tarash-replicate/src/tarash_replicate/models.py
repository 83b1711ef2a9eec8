"""The models of Replicate as data: wire names are the model's own inputs.

Replicate takes any unknown input in silence, so that a wrong name would be paid for; ``schemas.json`` holds the
published inputs that a test compares these entries with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Variant
from tarash_core.fields import (
    FieldMapper,
    at_least_one_of,
    audio_url_field_mapper,
    choice_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    image_input_field_mapper,
    image_list_field_mapper,
    mask_image_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)

Fields = Mapping[str, FieldMapper]

ENDPOINT = "/v1/models/{model}/predictions"
FORMS = ("url", "data_uri")
SERVED = Lifecycle(source="GET /v1/models/{owner}/{name}", checked="2026-09-25")

PROMPT = passthrough_field_mapper("prompt", required=True)
NEGATIVE_PROMPT = passthrough_field_mapper("negative_prompt")
SEED = passthrough_field_mapper("seed")
FIRST = single_image_field_mapper(True, "first_frame", forms=FORMS)
LAST = single_image_field_mapper(True, "last_frame", forms=FORMS)
REFERENCE = single_image_field_mapper(True, "reference", forms=FORMS)

TEXT_TO_VIDEO: Mapping[str, Fields] = {"text-to-video": {}}
TEXT_TO_IMAGE: Mapping[str, Fields] = {"text-to-image": {}}


def _model(
    shared: Fields,
    ways: Mapping[str, Fields],
    *,
    rules: Mapping[str, Any] | None = None,
    also: Sequence[str] = (),
    lifecycle: Lifecycle | None = None,
) -> ModelSpec:
    """A model of inputs that all its ways share, and of those that each way adds, by mode.

    Args:
        shared: The inputs of every way.
        ways: For each mode the inputs that make it, or that are narrower there.
        rules: Rules of a way, by mode.
        also: Published inputs that no mapper writes.
        lifecycle: When the model was last seen.
    """
    names = {path.partition("[")[0] for fields in (shared, *ways.values()) for path in fields}
    variants = [
        Variant(
            modes={mode},
            endpoint=ENDPOINT,
            fields={**shared, **fields},
            rules=(rules or {}).get(mode, ()),
            parameters={*names, *also},
        )
        for mode, fields in ways.items()
    ]
    return ModelSpec(variants=variants, lifecycle=lifecycle)


def _frames(first: str, last: str | None = None) -> dict[str, Fields]:
    """The ways of a model that starts from nothing, from a first frame, or from a first and a last one."""
    ways = {**TEXT_TO_VIDEO, "image-to-video": {first: FIRST}}
    return ways if last is None else {**ways, "first-last-frame": {first: FIRST, last: LAST}}


def _references(name: str, most: int) -> dict[str, FieldMapper]:
    return {name: image_list_field_mapper("reference", True, forms=FORMS, max_items=most)}


def _images(name: str, most: int) -> dict[str, FieldMapper]:
    return {name: image_list_field_mapper(None, True, forms=FORMS, max_items=most)}


def _extras(**types: Any) -> dict[str, FieldMapper]:
    """The model's own parameters: a wire type, a list of choices, or keywords of the mapper, under each name."""
    return {name: extra_params_field_mapper(name, **_keywords(declared)) for name, declared in types.items()}


def _keywords(declared: Any) -> dict[str, Any]:
    if isinstance(declared, str):
        return {"type": declared}
    return dict(declared) if isinstance(declared, dict) else {"type": "str", "choices": declared}


def _number(kind: str, minimum: float, maximum: float, default: float | None = None) -> dict[str, Any]:
    return {"type": kind, "minimum": minimum, "maximum": maximum, "default": default}


_VEO = {
    "prompt": PROMPT,
    "aspect_ratio": choice_field_mapper("aspect_ratio", ["16:9", "9:16"]),
    "duration": duration_field_mapper("int", [4, 6, 8]),
    "negative_prompt": NEGATIVE_PROMPT,
    "resolution": choice_field_mapper("resolution", ["720p", "1080p"]),
    "generate_audio": passthrough_field_mapper("generate_audio"),
    "seed": SEED,
}
# Reference images work only with 16:9 and 8 seconds.
_VEO_REFERENCES = {
    **_references("reference_images", 3),
    "aspect_ratio": choice_field_mapper("aspect_ratio", ["16:9"], default="16:9", write_default=True),
    "duration": duration_field_mapper("int", [8], default=8, write_default=True),
}
_KLING_RATIO = choice_field_mapper("aspect_ratio", ["16:9", "9:16", "1:1"])
_FLUX_RATIOS = ["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"]
_FLUX_PRO_RATIOS = ["1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3"]
_BANANA_RATIOS = [
    "match_input_image",
    *("1:1", "1:4", "1:8", "2:3", "3:2", "3:4", "4:1", "4:3", "4:5", "5:4", "8:1", "9:16", "16:9", "21:9"),
]
_FORMATS = ["webp", "jpg", "png"]
_QUALITY = _number("int", 0, 100, 80)

_FLUX = {
    "prompt": PROMPT,
    "aspect_ratio": choice_field_mapper("aspect_ratio", _FLUX_RATIOS, default="1:1"),
    "num_outputs": n_images_field_mapper(1, 4, default=1),
    "seed": SEED,
    "megapixels": choice_field_mapper("resolution", {"1 MP": "1", "0.25 MP": "0.25"}, default="1 MP"),
    **_extras(output_format=_FORMATS, output_quality=_QUALITY, disable_safety_checker="bool", go_fast="bool"),
}

MODELS: dict[str, ModelSpec] = {
    "google/veo-3.1": _model(_VEO, {**_frames("image", "last_frame"), "reference-to-video": _VEO_REFERENCES}),
    "google/veo-3.1-fast": _model(_VEO, _frames("image", "last_frame"), also=["reference_images"]),
    "kwaivgi/kling-v3-video": _model(
        {
            "prompt": PROMPT,
            "negative_prompt": NEGATIVE_PROMPT,
            "mode": choice_field_mapper(
                "resolution", {"720p": "standard", "1080p": "pro", "4k": "4k"}, default="1080p"
            ),
            "aspect_ratio": _KLING_RATIO,
            "duration": duration_field_mapper("int", range(3, 16), default=5),
            "generate_audio": passthrough_field_mapper("generate_audio", default=False),
            **_extras(multi_prompt="str"),
        },
        _frames("start_image", "end_image"),
        lifecycle=SERVED,
    ),
    "kwaivgi/kling-v2.5-turbo-pro": _model(
        {
            "prompt": PROMPT,
            "negative_prompt": NEGATIVE_PROMPT,
            "aspect_ratio": _KLING_RATIO,
            "duration": duration_field_mapper("int", [5, 10], default=5),
        },
        _frames("start_image", "end_image"),
        also=["image", "guidance_scale"],
        lifecycle=SERVED,
    ),
    "minimax/hailuo-2.3": _model(
        {
            "prompt": PROMPT,
            "duration": duration_field_mapper("int", [6, 10], default=6),
            "resolution": choice_field_mapper("resolution", ["768p", "1080p"], default="768p"),
            "prompt_optimizer": passthrough_field_mapper("enhance_prompt", default=True),
        },
        _frames("first_frame_image"),
        lifecycle=SERVED,
    ),
    "minimax/video-01": _model(
        {"prompt": PROMPT, "prompt_optimizer": passthrough_field_mapper("enhance_prompt", default=True)},
        {**_frames("first_frame_image"), "reference-to-video": {"subject_reference": REFERENCE}},
    ),
    "bytedance/seedance-1-pro": _model(
        {
            "prompt": PROMPT,
            "duration": duration_field_mapper("int"),
            "resolution": passthrough_field_mapper("resolution"),
            "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
            "fps": passthrough_field_mapper("fps", type="int"),
            "seed": SEED,
            **_extras(camera_fixed="bool"),
        },
        _frames("image", "last_frame_image"),
    ),
    "bytedance/seedance-2.0": _model(
        {
            "prompt": PROMPT,
            "duration": duration_field_mapper("int", minimum=1, maximum=15, default=5),
            "resolution": passthrough_field_mapper("resolution"),
            "aspect_ratio": choice_field_mapper(
                "aspect_ratio", ["16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "9:21", "adaptive"], default="16:9"
            ),
            "generate_audio": passthrough_field_mapper("generate_audio", default=True),
            "seed": SEED,
        },
        {
            **_frames("image", "last_frame_image"),
            "reference-to-video": {
                "reference_images": image_list_field_mapper("reference", forms=FORMS, max_items=9),
                "reference_videos[0]": video_url_field_mapper(forms=FORMS),
                "reference_audios[0]": audio_url_field_mapper(forms=FORMS),
            },
        },
        rules={"reference-to-video": (at_least_one_of("reference_images", "video", "audio"),)},
    ),
    "wan-video/wan-2.7-t2v": _model(
        {
            "prompt": PROMPT,
            "negative_prompt": NEGATIVE_PROMPT,
            "audio": audio_url_field_mapper(forms=FORMS),
            "resolution": choice_field_mapper("resolution", ["720p", "1080p"], default="1080p"),
            "aspect_ratio": choice_field_mapper("aspect_ratio", ["16:9", "9:16", "1:1", "4:3", "3:4"]),
            "duration": duration_field_mapper("int", range(2, 16), default=5),
            "enable_prompt_expansion": passthrough_field_mapper("enhance_prompt", default=True),
            "seed": SEED,
        },
        TEXT_TO_VIDEO,
        lifecycle=SERVED,
    ),
    "black-forest-labs/flux-schnell": _model(
        {**_FLUX, **_extras(num_inference_steps=_number("int", 1, 4, 4))}, TEXT_TO_IMAGE
    ),
    "black-forest-labs/flux-dev": _model(
        {**_FLUX, **_extras(num_inference_steps=_number("int", 1, 50, 28), guidance=_number("number", 0, 10, 3))},
        {
            **TEXT_TO_IMAGE,
            "image-to-image": {
                "image": image_input_field_mapper(True, forms=FORMS),
                **_extras(prompt_strength=_number("number", 0, 1, 0.8)),
            },
        },
        lifecycle=SERVED,
    ),
    "black-forest-labs/flux-1.1-pro": _model(
        {
            "prompt": PROMPT,
            "aspect_ratio": choice_field_mapper("aspect_ratio", _FLUX_PRO_RATIOS, default="1:1"),
            "seed": SEED,
            "prompt_upsampling": passthrough_field_mapper("enhance_prompt", default=False),
            **_extras(safety_tolerance=_number("int", 1, 6, 2), output_format=_FORMATS, output_quality=_QUALITY),
        },
        {**TEXT_TO_IMAGE, "image-to-image": {"image_prompt": image_input_field_mapper(True, forms=FORMS)}},
        also=["width", "height"],
    ),
    "black-forest-labs/flux-2-pro": _model(
        {
            "prompt": PROMPT,
            "aspect_ratio": choice_field_mapper(
                "aspect_ratio", ["match_input_image", *_FLUX_PRO_RATIOS], default="1:1"
            ),
            "resolution": choice_field_mapper(
                "resolution", ["match_input_image", "0.5 MP", "1 MP", "2 MP", "4 MP"], default="1 MP"
            ),
            "seed": SEED,
            **_extras(safety_tolerance=_number("int", 1, 5, 2), output_format=_FORMATS, output_quality=_QUALITY),
        },
        {**TEXT_TO_IMAGE, "image-to-image": _images("input_images", 8)},
        also=["width", "height"],
        lifecycle=SERVED,
    ),
    "black-forest-labs/flux-fill-pro": _model(
        {
            "prompt": PROMPT,
            "seed": SEED,
            "prompt_upsampling": passthrough_field_mapper("enhance_prompt", default=False),
            **_extras(
                outpaint=(
                    "None",
                    "Zoom out 1.5x",
                    "Zoom out 2x",
                    "Make square",
                    "Left outpaint",
                    "Right outpaint",
                    "Top outpaint",
                    "Bottom outpaint",
                ),
                steps=_number("int", 1, 50, 50),
                guidance=_number("number", 2, 5, 3),
                safety_tolerance=_number("int", 1, 6, 2),
                output_format=["jpg", "png"],
            ),
        },
        {
            "inpaint": {
                "image": image_input_field_mapper(True, forms=FORMS),
                "mask": mask_image_field_mapper(forms=FORMS),
            }
        },
    ),
    "google/nano-banana-2": _model(
        {
            "prompt": PROMPT,
            "aspect_ratio": choice_field_mapper("aspect_ratio", _BANANA_RATIOS, default="match_input_image"),
            "resolution": choice_field_mapper("resolution", ["1K", "2K", "4K"], default="1K"),
            **_extras(google_search="bool", image_search="bool", output_format=["jpg", "png"]),
        },
        {**TEXT_TO_IMAGE, "image-to-image": _images("image_input", 14)},
        lifecycle=SERVED,
    ),
}

_ANY = {
    "prompt": passthrough_field_mapper("prompt"),
    "negative_prompt": NEGATIVE_PROMPT,
    "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
    "resolution": passthrough_field_mapper("resolution"),
    "seed": SEED,
}
GENERIC = ModelSpec(
    title="a model that no catalogue lists",
    variants=(
        Variant(modes={"text-to-video"}, fields={**_ANY, "duration": duration_field_mapper("number")}),
        Variant(modes={"text-to-image"}, fields=_ANY),
    ),
)
"""For unlisted models, versions and deployments. It takes no media: under a name that the model lacks, Replicate would
ignore them, and sell a clip that has nothing to do with the picture. ``extra_params`` names the input."""


def _versions(spec: ModelSpec) -> ModelSpec:
    """What serves ``owner/name:<version>``: the same inputs on the route for versions."""
    return evolve(spec, family=True, variants=[evolve(way, endpoint="/v1/predictions") for way in spec.variants])


# A family with a boundary of its own: flux-dev is no family of flux-dev-lora, but of flux-dev:<version>.
CATALOG = Catalog({**MODELS, **{f"{model}:": _versions(spec) for model, spec in MODELS.items()}}, generic=GENERIC)
