"""Checking what a caller gives below one of a model's own parameters: lists, objects, alternatives.

It knows the few words of JSON Schema that published inputs use, so that a plan needs no library for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarash_core.fields import values
from tarash_core.fields.mapper import FieldMapper
from tarash_core.fields.rules import Rule

_TYPES = {"string": "str", "integer": "int", "number": "number", "boolean": "bool", "array": "list", "object": "object"}
_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "True or False",
    "array": "a list",
    "object": "an object",
    "null": "None",
}


def is_nested(schema: Mapping[str, Any]) -> bool:
    """Whether a schema says more than one type of a single value does."""
    kind = schema.get("type")
    if "anyOf" in schema:
        return True
    if kind == "array":
        return bool(schema.get("items")) or "maxItems" in schema or "minItems" in schema
    return kind == "object" and bool(schema.get("properties"))


def fits(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a value keeps a schema; keys that the schema does not name are left alone."""
    if "anyOf" in schema and not any(fits(way, value) for way in schema["anyOf"]):
        return False
    if "enum" in schema and not any(values.key_of(None, value) == values.key_of(None, v) for v in schema["enum"]):
        return False
    return _has_type(schema.get("type"), value) and _within(schema, value) and _parts_fit(schema, value)


def _has_type(kind: Any, value: Any) -> bool:
    if kind is None:
        return True
    if isinstance(kind, list):
        return any(_has_type(one, value) for one in kind)
    return value is None if kind == "null" else values.has_type(_TYPES[kind], value)


def _within(schema: Mapping[str, Any], value: Any) -> bool:
    keys = ("minimum", "maximum")
    if isinstance(value, str):
        keys, value = ("minLength", "maxLength"), len(value)
    elif isinstance(value, (list, tuple)):
        keys, value = ("minItems", "maxItems"), len(value)
    elif not values.is_number(value):
        return True
    low, high = (schema.get(key) for key in keys)
    return (low is None or value >= low) and (high is None or value <= high)


def _parts_fit(schema: Mapping[str, Any], value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return "items" not in schema or all(fits(schema["items"], item) for item in value)
    if not isinstance(value, Mapping):
        return True
    known = schema.get("properties", {})
    complete = all(name in value for name in schema.get("required", ()))
    return complete and all(fits(known[name], part) for name, part in value.items() if name in known)


def said(schema: Mapping[str, Any]) -> str:
    """A schema in words: ``a list of objects with path (a text, needed), scale (a number)``."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(said, schema["anyOf"])))
    if "enum" in schema:
        return f"one of {values.listed(schema['enum'])}"
    kind = schema.get("type")
    if isinstance(kind, list):
        return " or ".join(_WORDS[one] for one in kind)
    if kind == "array":
        count = values.between(schema.get("minItems"), schema.get("maxItems"))
        each = f", each {said(schema['items'])}" if schema.get("items") else ""
        return f"a list{f' of {count}' if count else ''}{each}"
    if kind == "object" and schema.get("properties"):
        return f"an object with {', '.join(_part(name, part, schema) for name, part in schema['properties'].items())}"
    return _number(schema) if kind in ("integer", "number") else _WORDS.get(kind or "", "any value")


def _number(schema: Mapping[str, Any]) -> str:
    bounds = values.between(schema.get("minimum"), schema.get("maximum"))
    return f"{_WORDS[schema['type']]}{f', {bounds}' if bounds else ''}"


def _part(name: str, schema: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    word = said(schema) if kind in _WORDS and kind not in ("array", "object") else _WORDS.get(str(kind), "any value")
    return f"{name} ({word}{', needed' if name in whole.get('required', ()) else ''})"


def nested_rule(name: str, schema: Mapping[str, Any]) -> Rule:
    """The rule that ``extra_params[name]`` keeps its schema."""

    def holds(effective: Mapping[str, Any]) -> bool:
        extra = effective.get("extra_params")
        return not extra or name not in extra or fits(schema, extra[name])

    return Rule(f"extra_params[{name!r}] is {said(schema)}", holds, ("extra_params",))


def wire_rule(name: str, mapper: FieldMapper) -> Rule:
    """The rule that ``extra_params[name]`` keeps to what a field of the same wire name takes."""

    def holds(effective: Mapping[str, Any]) -> bool:
        extra = effective.get("extra_params")
        return not extra or name not in extra or takes_wire(mapper, extra[name])

    return Rule(f"extra_params[{name!r}] is {_said_of(mapper)}", holds, ("extra_params",))


def takes_wire(mapper: FieldMapper, value: Any) -> bool:
    """Whether a mapper could have written a value itself."""
    if mapper.is_media:
        return _is_medium(mapper, value)
    if mapper.shapes is not None:
        return any(shape.wire == value for shape in mapper.shapes.options) or _is_size(mapper, value)
    if mapper.choices is not None:
        return any(values.key_of(None, mapper.write(choice)) == values.key_of(None, value) for choice in mapper.choices)
    kind = "int" if mapper.frames else mapper.type or "any"
    low, high = (mapper.frames.minimum, mapper.frames.maximum) if mapper.frames else (mapper.minimum, mapper.maximum)
    bounds = {"minimum": low, "maximum": high, "minLength": mapper.min_length, "maxLength": mapper.max_length}
    return values.has_type(kind, value) and _within(bounds, value)


def _is_medium(mapper: FieldMapper, value: Any) -> bool:
    if not mapper.many:
        return isinstance(value, str)
    count = {"minItems": mapper.min_items, "maxItems": mapper.max_items}
    listed = isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)
    return listed and _within(count, value)


def _is_size(mapper: FieldMapper, value: Any) -> bool:
    any_size = mapper.shapes.any_size if mapper.shapes else None
    if any_size is None:
        return False
    if any_size.part:
        return values.has_type("int", value) and any_size.takes(value, value)
    if any_size.separator:
        return values.pixels(value) is not None
    return isinstance(value, Mapping) and all(values.has_type("int", value.get(side)) for side in ("width", "height"))


def _said_of(mapper: FieldMapper) -> str:
    if mapper.is_media:
        return "a list of addresses" if mapper.many else "an address"
    if mapper.choices is not None:
        return f"one of {values.listed(map(mapper.write, mapper.choices))}"
    return "a whole number" if mapper.frames else mapper.allowed()
