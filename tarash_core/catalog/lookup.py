"""Finding what is known about a model: additions of this process, the catalogue, fetched schemas, families.

The order: an addition under exactly this id, the catalogue's own entry, a fetched schema, the longest declared family
on a boundary, and at last general rules with a warning. An entry that is no family never stands in for another.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from attrs import evolve, frozen

from tarash_core.catalog.catalog import BOUNDARIES, Catalog, stems
from tarash_core.catalog.registry import FieldMapping, registry
from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.errors import ValidationError
from tarash_core.fields import names
from tarash_core.models.notice import Notice
from tarash_core.models.request import MODES


@frozen
class Found:
    """What is known about a model.

    Attributes:
        spec: Its data.
        id: The id of the entry that gave them: the model's own, or its family's; the model's own for general rules.
        notices: What the caller should know about the find.
    """

    spec: ModelSpec
    id: str
    notices: tuple[Notice, ...] = ()


def find_model(provider_name: str, catalog: Catalog, model: str, *, discoverable: bool = False) -> Found:
    """What is known about a model of a provider.

    Args:
        provider_name: Canonical name of the provider.
        catalog: The provider's own catalogue.
        model: The model id as the caller wrote it.
        discoverable: Whether the schema of an unlisted model could be fetched, which is then said.

    Raises:
        ValidationError: Nobody lists the model, and the provider has no general rules.
    """
    exact = _exact(provider_name, catalog, model) or _family(provider_name, catalog, model)
    mapping = _mapping(provider_name, model)
    if exact is not None:
        spec = exact.spec if mapping is None else _with_fields(exact.spec, *mapping)
        return exact if mapping is None else evolve(exact, spec=spec)
    if mapping is not None:
        return Found(_of_fields(*mapping), mapping[0])
    return _general(provider_name, catalog, model, discoverable)


def is_known(provider_name: str, catalog: Catalog, model: str) -> bool:
    """Whether more than general rules is known about a model."""
    known = _exact(provider_name, catalog, model) or _family(provider_name, catalog, model)
    return known is not None or _mapping(provider_name, model) is not None


def nearest(provider_name: str, catalog: Catalog, model: str) -> str | None:
    """The id that was probably meant by an unknown one; additions of this process count too."""
    import difflib

    added = difflib.get_close_matches(model, registry.models(provider_name), n=1)
    return next(iter(added or catalog.near(model)), None)


def _exact(provider: str, catalog: Catalog, model: str) -> Found | None:
    spec = registry.models(provider).get(model) or catalog.get(model) or registry.fetched(provider).get(model)
    return Found(spec, model) if spec is not None else None


def _family(provider: str, catalog: Catalog, model: str) -> Found | None:
    """The longest family; an addition stands before an entry of the same length."""
    added, listed = registry.models(provider), catalog.family_of(model)
    for id in stems(model):
        if id in added and added[id].family:
            return Found(added[id], id)
        if id == listed:
            return Found(catalog[id], id)
    return None


def _mapping(provider: str, model: str) -> tuple[str, FieldMapping] | None:
    added = registry.mappings(provider)
    if model in added:
        return model, added[model]
    if not added:
        return None
    return next(((id, added[id]) for id in stems(model) if id in added and id[-1] in BOUNDARIES), None)


class _Once:
    """A mapping and a spec as a key: the same two objects give the same merged spec."""

    def __init__(self, spec: ModelSpec | None, mapping: FieldMapping) -> None:
        self.spec, self.mapping = spec, mapping

    def __hash__(self) -> int:
        return hash((id(self.spec), id(self.mapping)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once) and self.spec is other.spec and self.mapping is other.mapping


def _with_fields(spec: ModelSpec, id: str, mapping: FieldMapping) -> ModelSpec:
    return _merged(_Once(spec, mapping))


def _of_fields(id: str, mapping: FieldMapping) -> ModelSpec:
    return _merged(_Once(None, mapping))


@functools.lru_cache(maxsize=256)
def _merged(once: _Once) -> ModelSpec:
    if once.spec is None:
        return ModelSpec(variants=tuple(_variants_of(once.mapping)))
    return evolve(once.spec, variants=tuple(_extended(variant, once.mapping) for variant in once.spec.variants))


def _extended(variant: Variant, mapping: FieldMapping) -> Variant:
    return evolve(variant, fields={**variant.fields, **mapping})


def _variants_of(mapping: FieldMapping) -> Iterator[Variant]:
    """One way for each kind that the mappers can serve, in any mode of it."""
    sources = {mapper.source_field for mapper in mapping.values()}
    for kind, only in (("video", _ONLY_VIDEO), ("image", _ONLY_IMAGE)):
        other = _ONLY_IMAGE if kind == "video" else _ONLY_VIDEO
        if sources & only or not sources & other:
            modes = [mode for mode in MODES if (mode in names.VIDEO_MODES) == (kind == "video")]
            yield Variant(modes=modes, fields=mapping)


_ONLY_VIDEO = {
    "duration_seconds",
    "generate_audio",
    "fps",
    "first_frame",
    "last_frame",
    "video",
    "audio",
    "number_of_videos",
}
_ONLY_IMAGE = {"size", "quality"}


def _general(provider: str, catalog: Catalog, model: str, discoverable: bool) -> Found:
    near = nearest(provider, catalog, model)
    hint = f"did you mean {near}?" if near else ""
    help = "discover_model or discover=True fetches its published schema" if discoverable else ""
    if catalog.generic is None:
        known = hint or help or f"known: {', '.join(sorted(catalog)[:12]) or 'none'}"
        raise ValidationError(
            f"{provider} has no model {model!r}; {known.rstrip('.?')}{'?' if hint else '.'}",
            provider=provider,
            model=model,
        )
    text = f"{provider}/{model} is in no catalogue, so general rules are used and its limits are not checked"
    sentences = (f"{text}; {help}." if help else f"{text}.", hint[:1].upper() + hint[1:])
    return Found(catalog.generic, model, (Notice("unknown_model", None, " ".join(filter(None, sentences))),))
