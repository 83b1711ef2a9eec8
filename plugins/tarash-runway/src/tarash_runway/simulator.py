"""Runway's tasks, uploads and errors as an object, with which Runway's own client can talk (dossier runway.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve

from tarash_core.catalog import Variant
from tarash_core.fields import paths
from tarash_core.fields.shapes import Shape
from tarash_core.fields.values import pixels, ratio
from tarash_core.plugins import Headers, HttpRequest, HttpResponse
from tarash_core.testing import Abort, Requested, SimJob, Simulator, Stage, read_form, route, size_of
from tarash_core.testing.rendering import ImageFormat
from tarash_core.testing.routing import Phase
from tarash_runway.models import CATALOG
from tarash_runway.provider import SERVED_SECONDS, VERSION

_DOCS = "https://docs.dev.runwayml.com/api"
_NO_CREDITS = "You do not have enough credits to run this task."
_NO_VERSION = "The API version that was provided in the X-Runway-Version header is not valid."
_FLAGGED = "The input was flagged by our content moderation system."
_STATUS: Mapping[Stage, str] = {
    "queued": "PENDING",
    "running": "RUNNING",
    "succeeded": "SUCCEEDED",
    "failed": "FAILED",
    "moderated": "FAILED",
    "cancelled": "CANCELLED",
}
_SECONDS = 5.0
_CREDITS = 25
_FORMATS: Mapping[str, ImageFormat] = {"png": "png", "jpeg": "jpeg", "webp": "webp"}


class RunwaySimulator(Simulator):
    """Runway without Runway.

    Attributes:
        credits: What the organisation has left; a task that may cost more is refused.
        concurrency: How many tasks of one model run at once; those beyond are ``THROTTLED``. None for any number.
        daily_limit: How many tasks may be bought at all; None for any number.
        uploads: The keys of upload slots with their ``runway://`` addresses.

    Args:
        settings: As for every simulator.
    """

    name = "runway"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.credits = 1_000_000
        self.concurrency: int | None = None
        self.daily_limit: int | None = None
        self.uploads: dict[str, str] = {}

    @route("POST", "/v1/text_to_video", phase="submit")
    @route("POST", "/v1/image_to_video", phase="submit")
    @route("POST", "/v1/video_to_video", phase="submit")
    @route("POST", "/v1/text_to_image", phase="submit")
    @route("POST", "/v1/image_upscale", phase="submit")
    @route("POST", "/v1/video_upscale", phase="submit")
    @route("POST", "/v1/video_to_hdr", phase="submit")
    @route("POST", "/v1/character_performance", phase="submit")
    @route("POST", "/v1/avatar_videos", phase="submit")
    def create(self, request: HttpRequest) -> dict[str, Any]:
        """Takes a task that keeps to the model's inputs."""
        body, path = self._body(request), urlsplit(request.url).path
        issues = list(self._issues(body, path))
        if issues:
            raise Abort(self._invalid(issues))
        estimate = _estimate(body, path)
        if estimate > self.credits:
            raise Abort(self.problem(400, _NO_CREDITS))
        if self.daily_limit is not None and len(self.bought) >= self.daily_limit:
            raise Abort(self.problem(429, "Your daily task limit has been reached."))
        job = self.buy(body, endpoint=path)
        job.state["estimate"] = estimate
        self.credits -= estimate
        return {"id": job.id, "estimatedCost": {"credits": estimate}}

    @route("GET", "/v1/tasks/{id}", phase="poll")
    def retrieve(self, request: HttpRequest, id: str) -> dict[str, Any]:
        """The task, with the keys of its status and no others."""
        job = self._found(id)
        head = {"id": job.id, "createdAt": self.iso(job.submitted_at)[:-4] + "Z"}
        if self._is_held(job):
            job.submitted_at = self.clock
            return {**head, "status": "THROTTLED", "estimatedCost": {"credits": job.state["estimate"]}}
        stage = self.polled(job)
        return {**head, "status": _STATUS[stage], **self._details(job, stage)}

    @route("DELETE", "/v1/tasks/{id}", phase="cancel")
    def delete(self, request: HttpRequest, id: str) -> HttpResponse:
        """Cancels or deletes a task, which is unknown from then on; what it has made goes with it."""
        job = self._found(id)
        self.cancel(job)
        job.state["deleted"] = True
        for name in [name for name in self.files if name.startswith(f"output-{job.number}-")]:
            del self.files[name]
        return HttpResponse(204)

    @route("POST", "/v1/uploads", phase="upload")
    def create_upload(self, request: HttpRequest) -> dict[str, Any]:
        """A slot in a bucket, and the address that inputs take."""
        body = self._body(request)
        name, kind = body.get("filename"), body.get("type")
        if kind != "ephemeral" or not isinstance(name, str) or not 3 <= len(name) <= 255 or "." not in name:
            issue = {"code": "custom", "message": "filename must have a known extension", "path": ["filename"]}
            raise Abort(self._invalid([issue]))
        key = f"ephemeral/{self.new_id()}"
        self.uploads[key] = f"runway://{key.rpartition('/')[2]}"
        fields = {"key": key, "policy": "c2ltdWxhdGVk", "x-amz-signature": "0" * 64}
        return {"uploadUrl": f"{self.base_url}/bucket", "fields": fields, "runwayUri": self.uploads[key]}

    @route("POST", "/bucket", phase="upload")
    def put(self, request: HttpRequest) -> HttpResponse:
        """Keeps a file in its slot; it must come last, and no key with it."""
        form = read_form(request)
        key, file = form.fields.get("key", ""), form.files.get("file")
        if file is None or form.parts[-1][0] != "file" or key not in self.uploads or "authorization" in request.headers:
            return _bucket_error(403, "AccessDenied")
        if not 512 <= len(file.content) <= 200 * 1024 * 1024:
            return _bucket_error(400, "EntityTooSmall")
        self.store(file.content, file.content_type, id=self.uploads[key], expires_in=SERVED_SECONDS)
        return HttpResponse(204)

    @route("GET", "/v1/organization")
    def organization(self, request: HttpRequest) -> dict[str, Any]:
        """Whose key it is: credit, limits and use."""
        limits = {"maxConcurrentGenerations": self.concurrency, "maxDailyGenerations": self.daily_limit}
        models = [job.body["model"] for job in self.jobs.values()]
        usage = {id: {"dailyGenerations": models.count(id)} for id in CATALOG}
        tier = {"maxMonthlyCreditSpend": 10_000, "models": dict.fromkeys(CATALOG, limits)}
        return {"creditBalance": self.credits, "tier": tier, "usage": {"models": usage}}

    # what every answer has in common

    def guard(self, request: HttpRequest, phase: Phase) -> HttpResponse | None:
        """Asks for the version and a key, but where files are stored and fetched."""
        if not urlsplit(request.url).path.startswith("/v1/"):
            return None
        if request.headers.get("x-runway-version") != VERSION:
            return self.problem(400, _NO_VERSION)
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return None if scheme == "Bearer" and key.strip() else self.problem(401, "The API key is not valid.")

    def problem(self, status: int, message: str) -> HttpResponse:
        """An error as the application writes it."""
        return HttpResponse.of_json({"error": message, "docUrl": _DOCS}, status)

    def _invalid(self, issues: list[dict[str, Any]]) -> HttpResponse:
        return HttpResponse.of_json({"error": "Validation of body failed", "issues": issues, "docUrl": _DOCS}, 400)

    def _body(self, request: HttpRequest) -> dict[str, Any]:
        refusal = "The request body is not valid JSON."
        return self.json_object(request, lambda: self.problem(400, refusal), lenient=True)

    # tasks

    def _found(self, id: str) -> SimJob:
        job = self.jobs.get(id)
        if job is None or job.state.get("deleted"):
            raise Abort(HttpResponse.of_json({"error": "Could not find Task"}, 404))
        return job

    def _is_held(self, job: SimJob) -> bool:
        if self.concurrency is None or job.polls:
            return False
        before = [other for other in self.jobs.values() if other.number < job.number]
        at_work = [other for other in before if other.body["model"] == job.body["model"]]
        return sum(self.stage(other) in ("queued", "running") for other in at_work) >= self.concurrency

    def _details(self, job: SimJob, stage: Stage) -> dict[str, Any]:
        if stage == "queued":
            return {"estimatedCost": {"credits": job.state["estimate"]}}
        if stage == "running":
            return {"estimatedCost": {"credits": job.state["estimate"]}, "progress": self.percent(job) / 100}
        cost = {"cost": {"credits": self._settled(job, stage)}}
        if stage == "succeeded":
            return {"output": [self._fresh_url(job, place) for place in range(_count(job.body))], **cost}
        return cost if stage == "cancelled" else {**_failure(job, stage), **cost}

    def _settled(self, job: SimJob, stage: Stage) -> int:
        """What stays charged: all of it for a result and for a refused input, nothing for any other end."""
        estimate: int = job.state["estimate"]
        kept = estimate if stage in ("succeeded", "moderated") else 0
        if not job.state.get("settled"):
            job.state["settled"] = True
            self.credits += estimate - kept
        return kept

    def _fresh_url(self, job: SimJob, place: int) -> str:
        """A signed URL; each look at the task signs it anew."""
        url = self.output_url(job, place)
        name = url.rpartition("/")[2]
        self.files[name] = evolve(self.files[name], expires_at=self.clock + SERVED_SECONDS)
        return f"{url}?_jwt=simulated"

    # what the files look like

    def requested(self, job: SimJob) -> Requested:
        """The length, size and kind of file that the inputs ask for, or the model's defaults."""
        width, height = _size(job.body, job.endpoint)
        if _is_image(job.endpoint):
            form = _FORMATS.get(job.body.get("outputFormat", "png"), "png")
            return Requested(width=width, height=height, format=form)
        audio = _has_sound(job.body, job.endpoint)
        return Requested(duration_seconds=_seconds(job.body), width=width, height=height, audio=audio)

    # inputs

    def _issues(self, body: dict[str, Any], path: str) -> Iterator[dict[str, Any]]:
        """Everything that is wrong with a body, as the validator lists it."""
        ways = _ways(body.get("model"), path)
        if not ways:
            yield _unknown_model(body, path)
            return
        for name in sorted(_required(ways) - set(body)):
            yield {"code": "invalid_type", "message": "Required", "path": [name]}
        for name, value in body.items():
            allowed = _allowed(ways, name)
            if allowed and not any(_equal(value, word) for word in allowed):
                message = f"Invalid option: expected one of {'|'.join(map(repr, allowed))}"
                yield {"code": "invalid_value", "message": message, "path": [name]}
        yield from self._bad_assets(body, [])

    def _bad_assets(self, value: Any, path: list[Any]) -> Iterator[dict[str, Any]]:
        """Media that cannot be had: plain http, an upload that nobody made."""
        if isinstance(value, dict):
            for name, part in value.items():
                yield from self._bad_assets(part, [*path, name])
        elif isinstance(value, list):
            for place, part in enumerate(value):
                yield from self._bad_assets(part, [*path, place])
        elif isinstance(value, str) and value.startswith("http://"):
            yield {"code": "custom", "message": "Only HTTPS URLs are allowed", "path": path}
        elif isinstance(value, str) and value.startswith("runway://") and value not in self.files:
            yield {"code": "custom", "message": "Failed to fetch asset.", "path": path}


def _bucket_error(status: int, code: str) -> HttpResponse:
    content = f"<Error><Code>{code}</Code></Error>".encode()
    return HttpResponse(status, Headers({"content-type": "application/xml"}), content)


def _unknown_model(body: Mapping[str, Any], path: str) -> dict[str, Any]:
    known = sorted(id for id, spec in CATALOG.items() if any(way.endpoint == path for way in spec.variants))
    if body.get("model") is None:
        return {"code": "invalid_type", "message": "Required", "path": ["model"]}
    return {
        "code": "invalid_union",
        "note": "No matching discriminator",
        "discriminator": "model",
        "options": known,
        "path": ["model"],
        "message": "Invalid input",
    }


def _ways(model: Any, path: str) -> list[Variant]:
    spec = CATALOG.get(model) if isinstance(model, str) else None
    return [way for way in spec.variants if way.endpoint == path] if spec else []


def _required(ways: list[Variant]) -> set[str]:
    """The wire names that each way needs."""
    each = [{paths.keys_of(e.steps)[0] for e in way.layout.entries if e.mapper.required} for way in ways]
    return set.intersection(*each)


def _allowed(ways: list[Variant], name: str) -> list[Any]:
    """The legal values of a wire name; empty where any is."""
    found: list[Any] = []
    for mapper in (way.fields[name] for way in ways if name in way.fields):
        if mapper.shapes is not None:
            found += [shape.wire for shape in mapper.shapes.options]
        elif mapper.choices is not None:
            found += [mapper.write(word) for word in mapper.choices]
        else:
            return []
    return list(dict.fromkeys(found))


def _equal(value: Any, word: Any) -> bool:
    return type(value) is type(word) and value == word


def _failure(job: SimJob, stage: Stage) -> dict[str, str]:
    """A reason that looks like a code is one."""
    reason = job.reason
    is_code = reason.isupper() and " " not in reason
    if stage == "moderated":
        return {"failure": _FLAGGED, "failureCode": reason if is_code else "SAFETY.INPUT.TEXT"}
    if is_code:
        return {"failure": "The task could not be completed.", "failureCode": reason}
    return {"failure": reason or "An unexpected error occurred.", "failureCode": "INTERNAL"}


def _is_image(path: str) -> bool:
    return path.removeprefix("/v1/") in ("text_to_image", "image_upscale")


def _count(body: Mapping[str, Any]) -> int:
    return int(body.get("outputCount") or 1)


def _seconds(body: Mapping[str, Any]) -> float:
    told = body.get("duration")
    return float(told) if isinstance(told, int) else _SECONDS


def _has_sound(body: Mapping[str, Any], path: str) -> bool:
    mappers = (way.fields.get("audio") for way in _ways(body.get("model"), path))
    usual = any(mapper is not None and mapper.default is True for mapper in mappers)
    return bool(body.get("audio", usual))


def _shape(body: Mapping[str, Any], path: str) -> Shape | None:
    """The shape that the ratio names."""
    mappers = (way.fields.get("ratio") for way in _ways(body.get("model"), path))
    shapes = (shape for mapper in mappers if mapper and mapper.shapes for shape in mapper.shapes.options)
    return next((shape for shape in shapes if shape.wire == body.get("ratio")), None)


def _size(body: Mapping[str, Any], path: str) -> tuple[int, int]:
    if sides := pixels(body.get("ratio")):
        return sides
    tier, usual = ("1K", "1:1") if _is_image(path) else ("720p", "16:9")
    shape = _shape(body, path)
    tier = body.get("resolution") or (shape and shape.resolution) or tier
    told = next((body[name] for name in ("ratio", "targetAspectRatio") if ratio(body.get(name))), usual)
    # The upscaler's 1k is a clip of 1080p.
    return size_of("1080p" if tier == "1k" else tier, told)


def _estimate(body: Mapping[str, Any], path: str) -> int:
    """The most that a task may cost, in credits: by the catalogue's price, else a flat sum."""
    spec, ways = CATALOG[body["model"]], _ways(body["model"], path)
    price = next((way.price or spec.price for way in ways if way.price or spec.price), None)
    shape = _shape(body, path)
    known = {
        "duration_seconds": _seconds(body),
        "resolution": body.get("resolution") or (shape and shape.resolution),
        "generate_audio": _has_sound(body, path),
        "n": _count(body),
    }
    cost = price.estimate(known) if price else None
    return round(100 * cost.amount) if cost else _CREDITS * _count(body)
