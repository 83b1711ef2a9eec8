"""Media in the original's shapes: text that is a URL or base64, or a dict of content and its type."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, TypedDict

from tarash_core.models.media import ImageInput, Media


class MediaContent(TypedDict):
    """Bytes with their media type."""

    content: bytes
    content_type: str


MediaType: TypeAlias = "str | MediaContent"
"""A URL, a data URI or base64 as text; or bytes with their type."""


class ImageType(TypedDict):
    """An input image and its role."""

    image: MediaType
    type: Literal["reference", "first_frame", "last_frame", "asset", "style"]


def shape_of(media: Media) -> MediaType:
    """A medium as the original writes it: its URL or data URI, else its content."""
    if isinstance(media.source, str):
        return media.source
    return content_of(media, b"".join(media.chunks()))


def content_of(media: Media, content: bytes) -> MediaContent:
    """The content of a medium with its type; what nobody tells is found in the bytes."""
    from tarash_core.engine.measure import sniff

    return {"content": content, "content_type": media.content_type or sniff(content) or "application/octet-stream"}


def image_shape_of(image: ImageInput) -> dict[str, Any]:
    """An input image as the original's dict."""
    return {"image": shape_of(image.image), "type": image.type or "reference"}


def text_of(media: Any) -> str:
    """A medium of either shape as text: a URL as it is, content as a data URI."""
    if isinstance(media, Mapping) and "content" in media:
        encoded = base64.b64encode(media["content"]).decode()
        return f"data:{media.get('content_type', 'application/octet-stream')};base64,{encoded}"
    return str(media)
