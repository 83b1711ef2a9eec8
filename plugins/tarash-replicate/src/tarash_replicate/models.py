"""The models of Replicate as data: wire names are the model's own inputs.

Replicate takes any unknown input in silence, so that a wrong name would be paid for. ``catalog.json`` is built from the
published inputs and from ``overrides.toml``, by ``tarash catalog build replicate``; it is read when a model is
looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarash_core.catalog import ModelSpec, Variant
from tarash_core.catalog.building.decoding import stored_catalog
from tarash_core.fields import duration_field_mapper, passthrough_field_mapper
from tarash_core.models.job import Kind

COLLECTIONS = ("text-to-video", "image-to-video", "text-to-image", "official")
"""Replicate's own selections in which new models of ours turn up; one that is missing is passed over."""

KINDS: Mapping[str, Kind] = {
    **dict.fromkeys((".mp4", ".webm", ".mov", ".gif"), "video"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".avif", ".svg"), "image"),
}
"""What a file is by the end of its name."""

PREDICTIONS = "/v1/predictions"
"""Where predictions stand, and those of versions are bought."""

_ANY = {
    name: passthrough_field_mapper(name) for name in ("prompt", "negative_prompt", "aspect_ratio", "resolution", "seed")
}
GENERIC = ModelSpec(
    title="a model that no catalogue lists",
    variants=(
        Variant(modes={"text-to-video"}, fields={**_ANY, "duration": duration_field_mapper("number")}),
        Variant(modes={"text-to-image"}, fields=_ANY),
    ),
)
"""For unlisted models, versions and deployments. It takes no media: under a name that the model lacks, Replicate would
ignore them, and sell a clip that has nothing to do with the picture. ``extra_params`` names the input."""


def _versions(models: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    """What serves ``owner/name:<version>``: the same inputs on the route for versions.

    A family has a boundary of its own: flux-dev is no family of flux-dev-lora, but of flux-dev:<version>.
    """
    return {f"{id}:": {**entry, "family": True, "endpoint": PREDICTIONS} for id, entry in models.items()}


CATALOG = stored_catalog("tarash_replicate", generic=GENERIC, more=_versions)
