"""Converts our collection of fal's endpoints into JSON Schemas: ``python convert_schemas.py PATH/fal-models.json``.

The collection says types in its own short words. What it cannot say stays open: its ``number`` is an integer or a
float, and most bounds are missing, for the TypeScript source that it was read from carries none.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tarash_core.catalog.building.endpoint import Endpoint, write_schemas

SCHEMAS = Path(__file__).parent / "schemas" / "fal.json"
BASE = "types of fal's JavaScript client, fal-ai/fal-js 381105e of 2026-08-02"
CHECKED = "2026-11-22"

_KEYS = {"minimum": "minimum", "maximum": "maximum", "max_length": "maxLength", "max_items": "maxItems"}
_SIMPLE = ("string", "number", "integer", "boolean", "object", "null")


def schema_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of one input in the collection's words."""
    kinds = str(given["type"]).split("|")
    if "any" in kinds:
        return {}
    ways = [_way(kind, given) for kind in kinds]
    if kinds[1:] == ["null"]:
        ways = [{**ways[0], "type": [ways[0]["type"], "null"]}]
    schema = ways[0] if len(ways) == 1 else {"anyOf": ways}
    if given.get("nullable") and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        schema |= {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    schema |= {theirs: given[ours] for ours, theirs in _KEYS.items() if given.get(ours) is not None}
    return _with_default(schema, given.get("default"))


def _way(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    if kind in ("url", "file-url"):
        return {"type": "string", "format": "uri"}
    if kind.startswith("array"):
        return _list(kind[6:-1], given)
    if kind == "mixed":
        return {"enum": given["enum"]}
    schema: dict[str, Any] = {"type": kind if kind in _SIMPLE else "string"}
    if kind == "object":
        return {**schema, **_object(given.get("fields") or _fields(given.get("object", {})))}
    if "enum" in given and not given.get("open_enum"):
        schema["enum"] = given["enum"]
    return schema


def _fields(short: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"type": kind} for name, kind in short.items()}


def _list(item: str, given: Mapping[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array"}
    if item == "object":
        return {**schema, "items": {"type": "object", **_object(given["items"])}}
    if item in ("array", "any", ""):
        return schema if item != "array" else {**schema, "items": {"type": "array"}}
    return {**schema, "items": _way(item, {})}


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    if not fields:
        return {}
    required = [name for name, field in fields.items() if field.get("required")]
    properties = {name: schema_of(field) for name, field in fields.items()}
    return {"properties": properties, **({"required": required} if required else {})}


def _with_default(schema: dict[str, Any], default: Any) -> dict[str, Any]:
    """The default, unless the collection gives one of another type."""
    kinds = {"string": str, "boolean": bool, "array": list, "object": dict}
    kind = schema.get("type")
    wrong = isinstance(kind, str) and kind in kinds and not isinstance(default, kinds[kind])
    return schema if default is None or wrong else {**schema, "default": default}


def endpoints(document: Mapping[str, Any]) -> Iterator[Endpoint]:
    """Every endpoint of the collection."""
    models = {id: entry for id, entry in document.items() if not id.startswith("$")}
    days = sorted({entry[key] for entry in models.values() for key in ("first_listed", "last_listed") if entry[key]})
    for id, entry in models.items():
        yield Endpoint(
            id=id, kind=entry["kind"], modality=(entry["modality"],), facts=_facts(entry, days),
            schema={"type": "object", **_object(entry["input"])},
        )  # fmt: skip


def _facts(entry: Mapping[str, Any], days: list[str]) -> dict[str, Any]:
    """When fal's list first had it, and the first copy of the list that has it no longer."""
    facts: dict[str, Any] = {"status": entry["status"], "checked": CHECKED}
    facts["source"] = entry.get("source") or BASE
    if entry["status"] == "unsure":
        facts["source"] += " (unsure: inferred from a sibling)"
    if entry["first_listed"]:
        facts["listed"] = entry["first_listed"]
    if entry["status"] == "delisted":
        facts["delisted"] = next((day for day in days if day > entry["last_listed"]), days[-1])
    return facts


def about(document: Mapping[str, Any]) -> dict[str, Any]:
    """Whose facts they are."""
    models = {id: entry for id, entry in document.items() if not id.startswith("$")}
    return {
        "whose": "fal's published input types, read by us from public copies; no document of fal's is copied here",
        "base": document["$meta"]["base"],
        "overlay": document["$meta"]["overlay"],
        "generated": document["$meta"]["generated"],
        "notes": [
            "'number' covers integer and float; minimum, maximum and maxLength are mostly unknown",
            "delisted: the first copy of fal's list that no longer has it; not proven to be switched off",
        ],
        "unsure": sorted(id for id, entry in models.items() if entry["status"] == "unsure"),
    }


def main(path: str) -> None:
    """Converts the file at a path."""
    document = json.loads(Path(path).read_text("utf-8"))
    write_schemas(SCHEMAS, about(document), endpoints(document))


if __name__ == "__main__":
    main(sys.argv[1])
