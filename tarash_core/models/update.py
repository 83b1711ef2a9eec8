"""What a progress callback is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import field, frozen

from tarash_core.errors import TarashException
from tarash_core.models.base import Value, to_tuple
from tarash_core.models.job import Job, Kind
from tarash_core.models.notice import Notice

if TYPE_CHECKING:
    from tarash_core.models.response import ImageGenerationResponse, VideoGenerationResponse

Status = Literal["queued", "processing", "completed", "failed", "cancelled"]


@frozen(kw_only=True)
class Update(Value):
    """One look at a job.

    Attributes:
        request_id: The provider's id of the job.
        status: ``queued``, ``processing``, ``completed``, ``failed`` or ``cancelled``.
        progress_percent: 0 to 100; None where the provider does not tell.
        update: What the provider answered, redacted.
        error: The error of a job that ended badly.
        queue_position: How many jobs wait before this one.
        eta_seconds: Seconds that the provider still expects.
        logs: Lines that the model wrote.
        elapsed_seconds: Seconds since the job was accepted.
        attempt_number: Which config of the chain; 1 for the head.
        provider: Canonical name of the provider.
        model: The model id.
        job: The receipt of the job.
        notices: What the look brought up, such as an unknown status word.
    """

    kind: ClassVar[Kind]

    request_id: str | None = None
    status: Status
    progress_percent: int | None = None
    update: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)
    error: TarashException | None = None
    queue_position: int | None = None
    eta_seconds: float | None = None
    logs: tuple[str, ...] = field(default=(), converter=to_tuple)
    elapsed_seconds: float | None = None
    attempt_number: int = 1
    provider: str = ""
    model: str = ""
    job: Job | None = None
    notices: tuple[Notice, ...] = field(default=(), converter=to_tuple)


@frozen(kw_only=True)
class VideoGenerationUpdate(Update):
    """One look at a video job; see :class:`Update`.

    Attributes:
        result: The finished response, with the last update of a job that succeeded.
    """

    kind: ClassVar[Kind] = "video"

    result: VideoGenerationResponse | None = None


@frozen(kw_only=True)
class ImageGenerationUpdate(Update):
    """One look at an image job; see :class:`Update`.

    Attributes:
        result: The finished response, with the last update of a job that succeeded.
    """

    kind: ClassVar[Kind] = "image"

    result: ImageGenerationResponse | None = None


def status_of(update: Update) -> str:
    """The status with what is known of its position, percentage and remaining time."""
    parts: list[str] = [update.status]
    if update.status == "queued" and update.queue_position is not None:
        parts.append(f"position {update.queue_position}")
    if update.status == "processing" and update.progress_percent is not None:
        parts.append(f"{update.progress_percent} %")
    if update.status in ("queued", "processing") and update.eta_seconds is not None:
        parts.append(f"about {update.eta_seconds:.0f} s left")
    return ", ".join(parts)
