"""Stability's platform as an object: forms in, pictures in the answer, two routes to come back to (stability.md)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from tarash_core.engine.measure import measure
from tarash_core.plugins import FilePart, Headers, HttpRequest, HttpResponse
from tarash_core.testing import Abort, Reply, Requested, SimJob, Simulator, media_type, read_form, route, size_of
from tarash_core.testing.routing import Phase
from tarash_stability.models import RATIOS, STYLES

IMAGES = "/v2beta/stable-image/"
VIDEO = "/v2beta/image-to-video"

_NAMES = {
    400: "bad_request",
    401: "unauthorized",
    402: "payment_required",
    403: "content_moderation",
    404: "not_found",
    413: "payload_too_large",
    422: "invalid_language",
    429: "rate_limit_exceeded",
    500: "internal_error",
}
_NO_KEY = "authorization: invalid or missing header value"
_NO_CREDIT = (
    "You lack sufficient credits to make this request. Please purchase more credits at "
    "https://platform.stability.ai/account/credits and try again."
)
_TOO_OFTEN = (
    "You have exceeded the rate limit of {limit} requests within a 10 second period, and have been timed out for "
    "60 seconds."
)
_GONE = "id: the generation either does not exist or has expired"
_TOO_LARGE = "body: payloads cannot be larger than 10MiB in size"
_NOT_ENGLISH = "English is the only supported language for this service."
_NOT_A_FORM = "content-type: must be multipart/form-data"
_MOST_BYTES = 10 * 1024 * 1024
_KEPT_SECONDS = 86_400.0
_AT_ONCE_SECONDS = 8.0
_WINDOW_SECONDS, _BLOCKED_SECONDS = 10.0, 60.0
_LAST_LATIN = "\u024f"
_SVD_SIZES = {(1024, 576), (576, 1024), (768, 768)}


@frozen
class Road:
    """A route that sells.

    Attributes:
        credits: What it costs.
        texts: The texts that it cannot do without.
        files: The files that it cannot do without.
        waits: Whether the caller has to come back for the result.
    """

    credits: float
    texts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    waits: bool = False


_PROMPT, _IMAGE = ("prompt",), ("image",)
ROADS: Mapping[str, Road] = {
    "generate/ultra": Road(8, _PROMPT),
    "generate/core": Road(3, _PROMPT),
    "generate/sd3": Road(6.5, _PROMPT),
    "upscale/fast": Road(2, (), _IMAGE),
    "upscale/conservative": Road(40, _PROMPT, _IMAGE),
    "upscale/creative": Road(60, _PROMPT, _IMAGE, waits=True),
    "edit/erase": Road(5, (), _IMAGE),
    "edit/inpaint": Road(5, _PROMPT, _IMAGE),
    "edit/outpaint": Road(4, (), _IMAGE),
    "edit/search-and-replace": Road(5, ("prompt", "search_prompt"), _IMAGE),
    "edit/search-and-recolor": Road(5, ("prompt", "select_prompt"), _IMAGE),
    "edit/remove-background": Road(5, (), _IMAGE),
    "edit/replace-background-and-relight": Road(8, (), ("subject_image",), waits=True),
    "control/sketch": Road(5, _PROMPT, _IMAGE),
    "control/structure": Road(5, _PROMPT, _IMAGE),
    "control/style": Road(5, _PROMPT, _IMAGE),
    "control/style-transfer": Road(8, (), ("init_image", "style_image")),
    VIDEO: Road(20, (), _IMAGE, waits=True),
}
SD3_CREDITS: Mapping[str, float] = {
    "sd3.5-large": 6.5, "sd3.5-large-turbo": 4, "sd3.5-medium": 3.5, "sd3.5-flash": 2.5,
    "sd3-large": 6.5, "sd3-large-turbo": 4, "sd3-medium": 3.5,
}  # fmt: skip
_SIDES = ("left", "right", "up", "down")


class StabilitySimulator(Simulator):
    """Stability without Stability.

    Attributes:
        api_keys: The keys that are known; None knows every one.
        credits: What the account has left; None for any amount.
        limit: How many requests within ten seconds are answered; None for any number.
        retired: Whether the video API, which ended on 2025-07-24, is switched off here too.

    Args:
        settings: As for every simulator.
    """

    name = "stability"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.api_keys: set[str] | None = None
        self.credits: Decimal | None = None
        self.limit: int | None = None
        self.retired = True
        self._asked_at: list[float] = []
        self._blocked_until = 0.0

    # what sells

    @route("POST", IMAGES + "{group}/{name}", phase="submit")
    def create(self, request: HttpRequest, group: str, name: str) -> HttpResponse | Reply:
        """Makes a picture, or promises one."""
        return self._sell(request, f"{group}/{name}")

    @route("POST", VIDEO, phase="submit")
    def create_video(self, request: HttpRequest) -> HttpResponse | Reply:
        """Promises a clip, where the video API is still served."""
        return self.not_found(request) if self.retired else self._sell(request, VIDEO)

    def _sell(self, request: HttpRequest, path: str) -> HttpResponse | Reply:
        road = ROADS.get(path)
        if road is None:
            return self.not_found(request)
        body = self._body(request)
        self._check(path, road, body)
        self._pay(SD3_CREDITS[body.get("model", "sd3.5-large")] if path == "generate/sd3" else road.credits)
        job = self.buy(body, endpoint=path)
        job.state["key"] = request.headers["authorization"]
        if road.waits:
            job.queue_seconds, job.run_seconds = 5.0, 40.0
            return HttpResponse.of_json({"id": job.id})
        return self._at_once(job, request)

    def _at_once(self, job: SimJob, request: HttpRequest) -> HttpResponse | Reply:
        """The result; a job that is stuck keeps its caller waiting, and one in real time takes its seconds."""
        job.queue_seconds, job.run_seconds, job.polls = 0.0, 0.0, self.polls_to_finish
        if job.outcome.kind == "stuck":
            return Reply(self.problem(500, "An unexpected server error has occurred, please try again later."), 86_400)
        job.finished_at = self.clock
        return Reply(self.result(job, request, "image"), _AT_ONCE_SECONDS if self.speed is not None else 0.0)

    def _body(self, request: HttpRequest) -> dict[str, Any]:
        """The parts by name, without the empty file that clients send to make a form of texts alone."""
        if media_type(request) != "multipart/form-data":
            raise Abort(self.problem(400, _NOT_A_FORM))
        try:
            parts = dict(read_form(request).parts)
        except ValueError:
            raise Abort(self.problem(400, _NOT_A_FORM)) from None
        size = sum(len(part.content) if isinstance(part, FilePart) else len(part) for part in parts.values())
        if size > _MOST_BYTES:
            raise Abort(self.problem(413, _TOO_LARGE))
        return {name: part for name, part in parts.items() if name != "none"}

    def _check(self, path: str, road: Road, body: Mapping[str, Any]) -> None:
        files = {name for name, part in body.items() if isinstance(part, FilePart) and part.content}
        texts = {name for name, part in body.items() if isinstance(part, str) and part}
        missing = [*(name for name in road.texts if name not in texts), *(n for n in road.files if n not in files)]
        if missing:
            raise Abort(self.problem(400, f"{missing[0]}: is required"))
        self._check_words(body)
        if any(letter.isalpha() and letter > _LAST_LATIN for name in texts for letter in str(body[name])):
            raise Abort(self.problem(422, _NOT_ENGLISH))
        if wrong := _wrong(path, body, files):
            raise Abort(self.problem(400, wrong))

    def _check_words(self, body: Mapping[str, Any]) -> None:
        known = {"output_format": ("png", "jpeg", "webp"), "aspect_ratio": RATIOS, "style_preset": STYLES}
        for name, words in known.items():
            if body.get(name, words[0]) not in words:
                raise Abort(self.problem(400, f"{name}: must be one of {', '.join(words)}"))

    def _pay(self, credits: float) -> None:
        if self.credits is None:
            return
        if self.credits < Decimal(str(credits)):
            raise Abort(self.problem(402, _NO_CREDIT))
        self.credits -= Decimal(str(credits))

    # results

    @route("GET", "/v2beta/results/{id}", phase="poll")
    @route("GET", IMAGES + "upscale/creative/result/{id}", phase="poll")
    def result_of_image(self, request: HttpRequest, id: str) -> HttpResponse:
        """How a picture is that was promised."""
        return self._looked_at(request, id, "result")

    @route("GET", VIDEO + "/result/{id}", phase="poll")
    def result_of_video(self, request: HttpRequest, id: str) -> HttpResponse:
        """How a clip is that was promised."""
        return self._looked_at(request, id, "video")

    def _looked_at(self, request: HttpRequest, id: str, key: str) -> HttpResponse:
        job = self.jobs.get(id)
        if job is None or (job.endpoint == VIDEO) != (key == "video") or not self._may_see(request, job):
            return self.problem(404, _GONE)
        if self.polled(job) in ("queued", "running"):
            return HttpResponse.of_json({"id": id, "status": "in-progress"}, 202)
        return self.result(job, request, key)

    def _may_see(self, request: HttpRequest, job: SimJob) -> bool:
        is_old = job.finished_at is not None and self.clock - job.finished_at >= _KEPT_SECONDS
        return not is_old and request.headers["authorization"] == job.state["key"]

    def result(self, job: SimJob, request: HttpRequest, key: str) -> HttpResponse:
        """A file as bytes or as JSON, as the request accepts it, with the reason why it ended."""
        stage = self.stage(job)
        reason = {"succeeded": "SUCCESS", "moderated": "CONTENT_FILTERED"}.get(stage, "ERROR")
        file, seed = self.output(job), int(job.body.get("seed") or 0) or 343_940_597
        if "application/json" in request.headers.get("accept", "").lower():
            text = base64.b64encode(file.read()).decode()
            answer = HttpResponse.of_json({key: text, "finish_reason": reason, "seed": seed})
            headers = {"content-type": f"application/json; type={file.content_type}"}
            return HttpResponse(200, Headers({**headers, "x-request-id": self._request_id()}), answer.content)
        headers = {"content-type": file.content_type, "finish-reason": reason, "seed": str(seed)}
        return HttpResponse(200, Headers({**headers, "x-request-id": self._request_id()}), file.read())

    # accounts, keys and errors

    @route("GET", "/v1/user/balance")
    def balance(self, request: HttpRequest) -> dict[str, Any]:
        """What is left."""
        return {"credits": float(self.credits) if self.credits is not None else 1000.0}

    @route("GET", "/v1/user/account")
    def account(self, request: HttpRequest) -> dict[str, Any]:
        """Whose key it is."""
        return {"id": "user-1", "email": "fox@example.com", "organizations": []}

    def guard(self, request: HttpRequest, phase: Phase) -> HttpResponse | None:
        """Asks for a key, also on paths that nobody serves, and shuts out who asks too often."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip() or (self.api_keys is not None and key not in self.api_keys):
            return self.problem(401, _NO_KEY)
        return self._too_often()

    def _too_often(self) -> HttpResponse | None:
        if self.limit is None:
            return None
        self._asked_at = [*(at for at in self._asked_at if at > self.clock - _WINDOW_SECONDS), self.clock]
        if len(self._asked_at) > self.limit:
            self._blocked_until = self.clock + _BLOCKED_SECONDS
        return self.problem(429, _TOO_OFTEN.format(limit=self.limit)) if self.clock < self._blocked_until else None

    def problem(self, status: int, message: str) -> HttpResponse:
        """An error in the shape of v2beta; a status that is not documented has a name of its own."""
        name = _NAMES.get(status, f"status_{status}")
        return HttpResponse.of_json({"id": self._request_id(), "name": name, "errors": [message]}, status)

    def not_found(self, request: HttpRequest) -> HttpResponse:
        """A path that nobody serves."""
        return self.problem(404, f"{urlsplit(request.url).path}: not found")

    def new_id(self) -> str:
        """64 hexadecimal digits."""
        return f"{self.next_number():064x}"

    def _request_id(self) -> str:
        return f"{len(self.log):032x}"

    # files

    def requested(self, job: SimJob) -> Requested:
        """The size that a route makes: one or one and a half megapixels by ratio, or what becomes of the input."""
        body, path = job.body, job.endpoint
        width, height = _size(path, body)
        if path == VIDEO:
            return Requested(duration_seconds=4.0, width=width, height=height)
        return Requested(width=width, height=height, format=body.get("output_format", "png"))


def _wrong(path: str, body: Mapping[str, Any], files: set[str]) -> str | None:
    """What is wrong with a body that has all that is required."""
    if path.startswith("generate/") and "image" in files and not body.get("strength"):
        return "strength: is required when image is given"
    if path == "generate/sd3":
        return _wrong_sd3(body, files)
    if path == "edit/outpaint" and not any(_pixels(body, side) for side in _SIDES):
        return "at least one of left, right, up, down must be non-zero"
    if path == "edit/replace-background-and-relight":
        return _wrong_light(body, files)
    is_odd = path == VIDEO and _measured(body["image"]) not in _SVD_SIZES
    return "image: must be 1024x576, 576x1024 or 768x768" if is_odd else None


def _wrong_sd3(body: Mapping[str, Any], files: set[str]) -> str | None:
    if body.get("model", "sd3.5-large") not in SD3_CREDITS:
        return f"model: must be one of {', '.join(SD3_CREDITS)}"
    if (body.get("mode", "text-to-image") == "image-to-image") != ("image" in files):
        return "image: goes with mode image-to-image"
    return "aspect_ratio: is for mode text-to-image" if "image" in files and "aspect_ratio" in body else None


def _wrong_light(body: Mapping[str, Any], files: set[str]) -> str | None:
    if "background_reference" not in files and not body.get("background_prompt"):
        return "background_prompt: is required without background_reference"
    has_light = "light_reference" in files or body.get("light_source_direction")
    return None if has_light or "light_source_strength" not in body else "light_source_strength: needs a light source"


def _pixels(body: Mapping[str, Any], side: str) -> int:
    given = str(body.get(side, 0))
    return int(given) if given.isdigit() else 0


def _measured(part: FilePart) -> tuple[int, int]:
    """The size of a picture; that of a thumbnail where it cannot be read."""
    found = measure(part.content)
    return (found.width, found.height) if found and found.width and found.height else (64, 64)


def _size(path: str, body: Mapping[str, Any]) -> tuple[int, int]:
    if path.startswith("generate/") or path == "control/style":
        own = _measured(body["image"]) if "image" in body and "aspect_ratio" not in body else None
        return own or size_of("1.5MP" if path == "generate/core" else "1MP", body.get("aspect_ratio", "1:1"))
    width, height = _measured(next(part for part in body.values() if isinstance(part, FilePart)))
    if path == "upscale/fast":
        return width * 4, height * 4
    if path.startswith("upscale/"):
        return size_of("4MP", f"{width}:{height}")
    if path == "edit/outpaint":
        left, right, up, down = (_pixels(body, side) for side in _SIDES)
        return width + left + right, height + up + down
    return width, height
