"""Kling's models as data: the new standard, whose path names the model, and the older one with ``model_name``.

The inputs are those of Kling's own pages, as collected in the dossier kling.md, sections 2 and 9. What a model takes
besides our words is listed under Kling's name, and is given through ``extra_params``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Price, Variant
from tarash_core.catalog.building.parts import Fields, joined, own, own_value, whole_names
from tarash_core.fields import (
    FieldMapper,
    ImageLimits,
    Rule,
    choice_field_mapper,
    constant_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    image_input_field_mapper,
    image_list_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    requires,
    rule,
    single_image_field_mapper,
    video_url_field_mapper,
)

CHECKED = "2026-11-22"


def _images_of(megabytes: int) -> dict[str, Any]:
    """How input images are taken, by the dossier's section 7."""
    limits = ImageLimits(least_side=300, most_ratio=2.5, most_bytes=megabytes * 1024 * 1024)
    return {"forms": ("url", "base64"), "limits": limits}


_NEW, _OLD = _images_of(50), _images_of(10)
_RATIOS = ("16:9", "9:16", "1:1")
_IMAGE_RATIOS = (*_RATIOS, "4:3", "3:4", "3:2", "2:3", "21:9")
_TIERS = {"720p": "std", "1080p": "pro", "4k": "4k"}
_LIST_USD = {"video": Decimal("0.14"), "image": Decimal("0.0035")}
_SILENT: Mapping[str, Any] = {"generate_audio": False}


# prices: one video unit is 0.14 USD and one image unit 0.0035 USD by the list (dossier, section 9.4)


def _priced(unit: str, per: str, table: Mapping[Any, float] | float, *by: str) -> Price:
    rate = _LIST_USD[unit]
    usd = {key: rate * Decimal(str(units)) for key, units in table.items()} if isinstance(table, Mapping) else None
    amount = usd if usd is not None else rate * Decimal(str(table))
    return Price(**{per: amount}, by=by, source="Kling's price list, by unit", checked="2026-09-21")


def _seconds_at(silent: Sequence[float] = (), loud: Sequence[float | None] = ()) -> Price:
    """Units a second at 720p, 1080p and 4k, without and with sound."""
    both = [(False, silent), (True, loud)]
    table = {
        (tier, sound): units
        for sound, column in both
        for tier, units in zip(_TIERS, column, strict=False)
        if units is not None
    }
    return _priced("video", "usd_per_second", table, "resolution", "generate_audio")


def _spoken_at(voices: str) -> Price:
    """Units a second of 2.6, where voices, a list in ``extra_params``, cost more than sound alone."""
    table = {
        ("720p", False, False): 0.3,
        ("1080p", False, False): 0.5,
        ("1080p", True, False): 1.0,
        ("1080p", True, True): 1.2,
    }
    return _priced("video", "usd_per_second", table, "resolution", "generate_audio", f"extra_params.{voices}")


def _pictures_at(table: Mapping[Any, float] | float) -> Price:
    return _priced("image", "usd_per_output", table, *(["resolution"] if isinstance(table, Mapping) else []))


# rules on the model's own parameters


def _at_most(name: str, most: int, *beside: str) -> Rule:
    """At most so many in a list of ``extra_params``, the media named ``beside`` counted too."""
    words = " and ".join([*(other.replace("_", " ") for other in beside), name])

    def check(effective: Mapping[str, Any]) -> bool:
        count: int = len(own_value(effective, name) or ()) + sum(effective.get(other, 0) for other in beside)
        return count <= most

    together = "together " if beside else ""
    return rule(f"{words} {together}may be {most} at most", check, "extra_params")


def _only_with(name: str, words: str, **values: Any) -> Rule:
    """A parameter of the model's own works only with these values."""

    def check(effective: Mapping[str, Any]) -> bool:
        return own_value(effective, name) is None or all(effective.get(key) == value for key, value in values.items())

    return rule(f"{name} works only {words}", check, *values)


def _not_both(name: str, *others: str) -> Rule:
    def check(effective: Mapping[str, Any]) -> bool:
        return own_value(effective, name) is None or all(own_value(effective, other) is None for other in others)

    return rule(f"{name} cannot be combined with {' or '.join(others)}", check, "extra_params")


# the new standard

_OPTIONS = ("options.callback_url", "options.external_task_id", "options.watermark_info.enabled")


def _new(path: str, modes: str | Iterable[str], *parts: Fields, **known: Any) -> Variant:
    fields = joined(*parts)
    return Variant(
        modes=modes,
        endpoint=f"/{path}/{{model}}",
        fields=fields,
        parameters={*whole_names(fields), *_OPTIONS},
        surface="new",
        **known,
    )


def _prompt(limit: int) -> Fields:
    return {"prompt": passthrough_field_mapper("prompt", required=True, max_length=limit)}


def _said(limit: int, required: bool = False) -> Fields:
    return {"contents[type=prompt].text": passthrough_field_mapper("prompt", required, max_length=limit)}


def _frame(kind: str, required: bool = True, handle: bool = False) -> Fields:
    """A frame among the contents; with a handle it can be named in the prompt as ``@name``."""
    if handle:
        many = image_list_field_mapper(kind, required, **_NEW, max_items=1, item={"id": "name"})
        return {f"contents[type={kind}][].url": many}
    return {f"contents[type={kind}].url": single_image_field_mapper(required, kind, **_NEW)}


def _refer(most: int, least: int = 0) -> Fields:
    mapper = image_list_field_mapper("reference", least > 0, **_NEW, max_items=most, item={"id": "name"})
    return {"contents[type=refer_image][].url": mapper}


def _clip(kind: str) -> Fields:
    return {f"contents[type={kind}].url": video_url_field_mapper(True)}


def _items(kind: str) -> Callable[[Any, Any], Any]:
    def tagged(request: Any, given: Any) -> list[dict[str, Any]]:
        return [{"type": kind, **item} for item in given]

    return tagged


def _listed(name: str, kind: str) -> Fields:
    """Objects of ``extra_params``, such as ``{"element_id": "829", "id": "hero"}``, as contents of a kind."""
    return {"contents[]": FieldMapper(f"extra_params.{name}", _items(kind), type="list")}


def _setting(name: str, mapper: FieldMapper) -> Fields:
    return {f"settings.{name}": mapper}


def _resolution(*names: str) -> Fields:
    return _setting("resolution", choice_field_mapper("resolution", names, default="720p"))


def _ratio(**known: Any) -> Fields:
    return _setting("aspect_ratio", choice_field_mapper("aspect_ratio", _RATIOS, **known))


def _length(allowed: Sequence[int]) -> Fields:
    return _setting("duration", duration_field_mapper("int", allowed, default=5))


def _audio(word: str, default: bool = False) -> Fields:
    return _setting("audio", choice_field_mapper("generate_audio", {True: word, False: "off"}, default=default))


_ELEMENTS, _VOICES = _listed("elements", "element"), _listed("voices", "voice")
_SHOTS = _setting("multi_shot", extra_params_field_mapper("multi_shot", type="bool", default=True))
_WIDE, _WRITTEN_WIDE = _ratio(default="16:9"), _ratio(default="16:9", write_default=True)
_TWO, _THREE = _resolution("720p", "1080p"), _resolution("720p", "1080p", "4k")
_FULL_HD = _setting("resolution", choice_field_mapper("resolution", ["1080p"], default="1080p", write_default=True))
_FIVE_TEN, _TO_TEN, _TO_FIFTEEN = (5, 10), range(3, 11), range(3, 16)
_BOTH_FRAMES = ("image-to-video", "first-last-frame")
_FREE = ("text-to-video", "reference-to-video")
_SOUND_NEEDS_PRO = requires("generate_audio", True, resolution="1080p")


def _motion(price: Price, *more: Fields, rules: Iterable[Rule] = ()) -> Variant:
    """A picture that moves as a clip does; the length is the clip's."""
    orientation = extra_params_field_mapper("character_orientation", True, type="str", choices=("image", "video"))
    image: Fields = {"contents[type=image].url": image_input_field_mapper(True, **_NEW)}
    clip, facing = _clip("video"), _setting("character_orientation", orientation)
    parts = (_said(2500), image, clip, *more, facing, _TWO, _audio("original", default=True))
    return _new("motion-control", "motion-control", *parts, price=price, rules=rules)


def _turbo_3() -> tuple[Variant, ...]:
    known: dict[str, Any] = {"fixed": {"generate_audio": True}, "price": _seconds_at(loud=(0.8, 1.0))}
    length = _length(_TO_FIFTEEN)
    return (
        _new("text-to-video", "text-to-video", _prompt(3072), _TWO, _WIDE, length, **known),
        _new("image-to-video", "image-to-video", _said(2500), _frame("first_frame"), _TWO, length, **known),
    )


def _3_0() -> tuple[Variant, ...]:
    price, length = _seconds_at((0.6, 0.8, 3.0), (0.9, 1.2, 3.0)), _length(_TO_FIFTEEN)
    frames = (_frame("first_frame"), _frame("last_frame", False))
    settings = (_SHOTS, _audio("native"), _THREE)
    return (
        _new("text-to-video", "text-to-video", _prompt(3072), *settings, _WIDE, length, price=price),
        _new(
            "image-to-video", _BOTH_FRAMES, _said(3072), *frames, _ELEMENTS, *settings, length,
            price=price, rules=[_at_most("elements", 3)],
        ),
        _motion(_seconds_at(*((0.9, 1.2),) * 2), _ELEMENTS, rules=[_at_most("elements", 1)]),
    )  # fmt: skip


def _omni(
    limit: int, price: Price, with_clip: Price, free: Sequence[Variant], *sizes: Fields, lengths: Sequence[int]
) -> tuple[Variant, ...]:
    """The ways with and without a clip: one that is followed (``feature``) and one that is edited (``base``)."""
    shared = (_said(limit, True), _refer(4), _ELEMENTS)
    known: dict[str, Any] = {"price": with_clip, "rules": [_at_most("elements", 4, "reference_images")]}
    sound = _audio("original")
    return (
        *free,
        _new(
            "omni-video", "reference-to-video", *shared, _clip("feature_video"), *sizes, _ratio(), _length(lengths),
            fixed=_SILENT, **known,
        ),
        _new("omni-video", "edit-video", *shared, _clip("base_video"), *sizes, sound, **known),
    )  # fmt: skip


def _omni_3_0() -> tuple[Variant, ...]:
    price, length = _seconds_at((0.6, 0.8, 3.0), (0.8, 1.0, 3.0)), _length(_TO_FIFTEEN)
    frames = (_frame("first_frame", handle=True), _frame("last_frame", False, handle=True))
    said, refer, settings = _said(3072, True), _refer(7), (_SHOTS, _audio("native"), _THREE)
    seven = _at_most("elements", 7, "image_list")
    free = (
        _new("omni-video", _FREE, said, refer, _ELEMENTS, *settings, _WRITTEN_WIDE, length, price=price, rules=[seven]),
        _new(
            "omni-video", _BOTH_FRAMES, said, *frames, refer, _ELEMENTS, *settings, length,
            price=price, rules=[seven, _at_most("elements", 3)],
        ),
    )  # fmt: skip
    return _omni(3072, price, _seconds_at(*((0.9, 1.2, 3.0),) * 2), free, _THREE, lengths=_TO_FIFTEEN)


def _o1() -> tuple[Variant, ...]:
    """O1 is silent but for the sound of a clip that it is given."""
    price = _seconds_at((0.6, 0.8))
    known: dict[str, Any] = {"price": price, "fixed": _SILENT, "rules": [_at_most("elements", 7, "image_list")]}
    said, first, last = _said(2500, True), _frame("first_frame", handle=True), _frame("last_frame", handle=True)
    short, length = _length(_FIVE_TEN), _length(_TO_TEN)
    free = (
        _new("omni-video", _FREE, said, _refer(7), _ELEMENTS, _TWO, _WRITTEN_WIDE, length, **known),
        _new("omni-video", "image-to-video", said, first, _ELEMENTS, _TWO, short, **known),
        _new("omni-video", "reference-to-video", said, first, _refer(6, 1), _ELEMENTS, _TWO, length, **known),
        _new("omni-video", "first-last-frame", said, first, last, _TWO, length, price=price, fixed=_SILENT),
    )
    return _omni(2500, price, _seconds_at(*((0.9, 1.2),) * 2), free, _TWO, lengths=_TO_TEN)


def _2_6() -> tuple[Variant, ...]:
    """Sound needs 1080p; with voices, which need sound, a second costs 1.2 units instead of 1."""
    price, length, first = _seconds_at((0.3, 0.5), (None, 1.0)), _length(_FIVE_TEN), _frame("first_frame")
    said, sound, last = _said(2500), _audio("native"), _frame("last_frame")
    voices = [_at_most("voices", 2), _only_with("voices", "with generate_audio=True", generate_audio=True)]
    rules = [_SOUND_NEEDS_PRO, *voices]
    return (
        _new(
            "text-to-video", "text-to-video", _prompt(2500), sound, _TWO, _WIDE, length,
            price=price, rules=[_SOUND_NEEDS_PRO],
        ),
        _new(
            "image-to-video", "image-to-video", said, first, _VOICES, sound, _TWO, length,
            price=_spoken_at("voices"), rules=rules,
        ),
        _new(
            "image-to-video", "first-last-frame", said, first, last, _FULL_HD, length, price=price, fixed=_SILENT
        ),
        _motion(_seconds_at(*((0.5, 0.8),) * 2)),
    )  # fmt: skip


def _2_5_turbo() -> tuple[Variant, ...]:
    known: dict[str, Any] = {"price": _seconds_at((0.3, 0.5)), "fixed": _SILENT}
    said, first, length = _said(2500), _frame("first_frame"), _length(_FIVE_TEN)
    return (
        _new("text-to-video", "text-to-video", _prompt(2500), _TWO, _WIDE, length, **known),
        _new("image-to-video", "image-to-video", said, first, _TWO, length, **known),
        _new("image-to-video", "first-last-frame", said, first, _frame("last_frame"), _FULL_HD, length, **known),
    )


# the older standard

_VIDEOS, _IMAGES = "/v1/videos/", "/v1/images/"
_NAMED: Fields = {"model_name": constant_field_mapper("$model")}
_MARK: Fields = {"watermark_info": extra_params_field_mapper("watermark_info", type="object")}


def _old(path: str, modes: str | Iterable[str], *parts: Fields, named: bool = True, **known: Any) -> Variant:
    fields = joined(_NAMED if named else {}, *parts)
    parameters = {*whole_names(fields), "callback_url", "external_task_id"}
    return Variant(modes=modes, endpoint=path, fields=fields, parameters=parameters, surface="older", **known)


def _text(required: bool = True) -> Fields:
    return {"prompt": passthrough_field_mapper("prompt", required, max_length=2500)}


def _tier(*names: str, default: str = "720p", **known: Any) -> Fields:
    words = {name: _TIERS[name] for name in names}
    return {"mode": choice_field_mapper("resolution", words, default=default, **known)}


def _wide(required: bool = False) -> Fields:
    return {"aspect_ratio": choice_field_mapper("aspect_ratio", _RATIOS, default="16:9", required=required)}


def _seconds(allowed: Sequence[int]) -> Fields:
    return {"duration": duration_field_mapper("str", allowed, add_suffix=False, default=5)}


def _image(wire: str, role: str, required: bool = True) -> Fields:
    return {wire: single_image_field_mapper(required, role, **_OLD)}


def _moves(*types: str) -> Rule:
    """``camera_control``: a ``type``, and for ``simple`` a ``config`` with exactly one number that is not zero."""

    def check(effective: Mapping[str, Any]) -> bool:
        given = own_value(effective, "camera_control")
        if not isinstance(given, Mapping):
            return given is None
        config = given.get("config") or {}
        moves = [value for value in config.values() if value] if isinstance(config, Mapping) else []
        fits = all(isinstance(value, (int, float)) and abs(value) <= 10 for value in moves)
        return fits and given.get("type") in types and len(moves) == (given["type"] == "simple")

    known = f"camera_control has a type ({', '.join(types)})"
    simple = "with simple a config with one number from -10 to 10 that is not zero"
    return rule(f"{known}, and {simple}", check, "extra_params")


_NEGATIVE: Fields = {"negative_prompt": passthrough_field_mapper("negative_prompt", max_length=2500)}
_CAMERA = own("camera_control", "object")
_CFG = own("cfg_scale", "number", minimum=0, maximum=1, default=0.5)
_SOUND: Fields = {"sound": choice_field_mapper("generate_audio", {True: "on", False: "off"}, default=False)}
_FIRST, _LAST = _image("image", "first_frame"), _image("image_tail", "last_frame")
_OLD_ELEMENTS, _OLD_VOICES = own("element_list", "list"), own("voice_list", "list")
_PRO = _tier("1080p", default="1080p", write_default=True)
_SCRIPT = {
    **own("multi_shot", "bool", default=False),
    **own("shot_type", "str", choices=("customize", "intelligence")),
    **own("multi_prompt", "list"),
}
_SHORT = _seconds(_FIVE_TEN)
_MASKS = {**own("static_mask", "str"), **own("dynamic_masks", "list")}
_PERSON = {
    **own("image_reference", "str", choices=("subject", "face")),
    **own("human_fidelity", "number", minimum=0, maximum=1, default=0.45),
}
_CAMERA_TYPES = ("simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward")
_MASK_RULES = (
    _not_both("static_mask", "camera_control"),
    _not_both("dynamic_masks", "camera_control"),
    _at_most("dynamic_masks", 6),
)


def _retired(replacement: str | None, listed: str | None = None) -> Lifecycle:
    return Lifecycle(
        listed=listed,
        retired="2026-09-15",
        replacement=replacement,
        source="Kling's console notice of 2026-09",
        checked=CHECKED,
    )


def _live(listed: str | None) -> Lifecycle:
    return Lifecycle(listed=listed, source="Kling's API changelog", checked=CHECKED)


def _v1() -> tuple[Variant, ...]:
    tier = own("mode", "str", choices=("std", "pro"), default="std")
    known: dict[str, Any] = {"fixed": {**_SILENT, "resolution": "720p"}}
    common = (_NEGATIVE, _CFG, tier)

    def std(effective: Mapping[str, Any]) -> bool:
        return own_value(effective, "camera_control") is None or own_value(effective, "mode") in (None, "std")

    camera = [
        _moves(*_CAMERA_TYPES),
        _only_with("camera_control", "with 5 seconds", duration_seconds=5),
        rule("camera_control works only in mode std", std, "extra_params"),
    ]
    five = [_only_with(name, "with 5 seconds", duration_seconds=5) for name in _MASKS]
    text2video, image2video = f"{_VIDEOS}text2video", f"{_VIDEOS}image2video"
    return (
        _old(
            text2video,
            "text-to-video",
            _text(),
            *common,
            _SHORT,
            _CAMERA,
            _wide(),
            rules=camera,
            **known,
        ),
        _old(
            image2video,
            "image-to-video",
            _FIRST,
            _text(False),
            *common,
            _SHORT,
            _MASKS,
            rules=[*five, _at_most("dynamic_masks", 6)],
            **known,
        ),
        _old(image2video, "first-last-frame", _FIRST, _text(False), _LAST, *common, _seconds((5,)), **known),
        *_generations(ratios=_IMAGE_RATIOS[:-1], sizes=("1k",)),
    )


def _v1_5() -> tuple[Variant, ...]:
    common, tiers = (_NEGATIVE, _CFG, _SHORT), _tier("720p", "1080p")
    pro_five = {"resolution": "1080p", "duration_seconds": 5}
    names = ("camera_control", *_MASKS)
    rules = [
        *(_only_with(name, "in 1080p with 5 seconds", **pro_five) for name in names),
        _moves("simple"),
        *_MASK_RULES,
    ]
    return (
        _old(
            f"{_VIDEOS}image2video",
            "image-to-video",
            _FIRST,
            _text(False),
            *common,
            tiers,
            _MASKS,
            _CAMERA,
            rules=rules,
            fixed=_SILENT,
        ),
        _tails(*common),
        *_generations(_PERSON, sizes=("1k",)),
    )


def _tails(*common: Fields) -> Variant:
    """A last frame, with or without a first one; the older models make it in 1080p alone."""
    first = _image("image", "first_frame", False)
    return _old(f"{_VIDEOS}image2video", "first-last-frame", first, _text(False), _LAST, *common, _PRO, fixed=_SILENT)


def _v1_6() -> tuple[Variant, ...]:
    common, tiers = (_NEGATIVE, _CFG, _SHORT), _tier("720p", "1080p")
    several: Fields = {"image_list[].image": image_list_field_mapper("reference", True, **_OLD, max_items=4)}
    return (
        _old(f"{_VIDEOS}text2video", "text-to-video", _text(), *common, tiers, _wide(), fixed=_SILENT),
        _old(f"{_VIDEOS}image2video", "image-to-video", _FIRST, _text(False), *common, tiers, fixed=_SILENT),
        _tails(*common),
        _old(
            f"{_VIDEOS}multi-image2video", "reference-to-video", several, _text(), _NEGATIVE, tiers, _SHORT, _wide(),
            fixed=_SILENT,
        ),
    )  # fmt: skip


def _master(resolution: str) -> tuple[Variant, ...]:
    """A model that makes one resolution, without sound."""
    known: dict[str, Any] = {"fixed": {**_SILENT, "resolution": resolution}}
    return (
        _old(f"{_VIDEOS}text2video", "text-to-video", _text(), _NEGATIVE, _SHORT, _wide(), **known),
        _old(f"{_VIDEOS}image2video", "image-to-video", _FIRST, _text(False), _NEGATIVE, _SHORT, **known),
    )


def _with_frames(
    price: Price | None,
    *free: Fields,
    rules: Iterable[Rule] = (),
    lifecycle: Lifecycle | None = None,
    fixed: Any = _SILENT,
) -> tuple[Variant, ...]:
    """From a first frame; with a last one in 1080p and silent, which std would take and ignore."""
    path, said = f"{_VIDEOS}image2video", _text(False)
    known: dict[str, Any] = {"price": price, "lifecycle": lifecycle}
    mark = {wire: mapper for part in free for wire, mapper in part.items() if wire == "watermark_info"}
    return (
        _old(
            path,
            "image-to-video",
            _FIRST,
            said,
            _NEGATIVE,
            *free,
            _tier("720p", "1080p"),
            _SHORT,
            rules=rules,
            fixed=fixed,
            **known,
        ),
        _old(path, "first-last-frame", _FIRST, said, _NEGATIVE, _LAST, _PRO, _SHORT, mark, fixed=_SILENT, **known),
    )


def _v2_5_turbo() -> tuple[Variant, ...]:
    price = _seconds_at((0.3, 0.5))
    tiers = _tier("720p", "1080p")
    return (
        _old(
            f"{_VIDEOS}text2video",
            "text-to-video",
            _text(),
            _NEGATIVE,
            tiers,
            _SHORT,
            _wide(),
            fixed=_SILENT,
            price=price,
        ),
        *_with_frames(price),
    )


def _old_motion(price: Price, *more: Fields, rules: Iterable[Rule] = ()) -> Variant:
    return _old(
        f"{_VIDEOS}motion-control",
        "motion-control",
        {"image_url": image_input_field_mapper(True, **_OLD), "video_url": video_url_field_mapper(True)},
        _text(False),
        own("character_orientation", "str", required=True, choices=("image", "video")),
        _tier("720p", "1080p", required=True),
        {"keep_original_sound": choice_field_mapper("generate_audio", {True: "yes", False: "no"}, default=True)},
        _MARK,
        *more,
        price=price,
        rules=rules,
    )


def _v2_6() -> tuple[Variant, ...]:
    price, tiers = _seconds_at((0.3, 0.5), (None, 1.0)), _tier("720p", "1080p")
    voices = [_at_most("voice_list", 2), _only_with("voice_list", "with generate_audio=True", generate_audio=True)]
    return (
        _old(
            f"{_VIDEOS}text2video", "text-to-video", _text(), _NEGATIVE, _SOUND, tiers, _SHORT, _wide(), _MARK,
            price=price, rules=[_SOUND_NEEDS_PRO],
        ),
        *_with_frames(
            _spoken_at("voice_list"), _SOUND, _OLD_VOICES, _MARK, rules=[_SOUND_NEEDS_PRO, *voices], fixed={}
        ),
        _old_motion(_seconds_at(*((0.5, 0.8),) * 2)),
    )  # fmt: skip


def _has_words(effective: Mapping[str, Any]) -> bool:
    return "prompt" in effective or bool(own_value(effective, "multi_prompt"))


def _script_is_whole(effective: Mapping[str, Any]) -> bool:
    kind, shots = own_value(effective, "shot_type"), own_value(effective, "multi_prompt") or []
    return not own_value(effective, "multi_shot") or (kind is not None and (kind != "customize" or 0 < len(shots) <= 6))


_SCRIPTED = rule(
    "multi_shot needs shot_type, and shot_type customize needs multi_prompt with 1 to 6 shots",
    _script_is_whole,
    "extra_params",
)


def _v3() -> tuple[Variant, ...]:
    """Whether it takes a negative prompt is unsure; Kling's pages list it."""
    price, tiers, length = _seconds_at((0.6, 0.8, 3.0), (0.9, 1.2, 3.0)), _tier(*_TIERS), _seconds(_TO_FIFTEEN)
    shared = (_NEGATIVE, _SOUND, tiers, length, _SCRIPT, _OLD_VOICES, _MARK)
    voices = [_SCRIPTED, _at_most("voice_list", 2)]
    words = rule("a prompt is needed, or multi_prompt in extra_params", _has_words, "prompt")
    elements = [_at_most("element_list", 3), _not_both("element_list", "voice_list")]
    last = _image("image_tail", "last_frame", False)
    return (
        _old(
            f"{_VIDEOS}text2video", "text-to-video", _text(False), *shared, _wide(),
            price=price, rules=[words, *voices],
        ),
        _old(
            f"{_VIDEOS}image2video", _BOTH_FRAMES, _FIRST, _text(False), last, *shared, _OLD_ELEMENTS,
            price=price, rules=[*voices, *elements],
        ),
        _old_motion(_seconds_at(*((0.9, 1.2),) * 2), _OLD_ELEMENTS, rules=[_at_most("element_list", 1)]),
        *_generations(
            {}, _OLD_ELEMENTS, _MARK, sizes=("1k", "2k"), price=_pictures_at(8),
            rules=[_at_most("element_list", 10, "image_list")],
        ),
    )  # fmt: skip


def _shown(most: int, least: int = 0) -> Fields:
    return {"image_list[].image_url": image_list_field_mapper("reference", least > 0, **_OLD, max_items=most)}


_OMNI_FIRST = _image("image_list[type=first_frame].image_url", "first_frame")
_OMNI_LAST = _image("image_list[type=end_frame].image_url", "last_frame")


def _referred(kind: str) -> Fields:
    return {
        "video_list[0].video_url": video_url_field_mapper(True),
        "video_list[0].refer_type": constant_field_mapper(kind),
        "video_list[0].keep_original_sound": choice_field_mapper(
            "generate_audio", {True: "yes", False: "no"}, default=True
        ),
    }


def _old_omni(free: Sequence[Variant], with_clip: Price, tiers: Fields, lengths: Sequence[int]) -> tuple[Variant, ...]:
    """``<<<image_1>>>`` in the prompt means the first reference image; frames stand behind them."""
    rules = [_at_most("element_list", 4, "reference_images")]
    shared = (_text(), _shown(4), _OLD_ELEMENTS)
    known: dict[str, Any] = {"rules": rules, "price": with_clip}
    path, length, wide = f"{_VIDEOS}omni-video", _seconds(lengths), _wide(required=True)
    return (
        *free,
        _old(path, "reference-to-video", *shared, _referred("feature"), tiers, wide, length, _MARK, **known),
        _old(path, "edit-video", *shared, _referred("base"), tiers, _MARK, **known),
    )


_SEVEN = _at_most("element_list", 7, "image_list")


def _video_o1() -> tuple[Variant, ...]:
    tiers, wide = _tier("720p", "1080p", default="1080p"), _wide(required=True)
    known: dict[str, Any] = {"fixed": _SILENT, "price": _seconds_at((0.6, 0.8)), "rules": [_SEVEN]}
    path, tail = f"{_VIDEOS}omni-video", (tiers, _OLD_ELEMENTS, _MARK)
    free = (
        _old(path, "text-to-video", _text(), *tail, wide, _SHORT, **known),
        _old(path, "reference-to-video", _text(), _shown(7, 1), *tail, wide, _seconds(_TO_TEN), **known),
        _old(path, "image-to-video", _text(), _shown(6), _OMNI_FIRST, *tail, _SHORT, **known),
        _old(path, "first-last-frame", _text(), _OMNI_FIRST, _OMNI_LAST, *tail, _SHORT, **known),
    )
    return _old_omni(free, _seconds_at(*((0.9, 1.2),) * 2), tiers, _TO_TEN)


def _v3_omni() -> tuple[Variant, ...]:
    tiers, wide, length = _tier(*_TIERS, default="1080p"), _wide(required=True), _seconds(_TO_FIFTEEN)
    known: dict[str, Any] = {"price": _seconds_at((0.6, 0.8, 3.0), (0.8, 1.0, 3.0)), "rules": [_SEVEN, _SCRIPTED]}
    path, tail = f"{_VIDEOS}omni-video", (tiers, _OLD_ELEMENTS, _SOUND, _SCRIPT, length, _MARK)
    free = (
        _old(path, _FREE, _text(), _shown(7), *tail, wide, **known),
        _old(path, "image-to-video", _text(), _shown(6), _OMNI_FIRST, *tail, **known),
        _old(path, "first-last-frame", _text(), _OMNI_FIRST, _OMNI_LAST, *tail, **known),
    )
    return (
        *_old_omni(free, _seconds_at(*((0.9, 1.2, 3.0),) * 2), tiers, _TO_FIFTEEN),
        *_omni_image(("1k", "2k", "4k"), {"1k": 8, "2k": 8, "4k": 16}, {
            **own("result_type", "str", choices=("single", "series"), default="single"),
            **own("series_amount", "any", choices=(*range(2, 10), "auto"), default=4),
        }),
    )  # fmt: skip


# pictures

_COUNT: Fields = {"n": n_images_field_mapper(1, 9, default=1)}


def _shape(ratios: Sequence[str] = _IMAGE_RATIOS, default: str | None = "16:9") -> Fields:
    return {"aspect_ratio": choice_field_mapper("aspect_ratio", ratios, default=default)}


def _pixels(*names: str) -> Fields:
    return {"resolution": choice_field_mapper("resolution", names, default="1k")}


def _generations(
    beside: Fields | None = None,
    *more: Fields,
    sizes: Sequence[str],
    ratios: Sequence[str] = _IMAGE_RATIOS,
    price: Price | None = None,
    with_image: Price | None = None,
    restyle: bool = False,
    rules: Iterable[Rule] = (),
) -> tuple[Variant, ...]:
    """From a text, which alone takes a negative prompt, and from a picture, whose size ``restyle`` keeps."""
    path = f"{_IMAGES}generations"
    image = {"image": image_input_field_mapper(True, **_OLD), **(beside or {})}
    fidelity = own("image_fidelity", "number", minimum=0, maximum=1, default=0.5)
    look = (_pixels(*sizes), _shape(ratios))
    return (
        _old(path, "text-to-image", _text(), _NEGATIVE, *look, _COUNT, *more, price=price, rules=rules),
        _old(
            path,
            "image-to-image",
            _text(),
            image,
            fidelity,
            *(() if restyle else look),
            _COUNT,
            *more,
            price=with_image or price,
            rules=rules,
        ),
    )


def _several(price: Price | None = None) -> Variant:
    """One picture of up to four subjects, and of a scene and a style."""
    subjects = image_list_field_mapper("reference", True, **_OLD, max_items=4)
    beside = {**_image("scene_image", "asset", False), **_image("style_image", "style", False)}
    return _old(
        f"{_IMAGES}multi-image2image", "image-to-image", {"subject_image_list[].subject_image": subjects}, beside,
        _text(False), _shape(), _COUNT, _MARK, price=price,
    )  # fmt: skip


def _v2_1() -> tuple[Variant, ...]:
    """Whether one picture works without its kind of reference is unsure; the current page lists both."""
    gone = _retired("kling-v3", "2025-06-19")
    pictures = _generations(_PERSON, sizes=("1k", "2k"), price=_pictures_at(4), with_image=_pictures_at(8))
    return (*_with_frames(None, lifecycle=gone), *pictures, _several(_pictures_at(16)))


def _omni_image(sizes: Sequence[str], units: Mapping[str, float], beside: Fields | None = None) -> tuple[Variant, ...]:
    path, shared = f"{_IMAGES}omni-image", (_OLD_ELEMENTS, _pixels(*sizes), beside or {}, _COUNT, _MARK)
    images: Fields = {"image_list[].image": image_list_field_mapper(None, True, **_OLD, max_items=10)}
    known: dict[str, Any] = {"price": _pictures_at(units), "rules": [_at_most("element_list", 10, "image_list")]}
    return (
        _old(path, "text-to-image", _text(), *shared, _shape(default=None), **known),
        _old(path, "image-to-image", _text(), images, *shared, _shape((*_IMAGE_RATIOS, "auto"), "auto"), **known),
    )


def _expand() -> Variant:
    sides = ("up", "down", "left", "right")
    ratios = [own(f"{side}_expansion_ratio", "number", required=True, minimum=0, maximum=2) for side in sides]
    image: Fields = {"image": image_input_field_mapper(True, **_OLD)}
    return _old(
        f"{_IMAGES}editing/expand", "image-to-image", image, *ratios, _text(False), _COUNT, _MARK,
        named=False, price=_pictures_at(8),
    )  # fmt: skip


def _try_on() -> Variant:
    """The person is the first picture, the garment the second."""
    images: Fields = {
        "human_image": single_image_field_mapper(True, **_OLD),
        "cloth_image": single_image_field_mapper(**_OLD, index=1),
    }
    return _old(f"{_IMAGES}kolors-virtual-try-on", "image-to-image", images, _MARK)


def _extend() -> Variant:
    """Goes on from a clip by its ``video_id``, which a finished task of Kling names."""
    clip = own("video_id", "str", required=True)
    return _old(f"{_VIDEOS}video-extend", "extend-video", clip, _text(False), _NEGATIVE, _CFG, named=False)


def _model(variants: Variant | tuple[Variant, ...], lifecycle: Lifecycle) -> ModelSpec:
    return ModelSpec(variants=variants, lifecycle=lifecycle)


def models() -> dict[str, ModelSpec]:
    """Every model by its id."""
    return {
        "kling-3.0": _model(_3_0(), _live("2026-07-15")),
        "kling-3.0-turbo": _model(_turbo_3(), _live("2026-06-17")),
        "kling-3.0-omni": _model(_omni_3_0(), _live("2026-07-15")),
        "kling-o1": _model(_o1(), _live("2026-07-15")),
        "kling-2.6": _model(_2_6(), _live("2026-07-15")),
        "kling-2.5-turbo": _model(_2_5_turbo(), _live("2026-07-15")),
        "kling-4.0": ModelSpec(
            variants=(),
            lifecycle=Lifecycle(listed="2026-10-15", source="Kling's announcement of 2026-09-30", checked=CHECKED),
            uncallable="Kling has announced it, but published neither its path nor its inputs; use kling-3.0",
        ),
        "kling-v3": _model(_v3(), _live("2026-02-25")),
        "kling-v3-omni": _model(_v3_omni(), _live("2026-02-25")),
        "kling-v2-6": _model(_v2_6(), _live("2025-12-15")),
        "kling-v2-5-turbo": _model(_v2_5_turbo(), _live("2025-10-20")),
        "kling-video-o1": _model(_video_o1(), _live("2025-12-15")),
        "kling-image-o1": _model(_omni_image(("1k", "2k"), {"1k": 8, "2k": 8}), _live("2025-12-15")),
        "kling-v2-1": _model(_v2_1(), _live("2025-06-19")),
        "kling-image-expand": _model(_expand(), _live(None)),
        "kling-v1": _model(_v1(), _retired("kling-v3")),
        "kling-v1-5": _model(_v1_5(), _retired("kling-v3")),
        "kling-v1-6": _model(_v1_6(), _retired("kling-v3", "2025-01-07")),
        "kling-v2-master": _model(_master("720p"), _retired("kling-v3", "2025-05-13")),
        "kling-v2-1-master": _model(_master("1080p"), _retired("kling-v3")),
        "kling-v2": _model(
            (*_generations(sizes=("1k", "2k"), restyle=True), _several()), _retired("kling-v3")
        ),
        "kling-v2-new": _model(_generations(sizes=("1k",), restyle=True)[1:], _retired("kling-v3")),
        "kolors-virtual-try-on-v1": _model(_try_on(), _retired(None)),
        "kolors-virtual-try-on-v1-5": _model(_try_on(), _retired(None)),
        "kling-video-extend": _model(_extend(), _retired("kling-v3-omni")),
    }  # fmt: skip


_ANY_LENGTH = _setting("duration", duration_field_mapper("int"))
GENERIC = ModelSpec(
    title="a model that no catalogue lists",
    variants=(
        _new("text-to-video", "text-to-video", _prompt(10_000), _ANY_LENGTH, _ratio()),
        _new(
            "image-to-video",
            _BOTH_FRAMES,
            _said(10_000),
            _frame("first_frame"),
            _frame("last_frame", False),
            _ANY_LENGTH,
        ),
        _old(f"{_IMAGES}generations", "text-to-image", _text(), _COUNT),
    ),
)
"""For a model that nobody listed: videos by the new standard, in which new ones come, and images by the older one."""

CATALOG = Catalog(models, generic=GENERIC)
