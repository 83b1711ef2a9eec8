"""A small vendor, its simulator, and a provider for it: enough to drive every part of the engine."""

from collections.abc import Iterator

import pytest

from tarash_core.catalog import Catalog, ModelSpec, Variant
from tarash_core.errors import ContentModerationError, GenerationFailedError, HTTPError
from tarash_core.fields import (
    duration_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
)
from tarash_core.plugins import (
    Accepted,
    Cancelled,
    Credentials,
    Done,
    Expired,
    Failed,
    HttpRequest,
    Output,
    Provider,
    Queued,
    Running,
    error_of_status,
)
from tarash_core.plugins.loader import register_provider, unregister_provider
from tarash_core.testing import Requested, Simulator, VirtualClock, read_json, route

ACME = "https://api.acme.example"


class AcmeSimulator(Simulator):
    """Acme's protocol: submit, status, cancel, upload; outputs need the key."""

    name = "acme"
    confirms_cancel = True
    word: str | None = None

    @route("POST", "/v1/videos", phase="submit")
    def create(self, request):
        return {"id": self.buy(read_json(request)).id}

    @route("POST", "/v1/images", phase="submit")
    def image(self, request):
        job = self.buy(read_json(request))
        return {"id": job.id, "image": "aGVsbG8="}

    @route("GET", "/v1/videos/{id}", phase="poll")
    def status(self, request, id):
        job = self.job(id)
        stage = self.polled(job)
        url = self.output_url(job) if stage == "succeeded" else None
        return {"status": self.word or stage, "url": url, "reason": job.reason}

    @route("DELETE", "/v1/videos/{id}", phase="cancel")
    def stop(self, request, id):
        if self.confirms_cancel:
            self.cancel(self.job(id))
        return {"status": "cancelling"}

    @route("POST", "/v1/files", phase="upload")
    def upload(self, request):
        return {"url": self.file_url(self.store(request.content, content_type="image/png"))}

    def requested(self, job):
        return Requested(duration_seconds=job.body.get("seconds", 4), width=320, height=180)


class Acme(Provider):
    """Acme Video."""

    name = "acme"
    title = "Acme Video"
    origins = (ACME,)
    credentials = Credentials("ACME_API_KEY")
    settings = ("upload_token", "session_token", "region")
    simulator = "conftest:AcmeSimulator"
    catalog = Catalog(
        {
            "acme-1": ModelSpec(
                variants=(
                    Variant(
                        modes={"text-to-video", "image-to-video"},
                        endpoint="/v1/videos",
                        fields={
                            "prompt": passthrough_field_mapper("prompt", required=True),
                            "seconds": duration_field_mapper("int", [4, 8]),
                            "image": single_image_field_mapper(image_type="first_frame", forms=("url",)),
                        },
                    ),
                )
            ),
            "acme-image": ModelSpec(
                variants=(
                    Variant(
                        modes={"text-to-image"},
                        endpoint="/v1/images",
                        fields={
                            "prompt": passthrough_field_mapper("prompt", required=True),
                            "n": n_images_field_mapper(1, 4),
                        },
                    ),
                )
            ),
        }
    )

    def submit(self, plan, attempt):
        response = yield HttpRequest("POST", ACME + plan.endpoint, json=plan.payload, effect="buy")
        body = response.json()
        if "image" in body:
            import base64

            return Done(Output(data=base64.b64decode(body["image"]), content_type="image/png"), raw=body)
        return Accepted(body["id"], state={"status_url": f"{ACME}/v1/videos/{body['id']}"})

    def poll(self, job):
        response = yield HttpRequest("GET", job.state["status_url"], expect=(404,))
        if response.status == 404:
            return Expired(raw=response.text)
        return read(response.json())

    def cancel(self, job):
        yield HttpRequest("DELETE", f"{ACME}/v1/videos/{job.id}", effect="write")
        return Running()

    def upload(self, media):
        response = yield HttpRequest("POST", f"{ACME}/v1/files", content=b"".join(media.chunks()), effect="write")
        return response.json()["url"]

    def error(self, response, phase):
        error = error_of_status(response, phase)
        if isinstance(error, HTTPError) and response.status == 503:
            return HTTPError("Acme is busy.", status_code=503, charged="no", retryable=True)
        return error


def read(body):
    """What Acme says about a job."""
    match body["status"]:
        case "queued":
            return Queued(position=1, raw=body)
        case "running":
            return Running(percent=50, raw=body)
        case "succeeded":
            return Done(Output(body["url"], content_type="video/mp4", authenticated=True), raw=body)
        case "failed":
            return Failed(GenerationFailedError(body["reason"], charged="no"), raw=body)
        case "moderated":
            return Failed(ContentModerationError(body["reason"], charged="no"), raw=body)
        case "cancelled":
            return Cancelled(charged="no", raw=body)
        case word:
            return Running(unknown_status=word, raw=body)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Iterator[AcmeSimulator]:
    monkeypatch.setenv("ACME_API_KEY", "canary-acme-key")
    register_provider("acme", Acme())
    yield AcmeSimulator(render=False)
    unregister_provider("acme")


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[AcmeSimulator]:
    """A second vendor of the same kind, for chains."""

    class Other(Acme):
        """Other Video."""

        name = "other"

    monkeypatch.setenv("ACME_API_KEY", "canary-acme-key")
    register_provider("other", Other())
    yield AcmeSimulator(render=False)
    unregister_provider("other")
