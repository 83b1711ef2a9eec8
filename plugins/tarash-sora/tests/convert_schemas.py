"""Converts our collection of OpenAI's inputs to JSON Schemas: ``python convert_schemas.py PATH/sora-models.json``.

Each way to call a model is one entry, ``sora-2/extend-video``. Files are binary texts, numbers in forms keep the types
that OpenAI has for them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tarash_sora.catalog_source import SOURCE

from tarash_core.catalog.building.endpoint import Endpoint, write_schemas

CHECKED = "2026-11-22"

WAYS: Mapping[str, tuple[str, ...]] = {
    "text_to_video": ("text-to-video",),
    "image_to_video": ("image-to-video",),
    "remix": ("remix-video",),
    "edit": ("edit-video",),
    "extend": ("extend-video",),
    "generate": ("text-to-image",),
}
EDITS = ("image-to-image", "inpaint")
_KEYS = {"min": "minimum", "max": "maximum", "max_length": "maxLength", "max_items": "maxItems", "enum": "enum"}
_FILE = {"type": "string", "format": "binary"}
# The collection has it with edits too; OpenAI's own client and page know it for generations alone.
_NOT_OF_EDITS = "moderation"


def schema_of(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of one input in the collection's words."""
    kind = str(given["type"])
    if name == "image":
        return {"type": "array", "items": _FILE, "minItems": 1, "maxItems": given["max_items"]}
    if name == "markup":
        return {"type": "string"}
    if kind.startswith("file"):
        by_id = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
        return {"anyOf": [by_id, _FILE]} if name == "video" else dict(_FILE)
    known = {theirs: given[ours] for ours, theirs in _KEYS.items() if ours in given}
    if "default" in given and name != "model":
        known["default"] = given["default"]
    return {"type": kind, **known}


def _fields(way: str, mode: str, entry: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    fields = dict(entry["input"])
    if way == "remix":
        fields["video"] = {"type": "string", "required": True}
    if way in ("edit", "extend"):
        fields["model"] = {"type": "string", "required": False}
    if mode in EDITS:
        fields.pop(_NOT_OF_EDITS)
        mask = fields.pop("mask")
        fields |= {"mask": {**mask, "required": True}} if mode == "inpaint" else {}
    if mode == "inpaint":
        fields.pop("markup", None)
    return fields


def life_of(status: str) -> dict[str, str]:
    """The day in ``retired 2026-09-24`` or ``live, shutdown 2026-12-01``."""
    day = status.rpartition(" ")[2]
    return {name: day for word, name in (("retired", "retired"), ("shutdown", "retires")) if word in status}


def endpoints(document: Mapping[str, Any]) -> Iterator[Endpoint]:
    """Every way to call every model of OpenAI's own."""
    own = {model: ways for model, ways in document.items() if not model.startswith(("_", "azure/"))}
    for model, ways in own.items():
        for way, entry in ways.items():
            modes = EDITS if way == "edit" and "image" in entry["input"] else WAYS[way]
            for mode in modes:
                fields = _fields(way, mode, entry)
                schema = {
                    "type": "object",
                    "properties": {
                        wire: {"type": "string"} if (way, wire) == ("remix", "video") else schema_of(wire, field)
                        for wire, field in fields.items()
                    },
                    "required": [wire for wire, field in fields.items() if field.get("required")],
                    "additionalProperties": False,
                }
                path = entry["endpoint"].removeprefix("POST /v1").replace("{video_id}", "{video}")
                facts = {"endpoint": path, "status": entry["status"], **life_of(entry["status"])}
                yield Endpoint(
                    id=f"{model}/{mode}",
                    kind="video" if mode.endswith("-video") else "image",
                    modality=(mode,),
                    schema=schema,
                    facts={**facts, "checked": CHECKED},
                )


ABOUT = {
    "whose": "OpenAI's pages and the types of its Python client 3.54.0, in our own words",
    "generated": CHECKED,
    "notes": [
        "video of remix-video stands in the path and is written here as an input",
        "sizes of gpt-image-2 and later are free within bounds that JSON Schema cannot say",
        "dialects of other servers publish no schema, and are tested by tables",
    ],
}


def main(path: str) -> None:
    """Converts the file at a path."""
    write_schemas(SOURCE.schemas, ABOUT, endpoints(json.loads(Path(path).read_text("utf-8"))))


if __name__ == "__main__":
    main(sys.argv[1])
