"""OpenAI's models as data, and the ways in which other servers speak its Videos API.

The inputs are those of the dossier sora.md, sections 2, 7, 9 and 13. Each way of making a video belongs to a surface,
which is the dialect of the server: OpenAI itself has ended the service, and those that go on differ. What a model takes
besides our words is listed under the vendor's name, and is given through ``extra_params``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Price, Variant
from tarash_core.catalog.building.parts import Fields, joined, own, whole_names
from tarash_core.catalog.building.wires import only_as_medium, without_media
from tarash_core.fields import (
    AnySize,
    MediaForm,
    Rule,
    choice_field_mapper,
    constant_field_mapper,
    duration_field_mapper,
    image_list_field_mapper,
    mask_image_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    quality_field_mapper,
    rule,
    single_image_field_mapper,
    size_field_mapper,
    video_url_field_mapper,
)
from tarash_core.fields.values import pixels

CHECKED = "2026-11-22"
DIALECTS = ("openai", "compatible", "azure", "litellm", "saygm", "sglang", "vllm", "openrouter")
"""The surfaces: OpenAI's own host, a server that speaks just like it, and those that differ."""

ENDED = "2026-09-24"
_DEPRECATIONS = "OpenAI's page of deprecations, as of 2026-11-22"
_WAYS_ON = (
    "OpenAI's video service has ended without a successor, and Azure's with it; set base_url to a server that speaks "
    "the same API (a LiteLLM proxy, vLLM-Omni, SGLang, SayGM, OpenRouter), use another provider, such as "
    "kling/kling-3.0"
)
_FILE = ("file",)
_MODEL: Fields = {"model": constant_field_mapper("$model")}


def _way(path: str, modes: str | Iterable[str], *parts: Fields, rules: Iterable[Rule] = (), **known: Any) -> Variant:
    fields = joined(*parts)
    return Variant(
        modes=modes,
        endpoint=path,
        fields=fields,
        parameters=whole_names(fields),
        rules=(*rules, *without_media(fields)),
        **known,
    )


# videos


def _said(required: bool = True) -> Fields:
    return {"prompt": passthrough_field_mapper("prompt", required, min_length=1)}


def _frame(required: bool = True) -> Fields:
    return {"input_reference": single_image_field_mapper(required, "first_frame", forms=_FILE)}


def _seconds(lengths: Sequence[int] | None, default: float | None = None, required: bool = False) -> Fields:
    return {"seconds": duration_field_mapper("str", lengths, add_suffix=False, default=default, required=required)}


_CLIP: Fields = {"video": video_url_field_mapper(True, forms=(MediaForm("job_id", {"id": "$value"}), "file"))}
_EARLIER: Fields = {"video": video_url_field_mapper(True, forms=("job_id",))}
_CHARACTERS: Fields = own("characters", "list")


def _at_most_two_characters() -> Rule:
    def holds(effective: Mapping[str, Any]) -> bool:
        return len(effective.get("extra_params", {}).get("characters") or ()) <= 2

    return rule("at most two characters can be given", holds, "extra_params")


def _videos(
    surface: str, lengths: Sequence[int] | None, sizes: Sequence[str] | None, *, later: bool = True, **known: Any
) -> tuple[Variant, ...]:
    """The ways of the dialect as OpenAI wrote it; ``later`` adds those that go on from a video."""
    default = 4 if lengths and 4 in lengths else None
    size: Fields = {"size": size_field_mapper(sizes, default=sizes[0] if sizes else None)}
    # Where a model's sizes are known, a first frame must have one of them exactly.
    told: dict[str, Any] = {"body": "multipart", "surface": surface, "settings": {"sizes": sizes}, **known}
    shared = (_MODEL, _said(), _seconds(lengths, default), size)
    cast = {"rules": [_at_most_two_characters()]} if later else {}
    made = (
        _way("/videos", "text-to-video", *shared, _CHARACTERS if later else {}, **told, **cast),
        _way("/videos", "image-to-video", *shared, _frame(), **told),
    )
    return (*made, *_later(lengths, surface)) if later else made


def _later(lengths: Sequence[int] | None, surface: str) -> tuple[Variant, ...]:
    return (
        _way("/videos/{video}/remix", "remix-video", _said(), _EARLIER, surface=surface),
        _way("/videos/edits", "edit-video", _MODEL, _said(), _CLIP, surface=surface),
        _way(
            "/videos/extensions", "extend-video", _MODEL, _said(), _CLIP, _seconds(lengths, required=True),
            surface=surface,
        ),
    )  # fmt: skip


_SEED: Fields = {"seed": passthrough_field_mapper("seed", minimum=0)}
_NEGATIVE: Fields = {"negative_prompt": passthrough_field_mapper("negative_prompt")}
_FPS: Fields = {"fps": passthrough_field_mapper("fps", minimum=1)}


def _served(surface: str, *more: Fields) -> tuple[Variant, ...]:
    """A server of open models: what they take, not every one of it every model."""
    shared = (_MODEL, _said(), _seconds(None), {"size": size_field_mapper()}, _SEED, _NEGATIVE, _FPS, *more)
    open_ones = {
        **own("num_frames", "int", minimum=1),
        **own("num_inference_steps", "int", minimum=1),
        **own("guidance_scale", "number"),
    }
    return tuple(
        _way("/videos", mode, *shared, open_ones, *frame, body="multipart", surface=surface)
        for mode, frame in (("text-to-video", ()), ("image-to-video", (_frame(),)))
    )


def _vllm() -> tuple[Variant, ...]:
    objects = ("image_reference", "video_reference", "audio_reference", "lora", "extra_params")
    return _served("vllm", *(own(name, "any") for name in objects))


def _sglang() -> tuple[Variant, ...]:
    return _served("sglang", own("reference_url"), own("video_url"))


_ROUTED_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21")


def _routed_frame(role: str, required: bool) -> Fields:
    item = f"frame_images[frame_type={role}]"
    return {
        f"{item}.image_url.url": single_image_field_mapper(required, role, forms=("url", "data_uri")),
        f"{item}.type": constant_field_mapper("image_url", when=role),
    }


def _routed() -> tuple[Variant, ...]:
    """OpenRouter: JSON, lengths as numbers, pictures as objects."""
    references = tuple(
        MediaForm(kind, {"type": "image_url", "image_url": {"url": "$value"}}) for kind in ("url", "data_uri")
    )
    refer: Fields = {"input_references": image_list_field_mapper("reference", True, forms=references)}
    shared = (
        _MODEL,
        _said(),
        {
            "duration": duration_field_mapper("int", minimum=1),
            "resolution": passthrough_field_mapper("resolution"),
            "aspect_ratio": choice_field_mapper("aspect_ratio", _ROUTED_RATIOS),
            "generate_audio": passthrough_field_mapper("generate_audio"),
        },
        _SEED,
        own("provider", "object"),
    )
    ways: Iterable[tuple[str | tuple[str, ...], tuple[Fields, ...]]] = (
        ("text-to-video", ()),
        (
            ("image-to-video", "first-last-frame"),
            (_routed_frame("first_frame", True), _routed_frame("last_frame", False)),
        ),
        ("reference-to-video", (refer,)),
        ("extend-video", ({"previous_job_id": video_url_field_mapper(True, forms=("job_id",))},)),
    )
    return tuple(_way("/videos", modes, *shared, *more, surface="openrouter") for modes, more in ways)


def _elsewhere(*but: str) -> tuple[Variant, ...]:
    """How servers other than OpenAI's and Azure's serve a model whose limits nobody lists."""
    plain = (*_videos("compatible", None, None), *_videos("litellm", None, None))
    ways = (*plain, *_videos("saygm", None, None, later=False), *_sglang(), *_vllm(), *_routed())
    return tuple(way for way in ways if way.surface not in but)


_SHORT, _LONG = (4, 8, 12), (4, 8, 12, 16, 20)
_SMALL = ("720x1280", "1280x720")
_MIDDLE = (*_SMALL, "1024x1792", "1792x1024")
_LARGE = (*_MIDDLE, "1080x1920", "1920x1080")
_USD = {"720x1280": "0.30", "1280x720": "0.30", "1024x1792": "0.50", "1792x1024": "0.50"}


def _price(rate: Any, **by: Any) -> Price:
    return Price(usd_per_second=rate, source="OpenAI's price list before the end", checked=ENDED, **by)


def _sora(sizes: Sequence[str], price: Price) -> ModelSpec:
    lifecycle = Lifecycle(listed="2025-10-06", retired=ENDED, note=_WAYS_ON, source=_DEPRECATIONS, checked=CHECKED)
    sound: dict[str, Any] = {"fixed": {"generate_audio": True}}
    # The price is OpenAI's own, and no other server's.
    official = (*_videos("openai", _LONG, sizes, price=price, **sound), *_videos("compatible", _LONG, sizes, **sound))
    azure = _videos("azure", _SHORT, _SMALL, later=False, **sound)
    return ModelSpec(variants=(*official, *azure, *_elsewhere("compatible")), lifecycle=lifecycle)


def _sora_models() -> dict[str, ModelSpec]:
    plain = _sora(_SMALL, _price("0.10"))
    large = {**_USD, "1080x1920": "0.70", "1920x1080": "0.70"}
    pro = _sora(_LARGE, _price(large, by="size"))
    dated = _sora(_MIDDLE, _price(_USD, by="size"))
    return {
        "sora-2": plain,
        "sora-2-2025-10-06": plain,
        "sora-2-2025-12-08": plain,
        "sora-2-pro": pro,
        "sora-2-pro-2025-10-06": dated,
    }


_H3_SIZES = ("1344x768", "768x1344", "768x768", "1024x768", "768x1024", "1536x672")


def _h3() -> ModelSpec:
    """The one model of SayGM whose limits are known."""
    official = _videos("saygm", range(4, 16), _H3_SIZES, later=False)
    source = "an article about SayGM, checked 2026-10-20"
    return ModelSpec(variants=(*official, *_elsewhere("saygm")), lifecycle=Lifecycle(source=source, checked=CHECKED))


# pictures

TOKEN_PRICES = ("5", "8", "30")
"""US dollars for a million tokens of text, of pictures taken and of pictures made (gpt-image-2 and later), by LiteLLM's
price map as of CHECKED."""

_SIZES = ("auto", "1024x1024", "1536x1024", "1024x1536")
_LEAST, _MOST, _EDGE = 655_360, 8_294_400, 3840
_QUALITIES = ("low", "medium", "high", "auto")
_EFFORTS = ("xhigh", "max")
_FORMATS = ("png", "webp", "jpeg")
_DRAWN = ("gif", "svg")


def _extra(effective: Mapping[str, Any], name: str) -> Any:
    return effective.get("extra_params", {}).get(name)


def _needs(sentence: str, check: Callable[[Mapping[str, Any]], bool]) -> Rule:
    return rule(sentence, check, "extra_params")


_RULES = (
    _needs(
        "background='transparent' needs output_format 'png' or 'webp'",
        lambda e: _extra(e, "background") != "transparent" or _extra(e, "output_format") in (None, "png", "webp"),
    ),
    _needs(
        "output_compression needs output_format 'webp' or 'jpeg'",
        lambda e: _extra(e, "output_compression") is None or _extra(e, "output_format") in ("webp", "jpeg"),
    ),
    _needs(
        "partial_images needs stream=True",
        lambda e: _extra(e, "partial_images") is None or _extra(e, "stream") is True,
    ),
)
_DRAWN_RULES = (
    _needs(
        "frame_count and frame_duration_ms need output_format='gif'",
        lambda e: (
            _extra(e, "output_format") == "gif"
            or (_extra(e, "frame_count") is None and _extra(e, "frame_duration_ms") is None)
        ),
    ),
    _needs(
        "gif and svg come without stream; gif takes no mask",
        lambda e: (
            _extra(e, "output_format") not in _DRAWN
            or (not _extra(e, "stream") and not (_extra(e, "output_format") == "gif" and e.get("mask_image")))
        ),
    ),
    _needs(
        "svg and output_format='svg' go together, and make one picture",
        lambda e: (
            (_extra(e, "svg") is None or _extra(e, "output_format") == "svg")
            and (_extra(e, "output_format") != "svg" or e.get("n") in (None, 1))
        ),
    ),
)


def _within_bounds(effective: Mapping[str, Any]) -> bool:
    sides = pixels(effective.get("size"))
    if sides is None or effective.get("size") in _SIZES:
        return True
    return max(sides) <= 3 * min(sides) and _LEAST <= sides[0] * sides[1] <= _MOST


_FREE_RULES = (
    rule(f"a size has {_LEAST} to {_MOST} pixels and a ratio of 1:3 to 3:1", _within_bounds, "size"),
)  # fmt: skip


def _picture(effort: bool, drawn: bool, free: bool) -> Fields:
    any_size = AnySize(separator="x", maximum=_EDGE, multiple=16) if free else None
    qualities = (*_QUALITIES[:3], *_EFFORTS, "auto") if effort else _QUALITIES
    return {
        **_MODEL,
        "prompt": passthrough_field_mapper("prompt", True, min_length=1, max_length=32_000),
        "n": n_images_field_mapper(1, 10, default=1),
        "size": size_field_mapper(_SIZES, default="auto", any_size=any_size),
        "quality": quality_field_mapper(qualities, default="auto"),
        **own("background", choices=("transparent", "opaque", "auto"), default="auto"),
        **own("output_format", choices=(*_FORMATS, *_DRAWN) if drawn else _FORMATS, default="png"),
        **own("output_compression", "int", minimum=0, maximum=100, default=100),
        **own("stream", "bool", default=False),
        **own("partial_images", "int", minimum=0, maximum=3),
        **own("safety_identifier"),
        **own("user"),
        **(own("complexity", choices=("low", "medium", "high")) if effort else {}),
        **(_drawings() if drawn else {}),
    }


def _drawings() -> Fields:
    return {
        **own("frame_count", "int", minimum=2, maximum=16, default=9),
        **own("frame_duration_ms", "int", maximum=655_350, default=200),
        **own("svg", "object"),
    }


def _image_model(effort: bool = False, drawn: bool = False, fidelity: Sequence[str] = (), **dates: Any) -> ModelSpec:
    """A gpt-image model.

    Args:
        effort: Whether it knows ``xhigh``, ``max``, ``complexity`` and, in edits without a mask, a ``markup``.
        drawn: Whether it makes gif and svg.
        fidelity: The values of ``input_fidelity``, which the older models alone take.
        **dates: Its lifecycle.
    """
    free = not fidelity
    shared = _picture(effort, drawn, free)
    files = (only_as_medium("image"), only_as_medium("mask"))
    rules = (*files, *_RULES, *(_DRAWN_RULES if drawn else ()), *(_FREE_RULES if free else ()))
    moderation = own("moderation", choices=("low", "auto"), default="auto")
    keep = own("input_fidelity", choices=fidelity, default="low") if fidelity else {}
    pictures: Fields = {"image": image_list_field_mapper(None, True, forms=_FILE, max_items=16)}
    mask: Fields = {"mask": mask_image_field_mapper(True, forms=_FILE)}
    # A markup is no image of a type of its own here: with a second type, pictures without a type would be unclear.
    markup = own("markup") if effort else {}
    edit: dict[str, Any] = {"body": "multipart", "rules": rules}
    return ModelSpec(
        variants=(
            _way("/images/generations", "text-to-image", shared, moderation, rules=rules),
            _way("/images/edits", "image-to-image", shared, keep, pictures, markup, **edit),
            _way("/images/edits", "inpaint", shared, keep, pictures, mask, **edit),
        ),
        lifecycle=Lifecycle(source=_DEPRECATIONS, checked=CHECKED, **dates),
        settings={"usd_per_million_tokens": TOKEN_PRICES} if free else {},
    )


def _image_models() -> dict[str, ModelSpec]:
    both = ("high", "low")
    gone: dict[str, Any] = {"retires": "2026-12-01", "replacement": "gpt-image-2"}
    return {
        "gpt-image-1": _image_model(fidelity=both, retired="2026-10-23", replacement="gpt-image-2"),
        "gpt-image-1-mini": _image_model(fidelity=("low",), **gone),
        "gpt-image-1.5": _image_model(fidelity=both, **gone),
        "gpt-image-1.5-2025-12-16": _image_model(fidelity=both, **gone),
        "chatgpt-image-latest": _image_model(fidelity=both, **gone),
        "gpt-image-2": _image_model(listed="2026-04-21"),
        "gpt-image-2-2026-04-21": _image_model(listed="2026-04-21"),
        **{
            f"gpt-image-2.5-{kind}{day}": _image_model(effort=True, listed="2026-09-08")
            for kind in ("flare", "sunburst")
            for day in ("", "-2026-09-08")
        },
        **{
            f"gpt-image-2.6-{kind}": _image_model(effort=True, drawn=True, listed="2026-11-04")
            for kind in ("flare", "sunburst")
        },
    }


def _generic() -> ModelSpec:
    """A model that nobody lists: the dialect's inputs without limits."""
    free: Fields = {"size": size_field_mapper(), "quality": passthrough_field_mapper("quality")}
    pictures = (evolve(way, fields={**way.fields, **free}, rules=()) for way in _image_model().variants)
    official = (*_videos("openai", None, None), *_videos("azure", None, None, later=False))
    return ModelSpec(variants=(*official, *_elsewhere(), *pictures), title="a model that no catalogue lists")


CATALOG = Catalog({**_sora_models(), "minimax/h3": _h3(), **_image_models()}, generic=_generic())
