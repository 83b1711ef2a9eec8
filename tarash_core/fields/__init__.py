"""The field mappers: how our words become a model's own, as data that can be asked."""

from tarash_core.fields.builders import (
    audio_url_field_mapper,
    choice_field_mapper,
    constant_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    image_input_field_mapper,
    image_list_field_mapper,
    mask_image_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    quality_field_mapper,
    single_image_field_mapper,
    size_field_mapper,
    size_table_field_mapper,
    style_field_mapper,
    video_url_field_mapper,
)
from tarash_core.fields.mapper import FieldMapper, Frames
from tarash_core.fields.rules import Rule, at_least_one_of, excludes, requires, rule
from tarash_core.fields.shapes import AnySize
from tarash_core.models.limits import ImageLimits
from tarash_core.models.plan import MediaForm

__all__ = [
    "AnySize",
    "FieldMapper",
    "Frames",
    "ImageLimits",
    "MediaForm",
    "Rule",
    "at_least_one_of",
    "audio_url_field_mapper",
    "choice_field_mapper",
    "constant_field_mapper",
    "duration_field_mapper",
    "excludes",
    "extra_params_field_mapper",
    "image_input_field_mapper",
    "image_list_field_mapper",
    "mask_image_field_mapper",
    "n_images_field_mapper",
    "passthrough_field_mapper",
    "quality_field_mapper",
    "requires",
    "rule",
    "single_image_field_mapper",
    "size_field_mapper",
    "size_table_field_mapper",
    "style_field_mapper",
    "video_url_field_mapper",
]
