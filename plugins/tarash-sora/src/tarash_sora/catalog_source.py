"""What ``tarash catalog audit`` holds OpenAI's models against: each mode of a model is one published way."""

from __future__ import annotations

from tarash_core.catalog.building.endpoint import Endpoint
from tarash_core.catalog.building.published import PublishedSource
from tarash_core.catalog.spec import Variant


def is_own(variant: Variant) -> bool:
    """Whether a variant is OpenAI's own; the dialects of other servers publish no schema."""
    return variant.surface in (None, "openai")


def is_way(endpoint: Endpoint, variant: Variant) -> bool:
    """Whether a variant is a published way: on OpenAI's own surface, at its path, in its mode."""
    return (
        is_own(variant)
        and variant.endpoint == endpoint.facts["endpoint"]
        and endpoint.id.rpartition("/")[2] in variant.modes
    )


SOURCE = PublishedSource(package="tarash_sora", is_way=is_way, is_apart=lambda model, variant: not is_own(variant))
