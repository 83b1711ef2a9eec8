"""What came out: lazy media, what was noticed, what it cost and what was tried."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from attrs import field, frozen

from tarash_core.models.base import Value, masked, to_tuple
from tarash_core.models.cost import Cost
from tarash_core.models.execution import ExecutionMetadata
from tarash_core.models.job import Job, Kind
from tarash_core.models.media import Media, to_media, to_optional_media
from tarash_core.models.notice import Notice


def _media_tuple(value: Any) -> tuple[Media, ...]:
    return tuple(to_media(item) for item in value or ())


@frozen(kw_only=True)
class Response(Value):
    """What video and image responses share.

    Attributes:
        request_id: The provider's id of the job.
        content_type: Media type of the first output.
        status: ``completed`` or ``failed``.
        is_mock: Whether the mock made it.
        raw_response: What the provider answered last, redacted.
        execution_metadata: Every attempt made; none for a job that was taken up by its receipt.
        notices: What was dropped, moved or defaulted, and what was noticed on the way.
        cost: What the provider says it cost; else the estimate of the price list; None when neither is known.
        job: The receipt of the job.
    """

    kind: ClassVar[Kind]

    request_id: str
    content_type: str | None = None
    status: Literal["completed", "failed"] = "completed"
    is_mock: bool = False
    raw_response: Any = field(default=None, repr=False, hash=False)
    execution_metadata: ExecutionMetadata = field(factory=ExecutionMetadata, repr=False)
    notices: tuple[Notice, ...] = field(default=(), converter=to_tuple)
    cost: Cost | None = None
    job: Job | None = field(default=None, repr=False)

    @property
    def outputs(self) -> tuple[Media, ...]:
        """All outputs; the same name for videos and images."""
        return ()

    def _repr_html_(self) -> str:
        from tarash_core.models.notebook import response_html

        return response_html(self)


@frozen(kw_only=True)
class VideoGenerationResponse(Response):
    """A finished video job; also see :class:`Response`.

    Attributes:
        video: The first clip; nothing is fetched before ``save``, ``read`` or ``open``.
        videos: All clips.
        audio_url: A separate sound track, where the model makes one.
        duration: Length of the first clip in seconds, where the provider tells.
        resolution: Resolution, where the provider tells.
        aspect_ratio: Aspect ratio, where the provider tells.
    """

    kind: ClassVar[Kind] = "video"

    video: Media = field(converter=to_media)
    videos: tuple[Media, ...] = field(
        default=(), converter=_media_tuple, metadata={"derived": lambda response: (response.video,)}
    )
    audio_url: str | None = field(default=None, repr=masked)
    duration: float | None = None
    resolution: str | None = None
    aspect_ratio: str | None = None

    def __attrs_post_init__(self) -> None:
        if not self.videos:
            object.__setattr__(self, "videos", (self.video,))

    @property
    def outputs(self) -> tuple[Media, ...]:
        """All outputs; the same name for videos and images."""
        return self.videos


@frozen(kw_only=True)
class ImageGenerationResponse(Response):
    """A finished image job; also see :class:`Response`.

    Attributes:
        images: All pictures; nothing is fetched before ``save``, ``read`` or ``open``.
        revised_prompt: The prompt as the vendor rewrote it, where it tells.
        image: The first picture; None only in a response that was made by hand without any.
    """

    kind: ClassVar[Kind] = "image"

    images: tuple[Media, ...] = field(converter=_media_tuple)
    revised_prompt: str | None = None
    image: Media = field(
        default=None,
        converter=to_optional_media,
        metadata={"derived": lambda response: response.images[0] if response.images else None},
    )

    def __attrs_post_init__(self) -> None:
        if self.image is None and self.images:
            object.__setattr__(self, "image", self.images[0])

    @property
    def outputs(self) -> tuple[Media, ...]:
        """All outputs; the same name for videos and images."""
        return self.images
