"""The inputs that Replicate publishes for the listed models, for the simulator and the catalogue's tests.

``seen`` in ``schemas.json`` is the day, or the year, of the copy; ``complete: false`` marks a list of inputs or values
that may be partial.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
}


@cache
def published() -> dict[str, dict[str, Any]]:
    """What is known of each listed model: kind, required inputs, the schema of each input, form of its output."""
    text = files("tarash_replicate").joinpath("schemas.json").read_text("utf-8")
    known: dict[str, dict[str, Any]] = json.loads(text)
    return known


def openapi_schema(model: str) -> dict[str, Any]:
    """The document behind ``latest_version.openapi_schema``: choices stand in schemas of their own, as on the wire."""
    known = published().get(model, {"input": {"prompt": {"type": "string"}}, "required": ["prompt"], "output": "uri"})
    choices = {name: _choices(name, schema) for name, schema in known["input"].items() if "enum" in schema}
    properties = {
        name: {"title": name, "x-order": order, **_property(name, schema)}
        for order, (name, schema) in enumerate(known["input"].items())
    }
    inputs = {"type": "object", "title": "Input", "required": known["required"], "properties": properties}
    uri = {"type": "string", "format": "uri"}
    output = {"type": "array", "items": uri} if known["output"] == "array" else uri
    schemas = {"Input": inputs, "Output": {"title": "Output", **output}, **choices}
    return {"openapi": "3.0.2", "info": {"title": "Cog", "version": "0.1.0"}, "components": {"schemas": schemas}}


def _choices(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": name, "type": schema["type"], "enum": schema["enum"], "description": "An enumeration."}


def _property(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    if "enum" not in schema:
        return dict(schema)
    default = {"default": schema["default"]} if "default" in schema else {}
    return {"allOf": [{"$ref": f"#/components/schemas/{name}"}], **default}


def refusals(model: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yields type, field and sentence of each input that the model refuses; an unknown input is ignored."""
    known = published().get(model, {"input": {}, "required": []})
    for name in known["required"]:
        if given.get(name) is None:
            yield "required", name, f"{name} is required"
    for name, value in given.items():
        if value is not None and name in known["input"] and (wrong := _wrong(known["input"][name], value)):
            yield wrong[0], name, f"{name} {wrong[1]}"


def _wrong(schema: Mapping[str, Any], value: Any) -> tuple[str, str] | None:
    kind = schema["type"]
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return "invalid_type", f"must be of type {kind}"
    if "enum" in schema and value not in schema["enum"]:
        return "enum", f"must be one of {', '.join(json.dumps(choice) for choice in schema['enum'])}"
    if "minimum" in schema and value < schema["minimum"]:
        return "number_gte", f"must be greater than or equal to {schema['minimum']}"
    if "maximum" in schema and value > schema["maximum"]:
        return "number_lte", f"must be less than or equal to {schema['maximum']}"
    if isinstance(value, list) and len(value) > schema.get("maxItems", len(value)):
        return "array_max_items", f"must have at most {schema['maxItems']} items"
    return None
