"""The models of one provider, found by id."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tarash_core.catalog.generic import GENERIC
from tarash_core.catalog.spec import ModelSpec
from tarash_core.errors import PluginError

BOUNDARIES = "/:-@"
"""Where a family's id may end within a longer one."""

Decode = Callable[[str, Any], ModelSpec]


class Catalog:
    """The models of one provider. Adding a model is adding an entry.

    Args:
        models: The entries by id, or a function that gives them when the first model is looked up.
        decode: Makes a ``ModelSpec`` of an id and a raw entry, where the entries are not specs already; each is made
            when it is asked for. A raw entry with a true ``"family"`` is a family.
        generic: Stands in for a model that nobody listed, with a warning; None refuses such models.
    """

    def __init__(
        self,
        models: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None,
        *,
        decode: Decode | None = None,
        generic: ModelSpec | None = GENERIC,
    ) -> None:
        self.generic = generic
        self._source = models if models is not None else {}
        self._decode = decode
        self._entries: Mapping[str, Any] | None = None
        self._families: frozenset[str] = frozenset()
        self._made: dict[str, ModelSpec] = {}
        self._near: dict[str, list[str]] = {}

    @property
    def entries(self) -> Mapping[str, Any]:
        """The entries as they came, read once."""
        if self._entries is None:
            entries = self._source() if callable(self._source) else self._source
            self._families = frozenset(id for id, entry in entries.items() if _is_family(entry))
            self._entries = entries
        return self._entries

    def get(self, model: str) -> ModelSpec | None:
        """The model with exactly this id; None if it is not listed."""
        entry = self.entries.get(model)
        return self._spec(model, entry) if entry is not None else None

    def family_of(self, model: str) -> str | None:
        """The longest declared family that a model belongs to, on a boundary; None if there is none."""
        families = self._families if self.entries else frozenset()
        return next((id for id in stems(model) if id in families), None)

    def __getitem__(self, model: str) -> ModelSpec:
        return self._spec(model, self.entries[model])

    def __contains__(self, model: object) -> bool:
        return model in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        return f"Catalog({len(self)} models)"

    def items(self) -> Iterator[tuple[str, ModelSpec]]:
        """Every model with its id; makes all specs."""
        return ((model, self[model]) for model in self.entries)

    def near(self, model: str) -> list[str]:
        """At most three ids that were probably meant: written alike, else the shortest that have all its words."""
        if model not in self._near:
            import difflib

            alike = difflib.get_close_matches(model, self.entries, n=3)
            self._near[model] = alike or sorted(self._fuller(model), key=lambda id: (len(id), id))[:3]
        return list(self._near[model])

    def _fuller(self, model: str) -> Iterator[str]:
        wanted = _words(model)
        return (id for id in self.entries if wanted and wanted <= _words(id))

    def siblings(self, model: str) -> Iterator[tuple[str, ModelSpec]]:
        """Models of the same line, those with the longest common beginning first."""
        root = "/".join(model.split("/")[:2])
        close = [id for id in self.entries if id != model and (belongs(id, root) or belongs(root, id))]
        close.sort(key=lambda id: (-_common(id, model), len(id), id))
        return ((id, self[id]) for id in close)

    def _spec(self, model: str, entry: Any) -> ModelSpec:
        if isinstance(entry, ModelSpec):
            return entry
        if model not in self._made:
            if self._decode is None:
                raise PluginError(f"The catalogue entry {model!r} is no ModelSpec; give the Catalog a decode function.")
            self._made[model] = self._decode(model, entry)
        return self._made[model]


def _words(id: str) -> frozenset[str]:
    return frozenset(filter(None, re.split(r"[^a-z0-9.]+", id.lower())))


def _common(first: str, second: str) -> int:
    """How many characters two ids have in common at their beginning."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(first), len(second)))


def _is_family(entry: Any) -> bool:
    return entry.family if isinstance(entry, ModelSpec) else isinstance(entry, Mapping) and bool(entry.get("family"))


def stems(model: str) -> Iterator[str]:
    """The beginnings of an id that a family may have, the longest first: with and without the boundary."""
    yield model
    for place in range(len(model) - 1, 0, -1):
        if model[place] in BOUNDARIES:
            yield model[: place + 1]
            yield model[:place]


def belongs(model: str, family: str) -> bool:
    """Whether an id is a family's id or a longer one on a boundary."""
    if model == family or not model.startswith(family):
        return model == family
    return family[-1:] in BOUNDARIES or model[len(family)] in BOUNDARIES
