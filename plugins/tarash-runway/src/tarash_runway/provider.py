"""Runway as a provider: the requests it is sent, and where its answers are read (dossier, sections 1 to 7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tarash_core.models.cost import Cost
from tarash_core.plugins import (
    Accepted,
    Attempt,
    Cadence,
    Cancelled,
    Credentials,
    Done,
    Failed,
    HttpRequest,
    HttpResponse,
    Output,
    Phase,
    Provider,
    Queued,
    Running,
    States,
    Steps,
    Update,
    charged_of,
    file_part,
    stop,
    update_by,
)
from tarash_runway.errors import error_of, error_of_failure
from tarash_runway.models import CATALOG

if TYPE_CHECKING:
    from tarash_core.errors import TarashException
    from tarash_core.models.job import Job
    from tarash_core.models.media import Media
    from tarash_core.models.plan import Plan

ORIGIN = "https://api.dev.runwayml.com"
VERSION = "2024-11-06"
"""The version of the API; models come and go within it."""

STATES: States = {
    "PENDING": Queued, "THROTTLED": Queued, "RUNNING": Running, "SUCCEEDED": Done, "FAILED": Failed,
    "CANCELLED": Cancelled,
}  # fmt: skip
_WAITS = "The account has as many tasks at work as it may; this one waits."

SERVED_SECONDS = 24 * 3600.0
"""Result URLs are served for 24 to 48 hours; asking for the task again gives fresh ones."""


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
    settings = ("on_behalf_of",)
    catalog = CATALOG
    simulator = "tarash_runway.simulator:RunwaySimulator"
    # Runway asks for no more than one look in five seconds.
    cadence = Cadence(first=5.0, most=10.0, growth=1.1)
    # A data URI may have 5 MB, but the limit of a whole body is not known.
    inline_limit_bytes = 1_000_000
    upload_limit_bytes = 200 * 1024 * 1024

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted]:
        """Buys a task; the estimate of the receipt is the most that it may cost."""
        whom, version = attempt.settings.get("on_behalf_of"), attempt.api_version or VERSION
        more = {} if whom is None else {"x-runway-on-behalf-of": str(whom)}
        task = (yield _request("POST", plan.endpoint, version, more, json=plan.payload, effect="buy")).json()
        state = {} if version == VERSION else {"version": version}
        return Accepted(task["id"], state=state, estimate=_cost(task, "estimatedCost", "vendor-estimate"))

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

        def read(response: HttpResponse) -> Update:
            return Running(raw={"id": job.id, "deleted": True, "status_code": response.status})

        return (yield from stop(lambda: self.poll(job), _about(job, "DELETE"), read))

    def upload(self, media: Media) -> Steps[str]:
        """Stores a file for a day, and returns its ``runway://`` address.

        Raises:
            ValidationError: The file has more than 200 MB.
        """
        too_large = "A file for Runway may have at most 200 MB; shorten it."
        file = file_part(media, most_bytes=self.upload_limit_bytes, too_large=too_large)
        asked = {"filename": file.filename, "type": "ephemeral"}
        slot = (yield _request("POST", "/v1/uploads", json=asked, effect="write")).json()
        form = {"form": slot["fields"], "files": {"file": file}}
        yield HttpRequest("POST", slot["uploadUrl"], **form, effect="write", signed=False)
        return str(slot["runwayUri"])

    def error(self, response: HttpResponse, phase: Phase) -> TarashException:
        """Our error for Runway's answer; see :func:`tarash_runway.errors.error_of`."""
        return error_of(response, phase)


def _request(
    method: str, path: str, version: str = VERSION, more: Mapping[str, str] | None = None, **known: Any
) -> HttpRequest:
    return HttpRequest(method, ORIGIN + path, headers={"x-runway-version": version, **(more or {})}, **known)


def _about(job: Job, method: str) -> HttpRequest:
    path, version = f"/v1/tasks/{quote(job.id, safe='')}", str(job.state.get("version") or VERSION)
    return _request(method, path, version, effect="read" if method == "GET" else "write")


def update_of(task: Mapping[str, Any]) -> Update:
    """What a task says; a status that nobody knows is a running one.

    ``THROTTLED`` is a task that waits until the account has fewer of its model at work; it moves on by itself.
    """
    status = str(task.get("status"))
    return update_by(
        STATES,
        status,
        task,
        done=lambda: Done(*_outputs(task), cost=_cost(task), raw=task),
        failed=lambda: error_of_failure(task, _credits(task)),
        percent=_percent(task.get("progress")),
        logs=_WAITS if status == "THROTTLED" else (),
        charged=charged_of(_credits(task)),
    )


def _outputs(task: Mapping[str, Any]) -> Iterator[Output]:
    return (Output(url, expires_in_seconds=SERVED_SECONDS) for url in task.get("output") or ())


def _cost(task: Mapping[str, Any], name: str = "cost", source: str = "vendor") -> Cost | None:
    """Credits, each a US cent; None where the task does not tell, as an ended one before August 2026."""
    credits = _credits(task, name)
    return None if credits is None else Cost(credits, "credits", Decimal(str(credits)) / 100, source)


def _credits(task: Mapping[str, Any], name: str = "cost") -> float | None:
    cost = task.get(name)
    amount = cost.get("credits") if isinstance(cost, dict) else None
    return amount if isinstance(amount, (int, float)) else None


def _percent(progress: Any) -> float | None:
    return min(max(100.0 * progress, 0.0), 100.0) if isinstance(progress, (int, float)) else None
