"""OpenAI as a provider: pictures, and the Videos API of whoever still serves it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from tarash_core.errors import TarashException
from tarash_core.plugins import (
    ANY_ERROR,
    Accepted,
    Attempt,
    Cadence,
    Callback,
    Cancelled,
    Credential,
    Credentials,
    Done,
    Expired,
    HttpRequest,
    HttpResponse,
    Phase,
    Provider,
    Steps,
    Update,
    body_of,
    retry_after_seconds,
    standard_webhooks,
    stop,
)
from tarash_sora.errors import error_of
from tarash_sora.images import body_of_picture, done_of
from tarash_sora.models import CATALOG
from tarash_sora.places import REGIONS, SETTINGS, Place, dialect_of
from tarash_sora.videos import is_video, request_of, update_of

if TYPE_CHECKING:
    from tarash_core.models.config import Config
    from tarash_core.models.job import Job
    from tarash_core.models.plan import Plan

_AZURE_TOKEN = "AZURE_OPENAI_AD_TOKEN"
_ABORTING = ("vllm", "sglang")
_EVENTS = {"video.completed": "completed", "video.failed": "failed"}
_LINES = ("gpt-image", "chatgpt-image", "sora", "dall-e")


class Sora(Provider):
    """OpenAI's API, Azure's, and that of servers which speak like it.

    Pictures are in the answer itself: the job is then finished when it is submitted. Videos are jobs; OpenAI has no way
    to cancel one.

    Settings (``provider_config``): ``dialect`` says how the server at ``base_url`` speaks, where its host does not
    tell: ``compatible`` (the usual: just like OpenAI), ``azure``, ``litellm``, ``saygm``, ``sglang``, ``vllm`` or
    ``openrouter``. ``region`` is OpenAI's data residency (``us``, ``eu``, ``ae``, ``au``, ``in``, ``jp``).
    ``organization`` and ``project`` say who pays. Azure is meant by ``api_version`` too: with a dated version
    ``base_url`` is the resource, with ``preview`` or without one it ends with ``/openai/v1``.
    """

    name = "sora"
    aliases = ("openai",)
    title = "OpenAI"
    origins = tuple(REGIONS.values())
    credentials = Credentials("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", _AZURE_TOKEN)
    webhook_secrets = Credentials("OPENAI_WEBHOOK_SECRET", optional=True)
    catalog = CATALOG
    settings = SETTINGS
    takes_no_webhook = "register the address in its dashboard, and leave webhook_url out"
    simulator = "tarash_sora.simulator:SoraSimulator"
    cadence = Cadence(first=5.0, most=15.0, growth=1.2)

    def authorize(self, request: HttpRequest, credential: Credential, now: datetime) -> Mapping[str, str]:
        """The key as a bearer; under Azure's own header where a version of Azure's is named."""
        token = credential.secrets.get(_AZURE_TOKEN)
        if token is None and credential.api_key and "api-version=" in urlsplit(request.url).query:
            return {"api-key": credential.api_key}
        return {"authorization": f"Bearer {credential.api_key or token}"}

    def surface(self, config: Config) -> str:
        """The dialect of the server; see :func:`tarash_sora.places.dialect_of`."""
        return dialect_of(config)

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted | Done]:
        """Buys the picture and brings it along, or buys the video.

        Raises:
            ValidationError: A setting is unknown, or a file cannot be taken; nothing was sent.
        """
        place = Place.of({**attempt.settings, "api_version": attempt.api_version, "dialect": plan.surface or "openai"})
        if plan.kind == "image":
            url = place.url(plan.endpoint, plan.model)
            response = yield HttpRequest("POST", url, **body_of_picture(plan), headers=place.headers, effect="buy")
            return done_of(response, plan)
        path, body = request_of(plan, place.dialect)
        response = yield HttpRequest("POST", place.url(path), **body, headers=place.headers, effect="buy")
        return Accepted(str(response.json()["id"]), state=place.state())

    def poll(self, job: Job) -> Steps[Update]:
        """Asks for the video; one that the server no longer knows has expired."""
        place = Place.of(job.state)
        response = yield HttpRequest("GET", _url(place, job.id), headers=place.headers, expect=ANY_ERROR)
        body = body_of(response)
        # vLLM-Omni tells of a failed job with an error status, and the job in the body.
        if is_video(body):
            wait = retry_after_seconds(response, "openai-poll-after-ms")
            return update_of(body, _url(place, job.id, "/content"), wait)
        if response.status == 404:
            return Expired(raw=body)
        if response.status >= 400:
            raise self.error(response, "poll")
        raise ValueError("the answer is no video job")

    def cancel(self, job: Job) -> Steps[Update]:
        """Aborts the job where the server can (vLLM-Omni, SGLang); elsewhere only says how it is.

        A job that has ended is left alone, for deleting it would take its video along.
        """
        place = Place.of(job.state)
        if place.dialect not in _ABORTING:
            return (yield from self.poll(job))
        url = _url(place, job.id)
        request = HttpRequest("DELETE", url, headers=place.headers, effect="write", expect=(404, 409))
        return (yield from stop(lambda: self.poll(job), request, _stopped))

    def error(self, response: HttpResponse, phase: Phase) -> TarashException:
        """Our error by the code; see :func:`tarash_sora.errors.error_of`."""
        return error_of(response, phase)

    def webhook(self, headers: Mapping[str, str], body: bytes, secret: str | None, now: datetime) -> Steps[Callback]:
        """Reads an event about a video, signed as in Standard Webhooks.

        The event names the job and how it ended, and nothing else: ask for the job to learn why it failed.

        Raises:
            WebhookError: It is not authentic, is about something else, or there is no secret.
        """
        yield from ()
        return standard_webhooks.callback(self, headers, body, secret, now, _told, "is about no video")

    def live_models(self, known: Collection[str]) -> Steps[Iterable[str]]:
        """The picture and video models of OpenAI's list."""
        response = yield HttpRequest("GET", f"{self.origins[0]}/models")
        return [item["id"] for item in response.json()["data"] if str(item["id"]).startswith(_LINES)]


def _stopped(response: HttpResponse) -> Update | None:
    return Cancelled(raw=body_of(response)) if response.status < 400 else None


def _url(place: Place, id: str, more: str = "") -> str:
    return place.url(f"/videos/{quote(id, safe='')}{more}")


def _told(event: Any) -> tuple[str, Update]:
    """The job of an event, and how it ended, which is all that the event says."""
    id, state = str(event["data"]["id"]), _EVENTS[event["type"]]
    job = {"id": id, "status": state, "error": "an event does not say why; ask for the job"}
    return id, update_of(job, _url(Place(), id, "/content"))
