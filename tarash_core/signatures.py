"""The call forms of the public functions, once for all type checkers: a request, a plan, or its fields as keywords."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from typing import Any, Protocol, TypeAlias, TypeVar, Unpack, cast, overload

from tarash_core.models.config import Target
from tarash_core.models.request import ImageFields, ImageGenerationRequest, VideoFields, VideoGenerationRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tarash_core.engine.webhooks import Seen
    from tarash_core.models.config import Config
    from tarash_core.models.job import ImageJob, Job, VideoJob
    from tarash_core.models.plan import Plan
    from tarash_core.models.update import ImageGenerationUpdate, VideoGenerationUpdate

    VideoRow: TypeAlias = VideoGenerationRequest | Plan | VideoJob
    ImageRow: TypeAlias = ImageGenerationRequest | Plan | ImageJob

HeadersLike: TypeAlias = "Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]"
"""The headers of a request in the forms in which frameworks hand them out."""

R_co = TypeVar("R_co", covariant=True)
V_co = TypeVar("V_co", covariant=True)
I_co = TypeVar("I_co", covariant=True)
G_contra = TypeVar("G_contra", contravariant=True)
U_co = TypeVar("U_co", covariant=True)
J_co = TypeVar("J_co", covariant=True)


class VideoCall(Protocol[R_co]):
    """How ``generate_video`` and ``submit_video`` are called."""

    @overload
    def __call__(
        self,
        config: Target,
        request: VideoGenerationRequest | Plan,
        on_progress: Callable[[VideoGenerationUpdate], object] | None = None,
        *,
        on_accepted: Callable[[VideoJob], object] | None = None,
        download_to: str | PathLike[str] | None = None,
        attach_if_running: bool = False,
    ) -> R_co: ...
    @overload
    def __call__(
        self,
        config: Target,
        *,
        on_progress: Callable[[VideoGenerationUpdate], object] | None = None,
        on_accepted: Callable[[VideoJob], object] | None = None,
        download_to: str | PathLike[str] | None = None,
        attach_if_running: bool = False,
        **fields: Unpack[VideoFields],
    ) -> R_co: ...


class ImageCall(Protocol[R_co]):
    """How ``generate_image`` and ``submit_image`` are called."""

    @overload
    def __call__(
        self,
        config: Target,
        request: ImageGenerationRequest | Plan,
        on_progress: Callable[[ImageGenerationUpdate], object] | None = None,
        *,
        on_accepted: Callable[[ImageJob], object] | None = None,
        download_to: str | PathLike[str] | None = None,
        attach_if_running: bool = False,
    ) -> R_co: ...
    @overload
    def __call__(
        self,
        config: Target,
        *,
        on_progress: Callable[[ImageGenerationUpdate], object] | None = None,
        on_accepted: Callable[[ImageJob], object] | None = None,
        download_to: str | PathLike[str] | None = None,
        attach_if_running: bool = False,
        **fields: Unpack[ImageFields],
    ) -> R_co: ...


class VideoPlanCall(Protocol[R_co]):
    """How ``plan_video`` is called."""

    @overload
    def __call__(self, config: Target, request: VideoGenerationRequest | Plan) -> R_co: ...
    @overload
    def __call__(self, config: Target, **fields: Unpack[VideoFields]) -> R_co: ...


class ImagePlanCall(Protocol[R_co]):
    """How ``plan_image`` is called."""

    @overload
    def __call__(self, config: Target, request: ImageGenerationRequest | Plan) -> R_co: ...
    @overload
    def __call__(self, config: Target, **fields: Unpack[ImageFields]) -> R_co: ...


class WaitCall(Protocol[V_co, I_co]):
    """How ``wait_job`` is called."""

    @overload
    def __call__(
        self,
        job: VideoJob,
        *,
        on_progress: Callable[[VideoGenerationUpdate], object] | None = None,
        timeout: float | None = None,
        config: Config | None = None,
    ) -> V_co: ...
    @overload
    def __call__(
        self,
        job: ImageJob,
        *,
        on_progress: Callable[[ImageGenerationUpdate], object] | None = None,
        timeout: float | None = None,
        config: Config | None = None,
    ) -> I_co: ...


class LookCall(Protocol[R_co]):
    """How ``refresh_job`` and ``cancel_job`` are called."""

    def __call__(self, job: Job, *, config: Config | None = None) -> R_co:
        """Takes a receipt, and a config for a key or host that the environment does not name."""
        ...


class BatchCall(Protocol[G_contra, U_co, J_co, R_co]):
    """How ``batch_video`` and ``batch_image`` are called."""

    def __call__(
        self,
        config: Target,
        requests: G_contra,
        *,
        concurrency: int = 20,
        provider_concurrency: Mapping[str, int] | None = None,
        on_progress: Callable[[int, U_co], object] | None = None,
        on_accepted: Callable[[int, J_co], object] | None = None,
        attach_if_running: bool = False,
    ) -> R_co:
        """Takes a chain, and requests, plans or jobs from anything that can be iterated over."""
        ...


class DiscoverCall(Protocol[R_co]):
    """How ``discover_model`` is called."""

    def __call__(self, config: Config | str) -> R_co:
        """Takes a config of either kind, or ``provider/model``."""
        ...


class WebhookCall(Protocol[R_co]):
    """How ``read_webhook`` is called."""

    def __call__(
        self,
        provider: str,
        headers: HeadersLike,
        body: bytes,
        secret: str | None = None,
        *,
        config: Config | None = None,
        job: Job | None = None,
        seen: Seen | None = None,
        tolerance_seconds: float = 300.0,
    ) -> R_co:
        """Takes a request of a vendor as it arrived."""
        ...


def untyped(function: Callable[..., object]) -> Any:
    """Leaves the call form of a method to the subclass that says what its driver returns."""
    return function


def video_call(function: Callable[..., R_co]) -> VideoCall[R_co]:
    """Gives a function the call forms of ``generate_video``; it stays the function that it is."""
    return cast("VideoCall[R_co]", function)


def image_call(function: Callable[..., R_co]) -> ImageCall[R_co]:
    """Gives a function the call forms of ``generate_image``; it stays the function that it is."""
    return cast("ImageCall[R_co]", function)


def video_plan_call(function: Callable[..., R_co]) -> VideoPlanCall[R_co]:
    """Gives a function the call forms of ``plan_video``; it stays the function that it is."""
    return cast("VideoPlanCall[R_co]", function)


def image_plan_call(function: Callable[..., R_co]) -> ImagePlanCall[R_co]:
    """Gives a function the call forms of ``plan_image``; it stays the function that it is."""
    return cast("ImagePlanCall[R_co]", function)
