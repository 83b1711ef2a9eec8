"""fal's models as data: each endpoint id is one model (dossier fal.md, section 9, and its list of endpoints).

A field that fal describes by its default alone takes that one value. What a model takes besides our words is listed
with its wire name, and is given through ``extra_params``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Variant
from tarash_core.fields import (
    AnySize,
    FieldMapper,
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
    size_field_mapper,
    video_url_field_mapper,
)

Fields = Mapping[str, FieldMapper]

_TYPES = "types of fal's JavaScript client, fal-ai/fal-js 381105e of 2026-08-02"
_LIVE = "live OpenAPI copies, finnyjules/Sailor, September 2026"
_CHECKED = "2026-11-22"
_FORMS = ("url", "data_uri")

PROMPT = {"prompt": passthrough_field_mapper("prompt", required=True)}
FREE_PROMPT = {"prompt": passthrough_field_mapper("prompt")}
NEGATIVE = {"negative_prompt": passthrough_field_mapper("negative_prompt")}
KLING_NEGATIVE = {
    "negative_prompt": passthrough_field_mapper("negative_prompt", default="blur, distort, and low quality"),
}
SEED = {"seed": passthrough_field_mapper("seed")}
AUDIO = {"generate_audio": passthrough_field_mapper("generate_audio", default=True)}
IMAGE = {"image_url": image_input_field_mapper(required=True, forms=_FORMS)}
IMAGES = {"image_urls": image_list_field_mapper(required=True, forms=_FORMS)}
MASK = {"mask_url": mask_image_field_mapper(required=True, forms=_FORMS)}
SAFETY_CHECKER = {
    "enable_safety_checker": extra_params_field_mapper("enable_safety_checker", type="bool", default=True)
}
PRESETS = ("square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9")
IMAGE_RATIOS = ("21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21")
SEEDANCE_RATIOS = ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16")


def first(wire: str = "image_url", required: bool = True) -> Fields:
    """The first frame under a wire name."""
    return {wire: single_image_field_mapper(required, "first_frame", forms=_FORMS)}


def last(wire: str = "end_image_url", required: bool = False) -> Fields:
    """The last frame under a wire name."""
    return {wire: single_image_field_mapper(required, "last_frame", forms=_FORMS)}


def seconds(allowed: Iterable[int], default: int | None = None, suffix: bool = False) -> Fields:
    """The length as text: ``"8"``, or ``"8s"`` with the suffix."""
    return {"duration": duration_field_mapper("str", tuple(allowed), add_suffix=suffix, default=default)}


def ratio(*choices: str, default: str | None = None) -> Fields:
    """The ratio; a default ``auto`` follows the input."""
    return {"aspect_ratio": choice_field_mapper("aspect_ratio", choices, default=default)}


def resolution(*choices: str, default: str) -> Fields:
    """The resolution."""
    return {"resolution": choice_field_mapper("resolution", choices, default=default)}


def rewriting(wire: str, default: bool | None = None) -> Fields:
    """Whether fal may rewrite the prompt, under a wire name."""
    return {wire: passthrough_field_mapper("enhance_prompt", default=default)}


def own(name: str, type: Any = "any", default: Any = None, choices: Iterable[Any] | None = None) -> Fields:
    """A parameter of the model's own."""
    listed = None if choices is None else tuple(choices)
    return {name: extra_params_field_mapper(name, type=type, default=default, choices=listed)}


def digits(count: int) -> tuple[str, ...]:
    """``("1", "2", …)``: fal writes levels of tolerance as texts."""
    return tuple(str(number) for number in range(1, count + 1))


def model(
    modes: str | Iterable[str],
    *parts: Fields,
    listed: str | None,
    source: str = _TYPES,
    fixed: Mapping[str, Any] | None = None,
) -> ModelSpec:
    """One endpoint as a model with its one way of being called.

    Args:
        modes: What it does.
        parts: Its fields.
        listed: The day of the first copy of fal's list that has it.
        source: Where its inputs were read.
        fixed: Values by our names that cannot be chosen.
    """
    fields = {wire: mapper for part in parts for wire, mapper in part.items()}
    names = {wire.partition("[")[0] for wire in fields}
    variant = Variant(modes=modes, fields=fields, fixed=dict(fixed or {}), parameters=names)
    return ModelSpec(variants=variant, lifecycle=Lifecycle(listed=listed, source=source, checked=_CHECKED))


def veo(tier: str) -> dict[str, ModelSpec]:
    """Veo 3.1 in one tier: ``""``, ``"/fast"`` or ``"/lite"``."""
    root, lite = f"fal-ai/veo3.1{tier}", tier == "/lite"
    levels = own("safety_tolerance", "str", "4", digits(6))
    size = resolution("720p", "1080p", *(() if lite else ("4k",)), default="720p")
    wide, like_input = ratio("16:9", "9:16", default="16:9"), ratio("auto", "16:9", "9:16", default="auto")
    length, eight = seconds((4, 6, 8), 8, suffix=True), seconds((8,), 8, suffix=True)
    # Only text-to-video repairs a refused prompt unasked.
    base, fix, leave = (*(PROMPT, size, AUDIO, levels),), own("auto_fix", "bool", True), own("auto_fix", "bool", False)
    free = (NEGATIVE, SEED)
    day = "2026-04-07" if lite else "2025-10-17"
    found = {
        root: model("text-to-video", *base, *free, fix, length, wide, listed=day),
        f"{root}/image-to-video": model(
            "image-to-video", *base, *free, leave, length, like_input, first(), listed=day
        ),
        f"{root}/first-last-frame-to-video": model(
            "first-last-frame", *base, *free, leave, eight if lite else length, like_input,
            first("first_frame_url"), last("last_frame_url", required=True), listed=day,
        ),
    }  # fmt: skip
    if not lite:
        fast = tier == "/fast"
        found[f"{root}/reference-to-video"] = model(
            "reference-to-video", *base, leave, eight, wide,
            {"image_urls": image_list_field_mapper("reference", required=True, forms=_FORMS)},
            listed=None if fast else day, source=_LIVE if fast else _TYPES,
        )  # fmt: skip
        found[f"{root}/extend-video"] = model(
            "extend-video", *base, *free, leave, seconds((7,), 7, suffix=True), like_input,
            resolution("720p", default="720p"), {"video_url": video_url_field_mapper(True, forms=_FORMS)},
            listed="2026-04-07",
        )  # fmt: skip
    return found


def kling_v3(tier: str, side: str) -> dict[str, ModelSpec]:
    """Kling 3 in one tier: ``standard``, ``pro`` or ``4k``."""
    root, length = f"fal-ai/kling-video/v3/{tier}", seconds(range(3, 16), 5)
    shots = (own("multi_prompt", "list"), own("shot_type", "str", "customize", ("customize", "intelligent")))
    common = (FREE_PROMPT, KLING_NEGATIVE, AUDIO, length, own("cfg_scale", "number", 0.5), *shots)
    known: dict[str, Any] = {"listed": "2026-08-02" if tier == "4k" else "2026-04-07", "fixed": {"resolution": side}}
    frames = (first("start_image_url"), last(), own("elements", "list"))
    return {
        f"{root}/text-to-video": model("text-to-video", *common, ratio("16:9", "9:16", "1:1", default="16:9"), **known),
        f"{root}/image-to-video": model(("image-to-video", "first-last-frame"), *common, *frames, **known),
    }


def kling_v3_turbo(tier: str, side: str) -> dict[str, ModelSpec]:
    """Kling 3 Turbo in one tier; it always makes sound."""
    root, common = (
        f"fal-ai/kling-video/v3/turbo/{tier}",
        (FREE_PROMPT, seconds(range(3, 16), 5), own("multi_prompt", "list")),
    )
    known: dict[str, Any] = {"listed": "2026-08-02", "fixed": {"resolution": side, "generate_audio": True}}
    return {
        f"{root}/text-to-video": model("text-to-video", *common, ratio("16:9", "9:16", "1:1", default="16:9"), **known),
        f"{root}/image-to-video": model("image-to-video", *common, first(), **known),
    }


def kling_v2_5() -> dict[str, ModelSpec]:
    """Kling 2.5 Turbo, which is silent."""
    root = "fal-ai/kling-video/v2.5-turbo"
    common = (PROMPT, KLING_NEGATIVE, seconds((5, 10), 5), own("cfg_scale", "number", 0.5))
    pro: dict[str, Any] = {"listed": "2025-10-17", "fixed": {"resolution": "1080p", "generate_audio": False}}
    standard: dict[str, Any] = {"listed": "2025-12-15", "fixed": {"resolution": "720p", "generate_audio": False}}
    return {
        f"{root}/pro/text-to-video": model(
            "text-to-video", *common, ratio("16:9", "9:16", "1:1", default="16:9"), **pro
        ),
        f"{root}/pro/image-to-video": model(
            ("image-to-video", "first-last-frame"), *common, first(), last("tail_image_url"), **pro
        ),
        f"{root}/standard/image-to-video": model("image-to-video", *common, first(), **standard),
    }


def hailuo() -> dict[str, ModelSpec]:
    """MiniMax Hailuo 02 and 2.3, which are silent; ``pro`` is six seconds at 1080p."""
    common, length = (PROMPT, rewriting("prompt_optimizer", True)), seconds((6, 10), 6)
    pro: dict[str, Any] = {"fixed": {"resolution": "1080p", "duration_seconds": 6, "generate_audio": False}}
    standard: dict[str, Any] = {"fixed": {"resolution": "768p", "generate_audio": False}}
    silent: dict[str, Any] = {"fixed": {"generate_audio": False}}
    both, root, day = ("image-to-video", "first-last-frame"), "fal-ai/minimax/hailuo", "2025-12-15"
    return {
        f"{root}-02/standard/text-to-video": model("text-to-video", *common, length, listed="2025-07-09", **standard),
        f"{root}-02/standard/image-to-video": model(
            both,
            *common,
            length,
            first(),
            last(),
            resolution("512P", "768P", default="768P"),
            listed="2025-07-09",
            **silent,
        ),
        f"{root}-02/pro/text-to-video": model("text-to-video", *common, listed="2025-07-09", **pro),
        f"{root}-02/pro/image-to-video": model(both, *common, first(), last(), listed="2025-07-09", **pro),
        f"{root}-02-fast/image-to-video": model(
            "image-to-video", *common, length, first(), listed="2025-08-08", **silent
        ),
        f"{root}-2.3/standard/text-to-video": model("text-to-video", *common, length, listed=day, **standard),
        f"{root}-2.3/standard/image-to-video": model(
            "image-to-video", *common, length, first(), listed=day, **standard
        ),
        f"{root}-2.3/pro/text-to-video": model("text-to-video", *common, listed=day, **pro),
        f"{root}-2.3/pro/image-to-video": model("image-to-video", *common, first(), listed=day, **pro),
        f"{root}-2.3-fast/standard/image-to-video": model(
            "image-to-video", *common, length, first(), listed=day, **standard
        ),
        f"{root}-2.3-fast/pro/image-to-video": model("image-to-video", *common, first(), listed=day, **pro),
    }


def seedance_1() -> dict[str, ModelSpec]:
    """Seedance 1 Pro, which is silent, and 1.5 Pro."""
    root, sizes, both = "fal-ai/bytedance/seedance", ("480p", "720p", "1080p"), ("image-to-video", "first-last-frame")
    camera, silent = own("camera_fixed", "bool", False), {"generate_audio": False}
    pro = (PROMPT, SEED, SAFETY_CHECKER, camera, own("num_frames", "int"), seconds(range(2, 13), 5))
    newer = (PROMPT, SEED, SAFETY_CHECKER, camera, AUDIO, seconds(range(4, 13), 5), resolution(*sizes, default="720p"))
    text, like_input = ratio(*SEEDANCE_RATIOS, default="16:9"), ratio(*SEEDANCE_RATIOS, "auto", default="auto")
    large, small = resolution(*sizes, default="1080p"), resolution(*sizes, default="720p")
    any_ratio = ratio(*SEEDANCE_RATIOS, "auto", default="16:9")
    old, fast, new = "2025-07-09", "2025-12-15", "2026-04-07"
    return {
        f"{root}/v1/pro/text-to-video": model("text-to-video", *pro, text, large, listed=old, fixed=silent),
        f"{root}/v1/pro/image-to-video": model(
            both, *pro, like_input, small, first(), last(), listed=old, fixed=silent
        ),
        f"{root}/v1/pro/fast/text-to-video": model("text-to-video", *pro, text, large, listed=fast, fixed=silent),
        f"{root}/v1/pro/fast/image-to-video": model(
            "image-to-video", *pro, like_input, large, first(), listed=fast, fixed=silent
        ),
        f"{root}/v1.5/pro/text-to-video": model("text-to-video", *newer, any_ratio, listed=new),
        f"{root}/v1.5/pro/image-to-video": model(both, *newer, any_ratio, first(), last(), listed=new),
    }


def seedance_2(tier: str) -> dict[str, ModelSpec]:
    """Seedance 2 in one tier: ``""``, ``"/fast"`` or ``"/mini"``. Without a length it chooses one."""
    root, sizes = f"bytedance/seedance-2.0{tier}", ("480p", "720p", *(() if tier else ("1080p", "4k")))
    length = {"duration": duration_field_mapper("str", ("auto", *range(4, 16)), add_suffix=False, default="auto")}
    any_ratio = ratio("auto", *SEEDANCE_RATIOS, default="auto")
    rate = {} if tier == "/mini" else own("bitrate_mode", "str", "standard", ("standard", "high"))
    common = (PROMPT, AUDIO, length, any_ratio, resolution(*sizes, default="720p"), rate, own("end_user_id", "str"))
    references: Fields = {
        "image_urls": image_list_field_mapper("reference", forms=_FORMS),
        "video_urls[0]": video_url_field_mapper(forms=_FORMS),
        "audio_urls[0]": audio_url_field_mapper(forms=_FORMS),
    }
    day = "2026-08-02"
    return {
        f"{root}/text-to-video": model("text-to-video", *common, listed=day),
        f"{root}/image-to-video": model(("image-to-video", "first-last-frame"), *common, first(), last(), listed=day),
        f"{root}/reference-to-video": model("reference-to-video", *common, references, listed=day),
    }


def wan() -> dict[str, ModelSpec]:
    """Wan 2.5 and 2.6; both make sound, or take one."""
    sound: Fields = {"audio_url": audio_url_field_mapper(forms=_FORMS)}
    common = (PROMPT, NEGATIVE, SEED, SAFETY_CHECKER, rewriting("enable_prompt_expansion", True), sound)
    old = (*common, seconds((5, 10), 5), resolution("480p", "720p", "1080p", default="1080p"))
    shots = own("multi_shots", "bool", False)
    new = (*common, seconds((5, 10, 15), 5), resolution("720p", "1080p", default="1080p"), shots, first())
    day, root = "2025-10-17", "fal-ai/wan-25-preview"
    return {
        f"{root}/text-to-video": model("text-to-video", *old, ratio("16:9", "9:16", "1:1", default="16:9"), listed=day),
        f"{root}/image-to-video": model("image-to-video", *old, first(), listed=day),
        "wan/v2.6/image-to-video": model("image-to-video", *new, listed="2026-04-07"),
        "wan/v2.6/image-to-video/flash": model("image-to-video", *new, AUDIO, listed="2026-04-07"),
    }


def shape(default: str | None, *more: str) -> Fields:
    """``image_size``: a preset, or any width and height."""
    return {"image_size": size_field_mapper((*more, *PRESETS), default=default, any_size=AnySize())}


def picture(kind: str, *formats: str, count: bool = True) -> tuple[Fields, ...]:
    """What every FLUX model takes; ``kind`` is the file format that it makes unasked."""
    number: Fields = {"num_images": n_images_field_mapper(1, 4, default=1)} if count else {}
    return (PROMPT, SEED, number, own("output_format", "str", kind, formats), own("sync_mode", "bool", False))


def steps(guidance: float, count: int) -> tuple[Fields, ...]:
    """How closely, and in how many steps, an open FLUX model works."""
    return own("guidance_scale", "number", guidance), own("num_inference_steps", "int", count)


def flux_1() -> dict[str, ModelSpec]:
    """FLUX.1: open models, Pro 1.1, Kontext and Fill."""
    common, speeds = picture("jpeg", "jpeg", "png"), ("none", "regular", "high")
    open_model = (*common, SAFETY_CHECKER, own("acceleration", "str", "none", speeds))
    text = (*open_model, shape("landscape_4_3"), *steps(3.5, 28))
    pro = (*common, own("safety_tolerance", "str", "2", digits(6)), rewriting("enhance_prompt", False))
    kontext = (*pro, own("guidance_scale", "number", 3.5))
    like_input, square = ratio(*IMAGE_RATIOS), ratio(*IMAGE_RATIOS, default="1:1")
    ultra: Fields = {"aspect_ratio": passthrough_field_mapper("aspect_ratio", default="16:9"),
                     "image_url": image_input_field_mapper(forms=_FORMS)}  # fmt: skip
    raw = (own("raw", "bool", False), own("image_prompt_strength", "number", 0.1))
    lora = (
        *common,
        SAFETY_CHECKER,
        own("acceleration", "str", "none", ("none", "regular")),
        shape(None),
        *steps(3.5, 28),
    )
    root, edit = "fal-ai/flux-pro", "image-to-image"
    return {
        "fal-ai/flux/dev": model("text-to-image", *text, listed="2025-01-23"),
        "fal-ai/flux/schnell": model("text-to-image", *text, listed="2025-01-23"),
        "fal-ai/flux/dev/image-to-image": model(
            edit, *open_model, *steps(3.5, 40), IMAGE, own("strength", "number", 0.95), listed="2025-01-23"
        ),
        f"{root}/v1.1": model("text-to-image", *pro, shape("landscape_4_3"), listed="2025-01-23"),
        f"{root}/v1.1-ultra": model(("text-to-image", edit), *pro, ultra, *raw, listed="2025-01-23"),
        f"{root}/kontext": model(edit, *kontext, like_input, IMAGE, listed="2025-07-09"),
        f"{root}/kontext/max": model(edit, *kontext, like_input, IMAGE, listed="2025-07-09"),
        f"{root}/kontext/multi": model(edit, *kontext, like_input, IMAGES, listed="2025-08-08"),
        f"{root}/kontext/max/multi": model(edit, *kontext, like_input, IMAGES, listed="2025-07-09"),
        f"{root}/kontext/text-to-image": model("text-to-image", *kontext, square, listed="2025-07-09"),
        f"{root}/kontext/max/text-to-image": model("text-to-image", *kontext, square, listed="2025-07-09"),
        f"{root}/v1/fill": model("inpaint", *pro, IMAGE, MASK, listed="2025-01-23"),
        "fal-ai/flux-lora/inpainting": model(
            "inpaint", *lora, IMAGE, MASK, own("loras", "list"), own("strength", "number", 0.85), listed="2025-01-23"
        ),
    }


def flux_2() -> dict[str, ModelSpec]:
    """FLUX.2: open model, Turbo, Pro, Max and Flex, each with its edit."""
    root, listed, later, edit = "fal-ai/flux-2", "2025-12-15", "2026-04-07", "image-to-image"
    common = (*picture("png", "png", "jpeg", "webp"), SAFETY_CHECKER, rewriting("enable_prompt_expansion", False))
    speed = own("acceleration", "str", "regular", ("none", "regular", "high"))
    dev, turbo = (*common, speed, *steps(2.5, 28)), (*common, own("guidance_scale", "number", 2.5))
    pro = (*picture("jpeg", "jpeg", "png", count=False), SAFETY_CHECKER, own("safety_tolerance", "str", "2", digits(5)))
    wide, like_input = shape("landscape_4_3"), shape("auto", "auto")
    found = {
        root: model("text-to-image", *dev, wide, listed=listed),
        f"{root}/edit": model(edit, *dev, shape(None), IMAGES, listed=listed),
        f"{root}/turbo": model("text-to-image", *turbo, wide, listed=later),
        f"{root}/turbo/edit": model(edit, *turbo, shape("square_hd"), IMAGES, listed=later),
    }
    for name, fields in {"pro": pro, "max": pro, "flex": (*pro, *steps(3.5, 28))}.items():
        day = later if name == "max" else listed
        found[f"{root}-{name}"] = model("text-to-image", *fields, wide, listed=day)
        found[f"{root}-{name}/edit"] = model(edit, *fields, like_input, IMAGES, listed=day)
    return found


def models() -> dict[str, ModelSpec]:
    """Every listed model by its endpoint id."""
    tiers = {"standard": "720p", "pro": "1080p"}
    families = (
        *(veo(tier) for tier in ("", "/fast", "/lite")),
        *(kling_v3(tier, side) for tier, side in {**tiers, "4k": "4k"}.items()),
        *(kling_v3_turbo(tier, side) for tier, side in tiers.items()),
        kling_v2_5(),
        hailuo(),
        seedance_1(),
        *(seedance_2(tier) for tier in ("", "/fast", "/mini")),
        wan(),
        flux_1(),
        flux_2(),
    )
    return {name: spec for family in families for name, spec in family.items()}


CATALOG = Catalog(models)
