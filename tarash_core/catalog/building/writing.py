"""Writing a catalogue as one compact, sorted file: a model a line, what many models share written once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tarash_core.catalog.building.endpoint import Endpoint, SchemaFile, compact
from tarash_core.catalog.building.entries import entry_of
from tarash_core.catalog.building.overrides import Overrides

Entries = Mapping[str, Mapping[str, Any]]

_TAG = 3
_SHORT = 10


def build(schemas: SchemaFile, overrides: Overrides) -> dict[str, dict[str, Any]]:
    """The raw entries of all endpoints of a file, by id."""
    return entries_of(schemas.endpoints.values(), overrides)


def entries_of(endpoints: Iterable[Endpoint], overrides: Overrides) -> dict[str, dict[str, Any]]:
    """The raw entries of endpoints, by id, sorted."""
    by_id = {endpoint.id: endpoint for endpoint in endpoints}
    return {id: entry_of(by_id[id], overrides) for id in sorted(by_id)}


def catalog_text(entries: Entries, about: str) -> str:
    """The text of ``catalog.json``; the same entries always give the same text.

    Args:
        entries: The raw entries.
        about: One sentence on whose facts they are.
    """
    usual = _usual_life(entries)
    slim = {id: _without_usual(entry, usual) for id, entry in entries.items()}
    tags = _tags(slim[id] for id in sorted(slim))
    shared = {tag: compact(_parts(json.loads(text), tags)) for text, tag in tags.items()}
    table = ",\n".join(f'"{tag}":{shared[tag]}' for tag in sorted(shared))
    models = ",\n".join(f"{json.dumps(id)}:{compact(_parts(slim[id], tags))}" for id in sorted(slim))
    head = f'"about":{json.dumps(about, ensure_ascii=False)},\n"lifecycle":{compact(usual)}'
    return f'{{{head},\n"shared":{{\n{table}\n}},\n"models":{{\n{models}\n}}}}\n'


def _usual_life(entries: Entries) -> dict[str, Any]:
    """What is said of most models alike: source and day of the last look."""
    found: dict[str, Any] = {}
    for key in ("source", "checked"):
        said = Counter(entry.get("lifecycle", {}).get(key) for entry in entries.values())
        if said and None not in said:
            found[key] = min(said, key=lambda value: (-said[value], value))
    return found


def _without_usual(entry: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    life = {key: value for key, value in entry.get("lifecycle", {}).items() if usual.get(key) != value}
    slim = {key: value for key, value in entry.items() if key != "lifecycle"}
    return {**slim, "lifecycle": life} if life else slim


def _tags(entries: Iterable[Any]) -> dict[str, str]:
    """A tag for the text of each object and list that stands more than once; it hangs on the text alone."""
    counts: Counter[str] = Counter()
    for entry in entries:
        for part in entry.values():
            _count(part, counts)
    tags: dict[str, str] = {}
    taken: set[str] = set()
    for text in sorted(text for text, count in counts.items() if count > 1):
        digest, length = hashlib.sha256(text.encode()).hexdigest(), _TAG
        while f"${digest[:length]}" in taken:
            length += 1
        tags[text] = f"${digest[:length]}"
        taken.add(tags[text])
    return tags


def _count(part: Any, counts: Counter[str]) -> None:
    """Counts a part by its text; what stands within a part that was seen before is not counted again."""
    if not isinstance(part, (dict, list)):
        return
    text = compact(part)
    if len(text) > _SHORT:
        counts[text] += 1
        if counts[text] > 1:
            return
    for inner in part.values() if isinstance(part, dict) else part:
        _count(inner, counts)


def _parts(value: Any, tags: Mapping[str, str]) -> Any:
    """A value, its parts replaced by their tags."""
    if isinstance(value, dict):
        return {key: _tagged(part, tags) for key, part in value.items()}
    return [_tagged(part, tags) for part in value]


def _tagged(part: Any, tags: Mapping[str, str]) -> Any:
    if not isinstance(part, (dict, list)):
        return part
    return tags.get(compact(part)) or _parts(part, tags)
