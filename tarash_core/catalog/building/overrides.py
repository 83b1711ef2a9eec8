"""The small hand-written table of a plugin: what schemas do not say, by model id or pattern."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from attrs import field, frozen

from tarash_core.errors import PluginError

KEYS = frozenset(
    (
        "models", "except", "modes", "roles", "words", "correct", "fixed", "rules", "frames", "split", "ways",
        "endpoint", "lifecycle", "price", "title",
    )
)  # fmt: skip
"""What one table may say.

``modes``: what the endpoint does. ``roles``: the field of our request for a wire name; empty for one of the model's
own. ``words``: for a wire name the words of ours and what is written for each. ``correct``: keys of JSON Schema that
the published schema of a wire name lacks. ``fixed``: values by our names that cannot be chosen. ``rules``: each a list
of a rule's name and its arguments. ``frames``: multiple and plus of a count of frames. ``split``: whether each mode is
a way of its own. ``ways``: for a mode, the stored fields and the rules that differ there. ``endpoint``: where calls go.
``lifecycle``, ``price``, ``title``: facts.
"""


@frozen
class Overrides:
    """Tables in their order; a later one goes over an earlier one, key by key."""

    tables: tuple[Mapping[str, Any], ...] = field(default=(), converter=tuple)

    def of(self, id: str) -> dict[str, Any]:
        """Everything that is said of a model."""
        found: dict[str, Any] = {}
        for table in self.tables:
            if _matches(id, table["models"]) and not _matches(id, table.get("except", ())):
                _join(found, {key: value for key, value in table.items() if key not in ("models", "except")})
        return found


def _matches(id: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(id, pattern) for pattern in patterns)


def _join(found: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        there = found.get(key)
        if isinstance(there, dict) and isinstance(value, Mapping):
            _join(there, value)
        elif isinstance(value, Mapping):
            found[key] = {}
            _join(found[key], value)
        else:
            found[key] = value


def read_overrides(package: str, name: str = "overrides.toml") -> Overrides:
    """The tables ``[[for]]`` of a TOML file in a package.

    Raises:
        PluginError: A table has no models or a key that means nothing.
    """
    import tomllib

    tables = tomllib.loads(files(package).joinpath(name).read_text("utf-8")).get("for", [])
    for table in tables:
        unknown = sorted(set(table) - KEYS)
        if unknown or not table.get("models"):
            what = f"has the unknown key {unknown[0]!r}" if unknown else "names no models"
            raise PluginError(f"A table of {package}/{name} {what}; it takes {', '.join(sorted(KEYS))}.")
    return Overrides(tables)
