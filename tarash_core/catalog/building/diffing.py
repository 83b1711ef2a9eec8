"""What changed between two catalogues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from tarash_core.catalog.building.decoding import StoredCatalog
from tarash_core.catalog.building.endpoint import compact

Entries = Mapping[str, Mapping[str, Any]]

_LONG = 100


@frozen
class Change:
    """One thing of a model that changed.

    Attributes:
        model: The model.
        what: The wire path, or ``modes``, ``lifecycle``, ``fixed`` …
        before: What was stored; None where there was nothing.
        after: What is stored now; None where there is nothing.
    """

    model: str
    what: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.model} {self.what}: {_shown(self.before)} -> {_shown(self.after)}"


@frozen
class Difference:
    """What changed.

    Attributes:
        added: Models that are new.
        removed: Models that are gone.
        changes: What changed of the others.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changes)


def difference(before: Entries, after: Entries) -> Difference:
    """What changed between raw entries, nothing shared left out of them."""
    both = sorted(set(before) & set(after))
    changes = tuple(change for id in both for change in _changes(id, before[id], after[id]))
    return Difference(tuple(sorted(set(after) - set(before))), tuple(sorted(set(before) - set(after))), changes)


def stored_entries(text: str) -> dict[str, Mapping[str, Any]]:
    """The raw entries of a ``catalog.json``."""
    stored = StoredCatalog(text)
    return {id: stored.whole(entry) for id, entry in stored.models.items()}


def _changes(id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = dict(_flat(before)), dict(_flat(after))
    for what in dict.fromkeys((*old, *new)):
        if old.get(what) != new.get(what):
            yield Change(id, what, old.get(what), new.get(what))


def _flat(entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in entry.items():
        if key == "fields":
            yield from value.items()
        elif key == "ways":
            for way in value:
                mode = "/".join(way["modes"])
                yield from ((f"{mode} {what}", part) for what, part in _flat(way))
        elif key == "lifecycle":
            yield from ((f"lifecycle {what}", part) for what, part in value.items() if what != "checked")
        else:
            yield key, value


def _shown(value: Any) -> str:
    text = "nothing" if value is None else compact(value)
    return text if len(text) <= _LONG else text[: _LONG - 3] + "..."
