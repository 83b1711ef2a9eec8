"""What a provider remembers, as values that can be compared: of its instance, and of its classes."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Set
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

from tarash_core.catalog.catalog import Catalog
from tarash_core.plugins.provider import Provider

_DEEPEST = 6
_FIXED = (Catalog, FunctionType, ModuleType, property, classmethod, staticmethod, functools.cached_property, type)


def memory_of(provider: Provider) -> Mapping[str, Any]:
    """Everything that a provider keeps between requests, by name.

    What a ``cached_property`` keeps, and the catalogue, follow from the provider itself and are left out.
    """
    return MappingProxyType({name: _copied(value) for name, value in _kept(provider)})


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names whose value is another one, or was not there."""
    return sorted(
        name for name in before.keys() | after.keys() if before.get(name, _copied) != after.get(name, _copied)
    )


def _kept(provider: Provider) -> Iterator[tuple[str, Any]]:
    known = [kind for kind in type(provider).__mro__ if kind not in Provider.__mro__]
    derived = {name for kind in known for name, value in vars(kind).items() if _is_derived(value)}
    for owner in (*reversed(known), provider):
        for name, value in vars(owner).items():
            if name not in derived and not name.startswith("__") and not isinstance(value, _FIXED):
                yield name, value


def _is_derived(value: Any) -> bool:
    return isinstance(value, functools.cached_property)


def _copied(value: Any, depth: int = 0) -> Any:
    """A value that stays as it is now; what cannot be looked into is told by its repr."""
    if depth > _DEEPEST or isinstance(value, _FIXED):
        return id(value)
    if isinstance(value, Mapping):
        return {"keys": [(_copied(key, depth + 1), _copied(item, depth + 1)) for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return [_copied(item, depth + 1) for item in value]
    if isinstance(value, Set):
        return sorted(repr(_copied(item, depth + 1)) for item in value)
    if not isinstance(value, Provider) and hasattr(value, "__dict__"):
        return {"is": id(value), **{name: _copied(item, depth + 1) for name, item in vars(value).items()}}
    return repr(value)
