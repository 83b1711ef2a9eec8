"""Reading a job of {{ cookiecutter.title }}."""

from __future__ import annotations

from tarash_core.plugins import Cancelled, Done, Failed, HttpResponse, Output, Queued, Running, Update

from {{ cookiecutter.__package }}.errors import error_of_failure


def update_of(response: HttpResponse) -> Update:
    """What a job says; a status that nobody knows is a running one, which a clock ends."""
    job = response.json()
    match job["status"]:
        case "queued":
            return Queued(position=job.get("position"), raw=job)
        case "running":
            return Running(percent=job.get("percent"), raw=job)
        case "succeeded":
            return Done(Output(job["url"]), raw=job)
        case "failed":
            return Failed(error_of_failure(job), raw=job)
        case "cancelled":
            return Cancelled(charged="no", raw=job)
        case status:
            return Running(unknown_status=str(status), raw=job)
