"""Reading our request: what was given, under the names by which mappers know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from tarash_core.errors import UnsupportedParameterError
from tarash_core.fields import names, values
from tarash_core.fields.layout import Layout
from tarash_core.models.job import Kind
from tarash_core.models.media import ImageInput
from tarash_core.models.request import REQUESTS, Request

_VALUE_FIELDS: Mapping[Kind, tuple[str, ...]] = {
    kind: tuple(name for name in (a.name for a in cls.__attrs_attrs__) if name in names.VALUES)
    for kind, cls in REQUESTS.items()
}
_SINGLE_MEDIA = ("mask_image", "video", "audio")


@frozen
class Asked:
    """A request, read.

    Attributes:
        request: The request itself.
        values: What is no medium, where it is given.
        images: Every input image with the source that its type makes it; None for a bare one.
        media: Mask, video and audio.
    """

    request: Request
    values: Mapping[str, Any]
    images: tuple[tuple[str | None, ImageInput], ...]
    media: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        """``video`` or ``image``."""
        return self.request.kind

    @property
    def extra(self) -> Mapping[str, Any]:
        """The model's own parameters."""
        return self.request.extra_params

    @property
    def has_media(self) -> bool:
        """Whether any medium is given."""
        return bool(self.images or self.media)


def read_request(request: Request) -> Asked:
    """What a request gives; its own values are not changed."""
    given = {name: value for name in _VALUE_FIELDS[request.kind] if (value := getattr(request, name)) is not None}
    media = {name: value for name in _SINGLE_MEDIA if (value := getattr(request, name, None)) is not None}
    return Asked(request, given, tuple(_images(request)), media)


def _images(request: Request) -> Iterable[tuple[str | None, ImageInput]]:
    for role in ("first_frame", "last_frame"):
        if (frame := getattr(request, role, None)) is not None:
            yield role, ImageInput(frame, role)
    for image in request.image_list:
        yield names.IMAGE_SOURCES.get(image.type or ""), image


def name_bare_images(asked: Asked, layouts: Iterable[Layout], where: str) -> Asked:
    """Gives images without a type the only role that a model has.

    Raises:
        UnsupportedParameterError: The model has several roles; they are listed.
    """
    if all(source for source, _ in asked.images):
        return asked
    sources = list(dict.fromkeys(source for layout in layouts for source in layout.image_sources))
    if len(sources) > 1:
        roles = values.listed(repr(names.ROLES.get(source, "reference")) for source in sources)
        raise UnsupportedParameterError(
            f"image_list has an image without a type, and {where} takes several: "
            f"say which by ImageInput(image, type), where type is {roles}.",
            field="image_list",
            value=None,
            allowed=roles,
        )
    return with_bare_as(asked, sources[0] if sources else names.ANY_IMAGE)


def with_bare_as(asked: Asked, only: str) -> Asked:
    """The same, its images without a type taken for this source."""
    named = tuple((source or only, image) for source, image in asked.images)
    return Asked(asked.request, asked.values, named, asked.media)


def share_media(asked: Asked, layout: Layout) -> dict[str, tuple[Any, ...]]:
    """The media by the source of this layout that takes them; what nothing takes keeps its own source."""
    shared: dict[str, tuple[Any, ...]] = {}
    for source, image in asked.images:
        own = source or names.ANY_IMAGE
        taken = own if own in layout.inputs or names.ANY_IMAGE not in layout.inputs else names.ANY_IMAGE
        shared[taken] = (*shared.get(taken, ()), image)
    for source, medium in asked.media.items():
        shared[source] = (medium,)
    return shared
