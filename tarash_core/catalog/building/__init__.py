"""Catalogues built from published schemas: one road for every provider.

Reading (:mod:`openapi`, :mod:`endpoint`), meaning (:mod:`roles`, :mod:`fields`, :mod:`modes`, :mod:`ways`, with the
plugin's :mod:`overrides`), storing (:mod:`writing`), and reading back when a model is looked up (:mod:`decoding`),
which is all that a provider imports. A catalogue written by hand is :mod:`published`'s: it has the schemas beside it.
:mod:`audit` compares a catalogue of either kind with the schemas, and :mod:`held` is what all tests of the two share.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tarash_core.catalog.building.decoding import decode as decode
    from tarash_core.catalog.building.decoding import stored_catalog as stored_catalog
    from tarash_core.catalog.building.endpoint import Endpoint as Endpoint
    from tarash_core.catalog.building.endpoint import SchemaFile as SchemaFile
    from tarash_core.catalog.building.endpoint import read_schemas as read_schemas
    from tarash_core.catalog.building.endpoint import write_schemas as write_schemas
    from tarash_core.catalog.building.entries import entry_of as entry_of
    from tarash_core.catalog.building.entries import spec_of_openapi as spec_of_openapi
    from tarash_core.catalog.building.held import Held as Held
    from tarash_core.catalog.building.held import dead_replacements as dead_replacements
    from tarash_core.catalog.building.held import held_of as held_of
    from tarash_core.catalog.building.openapi import read_openapi as read_openapi
    from tarash_core.catalog.building.overrides import Overrides as Overrides
    from tarash_core.catalog.building.overrides import read_overrides as read_overrides
    from tarash_core.catalog.building.published import PublishedSource as PublishedSource
    from tarash_core.catalog.building.source import CatalogSource as CatalogSource
else:
    _NAMES = {
        "decoding": ("decode", "stored_catalog"),
        "endpoint": ("Endpoint", "SchemaFile", "read_schemas", "write_schemas"),
        "entries": ("entry_of", "spec_of_openapi"),
        "held": ("Held", "dead_replacements", "held_of"),
        "openapi": ("read_openapi",),
        "overrides": ("Overrides", "read_overrides"),
        "published": ("PublishedSource",),
        "source": ("CatalogSource",),
    }
    _MODULES = {name: module for module, listed in _NAMES.items() for name in listed}

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


__all__ = [
    "CatalogSource",
    "Endpoint",
    "Held",
    "Overrides",
    "PublishedSource",
    "SchemaFile",
    "dead_replacements",
    "decode",
    "entry_of",
    "held_of",
    "read_openapi",
    "read_overrides",
    "read_schemas",
    "spec_of_openapi",
    "stored_catalog",
    "write_schemas",
]
