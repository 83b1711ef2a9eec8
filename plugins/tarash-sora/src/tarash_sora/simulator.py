"""OpenAI as an object: pictures in the answer, and the Videos API as OpenAI and others speak it (dossier sora.md)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from tarash_core.engine.measure import measure
from tarash_core.fields.values import pixels
from tarash_core.plugins import FilePart, Headers, HttpRequest, HttpResponse
from tarash_core.plugins.standard_webhooks import signature
from tarash_core.testing import Abort, Reply, Requested, SimJob, Simulator, Stage, media_type, read_form
from tarash_core.testing.routing import Handler, Phase, route

Dialect = Literal["openai", "litellm", "vllm", "sglang", "openrouter"]

_TYPES = {400: "invalid_request_error", 401: "invalid_request_error", 429: "rate_limit_error", 500: "server_error"}
_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
_STATUS: Mapping[Stage, str] = {
    "queued": "queued",
    "running": "in_progress",
    "succeeded": "completed",
    "failed": "failed",
    "moderated": "failed",
    "cancelled": "failed",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "litellm": {"queued": "processing", "in_progress": "processing"},
    "openrouter": {"queued": "pending"},
}
_LENGTHS = ("4", "8", "12", "16", "20")
_SMALL = ("720x1280", "1280x720")
_SIZES = {
    "sora-2": _SMALL,
    "sora-2-pro": (*_SMALL, "1024x1792", "1792x1024", "1080x1920", "1920x1080"),
}
_PICTURES = re.compile(r"gpt-image-|chatgpt-image-latest")
_QUALITIES = ("low", "medium", "high", "xhigh", "max", "auto")
_FORMATS = ("png", "webp", "jpeg", "gif", "svg")
_BLOCKED = "Your request was blocked by our moderation system."
_REJECTED = "Your request was rejected by the safety system."
_KEPT_SECONDS = 3600.0
_TOKENS = {"low": 272, "medium": 1056, "high": 4160}
_DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>'


def _on_every_root(method: str, path: str, phase: Phase) -> Callable[[Handler], Handler]:
    """Declares a route below each root by which clients reach it: a bare one, OpenAI's, OpenRouter's and Azure's."""

    def mark(handler: Handler) -> Handler:
        for root in ("", "/v1", "/api/v1", "/openai/v1", "/openai"):
            handler = route(method, root + path, phase=phase)(handler)
        return handler

    return mark


class SoraSimulator(Simulator):
    """OpenAI without OpenAI.

    Attributes:
        api_keys: The keys that are known; None knows every one.
        dialect: How the Videos API is spoken; also an argument.
        retired: Whether OpenAI's own end of Sora holds here too; a simulator stands for a server that goes on.
        webhook_url: Where events about videos go, as registered in the dashboard.
        webhook_secret: What they are signed with.

    Args:
        settings: As for every simulator.
    """

    name = "sora"
    ended: ClassVar[str] = "2026-09-24"

    def __init__(self, *, dialect: Dialect = "openai", **settings: Any) -> None:
        super().__init__(**settings)
        self.api_keys: set[str] | None = None
        self.dialect: Dialect = dialect
        self.retired = False
        self.webhook_url: str | None = None
        self.webhook_secret: str | None = None

    # pictures

    @_on_every_root("POST", "/images/generations", "submit")
    @route("POST", "/openai/deployments/{deployment}/images/generations", phase="submit")
    def generate(self, request: HttpRequest, deployment: str | None = None) -> HttpResponse | Reply:
        """Makes pictures of words."""
        body = self._json(request)
        self._check_picture({**body, **({"model": deployment} if deployment else {})})
        return self._pictures(body, "image_generation")

    @_on_every_root("POST", "/images/edits", "submit")
    @route("POST", "/openai/deployments/{deployment}/images/edits", phase="submit")
    def edit(self, request: HttpRequest, deployment: str | None = None) -> HttpResponse | Reply:
        """Makes pictures of pictures."""
        body = self._form(request)
        pictures = [part for name in ("image", "image[]") for part in body.pop(name, ())]
        if not pictures:
            raise Abort(self.refusal(400, "Missing required parameter: 'image'.", param="image"))
        if len(pictures) > 16:
            raise Abort(self.refusal(400, "Too many images; 16 at most.", param="image"))
        told = {name: values[-1] for name, values in body.items()}
        self._check_picture({**told, **({"model": deployment} if deployment else {})})
        self._check_mask(told.get("mask"), pictures[0])
        return self._pictures({**told, "image": pictures}, "image_edit")

    def _check_picture(self, body: Mapping[str, Any]) -> None:
        if not body.get("prompt"):
            raise Abort(self.refusal(400, "Missing required parameter: 'prompt'.", param="prompt"))
        model = str(body.get("model"))
        if not _PICTURES.match(model):
            raise Abort(self.refusal(404, f"The model '{model}' does not exist.", "model_not_found"))
        for name in ("response_format", "style"):
            if name in body:
                raise Abort(self.refusal(400, f"Unknown parameter: '{name}'.", "unknown_parameter", name))
        for name, known in (("quality", _QUALITIES), ("output_format", _FORMATS)):
            if body.get(name, known[0]) not in known:
                raise Abort(self.refusal(400, f"Invalid value for {name}.", "invalid_value", name))
        if body.get("size", "auto") != "auto" and not _size_is_legal(str(body["size"])):
            raise Abort(self.refusal(400, f"Invalid size '{body['size']}'.", "invalid_value", "size"))
        if not 1 <= int(body.get("n") or 1) <= 10:
            raise Abort(self.refusal(400, "n must be between 1 and 10.", "invalid_value", "n"))

    def _check_mask(self, mask: Any, picture: Any) -> None:
        if mask is None:
            return
        own, other = measure(mask.content), measure(picture.content)
        if own and other and (own.width, own.height) != (other.width, other.height):
            text = "Invalid mask image: its size must be that of the first image."
            raise Abort(self.refusal(400, text, "invalid_value", "mask"))

    def _pictures(self, body: Mapping[str, Any], event: str) -> HttpResponse | Reply:
        job = self.buy(dict(body), endpoint=str(body.get("model")))
        job.queue_seconds, job.run_seconds, job.polls = 0.0, 20.0, self.polls_to_finish
        late = job.run_seconds if self.speed is not None else 0.0
        if job.outcome.kind == "stuck":
            return Reply(self.problem(500, "The server had an error while processing your request."), 86_400)
        if job.outcome.kind != "success":
            return Reply(self._not_made(job), late)
        job.finished_at = self.clock
        answer = self._answer_of(job)
        stream = str(body.get("stream", "")).lower() == "true"
        return Reply(_events(answer, event, body) if stream else HttpResponse.of_json(answer), late)

    def _not_made(self, job: SimJob) -> HttpResponse:
        if job.outcome.kind != "moderation":
            return self.problem(500, job.reason)
        error = {
            "message": f"{_REJECTED} {job.reason}",
            "type": "image_generation_user_error",
            "param": None,
            "code": "moderation_blocked",
            "moderation_details": {"moderation_stage": "input", "categories": ["other"]},
        }
        return self._headed(HttpResponse.of_json({"error": error}, 400))

    def _answer_of(self, job: SimJob) -> dict[str, Any]:
        body, count = job.body, int(job.body.get("n") or 1)
        wanted = self.requested(job)
        kind = str(body.get("output_format") or "png")
        content = _DRAWING if kind == "svg" else self.output(job).read()
        files = [{"b64_json": base64.b64encode(content).decode()} for _ in range(count)]
        quality = str(body.get("quality") or "auto")
        quality = quality if quality != "auto" else "high"
        given, made = len(str(body["prompt"])) // 4 + 1, _TOKENS.get(quality, 6240) * count
        pictured = 300 * len(body.get("image") or ())
        return {
            "created": int(self.timestamp()),
            "data": files,
            "background": body.get("background") or "opaque",
            "output_format": kind,
            "quality": quality,
            "size": f"{wanted.width}x{wanted.height}",
            "usage": {
                "input_tokens": given + pictured,
                "input_tokens_details": {"text_tokens": given, "image_tokens": pictured},
                "output_tokens": made,
                "total_tokens": given + pictured + made,
            },
        }

    # videos

    @_on_every_root("POST", "/videos", "submit")
    def create(self, request: HttpRequest) -> HttpResponse:
        """Takes a video."""
        if self.dialect == "vllm" and media_type(request) != "multipart/form-data":
            raise Abort(self.problem(422, "The body must be multipart/form-data."))
        if self.dialect == "openrouter":
            return self._sell(self._json(request), "create", 202)
        body = self._body(request)
        self._check_prompt(body)
        self._check_video(body)
        return self._sell(body, "create")

    @_on_every_root("POST", "/videos/{id}/remix", "submit")
    def remix(self, request: HttpRequest, id: str) -> HttpResponse:
        """Makes a video anew by other words."""
        body, source = self._json(request), self._finished(id)
        self._check_prompt(body)
        same = {name: source.body[name] for name in ("model", "seconds", "size") if name in source.body}
        return self._sell({**same, **body, "remixed": id}, "remix")

    @_on_every_root("POST", "/videos/edits", "submit")
    def edit_video(self, request: HttpRequest) -> HttpResponse:
        """Edits a video, by its id or as a file."""
        return self._go_on(request, "edit")

    @_on_every_root("POST", "/videos/extensions", "submit")
    def extend(self, request: HttpRequest) -> HttpResponse:
        """Makes a video longer."""
        return self._go_on(request, "extend")

    def _go_on(self, request: HttpRequest, what: str) -> HttpResponse:
        body = self._body(request)
        self._check_prompt(body)
        if what == "extend" and body.get("seconds") not in _LENGTHS:
            raise Abort(self.refusal(400, "Invalid value for seconds.", "invalid_value", "seconds"))
        clip = body.pop("video", None)
        if isinstance(clip, FilePart):
            if not body.get("model"):
                raise Abort(self.refusal(400, "model is required with an uploaded video.", param="model"))
            return self._sell({"seconds": "4", **body}, what)
        source = self._finished(str(clip.get("id")) if isinstance(clip, Mapping) else "")
        same = {name: source.body[name] for name in ("model", "seconds", "size") if name in source.body}
        if what == "extend":
            body["seconds"] = str(int(float(source.body.get("seconds", 4))) + int(body["seconds"]))
        return self._sell({**same, **body}, what)

    def _finished(self, id: str) -> SimJob:
        job = self._known(id)
        if self.stage(job) != "succeeded":
            raise Abort(self.refusal(400, f"Video {id} is not completed.", "invalid_value", "video"))
        return job

    def _known(self, id: str) -> SimJob:
        if id not in self.jobs or self.jobs[id].state.get("deleted"):
            raise Abort(self.refusal(404, f"Video with id '{id}' not found.", None))
        return self.jobs[id]

    def _check_prompt(self, body: Mapping[str, Any]) -> None:
        if not body.get("prompt"):
            raise Abort(self.refusal(400, "Missing required parameter: 'prompt'.", param="prompt"))

    def _check_video(self, body: Mapping[str, Any]) -> None:
        """OpenAI's own limits, for its own models; other models are other servers' matter."""
        model = str(body.get("model") or "sora-2")
        if self.retired and model.startswith("sora-2"):
            raise Abort(self.refusal(404, f"The model '{model}' was shut down on {self.ended}.", "model_not_found"))
        sizes = next((_SIZES[name] for name in ("sora-2-pro", "sora-2") if model.startswith(name)), None)
        if sizes is None or self.dialect != "openai":
            return
        self._check_reference(body)
        if body.get("seconds", "4") not in _LENGTHS:
            raise Abort(self.refusal(400, f"Invalid value: '{body['seconds']}'.", "invalid_value", "seconds"))
        if body.get("size", sizes[0]) not in sizes:
            raise Abort(self.refusal(400, f"Invalid value: '{body['size']}'.", "invalid_value", "size"))

    def _check_reference(self, body: Mapping[str, Any]) -> None:
        given = body.get("input_reference")
        if isinstance(given, str):
            text = "Invalid type for 'input_reference': expected a file, but got a string instead."
            raise Abort(self.refusal(400, text, "invalid_type", "input_reference"))
        found = measure(given.content) if isinstance(given, FilePart) else None
        own = f"{found.width}x{found.height}" if found and found.width else None
        if own and own != body.get("size", "720x1280"):
            raise Abort(self.refusal(400, "Inpaint image must match the requested width and height"))

    def _sell(self, body: dict[str, Any], what: str, status: int = 200) -> HttpResponse:
        job = self.buy(body, endpoint=what, callback_url=self.webhook_url)
        job.queue_seconds, job.run_seconds = 10.0, 110.0
        return self._headed(HttpResponse.of_json(self.video(job), status))

    @_on_every_root("GET", "/videos/{id}", "poll")
    def retrieve(self, request: HttpRequest, id: str) -> HttpResponse:
        """How a video is; vLLM-Omni answers for a failed one with an error status."""
        job = self._known(id)
        stage = self.polled(job)
        failed = self.dialect == "vllm" and _STATUS[stage] == "failed"
        wait = str(round(10_000 / self.speed) if self.speed else 20)
        return self._headed(HttpResponse.of_json(self.video(job), 500 if failed else 200, openai_poll_after_ms=wait))

    def video(self, job: SimJob) -> dict[str, Any]:
        """A video as the dialect writes it."""
        stage = self.stage(job)
        status = _WORDS.get(self.dialect, {}).get(_STATUS[stage], _STATUS[stage])
        if self.dialect == "openrouter":
            return self._routed(job, status)
        is_done, ended = stage == "succeeded", job.finished_at
        return {
            "id": job.id,
            "object": "video",
            "model": job.body.get("model") or "sora-2",
            "status": status,
            "progress": None if self.dialect == "litellm" else self.percent(job),
            "created_at": int(self.timestamp(job.submitted_at)),
            "size": job.body.get("size") or "720x1280",
            "seconds": str(job.body.get("seconds") or "4"),
            "prompt": job.body.get("prompt"),
            "completed_at": int(self.timestamp(ended)) if is_done and ended is not None else None,
            "expires_at": int(self.timestamp(ended) + _KEPT_SECONDS) if is_done and ended is not None else None,
            "error": self._why(job, stage),
            "remixed_from_video_id": job.body.get("remixed"),
        }

    def _why(self, job: SimJob, stage: Stage) -> dict[str, Any] | None:
        if _STATUS[stage] != "failed":
            return None
        if stage == "moderated":
            return {"code": "moderation_blocked", "message": f"{_BLOCKED} {job.reason}"}
        return {"code": 500 if self.dialect == "vllm" else "server_error", "message": job.reason}

    def _routed(self, job: SimJob, status: str) -> dict[str, Any]:
        root = f"{self.base_url}/v1/videos/{job.id}"
        told: dict[str, Any] = {"id": job.id, "polling_url": root, "status": status}
        if status == "failed":
            told["error"] = f"Blocked by moderation: {job.reason}" if job.outcome.kind == "moderation" else job.reason
        if status == "completed":
            told |= {"unsigned_urls": [f"{root}/content?index=0"], "usage": {"cost": 0.4, "is_byok": False}}
        return told

    @_on_every_root("GET", "/videos", "other")
    def list_videos(self, request: HttpRequest) -> dict[str, Any]:
        """All videos, the newest first."""
        videos = [self.video(job) for job in reversed(self.jobs.values()) if job.id.startswith("video_")]
        return {"object": "list", "data": videos, "has_more": False, "first_id": None, "last_id": None}

    @_on_every_root("GET", "/videos/{id}/content", "download")
    def content(self, request: HttpRequest, id: str) -> HttpResponse:
        """The file of a finished video."""
        job = self._known(id)
        if self.stage(job) != "succeeded":
            raise Abort(self.refusal(404, f"Video {id} is not ready.", None))
        if job.finished_at is not None and self.clock >= job.finished_at + _KEPT_SECONDS:
            raise Abort(self.refusal(404, f"Video {id} has expired.", None))
        file = self.output(job)
        return HttpResponse(200, Headers({"content-type": file.content_type}), file.read())

    @_on_every_root("DELETE", "/videos/{id}", "cancel")
    def delete(self, request: HttpRequest, id: str) -> dict[str, Any]:
        """Deletes a finished video; vLLM-Omni and SGLang abort a running one."""
        job = self._known(id)
        is_running = self.stage(job) in ("queued", "running")
        if is_running and self.dialect not in ("vllm", "sglang"):
            raise Abort(self.refusal(409, f"Video {id} is still being made.", "conflict"))
        self.cancel(job)
        job.state["deleted"] = True
        if self.dialect == "sglang":
            return {**self.video(job), "status": "deleted"}
        return {"id": id, "object": "video.deleted", "deleted": True}

    @_on_every_root("GET", "/models", "schema")
    def models(self, request: HttpRequest) -> dict[str, Any]:
        """Some models of each sort."""
        ids = ("gpt-5.5", "gpt-image-2", "gpt-image-2.6-flare", "chatgpt-image-latest")
        return {"object": "list", "data": [{"id": id, "object": "model", "owned_by": "openai"} for id in ids]}

    # bodies, keys and errors

    def _json(self, request: HttpRequest) -> dict[str, Any]:
        return self.json_object(request, lambda: self.refusal(400, "We could not parse the JSON body of your request."))

    def _form(self, request: HttpRequest) -> dict[str, list[Any]]:
        try:
            parts = read_form(request).parts
        except ValueError:
            raise Abort(self.refusal(400, "Could not parse multipart form.")) from None
        found: dict[str, list[Any]] = {}
        for name, part in parts:
            found.setdefault(name, []).append(part)
        return found

    def _body(self, request: HttpRequest) -> dict[str, Any]:
        """A body of JSON, or of a form whose names may have brackets: ``video[id]``, ``characters[][id]``."""
        if media_type(request) == "application/json":
            return self._json(request)
        body: dict[str, Any] = {}
        for name, parts in self._form(request).items():
            outer, *inner = re.findall(r"[^\[\]]+", name)
            if not inner:
                body[outer] = parts[-1]
            elif "[]" in name:
                body[outer] = [{inner[0]: part} for part in parts]
            else:
                body.setdefault(outer, {})[inner[0]] = parts[-1]
        return body

    def guard(self, request: HttpRequest, phase: Phase) -> HttpResponse | None:
        """Asks for a key everywhere, also for content."""
        if urlsplit(request.url).path.startswith("/files/"):
            return None
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        key = request.headers.get("api-key") or (key.strip() if scheme == "Bearer" else "")
        if key and (self.api_keys is None or key in self.api_keys):
            return None
        text = f"Incorrect API key provided: {key[:3]}…" if key else "You didn't provide an API key."
        return self.refusal(401, text, "invalid_api_key")

    def refusal(self, status: int, message: str, code: str | None = None, param: str | None = None) -> HttpResponse:
        """An error in OpenAI's shape."""
        kind = "server_error" if status >= 500 else _TYPES.get(status, "invalid_request_error")
        error = {"message": message, "type": kind, "param": param, "code": code}
        return self._headed(HttpResponse.of_json({"error": error}, status))

    def problem(self, status: int, message: str) -> HttpResponse:
        """The error that goes with a status."""
        return self.refusal(status, message, _CODES.get(status))

    def not_found(self, request: HttpRequest) -> HttpResponse:
        """A path that nobody serves."""
        return self.refusal(404, f"Invalid URL ({request.method} {urlsplit(request.url).path})")

    def _headed(self, response: HttpResponse) -> HttpResponse:
        headers = {**response.headers, "x-request-id": f"req_{len(self.log):032x}"}
        return HttpResponse(response.status, Headers(headers), response.content)

    def new_id(self) -> str:
        """As each server writes its ids; LiteLLM's are base64 and may hold ``=``."""
        number = self.next_number()
        if self.dialect == "litellm":
            told = f"litellm:custom_llm_provider:openai;model_id:m;video_id:video_{number}"
            return "video_" + base64.b64encode(told.encode()).decode()
        prefix = {"vllm": "video_gen_", "openrouter": "gen-vid-"}.get(self.dialect, "video_")
        return f"{prefix}{number:032x}"

    # events and files

    def callbacks(self, job: SimJob, stage: Stage) -> Iterable[HttpRequest]:
        """One event when a video has ended."""
        if stage in ("queued", "running"):
            return
        kind = "video.completed" if stage == "succeeded" else "video.failed"
        id, moment = f"evt_{self.next_number()}", int(self.timestamp())
        event = {"id": id, "object": "event", "created_at": moment, "type": kind, "data": {"id": job.id}}
        body = json.dumps(event).encode()
        headers = {"content-type": "application/json"}
        if self.webhook_secret is not None:
            signed = signature(self.webhook_secret, id, str(moment), body)
            headers |= {"webhook-id": id, "webhook-timestamp": str(moment), "webhook-signature": signed}
        yield HttpRequest("POST", str(job.callback_url), content=body, headers=Headers(headers))

    def requested(self, job: SimJob) -> Requested:
        """The size, length and kind of file that a body asks for."""
        body = job.body
        if "image" in body or job.endpoint not in ("create", "remix", "edit", "extend"):
            width, height = pixels(body.get("size")) or (1024, 1024)
            kind = str(body.get("output_format") or "png")
            return Requested(width=width, height=height, format=kind if kind in ("png", "jpeg", "webp") else "png")  # type: ignore[arg-type]
        width, height = pixels(body.get("size")) or (720, 1280)
        seconds = float(body.get("seconds") or body.get("duration") or 4)
        return Requested(duration_seconds=seconds, width=width, height=height, audio=True)


def _size_is_legal(size: str) -> bool:
    sides = pixels(size)
    if sides is None:
        return False
    in_ratio = max(sides) <= 3 * min(sides) and max(sides) <= 3840
    return in_ratio and not any(side % 16 for side in sides) and 655_360 <= sides[0] * sides[1] <= 8_294_400


def _events(answer: Mapping[str, Any], event: str, body: Mapping[str, Any]) -> HttpResponse:
    """The answer as a stream: partial pictures, then the whole ones."""
    told = {name: answer[name] for name in ("background", "output_format", "quality", "size")}
    first = answer["data"][0]["b64_json"]
    partial = [
        {"type": f"{event}.partial_image", "b64_json": first, "partial_image_index": index, **told}
        for index in range(int(body.get("partial_images") or 0))
    ]
    whole = [
        {"type": f"{event}.completed", "created_at": answer["created"], **item, **told, "usage": answer["usage"]}
        for item in answer["data"]
    ]
    text = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in (*partial, *whole))
    return HttpResponse(200, Headers({"content-type": "text/event-stream; charset=utf-8"}), text.encode())
