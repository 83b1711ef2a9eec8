"""The Videos API: bodies that leave, and jobs as servers tell them (dossier sora.md, sections 2 to 4 and 13)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tarash_core.engine.measure import measure
from tarash_core.errors import ValidationError
from tarash_core.fields.values import is_number, pixels
from tarash_core.models.cost import Cost
from tarash_core.plugins import (
    Cancelled,
    Done,
    Expired,
    Failed,
    FilePart,
    Output,
    Queued,
    Running,
    Update,
    multipart,
)
from tarash_sora.errors import error_of_failure

if TYPE_CHECKING:
    from tarash_core.models.plan import Plan

QUEUED = ("queued", "pending")
RUNNING = ("in_progress", "processing", "running")
DONE = ("completed", "succeeded", "done")
FAILED = ("failed", "error")
CANCELLED = ("cancelled", "canceled", "deleted")


def request_of(plan: Plan, dialect: str) -> tuple[str, dict[str, Any]]:
    """The path of a purchase, and its body under the names that ``HttpRequest`` has.

    Raises:
        ValidationError: The first frame has another size than the video; nothing was sent.
    """
    payload = dict(plan.payload)
    if "{video}" in plan.endpoint:
        id = quote(str(payload.pop("video")), safe="")
        return plan.endpoint.replace("{video}", id), {"json": payload}
    if isinstance(payload.get("video"), Mapping):
        del payload["model"]
        return plan.endpoint, {"json": payload}
    if dialect == "openrouter":
        return plan.endpoint, {"json": payload}
    if "input_reference" in payload and plan.settings.get("sizes"):
        payload["size"] = _fitting_size(payload, plan.settings["sizes"])
    return plan.endpoint, _body(payload, dialect)


def _body(payload: Mapping[str, Any], dialect: str) -> dict[str, Any]:
    """A form; JSON where a list of objects must be told, which forms write in one way for each server."""
    if dialect == "vllm" or not any(isinstance(value, (list, Mapping)) for value in payload.values()):
        return dict(multipart(payload))
    return {"json": {name: _inline(value) for name, value in payload.items()}}


def _inline(value: Any) -> Any:
    if not isinstance(value, FilePart):
        return value
    return {"image_url": f"data:{value.content_type};base64,{base64.b64encode(value.content).decode()}"}


def _fitting_size(payload: Mapping[str, Any], sizes: Any) -> str:
    """The size of the video, which is exactly that of its first frame."""
    found = measure(payload["input_reference"].content)
    own = f"{found.width}x{found.height}" if found and found.width and found.height else None
    wanted: str | None = payload.get("size")
    if own is None:
        return wanted or str(sizes[0])
    if own in sizes and wanted in (None, own):
        return own
    allowed = wanted or ", ".join(sizes)
    raise ValidationError(
        f"The first frame has {own} pixels, and this model takes it only in the size of the video: {allowed}; "
        "resize it, or ask for its size.",
        charged="no",
    )


def is_video(body: Any) -> bool:
    """Whether an answer is a job, of whatever status of HTTP it came with."""
    return isinstance(body, dict) and isinstance(body.get("status"), str) and ("id" in body or "object" in body)


def update_of(body: Mapping[str, Any], content_url: str, wait: float | None = None) -> Update:
    """How a job is.

    Args:
        body: The job.
        content_url: Where the server hands out the file that a job does not tell a URL of.
        wait: Seconds after which the server wants to be asked again.
    """
    status = str(body.get("status")).lower()
    if status in DONE:
        return Done(*_outputs(body, content_url), cost=_cost(body), raw=body)
    if status in FAILED:
        return Failed(error_of_failure(body), raw=body)
    if status in CANCELLED:
        return Cancelled(raw=body)
    if status == "expired":
        return Expired(raw=body)
    if status in QUEUED:
        return Queued(retry_after_seconds=wait, raw=body)
    percent = float(body["progress"]) if is_number(body.get("progress")) else None
    unknown = None if status in RUNNING else status
    return Running(percent=percent, retry_after_seconds=wait, unknown_status=unknown, raw=body)


def _outputs(body: Mapping[str, Any], content_url: str) -> list[Output]:
    told = body.get("urls") or [body.get("url")]
    urls = [url for url in told if isinstance(url, str) and url.startswith(("https://", "http://"))]
    known = _facts(body)
    if urls:
        return [Output(url, authenticated="/content" in url, **known) for url in urls]
    several = body.get("unsigned_urls") or ()
    if several:
        return [Output(f"{content_url}?index={n}", authenticated=True, **known) for n in range(len(several))]
    return [Output(content_url, authenticated=True, **known)]


def _facts(body: Mapping[str, Any]) -> dict[str, Any]:
    """Length, size and life of the file, as far as they are told."""
    width, height = pixels(body.get("size")) or (None, None)
    left = (_number(body.get("expires_at")) or 0.0) - (_number(body.get("completed_at")) or 0.0)
    facts = {
        "content_type": "video/mp4",
        "duration_seconds": _number(body.get("seconds")),
        "width": width,
        "height": height,
        "expires_in_seconds": left if left > 0 and body.get("completed_at") else None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _cost(body: Mapping[str, Any]) -> Cost | None:
    """What OpenRouter says that it cost, in credits of one US dollar."""
    usage = body.get("usage")
    cost = usage.get("cost") if isinstance(usage, dict) else None
    return Cost(cost) if is_number(cost) else None
