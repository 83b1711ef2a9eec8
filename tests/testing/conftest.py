from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

# Its first import takes over the search for packages, which pytester would undo by halves after a run in process.
import importlib_metadata  # noqa: F401
import pytest

from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.testing import Requested, SimJob, Simulator, Stage, read_body, route

ORIGIN = "https://api.acme.example"


class Acme(Simulator):
    name = "acme"

    @route("POST", "/v1/videos", phase="submit")
    def create(self, request: HttpRequest) -> dict[str, Any]:
        body = read_body(request)
        job = self.buy(body, endpoint="video", callback_url=body.get("webhook"))
        return {"id": job.id, "status": self.stage(job)}

    @route("GET", "/v1/videos/{id}", phase="poll")
    def status(self, request: HttpRequest, id: str) -> dict[str, Any]:
        job = self.job(id)
        stage = self.polled(job)
        url = self.output_url(job, expires_in=3600) if stage == "succeeded" else None
        return {"status": stage, "error": job.reason, "url": url, "percent": self.percent(job)}

    @route("DELETE", "/v1/videos/{id}", phase="cancel")
    def stop(self, request: HttpRequest, id: str) -> HttpResponse:
        return HttpResponse(204 if self.cancel(self.job(id)) else 409)

    @route("POST", "/v1/files", phase="upload")
    def upload(self, request: HttpRequest) -> dict[str, str]:
        return {"url": self.file_url(self.store(request.content or b"", request.headers["content-type"]))}

    def requested(self, job: SimJob) -> Requested:
        return Requested(duration_seconds=job.body.get("seconds", 1), width=64, height=36)

    def callbacks(self, job: SimJob, stage: Stage) -> Iterable[HttpRequest]:
        yield HttpRequest("POST", str(job.callback_url), json={"id": job.id, "status": stage})


@pytest.fixture
def make_acme() -> Callable[..., Acme]:
    return Acme


@pytest.fixture
def acme() -> Acme:
    return Acme(render=False)


@pytest.fixture
def ask(acme: Acme) -> Callable[..., HttpResponse]:
    """Asks the simulator and returns its answer, which must arrive."""

    def asked(method: str, path: str, **body: Any) -> HttpResponse:
        url = path if path.startswith("http") else ORIGIN + path
        response = acme.handle(HttpRequest(method, url, **body)).response
        assert response is not None
        return response

    return asked


@pytest.fixture
def buy(ask: Callable[..., HttpResponse]) -> Callable[..., str]:
    """Buys a job and returns its id."""
    return lambda **body: str(ask("POST", "/v1/videos", json={"prompt": "A fox", **body}).json()["id"])
