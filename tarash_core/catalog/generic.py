"""The general rules for a model that nobody listed: the wire names that most vendors share, and no limits."""

from __future__ import annotations

from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.fields import names
from tarash_core.fields.builders import (
    audio_url_field_mapper,
    duration_field_mapper,
    image_list_field_mapper,
    mask_image_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash_core.fields.mapper import FieldMapper
from tarash_core.models.request import MODES

_FORMS = ("url", "data_uri")


def _shared() -> dict[str, FieldMapper]:
    plain = ("prompt", "negative_prompt", "aspect_ratio", "resolution", "seed", "enhance_prompt", "style")
    return {name: passthrough_field_mapper(name) for name in plain}


def _video_fields() -> dict[str, FieldMapper]:
    return {
        **_shared(),
        "duration": duration_field_mapper("number"),
        "generate_audio": passthrough_field_mapper("generate_audio"),
        "fps": passthrough_field_mapper("fps"),
        "image_url": single_image_field_mapper(image_type="first_frame", forms=_FORMS),
        "end_image_url": single_image_field_mapper(image_type="last_frame", forms=_FORMS),
        "reference_image_urls": image_list_field_mapper("reference", forms=_FORMS),
        "video_url": video_url_field_mapper(forms=_FORMS),
        "audio_url": audio_url_field_mapper(forms=_FORMS),
        "mask_url": mask_image_field_mapper(forms=_FORMS),
        "num_videos": passthrough_field_mapper("number_of_videos", default=1),
    }


def _image_fields() -> dict[str, FieldMapper]:
    return {
        **_shared(),
        "size": passthrough_field_mapper("size"),
        "quality": passthrough_field_mapper("quality"),
        "image_urls": image_list_field_mapper(forms=_FORMS),
        "mask_url": mask_image_field_mapper(forms=_FORMS),
        "num_images": passthrough_field_mapper("n"),
    }


GENERIC = ModelSpec(
    variants=(
        Variant(modes=names.VIDEO_MODES, fields=_video_fields()),
        Variant(modes=[mode for mode in MODES if mode not in names.VIDEO_MODES], fields=_image_fields()),
    ),
    title="a model that no catalogue lists",
)
"""Serves both kinds; what the model really takes is not known."""
