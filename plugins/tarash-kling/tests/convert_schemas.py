"""Converts our collection of Kling's inputs into JSON Schemas: ``python convert_schemas.py PATH/kling-models.json``.

Each path of each model is one entry, ``kling-3.0/text-to-video``, for one model has several with other inputs. Kling
publishes pages, no schemas; what its pages leave open stays open here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tarash_kling.catalog_source import SOURCE

from tarash_core.catalog.building.endpoint import Endpoint, write_schemas

CHECKED = "2026-11-22"

_KEYS = {
    "min": "minimum", "max": "maximum", "max_length": "maxLength", "min_items": "minItems", "max_items": "maxItems",
    "enum": "enum", "default": "default",
}  # fmt: skip


def schema_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of one input in the collection's words."""
    if "variants" in given:
        return {"type": "array", "items": {"anyOf": [_item(*pair) for pair in given["variants"].items()]}}
    kinds = str(given["type"]).split("|")
    schema: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds}
    schema |= {theirs: given[ours] for ours, theirs in _KEYS.items() if ours in given}
    if "properties" in given:
        schema |= _object(given["properties"])
    if "items" in given:
        schema["items"] = schema_of(given["items"])
    return schema


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    required = [name for name, field in fields.items() if field.get("required")]
    schema: dict[str, Any] = {"properties": {name: schema_of(field) for name, field in fields.items()}}
    return {**schema, "additionalProperties": False, **({"required": required} if required else {})}


def _item(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """One kind of item of ``contents``."""
    item = _object(given["fields"])
    properties = {"type": {"const": kind}, **item["properties"]}
    return {"type": "object", **item, "properties": properties, "required": ["type", *item.get("required", ())]}


def _contents(variants: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """How often each kind of item may and must stand in ``contents``."""
    for kind, given in variants.items():
        named = {"properties": {"type": {"const": kind}}, "required": ["type"]}
        fewest = 1 if given["required"] else 0
        rule = {"contains": named, "minContains": fewest, "maxContains": given.get("max_items", 1)}
        yield {"properties": {"contents": rule}}


def endpoints(document: Mapping[str, Any]) -> Iterator[Endpoint]:
    """Every path of every model; a model without a known path has none."""
    for model, paths in document.items():
        for name, entry in paths.items():
            if entry["endpoint"] is not None:
                yield _endpoint(f"{model}/{name}", entry)


def _endpoint(id: str, entry: Mapping[str, Any]) -> Endpoint:
    variants = entry["input"].get("contents", {}).get("variants", {})
    schema = {"type": "object", **_object(entry["input"])}
    if variants:
        schema["allOf"] = list(_contents(variants))
    kind = "image" if "/images/" in entry["endpoint"] else "video"
    facts = {key: entry[key] for key in ("endpoint", "status", "constraints", "unsure") if key in entry}
    facts |= {"retired": entry["retired_on"]} if "retired_on" in entry else {}
    name = id.partition("/")[2]
    return Endpoint(id=id, kind=kind, modality=(name,), schema=schema, facts={**facts, "checked": CHECKED})


ABOUT = {
    "whose": "Kling's own pages, read through public copies; no document of Kling's is copied here",
    "sources": [
        "aself101/kling-api docs/api, commit 71eb8c9e of 2026-09-20, and its appendices, commit 19401a13",
        "official capability map of January 2026, inference-sh/grid, commit 85af3256",
    ],
    "generated": CHECKED,
    "notes": [
        "older standard: type string with an enum of digits is the length in seconds",
        "limits of media (megabytes, sides, seconds) cannot be said in JSON Schema and are left out",
    ],
}


def main(path: str) -> None:
    """Converts the file at a path."""
    document = json.loads(Path(path).read_text("utf-8"))
    write_schemas(SOURCE.schemas, ABOUT, endpoints(document))


if __name__ == "__main__":
    main(sys.argv[1])
