"""Luma's two APIs as an object, with which Luma's own clients can talk (dossier luma.md)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve

from tarash_core.plugins import Headers, HttpRequest, HttpResponse
from tarash_core.testing import (
    Abort,
    Requested,
    SimJob,
    Simulator,
    Stage,
    media_type,
    read_form,
    read_query,
    route,
    sample_image,
    size_of,
)
from tarash_core.testing.routing import Phase
from tarash_luma.errors import FAILURE_CODES

D = "/dream-machine/v1"
RUNNING = ("queued", "running")

_TYPES: Mapping[str, tuple[str, ...]] = {
    "uni-1": ("image", "image_edit", "layering"),
    "uni-1-max": ("image", "image_edit"),
    "ray-3.2": ("video", "video_edit", "video_reframe"),
}
_RATIOS: Mapping[str, tuple[str, ...]] = {
    "uni": ("3:1", "2:1", "16:9", "3:2", "1:1", "2:3", "9:16", "1:2", "1:3"),
    "ray": ("9:16", "3:4", "1:1", "4:3", "16:9", "21:9"),
}
_DREAM_RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21")
_CLIPS, _PICTURES = ("ray-2", "ray-flash-2"), ("photon-1", "photon-flash-1")
_DREAM_MODELS = {
    "video": _CLIPS, "modify_video": _CLIPS, "reframe_video": _CLIPS, "image": _PICTURES, "reframe_image": _PICTURES,
}  # fmt: skip
_DREAM_PIXELS = {
    "1:1": (1536, 1536), "4:3": (1792, 1344), "3:4": (1344, 1792), "16:9": (2048, 1152), "9:16": (1152, 2048),
    "21:9": (2432, 1024), "9:21": (1024, 2432),
}  # fmt: skip
_MODES = {f"{kind}_{degree}" for kind in ("adhere", "flex", "reimagine") for degree in (1, 2, 3)}
_CONCEPTS = ["dolly_zoom", "orbit_left", "orbit_right", "pan_left", "pan_right", "zoom_in", "zoom_out"]
_FLAGGED = "Generation output was flagged by our content moderation system."
_LAYERS = ("subject", "shadow", "background")
_KEPT_SECONDS = 3600.0
_FREE_CLIP = 5.0


class LumaSimulator(Simulator):
    """Luma without Luma: Agents below ``/v1``, Dream Machine below ``/dream-machine/v1``, one store of jobs for each.

    A job that is scripted to fail with one of the failure codes of Agents (``faults.failed("corrupt_input")``) fails
    with that code.

    Attributes:
        credit_cents: What the account has; a purchase with none left is refused.
        most_jobs: How many jobs of Agents may run at once; None for any number.
        inputs_down: Whether Agents cannot fetch inputs from URLs at the moment.
        uploads: The files of Agents by id.

    Args:
        settings: As for every simulator.
    """

    name = "luma"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.credit_cents = 10_000.0
        self.most_jobs: int | None = None
        self.inputs_down = False
        self.uploads: dict[str, dict[str, Any]] = {}

    # Agents

    @route("POST", "/v1/generations", phase="submit")
    def create(self, request: HttpRequest) -> HttpResponse:
        """Takes a generation of any type."""
        body = {"model": "uni-1", "type": "image", **self._body(request)}
        if self.credit_cents <= 0:
            raise Abort(self.problem(402, "Insufficient credits. Please add credits to continue."))
        self._check_agents(body)
        running = [job for job in self.jobs.values() if not job.state["dream"] and self.stage(job) in RUNNING]
        if self.most_jobs is not None and len(running) >= self.most_jobs:
            full = self.problem(429, "Too many concurrent jobs")
            raise Abort(evolve(full, headers=Headers({**full.headers, "retry-after": "60"})))
        job = self._sell(body, body["model"], dream=False)
        limits = {"x-ratelimit-limit": "30", "x-ratelimit-remaining": "29", "x-ratelimit-reset": "60"}
        return self._told(request, self.generation(job), 201, limits)

    @route("GET", "/v1/generations/{id}", phase="poll")
    def look(self, request: HttpRequest, id: str) -> HttpResponse:
        """How a generation of Agents is."""
        job = self._found(id, dream=False)
        self.polled(job)
        return self._told(request, self.generation(job))

    def generation(self, job: SimJob) -> dict[str, Any]:
        """A generation as Agents writes it."""
        stage = self.stage(job)
        word = {"queued": "queued", "running": "processing", "succeeded": "completed"}.get(stage, "failed")
        told = {
            "id": job.id, "type": job.body["type"], "state": word, "model": job.endpoint,
            "created_at": self.iso(job.submitted_at), "output": [], "failure_reason": None, "failure_code": None,
        }  # fmt: skip
        if stage == "succeeded":
            return {**told, "output": self._output(job)}
        if word != "failed":
            return told
        if stage == "moderated":
            return {**told, "failure_code": "content_moderated", "failure_reason": f"{_FLAGGED} {job.reason}".strip()}
        code = job.reason if job.reason in FAILURE_CODES else "generation_failed"
        return {**told, "failure_code": code, "failure_reason": job.reason or "Generation failed"}

    def _output(self, job: SimJob) -> list[dict[str, Any]]:
        if job.body["type"] == "layering":
            return [
                {
                    "type": "image",
                    "url": self._presigned(job, place),
                    "layer": {"index": place, "label": label, "description": f"the {label}", "alpha_hint": "soft"},
                }
                for place, label in enumerate(_LAYERS)
            ]
        kind = "video" if job.body["type"].startswith("video") else "image"
        files = [{"type": kind, "url": self._presigned(job, 0)}]
        if (job.body.get("video") or {}).get("exr_export"):
            files.append({"type": "exr", "url": self._presigned(job, 1)})
        return files

    def _presigned(self, job: SimJob, place: int) -> str:
        """A URL that lives one hour; once it is dead, asking again gives a fresh one."""
        name = f"output-{job.number}-{place}.{self.requested(job).format}"
        known = self.files.get(name)
        if known is not None and known.expires_at is not None and self.clock >= known.expires_at:
            del self.files[name]
        url = self.output_url(job, place, expires_in=_KEPT_SECONDS)
        return f"{url}?X-Amz-Expires=3600&X-Amz-Signature=simulated"

    def _check_agents(self, body: Mapping[str, Any]) -> None:
        model, type, prompt = body["model"], body["type"], body.get("prompt")
        if model not in _TYPES:
            raise self._bad(f"Unknown model: {model}")
        if type not in _TYPES[model]:
            raise self._bad(f"Type '{type}' is not supported for model '{model}'")
        most = 500 if type == "layering" else 6000
        if not isinstance(prompt, str) or not 1 <= len(prompt) <= most:
            raise self._bad(f"Prompt must be between 1 and {most} characters")
        ratios, ratio = _RATIOS[model[:3]], body.get("aspect_ratio")
        if ratio is not None and ratio not in ratios:
            raise self._bad(f"Invalid aspect_ratio '{ratio}'. Valid: {', '.join(ratios)}")
        if type in ("image_edit", "layering", "video_edit", "video_reframe") and not body.get("source"):
            raise self._bad(f"source is required for type '{type}'")
        if type == "video_reframe" and ratio is None:
            raise self._bad("aspect_ratio is required for type 'video_reframe'")
        if len(body.get("image_ref") or ()) > (8 if type == "image_edit" else 9):
            raise self._bad("image_ref: too many references")
        if body.get("source"):
            self._check_ref("source", body["source"], type.startswith("video"))
        for place, ref in enumerate(body.get("image_ref") or ()):
            self._check_ref(f"image_ref[{place}]", ref)
        if model == "ray-3.2":
            self._check_video(type, body.get("video") or {})

    def _check_video(self, type: str, video: Mapping[str, Any]) -> None:
        if video.get("duration", "5s") not in ("5s", "10s"):
            raise self._bad("Invalid duration. Valid: 5s, 10s")
        if video.get("resolution", "720p") not in ("360p", "540p", "720p", "1080p"):
            raise self._bad("Invalid resolution. Valid: 360p, 540p, 720p, 1080p")
        frames = [name for name in ("start_frame", "end_frame") if video.get(name)]
        long = video.get("duration") == "10s"
        if frames and long:
            raise self._bad(f"{frames[0]} is not supported with duration '10s'")
        wrong = [name for name in ("hdr", "end_frame", "keyframes") if video.get(name)] + ["duration '10s'"] * long
        if video.get("loop") and wrong:
            raise self._bad(f"loop is not supported with {wrong[0]}")
        if video.get("exr_export") and not video.get("hdr"):
            raise self._bad("exr_export requires hdr")
        edit = video.get("edit") or {}
        holder = video if type == "video" else edit
        pictures, indexes = holder.get("keyframes") or [], holder.get("keyframe_indexes") or []
        if len(pictures) != len(indexes) or len(set(indexes)) != len(indexes):
            raise self._bad("keyframes and keyframe_indexes must have the same length, and indexes be unique")
        for name in frames:
            self._check_ref(f"video.{name}", video[name])
        for place, ref in enumerate(pictures):
            self._check_ref(f"video.keyframes[{place}]", ref)
        if edit.get("strength") not in (None, *_MODES):
            raise self._bad("Invalid edit.strength")

    def _check_ref(self, place: str, ref: Mapping[str, Any], is_video: bool = False) -> None:
        given = [name for name in ("url", "data", "generation_id", "file_id") if ref.get(name)]
        if len(given) > 1:
            raise self._bad(f"{place}: provide either '{given[0]}' or '{given[1]}', not both")
        if not given:
            raise self._bad(f"{place}: one of 'url', 'data', 'generation_id', 'file_id' is required")
        kind, value = given[0], ref[given[0]]
        if kind == "generation_id":
            job = self.jobs.get(value)
            if job is None or job.state["dream"] or self.stage(job) != "succeeded":
                raise Abort(self.problem(404, "Generation not found"))
        if kind == "file_id" and self.uploads.get(value, {}).get("state") != "ready":
            raise self._bad(f"{place}: file is not ready")
        if (kind == "data" or (is_video and kind == "url")) and not ref.get("media_type"):
            raise self._bad(f"{place}: 'media_type' is required with '{kind}'")
        if kind == "url" and self.inputs_down:
            raise Abort(self.problem(503, "Image URL ingestion unavailable"))
        if kind == "url" and not str(value).startswith(("https://", "http://")):
            raise Abort(self.problem(422, f"{place}: failed to fetch URL (HTTP 404)"))
        if kind == "data":
            self._check_data(place, value)

    def _check_data(self, place: str, value: str) -> None:
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise Abort(self.problem(422, f"{place}: invalid base64 data")) from None

    # files of Agents

    @route("POST", "/v1/files", phase="upload")
    def open_upload(self, request: HttpRequest) -> HttpResponse:
        """Opens an upload; a multipart body brings the file along."""
        id = self.new_id()
        if media_type(request) == "multipart/form-data":
            form = read_form(request)
            part = form.files["file"]
            self.store(part.content, part.content_type, id=id)
            self.uploads[id] = self._file(id, part.content_type, len(part.content), "ready", form.fields)
            return self._told(request, {"id": id, "state": "ready", "file": self.uploads[id], "upload": None}, 201)
        body = self._body(request)
        for name in ("mime_type", "size_bytes"):
            if not body.get(name):
                raise self._bad(f"{name} is required")
        self.uploads[id] = self._file(id, body["mime_type"], body["size_bytes"], "pending", body)
        upload = {
            "url": f"{self.base_url}/upload/{id}?X-Amz-Signature=simulated", "method": "PUT",
            "headers": {"Content-Type": body["mime_type"]}, "expires_at": self.iso(self.clock + _KEPT_SECONDS),
        }  # fmt: skip
        return self._told(request, {"id": id, "state": "pending", "file": self.uploads[id], "upload": upload}, 201)

    @route("PUT", "/upload/{id}", phase="upload")
    def put(self, request: HttpRequest, id: str) -> HttpResponse:
        """Takes the bytes at the presigned address, with exactly the headers that were told."""
        file = self.uploads.get(id)
        if file is None or request.headers.get("content-type") != file["mime_type"]:
            return HttpResponse(403, Headers({"content-type": "application/xml"}), b"<Error/>")
        self.store(request.content or b"", file["mime_type"], id=id)
        return HttpResponse(200)

    @route("POST", "/v1/files/{id}/complete", phase="upload")
    def complete(self, request: HttpRequest, id: str) -> HttpResponse:
        """Ends an upload; it is ready if every byte came."""
        file = self._upload(id)
        whole = id in self.files and len(self.files[id].read()) == file["size_bytes"]
        file.update(state="ready" if whole else "failed", failure_reason=None if whole else "size mismatch")
        return self._told(request, file)

    @route("GET", "/v1/files/{id}", phase="upload")
    def look_at_file(self, request: HttpRequest, id: str) -> HttpResponse:
        """How an uploaded file is."""
        return self._told(request, self._upload(id))

    @route("GET", "/v1/files", phase="upload")
    def list_files(self, request: HttpRequest) -> HttpResponse:
        """A page of the files; the cursor is the number of those before it."""
        query = read_query(request)
        wanted = {name: query[name] for name in ("state", "purpose") if query.get(name)}
        found = [f for f in self.uploads.values() if all(f[name] == value for name, value in wanted.items())]
        start, limit = int(query.get("cursor") or 0), int(query.get("limit") or 25)
        more = start + limit < len(found)
        page = {"data": found[start : start + limit], "has_more": more}
        return self._told(request, {**page, "next_cursor": str(start + limit) if more else None})

    @route("DELETE", "/v1/files/{id}", phase="upload")
    def delete_file(self, request: HttpRequest, id: str) -> HttpResponse:
        """Marks a file as deleted."""
        self._upload(id).update(state="deleted", deleted_at=self.iso())
        return HttpResponse(204)

    def _file(self, id: str, kind: str, size: int, state: str, given: Mapping[str, Any]) -> dict[str, Any]:
        known = {name: given[name] for name in ("filename", "user_id", "expires_at") if given.get(name)}
        head = {"id": id, "created_at": self.iso(), "mime_type": kind, "purpose": given.get("purpose") or "input"}
        return {**head, "size_bytes": size, "state": state, **known}

    def _upload(self, id: str) -> dict[str, Any]:
        if id not in self.uploads:
            raise Abort(self.problem(404, "File not found"))
        return self.uploads[id]

    # Dream Machine

    @route("POST", f"{D}/generations", phase="submit")
    @route("POST", f"{D}/generations/video", phase="submit")
    def create_clip(self, request: HttpRequest) -> HttpResponse:
        """Takes a clip from words or key frames."""
        body = self._body(request)
        frames = body.get("keyframes") or {}
        self._check_prompt(body.get("prompt"), needed=not frames)
        if body.get("loop") and (frames.get("frame1") or len(frames) > 1):
            raise self._bad("Loop is not supported for end frame")
        for frame in frames.values():
            if frame is not None:
                self._check_frame(frame)
        return self._create_older(body, "video")

    @route("POST", f"{D}/generations/video/modify", phase="submit")
    def modify(self, request: HttpRequest) -> HttpResponse:
        """Takes a clip to be restyled."""
        body = self._body(request)
        if body.get("mode") not in _MODES:
            raise Abort(self.problem(422, "mode: unexpected value"))
        self._check_media(body)
        return self._create_older(body, "modify_video")

    @route("POST", f"{D}/generations/video/reframe", phase="submit")
    @route("POST", f"{D}/generations/image/reframe", phase="submit")
    def reframe(self, request: HttpRequest) -> HttpResponse:
        """Takes a clip or a picture to be brought into another ratio."""
        body = self._body(request)
        self._check_media(body)
        if not body.get("aspect_ratio"):
            raise Abort(self.problem(422, "aspect_ratio: field required"))
        kind = "reframe_image" if "/image/" in urlsplit(request.url).path else "reframe_video"
        return self._create_older(body, kind)

    @route("POST", f"{D}/generations/image", phase="submit")
    def create_picture(self, request: HttpRequest) -> HttpResponse:
        """Takes a picture."""
        body = self._body(request)
        self._check_prompt(body.get("prompt"), needed=True)
        refs = [*(body.get("image_ref") or ()), *(body.get("style_ref") or ()), body.get("modify_image_ref")]
        for ref in filter(None, refs):
            self._check_url(ref.get("url"))
        return self._create_older(body, "image")

    @route("POST", f"{D}/generations/{{id}}/upscale", phase="submit")
    @route("POST", f"{D}/generations/{{id}}/audio", phase="submit")
    def go_on(self, request: HttpRequest, id: str) -> HttpResponse:
        """Takes a finished clip to be enlarged, or to be given sound."""
        parent = self._found(id, dream=True)
        if self.stage(parent) != "succeeded" or self._is_image(parent):
            raise self._bad("Generation is not a completed video")
        kind = "upscale_video" if urlsplit(request.url).path.endswith("upscale") else "add_audio"
        return self._create_older(self._body(request), kind, parent)

    def _create_older(self, body: dict[str, Any], kind: str, parent: SimJob | None = None) -> HttpResponse:
        model = body.get("model") if parent is None else parent.endpoint
        if parent is None and model not in _DREAM_MODELS[kind]:
            raise self._bad(f"Unknown model {model}")
        if body.get("generation_type") not in (None, kind):
            raise self._bad("Unknown request type")
        if body.get("aspect_ratio") not in (None, *_DREAM_RATIOS):
            raise Abort(self.problem(422, "aspect_ratio: unexpected value"))
        if self.credit_cents <= 0:
            raise self._bad("Insufficient credits")
        job = self._sell({**body, "generation_type": kind}, str(model), dream=True, parent=parent)
        return HttpResponse.of_json(self.older_generation(job), 200 if parent else 201)

    @route("GET", f"{D}/generations/{{id}}", phase="poll")
    def look_older(self, request: HttpRequest, id: str) -> dict[str, Any]:
        """How a generation of Dream Machine is."""
        job = self._found(id, dream=True)
        self.polled(job)
        return self.older_generation(job)

    @route("GET", f"{D}/generations")
    def list_older(self, request: HttpRequest) -> dict[str, Any]:
        """A page of the generations, the newest first."""
        query = read_query(request)
        limit, offset = int(query.get("limit") or 100), int(query.get("offset") or 0)
        jobs = [job for job in reversed(self.jobs.values()) if job.state["dream"] and not job.state.get("deleted")]
        page = [self.older_generation(job) for job in jobs[offset : offset + limit]]
        more = offset + limit < len(jobs)
        return {"generations": page, "has_more": more, "count": len(page), "limit": limit, "offset": offset}

    @route("DELETE", f"{D}/generations/{{id}}", phase="cancel")
    def delete(self, request: HttpRequest, id: str) -> HttpResponse:
        """Deletes a generation in any state; it is unknown from then on."""
        job = self._found(id, dream=True)
        self.cancel(job)
        job.state["deleted"] = True
        return HttpResponse(204)

    @route("GET", f"{D}/generations/concepts/list")
    def concepts(self, request: HttpRequest) -> list[str]:
        """What the camera can be asked to do."""
        return list(_CONCEPTS)

    @route("GET", f"{D}/credits")
    def credits(self, request: HttpRequest) -> dict[str, float]:
        """What the account has, in US cents."""
        return {"credit_balance": self.credit_cents}

    @route("GET", f"{D}/ping")
    def ping(self, request: HttpRequest) -> dict[str, str]:
        """Whether the key works."""
        return {"message": "pong"}

    def older_generation(self, job: SimJob) -> dict[str, Any]:
        """A generation as Dream Machine writes it."""
        stage = self.stage(job)
        word = {"queued": "queued", "running": "dreaming", "succeeded": "completed"}.get(stage, "failed")
        reason = "Advanced prompt moderation failed" if stage == "moderated" else job.reason or "Job failed"
        kind = "image" if self._is_image(job) else "video"
        assets = {kind: self.output_url(job)} if word == "completed" else None
        if assets and kind == "video":
            assets["image"] = self._thumbnail(job)
        return {
            "id": job.id, "generation_type": kind, "state": word,
            "failure_reason": reason if word == "failed" else None, "created_at": self.iso(job.submitted_at),
            "assets": assets, "model": job.endpoint, "request": job.body,
        }  # fmt: skip

    def _thumbnail(self, job: SimJob) -> str:
        name = f"thumbnail-{job.number}.png"
        return self.file_url(name if name in self.files else self.store(sample_image(), "image/png", id=name))

    def _check_prompt(self, prompt: Any, needed: bool) -> None:
        if not prompt:
            if needed:
                raise self._bad("Prompt is required")
        elif len(prompt) < 3:
            raise self._bad("Prompt is too short, minimum length is 3 characters")
        elif len(prompt) > 5000:
            raise self._bad("Prompt is too long, maximum length is 5000 characters")

    def _check_frame(self, frame: Mapping[str, Any]) -> None:
        if frame.get("type") == "image":
            self._check_url(frame.get("url"))
        elif frame.get("type") == "generation":
            job = self._found(str(frame.get("id")), dream=True)
            if self.stage(job) != "succeeded":
                raise self._bad("Generation is not completed")
        else:
            raise self._bad("No keyframes provided")

    def _check_media(self, body: Mapping[str, Any]) -> None:
        self._check_url((body.get("media") or {}).get("url"))
        if body.get("first_frame"):
            self._check_url(body["first_frame"].get("url"))

    def _check_url(self, url: Any) -> None:
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise self._bad("A public URL is required")

    # what both have in common

    def _sell(self, body: dict[str, Any], model: str, *, dream: bool, parent: SimJob | None = None) -> SimJob:
        job = self.buy(body, endpoint=model, callback_url=body.get("callback_url") if dream else None)
        job.state.update(dream=dream, parent=parent)
        job.queue_seconds, job.run_seconds = (2.0, 13.0) if self._is_image(job) else (10.0, 70.0)
        return job

    def _found(self, id: str, *, dream: bool) -> SimJob:
        job = self.jobs.get(id)
        if job is None or job.state["dream"] is not dream or job.state.get("deleted"):
            raise Abort(self.problem(404, "Generation not found"))
        return job

    def _body(self, request: HttpRequest) -> dict[str, Any]:
        is_empty = request.json is None and not request.content
        return self.json_object(request, lambda: self.problem(422, "the body is no JSON object"), lenient=is_empty)

    def _told(
        self, request: HttpRequest, body: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> HttpResponse:
        """An answer of Agents, with the headers that all of them have."""
        answer = HttpResponse.of_json(body, status)
        trace = request.headers.get("x-request-id") or f"req-{len(self.log)}"
        known = {"x-api-version": "2026-04-01", "x-request-id": trace, **(headers or {})}
        return evolve(answer, headers=Headers({**answer.headers, **known}))

    def _is_image(self, job: SimJob) -> bool:
        kind = str(job.body.get("generation_type") or job.body.get("type"))
        return kind in ("image", "reframe_image", "image_edit", "layering")

    def _bad(self, message: str) -> Abort:
        return Abort(self.problem(400, message))

    def problem(self, status: int, message: str) -> HttpResponse:
        """The one shape that errors have in both APIs."""
        return HttpResponse.of_json({"detail": message}, status)

    def guard(self, request: HttpRequest, phase: Phase) -> HttpResponse | None:
        """Asks for the key of the API that is called; one of the other API, known by its beginning, opens nothing."""
        path = urlsplit(request.url).path
        if phase == "download" or path.startswith("/upload/"):
            return None
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if path.startswith("/dream-machine/"):
            wrong = scheme != "Bearer" or not key or key.startswith("luma-api-")
            return self.problem(401, "Invalid API key is provided") if wrong else None
        if scheme != "Bearer" or not key:
            return self.problem(401, "Missing or invalid API key")
        other = key.startswith("luma-") and not key.startswith("luma-api-")
        return self.problem(401, "Invalid API key") if other else None

    def callbacks(self, job: SimJob, stage: Stage) -> Iterable[HttpRequest]:
        """One callback when it starts to dream and one at its end: the whole generation, without a signature."""
        if stage != "queued":
            body = json.dumps(self.older_generation(job)).encode()
            headers = {"content-type": "application/json"}
            yield HttpRequest("POST", str(job.callback_url), content=body, headers=Headers(headers))

    def requested(self, job: SimJob) -> Requested:
        """The length, size and kind that were asked for; what follows an input is five seconds of 16:9."""
        return self._older_file(job) if job.state["dream"] else self._file_of(job)

    def _file_of(self, job: SimJob) -> Requested:
        video, ratio = job.body.get("video") or {}, job.body.get("aspect_ratio")
        if self._is_image(job):
            width, height = size_of("2K", ratio or "1:1")
            return Requested(width=width, height=height, format=job.body.get("output_format") or "png")
        width, height = size_of(video.get("resolution") or "720p", ratio if job.body["type"] != "video_edit" else None)
        return Requested(duration_seconds=_seconds(video.get("duration")), width=width, height=height)

    def _older_file(self, job: SimJob) -> Requested:
        body, parent = job.body, job.state["parent"]
        if parent is not None:
            before = self.requested(parent)
            if body["generation_type"] == "add_audio":
                return evolve(before, audio=True)
            width, height = size_of(body.get("resolution") or "1080p", f"{before.width}:{before.height}")
            return evolve(before, width=width, height=height)
        ratio = body.get("aspect_ratio") or "16:9"
        if self._is_image(job):
            width, height = _DREAM_PIXELS[ratio]
            return Requested(width=width, height=height, format="png" if body.get("format") == "png" else "jpeg")
        if body["generation_type"] == "reframe_video":
            width, height = _DREAM_PIXELS[ratio]
        else:
            width, height = size_of(body.get("resolution") or "720p", ratio)
        return Requested(duration_seconds=_seconds(body.get("duration")), width=width, height=height)


def _seconds(written: Any) -> float:
    return float(str(written).removesuffix("s")) if written else _FREE_CLIP
