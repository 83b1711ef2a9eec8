"""Luma as a provider: the requests of its two APIs, and where their answers are read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlsplit

from tarash_core.errors import AuthenticationError, TarashException, ValidationError, WebhookError
from tarash_core.plugins import (
    UNREADABLE,
    Accepted,
    Attempt,
    Cadence,
    Callback,
    Credential,
    Credentials,
    HttpRequest,
    HttpResponse,
    Phase,
    Provider,
    Running,
    Steps,
    Update,
    body_of,
    into_path,
    leaves_of,
    look,
    stop,
)
from tarash_luma.errors import error_of
from tarash_luma.generations import update_of
from tarash_luma.models import AGENTS, CATALOG, DREAM

if TYPE_CHECKING:
    from tarash_core.models.job import Job
    from tarash_core.models.media import Media
    from tarash_core.models.plan import Plan

ORIGINS = {AGENTS: "https://agents.lumalabs.ai", DREAM: "https://api.lumalabs.ai"}
KEYS = {AGENTS: "LUMA_AGENTS_API_KEY", DREAM: "LUMAAI_API_KEY"}
TITLES = {AGENTS: "Luma Agents", DREAM: "Luma's Dream Machine"}
PATHS = {AGENTS: "/v1/generations", DREAM: "/dream-machine/v1/generations"}

# What the core calls the model of a job that it knows by a callback alone, and only Dream Machine calls back.
_OF_A_CALLBACK = "unknown"


class Luma(Provider):
    """Luma's two APIs behind one name: Agents, and the older Dream Machine; the model tells which one is meant.

    Each has a key of its own. With both variables set every request gets its own; a key that is passed as such goes to
    whichever API the model belongs to. Agents takes URLs, files and earlier generations, and can neither cancel nor
    call back. Dream Machine takes public URLs and earlier generations alone.
    """

    name = "luma"
    aliases = ("lumaai", "luma-agents")
    title = "Luma"
    origins = tuple(ORIGINS.values())
    credentials = Credentials(tuple(KEYS.values()), *KEYS.values())
    catalog = CATALOG
    simulator = "tarash_luma.simulator:LumaSimulator"
    cadence = Cadence(first=2.0, most=5.0, growth=1.2)
    # Agents: 10 jobs of any kind. Dream Machine: 10 videos, and 40 images.
    running_limits: ClassVar[Mapping[str, int]] = {"video": 10, "image": 10}

    def authorize(self, request: HttpRequest, credential: Credential, now: datetime) -> Mapping[str, str]:
        """The key of the API that the request goes to.

        Raises:
            AuthenticationError: Only the other API's key is known.
        """
        surface = surface_of(urlsplit(request.url).path)
        named = credential.secrets.get(KEYS[surface])
        others = [name for name in KEYS.values() if credential.secrets.get(name)]
        key = named or (None if others else credential.api_key)
        if not key:
            other = f"; {others[0]} does not open it" if others else ""
            raise AuthenticationError(
                f"{TITLES[surface]} has a key of its own: set {KEYS[surface]}, or pass api_key={other}."
            )
        return {"authorization": f"Bearer {key}"}

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted]:
        """Buys the generation.

        Raises:
            ValidationError: A callback is asked of Agents, or an input was made by the other API.
        """
        surface, body = surface_of(plan.endpoint), {**plan.payload}
        _check_origin_of_inputs(plan, surface)
        if attempt.webhook_url is not None:
            if surface == AGENTS:
                raise ValidationError("Luma Agents calls nobody back; leave webhook_url away and ask with wait_job.")
            body["callback_url"] = attempt.webhook_url
        source = body.get("source")
        if str(body.get("type")).startswith("video_") and isinstance(source, Mapping) and "url" in source:
            # A source that is a URL must name its type, and not every URL shows it.
            body["source"] = {"media_type": "video/mp4", **source}
        path, body = into_path(plan.endpoint, body)
        response = yield HttpRequest("POST", ORIGINS[surface] + path, json=body, effect="buy")
        id = str(response.json()["id"])
        return Accepted(id, state={"url": _url(surface, id)})

    def poll(self, job: Job) -> Steps[Update]:
        """Asks for the generation; one that Luma no longer knows has expired."""
        return (yield from _looked(_url_of(job)))

    def cancel(self, job: Job) -> Steps[Update]:
        """Deletes a job of Dream Machine that has not ended; one that has keeps its result.

        That a deleted job stops, or is refunded, is not documented, so that its deletion settles nothing.

        Raises:
            ValidationError: Agents cannot cancel.
        """
        url = _url_of(job)
        if surface_of(urlsplit(url).path) == AGENTS:
            raise ValidationError("Luma Agents cannot cancel a job; it runs to its end and may be billed.", job=job)
        request = HttpRequest("DELETE", url, effect="write", expect=(404,))
        return (yield from stop(lambda: _looked(url), request, lambda response: Running(raw=body_of(response))))

    def error(self, response: HttpResponse, phase: Phase) -> TarashException:
        """Our error by status and words; see :func:`tarash_luma.errors.error_of`."""
        return error_of(response, phase)

    def webhook(self, headers: Mapping[str, str], body: bytes, secret: str | None, now: datetime) -> Steps[Callback]:
        """Reads a callback of Dream Machine. None is signed, so that only its id is believed, and Luma is asked itself.

        Raises:
            WebhookError: It names no generation.
        """
        try:
            id = str(json.loads(body)["id"])
        except UNREADABLE as error:
            raise WebhookError("The callback names no generation of Luma; ignore it.") from error
        # Not kept for the next callback, as what is only read would be: the state changes.
        update = yield from _looked(_url(DREAM, id), effect="write")
        state = update.raw.get("state") if isinstance(update.raw, Mapping) else None
        return Callback(job_id=id, update=update, event_id=f"{id}:{state}")


def surface_of(path: str) -> str:
    """The API that a path belongs to, also below another host's own path."""
    return DREAM if "/dream-machine/" in path else AGENTS


def surface_of_job(job: Job) -> str:
    """The API that has a job, by the model; new models come to Agents."""
    if job.model == _OF_A_CALLBACK:
        return DREAM
    spec = CATALOG.get(job.model)
    return DREAM if spec and spec.variants and spec.variants[0].surface == DREAM else AGENTS


def _looked(url: str, effect: Any = "read") -> Steps[Update]:
    return (yield from look(HttpRequest("GET", url, effect=effect), lambda response: update_of(response.json())))


def _url(surface: str, id: str) -> str:
    return f"{ORIGINS[surface]}{PATHS[surface]}/{quote(id, safe='')}"


def _url_of(job: Job) -> str:
    return str(job.state.get("url") or _url(surface_of_job(job), job.id))


def _check_origin_of_inputs(plan: Plan, surface: str) -> None:
    """An id means nothing to the other API: what was to be continued would be another job, or none."""
    sent = {value for _, value in leaves_of(plan.payload) if isinstance(value, str)}
    jobs = [media.job for media in _inputs(plan) if media.job is not None and media.job.id in sent]
    if job := next((job for job in jobs if surface_of_job(job) != surface), None):
        raise ValidationError(
            f"{TITLES[surface]} does not know job {job.id} of {job.model}, which the other of Luma's APIs made; pass "
            "the URL of its result as text instead."
        )


def _inputs(plan: Plan) -> Iterator[Media]:
    request = plan.request
    singles = (getattr(request, name, None) for name in ("video", "first_frame", "last_frame"))
    yield from (media for media in singles if media is not None)
    yield from (item.image for item in request.image_list)
