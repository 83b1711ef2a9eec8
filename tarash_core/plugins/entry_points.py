"""What is installed, by its entry points: read once per process, and nothing of it imported."""

from __future__ import annotations

import functools
import importlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from tarash_core.plugins.warnings import warn

if TYPE_CHECKING:
    from importlib_metadata import EntryPoint

Group = Literal["tarash.providers", "tarash.plugins"]


@functools.cache
def _read() -> Mapping[str, Mapping[str, tuple[EntryPoint, ...]]]:
    found: dict[str, dict[str, tuple[EntryPoint, ...]]] = {"tarash.providers": {}, "tarash.plugins": {}}
    for entry in _all_entry_points():
        if entry.group in found:
            named = found[entry.group]
            named[entry.name] = (*named.get(entry.name, ()), entry)
    return found


def _all_entry_points() -> Iterable[EntryPoint]:
    from importlib_metadata import entry_points

    try:
        return entry_points()
    except Exception:
        # Some package has an unreadable entry_points.txt, which must not cost the others theirs.
        return list(_readable_entry_points())


def _readable_entry_points() -> Iterator[EntryPoint]:
    from importlib_metadata import distributions

    for distribution in distributions():
        try:
            yield from distribution.entry_points
        except Exception as error:
            warn(f"The entry points of a package cannot be read, it is left out: {type(error).__name__}: {error}")


def installed(group: Group) -> Mapping[str, tuple[EntryPoint, ...]]:
    """The entry points of a group by name; more than one where several packages claim the name."""
    return _read()[group]


def forget() -> None:
    """Reads the entry points anew when they are next asked for; packages installed since are then seen."""
    importlib.invalidate_caches()
    _read.cache_clear()


def distribution_of(entry: EntryPoint) -> str:
    """The name of the package that an entry point came with; its module where the package tells no name."""
    try:
        return str(entry.dist.name) if entry.dist else entry.module
    except Exception:
        return entry.module


def version_of(entry: EntryPoint) -> str | None:
    """The version of that package, where it tells one."""
    try:
        return str(entry.dist.version) if entry.dist else None
    except Exception:
        return None


def plain(name: str) -> str:
    """A package name in the one spelling in which such names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def switched_off_by(entry: EntryPoint) -> str | None:
    """The variable that forbids loading an entry point; None where it may be loaded.

    ``TARASH_LOAD_PLUGINS`` lists all that may be loaded (empty: nothing), ``TARASH_DISABLE_PLUGINS`` what may not;
    both by the name of the entry point or of its package, separated by commas.
    """
    names = {plain(entry.name), plain(distribution_of(entry))}
    allowed = os.environ.get("TARASH_LOAD_PLUGINS")
    if allowed is not None and names.isdisjoint(_listed(allowed)):
        return "TARASH_LOAD_PLUGINS"
    forbidden = _listed(os.environ.get("TARASH_DISABLE_PLUGINS", ""))
    return None if names.isdisjoint(forbidden) else "TARASH_DISABLE_PLUGINS"


def _listed(text: str) -> set[str]:
    return {plain(name) for name in re.split(r"[,\s]+", text) if name}
