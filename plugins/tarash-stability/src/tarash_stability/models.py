"""Stability's models as data: one id for each generator, edit, control and upscale, each a multipart form.

The inputs are those of Stability's own specification, as collected in the dossier stability.md, sections 2, 7 and 9.
What a route takes besides our words is listed under Stability's name, and is given through ``extra_params``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Price, Variant
from tarash_core.catalog.building.parts import Fields, joined, own, own_value
from tarash_core.catalog.building.wires import without_media
from tarash_core.fields import (
    FieldMapper,
    ImageLimits,
    Rule,
    at_least_one_of,
    choice_field_mapper,
    constant_field_mapper,
    image_input_field_mapper,
    mask_image_field_mapper,
    passthrough_field_mapper,
    rule,
    single_image_field_mapper,
    style_field_mapper,
)

CHECKED = "2026-11-22"
VIDEO_ENDED = "2025-07-24"
RATIOS = ("21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21")
STYLES = (
    "enhance", "anime", "photographic", "digital-art", "comic-book", "fantasy-art", "line-art", "analog-film",
    "neon-punk", "isometric", "low-poly", "origami", "modeling-compound", "cinematic", "3d-model", "pixel-art",
    "tile-texture",
)  # fmt: skip

_LONGEST = 10_000
_SEED_MOST = 4_294_967_294
_USD_PER_CREDIT = Decimal("0.01")
_PRICED_ON = "2025-08-01"
_PRICES = "Stability's price list of 2025-08-01 (api-pricing-update-25), a credit at 0.01 USD"
_SPEC = "Stability's specification of v2beta, as merged in tryAGI/StabilityAI at commit 016c91ba of 2026"


def _credits(count: float, source: str = _PRICES) -> Price:
    return Price(usd_per_output=_USD_PER_CREDIT * Decimal(str(count)), source=source, checked=_PRICED_ON)


# fields that several routes share


def _text(name: str = "prompt", required: bool = True) -> Fields:
    return {name: passthrough_field_mapper("prompt", required, min_length=1, max_length=_LONGEST)}


def _share(
    name: str, default: float | None = None, *, low: float = 0, high: float = 1, required: bool = False
) -> Fields:
    return own(name, "number", minimum=low, maximum=high, default=default, required=required)


def _said(name: str, required: bool = False) -> Fields:
    return own(name, "str", required=required, max_length=_LONGEST)


def _format(*kinds: str) -> Fields:
    return own("output_format", "str", choices=kinds or ("png", "jpeg", "webp"), default="png")


def _grown(by: int) -> Fields:
    # An upper bound is told by one client alone.
    return own("grow_mask", "int", minimum=0, default=by)


def _file(mapper: FieldMapper, name: str = "image") -> Fields:
    return {name: mapper}


_NEGATIVE: Fields = {"negative_prompt": passthrough_field_mapper("negative_prompt", max_length=_LONGEST)}
# 0 stands for any number, which is not what a seed is asked for.
_SEED: Fields = {"seed": passthrough_field_mapper("seed", minimum=0, maximum=_SEED_MOST, default=0)}
_STYLE: Fields = {"style_preset": style_field_mapper(STYLES)}
_RATIO: Fields = {"aspect_ratio": choice_field_mapper("aspect_ratio", RATIOS, default="1:1")}
_FILE = ("file",)


def _image(**limits: Any) -> Fields:
    """The one picture that a route works on; dossier, section 7."""
    return _file(image_input_field_mapper(True, forms=_FILE, limits=ImageLimits(**limits)))


_LARGE: dict[str, Any] = {"least_side": 64, "least_pixels": 4096, "most_pixels": 9_437_184}
_BALANCED: dict[str, Any] = {**_LARGE, "most_ratio": 2.5}
_SMALL: dict[str, Any] = {"least_side": 32, "most_side": 1536, "least_pixels": 1024, "most_pixels": 1_048_576}
_MEGAPIXEL: dict[str, Any] = {**_LARGE, "most_pixels": 1_048_576}
_HUGE: dict[str, Any] = {"least_side": 64, "most_side": 16_384, "least_pixels": 4096}
_IMAGE = _image(**_LARGE)
_MASK = _file(mask_image_field_mapper(forms=_FILE), "mask")
_STRENGTH = _share("strength", required=True)
_COMMON = (_SEED, _format())


def _way(
    path: str,
    modes: str | Iterable[str],
    *parts: Fields,
    credits: float | None = None,
    unheeded: Fields | None = None,
    rules: Iterable[Rule] = (),
    **known: Any,
) -> Variant:
    """One route; ``unheeded`` fields are taken by it in vain, and are written by ``extra_params`` alone."""
    fields = joined(*parts)
    every = {**fields, **(unheeded or {})}
    priced = {} if credits is None else {"price": _credits(credits)}
    more: dict[str, Any] = {**priced, "rules": (*rules, *without_media(every)), **known}
    return Variant(
        modes=modes,
        endpoint=path if path.startswith("/") else f"/v2beta/stable-image/{path}",
        fields=fields,
        body="multipart",
        parameters=every,
        **more,
    )


# generators


def _ultra() -> tuple[Variant, ...]:
    shared = (_text(), _NEGATIVE, _RATIO, *_COMMON, _STYLE)
    return (
        _way("generate/ultra", "text-to-image", *shared, credits=8),
        _way("generate/ultra", "image-to-image", *shared, _image(**_HUGE), _STRENGTH, credits=8),
    )


def _core() -> Variant:
    return _way("generate/core", "text-to-image", _text(), _RATIO, _NEGATIVE, *_COMMON, _STYLE, credits=3)


_MODEL: Fields = {"model": constant_field_mapper("$model")}


def _sd3(credits: float | None, guidance: float | None, negative: bool = True) -> tuple[Variant, ...]:
    """Stable Diffusion 3.5. The model is always named: without a name the largest runs, at its price."""
    scale = own("cfg_scale", "number", minimum=1, maximum=10, default=guidance)
    shared = (_MODEL, _text(), _NEGATIVE if negative else {}, *_COMMON, _STYLE, scale)
    known: dict[str, Any] = {"credits": credits, "unheeded": {} if negative else _NEGATIVE}
    return tuple(
        _way("generate/sd3", mode, *shared, {"mode": constant_field_mapper(mode)}, *more, **known)
        for mode, more in (("text-to-image", (_RATIO,)), ("image-to-image", (_image(least_side=64), _STRENGTH)))
    )


def _older_sd3() -> Variant:
    parts = (_MODEL, _text(), _RATIO, _SEED, _format("png", "jpeg"))
    return _way("generate/sd3", "text-to-image", *parts)


# upscales


def _upscale(name: str, credits: float, *parts: Fields) -> Variant:
    return _way(f"upscale/{name}", "upscale-image", *parts, credits=credits)


def _creative(name: str, credits: float, image: Fields, low: float, default: float, *more: Fields) -> Variant:
    creativity = _share("creativity", default, low=low, high=0.5)
    return _upscale(name, credits, image, _text(), _NEGATIVE, *_COMMON, creativity, *more)


# edits


def _edit(
    name: str, credits: float, *parts: Fields, modes: Sequence[str] = ("image-to-image",), **known: Any
) -> Variant:
    return _way(f"edit/{name}", modes, *parts, credits=credits, **known)


_BOTH = ("image-to-image", "inpaint")
_SIDES = ("left", "right", "up", "down")

_SOME_SIDE = rule(
    f"at least one of {', '.join(_SIDES)} in extra_params must be above 0",
    lambda effective: any(own_value(effective, side) for side in _SIDES),
    "extra_params",
)
_LIGHT_FIRST = rule(
    "light_source_strength needs light_source_direction or an image of the type 'style'",
    lambda effective: (
        own_value(effective, "light_source_strength") is None
        or own_value(effective, "light_source_direction") is not None
        or bool(effective.get("style_images"))
    ),
    "extra_params",
)


def _outpaint() -> Variant:
    sides = [own(side, "int", minimum=0, maximum=2000, default=0) for side in _SIDES]
    creativity = _share("creativity", 0.5)
    return _edit(
        "outpaint",
        4,
        _image(**_BALANCED),
        *sides,
        creativity,
        _text(required=False),
        *_COMMON,
        _STYLE,
        rules=[_SOME_SIDE],
    )


def _search(name: str, wanted: str, **known: Any) -> Variant:
    """Changes what is found by a text. That the route takes a style is told by some copies of the specification."""
    return _edit(
        name, 5, _image(**_BALANCED), _text(), _said(wanted, True), _NEGATIVE, _grown(3), *_COMMON, _STYLE, **known
    )


def _relight() -> Variant:
    """The subject is a reference, the new background an asset, and where the light is taken from a style."""
    picture = single_image_field_mapper
    rules: list[Rule] = [at_least_one_of("prompt", "asset_images"), _LIGHT_FIRST]
    return _edit(
        "replace-background-and-relight",
        8,
        _file(picture(True, "reference", forms=_FILE, limits=ImageLimits(**_BALANCED)), "subject_image"),
        _text("background_prompt", required=False),
        _file(picture(False, "asset", forms=_FILE), "background_reference"),
        _said("foreground_prompt"),
        _NEGATIVE,
        _share("preserve_original_subject", 0.6),
        _share("original_background_depth", 0.5),
        own("keep_original_background", "str", choices=("true", "false"), default="false"),
        own("light_source_direction", "str", choices=("left", "right", "above", "below")),
        _file(picture(False, "style", forms=_FILE), "light_reference"),
        _share("light_source_strength", 0.3),
        *_COMMON,
        rules=rules,
    )


# controls


def _control(name: str, credits: float, *parts: Fields) -> Variant:
    return _way(f"control/{name}", "control-image", *parts, _NEGATIVE, *_COMMON, credits=credits)


def _lines(name: str) -> Variant:
    """A picture whose lines or whose depth are kept; as to the style see the searches."""
    return _control(name, 5, _IMAGE, _text(), _share("control_strength", 0.7), _STYLE)


def _transfer() -> Variant:
    """The picture is a reference, the look comes from a style."""
    picture = single_image_field_mapper
    return _control(
        "style-transfer",
        8,
        _file(picture(True, "reference", forms=_FILE), "init_image"),
        _file(picture(True, "style", forms=_FILE), "style_image"),
        _text(required=False),
        _share("style_strength", 1),
        _share("composition_fidelity", 0.9),
        _share("change_strength", 0.9, low=0.1),
    )


# the video API of old


_VIDEO_SIZES = ("1024x576", "576x1024", "768x768")


def _video() -> Variant:
    """Stable Video Diffusion, which others still serve; its ranges are told by third parties alone, and left open."""
    return _way(
        "/v2beta/image-to-video",
        "image-to-video",
        _file(single_image_field_mapper(True, "first_frame", forms=_FILE, limits=ImageLimits(sizes=_VIDEO_SIZES))),
        _SEED,
        own("cfg_scale", "number", default=1.8),
        own("motion_bucket_id", "int", default=127),
        credits=20,
        fixed={"generate_audio": False},
    )


def _live(variants: Variant | tuple[Variant, ...], source: str = _SPEC) -> ModelSpec:
    return ModelSpec(variants=variants, lifecycle=Lifecycle(source=source, checked=CHECKED))


def _ended(variants: Variant, day: str, source: str, replacement: str | None = None) -> ModelSpec:
    life = Lifecycle(retired=day, replacement=replacement, source=source, checked=CHECKED)
    return ModelSpec(variants=variants, lifecycle=life)


def _rerouted(to: str) -> ModelSpec:
    return _ended(_older_sd3(), "2025-04-17", "Stability's release notes: rerouted to the 3.5 model", to)


def models() -> dict[str, ModelSpec]:
    """Every model by its id."""
    by_analogy = _credits(5, f"{_PRICES}; by analogy with search-and-replace")
    return {
        "stable-image-ultra": _live(_ultra()),
        "stable-image-core": _live(_core()),
        "sd3.5-large": _live(_sd3(6.5, 4)),
        # Turbo does not honour a negative prompt; it can be sent through extra_params.
        "sd3.5-large-turbo": _live(_sd3(4, 1, negative=False)),
        "sd3.5-medium": _live(_sd3(3.5, 4)),
        "sd3.5-flash": _live(_sd3(2.5, 1), f"{_SPEC}; not in the list of every account"),
        "sd3-large": _rerouted("sd3.5-large"),
        "sd3-large-turbo": _rerouted("sd3.5-large-turbo"),
        "sd3-medium": _rerouted("sd3.5-medium"),
        "upscale-fast": _live(_upscale("fast", 2, _image(**_SMALL), _format())),
        "upscale-conservative": _live(_creative("conservative", 40, _image(**_BALANCED), 0.2, 0.35)),
        "upscale-creative": _live(_creative("creative", 60, _image(**_MEGAPIXEL), 0.1, 0.3, _STYLE)),
        "edit-erase": _live(_edit("erase", 5, _IMAGE, _MASK, _grown(5), *_COMMON, modes=_BOTH)),
        "edit-inpaint": _live(
            _edit("inpaint", 5, _IMAGE, _MASK, _text(), _NEGATIVE, _grown(5), *_COMMON, _STYLE, modes=_BOTH)
        ),
        "edit-outpaint": _live(_outpaint()),
        "edit-search-and-replace": _live(_search("search-and-replace", "search_prompt")),
        "edit-search-and-recolor": _live(_search("search-and-recolor", "select_prompt", price=by_analogy)),
        "edit-remove-background": _live(
            _edit("remove-background", 5, _image(**{**_LARGE, "most_pixels": 4_194_304}), _format("png", "webp"))
        ),
        "edit-replace-background-and-relight": _live(_relight()),
        "control-sketch": _live(_lines("sketch")),
        "control-structure": _live(_lines("structure")),
        "control-style": _live(_control("style", 5, _IMAGE, _text(), _share("fidelity", 0.5), _RATIO, _STYLE)),
        "control-style-transfer": _live(_transfer()),
        "stable-video-diffusion": _ended(
            _video(), VIDEO_ENDED, "Stability's announcement of 2025-07-09 (api-pricing-update-25)"
        ),
    }


CATALOG = Catalog(models, generic=None)
"""Every other id is refused: the id chooses the route, and a wrong one would buy another picture than was meant."""
