{%- set video, image = cookiecutter.kind != 'image', cookiecutter.kind != 'video' -%}
"""The models of {{ cookiecutter.title }} as data: their inputs, under which names, and their prices."""

from __future__ import annotations

from collections.abc import Mapping

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Price, Variant
from tarash_core.fields import (
    FieldMapper,
    choice_field_mapper,
    constant_field_mapper,
{%- if video %}
    duration_field_mapper,
{%- endif %}
    passthrough_field_mapper,
{%- if video %}
    single_image_field_mapper,
{%- endif %}
)

DOCS = "{{ cookiecutter.__origin }}/docs"
CHECKED = "{% now 'utc', '%Y-%m-%d' %}"
"""When somebody last compared this file with the vendor's documentation."""

RATIOS = ("16:9", "9:16", "1:1")

_SHARED: Mapping[str, FieldMapper] = {
    "model": constant_field_mapper("$model"),
    "prompt": passthrough_field_mapper("prompt", required=True, max_length=2000),
    "aspect_ratio": choice_field_mapper("aspect_ratio", RATIOS, default="16:9"),
    "seed": passthrough_field_mapper("seed", minimum=0),
}
{%- if video %}
_VIDEO: Mapping[str, FieldMapper] = {**_SHARED, "seconds": duration_field_mapper("int", [4, 8], default=4)}
_PER_SECOND = Price(usd_per_second="0.10", source=DOCS, checked=CHECKED)

TEXT_TO_VIDEO = Variant(modes={"text-to-video"}, endpoint="/v1/videos", fields=_VIDEO, price=_PER_SECOND)
IMAGE_TO_VIDEO = Variant(
    modes={"image-to-video"},
    endpoint="/v1/videos",
    fields={**_VIDEO, "image": single_image_field_mapper(True, "first_frame", forms=("url", "data_uri"))},
    price=_PER_SECOND,
)
{%- endif %}
{%- if image %}
{%- if video %}
{% endif %}
TEXT_TO_IMAGE = Variant(
    modes={"text-to-image"},
    endpoint="/v1/images",
    fields=_SHARED,
    price=Price(usd_per_output="0.04", source=DOCS, checked=CHECKED),
)
{%- endif %}

CATALOG = Catalog(
    {
        "{{ cookiecutter.__model }}": ModelSpec(
            variants=({{ 'TEXT_TO_VIDEO, IMAGE_TO_VIDEO' if video }}{{ ', ' if video and image }}{{ 'TEXT_TO_IMAGE' if image }}{{ ',' if not video }}),
            lifecycle=Lifecycle(source=DOCS, checked=CHECKED),
        ),
    }
)
