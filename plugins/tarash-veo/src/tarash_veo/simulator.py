"""Google's two surfaces as an object: interactions, operations, pictures and files (dossier veo.md)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tarash_core.plugins import Headers, HttpRequest, HttpResponse
from tarash_core.testing import Abort, Requested, SimJob, Simulator, Stage, route, size_of
from tarash_core.testing.routing import Phase
from tarash_veo.vertex import is_vertex

Handler = TypeVar("Handler", bound=Callable[..., Any])

FILES = "https://generativelanguage.googleapis.com/v1beta/files"
"""Files have Google's own address whatever the host, for Google's client knows them by it."""

_STATUS: Mapping[Stage, str] = {
    "queued": "in_progress",
    "running": "in_progress",
    "succeeded": "completed",
    "failed": "failed",
    "moderated": "completed",
    "cancelled": "cancelled",
}
_WORDS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 499: "CANCELLED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip
_OMNI: Mapping[str, tuple[bool, bool, int]] = {
    "gemini-omni-1.2-flash": (True, True, 15),
    "gemini-omni-1.1-flash": (True, False, 10),
    "gemini-omni-1.1-flash-preview": (False, True, 10),
    "gemini-omni-flash-preview": (False, True, 10),
}
"""Whether the Gemini API and Vertex have it, and its longest clip."""

_VEO = {"veo-3.1-generate-001", "veo-3.1-fast-generate-001", "veo-3.1-lite-generate-001"}
_RETIRED = {
    "gemini-omni-flash-preview", "veo-3.1-generate-preview", "veo-3.1-fast-generate-preview",
    "veo-3.1-lite-generate-preview", "veo-3.0-generate-001", "veo-3.0-fast-generate-001", "veo-2.0-generate-001",
    "imagen-4.0-generate-001", "imagen-4.0-ultra-generate-001", "imagen-4.0-fast-generate-001",
}  # fmt: skip
_IMAGES = {
    "gemini-nano-banana-2.1", "gemini-3-pro-image", "gemini-3.1-flash-image", "gemini-3.1-flash-lite-image",
    "gemini-2.5-flash-image",
}  # fmt: skip
_TOKENS = {"360p": 1931, "720p": 5792, "1080p": 8688, "4k": 34752}
_REFUSAL = "I can't make this video, because the request goes against the guidelines."
_FILTERED = "Veo could not generate 1 videos because the prompt violates Google's usage guidelines."
_VERTEX = "/{version}/projects/{project}/locations/{location}"
_PUBLISHED = _VERTEX + "/publishers/google/models/{model}"


def _on_both(method: str, path: str, phase: Phase) -> Callable[[Handler], Handler]:
    def mark(handler: Handler) -> Handler:
        for prefix in ("/{version}", _VERTEX):
            handler = route(method, prefix + path, phase=phase)(handler)
        return handler

    return mark


def _of_model(method: str, call: str, phase: Phase) -> Callable[[Handler], Handler]:
    def mark(handler: Handler) -> Handler:
        for prefix in ("/{version}/models/{model}", _PUBLISHED):
            handler = route(method, f"{prefix}:{call}", phase=phase)(handler)
        return handler

    return mark


class VeoSimulator(Simulator):
    """Google without Google: the Gemini API and Vertex on one host.

    Attributes:
        api_keys: The API keys and access tokens that are known; None knows every one.
        retired: Whether what Google switched off is switched off here too.
        preparing: How many looks at a finished file find it still being prepared.

    Args:
        settings: As for every simulator.
    """

    name = "veo"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.api_keys: set[str] | None = None
        self.retired = True
        self.preparing = 0
        self._key: Any = None
        self._uploads: dict[str, Mapping[str, Any]] = {}

    # interactions

    @_on_both("POST", "/interactions", "submit")
    def create(self, request: HttpRequest, version: str, **place: str) -> dict[str, Any]:
        """Takes an interaction of Omni."""
        body = self._body(request)
        model, format = str(body.get("model")), body.get("response_format") or {}
        self._check_omni(model, "project" in place)
        self._check_interaction(model, body, format, "project" in place)
        uris = (body.get("webhook_config") or {}).get("uris") or [None]
        job = self.buy(body, endpoint=model, callback_url=uris[0], id=f"v1_{self.new_id()}")
        job.queue_seconds, job.run_seconds = 5.0, 60.0
        return self.interaction(job)

    @_on_both("GET", "/interactions/{id}", "poll")
    def status(self, request: HttpRequest, version: str, id: str, **place: str) -> dict[str, Any]:
        """How an interaction is."""
        job = self._interaction(id)
        self.polled(job)
        return self.interaction(job)

    @_on_both("POST", "/interactions/{id}/cancel", "cancel")
    def stop(self, request: HttpRequest, version: str, id: str, **place: str) -> dict[str, Any]:
        """Cancels an interaction; one that has ended stays as it is."""
        job = self._interaction(id)
        self.cancel(job)
        return self.interaction(job)

    @_on_both("DELETE", "/interactions/{id}", "other")
    def forget(self, request: HttpRequest, version: str, id: str, **place: str) -> dict[str, Any]:
        """Deletes the record of an interaction."""
        self.jobs.pop(self._interaction(id).id)
        return {}

    def interaction(self, job: SimJob) -> dict[str, Any]:
        """An interaction as Google writes it."""
        stage = self.stage(job)
        told = {
            "id": job.id, "object": "interaction", "model": job.endpoint, "status": _STATUS[stage],
            "created": self.iso(job.submitted_at), "updated": self.iso(job.finished_at),
        }  # fmt: skip
        if stage == "failed":
            return {**told, "errors": [{"code": "internal", "message": job.reason}]}
        if stage == "moderated":
            return {**told, "steps": [_said(f"{_REFUSAL} {job.reason}".strip())]}
        if stage != "succeeded":
            return told
        return {**told, "steps": [{"type": "model_output", "content": [self._clip(job)]}], "usage": self._usage(job)}

    def _clip(self, job: SimJob) -> dict[str, Any]:
        format = job.body["response_format"]
        known = {"type": "video", "mime_type": "video/mp4"}
        if format.get("delivery") != "uri":
            return {**known, "data": base64.b64encode(self.output(job).read()).decode()}
        if format.get("gcs_uri"):
            return {**known, "uri": self._stored(job, 0, format["gcs_uri"])}
        return {**known, "uri": f"{FILES}/{self._file(job)}:download?alt=media"}

    def _usage(self, job: SimJob) -> dict[str, Any]:
        tier = job.body["response_format"].get("resolution") or "720p"
        tokens = round(_TOKENS[tier] * self.requested(job).duration_seconds)
        by_kind = [{"modality": "video", "tokens": tokens}]
        return {"total_input_tokens": 12, "total_output_tokens": tokens, "output_tokens_by_modality": by_kind}

    def _check_omni(self, model: str, on_vertex: bool) -> None:
        here = _OMNI.get(model)
        gone = self.retired and here is not None and not here[on_vertex] and model in _RETIRED
        if here is None or gone or not (here[on_vertex] or not self.retired):
            raise Abort(self._missing(model))

    def _check_interaction(self, model: str, body: Mapping[str, Any], format: Any, on_vertex: bool) -> None:
        length, task = format.get("duration"), _task(body)
        if length is not None and not re.fullmatch(r"\d+(\.\d+)?s", str(length)):
            raise Abort(self.invalid("Invalid input at 'response_format'"))
        most = 10.0 if task == "extend" else float(_OMNI[model][2])
        if length is not None and float(length[:-1]) > most:
            raise Abort(
                self.invalid(f"Requested video duration {length} 0ns exceeds the maximum allowed {most:g}s 0ns")
            )
        if length is not None and float(length[:-1]) < 3:
            raise Abort(self.invalid(f"Requested video duration {length} 0ns is less than the minimum allowed 3s 0ns"))
        if format.get("aspect_ratio") and task in ("edit", "extend"):
            raise Abort(self.invalid(f"Aspect ratio cannot be set in response format for {task} task"))
        if body.get("background") and body.get("store") is False:
            raise Abort(self.invalid("store=true is required for background interactions"))
        if task and body.get("previous_interaction_id"):
            raise Abort(self.invalid("task cannot be used with previous_interaction_id"))
        if on_vertex and any(not str(item["uri"]).startswith("gs://") for item in _contents(body) if item.get("uri")):
            raise Abort(self.invalid("Only GCS URIs are supported"))

    def _interaction(self, id: str) -> SimJob:
        if id not in self.jobs:
            raise Abort(self.invalid("Invalid interaction name"))
        return self.jobs[id]

    # operations

    @_of_model("POST", "predictLongRunning", "submit")
    def predict(self, request: HttpRequest, version: str, model: str, **place: str) -> dict[str, Any]:
        """Takes an operation of Veo."""
        body = self._body(request)
        known = (_VEO if "project" in place else set()) | (_RETIRED if not self.retired else set())
        if model not in known:
            raise Abort(self._missing(model))
        parameters = body.get("parameters") or {}
        if not isinstance(parameters.get("durationSeconds", 8), (int, float)):
            raise Abort(self.problem(400, "The value type for `durationSeconds` needs to be a number."))
        instances: list[dict[str, Any]] = body.get("instances") or [{}]
        for instance in instances:
            self._check_instance(instance)
        uris = (body.get("webhookConfig") or {}).get("uris") or [None]
        job = self.buy(body, endpoint=model, callback_url=uris[0], id=self._operation(request, model))
        job.queue_seconds, job.run_seconds = 5.0, 60.0
        return {"name": job.id}

    @route("POST", _PUBLISHED + ":fetchPredictOperation", phase="poll")
    def fetch_operation(self, request: HttpRequest, model: str, **place: str) -> dict[str, Any]:
        """How an operation on Vertex is."""
        return self._operation_of(str(self._body(request).get("operationName")))

    @route("GET", "/{version}/models/{model}/operations/{id}", phase="poll")
    def get_operation(self, request: HttpRequest, version: str, model: str, id: str) -> dict[str, Any]:
        """How an operation on the Gemini API is."""
        return self._operation_of(f"models/{model}/operations/{id}")

    def _operation(self, request: HttpRequest, model: str) -> str:
        path = urlsplit(request.url).path.split("/", 2)[2].rpartition(":")[0]
        return f"{path}/operations/{self.new_id()}"

    def _operation_of(self, name: str) -> dict[str, Any]:
        if name not in self.jobs:
            raise Abort(self.problem(404, f"Operation {name} was not found."))
        job = self.jobs[name]
        stage = self.polled(job)
        if stage in ("queued", "running"):
            return {"name": name}
        if stage == "failed":
            return {"name": name, "done": True, "error": {"code": 13, "message": job.reason}}
        if stage == "cancelled":
            return {"name": name, "done": True, "error": {"code": 1, "message": job.reason or "cancelled"}}
        on_vertex = name.startswith("projects/")
        answer = self._filtered(job) if stage == "moderated" else self._videos(job, on_vertex)
        return {"name": name, "done": True, "response": answer if on_vertex else {"generateVideoResponse": answer}}

    def _filtered(self, job: SimJob) -> dict[str, Any]:
        reason = f"{_FILTERED} {job.reason} Support codes: 58061214"
        return {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [reason]}

    def _videos(self, job: SimJob, on_vertex: bool) -> dict[str, Any]:
        parameters = job.body.get("parameters") or {}
        places = range(int(parameters.get("sampleCount") or 1))
        if not on_vertex:
            uris = [f"{FILES}/{self._file(job, place)}:download?alt=media" for place in places]
            return {"generatedSamples": [{"video": {"uri": uri}} for uri in uris]}
        bucket = parameters.get("storageUri")
        videos = [
            {"gcsUri": self._stored(job, place, bucket)}
            if bucket
            else {"bytesBase64Encoded": base64.b64encode(self.output(job, place).read()).decode()}
            for place in places
        ]
        return {"raiMediaFilteredCount": 0, "videos": [{**video, "mimeType": "video/mp4"} for video in videos]}

    def _check_instance(self, instance: Mapping[str, Any]) -> None:
        if instance.get("image") and instance.get("video"):
            raise Abort(self.problem(400, "image and video cannot be used together."))
        if instance.get("lastFrame") and not instance.get("image"):
            raise Abort(self.problem(400, "lastFrame requires image."))
        references = [item["image"] for item in instance.get("referenceImages") or ()]
        if references and (instance.get("image") or instance.get("video") or not instance.get("prompt")):
            raise Abort(self.problem(400, "referenceImages cannot be used with image or video, and need a prompt."))
        for medium in (instance.get("image"), instance.get("lastFrame"), *references):
            if medium and "inlineData" in medium:
                raise Abort(self.problem(400, "`inlineData` isn't supported by this model."))

    # pictures

    @_of_model("POST", "generateContent", "submit")
    def generate_content(self, request: HttpRequest, version: str, model: str, **place: str) -> Any:
        """Makes one picture at once."""
        body = self._body(request)
        if model in _OMNI:
            raise Abort(self.problem(400, "This model only supports Interactions API."))
        if model not in _IMAGES:
            raise Abort(self._missing(model))
        job = self.buy(body, endpoint=model)
        job.polls = self.polls_to_finish
        kind = job.outcome.kind
        if kind == "moderation":
            return _candidate("IMAGE_SAFETY", [], finishMessage=f"Unable to show the image. {job.reason}".strip())
        if kind == "failure":
            return _candidate("IMAGE_OTHER", [], finishMessage=job.reason)
        if kind == "cancelled":
            return self.problem(499, job.reason or "The operation was cancelled.")
        data = base64.b64encode(self.output(job).read()).decode()
        return _candidate("STOP", [{"inlineData": {"mimeType": "image/png", "data": data}}])

    # files

    @route("GET", "/{version}/files/{id}", phase="poll")
    def file(self, request: HttpRequest, version: str, id: str) -> dict[str, Any]:
        """What is known of a file; nothing is downloaded."""
        if id not in self.files:
            raise Abort(self.problem(403, f"You do not have permission to access the File {id} or it may not exist."))
        state = "PROCESSING" if self.preparing else "ACTIVE"
        self.preparing = max(0, self.preparing - 1)
        return self._described(id, state)

    @route("DELETE", "/{version}/files/{id}", phase="other")
    def forget_file(self, request: HttpRequest, version: str, id: str) -> dict[str, Any]:
        """Deletes a file."""
        self.files.pop(id, None)
        return {}

    @route("GET", "/{version}/files/{id}:download", phase="download")
    def download(self, request: HttpRequest, version: str, id: str) -> HttpResponse:
        """A file, for the key that made it."""
        return self.serve_file(request, id)

    @route("GET", "/storage/v1/b/{bucket}/o/{name}", phase="download")
    def stored_file(self, request: HttpRequest, bucket: str, name: str) -> HttpResponse:
        """A file in a bucket."""
        return self.serve_file(request, f"gs://{bucket}/{name}")

    @route("POST", "/upload/{version}/files", phase="upload")
    def begin_upload(self, request: HttpRequest, version: str) -> HttpResponse:
        """Opens a resumable upload."""
        id = f"f{self.next_number()}"
        self._uploads[id] = {"type": request.headers.get("x-goog-upload-header-content-type", "")}
        where = {"x-goog-upload-url": f"{self.base_url}/upload/session/{id}", "x-goog-upload-status": "active"}
        return HttpResponse(200, Headers(where), b"{}")

    @route("POST", "/upload/session/{id}", phase="upload")
    def finish_upload(self, request: HttpRequest, id: str) -> HttpResponse:
        """Takes the bytes of an upload, in one part."""
        self.store(request.content or b"", self._uploads[id]["type"], id=id)
        body = json.dumps({"file": self._described(id, "ACTIVE")}).encode()
        return HttpResponse(200, Headers({"x-goog-upload-status": "final", "content-type": "application/json"}), body)

    def _described(self, id: str, state: str) -> dict[str, Any]:
        kind = self.files[id].content_type
        return {"name": f"files/{id}", "uri": f"{FILES}/{id}", "mimeType": kind, "state": state}

    def _file(self, job: SimJob, index: int = 0) -> str:
        id = f"sim{job.number}x{index}"
        if id not in self.files:
            self.files[id] = self.output(job, index)
        return id

    def _stored(self, job: SimJob, index: int, prefix: str) -> str:
        address = f"{prefix.rstrip('/')}/{job.number}/sample_{index}.mp4"
        if address not in self.files:
            self.files[address] = self.output(job, index)
        return address

    # keys and errors

    def guard(self, request: HttpRequest, phase: Phase) -> HttpResponse | None:
        """Asks for an API key on the Gemini API, and for an access token on Vertex; also for downloads."""
        path = urlsplit(request.url).path
        if path.startswith(("/upload/session/", "/files/", "/.well-known/")):
            return None
        if is_vertex(request.url):
            scheme, _, key = request.headers.get("authorization", "").partition(" ")
            known = scheme == "Bearer" and self._knows(key)
            return None if known else self.problem(401, "Request had invalid authentication credentials.")
        key = request.headers.get("x-goog-api-key", "")
        if not key:
            return self.problem(403, "Method doesn't allow unregistered callers.")
        return None if self._knows(key) else self.problem(400, "API key not valid. Please pass a valid API key.")

    def _knows(self, key: str) -> bool:
        return bool(key) and (self.api_keys is None or key in self.api_keys)

    def _body(self, request: HttpRequest) -> dict[str, Any]:
        return self.json_object(request, lambda: self.problem(400, "Invalid JSON payload received."))

    def _missing(self, model: str) -> HttpResponse:
        if model in _RETIRED:
            return self.problem(404, f"models/{model} is no longer available. Please update your code.")
        return self.problem(404, f"Publisher Model `{model}` was not found or your project does not have access to it.")

    def invalid(self, message: str, code: str = "invalid_request", status: int = 400) -> HttpResponse:
        """An error of the Interactions API, whose code is a word."""
        return HttpResponse.of_json({"error": {"code": code, "message": message}}, status)

    def problem(self, status: int, message: str) -> HttpResponse:
        """An error as everywhere else, whose code is the status."""
        error: dict[str, Any] = {"code": status, "message": message, "status": _WORDS.get(status, "UNKNOWN")}
        if status == 429:
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2s"}]
        return HttpResponse.of_json({"error": error}, status)

    @route("GET", "/.well-known/jwks.json", phase="other")
    def keys(self, request: HttpRequest) -> dict[str, Any]:
        """The public key that callbacks are signed with."""
        numbers = self._signing_key().public_key().public_numbers()
        known = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "sim"}
        return {"keys": [{**known, "n": _encoded(_bytes_of(numbers.n)), "e": _encoded(_bytes_of(numbers.e))}]}

    def _signing_key(self) -> Any:
        if self._key is None:
            from cryptography.hazmat.primitives.asymmetric import rsa

            self._key = rsa.generate_private_key(65537, 2048)
        return self._key

    def _token(self) -> str:
        """A token that is good for five minutes of the simulator's clock."""
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.hazmat.primitives.hashes import SHA256

        head, now = {"alg": "RS256", "typ": "JWT", "kid": "sim"}, int(self.timestamp())
        claims = {"iss": "https://generativelanguage.googleapis.com", "iat": now, "exp": now + 300}
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
        signature = self._signing_key().sign(signed.encode(), padding.PKCS1v15(), SHA256())
        return f"{signed}.{_encoded(signature)}"

    def callbacks(self, job: SimJob, stage: Stage) -> Iterable[HttpRequest]:
        """One thin callback at the end of a job, signed by the key of :meth:`keys`."""
        if stage in ("queued", "running"):
            return
        kind = "interaction.failed" if stage in ("failed", "cancelled") else "interaction.completed"
        body = {"type": kind, "version": "v1", "timestamp": self.iso(), "data": {"id": job.id}}
        headers = Headers({"content-type": "application/json", "webhook-signature": self._token()})
        yield HttpRequest("POST", str(job.callback_url), content=json.dumps(body).encode(), headers=headers)

    def requested(self, job: SimJob) -> Requested:
        """The length and size that the body asks for."""
        if "contents" in job.body:
            config = (job.body.get("generationConfig") or {}).get("imageConfig") or {}
            width, height = size_of(config.get("imageSize") or "1K", config.get("aspectRatio") or "1:1")
            return Requested(width=width, height=height, format="png")
        if "response_format" in job.body:
            format, fallback = job.body["response_format"], 10.0
            seconds = float(str(format.get("duration") or f"{fallback}s")[:-1])
            width, height = size_of(format.get("resolution") or "720p", format.get("aspect_ratio") or "16:9")
            return Requested(duration_seconds=seconds, width=width, height=height, audio=True)
        given = job.body.get("parameters") or {}
        extends = any(instance.get("video") for instance in job.body.get("instances") or ())
        width, height = size_of(given.get("resolution") or "720p", given.get("aspectRatio") or "16:9")
        seconds = float(given.get("durationSeconds") or (7 if extends else 8))
        return Requested(
            duration_seconds=seconds, width=width, height=height, audio=bool(given.get("generateAudio", True))
        )


def _bytes_of(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _task(body: Mapping[str, Any]) -> str | None:
    config = (body.get("generation_config") or {}).get("video_config") or {}
    return config.get("task")


def _contents(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The inputs, flat or within steps."""
    given = body.get("input")
    items = given if isinstance(given, list) else []
    return [part for item in items for part in (item.get("content") or [item]) if isinstance(part, dict)]


def _said(text: str) -> dict[str, Any]:
    return {"type": "model_output", "content": [{"type": "text", "text": text}]}


def _candidate(reason: str, parts: list[Any], **more: Any) -> dict[str, Any]:
    content = {"role": "model", "parts": parts}
    usage = {"promptTokenCount": 5, "candidatesTokenCount": 1120, "totalTokenCount": 1125}
    return {"candidates": [{"content": content, "finishReason": reason, "index": 0, **more}], "usageMetadata": usage}
