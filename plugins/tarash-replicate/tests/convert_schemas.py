"""Converts our collection of Replicate's models into JSON Schemas: ``python convert_schemas.py PATH``.

Many a model's list of inputs, or of values, is partial (``complete: false``): what it does not say stays open.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tarash_core.catalog.building.endpoint import Endpoint, write_schemas

SCHEMAS = Path(__file__).parent / "schemas" / "replicate.json"
CHECKED = "2026-11-22"

_KEYS = {
    "minimum": "minimum", "maximum": "maximum", "max_items": "maxItems", "max_length": "maxLength",
    "format": "format", "enum": "enum",
}  # fmt: skip
_ITEMS = {"uri": {"type": "string", "format": "uri"}, "string": {"type": "string"}}
_WORDS = {"lipsync-video": "lipsync"}


def schema_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of one input in the collection's words."""
    kind = given["type"]
    schema: dict[str, Any] = {"type": kind}
    if kind.startswith("array"):
        schema = {"type": "array", "items": _ITEMS[kind[6:-1]]}
    schema |= {theirs: given[ours] for ours, theirs in _KEYS.items() if given.get(ours) is not None}
    schema |= {"default": given["default"]} if given.get("default") is not None else {}
    return {**schema, "deprecated": True} if given.get("deprecated") else schema


def endpoints(document: Mapping[str, Any]) -> Iterator[Endpoint]:
    """Every model of the collection."""
    for id, entry in document.items():
        if id.startswith("$"):
            continue
        inputs = entry["input"]
        schema = {"type": "object", "properties": {name: schema_of(given) for name, given in inputs.items()}}
        if required := [name for name, given in inputs.items() if given.get("required")]:
            schema["required"] = required
        words = tuple(_WORDS.get(word, word) for word in entry["modality"])
        yield Endpoint(id=id, kind=entry["kind"], modality=words, schema=schema, facts=_facts(entry))


def _facts(entry: Mapping[str, Any]) -> dict[str, Any]:
    facts = {"status": entry["status"], "seen": entry.get("schema_date"), "complete": entry["complete"]}
    return {**facts, "source": entry["source"], "checked": CHECKED}


def about(document: Mapping[str, Any]) -> dict[str, Any]:
    """Whose facts they are."""
    models = {id: entry for id, entry in document.items() if not id.startswith("$")}
    return {
        "whose": "inputs that Replicate publishes for its models, read by us from public copies",
        "generated": document["$meta"]["generated"],
        "notes": document["$meta"]["notes"],
        "unsure": sorted(id for id, entry in models.items() if not entry["complete"]),
    }


def main(path: str) -> None:
    """Converts the file at a path."""
    document = json.loads(Path(path).read_text("utf-8"))
    write_schemas(SCHEMAS, about(document), endpoints(document))


if __name__ == "__main__":
    main(sys.argv[1])
