"""The jobs that a simulator sells, and the files that it keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from attrs import define, field, frozen

Stage = Literal["queued", "running", "succeeded", "failed", "moderated", "cancelled"]
"""Where a job stands; the last four are final."""

Kind = Literal["success", "failure", "moderation", "stuck", "cancelled"]

_FINAL: dict[Kind, Stage] = {
    "success": "succeeded",
    "failure": "failed",
    "moderation": "moderated",
    "cancelled": "cancelled",
}


@frozen
class Outcome:
    """How a job ends.

    Attributes:
        kind: ``stuck`` never ends; ``cancelled`` is a job that the vendor itself calls off.
        reason: The vendor's sentence for an end without a result.
        stuck_at: The stage in which a stuck job stays.
    """

    kind: Kind = "success"
    reason: str = ""
    stuck_at: Literal["queued", "running"] = "running"

    def stage(self, share: float, queued_share: float) -> Stage:
        """The stage of a job of which ``share`` has passed and which waits for the first ``queued_share`` of it."""
        if self.kind == "stuck" and (share >= queued_share or self.stuck_at == "queued"):
            return self.stuck_at
        if share >= 1.0:
            return _FINAL[self.kind]
        return "queued" if share < queued_share else "running"


@define(eq=False)
class SimJob:
    """One job bought from a simulator.

    Attributes:
        id: What the vendor calls it.
        number: 1 for the first job of the simulator, and so on.
        body: The request body as the simulator read it.
        endpoint: The model or endpoint it was bought from.
        outcome: How it ends.
        callback_url: Where the buyer wants to be told; None for a buyer who asks.
        submitted_at: The simulator's clock at the purchase, in seconds.
        queue_seconds: How long it waits before it runs.
        run_seconds: How long it runs.
        polls: How often its status was asked.
        finished_at: The simulator's clock when its end was first seen.
        told: The last stage for which callbacks were made.
        state: Whatever the simulator of one vendor wants to remember about it.
    """

    id: str
    number: int
    body: Any = None
    endpoint: str = ""
    outcome: Outcome = Outcome()
    callback_url: str | None = None
    submitted_at: float = 0.0
    queue_seconds: float = 10.0
    run_seconds: float = 30.0
    polls: int = 0
    finished_at: float | None = None
    told: Stage = "queued"
    cancelled: bool = False
    state: dict[str, Any] = field(factory=dict)

    @property
    def reason(self) -> str:
        """Why it ended without a result, in the vendor's words."""
        return self.outcome.reason

    @property
    def total_seconds(self) -> float:
        """From the purchase to the end."""
        return self.queue_seconds + self.run_seconds

    @property
    def queued_share(self) -> float:
        """The part of the whole time that it waits, from 0 to 1."""
        return self.queue_seconds / self.total_seconds if self.total_seconds else 0.0


@frozen
class SimFile:
    """A file that a simulator serves: an upload, or an output that is made when it is first read.

    Attributes:
        content: The bytes, or a function that makes them.
        content_type: The media type with which it is served.
        expires_at: The simulator's clock from which its URL no longer works; None keeps it for ever.
    """

    content: bytes | Callable[[], bytes] = field(repr=False)
    content_type: str = "application/octet-stream"
    expires_at: float | None = None

    def read(self) -> bytes:
        """The bytes of the file."""
        return self.content if isinstance(self.content, bytes) else self.content()
