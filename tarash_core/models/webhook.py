"""A verified callback of a provider."""

from __future__ import annotations

from attrs import frozen

from tarash_core.models.base import Value
from tarash_core.models.update import ImageGenerationUpdate, VideoGenerationUpdate


@frozen(kw_only=True)
class WebhookEvent(Value):
    """What a provider called back with, after its signature was checked.

    Attributes:
        job_id: The provider's id of the job that it is about.
        update: The state of that job.
        event_id: The provider's id of the delivery; the same when it is delivered again.
    """

    job_id: str
    update: VideoGenerationUpdate | ImageGenerationUpdate
    event_id: str | None = None
