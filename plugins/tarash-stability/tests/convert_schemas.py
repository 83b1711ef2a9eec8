"""Converts our collection of Stability's inputs to JSON Schemas: ``python convert_schemas.py stability-models.json``.

Each way to call a model is one entry, ``sd3.5-large/image-to-image``. The values of a form are texts on the wire; the
schemas tell them by the types that Stability's specification has for them, and files as binary texts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tarash_stability.catalog_source import SOURCE

from tarash_core.catalog.building.endpoint import Endpoint, write_schemas
from tarash_core.models.job import Kind

CHECKED = "2026-11-22"

_KEYS = {"min_length": "minLength", "max_length": "maxLength", "enum": "enum", "default": "default"}
_BOUNDS = {"min": "minimum", "max": "maximum"}
_FACTS = ("endpoint", "status", "async", "credits", "poll", "constraints", "unsure")
_LIFE = {"retired_on": "retired", "rerouted_to": "replacement"}


def schema_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of one input in the collection's words; bounds that only third parties tell are left out."""
    if given["type"] == "file":
        return {"type": "string", "format": "binary"}
    unsure = str(given.get("unsure", ""))
    doubtful = {"max"} if unsure.startswith("max") else {"min", "max"} if unsure.startswith("range") else set()
    bounds = {theirs: given[ours] for ours, theirs in _BOUNDS.items() if ours in given and ours not in doubtful}
    known = {theirs: given[ours] for ours, theirs in _KEYS.items() if ours in given}
    return {"type": given["type"], **bounds, **known}


def endpoints(document: Mapping[str, Any]) -> Iterator[Endpoint]:
    """Every way to call every model."""
    for model, ways in document.items():
        for name, entry in ways.items():
            fields: Mapping[str, Any] = entry["input"]
            schema = {
                "type": "object",
                "properties": {wire: schema_of(field) for wire, field in fields.items()},
                "required": [wire for wire, field in fields.items() if field.get("required")],
                "additionalProperties": False,
            }
            facts = {key: entry[key] for key in _FACTS if key in entry}
            facts |= {ours: entry[theirs] for theirs, ours in _LIFE.items() if theirs in entry}
            kind: Kind = "video" if name == "image-to-video" else "image"
            yield Endpoint(
                id=f"{model}/{name}", kind=kind, modality=(name,), schema=schema, facts={**facts, "checked": CHECKED}
            )


ABOUT = {
    "whose": "Stability's own specification, read through public copies; no document of Stability's is copied here",
    "sources": [
        "tryAGI/StabilityAI, openapi.yaml, commit 016c91ba of 2026",
        "tadasant/mcp-server-stability-ai, types.ts, commit d2f0a57a, made from the specification of 2024-12-31",
        "stability.ai/api-pricing-update-25, announced 2025-07-09",
    ],
    "generated": CHECKED,
    "notes": [
        "model is always written here, although generate/sd3 takes sd3.5-large for granted",
        "limits of pictures (sides, pixels, ratio, 10 MiB in all) cannot be said in JSON Schema and are left out",
    ],
}


def main(path: str) -> None:
    """Converts the file at a path."""
    document = json.loads(Path(path).read_text("utf-8"))
    write_schemas(SOURCE.schemas, ABOUT, endpoints(document))


if __name__ == "__main__":
    main(sys.argv[1])
