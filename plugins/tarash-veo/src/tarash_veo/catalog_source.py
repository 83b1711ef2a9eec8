"""What ``tarash catalog audit`` holds Google's models against: a mode on a surface is one published way."""

from __future__ import annotations

from tarash_core.catalog.building.endpoint import Endpoint
from tarash_core.catalog.building.published import PublishedSource
from tarash_core.catalog.spec import Variant

_MODES = {
    "text_to_video": "text-to-video", "image_to_video": "image-to-video", "first_last_frame": "first-last-frame",
    "reference_to_video": "reference-to-video", "edit": "edit-video", "mask_edit": "edit-video",
    "extend": "extend-video", "text_to_image": "text-to-image", "image_edit": "image-to-image",
}  # fmt: skip


def is_way(endpoint: Endpoint, variant: Variant) -> bool:
    """Whether a variant is a published way: ``veo-3.1-generate-001/extend@vertex`` is its mode and its surface."""
    mode, _, surface = endpoint.id.partition("/")[2].partition("@")
    return variant.surface == surface and _MODES[mode] in variant.modes


SOURCE = PublishedSource(
    package="tarash_veo",
    is_way=is_way,
    left_out={
        # A job in the background has them as they are.
        "gemini-omni-*": ("store", "stream"),
        # A turn after another could not tell an extension from an edit.
        "gemini-omni-*/extend@*": ("previous_interaction_id",),
    },
    passes_on=True,
)
