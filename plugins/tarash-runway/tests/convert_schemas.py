"""Converts our collection of Runway's inputs into JSON Schemas: ``python convert_schemas.py PATH/runway-models.json``.

Each endpoint of each model is one entry, ``gen4.5/image_to_video``, for the inputs of one model differ between them.
What the collection leaves open stays open here; models that make sound alone are left out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tarash_runway.catalog_source import SOURCE

from tarash_core.catalog.building.endpoint import Endpoint, write_schemas
from tarash_core.models.job import Kind

CHECKED = "2026-11-22"

_MEDIUM = {"type": "string", "minLength": 13, "maxLength": 5242880}
_KEYS = {
    "min": "minimum", "max": "maximum", "exclusive_min": "exclusiveMinimum", "min_length": "minLength",
    "max_length": "maxLength", "min_items": "minItems", "max_items": "maxItems", "enum": "enum", "default": "default",
}  # fmt: skip
_SOUND_ONLY = ("sound_effect", "text_to_speech", "speech_to_speech", "voice_dubbing", "voice_isolation",
               "video_to_audio")  # fmt: skip


def schema_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of one input in the collection's words."""
    kind = given["type"]
    if kind == "one_of":
        return {"anyOf": [schema_of(way) for way in given["variants"]]}
    if kind == "media":
        return dict(_MEDIUM)
    if kind == "media|array":
        return {"anyOf": [dict(_MEDIUM), _plain("array", given)]}
    if kind == "integer|string":
        return {"anyOf": [_plain("integer", given), {"type": "string", "enum": given["literals"]}]}
    return _plain(kind, given)


def _plain(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": kind}
    schema |= {theirs: given[ours] for ours, theirs in _KEYS.items() if ours in given}
    if "fields" in given:
        schema |= _object(given["fields"])
    if "items" in given:
        schema["items"] = schema_of(given["items"])
    return schema


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    required = [name for name, field in fields.items() if field.get("required")]
    schema: dict[str, Any] = {"properties": {name: schema_of(field) for name, field in fields.items()}}
    return {**schema, **({"required": required} if required else {})}


def endpoints(document: Mapping[str, Any]) -> Iterator[Endpoint]:
    """Every endpoint of every model that makes videos or images."""
    for model, ways in document.items():
        for name, entry in ways.items():
            if model != "_meta" and name not in _SOUND_ONLY:
                yield _endpoint(f"{model}/{name}", name, entry)


def _endpoint(id: str, name: str, entry: Mapping[str, Any]) -> Endpoint:
    kind: Kind = "image" if "image" in name and not name.endswith("video") else "video"
    version, day = entry["first_seen_sdk"].rstrip(")").split(" (")
    facts = {
        "endpoint": entry["endpoint"].partition(" ")[2],
        "listed": day,
        "client": version,
        "source": "; ".join(entry["sources"]),
        "checked": CHECKED,
    }
    schema = {"type": "object", **_object(entry["input"])}
    return Endpoint(id=id, kind=kind, modality=(name,), schema=schema, facts=facts)


def about(document: Mapping[str, Any]) -> dict[str, Any]:
    """Whose facts they are."""
    return {
        "whose": "inputs of Runway's developer API, read by us; no document of Runway's is copied here",
        "sources": document["_meta"]["built_from"],
        "generated": document["_meta"]["generated"],
        "notes": [
            "listed: the first release of the Python client, among those looked at, that knows the model",
            "patterns of tags and ids are left out, for it is not sure that the server keeps to them",
            "limits of media (seconds in all, megabytes, ratios) cannot be said in JSON Schema and are left out",
        ],
    }


def main(path: str) -> None:
    """Converts the file at a path."""
    document = json.loads(Path(path).read_text("utf-8"))
    write_schemas(SOURCE.schemas, about(document), endpoints(document))


if __name__ == "__main__":
    main(sys.argv[1])
