"""Searching models by what they can do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from attrs import frozen

from tarash_core.catalog.catalog import BOUNDARIES, Catalog
from tarash_core.catalog.registry import registry
from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.fields import names, shapes, values
from tarash_core.models.cost import Cost
from tarash_core.models.job import Kind


@frozen
class Match:
    """One way to call a model that has what was searched for.

    Attributes:
        id: The model's id.
        variant: The way to call it.
        spec: The model.
        price: What one job with the searched values should cost; None where no price is known.
    """

    id: str
    variant: Variant
    spec: ModelSpec
    price: Cost | None = None


def search_models(
    provider_name: str,
    catalog: Catalog,
    *,
    kind: Kind | None = None,
    mode: str | None = None,
    duration_seconds: float | None = None,
    resolution: str | None = None,
    aspect_ratio: str | None = None,
    inputs: Iterable[str] = (),
    max_usd: float | Decimal | None = None,
    retired: bool = False,
) -> Iterator[Match]:
    """The ways to call a provider's models that have everything asked for.

    Args:
        provider_name: Canonical name of the provider.
        catalog: Its catalogue; additions of this process count too.
        kind: ``video`` or ``image``.
        mode: One of the modes.
        duration_seconds: A length that must be possible.
        resolution: A resolution that must be possible.
        aspect_ratio: A ratio that must be possible.
        inputs: Media that must be taken: an image's type, ``image``, ``video``, ``audio`` or ``mask_image``.
        max_usd: The most that one job may cost; models without a known price are left out.
        retired: Whether to list what is switched off too.
    """
    wishes = {"duration_seconds": duration_seconds, "resolution": resolution, "aspect_ratio": aspect_ratio}
    asked = {name: value for name, value in wishes.items() if value is not None}
    added = registry.models(provider_name)
    for id in dict.fromkeys((*listed_ids(catalog), *listed_ids(added))):
        spec = added[id] if id in added else catalog[id]
        for variant in spec.variants:
            if not _is_asked(spec, variant, kind, mode, retired) or not _can(variant, asked, tuple(inputs)):
                continue
            cost = _cost(spec, variant, asked)
            if max_usd is None or (cost is not None and cost.amount <= Decimal(str(max_usd))):
                yield Match(id, variant, spec, cost)


def listed_ids(models: Iterable[str]) -> tuple[str, ...]:
    """The ids that can be called as they are: without the families that end in a boundary."""
    return tuple(id for id in models if id[-1] not in BOUNDARIES)


def _is_asked(spec: ModelSpec, variant: Variant, kind: Kind | None, mode: str | None, retired: bool) -> bool:
    if (kind and variant.kind != kind) or (mode and mode not in variant.modes):
        return False
    return retired or not any(life and life.has_ended() for life in (spec.lifecycle, variant.lifecycle))


def _can(variant: Variant, asked: dict[str, Any], inputs: tuple[str, ...]) -> bool:
    return all(_takes(variant, name) for name in inputs) and all(offers(variant, n, v) for n, v in asked.items())


def _takes(variant: Variant, name: str) -> bool:
    has = variant.layout.inputs
    if name == "image":
        return bool(variant.layout.image_sources)
    source = names.IMAGE_SOURCES.get(name, name)
    return source in has or (name in names.IMAGE_SOURCES and names.ANY_IMAGE in has)


def offers(variant: Variant, name: str, value: Any) -> bool:
    """Whether a variant makes a wish come true: its input takes the value, or it always has it."""
    if name in variant.fixed:
        return bool(values.key_of(name, variant.fixed[name]) == values.key_of(name, value))
    entry = variant.layout.by_source.get(name)
    if entry is None:
        return False
    if entry.mapper.shapes is None:
        return entry.mapper.refusal(value) is None
    wish = shapes.Wish(**{{"aspect_ratio": "ratio"}.get(name, name): value})
    return shapes.pick(entry.mapper.shapes, wish, entry.mapper.default, variant.kind).missing is None


def _cost(spec: ModelSpec, variant: Variant, asked: dict[str, Any]) -> Cost | None:
    price = variant.price or spec.price
    if price is None:
        return None
    defaults = {
        source: entry.mapper.default
        for source, entry in variant.layout.by_source.items()
        if entry.mapper.default is not None and entry.mapper.shapes is None
    }
    return price.estimate({**defaults, **variant.fixed, **asked})
