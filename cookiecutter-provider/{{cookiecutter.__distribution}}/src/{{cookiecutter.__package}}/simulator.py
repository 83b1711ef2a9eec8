{%- set queue, video, image = cookiecutter.api == 'queue', cookiecutter.kind != 'image', cookiecutter.kind != 'video' -%}
"""The API of {{ cookiecutter.title }} as an object, for ``--simulate`` and for tests."""

from __future__ import annotations

from collections.abc import Mapping
{%- if queue %}
from typing import Any
{%- endif %}
{%- if video and image %}
from urllib.parse import urlsplit
{%- endif %}

from tarash_core.plugins import HttpRequest, HttpResponse
from tarash_core.testing import (
    Abort,
{%- if not queue %}
    Answer,
{%- endif %}
    Phase,
{%- if not queue %}
    Reply,
{%- endif %}
    Requested,
    SimJob,
    Simulator,
    read_json,
    route,
    size_of,
)

_CODES: Mapping[int, str] = {
    400: "invalid_request",
    401: "invalid_key",
    404: "not_found",
    429: "rate_limit",
    500: "internal_error",
}
{%- if not queue %}
_GIVES_UP_SECONDS = 86_400.0
{%- endif %}


class {{ cookiecutter.__class }}Simulator(Simulator):
    """{{ cookiecutter.title }} without {{ cookiecutter.title }}."""

    name = "{{ cookiecutter.name }}"
{% if video %}
    @route("POST", "/v1/videos", phase="submit")
{%- endif %}
{%- if image %}
    @route("POST", "/v1/images", phase="submit")
{%- endif %}
{%- if queue %}
    def create(self, request: HttpRequest) -> dict[str, Any]:
        """Takes a job."""
        return self._told(self._bought(request))

    @route("GET", "/v1/jobs/{id}", phase="poll")
    def status(self, request: HttpRequest, id: str) -> dict[str, Any]:
        """How a job is."""
        job = self.job(id)
        self.polled(job)
        return self._told(job)

    @route("POST", "/v1/jobs/{id}/cancel", phase="cancel")
    def stop(self, request: HttpRequest, id: str) -> dict[str, Any]:
        """Stops a job that has not ended."""
        job = self.job(id)
        self.cancel(job)
        return self._told(job)
{%- else %}
    def create(self, request: HttpRequest) -> Answer:
        """Makes the result, or says why not; a job that is stuck keeps its caller waiting."""
        job = self._bought(request)
        match self.finish_at_once(job):
            case "succeeded":
                return {"id": job.id, "url": self.output_url(job)}
            case "moderated":
                return self._refusal(422, "content_policy", job.reason)
            case "failed" | "cancelled":
                return self._refusal(500, "generation_failed", job.reason)
            case _:
                return Reply(self.problem(500, "The result was not ready in time."), after=_GIVES_UP_SECONDS)
{%- endif %}

    def guard(self, request: HttpRequest, phase: Phase) -> HttpResponse | None:
        """Asks for a key, but where files are fetched."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if phase == "download" or (scheme == "Bearer" and key.strip()):
            return None
        return self.problem(401, "The API key is not valid.")

    def problem(self, status: int, message: str) -> HttpResponse:
        """An error in the vendor's shape."""
        return self._refusal(status, _CODES.get(status, "internal_error"), message)

    def requested(self, job: SimJob) -> Requested:
        """What a job asks for."""
        width, height = size_of("720p", job.body.get("aspect_ratio"))
{%- if video and image %}
        if job.endpoint == "/v1/images":
            return Requested(width=width, height=height, format="png")
{%- endif %}
{%- if video %}
        return Requested(duration_seconds=job.body.get("seconds", 4), width=width, height=height)
{%- else %}
        return Requested(width=width, height=height, format="png")
{%- endif %}

    def _bought(self, request: HttpRequest) -> SimJob:
        try:
            body = read_json(request)
        except ValueError as error:
            raise Abort(self.problem(400, "The body is not valid JSON.")) from error
        if not isinstance(body, dict) or not body.get("prompt"):
            raise Abort(self.problem(400, "prompt: is required"))
        return self.buy(body{{ ', endpoint=urlsplit(request.url).path' if video and image }})

    def _refusal(self, status: int, code: str, message: str) -> HttpResponse:
        return HttpResponse.of_json({"error": {"code": code, "message": message}}, status)
{%- if queue %}

    def _told(self, job: SimJob) -> dict[str, Any]:
        stage = self.stage(job)
        match stage:
            case "running":
                return {"id": job.id, "status": stage, "percent": self.percent(job)}
            case "succeeded":
                return {"id": job.id, "status": stage, "url": self.output_url(job)}
            case "failed" | "moderated":
                code = "content_policy" if stage == "moderated" else "generation_failed"
                return {"id": job.id, "status": "failed", "error": {"code": code, "message": job.reason}}
            case _:
                return {"id": job.id, "status": stage}
{%- endif %}
