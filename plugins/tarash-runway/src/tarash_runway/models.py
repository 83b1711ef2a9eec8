"""Runway's models as data, its own and its partners' (dossier runway.md, sections 9 and 10).

The endpoint goes by what is done; the inputs of one model differ between endpoints. What a model takes besides our
words is given through ``extra_params`` under Runway's name. Audio models are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Price
from tarash_core.catalog.building.parts import Fields, own, own_value
from tarash_core.catalog.building.wires import Schema
from tarash_core.fields import (
    FieldMapper,
    Rule,
    choice_field_mapper,
    extra_params_field_mapper,
    image_input_field_mapper,
    mask_image_field_mapper,
    passthrough_field_mapper,
    quality_field_mapper,
    requires,
    rule,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash_core.fields import audio_url_field_mapper as audio_mapper
from tarash_core.fields import constant_field_mapper as constant
from tarash_runway.inputs import (
    FORMS,
    Way,
    at_least_one_reference,
    at_most_images,
    audio,
    choice,
    clip,
    count,
    frames,
    length,
    model,
    object_forms,
    pictures,
    profile_only_with,
    prompt,
    references,
    seed,
    shots,
    sizes,
    sound,
    source,
    way,
    whole,
)

CHECKED = "2026-11-22"
CLIENT = "types of Runway's Python client, runwayml 5.24.0 of 2026-10-23"

T2V, I2V, V2V, T2I = "text_to_video", "image_to_video", "video_to_video", "text_to_image"
_FIRST = ("image-to-video",)
_BOTH = ("image-to-video", "first-last-frame")
_REFERENCE = "reference-to-video"

# sizes by resolution, the usual one of each first; auto_720p and its like follow an input

_GEN4 = {"720p": "1280:720 720:1280 1104:832 832:1104 960:960 1584:672"}
_WIDE_OR_HIGH = {"720p": "1280:720 720:1280"}
_VEO = {"720p": "1280:720 720:1280", "1080p": "1920:1080 1080:1920"}
_KLING_4K = {"4k": "3840:2160 2160:3840 2880:2880"}
_KLING_PRO = {"1080p": "1920:1080 1080:1920 1440:1440"}
_KLING_STANDARD = {"720p": "1280:720 720:1280 960:960"}
_KLING_2_5 = {"1080p": "1920:1080 1440:1440 1080:1920", "720p": "1280:720 720:720 720:1280"}
_KLING_4 = {
    "720p": "1280:720 720:1280 940:940 1460:624 auto_720p",
    "1080p": "1920:1080 1080:1920 1440:1440 2200:940 auto_1080p",
}
_KLING_4_AUTO = {"720p": "auto_720p", "1080p": "auto_1080p"}
_HAPPY_HORSE = {
    "720p": "1280:720 720:1280 960:960 1108:832 832:1108",
    "1080p": "1920:1080 1080:1920 1440:1440 1662:1248 1248:1662",
}
_SEEDANCE_FAST = {
    "480p": "864:496 992:432 752:560 640:640 560:752 496:864",
    "720p": "1280:720 1470:630 1112:834 960:960 834:1112 720:1280",
}
_SEEDANCE_1080P = "1920:1080 2206:946 1664:1248 1440:1440 1248:1664 1080:1920"
_SEEDANCE = {
    **_SEEDANCE_FAST,
    "1080p": _SEEDANCE_1080P,
    "4k": "3840:2160 3840:1646 3840:2880 3840:3840 2880:3840 2160:3840",
}
_SEEDANCE_2_5 = {
    "480p": "854:480 992:432 752:560 640:640 560:752 480:854",
    "720p": _SEEDANCE_FAST["720p"],
    "1080p": _SEEDANCE_1080P,
}
_WAN_AUTO = {"480p": "auto_480p", "720p": "auto_720p", "1080p": "auto_1080p"}
_WAN = {
    "480p": "832:480 720:544 624:624 544:720 480:832 auto_480p",
    "720p": "1280:720 1104:832 960:960 832:1104 720:1280 auto_720p",
    "1080p": "1920:1080 1648:1248 1440:1440 1248:1648 1080:1920 auto_1080p",
}
_OMNI_1_1 = {
    "360p": "640:360 360:640",
    "720p": "1280:720 720:1280",
    "1080p": "1920:1080 1080:1920",
    "4k": "3840:2160 2160:3840",
}
_GROK_LITE = {
    "480p": "848:480 480:848 480:480 640:480 480:640 720:480 480:720",
    "720p": "1280:720 720:1280 720:720 960:720 720:960 1088:720 720:1088",
    "1080p": "1904:1072 1072:1904 1424:1424 1648:1232 1232:1648 1744:1152 1152:1744",
}

_GEN4_IMAGE = {
    "1080p": "1920:1080 1080:1920 1080:1080 1440:1080 1080:1440 2112:912",
    "720p": "1280:720 720:1280 720:720 960:720 720:960 1680:720",
    "1K": "1024:1024 1168:880 1360:768 1808:768",
}
_GPT = {
    "": "1920:1920 2048:880 1920:1088 1920:1280 1920:1440 1920:1536 1536:1920 1440:1920 1280:1920 1088:1920 auto",
    "2K": "2560:2560 2912:1248 2560:1440 2560:1712 2560:1920 2560:2048 2048:2560 1920:2560 1712:2560 1440:2560",
    "4K": "2880:2880 3840:1648 3840:2160 3504:2336 3264:2448 3200:2560 2560:3200 2448:3264 2336:3504 2160:3840",
}
_GEMINI_2K = "2048:2048 1696:2528 2528:1696 1792:2400 2400:1792 1856:2304 2304:1856 1536:2752 2752:1536 3168:1344"
_GEMINI_4K = "4096:4096 3392:5056 5056:3392 3584:4800 4800:3584 3712:4608 4608:3712 3072:5504 5504:3072 6336:2688"
_GEMINI_2_5 = {"1K": "1024:1024 1344:768 768:1344 1184:864 864:1184 1536:672 832:1248 1248:832 896:1152 1152:896"}
_GEMINI_3_PRO = {**_GEMINI_2_5, "2K": _GEMINI_2K, "4K": _GEMINI_4K}
_GEMINI_FLASH = {
    "1K": "1024:1024 832:1248 1248:832 864:1184 1184:864 896:1152 1152:896 768:1344 1344:768 1536:672 "
    "512:2048 2048:512 352:2816 2816:352",
    "0.5K": "512:512 416:624 624:416 432:592 592:432 448:576 576:448 384:672 672:384 768:336 "
    "256:1024 1024:256 176:1408 1408:176",
    "2K": f"{_GEMINI_2K} 1024:4096 4096:1024 704:5632 5632:704",
    "4K": f"{_GEMINI_4K} 2048:8192 8192:2048 1408:11264 11264:1408",
}
_GEMINI_LITE_1K = "1024:1024 848:1264 1264:848 896:1200 1200:896 928:1152 1152:928 768:1376 1376:768 1584:672"
_NANO_BANANA = {
    "1K": f"{_GEMINI_LITE_1K} 512:2064 2064:512 352:2928 2928:352",
    "2K": f"{_GEMINI_2K} 1024:4128 4128:1024 704:5856 5856:704",
    "4K": f"{_GEMINI_4K} 2048:8256 8256:2048 1408:11712 11712:1408",
}
_MUSE = {"": "1600:1600 2352:1008 2016:1152 1920:1280 1792:1344 1344:1792 1280:1920 1152:2016 auto"}
_SEEDREAM_2K = "2048:2048 2304:1728 1728:2304 2848:1600 1600:2848 2496:1664 1664:2496 3136:1344"
_SEEDREAM_PRO = {
    "1K": "1024:1024 1184:896 896:1184 1376:768 768:1376 1296:864 864:1296 auto_1k",
    "2K": "2048:2048 2304:1728 1728:2304 2720:1530 1530:2720 2496:1664 1664:2496 auto_2k",
}
_SEEDREAM_LITE = {
    "2K": _SEEDREAM_2K,
    "3K": "3072:3072 3456:2592 2592:3456 4096:2304 2304:4096 3744:2496 2496:3744 4704:2016",
}
_SEEDREAM_FLASH = {
    "1K": "1024:1024 1184:896 896:1184 1376:768 768:1376 1248:832 832:1248 1568:672 auto_1k",
    "2K": f"{_SEEDREAM_2K} auto_2k",
}
_GROK_IMAGE = {
    "1K": "1024:1024 1280:720 720:1280 1152:864 864:1152 1248:832 832:1248 1248:576 576:1248 1280:576 576:1280 "
    "1408:704 704:1408 auto_1k",
    "2K": "2048:2048 2816:1584 1584:2816 2368:1776 1776:2368 2496:1664 1664:2496 2912:1344 1344:2912 3200:1440 "
    "1440:3200 2912:1456 1456:2912 auto_2k",
}
_BRIA_1K = "1024:1024 768:1152 1152:768 768:1024 1024:768 768:960 960:768 576:1024 1024:576"
_BRIA = {
    "1K": _BRIA_1K,
    "2K": "2048:2048 1536:2304 2304:1536 1536:2048 2048:1536 1536:1920 1920:1536 1152:2048 2048:1152",
}
_IDEOGRAM_4_0 = {"2K": "2048:2048 2560:1440 1440:2560 2304:1728 1728:2304 2496:1664 1664:2496 3072:1280 1280:3072"}
_IDEOGRAM_4_5 = {
    "1K": "1024:1024 1280:720 720:1280 1152:864 864:1152 1248:832 832:1248 1120:896 896:1120 1440:720 720:1440",
    "2K": "2048:2048 2560:1440 1440:2560 2304:1728 1728:2304 2496:1664 1664:2496 2240:1792 1792:2240 "
    "2880:1440 1440:2880",
    "576p": "1024:576 576:1024",
    "704p": "1408:704 704:1408",
    "": "auto",
}
_RECRAFT_VECTOR = {"1K": "1024:1024 1216:896 896:1216 1344:768 768:1344"}
_RECRAFT = {
    "1K": "1024:1024 1536:768 768:1536 1280:832 832:1280 1216:896 896:1216 1152:896 896:1152 832:1344 "
    "1280:896 896:1280 1344:768 768:1344",
}

# parameters of the models' own

_HDR = (
    "hdr10 hlg sdr_rec709_10bit hdr_pq_12bit_master hdr_prores hdr_png_sequence hdr_exr_sequence "
    "hdr_exr_acescg_sequence_1_3 hdr_exr_acescg_sequence_2_0"
)
_PROFILES = ("422", "4444", "422 Proxy", "422 LT", "422 HQ", "4444 XQ")
_MODERATION: Fields = own("contentModeration", "object")
_MODERATED: Mapping[str, Schema] = {
    "contentModeration": {
        "type": "object",
        "properties": {"publicFigureThreshold": {"type": "string", "enum": ["auto", "low"]}},
    }
}


def _formats(words: str, profiles: tuple[str, ...] = _PROFILES, default: str = "mp4", profile: Any = None) -> Fields:
    return {
        **choice("outputFormat", words, default),
        **own("proresProfile", "str", profile, choices=profiles),
    }


_FORMATS = _formats(f"mp4 prores png_sequence {_HDR}")
_PRORES = (profile_only_with("prores", "hdr_prores"),)
_SHOT: Schema = {
    "type": "object",
    "properties": {"duration": {"type": "integer"}, "prompt": {"type": "string"}},
    "required": ["duration", "prompt"],
}
_SETTINGS: Mapping[str, Schema] = {
    "providerSettings": {
        "type": "object",
        "properties": {
            "multiPrompt": {"type": "array", "items": _SHOT},
            "shotType": {"type": "string", "enum": ["intelligence", "customize"]},
            "keepOriginalSound": {"type": "boolean"},
        },
    }
}
_CFG: Fields = own("cfgScale", "number", 0.5, minimum=0, maximum=1)
_ANY_LENGTH = length()
_WORDS = ("adaptive", "21:9", "16:9", "4:3", "1:1", "3:4", "9:16")
_GROK_WORDS = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3")
_REFERRED = ("references", "referenceAudio", "referenceVideos")


def _resolution(*words: str, default: str | None = None) -> Fields:
    return {"resolution": choice_field_mapper("resolution", words, default=default)}


def _words(*words: str) -> Fields:
    return {"ratio": choice_field_mapper("aspect_ratio", words)}


def _negative() -> Fields:
    return {"negativePrompt": passthrough_field_mapper("negative_prompt", min_length=1, max_length=1000)}


# prices: a credit is a US cent

_USD = Decimal("0.01")


def _price(per: str, credits: Mapping[Any, float] | float, by: str) -> Price:
    table = credits if isinstance(credits, Mapping) else {(): credits}
    usd = {key: Decimal(str(amount)) * _USD for key, amount in table.items()}
    named: Any = {"by": by, per: usd} if isinstance(credits, Mapping) else {per: usd[()]}
    return Price(**named, source="Runway's pricing guide, read through public copies", checked=CHECKED)


def _seconds(credits: Mapping[Any, float] | float, by: str = "resolution") -> Price:
    return _price("usd_per_second", credits, by)


def _pictures(credits: Mapping[Any, float] | float) -> Price:
    return _price("usd_per_output", credits, "resolution")


# families


def _veo() -> tuple[Way, ...]:
    rest = (_negative(), sizes(_VEO, "1280:720", required=True), length((4, 6, 8)), audio(), seed())
    return (
        way("text-to-video", T2V, prompt(1000), *rest),
        way(_BOTH, I2V, frames(last=True), prompt(1000, False), *rest),
    )


def _kling_3(
    tiers: Mapping[str, str], span: Fields = _ANY_LENGTH, limit: int | None = None, least: int = 0
) -> tuple[Way, ...]:
    rest = (span, audio(None), _CFG)
    said = prompt(limit, False, least)
    default = next(iter(tiers.values())).split()[0]
    return (
        way(
            "text-to-video", T2V, said, sizes(tiers, default, required=True), *rest,
            inner=_SETTINGS, rules=shots(needs_prompt=True),
        ),
        way(_BOTH, I2V, frames(last=True), said, sizes(tiers), *rest, inner=_SETTINGS, rules=shots()),
    )  # fmt: skip


def _kling_o3(tiers: Mapping[str, str]) -> tuple[Way, ...]:
    rest, said = (_ANY_LENGTH, audio(None)), prompt(None, False, 0)
    tier, listed = next(iter(tiers.items()))
    default = listed.split()[0]
    sound_of_source = {"providerSettings.keepOriginalSound": passthrough_field_mapper("generate_audio", default=True)}
    return (
        way(
            "text-to-video", T2V, said, sizes(tiers, default, required=True), *rest,
            inner=_SETTINGS, rules=shots(needs_prompt=True),
        ),
        way(
            _BOTH, I2V, frames(last=True), references(7), said, sizes(tiers), *rest,
            inner=_SETTINGS, rules=shots(),
        ),
        way(
            "edit-video", V2V, prompt(None, True, 0), source("promptVideo"), _framed(4), sound_of_source,
            inner=_SETTINGS, rules=(*shots(), at_most_images(4)), fixed={"resolution": tier},
        ),
    )  # fmt: skip


def _framed(most: int) -> Fields:
    """References among which an item with a position is a frame."""
    return {
        "references[position=first].uri": single_image_field_mapper(False, "first_frame", forms=FORMS),
        "references[position=last].uri": single_image_field_mapper(False, "last_frame", forms=FORMS),
        **references(most),
    }


def _referred(
    said: Fields, media: tuple[Fields, ...], *rest: Fields, rules: tuple[Rule, ...] = (), **known: Any
) -> Way:
    """The way of references: any of them, one at least."""
    some = at_least_one_reference(*_REFERRED)
    return way(_REFERENCE, T2V, said, *media, *rest, rules=(some, *rules), **known)


def _seedance(tiers: Mapping[str, str], price: Price) -> tuple[Way, ...]:
    rest = (sizes(tiers), length(range(4, 16), auto=True), audio(), seed())
    said, media = prompt(3500, False), (references(9), clip(), sound())
    return (
        way("text-to-video", T2V, prompt(3500), *rest, price=price),
        _referred(prompt(3500), media, *rest),
        way(_BOTH, I2V, frames(last=True), said, sound(), *rest, price=price),
        way("edit-video", V2V, said, source("promptVideo"), references(9), sound(), *rest, also=["referenceVideos"]),
    )


def _seedance_2_5() -> tuple[Way, ...]:
    rest = (
        length(range(4, 31), auto=True), sizes(_SEEDANCE_2_5), audio(), seed(), own("draft", "bool", False),
        choice("outputFormat", "mp4 mov", "mp4"),
    )  # fmt: skip
    known = (length(range(4, 31), auto=True, default=5), sizes(_SEEDANCE_2_5, "1280:720"), *rest[2:])
    span = (length(range(4, 31), auto=True, default=5), *rest[1:])
    draft = own("draftTaskId", "str")
    said, media = prompt(15000, False), (references(30), sound())
    price = _seconds({"480p": 20, "720p": 30, "1080p": 68})
    edited = (said, source("promptVideo"), *media, *span)
    return (
        way("text-to-video", T2V, said, *known, draft, price=price, rules=[_draft_alone()]),
        _referred(said, (references(30), clip(), sound()), *known),
        way(_BOTH, I2V, frames(last=True), said, sound(), *rest, price=price),
        *(
            way(f"{mode}-video", V2V, *edited, {"mode": constant(mode)}, also=["referenceVideos"])
            for mode in ("edit", "extend")
        ),
    )


def _draft_alone() -> Rule:
    """A draft is finished as it was; a text is needed where there is none."""

    def check(effective: Mapping[str, Any]) -> bool:
        extra = effective.get("extra_params", {})
        alone = not extra.keys() - {"draftTaskId"} and effective.get("prompt") is None
        return alone if extra.get("draftTaskId") else effective.get("prompt") is not None

    return rule("a prompt is needed, or draftTaskId alone, without prompt and further parameters", check, "prompt")


def _wan() -> tuple[Way, ...]:
    # The shortest length is not known.
    rest = (length(maximum=30), audio(None))
    said, media = prompt(), (references(10), clip(), sound())
    return (
        way("text-to-video", T2V, said, sizes(_WAN), *rest),
        _referred(said, media, sizes(_WAN), *rest),
        way(_BOTH, I2V, frames(last=True), said, clip(), sound(), sizes(_WAN_AUTO), *rest),
    )


def _hailuo() -> tuple[Way, ...]:
    rest = (_words(*_WORDS), _resolution("768p", "2k"), length(range(5, 16)))
    said, media = prompt(6000), (references(9), clip(), sound())
    free = (_words(*_WORDS[1:]), *rest[1:])
    return (
        way("text-to-video", T2V, said, *free),
        _referred(said, media, *rest, rules=(_adaptive_needs_picture(),)),
        way(_BOTH, I2V, frames(last=True), said, sound(), *rest),
        way("edit-video", V2V, said, source("promptVideo"), references(9), sound(), *rest, also=["referenceVideos"]),
    )


def _adaptive_needs_picture() -> Rule:
    def check(effective: Mapping[str, Any]) -> bool:
        seen = effective.get("reference_images") or effective.get("video")
        return effective.get("aspect_ratio") != "adaptive" or bool(seen)

    return rule("the ratio 'adaptive' needs reference images or a video", check, "aspect_ratio")


_LENGTH_OR_AUTO: Mapping[str, Schema] = {
    "duration": {"anyOf": [{"type": "integer"}, {"type": "string", "enum": ["auto"]}]}
}


def _omni_1_1() -> tuple[Way, ...]:
    rest = (length(range(3, 11), auto=True), sizes(_OMNI_1_1))
    edited = (prompt(), source(), references(), length(), sizes(_OMNI_1_1))
    return (
        way("text-to-video", T2V, prompt(), *rest),
        _referred(prompt(), (references(), clip(typed=False)), *rest),
        way(_BOTH, I2V, frames(last=True), prompt(), *rest),
        *(
            way(f"{mode}-video", V2V, *edited, {"mode": constant(mode)}, inner=_LENGTH_OR_AUTO)
            for mode in ("edit", "extend")
        ),
    )


def _kling_4() -> tuple[Way, ...]:
    few, said = at_most_images(10), prompt(None, True, 0)
    media = (references(10), clip(typed=False))
    rest = (_ANY_LENGTH, sizes(_KLING_4_AUTO))
    return (
        way("text-to-video", T2V, said, _ANY_LENGTH, sizes(_KLING_4)),
        _referred(said, media, _ANY_LENGTH, sizes(_KLING_4), rules=(few,)),
        # Frames between the first and the last have a position whose name is not known.
        way(_BOTH, I2V, frames(last=True), *media, prompt(None, False, 0), *rest, rules=[few]),
        way("edit-video", V2V, said, source(), references(10), sizes(_KLING_4_AUTO), rules=[few]),
    )


def _grok() -> tuple[Way, ...]:
    rest = (_resolution("480p", "720p", "1080p"), length(range(1, 16)))
    free = (_words(*_GROK_WORDS), *rest)
    needs = requires("audio", ..., reference_images=...)
    return (
        way("text-to-video", T2V, prompt(), *free, price=_seconds({"480p": 10, "720p": 16, "1080p": 29})),
        _referred(prompt(), (references(), sound()), *free, rules=(needs,)),
        way(_FIRST, I2V, frames(), prompt(None, False, 0), *rest,
            price=_seconds({"480p": 10, "720p": 16, "1080p": 29})),
    )  # fmt: skip


_EXPANSION = {
    "promptExpansionMode": choice_field_mapper("enhance_prompt", {True: "balanced", False: "disabled"}, default=True)
}
_EXPANSIONS: Mapping[str, Schema] = {
    "promptExpansionMode": {"type": "string", "enum": ["disabled", "balanced", "quality"]}
}


def _h3_max() -> tuple[Way, ...]:
    rest = (_resolution("480p", "768p"), length(range(5, 16)), _EXPANSION, seed())
    return (
        way("text-to-video", T2V, prompt(), *rest, inner=_EXPANSIONS),
        way(_BOTH, I2V, frames(last=True), prompt(), *rest, inner=_EXPANSIONS),
    )


def _images(
    tiers: Mapping[str, str] | None, *rest: Fields, said: Fields, most: int | None = None, tag: bool = False,
    default: str | None = None, needs: bool = True, **known: Any,
) -> tuple[Way, ...]:  # fmt: skip
    """An image model that makes images of text, and of images where these are given."""
    size = sizes(tiers, (default or _usual(tiers)) if needs else None, required=needs) if tiers else {}
    return (
        way("text-to-image", T2I, said, size, *rest, **known),
        way("image-to-image", T2I, said, pictures(most, tag), size, *rest, **known),
    )


def _usual(tiers: Mapping[str, str]) -> str:
    """What is asked for where nothing is said: the model's own choice where it has one, else the first size."""
    listed = [wire for wires in tiers.values() for wire in wires.split()]
    return next((wire for wire in listed if wire.startswith("auto")), listed[0])


def _quality(*words: str, default: str | None = None) -> Fields:
    return {"quality": quality_field_mapper(words, default=default)}


def _one_or_four() -> Fields:
    return {"outputCount": choice_field_mapper("n", (1, 4), default=1)}


_COUNT = count(None)
_PNG = choice("outputFormat", "png jpeg", "png")
_BACKGROUND = choice("background", "transparent opaque auto", "auto")
_GROUNDING = own("grounding", "bool", False)
_COLORS: Mapping[str, Schema] = {"colors": {"type": "array", "items": {"type": "string"}}}
_COLORED = {**own("backgroundColor", "str"), **own("colors", "list")}
_SAID = prompt(None, True, 0)


def _gpt_2_5(background: Fields) -> tuple[Way, ...]:
    quality = _quality("low", "medium", "high", "xhigh", "max", default="high")
    return _images(_GPT, count(), quality, background, said=prompt(), most=16, tag=True)


def _ideogram_4_5() -> tuple[Way, ...]:
    quality = _quality("very_low", "low", "medium", "high")
    free, careful = (_COUNT, quality), own("preciseEdit", "bool")
    mask = {"maskUri": mask_image_field_mapper(True, forms=FORMS)}
    size = sizes(_IDEOGRAM_4_5)
    return (
        way("text-to-image", T2I, _SAID, size, *free, rules=[_very_low_needs_images()]),
        way("image-to-image", T2I, _SAID, pictures(5), size, careful, *free, rules=[_careful_edit()]),
        way("inpaint", T2I, _SAID, pictures(5), mask, careful, *free, rules=[_careful_edit()]),
    )


def _very_low_needs_images() -> Rule:
    return rule("quality very_low needs reference images", lambda e: e.get("quality") != "very_low", "quality")


def _careful_edit() -> Rule:
    def check(effective: Mapping[str, Any]) -> bool:
        careful = own_value(effective, "preciseEdit")
        return not careful or (effective.get("quality") != "very_low" and "aspect_ratio" not in effective)

    return rule("preciseEdit goes neither with a size nor with quality very_low", check, "extra_params")


def _bria_edit() -> tuple[Way, ...]:
    sized = rule(
        "a size needs two images, for one keeps its framing",
        lambda effective: not effective.get("size") or effective.get("image_list", 0) > 1,
        "size",
    )
    size = sizes({"1K": _BRIA_1K, "": "auto"})
    return (way("image-to-image", T2I, _SAID, pictures(4), size, _PNG, seed(), rules=[sized]),)


# what takes a clip or a picture and no model of a family

_KEYFRAME_RANGE: Schema = {
    "type": "object",
    "properties": {
        "start_seconds": {"type": "integer", "minimum": 0},
        "end_seconds": {"type": "integer", "minimum": 1},
    },
    "required": ["start_seconds", "end_seconds"],
}


def _keyframe(place: str, most: int) -> Schema:
    return {
        "type": "object",
        "properties": {
            place: {"type": "number", "minimum": 0, "maximum": most},
            "uri": {"type": "string", "minLength": 13},
            "range": _KEYFRAME_RANGE,
        },
        "required": [place, "uri"],
    }


_KEYFRAMES: Mapping[str, Schema] = {
    "keyframes": {
        "type": "array",
        "items": {"anyOf": [_keyframe("seconds", 30), _keyframe("at", 1)]},
        "minItems": 1,
        "maxItems": 5,
    }
}


def _aleph() -> tuple[Way, ...]:
    ratios = ("16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "21:9")
    return (
        way(
            "edit-video", V2V, prompt(1000, False), source(),
            {"targetAspectRatio": choice_field_mapper("aspect_ratio", ratios)}, seed(bounded=True),
            own("keyframes", "any"), _MODERATION,
            _formats("mp4 prores png_sequence sdr_rec709_10bit", profile="4444"),
            inner={**_KEYFRAMES, **_MODERATED}, also=["ratio"], rules=[profile_only_with("prores")],
        ),
    )  # fmt: skip


def _act_two() -> tuple[Way, ...]:
    """A character that moves as the clip does; a video of the character goes through ``extra_params``."""
    either: Schema = {
        "type": "object",
        "properties": {"type": {"enum": ["image", "video"]}, "uri": {"type": "string", "minLength": 13}},
        "required": ["type", "uri"],
    }
    return (
        way(
            "motion-control", "character_performance",
            {"character": image_input_field_mapper(True, forms=object_forms(type="image"))},
            {"reference": video_url_field_mapper(True, forms=object_forms(type="video"))},
            sizes(_GEN4), seed(bounded=True), own("bodyControl", "bool"), whole("expressionIntensity", 1, 5, 3),
            _MODERATION, inner={**_MODERATED, "character": either},
        ),
    )  # fmt: skip


_AVATARS = (
    "game-character music-superstar game-character-man cat-character influencer tennis-coach human-resource "
    "fashion-designer cooking-teacher"
)
_VOICES = (
    "victoria vincent clara drew skye max morgan felix mia marcus summer ruby aurora jasper leo adrian nina emma "
    "blake david maya nathan sam georgia petra adam zach violet roman luna"
)


def _preset(kind: str, words: str, own_id: str) -> Schema:
    """Something of Runway's by its name, or of the account's own by its id."""
    told = {"presetId": {"type": "string", "enum": words.split()}, "type": {"enum": [kind]}}
    custom = {own_id: {"type": "string"}, "type": {"enum": ["custom"]}}
    return {"anyOf": [{"type": "object", "properties": each, "required": list(each)} for each in (told, custom)]}


def _speak(request: Any, text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _avatars() -> tuple[Way, ...]:
    """An avatar that says a text, or moves to a sound; ``avatar`` and the voice go through ``extra_params``."""
    avatar = {"avatar": extra_params_field_mapper("avatar", True)}
    speech: Schema = {"type": "object", "properties": {"voice": _preset("preset", _VOICES, "id")}}
    inner = {"avatar": _preset("runway-preset", _AVATARS, "avatarId"), "speech": speech}
    text = FieldMapper("prompt", _speak, required=True, min_length=1, max_length=5000)
    return (
        way("avatar", "avatar_videos", {"speech": text}, avatar, inner=inner),
        way(
            "avatar", "avatar_videos",
            {"speech": audio_mapper(True, forms=object_forms("audio", type="audio"))}, avatar, inner=inner,
        ),
    )  # fmt: skip


_RATES = {24: "24", 25: "25", 30: "30", 48: "48", 50: "50", 60: "60", 120: "120", 23.98: "23_98", 29.97: "29_97",
          59.94: "59_94"}  # fmt: skip

WAYS: Mapping[str, tuple[Way, ...]] = {
    "gen4.5": (
        way(
            "text-to-video", T2V, prompt(1000), sizes(_WIDE_OR_HIGH, "1280:720", required=True),
            length(range(2, 11), default=5, required=True), seed(bounded=True), _MODERATION, _FORMATS,
            inner=_MODERATED, rules=_PRORES,
        ),
        way(
            _FIRST, I2V, frames(), prompt(1000), sizes(_GEN4, "1280:720", required=True),
            length(range(2, 11), default=5, required=True), seed(bounded=True), _MODERATION, _FORMATS,
            inner=_MODERATED, rules=_PRORES,
        ),
    ),
    "gen4_turbo": (
        way(
            _FIRST, I2V, frames(), prompt(1000, False), sizes(_GEN4, "1280:720", required=True),
            length(range(2, 11)), seed(bounded=True), _MODERATION, inner=_MODERATED,
        ),
    ),
    "aleph2": _aleph(),
    "act_two": _act_two(),
    "gwm1_avatars": _avatars(),
    "veo3.1": _veo(),
    "veo3.1_fast": _veo(),
    "seedance2": _seedance(_SEEDANCE, _seconds({"480p": 36, "720p": 36, "1080p": 40, "4k": 150})),
    "seedance2_fast": _seedance(_SEEDANCE_FAST, _seconds(29)),
    "seedance2_mini": _seedance(_SEEDANCE_FAST, _seconds(16)),
    "seedance2_5": _seedance_2_5(),
    "hailuo3": _hailuo(),
    "h3_max": _h3_max(),
    "happyhorse_1_0": (
        way("text-to-video", T2V, prompt(2500, least=2), sizes(_HAPPY_HORSE), length(range(3, 16))),
        way(_FIRST, I2V, frames(), prompt(2500, False, 2), _resolution("720p", "1080p"), length(range(3, 16))),
    ),
    "wan3": _wan(),
    "wan3_prime": _wan(),
    "gemini_omni_flash": (
        way("text-to-video", T2V, prompt(4000), sizes(_WIDE_OR_HIGH), length(range(3, 11))),
        way(_FIRST, I2V, frames(), prompt(4000, False), sizes(_WIDE_OR_HIGH), length(range(3, 11))),
        way("edit-video", V2V, prompt(4000), source(), references(5)),
    ),
    "gemini_omni_flash_1.1": _omni_1_1(),
    "grok_imagine_1_5": _grok(),
    "grok_imagine_1_5_lite": (
        way("text-to-video", T2V, prompt(), sizes(_GROK_LITE), _ANY_LENGTH),
        way(_FIRST, I2V, frames(), prompt(None, False, 0), sizes(_WAN_AUTO), _ANY_LENGTH),
    ),
    "kling2.5_turbo_pro": (
        way("text-to-video", T2V, _SAID, sizes(_KLING_2_5), length((5, 10), default=5), _CFG),
        way(_BOTH, I2V, frames(last=True), _SAID, length((5, 10), default=5), _CFG),
    ),
    "kling3.0_4k": _kling_3(_KLING_4K),
    "kling3.0_pro": _kling_3(_KLING_PRO),
    "kling3.0_standard": _kling_3(_KLING_STANDARD, length(range(3, 16)), 2500, 2),
    "klingO3_4k": _kling_o3(_KLING_4K),
    "klingO3_pro": _kling_o3(_KLING_PRO),
    "klingO3_standard": _kling_o3(_KLING_STANDARD),
    "kling_4": _kling_4(),
    "magnific_video_upscaler_creative": (
        way(
            "upscale-video", "video_upscale", source(), _resolution("720p", "1k", "2k", "4k", default="2k"),
            whole("creativity", 0, 100), choice("flavor", "vivid natural"), own("fpsBoost", "bool"),
            whole("sharpen", 0, 100), whole("smartGrain", 0, 100),
        ),
    ),
    "enhance_frame_rate": (
        way(
            "upscale-video", "video_upscale", source(),
            {"targetFramerate": choice_field_mapper("fps", _RATES, required=True)},
        ),
    ),
    "ruby": (
        way(
            "edit-video", "video_to_hdr", source(),
            _formats(
                "hdr10 hlg hdr_prores hdr_exr_sequence hdr_exr_acescg_sequence_1_3 hdr_exr_acescg_sequence_2_0",
                ("422", "4444", "422 HQ"), "hdr10",
            ),
            rules=[profile_only_with("hdr_prores")],
        ),
    ),
    "gen4_image": _images(
        _GEN4_IMAGE, seed(bounded=True), _MODERATION, said=prompt(1000), most=3, tag=True, inner=_MODERATED
    ),
    "gen4_image_turbo": _images(
        _GEN4_IMAGE, seed(bounded=True), _MODERATION, said=prompt(1000), most=3, tag=True, inner=_MODERATED
    )[1:],
    "gpt_image_2": _images(
        _GPT, count(), _quality("low", "medium", "high", "auto", default="high"), _BACKGROUND,
        said=prompt(32000), most=16, tag=True,
    ),
    "gpt_image_2_5_flare": _gpt_2_5(choice("background", "opaque auto", "auto")),
    "gpt_image_2_5_sunburst": _gpt_2_5(_BACKGROUND),
    "gemini_2.5_flash": _images(_GEMINI_2_5, said=prompt(5500), most=3, tag=True),
    "gemini_image3_pro": _images(_GEMINI_3_PRO, _one_or_four(), said=prompt(5500), most=14, tag=True),
    "gemini_image3.1_flash": _images(_GEMINI_FLASH, _one_or_four(), said=prompt(5500), most=14, tag=True),
    "gemini_image3.1_flash_lite": _images({"1K": _GEMINI_LITE_1K}, _one_or_four(), said=_SAID, most=14, tag=True),
    "nano_banana_2.1": _images(
        _NANO_BANANA, _COUNT, choice("thinkingLevel", "minimal medium high", "medium"), said=_SAID, most=14, tag=True
    ),
    "muse_image": _images(_MUSE, _COUNT, choice("outputFormat", "webp png jpeg", "png"), said=prompt(), most=10),
    "seedream5_pro": _images(_SEEDREAM_PRO, count(4), _GROUNDING, _PNG, said=prompt(4000), most=10),
    # Other sizes of 3686400 to 16777216 pixels are taken too: extra_params={"ratio": "2000:2000"}.
    "seedream5_lite": _images(
        _SEEDREAM_LITE, count(4), _GROUNDING, _PNG, said=prompt(4000), most=14, inner={"ratio": {"type": "string"}}
    ),
    "seedream5_flash": _images(_SEEDREAM_FLASH, _COUNT, _PNG, said=_SAID),
    "grok_imagine_image_2": _images(
        _GROK_IMAGE, _COUNT, _quality("low", "medium", default="medium"), own("edit", "bool"), said=prompt(), most=3
    ),
    "bria_fibo_1_5": _images(_BRIA, _PNG, seed(), said=prompt(), most=1),
    "bria_fibo_edit_1_5": _bria_edit(),
    "ideogram_4_0": _images(_IDEOGRAM_4_0, _COUNT, _quality("low", "medium", "high"), said=_SAID, needs=False),
    "ideogram_4_5": _ideogram_4_5(),
    "recraft_v4_1_flash": (
        way(
            "text-to-image", T2I, _SAID, sizes(_RECRAFT, "1024:1024", required=True), _COUNT, seed(), _COLORED,
            choice("outputFormat", "webp png", "webp"), inner=_COLORS,
        ),
    ),
    "recraft_v4_1_vector": (
        way("text-to-image", T2I, _SAID, sizes(_RECRAFT_VECTOR), _COLORED, inner=_COLORS),
    ),
    "magnific_precision_upscaler_v2": (
        way(
            "upscale-image", "image_upscale", {"imageUri": image_input_field_mapper(True, forms=FORMS)},
            choice("flavor", "sublime photo photo_denoiser"), own("scaleFactor", "int", 2, choices=(2, 4, 8, 16)),
            whole("sharpen", 0, 100), whole("smartGrain", 0, 100), whole("ultraDetail", 0, 100),
        ),
    ),
}  # fmt: skip
"""Every model's ways by its id."""

PRICES: Mapping[str, Price] = {
    "gen4.5": _seconds(12),
    "gen4_turbo": _seconds(5),
    # 56 credits at least.
    "aleph2": _seconds(28),
    "act_two": _seconds(5),
    "veo3.1": _seconds({True: 40, False: 20}, "generate_audio"),
    "veo3.1_fast": _seconds({True: 15, False: 10}, "generate_audio"),
    "hailuo3": _seconds({"768p": 10, "2k": 15}),
    "h3_max": _seconds({"480p": 5, "768p": 8}),
    "happyhorse_1_0": _seconds({"720p": 15, "1080p": 30}),
    "wan3": _seconds({"480p": 5, "720p": 10, "1080p": 20}),
    "wan3_prime": _seconds({"480p": 6.8, "720p": 14, "1080p": 28}),
    "gemini_omni_flash": _seconds(10),
    "gen4_image": _pictures({"720p": 5, "1080p": 8}),
    "gen4_image_turbo": _pictures(2),
    "gemini_image3_pro": _pictures({"1K": 20, "2K": 20, "4K": 40}),
    "gemini_2.5_flash": _pictures(5),
    "muse_image": _pictures(1),
}
"""Prices that the dossier has; input seconds and references, where they cost extra, have none."""

LISTED: Mapping[str, str] = {
    "gen4.5": "2026-03-18", "gen4_turbo": "2025-04-09", "aleph2": "2026-06-02", "act_two": "2025-09-11",
    "gwm1_avatars": "2026-04-15", "veo3.1": "2025-11-11", "veo3.1_fast": "2025-11-11", "seedance2": "2026-04-15",
    "seedance2_fast": "2026-06-05", "seedance2_mini": "2026-07-06", "seedance2_5": "2026-08-13",
    "hailuo3": "2026-08-13", "h3_max": "2026-09-23", "happyhorse_1_0": "2026-06-05", "wan3": "2026-09-01",
    "wan3_prime": "2026-09-23", "gemini_omni_flash": "2026-07-06", "gemini_omni_flash_1.1": "2026-09-23",
    "grok_imagine_1_5": "2026-08-25", "grok_imagine_1_5_lite": "2026-10-13", "kling2.5_turbo_pro": "2026-10-23",
    "kling3.0_4k": "2026-10-23", "kling3.0_pro": "2026-10-23", "kling3.0_standard": "2026-10-23",
    "klingO3_4k": "2026-10-23", "klingO3_pro": "2026-10-23", "klingO3_standard": "2026-10-23",
    "kling_4": "2026-10-23", "magnific_video_upscaler_creative": "2026-07-06", "enhance_frame_rate": "2026-09-23",
    "ruby": "2026-08-25", "gen4_image": "2025-06-23", "gen4_image_turbo": "2025-09-11", "gpt_image_2": "2026-06-02",
    "gpt_image_2_5_flare": "2026-09-23", "gpt_image_2_5_sunburst": "2026-09-23", "gemini_2.5_flash": "2025-09-11",
    "gemini_image3_pro": "2026-06-02", "gemini_image3.1_flash": "2026-06-02",
    "gemini_image3.1_flash_lite": "2026-10-23", "nano_banana_2.1": "2026-10-23", "muse_image": "2026-09-01",
    "seedream5_pro": "2026-07-23", "seedream5_lite": "2026-07-23", "seedream5_flash": "2026-10-23",
    "grok_imagine_image_2": "2026-08-25", "bria_fibo_1_5": "2026-10-23", "bria_fibo_edit_1_5": "2026-10-23",
    "ideogram_4_0": "2026-10-13", "ideogram_4_5": "2026-10-13", "recraft_v4_1_flash": "2026-10-23",
    "recraft_v4_1_vector": "2026-10-23", "magnific_precision_upscaler_v2": "2026-06-02",
}  # fmt: skip
"""The day of the first release of Runway's Python client, among those looked at, that knows a model."""

RETIRED: Mapping[str, tuple[str, str]] = {
    "gen3a_turbo": ("2026-07-30", "gen4.5"),
    "gen4_aleph": ("2026-07-30", "aleph2"),
    "veo3": ("2026-08-17", "veo3.1"),
    "upscale_v1": ("2026-01-30", "magnific_video_upscaler_creative"),
}
"""What Runway has switched off: the day, and the successor."""


def _listed(id: str) -> ModelSpec:
    lifecycle = Lifecycle(listed=LISTED[id], source=CLIENT, checked=CHECKED)
    return model(id, *WAYS[id], price=PRICES.get(id), lifecycle=lifecycle)


def _gone(day: str, instead: str) -> ModelSpec:
    """The inputs of a model that is gone are no longer published, so that it cannot be called elsewhere either."""
    lifecycle = Lifecycle(retired=day, replacement=instead, source="Runway's changelog and client", checked=CHECKED)
    return ModelSpec(variants=(), lifecycle=lifecycle, uncallable=f"its inputs are no longer published; use {instead}")


MODELS: dict[str, ModelSpec] = {
    **{id: _listed(id) for id in WAYS},
    **{id: _gone(*facts) for id, facts in RETIRED.items()},
}

_ANY_SIZE = sizes({**_VEO, "": "960:960"}, "1280:720", required=True)
GENERIC = model(
    "$model",
    way("text-to-video", T2V, _SAID, _ANY_SIZE, _ANY_LENGTH, seed()),
    way(_BOTH, I2V, frames(last=True), prompt(None, False, 0), _ANY_SIZE, _ANY_LENGTH, seed()),
    *_images({"1080p": _GEN4_IMAGE["1080p"]}, seed(), said=_SAID),
    title="a model that no catalogue lists",
)
"""For unlisted models: Runway's usual names. What a model takes besides goes through ``extra_params``."""

CATALOG = Catalog(MODELS, generic=GENERIC)
