"""A small vendor that keeps the whole contract, and its simulator: what the mutants of the tests break."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from tarash_core.catalog import Catalog, ModelSpec, Variant
from tarash_core.catalog.lifecycle import Lifecycle
from tarash_core.errors import ContentModerationError, GenerationFailedError, TarashException, WebhookError
from tarash_core.fields import (
    choice_field_mapper,
    duration_field_mapper,
    image_input_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
)
from tarash_core.plugins import (
    Accepted,
    Callback,
    Cancelled,
    Credentials,
    Done,
    Expired,
    Failed,
    Headers,
    HttpRequest,
    HttpResponse,
    Output,
    Provider,
    Queued,
    Running,
    body_of,
    error_of_status,
    words_of,
)
from tarash_core.testing import Reply, Requested, SimJob, Simulator, Stage, read_form, read_json, route

ORIGIN, FILES = "https://api.acme.example", "https://files.acme.example"
KEY = "acme-callback-secret"
LIFE = Lifecycle(listed="2026-01-02", source="acme.example/models", checked="2026-11-20")

VIDEO = Variant(
    modes={"text-to-video"},
    endpoint="/v1/videos",
    fields={
        "prompt": passthrough_field_mapper("prompt", required=True),
        "seconds": duration_field_mapper("int", [4, 8], default=4),
    },
)
ANIMATE = Variant(
    modes={"image-to-video"},
    endpoint="/v1/animations",
    fields={
        "prompt": passthrough_field_mapper("prompt"),
        "image": single_image_field_mapper(image_type="first_frame", required=True),
        "seconds": duration_field_mapper("int", [4, 8], default=4),
    },
)
IMAGE = Variant(
    modes={"text-to-image"},
    endpoint="/v1/images",
    body="multipart",
    fields={
        "prompt": passthrough_field_mapper("prompt", required=True),
        "ratio": choice_field_mapper("aspect_ratio", ["1:1", "16:9"]),
    },
)
EDIT = Variant(
    modes={"image-to-image"},
    endpoint="/v1/edits",
    body="multipart",
    fields={
        "prompt": passthrough_field_mapper("prompt", required=True),
        "image": image_input_field_mapper(forms=("file",), required=True),
    },
)


def catalog_of(**more: ModelSpec) -> Catalog:
    """Acme's models, and others beside or in the place of them."""
    models = {
        "acme-1": ModelSpec(variants=(VIDEO, ANIMATE), lifecycle=LIFE),
        "acme-image": ModelSpec(variants=(IMAGE, EDIT), lifecycle=LIFE),
        "acme-0": ModelSpec(
            variants=(VIDEO,),
            lifecycle=Lifecycle(
                retired="2026-06-01", replacement="acme-1", source="acme.example/models", checked="2026-11-20"
            ),
        ),
    }
    return Catalog({**models, **more})


class Acme(Provider):
    """Acme Video."""

    name = "acme"
    title = "Acme Video"
    origins = (ORIGIN, FILES)
    credentials = Credentials("ACME_API_KEY")
    webhook_secrets = Credentials("ACME_WEBHOOK_SECRET", optional=True)
    simulator = f"{__name__}:AcmeSimulator"

    def __init__(self, catalog: Catalog | None = None) -> None:
        self.catalog = catalog or catalog_of()

    def submit(self, plan: Any, attempt: Any) -> Any:
        """Buys a job, or a picture at once."""
        url = ORIGIN + plan.endpoint
        if plan.kind == "image":
            texts = {name: str(value) for name, value in plan.payload.items() if isinstance(value, str)}
            files = {name: value for name, value in plan.payload.items() if name not in texts}
            return self.picture((yield HttpRequest("POST", url, form=texts, files=files, effect="buy")))
        body = {**plan.payload, **({"callback": attempt.webhook_url} if attempt.webhook_url else {})}
        headers = Headers({"idempotency-key": attempt.idempotency_key})
        answer = (yield HttpRequest("POST", url, json=body, headers=headers, effect="buy")).json()
        return Accepted(answer["id"], state={"kept": ["in", "order"]})

    def picture(self, response: HttpResponse) -> Done:
        """The picture in the answer to its purchase."""
        body = response.json()
        if body.get("flagged"):
            raise ContentModerationError("Acme flagged the picture.", raw_response=body, charged="no")
        if body.get("failed"):
            raise GenerationFailedError("Acme failed.", raw_response=body, charged="no")
        return Done(Output(body["url"]), raw={})

    def url_of(self, job: Any) -> str:
        """Where a job is asked for."""
        return f"{ORIGIN}/v1/videos/{quote(job.id, safe='')}"

    def poll(self, job: Any) -> Any:
        """How a job is."""
        response = yield HttpRequest("GET", self.url_of(job), expect=(404,))
        return Expired() if response.status == 404 else self.update(response.json())

    def update(self, body: Mapping[str, Any]) -> Any:
        """What a body says."""
        word = body.get("status")
        if word == "succeeded":
            return Done(Output(body["url"]), raw=body)
        if word == "queued":
            return Queued(raw=body)
        if word == "cancelled":
            return Cancelled(charged="no", raw=body)
        if word in ("failed", "moderated"):
            return Failed(self.ended(str(word), body), raw=body)
        return Running(unknown_status=None if word == "running" else str(word), raw=body)

    def ended(self, word: str, body: Mapping[str, Any]) -> TarashException:
        """Why a job has failed."""
        kind = ContentModerationError if word == "moderated" else GenerationFailedError
        return kind(f"Acme says: {body.get('error')}.", raw_response=body, charged="no")

    def cancel(self, job: Any) -> Any:
        """Asks Acme to stop."""
        response = yield HttpRequest("DELETE", self.url_of(job), effect="write", expect=(404, 409))
        return Running() if response.status >= 400 else self.update(response.json())

    def upload(self, media: Any) -> Any:
        """Stores a file."""
        content = b"".join(media.chunks())
        response = yield HttpRequest("PUT", f"{FILES}/v1/files", content=content, effect="write")
        return str(response.json()["url"])

    def error(self, response: HttpResponse, phase: Any) -> TarashException:
        """By the status alone, but for one word of Acme's; a server's trouble at a purchase bought nothing."""
        body = body_of(response)
        if isinstance(body, dict) and body.get("code") == "flagged":
            charged = "no" if phase == "submit" else None
            return ContentModerationError(f"Acme flagged it: {words_of(body)}.", raw_response=body, charged=charged)
        return error_of_status(response, phase)

    def webhook(self, headers: Mapping[str, str], body: bytes, secret: str | None, now: datetime) -> Any:
        """Checks a callback."""
        self.authentic(Headers(headers), body, secret or "", now)
        told = json.loads(body)
        return Callback(job_id=told["id"], update=self.update(told), event_id=f"{told['id']}-{told['status']}")
        yield

    def authentic(self, headers: Headers, body: bytes, secret: str, now: datetime) -> None:
        """Refuses what is forged or old."""
        at = headers.get("acme-time", "0")
        signature = hmac.new(secret.encode(), at.encode() + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, headers.get("acme-signature", "")):
            raise WebhookError("The callback is forged.")
        if abs(now.timestamp() - float(at)) > 300:
            raise WebhookError("The callback is too old.")


class AcmeSimulator(Simulator):
    """Acme without Acme."""

    name = "acme"
    webhook_secret = KEY

    @route("POST", "/v1/videos", phase="submit")
    @route("POST", "/v1/animations", phase="submit")
    def create(self, request: HttpRequest) -> Any:
        """Takes a job."""
        body = read_json(request)
        job = self.buy(body, callback_url=body.get("callback"))
        return {"id": job.id, "status": "queued"}

    @route("POST", "/v1/images", phase="submit")
    @route("POST", "/v1/edits", phase="submit")
    def draw(self, request: HttpRequest) -> Any:
        """Makes a picture at once."""
        read_form(request)
        job = self.buy({}, endpoint="image")
        job.queue_seconds = job.run_seconds = 0.0
        job.polls = self.polls_to_finish
        if job.outcome.kind == "stuck":
            return Reply(self.problem(500, "Try again."), 86_400)
        stage = self.stage(job)
        return {
            "url": self.output_url(job),
            "flagged": stage == "moderated",
            "failed": stage in ("failed", "cancelled"),
        }

    @route("GET", "/v1/videos/{id}", phase="poll")
    def status(self, request: HttpRequest, id: str) -> Any:
        """How a job is."""
        job = self.job(id)
        self.polled(job)
        return self.told(job)

    def told(self, job: SimJob) -> dict[str, Any]:
        """A job as Acme writes it."""
        stage = self.stage(job)
        url = self.output_url(job) if stage == "succeeded" else None
        return {"id": job.id, "status": stage, "error": job.reason or None, "url": url}

    @route("DELETE", "/v1/videos/{id}", phase="cancel")
    def stop(self, request: HttpRequest, id: str) -> Any:
        """Cancels a job that has not ended."""
        job = self.job(id)
        return self.told(job) if self.cancel(job) else self.problem(409, "It has ended.")

    @route("PUT", "/v1/files", phase="upload")
    def keep(self, request: HttpRequest) -> Any:
        """Keeps a file."""
        return {"url": self.file_url(self.store(request.content or b""))}

    def guard(self, request: HttpRequest, phase: Any) -> HttpResponse | None:
        """Wants a key for everything but files."""
        if phase == "download" or request.headers.get("authorization", "").startswith("Bearer "):
            return None
        return self.problem(401, "No key.")

    def callbacks(self, job: SimJob, stage: Stage) -> Iterable[HttpRequest]:
        """One signed callback at the end."""
        if stage in ("queued", "running"):
            return
        body = json.dumps(self.told(job)).encode()
        at = str(self.timestamp())
        signature = hmac.new(self.webhook_secret.encode(), at.encode() + body, hashlib.sha256).hexdigest()
        headers = Headers({"acme-time": at, "acme-signature": signature})
        yield HttpRequest("POST", str(job.callback_url), content=body, headers=headers)

    def requested(self, job: SimJob) -> Requested:
        """A picture or a clip."""
        return Requested(format="png" if job.endpoint == "image" else "mp4")


provider = Acme()
