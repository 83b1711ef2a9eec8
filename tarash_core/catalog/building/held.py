"""A provider's catalogue beside what its vendor publishes, and what must be true of the two.

``tarash catalog audit``, the contract tests and each plugin's own tests ask the same questions, which stand here.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from tarash_core.catalog.building.endpoint import Endpoint, SchemaFile, read_schemas
from tarash_core.catalog.building.source import CatalogSource, source_of
from tarash_core.catalog.lifecycle import Lifecycle
from tarash_core.catalog.search import listed_ids
from tarash_core.catalog.spec import ModelSpec

if TYPE_CHECKING:
    from tarash_core.catalog.building.audit import Report
    from tarash_core.catalog.building.published import PublishedSource
    from tarash_core.plugins.provider import Provider

_ENDS = ("retires", "retired")
_DATES = ("listed", "delisted", "replacement", *_ENDS)


@frozen(slots=False)
class Held:
    """A catalogue beside the published schemas that it is held against.

    Attributes:
        provider: Canonical name of the provider.
        models: The models by id.
        source: Where the schemas are from, and how the two belong together.
        published: The schemas.
    """

    provider: str
    models: Mapping[str, ModelSpec]
    source: CatalogSource | PublishedSource
    published: SchemaFile

    @property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """The published ways by id."""
        return self.published.endpoints

    @functools.cached_property
    def parts(self) -> Mapping[str, ModelSpec]:
        """What of the catalogue each published way is held against; what has no such way stands under a name."""
        return self.source.parts(self.models, self.endpoints)

    @property
    def ids(self) -> tuple[str, ...]:
        """The published ways that the catalogue has."""
        return tuple(id for id in self.endpoints if id in self.parts)

    def report(self) -> Report:
        """The audit: four counts, and what one side lacks. It needs the library jsonschema."""
        from tarash_core.catalog.building.audit import audit

        return audit(self.parts, self.endpoints, self.source.model_of)

    def ungiven(self, id: str) -> list[str]:
        """Published inputs that no way gives, and given ones that :attr:`source` says are left out."""
        ways = self.parts[id].variants
        names = {name for way in ways for name in (*(way.parameters or ()), *way.fields)}
        roots = {name.partition(".")[0].partition("[")[0] for name in names}
        published = set(self.endpoints[id].properties)
        left = {name for pattern, listed in self.source.left_out.items() if fnmatchcase(id, pattern) for name in listed}
        return sorted((published - roots) ^ (left & published))

    def wrong_life(self, id: str) -> list[str]:
        """What the catalogue says of a way's life that is not published, undated, or has no source."""
        spec, facts = self.parts[id], self.endpoints[id].facts
        lives = {life for way in spec.variants if (life := way.lifecycle or spec.lifecycle)}
        if not lives:
            return ["it has no lifecycle"]
        return [fault for life in lives for fault in _faults(life, facts)]

    def check(self, id: str, examples: int = 20) -> None:
        """Everything that must be true of one published way; it needs the libraries jsonschema and hypothesis.

        Args:
            id: The published way.
            examples: How many requests are tried.

        Raises:
            AssertionError: The kind or a date differs, a published input cannot be given, or a plan accepts what the
                published schema refuses.
        """
        from tarash_core.catalog.building.trials import try_model

        ungiven, wrong = self.ungiven(id), self.wrong_life(id)
        assert not ungiven, f"{id}: nothing gives {ungiven}, or left_out names what is given."
        assert not wrong, f"{id}: {wrong}"
        kinds = {way.kind for way in self.parts[id].variants}
        assert kinds == {self.endpoints[id].kind}, f"{id} makes {kinds}, published is {self.endpoints[id].kind}."
        part, endpoint = _without_life(self.parts[id]), self.endpoints[id]
        for count in (examples, 10 * examples):
            if try_model(self.provider, id, part, endpoint, count, own_only=self.source.passes_on):
                return
        raise AssertionError(f"{id}: none of {count} requests was accepted.")


def held_of(provider: Provider, schemas: Path | None = None) -> Held:
    """A provider's catalogue beside what its vendor publishes.

    Args:
        provider: The provider.
        schemas: The schema file; the plugin's own when None.

    Raises:
        PluginError: The plugin does not say what its catalogue is held against.
        ValidationError: There is no schema file.
    """
    source, catalog = source_of(provider), provider.catalog
    models = {id: catalog[id] for id in listed_ids(catalog)}
    return Held(provider.name, models, source, read_schemas(schemas or source.schemas))


def dead_replacements(models: Mapping[str, ModelSpec]) -> list[str]:
    """Replacements of models or ways that are not listed, or have ended themselves."""
    named = {life.replacement for spec in models.values() for life in _lives(spec) if life.replacement}
    return sorted(
        name for name in named if name not in models or any(life.has_ended() for life in _lives(models[name]))
    )


def _lives(spec: ModelSpec) -> Iterator[Lifecycle]:
    yield from filter(None, (spec.lifecycle, *(way.lifecycle for way in spec.variants)))


def _faults(life: Lifecycle, facts: Mapping[str, Any]) -> Iterator[str]:
    if not (life.source and life.checked):
        yield "its lifecycle names no source or no day on which it was checked"
    for name in _DATES:
        ours, theirs = getattr(life, name), facts.get(name)
        if (theirs is not None or name in _ENDS) and (ours and str(ours)) != theirs:
            yield f"{name} is {ours}, published is {theirs}"


def _without_life(spec: ModelSpec) -> ModelSpec:
    """A model that no date refuses."""
    return evolve(spec, lifecycle=None, variants=[evolve(way, lifecycle=None) for way in spec.variants])
