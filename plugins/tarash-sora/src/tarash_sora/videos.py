"""The Videos API: bodies that leave, and jobs as servers tell them (dossier sora.md, sections 2 to 4 and 13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tarash_core.engine.measure import measure
from tarash_core.errors import ValidationError
from tarash_core.fields.values import is_number, pixels
from tarash_core.models.cost import Cost
from tarash_core.plugins import FilePart, data_uri, into_path, multipart, number_of, updates, values_at
from tarash_sora.codes import STATES
from tarash_sora.errors import error_of_failure

if TYPE_CHECKING:
    from tarash_core.models.plan import Plan


def request_of(plan: Plan, dialect: str) -> tuple[str, dict[str, Any]]:
    """The path of a purchase, and its body under the names that ``HttpRequest`` has.

    Raises:
        ValidationError: The first frame has another size than the video; nothing was sent.
    """
    path, payload = into_path(plan.endpoint, plan.payload)
    if isinstance(payload.get("video"), Mapping):
        del payload["model"]  # an earlier video brings its own
    if "input_reference" in payload and plan.settings.get("sizes"):
        payload["size"] = _fitting_size(payload, plan.settings["sizes"])
    is_file = any(isinstance(value, FilePart) for value in payload.values())
    # Lists of objects go as JSON, for forms write them in one way for each server.
    is_nested = any(isinstance(value, (list, Mapping)) for value in payload.values())
    if dialect != "vllm" and (is_nested or (plan.body == "json" and not is_file)):
        return path, {"json": {name: _inline(value) for name, value in payload.items()}}
    return path, dict(multipart(payload))


def _inline(value: Any) -> Any:
    return {"image_url": data_uri(value)} if isinstance(value, FilePart) else value


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


def update_of(body: Mapping[str, Any], content_url: str, wait: float | None = None) -> updates.Update:
    """How a job is.

    Args:
        body: The job.
        content_url: Where the server hands out the file that a job does not tell a URL of.
        wait: Seconds after which the server wants to be asked again.
    """
    return updates.update_by(
        STATES,
        str(body.get("status")).lower(),
        body,
        done=lambda: updates.Done(*_outputs(body, content_url), cost=_cost(body), raw=body),
        failed=lambda: error_of_failure(body),
        percent=number_of(body.get("progress")),
        retry_after_seconds=wait,
    )


def _outputs(body: Mapping[str, Any], content_url: str) -> list[updates.Output]:
    told = body.get("urls") or [body.get("url")]
    urls = [url for url in told if isinstance(url, str) and url.startswith(("https://", "http://"))]
    known = _facts(body)
    if urls:
        return [updates.Output(url, authenticated="/content" in url, **known) for url in urls]
    several = body.get("unsigned_urls") or ()
    if several:
        return [updates.Output(f"{content_url}?index={n}", authenticated=True, **known) for n in range(len(several))]
    return [updates.Output(content_url, authenticated=True, **known)]


def _facts(body: Mapping[str, Any]) -> dict[str, Any]:
    """Length, size and life of the file, as far as they are told."""
    width, height = pixels(body.get("size")) or (None, None)
    ended, gone = number_of(body.get("completed_at")), number_of(body.get("expires_at"))
    return {
        "content_type": "video/mp4",
        "duration_seconds": number_of(body.get("seconds")),
        "width": width,
        "height": height,
        "expires_in_seconds": gone - ended if gone and ended and gone > ended else None,
    }


def _cost(body: Mapping[str, Any]) -> Cost | None:
    """What OpenRouter says that it cost, in credits of one US dollar."""
    cost = next(values_at(body, "usage.cost"), None)
    return Cost(cost) if is_number(cost) else None
