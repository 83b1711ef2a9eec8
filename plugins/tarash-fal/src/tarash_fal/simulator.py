"""fal's queue, results, storage and callbacks as an object, with which fal's own client can talk (dossier fal.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tarash_core.catalog import Variant
from tarash_core.plugins import Headers, HttpRequest, HttpResponse
from tarash_core.testing import Abort, Requested, SimJob, Simulator, Stage, read_json, read_query, route, size_of
from tarash_core.testing.routing import Phase
from tarash_fal.error_types import PLATFORM_TYPES, TYPES
from tarash_fal.models import CATALOG, PRESETS
from tarash_fal.provider import CDN, REST, app_of
from tarash_fal.signature import PREFIX, message
from tarash_fal.simulator_openapi import UNLISTED, document_of

_PLATFORM = {
    429: "concurrent_requests_limit",
    500: "internal_error",
    502: "runner_incomplete_response",
    503: "runner_scheduling_failure",
    504: "startup_timeout",
}
_IMAGE_SIZES = dict(
    zip(PRESETS, [(1024, 1024), (512, 512), (768, 1024), (576, 1024), (1024, 768), (1024, 576)], strict=True)
)
_LOGS_NOTHING = ("veo", "kling", "minimax", "seedance")
_NO_DOCUMENT = {"error": {"code": "expansion_failed", "message": "No document is kept here."}}
_UNTIL = "2099-01-01T00:00:00+00:00"


class FalSimulator(Simulator):
    """fal as a server; any key that is shaped ``Key <id>:<secret>`` is good.

    A job that is scripted to fail with the name of one of fal's error types (``faults.failed("generation_timeout")``)
    fails with that type and its documented status.

    Attributes:
        unlisted: Endpoints that are left out of fal's list of models, though they answer.

    Args:
        models: Endpoint ids that are known besides those of the catalogue; any other is answered with 404.
        options: What every `Simulator` takes.
    """

    name = "fal"

    def __init__(self, *, models: Iterable[str] = (), **options: Any) -> None:
        super().__init__(**options)
        self.models = frozenset((*CATALOG, UNLISTED, *models))
        self.unlisted: set[str] = set()
        self.tokens: set[str] = set()
        self.uploads: dict[str, dict[int, bytes]] = {}

    def guard(self, request: HttpRequest, phase: Phase) -> HttpResponse | None:
        """Wants the key on the queue and the storage API, and the storage token on the CDN."""
        path, given = request.url.partition("://")[2].partition("/")[2], request.headers.get("authorization", "")
        if phase in ("download", "other", "schema") or path.startswith("storage/put/"):
            return None
        if path.startswith("files/"):
            return None if given.removeprefix("Bearer ") in self.tokens else self.problem(401, "Invalid token")
        if given.startswith("Key ") and len(given.split()) == 2:
            return None
        return self.problem(401, "Authentication is required to access this application.")

    def problem(self, status: int, message: str) -> HttpResponse:
        """``{"detail": …}``, of the platform's own errors with their type and the flag to try again."""
        body, headers = {"detail": message}, {}
        if status in _PLATFORM:
            body["error_type"] = headers["x_fal_error_type"] = _PLATFORM[status]
        if status == 429:
            headers["x_fal_needs_retry"] = "1"
        return HttpResponse.of_json(body, status, **headers)

    def not_found(self, request: HttpRequest) -> HttpResponse:
        """``Path … not found``."""
        return self.problem(404, f"Path /{request.url.partition('://')[2].partition('/')[2].split('?')[0]} not found")

    def job(self, id: str) -> SimJob:
        """The job with an id; fal says ``NOT_FOUND`` of any other."""
        if id not in self.jobs:
            raise Abort(HttpResponse.of_json({"status": "NOT_FOUND"}, 404))
        return self.jobs[id]

    @route("POST", "/{endpoint:path}", phase="submit")
    def submit(self, request: HttpRequest, endpoint: str) -> Any:
        """Queues a job; an input that the model does not take shows when its result is asked for."""
        if endpoint not in self.models:
            return self.problem(404, f'Application "{endpoint}" not found')
        body = _json_of(request)
        if not isinstance(body, dict):
            return _detail("dict_type", "Input should be a valid dictionary", ["body"])
        job = self.buy(body, endpoint=endpoint, callback_url=read_query(request).get("fal_webhook"))
        job.state["refusal"] = _refusal(endpoint, body)
        return {"status": "IN_QUEUE", **self._receipt(job), "queue_position": 0}

    @route("GET", "/{app:path}/requests/{id}/status", phase="poll")
    def status(self, request: HttpRequest, app: str, id: str) -> HttpResponse:
        """202 while it waits or runs, 200 when it has ended, however it has."""
        body = self._status(self._found(app, id), read_query(request))
        return HttpResponse.of_json(body, 200 if body["status"] == "COMPLETED" else 202)

    @route("GET", "/{app:path}/requests/{id}/status/stream", phase="poll")
    def stream(self, request: HttpRequest, app: str, id: str) -> HttpResponse:
        """Every status until the end as server-sent events; of a job that does not end, the first ones."""
        job, query, events = self._found(app, id), read_query(request), []
        for _ in range(self.polls_to_finish + 1 if self.speed is None else 1):
            events.append(self._status(job, query))
            if events[-1]["status"] == "COMPLETED":
                break
        content = "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()
        return HttpResponse(200, Headers({"content-type": "text/event-stream"}), content)

    @route("GET", "/{app:path}/requests/{id}", phase="result")
    @route("GET", "/{app:path}/requests/{id}/response", phase="result")
    def result(self, request: HttpRequest, app: str, id: str) -> HttpResponse:
        """The bare output of the model, or the error with which it ended."""
        job = self._found(app, id)
        answer = self._ending(job, self.stage(job))
        return HttpResponse(answer.status, Headers({**answer.headers, "x-fal-request-id": id}), answer.content)

    @route("PUT", "/{app:path}/requests/{id}/cancel", phase="cancel")
    def cancel_request(self, request: HttpRequest, app: str, id: str) -> HttpResponse:
        """Drops a job that has not ended."""
        if self.cancel(self._found(app, id)):
            return HttpResponse.of_json({"status": "CANCELLATION_REQUESTED"}, 202)
        return HttpResponse.of_json({"status": "ALREADY_COMPLETED"}, 400)

    @route("POST", "/storage/auth/token", phase="upload")
    def token(self, request: HttpRequest) -> dict[str, Any]:
        """A token for the CDN."""
        token = f"cdn-{self.next_number()}"
        self.tokens.add(token)
        base = CDN if self.base_url == REST else self.base_url
        return {"token": token, "token_type": "Bearer", "base_url": base, "expires_at": _UNTIL}

    @route("POST", "/files/upload", phase="upload")
    def upload(self, request: HttpRequest) -> dict[str, Any]:
        """Keeps a file that comes in one request."""
        return {"access_url": self.file_url(self._keep(request))}

    @route("POST", "/files/upload/multipart", phase="upload")
    def begin(self, request: HttpRequest) -> dict[str, Any]:
        """Opens an upload in parts."""
        upload = self.new_id()
        self.uploads[upload] = {}
        return {"access_url": self.file_url(self._keep(request)), "uploadId": upload}

    @route("PUT", "/files/{id}/multipart/{upload}/{number}", phase="upload")
    def part(self, request: HttpRequest, id: str, upload: str, number: str) -> HttpResponse:
        """Keeps one part, counted from 1, and tells its ETag."""
        self._parts(upload)[int(number)] = request.content or b""
        return HttpResponse(200, Headers({"etag": f'"{upload}-{number}"'}))

    @route("POST", "/files/{id}/multipart/{upload}/complete", phase="upload")
    def complete(self, request: HttpRequest, id: str, upload: str) -> Any:
        """Joins the parts by their numbers, in whatever order they are listed."""
        parts, listed = self._parts(upload), _json_of(request)["parts"]
        if {item["partNumber"]: item["etag"] for item in listed} != {n: f'"{upload}-{n}"' for n in parts}:
            return self.problem(400, "The parts do not match what was uploaded")
        self.store(b"".join(parts[number] for number in sorted(parts)), self.files[id].content_type, id=id)
        return {"access_url": self.file_url(id)}

    @route("POST", "/storage/upload/initiate", phase="upload")
    def initiate(self, request: HttpRequest) -> dict[str, Any]:
        """A presigned address for a file, and the URL under which it will be served."""
        body = _json_of(request)
        id = self.store(b"", body.get("content_type", "application/octet-stream"))
        return {"upload_url": f"{self.base_url}/storage/put/{id}", "file_url": self.file_url(id)}

    @route("PUT", "/storage/put/{id}", phase="upload")
    def put(self, request: HttpRequest, id: str) -> Any:
        """Keeps a file at its presigned address."""
        if id not in self.files:
            return self.not_found(request)
        self.store(request.content or b"", self.files[id].content_type, id=id)
        return {}

    @route("GET", "/.well-known/jwks.json")
    def key_set(self, request: HttpRequest) -> dict[str, Any]:
        """The public half of the key that signs the callbacks."""
        from base64 import urlsafe_b64encode

        x = urlsafe_b64encode(_signing_key().public_key().public_bytes_raw()).decode().rstrip("=")
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x}]}

    @route("GET", "/api/openapi/queue/openapi.json", phase="schema")
    def openapi(self, request: HttpRequest) -> Any:
        """The OpenAPI document of an endpoint, open to everybody; kept for a few endpoints."""
        id = read_query(request).get("endpoint_id", "")
        return document_of(id) or self.problem(404, f"Endpoint {id} not found")

    @route("GET", "/v1/models", phase="schema")
    def list_models(self, request: HttpRequest) -> dict[str, Any]:
        """A page of the listed endpoints; the cursor is the number of those before it."""
        query, ids = read_query(request), sorted(self.models - self.unlisted)
        start, limit = int(query.get("cursor") or 0), int(query.get("limit") or 50)
        more = start + limit < len(ids)
        items: list[dict[str, Any]] = [
            {"endpoint_id": id, "metadata": _metadata(id)} for id in ids[start : start + limit]
        ]
        if query.get("expand") == "openapi-3.0":
            items = [{**item, "openapi": document_of(item["endpoint_id"]) or _NO_DOCUMENT} for item in items]
        return {"models": items, "has_more": more, "next_cursor": str(start + limit) if more else None}

    @route("GET", "/v1/models/pricing", phase="schema")
    def prices(self, request: HttpRequest) -> Any:
        """A made-up price of each endpoint that is asked for, by the second or by the image."""
        if not request.headers.get("authorization"):
            return self.problem(401, "Authentication is required.")
        known = [id for id in self._asked_for(request) if id in self.models]
        units = {id: "images" if _is_image(id) else "seconds" for id in known}
        return {
            "prices": [{"endpoint_id": id, "unit_price": 0.1, "unit": units[id], "currency": "USD"} for id in known]
        }

    def _asked_for(self, request: HttpRequest) -> list[str]:
        return parse_qs(urlsplit(request.url).query).get("endpoint_id", [])

    def callbacks(self, job: SimJob, stage: Stage) -> Iterable[HttpRequest]:
        """One signed callback when a job has ended."""
        if stage in ("queued", "running") or job.callback_url is None:
            return
        ending = self._ending(job, stage)
        event: dict[str, Any] = {"request_id": job.id, "gateway_request_id": job.id, "status": "OK"}
        if ending.status >= 400:
            event |= {"status": "ERROR", "error": f"Invalid status code: {ending.status}"}
        body = json.dumps({**event, "payload": ending.json()}).encode()
        names = {"request-id": job.id, "user-id": "simulator", "timestamp": str(int(self.timestamp()))}
        text = message(names["request-id"], names["user-id"], names["timestamp"], body)
        names["signature"] = _signing_key().sign(text).hex()
        headers = {"content-type": "application/json", **{PREFIX + name: value for name, value in names.items()}}
        yield HttpRequest("POST", job.callback_url, content=body, headers=headers)

    def requested(self, job: SimJob) -> Requested:
        """Length, size and kind of the output by the words of the request, else by the model's defaults."""
        asked = {**_defaults(job.endpoint), **job.body}
        if _is_image(job.endpoint):
            width, height = _image_size(asked)
            return Requested(width=width, height=height, format=asked.get("output_format", "jpeg"))
        width, height = size_of(asked.get("resolution"), asked.get("aspect_ratio"))
        seconds = "".join(char for char in str(asked.get("duration", "")) if char.isdigit())
        audio = bool(asked.get("generate_audio"))
        return Requested(duration_seconds=float(seconds or 5), width=width, height=height, audio=audio)

    def _found(self, app: str, id: str) -> SimJob:
        job, known = self.job(id), app_of(self.job(id).endpoint)
        if app != known:
            # Live, the path after the application is taken for a route inside it.
            path = app.removeprefix(known)
            raise Abort(HttpResponse.of_json({"error": "Error", "message": f"Path {path} not found"}, 404))
        return job

    def _receipt(self, job: SimJob) -> dict[str, Any]:
        url = f"{self.base_url}/{app_of(job.endpoint)}/requests/{job.id}"
        urls = {"response_url": url, "status_url": f"{url}/status", "cancel_url": f"{url}/cancel"}
        return {"request_id": job.id, **urls}

    def _status(self, job: SimJob, query: dict[str, str]) -> dict[str, Any]:
        stage, receipt = self.polled(job), self._receipt(job)
        if stage == "queued":
            return {"status": "IN_QUEUE", **receipt, "queue_position": 0}
        logs = self._logs(job) if query.get("logs", "").lower() in ("1", "true") else None
        if stage == "running":
            return {"status": "IN_PROGRESS", **receipt, "logs": logs}
        ended = {"status": "COMPLETED", **receipt, "logs": logs, "metrics": {"inference_time": job.run_seconds}}
        ending = self._ending(job, stage)
        if ending.status < 400:
            return ended
        problem = ending.json()
        kind = problem.get("error_type") or problem["detail"][0]["type"]
        return {**ended, "error": f"Invalid status code: {ending.status}", "error_type": kind}

    def _logs(self, job: SimJob) -> list[dict[str, str]]:
        if any(word in job.endpoint for word in _LOGS_NOTHING):
            return []
        line = f"{self.percent(job)}%|{'#' * (self.percent(job) // 10):<10}| {self.percent(job) * 28 // 100}/28"
        return [{"message": line, "level": "STDERR", "source": "USER", "timestamp": self.iso()}]

    def _ending(self, job: SimJob, stage: Stage) -> HttpResponse:
        if stage in ("queued", "running"):
            return HttpResponse.of_json({"detail": "Request is still in progress"}, 400)
        if stage == "cancelled":
            return HttpResponse.of_json({"detail": "Request was cancelled", "error_type": "client_cancelled"}, 499)
        if job.state["refusal"] is not None:
            refusal: HttpResponse = job.state["refusal"]
            return refusal
        if stage == "moderated":
            return _detail("content_policy_violation", job.reason, ["body", "prompt"])
        if stage == "failed":
            return _detail(job.reason if job.reason in TYPES else "internal_server_error", job.reason, ["body"])
        return HttpResponse.of_json(self._output(job), x_fal_billable_units="1")

    def _output(self, job: SimJob) -> dict[str, Any]:
        wanted, seed = self.requested(job), job.body.get("seed", job.number)
        count = job.body.get("num_images", 1) if _is_image(job.endpoint) else 1
        files = [{"url": self.output_url(job, n), "content_type": wanted.content_type} for n in range(count)]
        if not _is_image(job.endpoint):
            return {"video": {**files[0], "file_name": "output.mp4", "file_size": None}, "seed": seed}
        images = [{**file, "width": wanted.width, "height": wanted.height} for file in files]
        flags, prompt = [False] * count, job.body.get("prompt", "")
        return {"images": images, "timings": {}, "seed": seed, "has_nsfw_concepts": flags, "prompt": prompt}

    def _keep(self, request: HttpRequest) -> str:
        kind = request.headers.get("content-type", "application/octet-stream")
        name = request.headers.get("x-fal-file-name", "file").rpartition("/")[2]
        return self.store(request.content or b"", kind, id=f"{self.next_number()}-{name}")

    def _parts(self, upload: str) -> dict[int, bytes]:
        if upload not in self.uploads:
            raise Abort(self.problem(404, "Upload not found"))
        return self.uploads[upload]


def _signing_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def _json_of(request: HttpRequest) -> Any:
    try:
        return read_json(request)
    except ValueError as error:
        raise Abort(_detail("json_invalid", "JSON decode error", ["body"])) from error


def _detail(kind: str, words: str, place: list[str], billed: str | None = None) -> HttpResponse:
    item = {"loc": place, "msg": words, "type": kind, "url": f"https://docs.fal.ai/errors#{kind}"}
    status, retry = TYPES.get(kind, (422, False))
    if kind in PLATFORM_TYPES:
        return HttpResponse.of_json({"detail": words, "error_type": kind}, status, x_fal_error_type=kind)
    headers = {"x_fal_billable_units": billed} if billed else {}
    return HttpResponse.of_json({"detail": [item]}, status, x_fal_retryable=str(retry).lower(), **headers)


def _way(endpoint: str) -> Variant | None:
    spec = CATALOG.get(endpoint)
    return spec.variants[0] if spec else None


def _refusal(endpoint: str, body: dict[str, Any]) -> HttpResponse | None:
    """The validator's answer to an input that lacks a field, or has a value of another kind: ``5`` is no ``"5"``."""
    way = _way(endpoint)
    for wire, mapper in way.fields.items() if way else ():
        if mapper.required and wire not in body:
            return _detail("missing", "Field required", ["body", wire], billed="0")
        legal = [mapper.write(choice) for choice in mapper.choices or ()]
        if legal and wire in body and not any(body[wire] is not None and body[wire] == word for word in legal):
            words = f"Input should be {' or '.join(map(repr, legal))}"
            return _detail("literal_error", words, ["body", wire], billed="0")
    return None


def _defaults(endpoint: str) -> dict[str, Any]:
    """What a model does unasked, by wire name; a fixed length or size too."""
    way = _way(endpoint)
    if way is None:
        return {}
    fixed = {"duration": way.fixed.get("duration_seconds"), **way.fixed}
    shapes = {wire: getattr(mapper.default, "wire", mapper.default) for wire, mapper in way.fields.items()}
    return {wire: value for wire, value in {**fixed, **shapes}.items() if value is not None}


def _metadata(endpoint: str) -> dict[str, Any]:
    way = _way(endpoint)
    mode = way.modes[0] if way else "image-to-video"
    return {"display_name": endpoint, "category": mode, "status": "active"}


def _is_image(endpoint: str) -> bool:
    way = _way(endpoint)
    return way is not None and way.kind == "image"


def _image_size(asked: dict[str, Any]) -> tuple[int, int]:
    size = asked.get("image_size")
    if isinstance(size, dict):
        return int(size["width"]), int(size["height"])
    return _IMAGE_SIZES[size] if size in _IMAGE_SIZES else size_of("1K", asked.get("aspect_ratio") or "1:1")
