"""Which field of our request a wire name is: by its name, its schema and what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tarash_core.catalog.building.endpoint import Endpoint
from tarash_core.fields import names, values

Schema = Mapping[str, Any]

EXTRA = ""
"""The role of a parameter that is the model's own."""

_FIRST = (
    "image_url", "start_image_url", "first_frame_url", "first_image_url", "first_frame_image_url", "first_frame_image",
    "start_image", "image", "input_reference", "frame_image_url", "source_image_url",
)  # fmt: skip
_LAST = ("end_image_url", "tail_image_url", "last_frame_url", "last_frame_image", "end_image", "last_frame")
_REFERENCES = (
    "reference_image_urls", "image_urls", "ref_image_urls", "reference_images", "input_images", "image_input",
    "input_image_urls", "images", "reference_image_url", "reference_image", "image_reference_url",
    "subject_reference_image_url", "subject_reference", "frames",
)  # fmt: skip
_PICTURES = (
    "image_url", "image", "image_urls", "input_images", "image_input", "input_image_urls", "images", "image_prompt",
    "redux_image", "human_image_url",
)  # fmt: skip
_VIDEOS = (
    "video_url", "source_video_url", "video", "video_urls", "reference_video_urls", "reference_videos", "videos",
    "control_video_url",
)  # fmt: skip
_SOUNDS = (
    "audio_url", "target_audio_url", "driven_audio_url", "first_audio_url", "audio_file", "audio", "audio_urls",
    "reference_audio_urls", "reference_audios",
)  # fmt: skip
_MASKS = ("mask_video_url", "mask_url", "mask_image_url", "mask")
_CLIPS: tuple[tuple[str, tuple[str, ...]], ...] = (("video", _VIDEOS), ("audio", _SOUNDS))
_MEDIA: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("mask_image", _MASKS),
    ("asset_images", ("elements",)),
    ("style_images", ("style_reference_images", "image_style_references", "style_reference_url")),
    ("control_images", ("control_image_url", "control_lora_image_url", "control_image")),
)
_VALUES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("prompt", ("prompt", "text", "text_prompt", "instruction", "text_input", "first_text_input")),
    ("negative_prompt", ("negative_prompt",)),
    ("duration_seconds", ("duration", "seconds")),
    ("frames", ("num_frames", "video_length")),
    ("fps", ("fps", "frames_per_second", "frame_rate")),
    ("aspect_ratio", ("aspect_ratio",)),
    ("resolution", ("resolution", "target_resolution", "output_resolution")),
    ("size", ("image_size", "video_size", "size", "dimensions")),
    ("n", ("num_images", "num_outputs", "number_of_images", "num_videos")),
    ("generate_audio", ("generate_audio", "generate_audio_switch", "audio")),
    (
        "enhance_prompt",
        ("enhance_prompt", "enable_prompt_expansion", "prompt_optimizer", "expand_prompt", "prompt_upsampling",
         "use_prompt_enhancer", "prompt_enhancer"),
    ),
    ("quality", ("quality",)),
    ("style", ("style",)),
    ("seed", ("seed",)),
)  # fmt: skip
PROMPTS = frozenset(("prompt", "text", "text_prompt", "instruction", "text_input", "first_text_input"))
"""Wire names of prompts."""

_ANY_PICTURE = ("avatar", "lipsync", "video-to-video", "motion-control", "audio-to-video", "video-utility", "lip-sync")
_PRESET = re.compile(r"(square|portrait|landscape)")
_DEFAULT_FRAMES = 16


def roles_of(endpoint: Endpoint, told: Mapping[str, str] | None = None) -> dict[str, str]:
    """The role of every wire name of an endpoint.

    Args:
        endpoint: The endpoint.
        told: Roles that the overrides say; they stand, and no other input takes them.

    Returns:
        For each wire name a source of our request, ``frames``, ``width`` or ``height``; an image's role may end with
        ``#1`` for the second one of its kind. Empty for the model's own.
    """
    props = {name: schema for name, schema in endpoint.properties.items() if not schema.get("deprecated")}
    found = {name: role for name, role in (told or {}).items() if name in props}
    free = {name: schema for name, schema in props.items() if name not in found}
    taken = set(found.values())
    clips = _CLIPS if endpoint.kind == "video" else ()
    for role, candidates in (*clips, *_MEDIA, *_image_roles(endpoint, set(free)), *_VALUES):
        name = next((n for n in candidates if n in free and n not in found and _can_be(role, free[n], endpoint)), None)
        if name is not None and role not in taken:
            found[name] = role
            taken.add(role)
    _sides(found, free, taken)
    _drop_frames(found, props)
    return {name: found.get(name, EXTRA) for name in endpoint.properties}


def _image_roles(endpoint: Endpoint, free: set[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    if endpoint.kind == "image":
        yield from _of_image(free)
        return
    lists = free & set(_REFERENCES)
    if not free & set(_LAST) and set(endpoint.modality) & set(_ANY_PICTURE) and not lists:
        yield names.ANY_IMAGE, _FIRST
    yield "first_frame", _FIRST
    yield "last_frame", _LAST
    if endpoint.modality == ("image-to-video",) and not free & set(_FIRST):
        yield names.ANY_IMAGE, _REFERENCES
    if "video-utility" in endpoint.modality:
        yield names.ANY_IMAGE, _REFERENCES
    yield "reference_images", _REFERENCES


def _of_image(free: set[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The picture to work on is the first of the request's images; references beside it are those that follow."""
    if free & set(_PICTURES):
        yield names.ANY_IMAGE, _PICTURES
        yield f"{names.ANY_IMAGE}#1", _REFERENCES
    else:
        yield names.ANY_IMAGE, _REFERENCES


def _can_be(role: str, schema: Schema, endpoint: Endpoint) -> bool:
    role = role.partition("#")[0]
    check = _CHECKS.get(role)
    if role in names.MEDIA:
        return medium_path(role, schema) is not None
    return check is None or check(schema, endpoint)


_KEYS = {
    "image": ("image_url", "frontal_image_url", "url"),
    "video": ("video_url", "url"),
    "audio": ("audio_url", "url"),
}


_ALL_MEDIA = frozenset(
    (*_FIRST, *_LAST, *_REFERENCES, *_PICTURES, *(name for _, listed in (*_CLIPS, *_MEDIA) for name in listed))
)


def is_medium(name: str, schema: Schema) -> bool:
    """Whether an input is a medium: an address, a list of them, or one of the usual names for media."""
    item = schema.get("items") or {}
    if "uri" in (schema.get("format"), item.get("format") if isinstance(item, Mapping) else None):
        return True
    return name in _ALL_MEDIA and kind_of(schema) in ("string", "array", "object")


def medium_path(role: str, schema: Schema) -> str | None:
    """What follows the wire name in the path of a medium: ``[]``, ``[0]``, ``.video_url``; None if it is no medium."""
    kind = kind_of(schema)
    if kind == "string":
        return "" if "enum" not in schema else None
    if kind == "array":
        return _in_list(role, schema.get("items") or {"type": "string"})
    if kind == "object" and (key := _key_of(role, schema)):
        return f".{key}"
    return None


def kind_of(schema: Schema) -> str:
    """The one type that a schema has besides null; ``any`` where it has none or several."""
    kind = schema.get("type")
    rest = [one for one in kind if one != "null"] if isinstance(kind, list) else [kind or "any"]
    return rest[0] if len(rest) == 1 and "anyOf" not in schema else "any"


def _in_list(role: str, item: Schema) -> str | None:
    single = "[0]" if role in ("video", "audio", "mask_image") else "[]"
    if item.get("type") == "object":
        key = _key_of(role, item)
        return f"{single}.{key}" if key else None
    if item.get("type") == "string":
        return single if single == "[0]" else ""
    return None


def _key_of(role: str, schema: Schema) -> str | None:
    """The one key of an object that a medium of ours fills; None if the object needs more."""
    props, needed = schema.get("properties", {}), set(schema.get("required", ()))
    keys = _KEYS.get(role, _KEYS["image"])
    key = next((k for k in keys if props.get(k, {}).get("type") == "string"), None)
    return key if key and needed <= {key} else None


def is_preset(schema: Schema) -> bool:
    """Whether a schema takes names of shapes such as ``landscape_16_9``, or pixels in a text."""
    words = enum_of(schema)
    return any(_PRESET.match(str(word)) or values.pixels(word) for word in words) or bool(_object_of(schema))


def enum_of(schema: Schema) -> list[Any]:
    """The words that a schema takes, also as one of several ways."""
    found = list(schema.get("enum", ()))
    for way in schema.get("anyOf", ()):
        found += enum_of(way)
    return found


def _object_of(schema: Schema) -> Schema | None:
    ways = schema.get("anyOf", (schema,))
    return next((way for way in ways if {"width", "height"} <= set(way.get("properties", {}))), None)


def _of_type(*kinds: str) -> Callable[[Schema, Endpoint], bool]:
    return lambda schema, endpoint: kind_of(schema) in kinds


def _is_duration(schema: Schema, endpoint: Endpoint) -> bool:
    words = enum_of(schema)
    if words:
        return any(values.is_number(w) or re.fullmatch(r"\d+(\.\d+)?s?", str(w)) for w in words)
    if kind_of(schema) == "string":
        return bool(re.fullmatch(r"\d+(\.\d+)?s?", str(schema.get("default"))))
    return _of_type("number", "integer")(schema, endpoint)


def _is_frames(schema: Schema, endpoint: Endpoint) -> bool:
    default = schema.get("default")
    numbers = _of_type("number", "integer")(schema, endpoint) and "enum" not in schema
    return numbers and default is not None and values.is_number(default) and default >= _DEFAULT_FRAMES


def _is_fps(schema: Schema, endpoint: Endpoint) -> bool:
    words = enum_of(schema)
    if words:
        return all(values.is_number(w) or str(w).isdigit() for w in words)
    return _of_type("number", "integer")(schema, endpoint)


def _is_resolution(schema: Schema, endpoint: Endpoint) -> bool:
    words = enum_of(schema)
    if kind_of(schema) == "integer":
        return bool(words)
    return any(values.short_side(w) for w in words) or is_preset(schema) or not words


def _is_size(schema: Schema, endpoint: Endpoint) -> bool:
    return is_preset(schema) or any(values.short_side(w) for w in enum_of(schema))


def _is_count(schema: Schema, endpoint: Endpoint) -> bool:
    return _of_type("number", "integer")(schema, endpoint)


def _is_quality(schema: Schema, endpoint: Endpoint) -> bool:
    """The quality of an image; of a video only where it means the resolution."""
    return endpoint.kind == "image" and _of_type("string")(schema, endpoint)


_CHECKS: dict[str, Callable[[Schema, Endpoint], bool]] = {
    "prompt": _of_type("string"),
    "negative_prompt": _of_type("string"),
    "duration_seconds": _is_duration,
    "frames": _is_frames,
    "fps": _is_fps,
    "aspect_ratio": _of_type("string"),
    "resolution": _is_resolution,
    "size": _is_size,
    "n": _is_count,
    "generate_audio": _of_type("boolean"),
    "enhance_prompt": _of_type("boolean"),
    "quality": _is_quality,
    "style": _of_type("string"),
    "seed": _of_type("number", "integer"),
}


def _sides(found: dict[str, str], free: Mapping[str, Schema], taken: set[str]) -> None:
    """A width and a height make a size where nothing else does."""
    if {"width", "height"} <= set(free) and not taken & {"size", "aspect_ratio", "resolution"}:
        found.update(width="width", height="height")


def _drop_frames(found: dict[str, str], props: Mapping[str, Schema]) -> None:
    """A count of frames tells seconds only if nothing else does and the frames a second are known."""
    rate = next((name for name, role in found.items() if role == "fps"), None)
    known = rate is not None and values.is_number(props[rate].get("default"))
    if "duration_seconds" in found.values() or not known:
        for name in [name for name, role in found.items() if role == "frames"]:
            found[name] = EXTRA
