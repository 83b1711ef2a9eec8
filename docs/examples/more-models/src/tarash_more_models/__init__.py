"""Models of Acme that Replicate serves, added to Tarash's provider for Replicate; the entry point names this module."""

from __future__ import annotations

from collections.abc import Mapping

from tarash_core.catalog import Lifecycle, ModelSpec, Price, Variant
from tarash_core.fields import (
    FieldMapper,
    choice_field_mapper,
    duration_field_mapper,
    passthrough_field_mapper,
    requires,
    single_image_field_mapper,
)
from tarash_core.plugins import hookimpl

SOURCE, CHECKED = "https://models.acme.example/fox", "2026-11-22"
PRICE = Price(usd_per_second="0.05", source=SOURCE, checked=CHECKED)

_FIELDS: Mapping[str, FieldMapper] = {
    "prompt": passthrough_field_mapper("prompt", required=True, max_length=1000),
    "seconds": duration_field_mapper("int", [4, 8, 12], default=4),
    "resolution": choice_field_mapper("resolution", ["720p", "1080p"], default="720p"),
    "seed": passthrough_field_mapper("seed", minimum=0),
}
_RULES = (requires("resolution", "1080p", duration_seconds=[4, 8]),)

_FOX = ModelSpec(
    title="Fox",
    family=True,  # also for acme/fox:<version>
    variants=(
        Variant(modes={"text-to-video"}, fields=_FIELDS, rules=_RULES, price=PRICE),
        Variant(
            modes={"image-to-video"},
            fields={**_FIELDS, "image": single_image_field_mapper(True, "first_frame", forms=("url", "data_uri"))},
            rules=_RULES,
            price=PRICE,
        ),
    ),
    lifecycle=Lifecycle(listed="2026-11-01", source=SOURCE, checked=CHECKED),
)

MODELS: Mapping[str, Mapping[str, ModelSpec]] = {"replicate": {"acme/fox": _FOX}}
"""The models by the provider that serves them."""


@hookimpl
def tarash_register_models(provider: str) -> Mapping[str, ModelSpec] | None:
    """What is added to a provider; asked for each by its canonical name."""
    return MODELS.get(provider)
