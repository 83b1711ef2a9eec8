"""A wire field in the form in which a catalogue stores it, made of its role and its published schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from tarash_core.catalog.building.nested import is_nested
from tarash_core.catalog.building.roles import EXTRA, enum_of, is_preset, kind_of, medium_path
from tarash_core.fields import names, values

Schema = Mapping[str, Any]
Raw = dict[str, Any]

_TYPES = {"string": "str", "integer": "int", "number": "number", "boolean": "bool", "array": "list", "object": "object"}
_UNUSABLE = {"aspect_ratio": ("custom",), "resolution": ("custom",), "size": ("custom",)}
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)(s?)")


@frozen
class Field:
    """One wire name to be made a field.

    Attributes:
        name: The wire name.
        role: Its role; see :func:`~tarash_core.catalog.building.roles.roles_of`.
        schema: Its published schema.
        required: Whether a call cannot do without it.
        words: The words of ours for what is written, where an override says them.
        frames: ``multiple`` and ``plus`` of a count of frames, where an override says them.
        rate: Frames a second, for a count of frames.
    """

    name: str
    role: str
    schema: Schema
    required: bool
    words: Mapping[str, Any] | None = None
    frames: Mapping[str, int] | None = None
    rate: float | None = None


def field_of(field: Field) -> tuple[str, Raw]:
    """The wire path of a field and what is stored of it."""
    role = field.role.partition("#")[0]
    if role in names.MEDIA:
        return _medium(field, role)
    raw = _words(field) if field.words else _MAKERS.get(role, _plain)(field)
    if field.required:
        raw["required"] = True
    if role != EXTRA:
        raw = {"source": _SOURCES.get(role, role), **raw}
    return field.name, raw


_SOURCES = {"frames": "duration_seconds", "width": "size", "height": "size"}


def _medium(field: Field, role: str) -> tuple[str, Raw]:
    """A medium: alone, in a list, or in an object."""
    below = medium_path(role, field.schema) or ""
    raw: Raw = {"source": role}
    if index := field.role.partition("#")[2]:
        raw["index"] = int(index)
    if field.required:
        raw["required"] = True
    if kind_of(field.schema) == "array" and "[0]" not in below:
        raw["many"] = True
        bounds = {"min_items": field.schema.get("minItems"), "max_items": field.schema.get("maxItems")}
        raw.update({key: value for key, value in bounds.items() if value is not None})
    if below and is_nested(field.schema):
        raw["inner"] = field.schema
    return field.name + below, raw


def _words(field: Field) -> Raw:
    """One of our words for each word of the vendor's."""
    pairs = list((field.words or {}).items())
    raw: Raw = {"words": [[_own(field.role, ours), wire] for ours, wire in pairs]}
    default = next((ours for ours, wire in raw["words"] if wire == field.schema.get("default")), None)
    return raw if default is None else {**raw, "default": default}


def _own(role: str, word: str) -> Any:
    """Keys of TOML are texts; some of our fields are not."""
    if role in ("enhance_prompt", "generate_audio"):
        return word == "true"
    return float(word) if role in ("duration_seconds", "fps") else word


def _plain(field: Field) -> Raw:
    """A value in the type of its schema, with its choices, bounds and default."""
    schema = field.schema
    words = [w for w in schema.get("enum", ()) if w is not None]
    raw: Raw = {"type": _type_of(schema)}
    if field.role == "prompt" or field.role in ("negative_prompt", "style", "quality", "aspect_ratio"):
        raw = {}
    if words:
        raw["choices"] = _usable(field.role, words)
    raw.update(_bounds(schema))
    if (field.role == EXTRA and is_nested(schema)) or len(words) != len(raw.get("choices", words)):
        raw["inner"] = schema
    return _with_default(raw, schema.get("default"))


def _type_of(schema: Schema) -> str:
    return _TYPES.get(kind_of(schema), "any")


def _bounds(schema: Schema) -> Raw:
    keys = {"minimum": "minimum", "maximum": "maximum", "minLength": "min_length", "maxLength": "max_length"}
    return {ours: schema[theirs] for theirs, ours in keys.items() if schema.get(theirs) is not None}


def _usable(role: str, words: Iterable[Any]) -> list[Any]:
    return [word for word in words if word not in _UNUSABLE.get(role, ())]


def _with_default(raw: Raw, default: Any) -> Raw:
    """The vendor's default, where it is one that may be asked for."""
    if default is None or default == "" or ("choices" in raw and default not in raw["choices"]):
        return raw
    return {**raw, "default": default}


def _seed(field: Field) -> Raw:
    """A seed is a whole number, even where the schema only says a number; one that is always the same tells nothing."""
    return {"type": "int", **_bounds(field.schema)}


def _count(field: Field) -> Raw:
    """How many outputs, one at least."""
    raw = {"type": "int", "minimum": 1, **_bounds(field.schema)}
    return _with_default(raw, field.schema.get("default"))


def _duration(field: Field) -> Raw:
    """A length in seconds, however it is spelt; a text that only has a default takes nothing else."""
    schema = field.schema
    words = [w for w in enum_of(schema) if w is not None]
    if not words and _type_of(schema) == "str":
        words = [schema["default"]]
    if not words:
        return _open_duration(schema)
    texts = all(isinstance(word, str) for word in words)
    raw: Raw = {"type": "str" if texts else _type_of(schema) if _type_of(schema) == "int" else "number"}
    if any(isinstance(word, str) and _SECONDS.fullmatch(word) and word.endswith("s") for word in words):
        raw["suffix"] = "s"
    raw["choices"] = [_seconds(word) for word in words]
    default = schema.get("default")
    return _with_default(raw, None if default is None else _seconds(default))


def _open_duration(schema: Schema) -> Raw:
    """A number without choices; below one stands a word of the vendor's, such as -1 for its own choice."""
    raw: Raw = {"type": _type_of(schema), **_bounds(schema)}
    if raw.get("minimum", 1) < 1:
        raw |= {"minimum": 1, "inner": schema}
    default = schema.get("default")
    return _with_default(raw, default if default is not None and values.is_number(default) and default > 0 else None)


def _seconds(word: Any) -> Any:
    found = _SECONDS.fullmatch(word) if isinstance(word, str) else None
    return values.plain_number(float(found[1])) if found else word


def _frames(field: Field) -> Raw:
    """Seconds as a number of frames."""
    default = int(field.schema["default"])
    plus = default % 4 if default % 4 == 1 else 0
    frames: Raw = {"per_second": field.rate, **({"plus": 1, "multiple": 4} if plus else {}), **(field.frames or {})}
    bounds = _bounds(field.schema)
    frames.update({key: int(bounds[key]) for key in ("minimum", "maximum") if key in bounds})
    seconds = round((default - frames.get("plus", 0)) / float(field.rate or 1), 3)
    return {"type": "int", "frames": frames, "default": values.plain_number(seconds)}


def _fps(field: Field) -> Raw:
    words = enum_of(field.schema)
    kind = "str" if words and isinstance(words[0], str) else _type_of(field.schema)
    raw: Raw = {"type": kind, **_bounds(field.schema)}
    if words:
        raw["choices"] = [_seconds(word) for word in words]
    default = field.schema.get("default")
    return _with_default(raw, None if default is None else _seconds(default))


def _resolution(field: Field) -> Raw:
    """A resolution by its word, by its number, or a shape."""
    schema = field.schema
    if is_preset(schema) or values.pixels(schema.get("default")):
        return _size(field)
    words = _usable("resolution", enum_of(schema))
    if _type_of(schema) == "int":
        return _words(_with_words(field, {f"{word}p": word for word in words}))
    if not words and schema.get("default"):
        words = [schema["default"]]
    raw: Raw = {"choices": words} if words else {}
    if len(words) < len(enum_of(schema)):
        raw["inner"] = schema
    return _with_default(raw, schema.get("default"))


def _with_words(field: Field, words: Mapping[str, Any]) -> Field:
    return Field(field.name, field.role, field.schema, field.required, words)


def _size(field: Field) -> Raw:
    """A shape by its name or its pixels, and perhaps any size."""
    schema = field.schema
    words = _usable("size", enum_of(schema)) or ([schema["default"]] if schema.get("default") else [])
    if not is_preset(schema) and words and not values.pixels(words[0]):
        return _with_default({"source": "resolution", "choices": words}, schema.get("default"))
    raw: Raw = {"sizes": words}
    if any("properties" in way for way in schema.get("anyOf", ())):
        raw["any_size"] = {}
    default = schema.get("default")
    return {**raw, "default": default} if default in words else raw


def _side(field: Field) -> Raw:
    """One side of a size."""
    bounds = {key: int(value) for key, value in _bounds(field.schema).items()}
    return {"sizes": [], "any_size": {"part": field.name, **bounds}}


_MAKERS = {
    "seed": _seed,
    "n": _count,
    "duration_seconds": _duration,
    "frames": _frames,
    "fps": _fps,
    "resolution": _resolution,
    "size": _size,
    "width": _side,
    "height": _side,
}
