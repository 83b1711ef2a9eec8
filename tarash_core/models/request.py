"""What the caller wants: one prompt, its inputs and its wishes, in words that are the same for every model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Required, TypedDict

from attrs import field, frozen

from tarash_core.errors import ValidationError
from tarash_core.models import checks
from tarash_core.models.base import Value, check_keywords, clear_keywords, masked
from tarash_core.models.job import Kind
from tarash_core.models.media import ImageInput, Media, MediaLike, to_image_list, to_optional_media

AspectRatio = Literal["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21"]
"""The usual ratios; any other text ``w:h`` is taken too."""

Resolution = Literal["360p", "480p", "540p", "720p", "1080p", "1440p", "4k"]
"""The usual resolutions; any other such text is taken too."""

MODES: tuple[str, ...] = (
    "text-to-video", "image-to-video", "first-last-frame", "reference-to-video", "edit-video", "extend-video",
    "remix-video", "reframe-video", "upscale-video", "motion-control", "avatar", "lip-sync", "audio-to-video",
    "text-to-image", "image-to-image", "inpaint", "upscale-image", "control-image",
)  # fmt: skip
"""Every way of using a model, in the words that are the same for all providers."""


class CommonFields(TypedDict, total=False):
    """The keywords that video and image requests share."""

    prompt: Required[str | None]
    negative_prompt: str | None
    aspect_ratio: AspectRatio | str | None
    resolution: Resolution | str | None
    image_list: Sequence[ImageInput | Mapping[str, Any] | MediaLike]
    mask_image: MediaLike | None
    seed: int | None
    enhance_prompt: bool | None
    mode: str | None
    extra_params: Mapping[str, Any]


class VideoFields(CommonFields, total=False):
    """The keywords of a video request, for type checkers; a test keeps them equal to the class's fields."""

    duration_seconds: float | None
    generate_audio: bool | None
    fps: float | None
    first_frame: MediaLike | None
    last_frame: MediaLike | None
    video: MediaLike | None
    audio: MediaLike | None
    number_of_videos: int
    style: str | None


class ImageFields(CommonFields, total=False):
    """The keywords of an image request, for type checkers; a test keeps them equal to the class's fields."""

    size: str | None
    quality: str | None
    style: str | None
    n: int | None


def _mode(instance: Any, attribute: Any, value: Any) -> None:
    if value is not None and value not in MODES:
        raise checks.refuse("mode", value, "one of " + ", ".join(MODES))


def _extra_params(value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, Mapping):
        raise checks.refuse("extra_params", value, "a dict of the model's own parameters")
    import copy

    return copy.deepcopy(dict(value)) if value else {}


@frozen(kw_only=True)
class Request(Value):
    """What video and image requests share.

    Attributes:
        prompt: What to make; None for a job that has no prompt, such as an upscale.
        negative_prompt: What to avoid.
        aspect_ratio: Width to height, such as ``"16:9"``.
        resolution: Such as ``"720p"`` or ``"4k"``.
        image_list: Input images with their roles.
        mask_image: The part of the image (or video) to change.
        seed: The same seed asks for the same result, where the model takes one.
        enhance_prompt: Whether the vendor may rewrite the prompt.
        mode: Narrows the way of calling the model where the inputs cannot tell.
        extra_params: The model's own parameters under their wire names.
    """

    kind: ClassVar[Kind]

    prompt: str | None = field(validator=checks.prompt)
    negative_prompt: str | None = field(default=None, validator=checks.text)
    aspect_ratio: str | None = field(default=None, validator=checks.ratio)
    resolution: str | None = field(default=None, validator=checks.resolution)
    image_list: tuple[ImageInput, ...] = field(default=(), converter=to_image_list)
    mask_image: Media | None = field(default=None, converter=to_optional_media)
    seed: int | None = field(default=None, validator=checks.whole)
    enhance_prompt: bool | None = field(default=None, validator=checks.yes_or_no)
    mode: str | None = field(default=None, validator=_mode)
    extra_params: Mapping[str, Any] = field(factory=dict, converter=_extra_params, repr=masked, hash=False)


@clear_keywords
@frozen(kw_only=True)
class VideoGenerationRequest(Request):
    """One video to make; also see :class:`Request`.

    Attributes:
        duration_seconds: Wished length in seconds.
        generate_audio: Whether the clip has sound.
        fps: Frames per second.
        first_frame: Shorthand for an image of the type ``first_frame``.
        last_frame: Shorthand for an image of the type ``last_frame``.
        video: The clip to edit, extend, remix, reframe or upscale; also a VideoJob or an earlier ``response.video``.
        audio: A sound to use, for avatars, lip-sync and the like.
        number_of_videos: How many to make.
        style: A style by the model's own name.
    """

    kind: ClassVar[Kind] = "video"

    duration_seconds: float | None = field(default=None, validator=checks.positive_seconds)
    generate_audio: bool | None = field(default=None, validator=checks.yes_or_no)
    fps: float | None = field(default=None, validator=checks.positive_number)
    first_frame: Media | None = field(default=None, converter=to_optional_media)
    last_frame: Media | None = field(default=None, converter=to_optional_media)
    video: Media | None = field(default=None, converter=to_optional_media)
    audio: Media | None = field(default=None, converter=to_optional_media)
    number_of_videos: int = field(default=1, validator=checks.positive_whole)
    style: str | None = field(default=None, validator=checks.filled_text)

    def __attrs_post_init__(self) -> None:
        for role in ("first_frame", "last_frame"):
            if getattr(self, role) is not None and any(item.type == role for item in self.image_list):
                raise ValidationError(f"{role} is given twice; use either {role}= or an image of that type.")


@clear_keywords
@frozen(kw_only=True)
class ImageGenerationRequest(Request):
    """One or more images to make; also see :class:`Request`.

    Attributes:
        size: Width and height in pixels, such as ``"1024x1024"``.
        quality: A quality by the model's own name.
        style: A style by the model's own name.
        n: How many to make.
    """

    kind: ClassVar[Kind] = "image"

    size: str | None = field(default=None, validator=checks.size)
    quality: str | None = field(default=None, validator=checks.filled_text)
    style: str | None = field(default=None, validator=checks.filled_text)
    n: int | None = field(default=None, validator=checks.positive_whole)


REQUESTS: Mapping[Kind, type[VideoGenerationRequest] | type[ImageGenerationRequest]] = {
    "video": VideoGenerationRequest,
    "image": ImageGenerationRequest,
}


def request_of(kind: Kind, fields: Mapping[str, Any]) -> VideoGenerationRequest | ImageGenerationRequest:
    """A request of keywords.

    Raises:
        ValidationError: A keyword is unknown, the prompt is missing, or a value cannot work.
    """
    cls = REQUESTS[kind]
    check_keywords(cls, fields)
    if "prompt" not in fields:
        raise ValidationError("prompt is missing; write prompt=None for a job that has none, such as an upscale.")
    return cls(**fields)
