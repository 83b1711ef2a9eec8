"""The original's values: its fields, shapes and defaults. Each holds the value of ``tarash_core`` as ``core``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

import attrs
from attrs import field, frozen

from tarash_core.compat.audio import (
    AudioGenerationConfig,
    AudioOutputFormat,
    STSRequest,
    STSResponse,
    STSUpdate,
    TTSRequest,
    TTSResponse,
    TTSUpdate,
    format_to_content_type,
)
from tarash_core.compat.base import Held, Model, lenient
from tarash_core.compat.media import ImageType, MediaContent, MediaType, content_of, image_shape_of, shape_of
from tarash_core.compat.mock import MockConfig
from tarash_core.models import config as core_config
from tarash_core.models import execution, request, response, update
from tarash_core.models.job import Kind
from tarash_core.models.media import Media
from tarash_core.models.request import AspectRatio, Resolution

AttemptMetadata = execution.AttemptMetadata
StatusType = Literal["queued", "processing", "completed", "failed"]

__all__ = [
    "AspectRatio", "AttemptMetadata", "AudioGenerationConfig", "AudioOutputFormat", "ExecutionMetadata",
    "ImageGenerationConfig", "ImageGenerationRequest", "ImageGenerationResponse", "ImageGenerationUpdate",
    "ImageProgressCallback", "ImageType", "MediaContent", "MediaType", "ProgressCallback", "ProviderHandler",
    "Resolution", "STSRequest", "STSResponse", "STSUpdate", "StatusType", "TTSRequest", "TTSResponse", "TTSUpdate",
    "VideoGenerationConfig", "VideoGenerationRequest", "VideoGenerationResponse", "VideoGenerationUpdate",
    "format_to_content_type",
]  # fmt: skip


def core_of(value: Any) -> Any:
    """The value of ``tarash_core`` that one of this package holds; any other value as it is."""
    return getattr(value, "core", value)


def _list(value: Any) -> list[Any]:
    return list(value or ())


def _dict(value: Any) -> dict[str, Any]:
    return dict(value or {})


@frozen(kw_only=True)
class _Config(Held):
    """What both configs share; ``further`` takes what ``tarash_core`` has beyond the original."""

    kind: ClassVar[Kind]

    model: str
    provider: str
    api_key: str | None = field(default=None, repr=False, metadata={"secret": True})
    base_url: str | None = field(default=None, repr=False)
    api_version: str | None = None
    timeout: float = 600
    max_poll_attempts: int = 120
    poll_interval: float = 5
    mock: MockConfig | None = None
    fallback_configs: list[Any] | None = field(default=None, hash=False)
    provider_config: dict[str, Any] = field(factory=dict, converter=_dict, repr=False, hash=False)
    further: dict[str, Any] = field(factory=dict, repr=False, hash=False)

    def settle(self) -> None:
        """Makes the config of ``tarash_core``, which checks the fields."""
        told = {name: getattr(self, name) for name in self.given if name != "further"}
        told["fallback_configs"] = tuple(core_of(config) for config in self.fallback_configs or ())
        told["mock"] = core_of(self.mock)
        self.hold(core_config.CONFIGS[self.kind](**{**told, **self.further}))


@lenient("further")
@frozen(kw_only=True)
class VideoGenerationConfig(_Config):
    """A model that shall make a video, with the original's fields and defaults."""

    kind: ClassVar[Kind] = "video"


@lenient("further")
@frozen(kw_only=True)
class ImageGenerationConfig(_Config):
    """A model that shall make images, with the original's fields and defaults."""

    kind: ClassVar[Kind] = "image"

    timeout: float = 120
    max_poll_attempts: int = 60
    poll_interval: float = 2


@frozen(kw_only=True)
class _Request(Held):
    kind: ClassVar[Kind]

    def settle(self) -> None:
        """Makes the request of ``tarash_core``, which checks the fields."""
        fields = {name: getattr(self, name) for name in self.given}
        self.hold(request.REQUESTS[self.kind](**fields))


@lenient("extra_params")
@frozen(kw_only=True)
class VideoGenerationRequest(_Request):
    """One video to make. Media keep the shape in which they were given; unknown keywords become ``extra_params``."""

    kind: ClassVar[Kind] = "video"

    prompt: str | None
    duration_seconds: float | None = None
    resolution: str | None = None
    aspect_ratio: str | None = None
    generate_audio: bool | None = None
    image_list: list[Any] = field(factory=list, converter=_list, hash=False)
    video: Any = field(default=None, hash=False)
    seed: int | None = None
    number_of_videos: int = 1
    negative_prompt: str | None = None
    enhance_prompt: bool | None = None
    extra_params: dict[str, Any] = field(factory=dict, converter=_dict, hash=False)


@lenient("extra_params")
@frozen(kw_only=True)
class ImageGenerationRequest(_Request):
    """One or more images to make; as :class:`VideoGenerationRequest`."""

    kind: ClassVar[Kind] = "image"

    prompt: str | None
    negative_prompt: str | None = None
    size: str | None = None
    quality: str | None = None
    style: str | None = None
    n: int | None = None
    image_list: list[Any] = field(factory=list, converter=_list, hash=False)
    mask_image: Any = field(default=None, hash=False)
    seed: int | None = None
    aspect_ratio: str | None = None
    extra_params: dict[str, Any] = field(factory=dict, converter=_dict, hash=False)


class ExecutionMetadata(Model, execution.ExecutionMetadata):
    """Every attempt that was made; also see :class:`tarash_core.ExecutionMetadata`."""

    __slots__ = ()
    _also = ("total_attempts", "successful_attempt", "fallback_triggered", "total_elapsed_seconds")


@lenient(None)
@frozen(kw_only=True)
class VideoGenerationResponse(Held):
    """A finished video: ``video`` is a URL, or a dict of content and its type; ``core`` has the rest."""

    request_id: str
    video: Any = field(hash=False)
    content_type: str | None = None
    audio_url: str | None = field(default=None, repr=False)
    duration: float | None = None
    resolution: str | None = None
    aspect_ratio: str | None = None
    status: Literal["completed", "failed"] = "completed"
    is_mock: bool = False
    raw_response: Any = field(factory=dict, repr=False, hash=False)
    execution_metadata: Any = field(default=None, repr=False, hash=False)

    def settle(self) -> None:
        """Makes the response of ``tarash_core``."""
        told = {name: getattr(self, name) for name in self.given if name != "execution_metadata"}
        self.hold(response.VideoGenerationResponse(**told))


@lenient(None)
@frozen(kw_only=True)
class ImageGenerationResponse(Held):
    """Finished images: ``images`` are URLs or base64; ``core`` has the rest."""

    request_id: str
    images: list[Any] = field(converter=_list, hash=False)
    content_type: str = "image/png"
    status: Literal["completed", "failed"] = "completed"
    is_mock: bool = False
    revised_prompt: str | None = None
    raw_response: Any = field(factory=dict, repr=False, hash=False)
    execution_metadata: Any = field(default=None, repr=False, hash=False)

    def settle(self) -> None:
        """Makes the response of ``tarash_core``."""
        told = {name: getattr(self, name) for name in self.given if name != "execution_metadata"}
        self.hold(response.ImageGenerationResponse(**told))


@frozen(kw_only=True)
class _Update(Held):
    request_id: str
    status: str
    progress_percent: int | None = None
    update: dict[str, Any] = field(factory=dict, converter=_dict, repr=False, hash=False)
    result: Any = field(default=None, hash=False)
    error: str | None = None


@lenient(None)
@frozen(kw_only=True)
class VideoGenerationUpdate(_Update):
    """One look at a video job."""


@lenient(None)
@frozen(kw_only=True)
class ImageGenerationUpdate(_Update):
    """One look at an image job."""


ProgressCallback: TypeAlias = Callable[[VideoGenerationUpdate], Awaitable[None] | None]
ImageProgressCallback: TypeAlias = Callable[[ImageGenerationUpdate], Awaitable[None] | None]


class ProviderHandler(Protocol):
    """The original's handler: eight methods, of which the four for sound are never called here."""

    def generate_video(self, config: Any, request: Any, on_progress: Any = None) -> VideoGenerationResponse:
        """Makes a video."""
        ...

    async def generate_video_async(self, config: Any, request: Any, on_progress: Any = None) -> VideoGenerationResponse:
        """Makes a video."""
        ...

    def generate_image(self, config: Any, request: Any, on_progress: Any = None) -> ImageGenerationResponse:
        """Makes images."""
        ...

    async def generate_image_async(self, config: Any, request: Any, on_progress: Any = None) -> ImageGenerationResponse:
        """Makes images."""
        ...

    def generate_tts(self, config: Any, request: Any, on_progress: Any = None) -> Any:
        """Never called."""
        ...

    async def generate_tts_async(self, config: Any, request: Any, on_progress: Any = None) -> Any:
        """Never called."""
        ...

    def generate_sts(self, config: Any, request: Any, on_progress: Any = None) -> Any:
        """Never called."""
        ...

    async def generate_sts_async(self, config: Any, request: Any, on_progress: Any = None) -> Any:
        """Never called."""
        ...


_CONFIGS = {"video": VideoGenerationConfig, "image": ImageGenerationConfig}
_REQUESTS = {"video": VideoGenerationRequest, "image": ImageGenerationRequest}
_UPDATES = {"video": VideoGenerationUpdate, "image": ImageGenerationUpdate}


def request_view(wanted: request.Request) -> Any:
    """A request of ``tarash_core`` in the original's shapes."""
    cls = _REQUESTS[wanted.kind]
    names = {a.name for a in attrs.fields(cls) if a.init and "private" not in a.metadata}
    told = {name: getattr(wanted, name) for name in names - {"image_list"} if getattr(wanted, name, None) is not None}
    frames = [{"image": shape_of(getattr(wanted, role)), "type": role} for role in _frames_of(wanted)]
    images = [*frames, *map(image_shape_of, wanted.image_list)]
    shaped = {name: shape_of(item) if isinstance(item, Media) else item for name, item in told.items()}
    return cls(**{"prompt": None, **shaped, "image_list": images})


def _frames_of(wanted: request.Request) -> list[str]:
    return [role for role in ("first_frame", "last_frame") if getattr(wanted, role, None) is not None]


def config_view(kind: Kind, provider: str, model: str, settings: Mapping[str, Any]) -> Any:
    """A config for a handler that is asked through ``tarash_core`` itself, which shows no provider its config."""
    return _CONFIGS[kind](provider=provider, model=model, provider_config=dict(settings))


def response_view(found: response.Response, contents: Mapping[int, bytes]) -> Any:
    """A response of ``tarash_core`` in the original's shapes.

    Args:
        found: The response.
        contents: What was fetched of outputs whose URL needs a key, by their place.
    """
    metadata = found.execution_metadata
    common: dict[str, Any] = {
        "request_id": found.request_id,
        "status": found.status,
        "is_mock": found.is_mock,
        "raw_response": found.raw_response or {},
        "execution_metadata": ExecutionMetadata(attempts=metadata.attempts, configs_in_chain=metadata.configs_in_chain),
    }
    shapes = [
        content_of(media, contents[place]) if place in contents else shape_of(media)
        for place, media in enumerate(found.outputs)
    ]
    is_video = isinstance(found, response.VideoGenerationResponse)
    made: Held = _video_view(found, shapes[0], common) if is_video else _image_view(found, shapes, common)
    made.hold(found)
    return made


def _video_view(found: Any, video: Any, common: dict[str, Any]) -> VideoGenerationResponse:
    names = ("content_type", "audio_url", "duration", "resolution", "aspect_ratio")
    return VideoGenerationResponse(video=video, **{name: getattr(found, name) for name in names}, **common)


def _image_view(found: Any, shapes: list[Any], common: dict[str, Any]) -> ImageGenerationResponse:
    import base64

    images = [base64.b64encode(s["content"]).decode() if isinstance(s, dict) else s for s in shapes]
    kind = found.content_type or "image/png"
    return ImageGenerationResponse(images=images, content_type=kind, revised_prompt=found.revised_prompt, **common)


def update_view(seen: update.Update) -> Any:
    """A look at a job in the original's shapes; a cancelled job is a failed one there."""
    result = getattr(seen, "result", None)
    made = _UPDATES[seen.kind](
        request_id=seen.request_id or "",
        status="failed" if seen.status == "cancelled" else seen.status,
        progress_percent=seen.progress_percent,
        update=seen.update,
        result=None if result is None else response_view(result, {}),
        error=None if seen.error is None else str(seen.error),
    )
    made.hold(seen)
    return made
