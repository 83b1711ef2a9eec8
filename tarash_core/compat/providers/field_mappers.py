"""The original's ``providers.field_mappers``; see :mod:`tarash_core.compat.mappers`."""

from __future__ import annotations

from tarash_core.compat.habits import note
from tarash_core.compat.mappers import (
    FieldMapper,
    apply_field_mappers,
    duration_field_mapper,
    extra_params_field_mapper,
    get_field_mappers_from_registry,
    image_input_field_mapper,
    image_list_field_mapper,
    mask_image_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    quality_field_mapper,
    single_image_field_mapper,
    size_field_mapper,
    style_field_mapper,
    video_url_field_mapper,
)

__all__ = [
    "FieldMapper", "apply_field_mappers", "duration_field_mapper", "extra_params_field_mapper",
    "get_field_mappers_from_registry", "image_input_field_mapper", "image_list_field_mapper",
    "mask_image_field_mapper", "n_images_field_mapper", "passthrough_field_mapper", "quality_field_mapper",
    "single_image_field_mapper", "size_field_mapper", "style_field_mapper", "video_url_field_mapper",
]  # fmt: skip

note("import field_mappers")
