"""Converts our collection of Luma's inputs into JSON Schemas: ``python convert_schemas.py PATH/luma-models.json``.

Each way to call each model is one entry, ``ray-2/video_modify``. They are those of the typed arguments of Luma's own
clients and of its published documents; an id that stands in a path is an input named ``id`` here.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tarash_luma.catalog_source import SOURCE

from tarash_core.catalog.building.endpoint import Endpoint, write_schemas

_KEYS = {
    "min": "minimum", "max": "maximum", "exclusive_min": "exclusiveMinimum", "min_length": "minLength",
    "max_length": "maxLength", "min_items": "minItems", "max_items": "maxItems", "default": "default",
}  # fmt: skip
_PREFIXES = {"dream_machine": "/dream-machine/v1", "luma_agents": "/v1"}
_IMAGES = ("image", "image_reframe", "image_edit", "layering")


def schema_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of one input in the collection's words; an open list of values takes the known ones alone."""
    if given["type"] == "one_of":
        return {"anyOf": [schema_of(way) for way in given["variants"]]}
    kind, null = given["type"], given.get("nullable", False)
    schema: dict[str, Any] = {"type": [kind, "null"] if null else kind}
    schema |= {theirs: given[ours] for ours, theirs in _KEYS.items() if ours in given}
    if values := given.get("enum") or given.get("enum_open"):
        schema["enum"] = [*values, *([None] if null else ())]
    if "fields" in given:
        schema |= object_of(given["fields"])
    if "items" in given:
        schema["items"] = schema_of(given["items"])
    return schema


def object_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object with these inputs and no others."""
    required = [name for name, field in fields.items() if field.get("required")]
    schema: dict[str, Any] = {"properties": {name: schema_of(field) for name, field in fields.items()}}
    return {**schema, "additionalProperties": False, **({"required": required} if required else {})}


def endpoints(document: Mapping[str, Any]) -> Iterator[Endpoint]:
    """Every way to call every model."""
    checked = document["_meta"]["generated"]
    for model, ways in document.items():
        for name, entry in ways.items() if model != "_meta" else ():
            yield _endpoint(f"{model}/{name}", entry, name, checked)


def _endpoint(id: str, entry: Mapping[str, Any], name: str, checked: str) -> Endpoint:
    path = _PREFIXES[entry["surface"]] + entry["endpoint"].removeprefix("POST ")
    in_path = {part: {"type": "string", "required": True} for part in re.findall(r"\{(\w+)\}", path)}
    schema = {"type": "object", **object_of({**in_path, **entry["input"]})}
    facts = {key: entry[key] for key in ("source_limits", "rules", "unsure") if key in entry}
    kind = "image" if name in _IMAGES else "video"
    facts |= {"endpoint": path, "checked": checked}
    return Endpoint(id=id, kind=kind, modality=(name,), schema=schema, facts=facts)  # type: ignore[arg-type]


def main(path: str) -> None:
    """Converts the file at a path."""
    document = json.loads(Path(path).read_text("utf-8"))
    about = {
        "whose": "Luma's own clients and documents; none of them is copied here",
        "sources": document["_meta"]["built_from"],
        "generated": document["_meta"]["generated"],
        "notes": document["_meta"]["notes"],
    }
    write_schemas(SOURCE.schemas, about, endpoints(document))


if __name__ == "__main__":
    main(sys.argv[1])
