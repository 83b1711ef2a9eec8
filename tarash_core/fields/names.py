"""The names by which a mapper reads our request, and what the policy thinks of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

IMAGE_SOURCES: Mapping[str, str] = {
    "first_frame": "first_frame",
    "last_frame": "last_frame",
    "reference": "reference_images",
    "asset": "asset_images",
    "style": "style_images",
    "control": "control_images",
}
"""The type of an input image, and the name by which mappers, rules and effective values know images of that type."""

ANY_IMAGE = "image_list"
"""Images of whatever type."""

ROLES: Mapping[str, str] = {source: role for role, source in IMAGE_SOURCES.items()}
"""The same, the other way round."""

MEDIA: frozenset[str] = frozenset((*IMAGE_SOURCES.values(), ANY_IMAGE, "mask_image", "video", "audio"))
"""Everything that is a medium."""

WISHES: frozenset[str] = frozenset(("duration_seconds", "resolution", "aspect_ratio", "size"))
"""What the result shall be like: refused where the model lacks it, moved under ``nearest``."""

HINTS: frozenset[str] = frozenset(("seed", "negative_prompt", "enhance_prompt", "fps", "style", "quality"))
"""What may be left out with a notice."""

COUNTS: frozenset[str] = frozenset(("number_of_videos", "n"))
"""How many outputs."""

VALUES: frozenset[str] = WISHES | HINTS | COUNTS | {"prompt", "generate_audio"}
"""Everything of a request that is no medium."""

TYPES: Mapping[str, Literal["str", "int", "number", "bool"]] = {
    "seed": "int",
    "number_of_videos": "int",
    "n": "int",
    "fps": "number",
    "duration_seconds": "number",
    "generate_audio": "bool",
    "enhance_prompt": "bool",
}
"""The wire type that a field has where its mapper says nothing; text for all others."""

EXTRA = "extra_params"
"""Prefix of the sources that read one key of ``extra_params``: ``extra_params.cfg_scale``."""

VIDEO_MODES: frozenset[str] = frozenset(
    (
        "text-to-video", "image-to-video", "first-last-frame", "reference-to-video", "edit-video", "extend-video",
        "remix-video", "reframe-video", "upscale-video", "motion-control", "avatar", "lip-sync", "audio-to-video",
    )
)  # fmt: skip
"""The modes that make a video; all others make images."""

FOLLOWING: frozenset[str] = frozenset(
    (
        "image-to-video", "first-last-frame", "edit-video", "extend-video", "remix-video", "upscale-video",
        "motion-control", "avatar", "lip-sync", "image-to-image", "inpaint", "upscale-image", "control-image",
    )
)  # fmt: skip
"""The modes whose result has the shape of an input, unless the model has a ratio of its own."""


def field_of(source: str) -> str:
    """The field of our request in which a source is given, for errors and notices."""
    return ANY_IMAGE if source in ROLES and source not in ("first_frame", "last_frame") else source


def words_of(source: str) -> str:
    """A source in words: ``reference images`` for ``reference_images``."""
    return "images" if source == ANY_IMAGE else source.replace("_images", " images")
