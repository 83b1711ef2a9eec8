"""Replicate's HTTP API as an object: predictions, files, models, webhooks, problem JSON and rate-limit headers."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve

from tarash_core.plugins.http import FilePart, Headers, HttpRequest, HttpResponse
from tarash_core.plugins.standard_webhooks import signature
from tarash_core.testing import (
    Abort,
    Phase,
    Reply,
    Requested,
    SimJob,
    Simulator,
    Stage,
    read_form,
    route,
    size_of,
)
from tarash_replicate.simulator_schemas import openapi_schema, published, refusals

WEBHOOK_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
DAY_SECONDS = 86_400.0

_STATUS: dict[Stage, str] = {
    "queued": "starting",
    "running": "processing",
    "succeeded": "succeeded",
    "failed": "failed",
    "moderated": "failed",
    "cancelled": "canceled",
}
_TITLES = {
    400: "Bad request",
    401: "Unauthenticated",
    402: "Insufficient credit",
    404: "Not found",
    422: "Invalid version or not permitted",
}
_EVENTS: dict[Stage, tuple[str, ...]] = {"running": ("start", "logs"), "succeeded": ("output", "completed")}
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_KLING_MODES = {"standard": "720p", "pro": "1080p", "4k": "4k"}
_IMAGE_FORMATS = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "webp": "webp"}


class ReplicateSimulator(Simulator):
    """Replicate without Replicate.

    The models of the catalogue are official; any other model is a community model: its own predictions route answers
    404, and it runs by version. Inputs of listed models are checked as Replicate does: a wrong type or value is a 422,
    an unknown name is ignored.

    Attributes:
        keep_seconds: How long inputs, logs and outputs are kept after the end; None keeps them.
        gone: Models, as ``owner/name``, that no longer exist.
        new: Models that Replicate's selections hold besides those of the catalogue; they are official.
        low_credit: Creating predictions is limited to 6 a minute, one at a time.
        out_of_credit: Creating predictions is answered with 402.
        webhook_secret: What callbacks are signed with.

    Args:
        keep_seconds: See above; an hour as on Replicate.
        settings: As for every simulator.
    """

    name = "replicate"

    def __init__(self, *, keep_seconds: float | None = 3600.0, **settings: Any) -> None:
        super().__init__(**settings)
        self.keep_seconds = keep_seconds
        self.gone: set[str] = set()
        self.new: set[str] = set()
        self.low_credit = False
        self.out_of_credit = False
        self.webhook_secret = WEBHOOK_SECRET
        self._uploads: dict[str, dict[str, Any]] = {}
        self._models: dict[str, str] = {}

    # creating predictions

    @route("POST", "/v1/models/{owner}/{name}/predictions", phase="submit")
    def create_official(self, request: HttpRequest, owner: str, name: str) -> Reply:
        """Runs an official model."""
        model = f"{owner}/{name}"
        if not self.is_official(model):
            raise Abort(self.problem(404, "The requested resource could not be found."))
        return self._create(request, model, "hidden")

    @route("POST", "/v1/predictions", phase="submit")
    def create_by_version(self, request: HttpRequest) -> Reply:
        """Runs a version: 64 hex digits, with or without the model's name, or an official model's name alone."""
        asked = str(_body(self, request).get("version", ""))
        model, _, version = asked.rpartition(":") if ":" in asked or "/" not in asked else (asked, "", "")
        if model and not version and self.is_official(model):
            return self._create(request, model, "hidden")
        if not re.fullmatch(r"[0-9a-f]{64}", version) or model in self.gone:
            text = "The specified version does not exist (or perhaps you don't have permission to use it?)"
            raise Abort(self.problem(422, text))
        return self._create(request, model or self._models.get(version, "simulated/model"), version)

    @route("POST", "/v1/deployments/{owner}/{name}/predictions", phase="submit")
    def create_by_deployment(self, request: HttpRequest, owner: str, name: str) -> Reply:
        """Runs whatever a deployment holds."""
        return self._create(request, f"{owner}/{name}", f"dp-{_digest(owner, name)[:32]}", deployment=f"{owner}/{name}")

    def _create(self, request: HttpRequest, model: str, version: str, deployment: str | None = None) -> Reply:
        body = _body(self, request)
        given = body.get("input")
        if not isinstance(given, dict):
            raise Abort(self._invalid([("required", "input", "input is required")]))
        if wrong := list(refusals(model, given)):
            raise Abort(self._invalid(wrong))
        job = self.buy(body, endpoint=model, callback_url=body.get("webhook"))
        job.queue_seconds, job.run_seconds = (0.5, 1.5) if self._is_image(job) else (10.0, 80.0)
        job.state.update(version=version, deployment=deployment, deadline=_deadline(self, request))
        return self._held(job, _preferred_wait(request))

    def _held(self, job: SimJob, wait: float | None) -> Reply:
        """The answer to a purchase, held back where ``Prefer: wait`` asks for it and the job is done in that time."""
        after = 0.0
        if wait is not None and job.total_seconds <= wait:
            job.polls = max(self.polls_to_finish - 1, 0)
            if self.speed is not None:
                job.submitted_at, after = self.clock - job.total_seconds, job.total_seconds
            self.polled(job)
        applied = {} if wait is None else {"preference-applied": f"wait={wait:g}"}
        headers = Headers({"content-type": "application/json", **applied})
        return Reply(HttpResponse(201, headers, json.dumps(self.prediction(job)).encode()), after)

    # asking for them

    @route("GET", "/v1/predictions/{id}", phase="poll")
    def status(self, request: HttpRequest, id: str) -> dict[str, Any]:
        """A prediction as it stands."""
        job = self.job(id)
        self._end_at_deadline(job)
        self.polled(job)
        return self.prediction(job)

    @route("POST", "/v1/predictions/{id}/cancel", phase="cancel")
    def call_off(self, request: HttpRequest, id: str) -> dict[str, Any]:
        """Cancels a prediction; one that has ended stays what it is."""
        job = self.job(id)
        self.cancel(job)
        return self.prediction(job)

    @route("GET", "/v1/predictions")
    def list_predictions(self, request: HttpRequest) -> dict[str, Any]:
        """All predictions, the newest first, on one page."""
        return _page([self.prediction(job) for job in reversed(self.jobs.values())])

    @route("GET", "/v1/stream/{id}")
    def stream(self, request: HttpRequest, id: str) -> HttpResponse:
        """A prediction's outputs as server-sent events, to their end."""
        job = self.job(id)
        job.polls = max(job.polls, self.polls_to_finish - 1)
        self.polled(job)
        output = self.prediction(job)["output"]
        events = [("output", text) for text in (output if isinstance(output, list) else [output]) if text]
        lines = (
            f"event: {kind}\nid: {at}:0\ndata: {text}\n\n" for at, (kind, text) in enumerate([*events, ("done", "{}")])
        )
        return HttpResponse(200, Headers({"content-type": "text/event-stream"}), "".join(lines).encode())

    def prediction(self, job: SimJob) -> dict[str, Any]:
        """The one object that answers everything about a job."""
        stage, removed = self.stage(job), self._is_removed(job)
        ended, started = stage not in ("queued", "running"), stage != "queued" and not job.state.get("aborted")
        return {
            "id": job.id,
            "model": job.endpoint,
            "version": job.state["version"],
            "input": {} if removed else job.body["input"],
            "logs": "" if removed else self._logs(job, stage),
            "output": None if removed or stage != "succeeded" else self._output(job),
            "data_removed": removed,
            "error": job.reason if stage in ("failed", "moderated") else None,
            "source": "api",
            "status": "aborted" if job.state.get("aborted") else _STATUS[stage],
            "created_at": self.iso(job.submitted_at),
            "started_at": self.iso(job.submitted_at + job.queue_seconds) if started else None,
            "completed_at": self.iso(job.finished_at) if ended else None,
            "urls": self._urls(job),
            "metrics": _metrics(job, stage),
            **_known({"deadline": job.state["deadline"] and self.iso(job.state["deadline"])}),
            **_known({"deployment": job.state["deployment"]}),
        }

    def _urls(self, job: SimJob) -> dict[str, str]:
        url = f"{self.base_url}/v1/predictions/{job.id}"
        urls = {"get": url, "cancel": f"{url}/cancel", "web": f"{self.base_url}/p/{job.id}"}
        return {**urls, "stream": f"{self.base_url}/v1/stream/{job.id}"} if job.body.get("stream") else urls

    def _output(self, job: SimJob) -> str | list[str]:
        urls = [self.output_url(job, index, expires_in=self.keep_seconds) for index in range(_count(job))]
        return urls if published().get(job.endpoint, {}).get("output") == "array" else urls[0]

    def _logs(self, job: SimJob, stage: Stage) -> str:
        if stage == "queued" or job.state["version"] == "hidden":
            return ""
        percent = 100 if stage == "succeeded" else self.percent(job)
        steps = range(0, percent + 1, 25)
        return "".join(
            f"{step:3d}%|{'█' * (step // 10):<10}| {step // 25}/4 [00:00<00:00,  2.00it/s]\n" for step in steps
        )

    def _is_removed(self, job: SimJob) -> bool:
        if self.keep_seconds is None or job.finished_at is None:
            return False
        return self.clock >= job.finished_at + self.keep_seconds

    def _end_at_deadline(self, job: SimJob) -> None:
        deadline = job.state["deadline"]
        if deadline is not None and self.clock >= deadline and self.stage(job) in ("queued", "running"):
            job.state["aborted"] = job.told == "queued" and deadline - job.submitted_at < job.queue_seconds
            self.cancel(job)

    # models and the account

    def is_official(self, model: str) -> bool:
        """Whether a model runs without a version."""
        return (model in published() or model in self.new) and model not in self.gone

    @route("GET", "/v1/account")
    def account(self, request: HttpRequest) -> dict[str, Any]:
        """Whose key it is."""
        return {"type": "user", "username": "simulated", "name": "Simulated", "github_url": None, "avatar_url": None}

    @route("GET", "/v1/models/{owner}/{name}")
    def model(self, request: HttpRequest, owner: str, name: str) -> dict[str, Any]:
        """A model with its latest version."""
        model = f"{owner}/{name}"
        if model in self.gone:
            raise Abort(self.problem(404, "The requested resource could not be found."))
        unset = dict.fromkeys(("description", "github_url", "paper_url", "license_url", "cover_image_url"))
        return {
            **unset,
            "url": f"{self.base_url}/{model}",
            "owner": owner,
            "name": name,
            "visibility": "public",
            "run_count": len(self.bought),
            "default_example": self._example(model),
            "latest_version": self._version(model, _digest(owner, name)),
            "is_official": self.is_official(model),
        }

    def _example(self, model: str) -> dict[str, Any] | None:
        """The prediction that shows what a model makes; a community model may have none."""
        known = published().get(model)
        if known is None:
            return None
        output = f"https://replicate.delivery/example/output.{'mp4' if known['kind'] == 'video' else 'webp'}"
        return {
            "id": _digest("example", model)[:26],
            "model": model,
            "version": _digest(*model.split("/")),
            "status": "succeeded",
            "input": {"prompt": "A fox"},
            "output": [output] if known["output"] == "array" else output,
            "logs": "",
            "error": None,
            "created_at": self.iso(0.0),
        }

    @route("GET", "/v1/collections/{slug}")
    def collection(self, request: HttpRequest, slug: str) -> dict[str, Any]:
        """One of Replicate's selections: every official model of that kind, and those in ``new``."""
        kind = {"text-to-video": "video", "text-to-image": "image"}.get(slug)
        if kind is None:
            raise Abort(self.problem(404, "The requested resource could not be found."))
        names = [name for name in published() if published()[name]["kind"] == kind and name not in self.gone]
        models = [self.model(request, *name.split("/")) for name in (*names, *sorted(self.new))]
        return {"name": slug, "slug": slug, "description": "", "models": models}

    @route("GET", "/v1/deployments/{owner}/{name}")
    def deployment(self, request: HttpRequest, owner: str, name: str) -> dict[str, Any]:
        """A deployment with its release; it runs the model of its own name."""
        model = f"{owner}/{name}"
        if model in self.gone:
            raise Abort(self.problem(404, "The requested resource could not be found."))
        release = {"number": 1, "model": model, "version": _digest(owner, name), "created_at": self.iso(0.0)}
        return {"owner": owner, "name": name, "current_release": release}

    @route("GET", "/v1/models/{owner}/{name}/versions")
    def versions(self, request: HttpRequest, owner: str, name: str) -> dict[str, Any]:
        """The versions of a model."""
        return _page([self.model(request, owner, name)["latest_version"]])

    @route("GET", "/v1/models/{owner}/{name}/versions/{id}")
    def version(self, request: HttpRequest, owner: str, name: str, id: str) -> dict[str, Any]:
        """One version of a model; every id of 64 hex digits is one."""
        if f"{owner}/{name}" in self.gone or not re.fullmatch(r"[0-9a-f]{64}", id):
            raise Abort(self.problem(404, "The requested resource could not be found."))
        return self._version(f"{owner}/{name}", id)

    def _version(self, model: str, id: str) -> dict[str, Any]:
        self._models[id] = model
        schema = openapi_schema(model)
        return {"id": id, "created_at": self.iso(0.0), "cog_version": "0.13.7", "openapi_schema": schema}

    # files

    @route("POST", "/v1/files", phase="upload")
    def upload(self, request: HttpRequest) -> HttpResponse:
        """Stores the part ``content`` for a day."""
        form = read_form(request)
        part = form.files.get("content")
        if part is None:
            raise Abort(self._invalid([("required", "content", "content is required")]))
        id = base64.urlsafe_b64encode(_digest("file", str(self.next_number())).encode()).decode()[:48]
        self.store(part.content, part.content_type, id=id, expires_in=DAY_SECONDS)
        self._uploads[id] = self._file(id, part, json.loads(form.fields.get("metadata", "{}")))
        return HttpResponse.of_json(self._uploads[id], 201)

    def _file(self, id: str, part: FilePart, metadata: Any) -> dict[str, Any]:
        sha256, md5 = (hashlib.new(kind, part.content, usedforsecurity=False).hexdigest() for kind in ("sha256", "md5"))
        return {
            "id": id,
            "name": part.filename,
            "content_type": part.content_type,
            "size": len(part.content),
            "etag": md5,
            "checksums": {"sha256": sha256, "md5": md5},
            "metadata": metadata,
            "created_at": self.iso(),
            "expires_at": self.iso(self.clock + DAY_SECONDS),
            "urls": {"get": f"{self.base_url}/v1/files/{id}"},
        }

    @route("GET", "/v1/files")
    def list_files(self, request: HttpRequest) -> dict[str, Any]:
        """The stored files, the newest first."""
        return _page(list(reversed(self._uploads.values())))

    @route("GET", "/v1/files/{id}")
    def describe_file(self, request: HttpRequest, id: str) -> dict[str, Any]:
        """What is known of a stored file."""
        self._stored(id)
        return self._uploads[id]

    @route("DELETE", "/v1/files/{id}")
    def delete_file(self, request: HttpRequest, id: str) -> HttpResponse:
        """Forgets a stored file."""
        self._stored(id)
        del self._uploads[id], self.files[id]
        return HttpResponse(204)

    @route("GET", "/v1/files/{id}/download", phase="download")
    def download_file(self, request: HttpRequest, id: str) -> HttpResponse:
        """The bytes of a stored file."""
        self._stored(id)
        return self.serve_file(request, id)

    def _stored(self, id: str) -> None:
        file = self.files.get(id)
        if id not in self._uploads or file is None or (file.expires_at or 0.0) <= self.clock:
            raise Abort(self.problem(404, "The requested resource could not be found."))

    # callbacks

    @route("GET", "/v1/webhooks/default/secret")
    def secret(self, request: HttpRequest) -> dict[str, Any]:
        """The secret that callbacks are signed with."""
        return {"key": self.webhook_secret}

    def callbacks(self, job: SimJob, stage: Stage) -> Iterator[HttpRequest]:
        """Signed callbacks for the events that the buyer asked for."""
        wanted = job.body.get("webhook_events_filter") or ("output", "completed")
        for event in _EVENTS.get(stage, ("completed",)):
            if event in wanted:
                yield self._callback(job)

    def _callback(self, job: SimJob) -> HttpRequest:
        body = json.dumps(self.prediction(job)).encode()
        id, timestamp = f"msg_{self.next_number()}", str(int(self.timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(self.webhook_secret, id, timestamp, body),
        }
        return HttpRequest("POST", str(job.callback_url), content=body, headers=Headers(headers))

    # what every answer has in common

    def handle(self, request: HttpRequest) -> Reply:
        """Answers a request, with Replicate's rate-limit headers."""
        reply = super().handle(request)
        if reply.response is None:
            return reply
        limit = 600 if request.method == "POST" else 3000
        told = {"ratelimit-remaining": str(limit - 1), "ratelimit-reset": "1", **reply.response.headers}
        return evolve(reply, response=evolve(reply.response, headers=Headers(told)))

    def guard(self, request: HttpRequest, phase: Phase) -> HttpResponse | None:
        """Asks for a key everywhere but for downloads, and for credit where something is bought."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if phase != "download" and (scheme.lower() not in ("bearer", "token") or not token.strip()):
            return self.problem(401, "You did not pass a valid authentication token")
        if phase == "submit" and self.out_of_credit:
            return self.problem(402, _NO_CREDIT)
        return self._throttled() if phase == "submit" and self.low_credit else None

    def _throttled(self) -> HttpResponse | None:
        latest = max((job.submitted_at for job in self.jobs.values()), default=None)
        wait = 0.0 if latest is None else latest + 10.0 - self.clock
        if wait <= 0:
            return None
        detail = f"{_LOW_CREDIT} Your rate limit resets in ~{wait:.0f}s."
        body = {"detail": detail, "status": 429, "retry_after": round(wait)}
        return _problem(body, 429, {"retry-after": f"{wait:.0f}"})

    def problem(self, status: int, message: str) -> HttpResponse:
        """Problem JSON; the text of a 429 is Replicate's own."""
        detail = "Request was throttled. Your rate limit resets in ~1s." if status == 429 else message
        return _problem({**_known({"title": _TITLES.get(status)}), "detail": detail, "status": status}, status)

    def _invalid(self, wrong: list[tuple[str, str, str]]) -> HttpResponse:
        fields = [{"type": kind, "field": field, "description": text} for kind, field, text in wrong]
        detail = "".join(f"- input: {text}\n" for _, _, text in wrong)
        title = "Input validation failed"
        return _problem({"title": title, "detail": detail, "status": 422, "invalid_fields": fields}, 422)

    def new_id(self) -> str:
        """26 letters and digits."""
        return base64.b32encode(hashlib.sha256(str(self.next_number()).encode()).digest()).decode()[:26].lower()

    # what the files look like

    def requested(self, job: SimJob) -> Requested:
        """The length, size and kind of file that the inputs, and the model's defaults, ask for."""
        given = _effective(job)
        width, height = _size(given, "1 MP" if self._is_image(job) else "720p")
        if self._is_image(job):
            return Requested(width=width, height=height, format=_IMAGE_FORMATS[given.get("output_format", "png")])  # type: ignore[arg-type]
        seconds = given.get("duration") or given.get("seconds") or _seconds_of_frames(given) or 5.0
        sound = given.get("generate_audio") is True
        return Requested(duration_seconds=max(float(seconds), 1.0), width=width, height=height, audio=sound)

    def _is_image(self, job: SimJob) -> bool:
        kind = published().get(job.endpoint, {}).get("kind")
        return kind == "image" or (kind is None and job.body["input"].get("output_format") in _IMAGE_FORMATS)


_NO_CREDIT = (
    "You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to purchase "
    "credit."
)
_LOW_CREDIT = (
    "Request was throttled. Your rate limit for creating predictions is reduced to 6 requests per minute with a burst "
    "of 1 requests while you have less than $5.0 in credit."
)


def _problem(body: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return HttpResponse(
        status, Headers({"content-type": "application/problem+json", **(headers or {})}), json.dumps(body).encode()
    )


def _body(simulator: ReplicateSimulator, request: HttpRequest) -> dict[str, Any]:
    refusal = "The request body is no valid JSON."
    return simulator.json_object(request, lambda: simulator.problem(400, refusal), lenient=True)


def _preferred_wait(request: HttpRequest) -> float | None:
    found = re.fullmatch(r"wait(?:=(\d+))?", request.headers.get("prefer", "").strip())
    return None if found is None else min(max(float(found[1] or 60), 1.0), 60.0)


def _deadline(simulator: ReplicateSimulator, request: HttpRequest) -> float | None:
    text = request.headers.get("cancel-after", "")
    found = _DURATION.fullmatch(text)
    if not text:
        return None
    if found is None:
        raise Abort(simulator.problem(400, f"Cancel-After is no duration: {text}"))
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return simulator.clock + 3600 * hours + 60 * minutes + seconds


def _metrics(job: SimJob, stage: Stage) -> dict[str, float]:
    if stage not in ("succeeded", "failed", "moderated"):
        return {}
    return {"predict_time": job.run_seconds, "total_time": job.total_seconds}


def _page(results: Iterable[Any]) -> dict[str, Any]:
    return {"previous": None, "next": None, "results": list(results)}


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _digest(*words: str) -> str:
    return hashlib.sha256("/".join(words).encode()).hexdigest()


def _count(job: SimJob) -> int:
    return int(job.body["input"].get("num_outputs") or 1)


def _effective(job: SimJob) -> dict[str, Any]:
    known = published().get(job.endpoint, {}).get("input", {})
    defaults = {name: schema["default"] for name, schema in known.items() if "default" in schema}
    return {**defaults, **_known(job.body["input"])}


def _size(given: Mapping[str, Any], otherwise: str) -> tuple[int, int]:
    if given.get("width") and given.get("height"):
        return int(given["width"]), int(given["height"])
    megapixels = given.get("megapixels")
    named = given.get("resolution") or _KLING_MODES.get(str(given.get("mode"))) or (megapixels and f"{megapixels} MP")
    ratio = given.get("aspect_ratio") or ("1:1" if otherwise.endswith("MP") else "16:9")
    try:
        return size_of(str(named or otherwise), str(ratio))
    except ValueError:
        return size_of(otherwise, str(ratio))


def _seconds_of_frames(given: Mapping[str, Any]) -> float | None:
    frames, fps = given.get("num_frames") or given.get("video_length"), given.get("fps")
    return float(frames) / float(fps) if frames and fps else None
