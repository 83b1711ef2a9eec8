"""Luma's models as data: those of Luma Agents, and those of the older Dream Machine (dossier luma.md, section 9).

What a model takes besides our words is listed under Luma's own name, and is given through ``extra_params``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import evolve

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Price, Variant
from tarash_core.catalog.building.parts import Fields, joined, own, own_value, root_of
from tarash_core.fields import (
    ImageLimits,
    MediaForm,
    Rule,
    choice_field_mapper,
    constant_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    requires,
    rule,
    single_image_field_mapper,
    style_field_mapper,
    video_url_field_mapper,
)

Effective = Mapping[str, Any]

CHECKED = "2026-11-22"
AGENTS, DREAM = "agents", "dream-machine"
"""The two surfaces."""

_SILENT: Mapping[str, Any] = {"generate_audio": False}
_MODES = tuple(f"{kind}_{degree}" for kind in ("adhere", "flex", "reimagine") for degree in (1, 2, 3))
_BOTH_FRAMES = ("image-to-video", "first-last-frame")
# An edit takes the first picture; ``text-to-image`` says that pictures only guide.
_GUIDED = ("text-to-image", "image-to-image")


# rules on the model's own parameters


def _says(sentence: str, wrong: Callable[[Effective], Any], *names: str) -> Rule:
    return rule(sentence, lambda effective: not wrong(effective), *names)


def _never(name: str, words: str, **others: Any) -> Rule:
    """A parameter of the model's own works with none of these values; ``...`` is any. Without values it never works."""

    def met(effective: Effective, other: str, value: Any) -> bool:
        here = effective.get(other)
        return bool(here) if value is ... else here == value

    def wrong(effective: Effective) -> bool:
        return bool(own_value(effective, name)) and (
            not others or any(met(effective, *pair) for pair in others.items())
        )

    return _says(f"{name} does not work with {words}", wrong, *(others or ["extra_params"]))


def _not_both(name: str, other: str) -> Rule:
    return _says(
        f"{name} does not work with {other}", lambda e: own_value(e, name) and own_value(e, other), "extra_params"
    )


def _at_frames(most: Mapping[Any, int]) -> Rule:
    """``keyframe_indexes`` names one frame for each picture; the last frame follows from the length, if known."""

    def wrong(effective: Effective) -> bool:
        indexes, last = own_value(effective, "keyframe_indexes") or [], most.get(effective.get("duration_seconds"))
        whole = all(isinstance(index, int) and 0 <= index <= (last or index) for index in indexes)
        return not whole or len(set(indexes)) != len(indexes) or len(indexes) != effective.get("reference_images", 0)

    bounds = " and ".join(f"{last} with {seconds} s" for seconds, last in most.items())
    until = f", from 0 to {bounds}" if bounds else ""
    return _says(f"keyframe_indexes needs one frame of its own for each reference image{until}", wrong, "image_list")


# prices (dossier, section 9)


_PRICED: dict[str, Any] = {"source": "Luma's price page, as read in July 2026", "checked": "2026-07-10"}


def _clip_price() -> Price:
    five = {"540p": Decimal("0.15"), "720p": Decimal("0.30"), "1080p": Decimal("1.20")}
    table = {
        (name, seconds, hdr, exr): usd * longer * (1 + hdr + exr)
        for name, usd in five.items()
        for seconds, longer in ((5, 1), (10, 3))
        for hdr, exr in ((False, False), (True, False), (True, True))
    }
    by = ("resolution", "duration_seconds", "extra_params.hdr", "extra_params.exr_export")
    return Price(usd_per_job=table, by=by, **_PRICED)


def _second_price(*usd: str) -> Price:
    """By the second of the source, whose length only Luma learns: no estimate comes of it."""
    rates = dict(zip(("540p", "720p", "1080p"), usd, strict=True))
    return Price(usd_per_second=rates, by="resolution", **_PRICED)


# Agents

_MEDIUM = (
    MediaForm("job_id", {"generation_id": "$value"}),
    MediaForm("url", {"url": "$value", "media_type": "$content_type"}),
    MediaForm("base64", {"data": "$value", "media_type": "$content_type"}),
)
_IMAGE = ImageLimits(most_bytes=50 * 1024 * 1024)
_RAY_RATIOS = ("9:16", "3:4", "1:1", "4:3", "16:9", "21:9")
_UNI_RATIOS = ("3:1", "2:1", "16:9", "3:2", "1:1", "2:3", "9:16", "1:2", "1:3")


def _agents(type: str, modes: str | Iterable[str], *parts: Fields, limit: int = 6000, **known: Any) -> Variant:
    named: Fields = {"model": constant_field_mapper("$model"), "type": constant_field_mapper(type)}
    prompt: Fields = {"prompt": passthrough_field_mapper("prompt", required=True, min_length=1, max_length=limit)}
    fields = joined(named, prompt, *parts)
    return Variant(
        modes=modes,
        endpoint="/v1/generations",
        fields=fields,
        parameters={*map(root_of, fields), "user_id"},
        surface=AGENTS,
        **known,
    )


def _ratio(names: Sequence[str], **known: Any) -> Fields:
    return {"aspect_ratio": choice_field_mapper("aspect_ratio", names, **known)}


def _frame(wire: str, kind: str, required: bool = True) -> Fields:
    return {wire: single_image_field_mapper(required, kind, forms=_MEDIUM, limits=_IMAGE)}


def _pictures(wire: str, most: int, index: int = 0, required: bool = False) -> Fields:
    return {
        wire: image_list_field_mapper("reference", required, forms=_MEDIUM, max_items=most, index=index, limits=_IMAGE)
    }


def _source() -> Fields:
    return {"source": video_url_field_mapper(True, forms=_MEDIUM)}


def _length(*seconds: int) -> Fields:
    return {"video.duration": duration_field_mapper("str", seconds, default=5)}


_USER = own("user_id", "str")
_RESOLUTION: Fields = {
    "video.resolution": choice_field_mapper("resolution", ["360p", "540p", "720p", "1080p"], default="720p")
}
_LOOP = own("loop", "bool", path="video.")
_HDR = joined(*(own(name, "bool", path="video.") for name in ("hdr", "exr_export")))
_HDR_RULES = (
    _never("hdr", "a resolution below 720p", resolution="360p"),
    _never("hdr", "a resolution below 720p", resolution="540p"),
    _says("exr_export needs hdr", lambda e: own_value(e, "exr_export") and not own_value(e, "hdr"), "extra_params"),
)
_SHORT_HDR = _never("hdr", "10 seconds", duration_seconds=10)
_LOOP_RULES = (_never("loop", "10 seconds", duration_seconds=10), _not_both("loop", "hdr"))


def _frames_at(path: str) -> Fields:
    return own("keyframe_indexes", "list", path=path)


def _ray() -> tuple[Variant, ...]:
    """Whether reference images beside the frames are taken is unsure; they are not offered."""
    ratio, price = _ratio(_RAY_RATIOS), _clip_price()
    known: dict[str, Any] = {"price": price, "fixed": _SILENT}
    free = (ratio, _length(5, 10), _RESOLUTION)
    short = (ratio, _length(5), _RESOLUTION)
    first, last = _frame("video.start_frame", "first_frame"), _frame("video.end_frame", "last_frame")
    maybe_last = _frame("video.end_frame", "last_frame", required=False)
    rules = (*_HDR_RULES, *_LOOP_RULES)
    return (
        _agents("video", "text-to-video", *free, _LOOP, _HDR, _USER, rules=(*rules, _SHORT_HDR), **known),
        _agents(
            "video", _BOTH_FRAMES, first, maybe_last, *short, _LOOP, _HDR, _USER,
            rules=(*rules, _never("loop", "a last frame", last_frame=...)), **known,
        ),
        _agents(
            "video", _BOTH_FRAMES, last, *short, _LOOP, _HDR, _USER,
            rules=(*_HDR_RULES, _never("loop", "a last frame")), **known,
        ),
        # HDR beside key frames and 10 seconds is unsure, and left to Luma.
        _agents(
            "video", "reference-to-video", _pictures("video.keyframes", 64, required=True), _frames_at("video."),
            *free, _LOOP, _HDR, _USER,
            rules=(*_HDR_RULES, _at_frames({5: 120, 10: 240}), _never("loop", "key frames")), **known,
        ),
        _agents(
            "video", "extend-video", {"video.start_frame": video_url_field_mapper(True, forms=_MEDIUM[:1])},
            *short, _LOOP, _HDR, _USER, rules=[_never("hdr", "an extension"), *_HDR_RULES[-1:]], **known,
        ),
        *_ray_edits(),
        _agents(
            "video_reframe", "reframe-video", _source(), _ratio(_RAY_RATIOS, required=True), _RESOLUTION,
            own("source_position", "object", path="video."), _USER,
            rules=[requires("aspect_ratio", ["9:16", "3:4"], resolution=["360p", "540p", "720p"])],
            price=_second_price("0.06", "0.12", "0.36"), fixed=_SILENT,
        ),
    )  # fmt: skip


def _ray_edits() -> tuple[Variant, ...]:
    """Length and ratio follow the source, whatever ratio is sent. Three ways, so that none hides a reframe."""
    edits = (
        own("auto_controls", "bool", path="video.edit."),
        own("strength", "str", path="video.edit.", choices=_MODES),
        own("controls", "object", path="video.edit."),
    )
    shared = (_source(), *edits, _RESOLUTION, _HDR, _USER)
    rules = (*_HDR_RULES, _not_both("auto_controls", "controls"))
    known: dict[str, Any] = {"price": _second_price("0.144", "0.216", "0.432"), "fixed": _SILENT}
    frames = (_pictures("video.edit.keyframes", 64, required=True), _frames_at("video.edit."))
    first = _frame("video.start_frame", "first_frame")
    return (
        _agents("video_edit", "edit-video", *shared, rules=rules, **known),
        _agents("video_edit", "edit-video", *shared, first, rules=rules, **known),
        _agents("video_edit", "edit-video", *shared, *frames, rules=(*rules, _at_frames({})), **known),
    )


def _uni(*, layers: bool) -> tuple[Variant, ...]:
    """Layers are asked for with ``mode="control-image"``, for an edit takes the same inputs."""
    format = own("output_format", "str", choices=("png", "jpeg"))
    style: Fields = {"style": style_field_mapper(["auto", "manga"], default="auto")}
    look = (_ratio(_UNI_RATIOS), style, format, own("web_search", "bool", default=False), _USER)
    source = _frame("source", "reference")
    layering = own("layering", "object")
    as_layers = ("image-to-image", "control-image")
    return (
        _agents("image_edit", "image-to-image", source, _pictures("image_ref", 8, 1), *look),
        _agents("image", _GUIDED, _pictures("image_ref", 9), *look),
        *([_agents("layering", as_layers, source, layering, format, _USER, limit=500)] if layers else ()),
    )


# Dream Machine

_DREAM_RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21")
_STILL = (MediaForm("url", {"type": "image", "url": "$value"}),)
_EARLIER = (MediaForm("job_id", {"type": "generation", "id": "$value"}),)


def _dream(path: str, modes: str | Iterable[str], *parts: Fields, named: bool = True, **known: Any) -> Variant:
    fields = joined({"model": constant_field_mapper("$model")} if named else {}, *parts)
    return Variant(
        modes=modes,
        endpoint=f"/dream-machine/v1/generations/{path}",
        fields=fields,
        parameters={*map(root_of, fields), "callback_url", "generation_type"},
        surface=DREAM,
        **known,
    )


def _said(required: bool = False, least: int = 3) -> Fields:
    return {"prompt": passthrough_field_mapper("prompt", required, min_length=least, max_length=5000)}


def _kind(word: str) -> Fields:
    return {"generation_type": constant_field_mapper(word)}


def _still(place: int, kind: str, required: bool = True) -> Fields:
    return {f"keyframes.frame{place}": single_image_field_mapper(required, kind, forms=_STILL)}


def _earlier(place: int) -> Fields:
    return {f"keyframes.frame{place}": video_url_field_mapper(True, forms=_EARLIER)}


_FORMATS = own("format", "str", choices=("jpg", "png"), default="jpg")
_DREAM_SIZE: Fields = {"resolution": choice_field_mapper("resolution", ["540p", "720p", "1080p", "4k"])}
_DREAM_LENGTH: Fields = {"duration": duration_field_mapper("str", [5, 9], default=5)}
_GRID = joined(
    *(
        own(name, "int")
        for name in (
            "grid_position_x", "grid_position_y", "x_start", "x_end", "y_start", "y_end", "resized_width",
            "resized_height",
        )
    )
)  # fmt: skip


def _ray_2() -> tuple[Variant, ...]:
    """Which lengths and resolutions go together is not published; Luma judges."""
    loop, concepts = own("loop", "bool"), own("concepts", "list")
    look = (_ratio(_DREAM_RATIOS, default="16:9"), _DREAM_SIZE, _DREAM_LENGTH)
    return (*_from_words(loop, concepts, *look), *_of_clips())


def _from_words(loop: Fields, *more: Fields) -> tuple[Variant, ...]:
    first, last, maybe_last = (
        _still(0, "first_frame"), _still(1, "last_frame"), _still(1, "last_frame", required=False),
    )  # fmt: skip
    known: dict[str, Any] = {"fixed": _SILENT}
    no_end = [_never("loop", "a last frame", last_frame=...)]
    return (
        _dream("video", "text-to-video", _said(True), loop, *more, **known),
        _dream("video", _BOTH_FRAMES, _said(), first, maybe_last, loop, *more, rules=no_end, **known),
        _dream("video", _BOTH_FRAMES, _said(), last, loop, *more, rules=[_never("loop", "a last frame")], **known),
        _dream("video", "extend-video", _said(), _earlier(0), maybe_last, loop, *more, rules=no_end, **known),
        _dream(
            "video", "extend-video", _said(), first, _earlier(1), loop, *more,
            rules=[_never("loop", "a clip at the end")], **known,
        ),
    )  # fmt: skip


def _of_clips() -> tuple[Variant, ...]:
    """What is made of a clip. Sound is added with ``mode="remix-video"``, for it takes what an upscale takes."""
    clip: Fields = {"media.url": video_url_field_mapper(True)}
    first: Fields = {"first_frame.url": single_image_field_mapper(image_type="first_frame")}
    how = own("mode", "str", required=True, choices=_MODES, default="flex_1")
    job: Fields = {"id": video_url_field_mapper(True, forms=["job_id"])}
    price = Price(usd_per_second="0.35", **_PRICED)
    refused: Fields = {"negative_prompt": passthrough_field_mapper("negative_prompt")}
    return (
        _dream(
            "video/modify", "edit-video", _kind("modify_video"), clip, how, first, _said(least=0),
            price=price, fixed=_SILENT,
        ),
        _dream(
            "video/reframe", "reframe-video", _kind("reframe_video"), clip, _ratio(_DREAM_RATIOS, required=True),
            _said(least=0), first, _GRID, fixed=_SILENT,
        ),
        _dream("{id}/upscale", "upscale-video", job, _DREAM_SIZE, named=False),
        _dream(
            "{id}/audio", "remix-video", job, _said(least=0), refused, named=False, fixed={"generate_audio": True}
        ),
    )  # fmt: skip


def _photon() -> tuple[Variant, ...]:
    """One reference image is edited, unless ``mode="text-to-image"`` says that it guides; assets show one character."""
    look = (_ratio(_DREAM_RATIOS, default="16:9"), _FORMATS)
    guides: Fields = {
        "image_ref[].url": image_list_field_mapper("reference", max_items=4, item={"weight": "weight"}),
        "style_ref[].url": image_list_field_mapper("style", max_items=1, item={"weight": "weight"}),
        "character_ref.identity0.images": image_list_field_mapper("asset", max_items=4),
    }
    edited: Fields = {"modify_image_ref.url": single_image_field_mapper(True)}
    weight: Fields = {"modify_image_ref.weight": extra_params_field_mapper("weight", type="number")}
    media: Fields = {"media.url": single_image_field_mapper(True)}
    ratio = _ratio(_DREAM_RATIOS, required=True)
    return (
        _dream("image", "image-to-image", _said(True), edited, weight, *look),
        _dream("image", "text-to-image", _said(True), guides, *look),
        _dream(
            "image/reframe", ("image-to-image", "inpaint"), _kind("reframe_image"), media, ratio, _said(least=0),
            _FORMATS, _GRID,
        ),
    )  # fmt: skip


# the list


def _life(source: str, **dates: str) -> Lifecycle:
    return Lifecycle(source=source, checked=CHECKED, **dates)


_NEWEST, _LEGACY = "luma-agents 0.5.0 of 2026-08-04", "lumaai 1.21.0 of 2026-04-01, Luma's legacy API"


def models() -> dict[str, ModelSpec]:
    """Every model by its id."""
    only_app = "Luma serves it in its own app alone; use ray-3.2"
    return {
        "ray-3.2": ModelSpec(variants=_ray(), lifecycle=_life(_NEWEST, listed="2026-06-08")),
        "uni-1": ModelSpec(variants=_uni(layers=True), lifecycle=_life(_NEWEST, listed="2026-05-04")),
        "uni-1-max": ModelSpec(variants=_uni(layers=False), lifecycle=_life(_NEWEST)),
        "ray-2": ModelSpec(variants=_ray_2(), lifecycle=_life(_LEGACY)),
        "ray-flash-2": ModelSpec(variants=_unpriced(_ray_2()), lifecycle=_life(_LEGACY)),
        "photon-1": ModelSpec(
            variants=_photon(), lifecycle=_life(_LEGACY), price=Price(usd_per_output="0.015", **_PRICED)
        ),
        # Sources differ between .002 and .004.
        "photon-flash-1": ModelSpec(
            variants=_photon(), lifecycle=_life(_LEGACY), price=Price(usd_per_output="0.004", **_PRICED)
        ),
        "ray-1-6": ModelSpec(
            variants=_from_words(own("loop", "bool"), _ratio(_DREAM_RATIOS, default="16:9")),
            lifecycle=_life("in Luma's document of June 2025, in none of its clients since", delisted="2026-01-07"),
        ),
        "ray-3": ModelSpec(variants=(), lifecycle=_life("Luma's app"), uncallable=only_app),
        "ray-3.14": ModelSpec(variants=(), lifecycle=_life("changelog of luma-agents 0.3.0"), uncallable=only_app),
    }


def _unpriced(ways: Iterable[Variant]) -> tuple[Variant, ...]:
    return tuple(evolve(way, price=None) for way in ways)


def _any(source: str, path: str) -> Fields:
    return {path: passthrough_field_mapper(source)}


def _generic() -> ModelSpec:
    shape = (_any("aspect_ratio", "aspect_ratio"), _any("resolution", "video.resolution"))
    length: Fields = {"video.duration": duration_field_mapper("str")}
    frames = (_frame("video.start_frame", "first_frame"), _frame("video.end_frame", "last_frame", required=False))
    ratio = _any("aspect_ratio", "aspect_ratio")
    return ModelSpec(
        title="a model that no catalogue lists",
        variants=(
            _agents("video", "text-to-video", *shape, length),
            _agents("video", _BOTH_FRAMES, *frames, *shape, length),
            _agents("video_edit", "edit-video", _source(), *shape),
            _agents("image_edit", "image-to-image", _frame("source", "reference"), _pictures("image_ref", 8, 1), ratio),
            _agents("image", _GUIDED, _pictures("image_ref", 9), ratio),
        ),
    )


GENERIC = _generic()
"""For a model that nobody listed: new ones come to Luma Agents."""

CATALOG = Catalog(models, generic=GENERIC)
