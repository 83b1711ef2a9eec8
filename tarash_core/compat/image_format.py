"""The original's words for the forms of an image, and its conversion between them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from tarash_core.compat.habits import note
from tarash_core.compat.media import MediaType, content_of, text_of
from tarash_core.errors import ValidationError
from tarash_core.models.media import to_media


class ImageInputFormat(StrEnum):
    """A form in which a provider takes an image: an address, a data URI, or a dict of content and its type."""

    URL = "url"
    BASE64 = "base64"
    BYTES = "bytes"


def detect_image_format(media: MediaType) -> ImageInputFormat:
    """The form in which an image is given."""
    if isinstance(media, dict):
        return ImageInputFormat.BYTES
    is_address = str(media).startswith(("http://", "https://"))
    return ImageInputFormat.URL if is_address else ImageInputFormat.BASE64


def ensure_image_format(
    media: MediaType, accepted_formats: Sequence[ImageInputFormat], provider: str = "unknown"
) -> Any:
    """The image in a form that is accepted; an address is fetched where only its content will do.

    Args:
        media: The image.
        accepted_formats: The forms that the provider takes.
        provider: Its name, for the error.

    Raises:
        ValidationError: The provider takes addresses alone, and the image has none.
        DeliveryError: The address cannot be fetched.
    """
    note("ensure_image_format")
    if detect_image_format(media) in accepted_formats:
        return media
    if not {ImageInputFormat.BASE64, ImageInputFormat.BYTES} & set(accepted_formats):
        raise ValidationError(f"{provider} takes images as addresses alone; give an http(s) URL.", provider=provider)
    given = to_media(media)
    content = content_of(given, given.read())
    return text_of(content) if ImageInputFormat.BASE64 in accepted_formats else content
