"""Runway as a provider: the requests it is sent, and where its answers are read (dossier, sections 1 to 7)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tarash_core.errors import ValidationError
from tarash_core.models.cost import Cost
from tarash_core.plugins import (
    Accepted,
    Attempt,
    Cadence,
    Cancelled,
    Credentials,
    Done,
    Failed,
    FilePart,
    HttpRequest,
    HttpResponse,
    Output,
    Phase,
    Provider,
    Queued,
    Running,
    Steps,
    Update,
)
from tarash_runway.errors import error_of, error_of_failure
from tarash_runway.models import CATALOG

if TYPE_CHECKING:
    from tarash_core.errors import Charged, TarashException
    from tarash_core.models.job import Job
    from tarash_core.models.media import Media
    from tarash_core.models.plan import Plan

ORIGIN = "https://api.dev.runwayml.com"
VERSION = "2024-11-06"
"""The version of the API; models come and go within it."""

SERVED_SECONDS = 24 * 3600.0
"""Result URLs are served for 24 to 48 hours; asking for the task again gives fresh ones."""

_EXTENSIONS = {
    "application/octet-stream": "bin",
    "image/jpeg": "jpg",
    "video/quicktime": "mov",
    "video/x-matroska": "mkv",
    "video/3gpp": "3gp",
    "video/ogg": "ogv",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/x-wav": "wav",
    "audio/x-flac": "flac",
}


class Runway(Provider):
    """Runway's developer API.

    There are no callbacks, no idempotency key and no list of tasks. A cancelled task is deleted and may still be
    billed; so a task that Runway no longer knows leaves the attempt unsettled.

    Settings (``provider_config``): ``on_behalf_of`` is an id of the end user, which partner accounts must tell.
    """

    name = "runway"
    aliases = ("runwayml",)
    title = "Runway"
    origins = (ORIGIN,)
    credentials = Credentials("RUNWAYML_API_SECRET")
    catalog = CATALOG
    simulator = "tarash_runway.simulator:RunwaySimulator"
    # Runway asks for no more than one look in five seconds.
    cadence = Cadence(first=5.0, most=10.0, growth=1.1)
    # A data URI may have 5 MB, but the limit of a whole body is not known.
    inline_limit_bytes = 1_000_000
    upload_limit_bytes = 200 * 1024 * 1024

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted]:
        """Buys a task. The most that it may cost stands in the receipt's state as ``estimatedCost``, in credits."""
        version = attempt.api_version or VERSION
        headers = {"x-runway-version": version, **_headers(attempt)}
        url = ORIGIN + plan.endpoint
        response = yield HttpRequest("POST", url, json=plan.payload, headers=headers, effect="buy")
        task = response.json()
        state = {"estimatedCost": task["estimatedCost"]} if task.get("estimatedCost") else {}
        return Accepted(task["id"], state=state if version == VERSION else {**state, "version": version})

    def poll(self, job: Job) -> Steps[Update]:
        """Asks for the task.

        Raises:
            JobExpiredError: Runway no longer knows it. That settles nothing, as it may have been billed.
        """
        return update_of((yield _about(job, "GET")).json())

    def cancel(self, job: Job) -> Steps[Update]:
        """Deletes a task that has not ended; what has ended is told and kept, for its result would go with it.

        The answer is no confirmation: the task may go on, and be billed. Only a last status tells.
        """
        task = update_of((yield _about(job, "GET")).json())
        if not isinstance(task, (Queued, Running)):
            return task
        response = yield _about(job, "DELETE")
        return Running(raw={"id": job.id, "deleted": True, "status_code": response.status})

    def upload(self, media: Media) -> Steps[str]:
        """Stores a file for a day, and returns its ``runway://`` address.

        Raises:
            ValidationError: The file has more than 200 MB.
        """
        content, kind = b"".join(media.chunks()), media.content_type or "application/octet-stream"
        if len(content) > self.upload_limit_bytes:
            raise ValidationError("A file for Runway may have at most 200 MB; shorten it.")
        name = f"input.{_EXTENSIONS.get(kind) or kind.partition('/')[2].partition(';')[0]}"
        asked = {"filename": name, "type": "ephemeral"}
        slot = (yield _request("POST", "/v1/uploads", json=asked, effect="write")).json()
        file = {"file": FilePart(content, kind, name)}
        yield HttpRequest("POST", slot["uploadUrl"], form=slot["fields"], files=file, effect="write", signed=False)
        return str(slot["runwayUri"])

    def error(self, response: HttpResponse, phase: Phase) -> TarashException:
        """Our error for Runway's answer; see :func:`tarash_runway.errors.error_of`."""
        return error_of(response, phase)


def _request(method: str, path: str, version: str = VERSION, **known: Any) -> HttpRequest:
    return HttpRequest(method, ORIGIN + path, headers={"x-runway-version": version}, **known)


def _about(job: Job, method: str) -> HttpRequest:
    path, version = f"/v1/tasks/{quote(job.id, safe='')}", str(job.state.get("version") or VERSION)
    return _request(method, path, version, effect="read" if method == "GET" else "write")


def _headers(attempt: Attempt) -> dict[str, str]:
    settings = attempt.settings
    if unknown := sorted(settings.keys() - {"on_behalf_of"}):
        raise ValidationError(f"Runway has no setting {unknown[0]!r}; it has on_behalf_of.")
    if attempt.webhook_url is not None:
        raise ValidationError("Runway sends no callbacks; leave webhook_url out and wait for the job, or look at it.")
    whom = settings.get("on_behalf_of")
    return {} if whom is None else {"x-runway-on-behalf-of": str(whom)}


def update_of(task: Mapping[str, Any]) -> Update:
    """What a task says; a status that nobody knows is a running one.

    ``THROTTLED`` is a task that waits until the account has fewer of its model at work; it moves on by itself.
    """
    match task.get("status"):
        case "PENDING":
            return Queued(raw=task)
        case "THROTTLED":
            return Queued(logs=("The account has as many tasks at work as it may; this one waits.",), raw=task)
        case "RUNNING":
            return Running(percent=_percent(task.get("progress")), raw=task)
        case "SUCCEEDED":
            outputs = [Output(url, expires_in_seconds=SERVED_SECONDS) for url in task.get("output") or ()]
            return Done(*outputs, cost=cost_of(task), raw=task)
        case "FAILED":
            return Failed(error_of_failure(task, _credits(task)), raw=task)
        case "CANCELLED":
            return Cancelled(charged=_charged(_credits(task)), raw=task)
        case status:
            return Running(unknown_status=str(status), raw=task)


def cost_of(task: Mapping[str, Any]) -> Cost | None:
    """What an ended task cost: credits, each a US cent; None where it does not tell, as before August 2026."""
    credits = _credits(task)
    return None if credits is None else Cost(credits, "credits", Decimal(str(credits)) / 100)


def _credits(task: Mapping[str, Any]) -> float | None:
    cost = task.get("cost")
    amount = cost.get("credits") if isinstance(cost, dict) else None
    return amount if isinstance(amount, (int, float)) else None


def _charged(credits: float | None) -> Charged:
    return "unknown" if credits is None else "yes" if credits else "no"


def _percent(progress: Any) -> float | None:
    return min(max(100.0 * progress, 0.0), 100.0) if isinstance(progress, (int, float)) else None
