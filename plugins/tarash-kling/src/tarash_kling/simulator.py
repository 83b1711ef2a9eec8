"""Kling's two standards as an object: tasks, error codes, quotas and signed callbacks (dossier kling.md)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tarash_core.plugins import Headers, HttpRequest, HttpResponse
from tarash_core.plugins.standard_webhooks import signature
from tarash_core.testing import Abort, Requested, SimJob, Simulator, Stage, read_query, route, size_of
from tarash_core.testing.routing import Phase

Handler = TypeVar("Handler", bound=Callable[..., Any])

_CODES = {400: 1201, 401: 1002, 403: 1103, 404: 1203, 429: 1302, 500: 5000, 503: 5001, 504: 5002}
_STATUS: Mapping[Stage, str] = {
    "queued": "submitted",
    "running": "processing",
    "succeeded": "succeeded",
    "failed": "failed",
    "moderated": "failed",
    "cancelled": "failed",
}
_RISK = "Failure to pass the risk control system"
_MOST_IDS = 20
_FREE_CLIP = 5.0

_NEW = {
    "text-to-video": {"kling-3.0-turbo", "kling-3.0", "kling-2.6", "kling-2.5-turbo"},
    "image-to-video": {"kling-3.0-turbo", "kling-3.0", "kling-2.6", "kling-2.5-turbo"},
    "omni-video": {"kling-3.0-omni", "kling-o1"},
    "motion-control": {"kling-3.0", "kling-2.6"},
}
_LIVE_VIDEO: set[str | None] = {"kling-v2-5-turbo", "kling-v2-6", "kling-v3"}
_LIVE: Mapping[str, set[str | None]] = {
    "videos/text2video": _LIVE_VIDEO,
    "videos/image2video": _LIVE_VIDEO,
    "videos/omni-video": {"kling-video-o1", "kling-v3-omni"},
    "videos/motion-control": {"kling-v2-6", "kling-v3"},
    "videos/multi-image2video": set(),
    "videos/video-extend": set(),
    "images/generations": {"kling-v2-1", "kling-v3"},
    "images/omni-image": {"kling-image-o1", "kling-v3-omni"},
    "images/multi-image2image": {"kling-v2-1"},
    "images/editing/expand": {None},
    "images/kolors-virtual-try-on": set(),
}
# A body without a name means the first model, and the path that goes on from a clip takes none.
_RETIRED: set[str | None] = {
    None,
    "kling-v1", "kling-v1-5", "kling-v1-6", "kling-v2-master", "kling-v2-1", "kling-v2-1-master", "kling-v2",
    "kling-v2-new", "kolors-virtual-try-on-v1", "kolors-virtual-try-on-v1-5",
}  # fmt: skip
_CONTENTS = {
    "prompt", "first_frame", "last_frame", "refer_image", "feature_video", "base_video", "element", "voice", "image",
    "video",
}  # fmt: skip
_NEEDED = {
    "image-to-video": {"first_frame"},
    "omni-video": {"prompt"},
    "motion-control": {"image", "video"},
}
_SIDES = [f"{side}_expansion_ratio" for side in ("up", "down", "left", "right")]
_OLD_NEEDED: Mapping[str, tuple[set[str], ...]] = {
    "videos/text2video": ({"prompt", "multi_prompt"},),
    "videos/image2video": ({"image", "image_tail"},),
    "videos/multi-image2video": ({"prompt"}, {"image_list"}),
    "videos/omni-video": ({"prompt"},),
    "videos/motion-control": ({"image_url"}, {"video_url"}, {"mode"}, {"character_orientation"}),
    "videos/video-extend": ({"video_id"},),
    "images/generations": ({"prompt"},),
    "images/omni-image": ({"prompt"},),
    "images/multi-image2image": ({"subject_image_list"},),
    "images/editing/expand": tuple({name} for name in ("image", *_SIDES)),
    "images/kolors-virtual-try-on": ({"human_image"},),
}
_TIERS = {"std": "720p", "pro": "1080p", "4k": "4k"}
_UNITS = {"720p": Decimal("0.6"), "1080p": Decimal("0.8"), "4k": Decimal("3.0")}


def _on_every_path(method: str, tail: str, phase: Phase) -> Callable[[Handler], Handler]:
    def mark(handler: Handler) -> Handler:
        for path in _LIVE:
            handler = route(method, f"/v1/{path}{tail}", phase=phase)(handler)
        return handler

    return mark


class KlingSimulator(Simulator):
    """Kling without Kling, in both standards and on one store of tasks.

    Attributes:
        secret_keys: Secret key by access key. A token of one that stands here is checked; of any other it is taken.
        api_keys: The API keys that are known; None knows every one.
        wall_clock: Tells the Unix time by which the life of tokens is judged; None does not judge it.
        quota: How many tasks may run at once, an image task counting ``n``; None for any number.
        retired: Whether what was switched off on 2026-09-15 is switched off here too.
        webhook_secret: What callbacks are signed with; None sends them without a signature.

    Args:
        settings: As for every simulator.
    """

    name = "kling"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.secret_keys: dict[str, str] = {}
        self.api_keys: set[str] | None = None
        self.wall_clock: Callable[[], float] | None = None
        self.quota: int | None = None
        self.retired = True
        self.webhook_secret: str | None = "whsec_a2xpbmctc2ltdWxhdG9yLXNlY3JldC0wMTIzNDU2Nzg5"
        self._by_external: dict[str, str] = {}

    # the new standard

    @route("POST", "/text-to-video/{model}", phase="submit")
    @route("POST", "/image-to-video/{model}", phase="submit")
    @route("POST", "/omni-video/{model}", phase="submit")
    @route("POST", "/motion-control/{model}", phase="submit")
    def create(self, request: HttpRequest, model: str) -> dict[str, Any]:
        """Takes a task whose path names the model."""
        kind = urlsplit(request.url).path.split("/")[1]
        if model not in _NEW[kind]:
            raise Abort(self.refusal(404, 1203, f"model {model} does not exist"))
        body = self._body(request)
        self._check_new(kind, body)
        options = body.get("options") or {}
        job = self._buy(body, kind, model, options.get("external_task_id"), options.get("callback_url"))
        known = {"external_id": job.state["external"]} if job.state["external"] else {}
        return self._ok({**self._new_head(job), **known})

    @route("GET", "/tasks", phase="poll")
    def tasks(self, request: HttpRequest) -> dict[str, Any]:
        """Up to twenty tasks by their ids or by the buyer's; those that are unknown are left out."""
        query = read_query(request)
        given = [name for name in ("task_ids", "external_task_ids") if query.get(name)]
        if len(given) != 1:
            raise Abort(self.refusal(400, 1201, "task_ids or external_task_ids is required"))
        ids = query[given[0]].split(",")
        if len(ids) > _MOST_IDS:
            raise Abort(self.refusal(400, 1201, f"{given[0]} may hold {_MOST_IDS} ids at most"))
        wanted = ids if given[0] == "task_ids" else [self._by_external.get(id, "") for id in ids]
        found = [self.jobs[id] for id in wanted if id in self.jobs]
        for job in found:
            self.polled(job)
        return self._ok([self.new_task(job) for job in found])

    def new_task(self, job: SimJob) -> dict[str, Any]:
        """A task as the new standard writes it."""
        stage = self.stage(job)
        known = {"external_id": job.state["external"]} if job.state["external"] else {}
        told = {**self._new_head(job), "message": _reason(job, stage), **known}
        if stage != "succeeded":
            return told
        file = {"type": "video", **self._video(job)}
        units = {"charge_type": "unit", "package_type": "video", "amount": self._units(job)}
        return {**told, "outputs": [file], "billing": [units]}

    def _new_head(self, job: SimJob) -> dict[str, Any]:
        moments = {"create_time": self._millis(job.submitted_at), "update_time": self._millis(job.finished_at)}
        return {"id": job.id, "status": _STATUS[self.stage(job)], **moments}

    def _check_new(self, kind: str, body: Mapping[str, Any]) -> None:
        settings, contents = body.get("settings") or {}, body.get("contents") or []
        if kind == "text-to-video" and not body.get("prompt"):
            raise Abort(self.refusal(400, 1201, "prompt is required"))
        kinds = [item.get("type") for item in contents]
        if unknown := next((word for word in kinds if word not in _CONTENTS), None):
            raise Abort(self.refusal(400, 1201, f"contents type {unknown} is not supported"))
        for needed in sorted(_NEEDED.get(kind, set()) - set(kinds)):
            raise Abort(self.refusal(400, 1201, f"contents needs {needed}"))
        if "duration" in settings and not _is_int(settings["duration"]):
            raise Abort(self.refusal(400, 1201, "settings.duration must be an integer"))
        if settings.get("resolution", "720p") not in _UNITS:
            raise Abort(self.refusal(400, 1201, "settings.resolution is invalid"))
        for item in contents:
            self._check_media(item.get("url"), item.get("type") in ("video", "feature_video", "base_video"))

    # the older standard

    @_on_every_path("POST", "", "submit")
    def create_older(self, request: HttpRequest) -> dict[str, Any]:
        """Takes a task whose body names the model."""
        path = urlsplit(request.url).path.removeprefix("/v1/").rstrip("/")
        body = self._body(request)
        model = body.get("model_name")
        self._check_model(path, model)
        self._check_older(path, body)
        job = self._buy(body, path, str(model), body.get("external_task_id"), body.get("callback_url"))
        return self._ok(self._older_head(job))

    @_on_every_path("GET", "/{id}", "poll")
    def status_older(self, request: HttpRequest, id: str) -> dict[str, Any]:
        """A task below the path that made it, by its id or by the buyer's."""
        path = urlsplit(request.url).path.removeprefix("/v1/").rpartition("/")[0]
        job = self.jobs.get(id) or self.jobs.get(self._by_external.get(id, ""))
        if job is None or job.state["path"] != path:
            raise Abort(self.refusal(404, 1203, f"task {id} does not exist"))
        self.polled(job)
        return self._ok(self.older_task(job))

    def older_task(self, job: SimJob) -> dict[str, Any]:
        """A task as the older standard writes it."""
        stage = self.stage(job)
        told = {**self._older_head(job), "task_status_msg": _reason(job, stage)}
        if stage != "succeeded":
            return told
        done = {"final_unit_deduction": self._units(job), "watermark_info": {"enabled": False}}
        return {**told, **done, "task_result": self._result(job)}

    def _older_head(self, job: SimJob) -> dict[str, Any]:
        status = _STATUS[self.stage(job)]
        return {
            "task_id": job.id,
            "task_status": "succeed" if status == "succeeded" else status,
            "task_info": {"external_task_id": job.state["external"] or ""},
            "created_at": self._millis(job.submitted_at),
            "updated_at": self._millis(job.finished_at),
        }

    def _result(self, job: SimJob) -> dict[str, Any]:
        if not _is_image(job):
            return {"videos": [self._video(job)]}
        count = int(job.body.get("n") or 1)
        return {"images": [{"index": index, "url": self.output_url(job, index)} for index in range(count)]}

    def _check_model(self, path: str, model: Any) -> None:
        known = _LIVE[path] | (_RETIRED if not self.retired else set())
        if model not in known and None not in known:
            raise Abort(self.refusal(404, 1203, f"model {model} does not exist"))

    def _check_older(self, path: str, body: Mapping[str, Any]) -> None:
        for names in _OLD_NEEDED[path]:
            if not any(body.get(name) not in (None, "", []) for name in names):
                raise Abort(self.refusal(400, 1201, f"{' or '.join(sorted(names))} is required"))
        if "duration" in body and not isinstance(body["duration"], str):
            raise Abort(self.refusal(400, 1201, "duration must be a string"))
        if body.get("mode") not in (None, *_TIERS):
            raise Abort(self.refusal(400, 1201, "mode is invalid"))
        if body.get("camera_control") and (body["model_name"] not in ("kling-v1", "kling-v1-5")):
            text = "camera_control is only supported in std mode with 5s duration and kling-v1"
            raise Abort(self.refusal(400, 1201, text))
        for name in ("image", "image_tail", "image_url", "scene_image", "style_image", "human_image", "cloth_image"):
            self._check_media(body.get(name))
        self._check_media(body.get("video_url"), True)
        for name in ("image_list", "subject_image_list", "video_list"):
            for item in body.get(name) or ():
                link = next((item[key] for key in item if key.split("_")[-1] in ("image", "url")), None)
                self._check_media(link, name == "video_list")

    # what both have in common

    def _buy(self, body: Any, path: str, model: str, external: Any, callback_url: Any) -> SimJob:
        if external and external in self._by_external:
            raise Abort(self.refusal(400, 1201, f"external_task_id {external} already exists"))
        self._check_quota(body)
        job = self.buy(body, endpoint=model, callback_url=callback_url)
        job.queue_seconds, job.run_seconds = (3.0, 24.0) if path.startswith("images/") else (15.0, 165.0)
        job.state.update(path=path, external=external)
        if external:
            self._by_external[str(external)] = job.id
        return job

    def _check_quota(self, body: Mapping[str, Any]) -> None:
        if self.quota is None:
            return
        running = [job for job in self.jobs.values() if self.stage(job) in ("queued", "running")]
        if sum(int(job.body.get("n") or 1) for job in running) + int(body.get("n") or 1) > self.quota:
            raise Abort(self.refusal(429, 1303, "parallel task over resource pack limit"))

    def _check_media(self, given: Any, only_url: bool = False) -> None:
        """A medium is an http(s) URL, a picture also base64 without the head of a data URI."""
        if given is None or str(given).startswith(("https://", "http://")):
            return
        try:
            base64.b64decode(str(given), validate=True)
        except binascii.Error:
            raise Abort(self.refusal(400, 1201, "File is neither a URL nor base64")) from None
        if only_url:
            raise Abort(self.refusal(400, 1201, "a video must be a URL"))

    def _body(self, request: HttpRequest) -> dict[str, Any]:
        return self.json_object(request, lambda: self.refusal(400, 1200, "the body is no JSON object"))

    def _ok(self, data: Any) -> dict[str, Any]:
        return {"code": 0, "message": "SUCCEED", "request_id": self._request_id(), "data": data}

    def _request_id(self) -> str:
        return f"Sim-{len(self.log)}"

    def _millis(self, clock: float | None) -> int:
        return round(self.timestamp(clock) * 1000)

    def _video(self, job: SimJob) -> dict[str, Any]:
        return {
            "id": f"v-{job.id}",
            "url": self.output_url(job),
            "duration": f"{self.requested(job).duration_seconds:g}",
        }

    def _units(self, job: SimJob) -> str:
        if _is_image(job):
            return str(8 * int(job.body.get("n") or 1))
        wanted = self.requested(job)
        return str(_UNITS[_tier(job)] * Decimal(f"{wanted.duration_seconds:g}"))

    # keys and errors

    def guard(self, request: HttpRequest, phase: Phase) -> HttpResponse | None:
        """Asks for a key everywhere but for downloads; a token made of a key pair opens the older standard alone."""
        if phase == "download":
            return None
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if not key.strip():
            return self.refusal(401, 1001, "Authorization is empty")
        if scheme != "Bearer":
            return self.refusal(401, 1002, "Authorization is invalid")
        if key.count(".") == 2:
            return self._judged(key) if urlsplit(request.url).path.startswith("/v1/") else self._no_pair()
        known = self.api_keys is None or key in self.api_keys
        return None if known else self.refusal(401, 1002, "api key not found")

    def _no_pair(self) -> HttpResponse:
        return self.refusal(401, 1002, "This API does not support AK/SK authentication; create an API key")

    def _judged(self, token: str) -> HttpResponse | None:
        import jwt

        try:
            claims = jwt.decode(token, options={"verify_signature": False})
            secret = self.secret_keys.get(claims["iss"])
            if secret is not None:
                checks = {"verify_exp": False, "verify_nbf": False}
                jwt.decode(token, secret, algorithms=["HS256"], options=checks)  # type: ignore[arg-type]
            return self._timely(claims)
        except (jwt.PyJWTError, KeyError):
            return self.refusal(401, 1002, "Authorization is invalid")

    def _timely(self, claims: Mapping[str, Any]) -> HttpResponse | None:
        if self.wall_clock is None:
            return None
        if claims["nbf"] > self.wall_clock():
            return self.refusal(401, 1003, "Authorization is not valid yet")
        return self.refusal(401, 1004, "Authorization has expired") if claims["exp"] <= self.wall_clock() else None

    def refusal(self, status: int, code: int, message: str) -> HttpResponse:
        """An error in Kling's one shape."""
        return HttpResponse.of_json({"code": code, "message": message, "request_id": self._request_id()}, status)

    def problem(self, status: int, message: str) -> HttpResponse:
        """The error that goes with a status."""
        return self.refusal(status, _CODES.get(status, 5000), message)

    def new_id(self) -> str:
        """A long number."""
        return f"{888_000_000_000_000_000 + self.next_number()}"

    # callbacks and files

    def callbacks(self, job: SimJob, stage: Stage) -> Iterable[HttpRequest]:
        """One callback for each change; its body is the bare task."""
        task = self.older_task(job) if "/" in job.state["path"] else self.new_task(job)
        body, id, timestamp = json.dumps(task).encode(), f"{self.next_number()}", f"{int(self.timestamp())}"
        headers = {"content-type": "application/json"}
        if self.webhook_secret is not None:
            signed = signature(self.webhook_secret, id, timestamp, body)
            headers |= {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signed}
        yield HttpRequest("POST", str(job.callback_url), content=body, headers=Headers(headers))

    def requested(self, job: SimJob) -> Requested:
        """The length, size and sound that the settings ask for; what follows an input is five seconds of 16:9."""
        given = job.body if "/" in job.state["path"] else {**(job.body.get("settings") or {})}
        ratio = given.get("aspect_ratio")
        if _is_image(job):
            width, height = size_of((given.get("resolution") or "1k").upper(), ratio or "1:1")
            return Requested(width=width, height=height, format="png")
        width, height = size_of(_tier(job), ratio)
        sound = given.get("sound") == "on" or given.get("audio") in ("native", "original") or "turbo" in job.endpoint
        seconds = float(given.get("duration") or _FREE_CLIP)
        return Requested(duration_seconds=seconds, width=width, height=height, audio=sound)


def _is_image(job: SimJob) -> bool:
    return str(job.state["path"]).startswith("images/")


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _tier(job: SimJob) -> str:
    """The resolution; omni of the older standard makes 1080p unless asked."""
    if "/" not in job.state["path"]:
        return str((job.body.get("settings") or {}).get("resolution") or "720p")
    return _TIERS[job.body.get("mode") or ("pro" if job.state["path"] == "videos/omni-video" else "std")]


def _reason(job: SimJob, stage: Stage) -> str:
    """Why a task failed; of one that was moderated Kling's own sentence, and then what the script says."""
    if stage == "moderated":
        return f"{_RISK}: {job.reason}"
    return job.reason if stage in ("failed", "cancelled") else ""
