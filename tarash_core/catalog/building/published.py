"""Holding a catalogue that is written by hand against what the vendor publishes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from attrs import evolve, field, frozen

from tarash_core.catalog.building.endpoint import Endpoint
from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.fields.builders import constant_field_mapper
from tarash_core.fields.mapper import FieldMapper


def model_of(endpoint: Endpoint) -> str:
    """The model that a published way belongs to: ``gen4.5`` of ``gen4.5/image_to_video``."""
    return endpoint.id.partition("/")[0]


def on_path(endpoint: Endpoint, variant: Variant) -> bool:
    """Whether a variant goes to the path of a published way."""
    return variant.endpoint_for(model_of(endpoint)) == endpoint.facts.get("endpoint")


def _none(model: str, variant: Variant) -> bool:
    return False


@frozen(kw_only=True)
class PublishedSource:
    """What a catalogue written by hand is held against; a plugin's module ``catalog_source`` has it as ``SOURCE``.

    The published inputs are the plugin's ``catalog.json``: one entry for each way to call a model, its id the model's
    with a name behind a slash. Nothing reads the file but ``tarash catalog audit`` and tests.

    Attributes:
        package: The package that carries ``catalog.json``.
        is_way: Whether a variant of the model is the published way; by its path where nothing else is said.
        is_apart: Whether no schema is published of a model's variant, so that it is held against none.
        left_out: Published inputs that are not offered, by a pattern of ids, as ``fnmatch`` reads it.
        passes_on: Whether what ``extra_params`` gives under a wire name that a word of ours also writes goes to the
            vendor as it is, unchecked.
    """

    package: str
    is_way: Callable[[Endpoint, Variant], bool] = on_path
    is_apart: Callable[[str, Variant], bool] = _none
    left_out: Mapping[str, Collection[str]] = field(factory=dict)
    passes_on: bool = False

    @property
    def schemas(self) -> Path:
        """The file of published inputs."""
        return Path(str(files(self.package))) / "catalog.json"

    def model_of(self, endpoint: Endpoint) -> str:
        """The model that a published way belongs to."""
        return model_of(endpoint)

    def parts(self, models: Mapping[str, ModelSpec], endpoints: Mapping[str, Endpoint]) -> dict[str, ModelSpec]:
        """The models in parts: each published way as a model of its own, by its id, the model's name written out.

        A way of ours that is not published stands under the model's id and its modes.
        """
        found = {name: self._part(endpoint, models) for name, endpoint in endpoints.items()}
        known = {id(way) for ways in found.values() for way in ways}
        parts = {
            name: evolve(models[model_of(endpoints[name])], variants=[_named(way, endpoints[name]) for way in ways])
            for name, ways in found.items()
            if ways
        }
        return parts | dict(self._unpublished(models, known))

    def _part(self, endpoint: Endpoint, models: Mapping[str, ModelSpec]) -> list[Variant]:
        spec = models.get(model_of(endpoint))
        return [way for way in spec.variants if self.is_way(endpoint, way)] if spec else []

    def _unpublished(self, models: Mapping[str, ModelSpec], known: set[int]) -> Iterator[tuple[str, ModelSpec]]:
        for model, spec in models.items():
            for way in spec.variants:
                if id(way) not in known and not self.is_apart(model, way):
                    yield f"{model} ({', '.join(way.modes)})", evolve(spec, variants=[way])


def _named(way: Variant, endpoint: Endpoint) -> Variant:
    """A variant with the model's id in place of ``"$model"``, as a plan writes it."""
    name = constant_field_mapper(model_of(endpoint))
    fields: dict[str, FieldMapper] = {k: name if m.constant == "$model" else m for k, m in way.fields.items()}
    return evolve(way, fields=fields)
