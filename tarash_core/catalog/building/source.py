"""Where a provider's catalogue comes from: its package, its schema file, and the vendor's own lists."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import evolve, field, frozen

from tarash_core.catalog.building.endpoint import Endpoint, SchemaFile
from tarash_core.catalog.building.openapi import read_openapi
from tarash_core.catalog.building.published import PublishedSource
from tarash_core.errors import PluginError, ValidationError

if TYPE_CHECKING:
    from tarash_core.catalog.spec import ModelSpec
    from tarash_core.plugins.provider import Provider, Steps


@frozen
class Fetched:
    """What a vendor publishes now.

    Attributes:
        endpoints: Endpoints with their schemas; facts may hold a ``price``.
        gone: Known ids that the vendor no longer lists.
        unread: Listed ids whose schema cannot be read, with the reason.
    """

    endpoints: tuple[Endpoint, ...]
    gone: frozenset[str] = frozenset()
    unread: Mapping[str, str] = field(factory=dict)


def read_all(
    documents: Mapping[str, Mapping[str, Any]],
    gone: Collection[str],
    facts: Callable[[str], Mapping[str, Any]],
    modality: Callable[[str], tuple[str, ...]] = lambda id: (),
) -> Fetched:
    """What a vendor publishes as OpenAPI documents, one for each model.

    Args:
        documents: The documents, parsed, by model id; one that describes no input is told as unread.
        gone: Known ids that the vendor no longer lists.
        facts: What is known of a model by its id.
        modality: What it does, in the vendor's words; nothing where its document tells.
    """
    endpoints: list[Endpoint] = []
    unread: dict[str, str] = {}
    for id, document in documents.items():
        try:
            read = read_openapi(document, id, modality=modality(id))
        except ValidationError as error:
            unread[id] = str(error)
        else:
            endpoints.append(evolve(read, modality=modality(id), facts=facts(id)))
    return Fetched(tuple(endpoints), frozenset(gone), unread)


@frozen(kw_only=True)
class CatalogSource:
    """How a provider's catalogue is built. A plugin has one as ``SOURCE`` in its module ``catalog_source``.

    Attributes:
        package: The package that carries ``catalog.json`` and ``overrides.toml``.
        about: One sentence on whose facts they are; stands at the head of the catalogue.
        fetch: Steps that ask the vendor for what it publishes; they are given the known ids.
        left_out: Published inputs that are not offered, by a pattern of ids, as ``fnmatch`` reads it.
    """

    package: str
    about: str
    fetch: Callable[[Collection[str]], Steps[Fetched]]
    left_out: Mapping[str, Collection[str]] = field(factory=dict)
    passes_on: ClassVar[bool] = False

    @property
    def catalog(self) -> Path:
        """The catalogue of the package."""
        return Path(str(files(self.package))) / "catalog.json"

    @property
    def schemas(self) -> Path:
        """The schema file among the tests of the package, where it is a checkout."""
        name = self.package.removeprefix("tarash_").replace("_", "-")
        return self.catalog.parents[2] / "tests" / "schemas" / f"{name}.json"

    def model_of(self, endpoint: Endpoint) -> str:
        """The model that a published endpoint belongs to: each is a model."""
        return endpoint.id

    def parts(self, models: Mapping[str, ModelSpec], endpoints: Mapping[str, Endpoint]) -> Mapping[str, ModelSpec]:
        """What of the catalogue each published endpoint is held against: the model of that id."""
        return models


def source_of(provider: Provider) -> CatalogSource | PublishedSource:
    """What a provider's catalogue is built from or held against.

    Raises:
        PluginError: The plugin says nothing of it.
    """
    package = type(provider).__module__.partition(".")[0]
    try:
        found = import_module(f"{package}.catalog_source").SOURCE
    except (ImportError, AttributeError) as error:
        raise PluginError(
            f"The catalogue of {provider.name} cannot be compared with published schemas: "
            f"{package} has no catalog_source.SOURCE.",
            provider=provider.name,
        ) from error
    if not isinstance(found, (CatalogSource, PublishedSource)):
        raise PluginError(
            f"{package}.catalog_source.SOURCE must be a CatalogSource or a PublishedSource, not {found!r}."
        )
    return found


def built_source_of(provider: Provider) -> CatalogSource:
    """What a provider's catalogue is built from.

    Raises:
        PluginError: The catalogue is not built, but written by hand; or the plugin says nothing of it.
    """
    found = source_of(provider)
    if isinstance(found, CatalogSource):
        return found
    raise PluginError(
        f"The catalogue of {provider.name} is written by hand in {found.package}.models and cannot be built or "
        f"fetched; compare it with what the vendor publishes by: tarash catalog audit {provider.name}",
        provider=provider.name,
    )


def merged(known: SchemaFile, fetched: Fetched, day: str) -> SchemaFile:
    """A schema file brought up to date.

    Schemas that were read take the place of the known ones; what the vendor no longer lists stays, with the day.

    Args:
        known: The file as it was.
        fetched: What the vendor publishes now.
        day: Today, in ISO form.
    """
    endpoints = dict(known.endpoints)
    for new in fetched.endpoints:
        endpoints[new.id] = _renewed(known.endpoints.get(new.id), new, day)
    for id in fetched.gone & set(endpoints):
        left = endpoints[id]
        endpoints[id] = evolve(left, facts={**left.facts, "delisted": left.facts.get("delisted", day), "checked": day})
    about = {**known.about, "fetched": day, "unread": sorted(fetched.unread)}
    return SchemaFile(about, dict(sorted(endpoints.items())))


def _renewed(old: Endpoint | None, new: Endpoint, day: str) -> Endpoint:
    """The new schema; what the old one knew of the model's life and of what it does is kept."""
    facts: dict[str, Any] = {"listed": day} if old is None else {**old.facts}
    facts |= {**new.facts, "status": "live", "checked": day}
    facts.pop("delisted", None)
    modality = old.modality if old is not None and old.modality else new.modality
    kind = old.kind if old is not None else new.kind
    return evolve(new, kind=kind, modality=modality, facts=facts)
