"""JSON Schema of our request to a model: for forms, and for tools that speak of models to other tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.fields import names, values
from tarash_core.fields.layout import Entry, Input
from tarash_core.fields.mapper import FieldMapper

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = {"str": "string", "int": "integer", "float": "number", "number": "number", "bool": "boolean"}
_OURS = {
    "duration_seconds": "number",
    "fps": "number",
    "seed": "integer",
    "number_of_videos": "integer",
    "n": "integer",
}
_FRAMES = ("first_frame", "last_frame")


def schema_of(spec: ModelSpec) -> dict[str, Any]:
    """The schema of a request to a model; with several ways to call it, one must fit."""
    ways = [variant_schema(variant) for variant in spec.variants]
    return {"$schema": _DRAFT, **(ways[0] if len(ways) == 1 else {"anyOf": ways})}


def variant_schema(variant: Variant) -> dict[str, Any]:
    """The schema of a request in one way of calling a model.

    Rules that JSON Schema cannot say stand in ``x-rules`` as sentences.
    """
    layout = variant.layout
    properties: dict[str, Any] = {"mode": {"enum": list(variant.modes)}}
    for source, entry in layout.by_source.items():
        if source not in names.MEDIA:
            properties.setdefault(source, {}).update(_value_schema(source, entry.mapper))
    properties.update(_media_schemas(variant))
    properties["extra_params"] = _extra_schema(variant)
    for name, value in variant.fixed.items():
        properties.setdefault(name, {"const": value})
    schema: dict[str, Any] = {"title": "/".join(variant.modes), "type": "object", "properties": properties}
    schema["required"] = _required(variant)
    schema["additionalProperties"] = False
    if rules := [dict(rule.schema) for rule in variant.rules if rule.schema]:
        schema["allOf"] = rules
    if variant.rules:
        schema["x-rules"] = [rule.sentence for rule in variant.rules]
    return schema


def _value_schema(source: str, mapper: FieldMapper) -> dict[str, Any]:
    if mapper.shapes is not None:
        return _shape_schema(source, mapper)
    kind = _OURS.get(source) or _TYPES.get(mapper.type or "", "")
    schema: dict[str, Any] = {"type": kind} if kind and not mapper.wire_words else {}
    if mapper.choices is not None:
        # Words among the choices are the vendor's own; a number of ours cannot say them.
        schema["enum"] = [c for c in mapper.choices if kind != "number" or values.is_number(c)]
    schema.update({key: bound for key, bound in _bounds(mapper).items() if bound is not None})
    if mapper.default is not None and mapper.default in schema.get("enum", (mapper.default,)):
        schema["default"] = mapper.default
    return schema


def _bounds(mapper: FieldMapper) -> dict[str, Any]:
    if mapper.frames:
        limits = ((mapper.frames.minimum, "minimum"), (mapper.frames.maximum, "maximum"))
        return {key: mapper.frames.seconds(count) for count, key in limits if count is not None}
    return {
        "minimum": mapper.minimum,
        "maximum": mapper.maximum,
        "minLength": mapper.min_length,
        "maxLength": mapper.max_length,
    }


def _shape_schema(source: str, mapper: FieldMapper) -> dict[str, Any]:
    shapes = mapper.shapes
    assert shapes is not None
    sizes = {"aspect_ratio": "ratio", "resolution": "resolution"}
    if source in sizes:
        words = [getattr(shape, sizes[source]) for shape in shapes.options]
    else:
        words = [f"{shape.width}x{shape.height}" for shape in shapes.options if shape.pixels]
    known = list(dict.fromkeys(word for word in words if word))
    return (
        {"type": "string", "examples" if shapes.any_size or source == "size" else "enum": known}
        if known
        else {"type": "string"}
    )


def _media_schemas(variant: Variant) -> dict[str, Any]:
    inputs, by_source = variant.layout.inputs, variant.layout.by_source
    schemas = {
        name: _medium(by_source[name], "image" if name in (*_FRAMES, "mask_image") else name)
        for name in inputs
        if name in (*_FRAMES, "mask_image", "video", "audio")
    }
    images = [name for name in variant.layout.image_sources]
    if images:
        schemas["image_list"] = _images(images, inputs, by_source)
    return schemas


def _medium(entry: Entry, kind: str) -> dict[str, Any]:
    forms = [form.kind for form in entry.mapper.forms]
    return {
        "type": "string",
        "description": f"A URL, data URI or base64 of the {kind}.",
        "x-media": kind,
        "x-forms": forms,
    }


def _images(sources: list[str], inputs: Mapping[str, Input], by_source: Mapping[str, Entry]) -> dict[str, Any]:
    roles = [names.ROLES[source] for source in sources if source in names.ROLES] or list(names.IMAGE_SOURCES)
    item = {"image": _medium(by_source[sources[0]], "image"), "type": {"enum": [*roles, None]}}
    schema: dict[str, Any] = {
        "type": "array",
        "items": {"type": "object", "properties": item, "required": ["image"]},
        "minItems": sum(inputs[source].fewest for source in sources if source not in _FRAMES),
    }
    most = sum(inputs[source].most for source in sources)
    return {**schema, "maxItems": int(most)} if most < 1e9 else schema


def _extra_schema(variant: Variant) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    for entry in variant.layout.entries:
        mapper = entry.mapper
        if mapper.is_extra:
            kind = {"list": "array", "object": "object"}.get(mapper.type or "", _TYPES.get(mapper.type or ""))
            properties[mapper.extra_name] = {**({"type": kind} if kind else {}), **_value_schema("", mapper)}
            if mapper.required and mapper.default is None:
                required.append(mapper.extra_name)
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _required(variant: Variant) -> list[str]:
    """What a request must have; an image of a frame's type may also stand in the list, so it is not named here."""
    layout = variant.layout
    found = {
        source
        for entry in layout.entries
        for source in entry.sources
        if entry.mapper.required
        and entry.mapper.default is None
        and entry.mapper.shapes is None
        and source not in _FRAMES
    }
    found = {names.field_of(source) for source in found}
    if any(
        entry.mapper.is_extra and entry.mapper.required and entry.mapper.default is None for entry in layout.entries
    ):
        found.add(names.EXTRA)
    return sorted(found)
