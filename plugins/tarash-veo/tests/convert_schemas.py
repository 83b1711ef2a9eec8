"""Converts our collection of Google's inputs into JSON Schemas: ``python convert_schemas.py PATH/veo-models.json``.

Each way of each model on each surface is one entry, ``gemini-omni-1.2-flash/edit@vertex``. Google publishes pages and
a client; what they leave open stays open here. Pictures by the Interactions API, a second way to the same models, are
left out.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tarash_veo.catalog_source import SOURCE

from tarash_core.catalog.building.endpoint import Endpoint, write_schemas

CHECKED = "2026-11-22"

_TEXT = {"type": "string"}
_KEYS = {"min": "minimum", "max": "maximum", "min_items": "minItems", "max_items": "maxItems", "enum": "enum"}
_TYPES: Mapping[str, Mapping[str, Any]] = {
    "duration": {"type": "string", "pattern": r"^\d+(\.\d+)?s$"},
    "uint32": {"type": "integer"},
    "map<string,string>": {"type": "object", "additionalProperties": _TEXT},
    "array<string>": {"type": "array", "items": _TEXT},
}


def _closed(properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    known = {"required": required} if required else {}
    return {"type": "object", "properties": dict(properties), "additionalProperties": False, **known}


def _medium(names: list[str], more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A picture or clip: its bytes or its place, and its type."""
    holders = [name.split("+")[0] for name in names]
    properties = {**{name: _TEXT for name in holders}, "mimeType": _TEXT, **(more or {})}
    return {**_closed(properties, []), "oneOf": [{"required": [name]} for name in holders]}


_PARTS = {
    "anyOf": [
        _closed({"text": _TEXT}, ["text"]),
        _closed({"inlineData": _closed({"mimeType": _TEXT, "data": _TEXT}, ["data"])}, ["inlineData"]),
        _closed({"fileData": _closed({"mimeType": _TEXT, "fileUri": _TEXT}, ["fileUri"])}, ["fileData"]),
    ]
}
_CONTENT = _closed({"role": {"const": "user"}, "parts": {"type": "array", "items": _PARTS, "minItems": 1}}, ["parts"])
_INPUT = {
    "anyOf": [
        _closed({"type": {"const": "text"}, "text": _TEXT}, ["type", "text"]),
        *(
            _closed({"type": {"enum": ["image", "video"]}, name: _TEXT, "mime_type": _TEXT}, ["type", name])
            for name in ("data", "uri")
        ),
    ]
}


def schema_of(wire: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of one input in the collection's words."""
    if wire == "input":
        return {"type": "array", "items": _INPUT, "minItems": 1}
    if wire == "contents":
        return {"type": "array", "items": _CONTENT, "minItems": 1, "maxItems": 1}
    if wire.endswith("referenceImages"):
        kinds = given["item"]["referenceType"]["enum"]
        names = ["bytesBase64Encoded", *(["gcsUri"] if "gcsUri" in given["item"]["image"] else [])]
        item = _closed({"image": _medium(names), "referenceType": {"enum": kinds}}, ["image", "referenceType"])
        return {"type": "array", "items": item, "minItems": given["min_items"], "maxItems": given["max_items"]}
    if "one_of" in given:
        return _medium(given["one_of"])
    if "fields" in given:
        return _medium(["gcsUri", "bytesBase64Encoded"], {"maskMode": given["fields"]["maskMode"]})
    return _plain(given)


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(given["type"])
    schema: dict[str, Any] = {**_TYPES.get(kind, {"type": kind})}
    if kind == "array<string>" and "enum" in given:
        return {**schema, "items": {"enum": given["enum"]}}
    return schema | {
        theirs: given[ours] for ours, theirs in _KEYS.items() if ours in given and not isinstance(given[ours], str)
    }


def nested(inputs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The schema of a body from its dotted paths; an object is required where something in it is."""
    found: dict[str, Any] = {}
    groups: dict[str, dict[str, Mapping[str, Any]]] = {}
    for wire, given in inputs.items():
        head, _, rest = wire.partition(".")
        if rest:
            groups.setdefault(head, {})[rest] = given
        else:
            found[wire] = schema_of(wire, given)
    required = [wire for wire, given in inputs.items() if given.get("required") and "." not in wire]
    for head, inner in groups.items():
        schema = nested(inner)
        name, is_list = head.removesuffix("[0]"), head.endswith("[0]")
        found[name] = {"type": "array", "items": schema, "minItems": 1, "maxItems": 1} if is_list else schema
        required += [name] if schema.get("required") else []
    return _closed(found, required)


def endpoints(document: Mapping[str, Any]) -> Iterator[Endpoint]:
    """Every way of every model, on every surface that has it."""
    for model, ways in document.items():
        for mode, entry in ways.items() if model != "_meta" else ():
            if mode != "interactions_image":
                for surface in entry["surface"].split("+"):
                    yield _endpoint(model, mode.partition("@")[0], surface, entry)


def life_of(status: str, surface: str) -> dict[str, str]:
    """The last day: of ``retired (Gemini API 2026-08-17; Vertex 2026-06-30)``, or ``deprecated 2026-11-06, end …``."""
    days = re.findall(r"\d{4}-\d\d-\d\d", status)
    if status.startswith("retired"):
        return {"retired": days[-1] if surface == "vertex" else days[0]}
    return {"retires": days[-1]} if re.search(r", end |map says ", status) else {}


def _endpoint(model: str, mode: str, surface: str, entry: Mapping[str, Any]) -> Endpoint:
    listed = {wire: given for wire, given in entry["input"].items() if "parts[]" not in wire}
    inputs = {wire: given for wire, given in listed.items() if given.get("surface", surface) == surface}
    address = entry.get(f"endpoint_{surface}") or entry["endpoint"]
    facts = {"endpoint": re.sub(r"^POST https://[^/]+", "", address), "status": entry["status"]}
    facts |= {**life_of(entry["status"], surface), "checked": CHECKED}
    kind = "image" if "image" in mode.split("_")[-1:] or mode == "image_edit" else "video"
    return Endpoint(id=f"{model}/{mode}@{surface}", kind=kind, modality=(mode,), schema=nested(inputs), facts=facts)


ABOUT = {
    "whose": "Google's own pages and client, read through public copies; no document of Google's is copied here",
    "sources": ["google-genai 3.4.0 of 2026-11-16", "aiplatform discovery documents, revision 20261106"],
    "generated": CHECKED,
    "notes": ["limits of media (megabytes, pixels, seconds) cannot be said in JSON Schema and are left out"],
}


def main(path: str) -> None:
    """Converts the file at a path."""
    document = json.loads(Path(path).read_text("utf-8"))
    write_schemas(SOURCE.schemas, ABOUT, endpoints(document))


if __name__ == "__main__":
    main(sys.argv[1])
