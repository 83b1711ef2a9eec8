"""What is added at run time: models, field mappings, and schemas that were fetched.

Nothing here knows a provider; what is added lives as long as the process, and takes effect with the next plan.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tarash_core.catalog.spec import ModelSpec
from tarash_core.errors import ValidationError
from tarash_core.fields.mapper import FieldMapper
from tarash_core.fields.paths import parse

if TYPE_CHECKING:
    from tarash_core.catalog.catalog import Catalog

FieldMapping = Mapping[str, FieldMapper]
"""A mapper for each wire path."""


class Registry:
    """Additions to the catalogues of all providers. Reading needs no lock: what is read is never changed.

    Attributes:
        extensions: Gives the models that installed extensions add to a provider; what a program adds itself goes over
            them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: Mapping[str, Mapping[str, ModelSpec]] = {}
        self._mappings: Mapping[str, Mapping[str, FieldMapping]] = {}
        self._fetched: Mapping[str, Mapping[str, ModelSpec]] = {}
        self.extensions: Callable[[str], Mapping[str, ModelSpec]] | None = None

    def models(self, provider: str) -> Mapping[str, ModelSpec]:
        """The models added to a provider."""
        own = self._models.get(provider, {})
        added = self.extensions(provider) if self.extensions is not None else {}
        return {**added, **own} if added else own

    def mappings(self, provider: str) -> Mapping[str, FieldMapping]:
        """The field mappings added to a provider."""
        return self._mappings.get(provider, {})

    def fetched(self, provider: str) -> Mapping[str, ModelSpec]:
        """The specs made of schemas that were fetched."""
        return self._fetched.get(provider, {})

    def add_models(self, provider: str, models: Mapping[str, ModelSpec]) -> None:
        """Adds models, or puts others in their place."""
        for model, spec in models.items():
            if not isinstance(spec, ModelSpec):
                raise ValidationError(f"The model {model!r} needs a ModelSpec, not {spec!r}.")
        with self._lock:
            self._models = {**self._models, provider: {**self._models.get(provider, {}), **models}}

    def add_mappings(self, provider: str, mappings: Mapping[str, FieldMapping]) -> None:
        """Adds field mappings; a path that a model has already is replaced, the others stay."""
        for model, mapping in mappings.items():
            _check(model, mapping)
        with self._lock:
            before = self.mappings(provider)
            merged = {model: {**before.get(model, {}), **mapping} for model, mapping in mappings.items()}
            self._mappings = {**self._mappings, provider: {**before, **merged}}

    def remember(self, provider: str, model: str, spec: ModelSpec) -> None:
        """Keeps a spec that was made of a fetched schema."""
        with self._lock:
            self._fetched = {**self._fetched, provider: {**self.fetched(provider), model: spec}}

    def clear(self) -> None:
        """Forgets everything, for tests."""
        with self._lock:
            self._models, self._mappings, self._fetched = {}, {}, {}


def _check(model: str, mapping: FieldMapping) -> None:
    if not isinstance(mapping, Mapping):
        raise ValidationError(f"The field mapping of {model!r} must be a dict of wire path -> FieldMapper.")
    for path, mapper in mapping.items():
        parse(path)
        if not isinstance(mapper, FieldMapper):
            raise ValidationError(f"The field {path!r} of {model!r} needs a FieldMapper, not {mapper!r}.")


registry = Registry()
"""The additions of this process."""


def add_models(provider: str, models: Mapping[str, ModelSpec]) -> None:
    """Adds models to a provider, or corrects them; ``provider`` is its canonical name."""
    registry.add_models(provider, models)


def register_provider_field_mapping(provider: str, mapping: Mapping[str, FieldMapping]) -> None:
    """Adds field mappings to models of a provider.

    Args:
        provider: Canonical name of the provider.
        mapping: ``{model: {wire path: FieldMapper}}``. For a listed model the paths are added to every way of calling
            it, or replace what is there; an id that nobody lists becomes a model of its own. An id that ends in
            ``/``, ``:``, ``-`` or ``@`` stands for every model that begins so.

    Raises:
        ValidationError: A path cannot be read or a value is no FieldMapper; nothing was added.
    """
    registry.add_mappings(provider, mapping)


def get_provider_field_mapping(
    provider: str, catalog: Catalog | None = None
) -> dict[str, dict[str, FieldMapper]] | None:
    """The field mappings of a provider by model, those of its catalogue included where that is given.

    Returns:
        ``{model: {wire path: FieldMapper}}``; a model with several ways of being called has the paths of all. None if
        nothing is known.
    """
    found: dict[str, dict[str, FieldMapper]] = {}
    for model, spec in (*(catalog.items() if catalog is not None else ()), *registry.models(provider).items()):
        found[model] = {path: mapper for variant in reversed(spec.variants) for path, mapper in variant.fields.items()}
    for model, mapping in registry.mappings(provider).items():
        found[model] = {**found.get(model, {}), **mapping}
    return found or None
