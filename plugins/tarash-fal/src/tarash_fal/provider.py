"""fal: one queue for every model, described as requests and answers (dossier fal.md, sections 1 to 8)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from tarash_core.errors import TarashException
from tarash_core.models.cost import Cost
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
    Failed,
    Headers,
    HttpRequest,
    HttpResponse,
    Output,
    Phase,
    Provider,
    Queued,
    Running,
    Steps,
    Update,
    body_of,
    file_part,
    percent_in,
    standard_webhooks,
)
from tarash_fal import discovery, signature
from tarash_fal.error_types import MODEL_TYPES, TYPES
from tarash_fal.errors import Problem, ended, refused
from tarash_fal.models import CATALOG

if TYPE_CHECKING:
    from tarash_core.catalog import ModelSpec
    from tarash_core.models.job import Job
    from tarash_core.models.media import Media
    from tarash_core.models.plan import Plan

QUEUE, REST, CDN = "https://queue.fal.run", "https://rest.fal.ai", "https://v3.fal.media"

_URLS = {"status_url": "/status", "response_url": "", "cancel_url": "/cancel"}
_TOO_LARGE = "A file for fal may have at most 100 MiB; store it elsewhere and pass its https URL."
_FILES = ("video", "videos", "images", "image")
_PROMPTS = ("actual_prompt", "expanded_prompt", "revised_prompt")
_SETTINGS = {
    "start_timeout": "x-fal-request-timeout",
    "priority": "x-fal-queue-priority",
    "hint": "x-fal-runner-hint",
    "lifecycle": "x-fal-object-lifecycle-preference",
    "store_io": "x-fal-store-io",
    "no_retry": "x-fal-no-retry",
}


class FalProvider(Provider):
    """fal's queue API.

    Settings (``provider_config``): ``start_timeout`` (seconds within which a runner must take the job, else it fails),
    ``priority`` (``"normal"``, ``"low"``), ``hint`` (prefers the runner that saw the same text), ``lifecycle``
    (``{"expiration_duration_seconds": 3600}``: how long the files are served), ``store_io`` (False keeps neither
    request nor result) and ``no_retry`` (True switches off the queue's own retries).
    """

    name = "fal"
    aliases = ("fal-ai",)
    title = "fal"
    origins = (QUEUE, "https://fal.run", REST, "https://rest.alpha.fal.ai", CDN, "https://api.fal.ai", "https://fal.ai")
    credentials = Credentials("FAL_KEY", ("FAL_KEY_ID", "FAL_KEY_SECRET"))
    settings = tuple(_SETTINGS)
    catalog = CATALOG
    simulator = "tarash_fal.simulator:FalSimulator"
    cadence = Cadence(first=1.0, most=5.0, growth=1.1)
    inline_limit_bytes = 4096
    upload_limit_bytes = 100 * 1024 * 1024

    def authorize(self, request: HttpRequest, credential: Credential, now: datetime) -> Mapping[str, str]:
        """The key as ``Authorization: Key <id>:<secret>``."""
        key = credential.api_key or ":".join(credential.secrets[name] for name in ("FAL_KEY_ID", "FAL_KEY_SECRET"))
        return {"authorization": f"Key {key}"}

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted | Done]:
        """Puts the job in the queue; its own URLs are kept, as the rule for making them has exceptions."""
        query = f"?{urlencode({'fal_webhook': attempt.webhook_url})}" if attempt.webhook_url else ""
        headers = Headers(_headers(attempt.settings))
        url = f"{QUEUE}/{plan.endpoint}{query}"
        body = (yield HttpRequest("POST", url, json=plan.payload, headers=headers, effect="buy")).json()
        kept = {name: body[name] for name in (*_URLS, "gateway_request_id") if body.get(name)}
        return Accepted(body["request_id"], state={"endpoint": plan.endpoint, **kept})

    def poll(self, job: Job) -> Steps[Update]:
        """Asks the status with its logs, and reads the result of a job that has ended."""
        response = yield HttpRequest("GET", f"{_url(job, 'status_url')}?logs=1", expect=(404,))
        if response.status == 404:
            return Expired(raw=body_of(response))
        body = response.json()
        return (yield from self._result(job, body)) if body["status"] == "COMPLETED" else _progress(body)

    def cancel(self, job: Job) -> Steps[Update]:
        """Asks fal to stop. Its yes is only a request: the status tells when, and whether, the job was stopped."""
        response = yield HttpRequest("PUT", _url(job, "cancel_url"), effect="write", expect=(400, 404))
        body = body_of(response)
        if response.status == 404:
            return Expired(raw=body)
        if response.status == 400 and "ALREADY_COMPLETED" not in str(body):
            raise self.error(response, "cancel")
        return Running(raw=body)

    def upload(self, media: Media) -> Steps[str]:
        """Stores a file on fal's CDN in one request and returns its URL.

        Raises:
            ValidationError: The file has more than 100 MiB; fal wants such a one in parts, which are not sent here.
        """
        file = file_part(media, most_bytes=self.upload_limit_bytes, too_large=_TOO_LARGE)
        token_url = f"{REST}/storage/auth/token?storage_type=fal-cdn-v3"
        token = (yield HttpRequest("POST", token_url, json={}, effect="write")).json()
        key = f"{token['token_type']} {token['token']}"
        headers = Headers({"authorization": key, "content-type": file.content_type, "x-fal-file-name": file.filename})
        url = f"{CDN}/files/upload"
        stored = yield HttpRequest("POST", url, content=file.content, headers=headers, effect="write", signed=False)
        return str(stored.json()["access_url"])

    def error(self, response: HttpResponse, phase: Phase) -> TarashException:
        """Our error by fal's own word for it; see :mod:`tarash_fal.errors`."""
        return refused(Problem.of(response), phase)

    def webhook(self, headers: Mapping[str, str], body: bytes, secret: str | None, now: datetime) -> Steps[Callback]:
        """Checks a callback against fal's public keys, and reads it."""
        given, sent_at = standard_webhooks.fresh(headers, signature.PREFIX, signature.NAMES, now)
        keys = yield HttpRequest("GET", f"{REST}/.well-known/jwks.json", signed=False)
        signature.check(given, body, keys.json())
        id, update = standard_webhooks.read_authentic(body, _told)
        return Callback(job_id=id, update=update, event_id=given["request-id"], sent_at=sent_at)

    def schema(self, model: str) -> Steps[ModelSpec]:
        """The published inputs of an endpoint; see :mod:`tarash_fal.discovery`."""
        return discovery.schema_of(model)

    def live_models(self, known: Collection[str]) -> Steps[frozenset[str]]:
        """The endpoints that fal lists now; see :mod:`tarash_fal.discovery`."""
        return discovery.served(known)

    def _result(self, job: Job, told: Mapping[str, Any]) -> Steps[Update]:
        """The outputs of a job that has ended, or its error, which stands in the status and in the result's answer."""
        response = yield HttpRequest("GET", _url(job, "response_url"), expect=ANY_ERROR)
        if response.status < 400 and not told.get("error"):
            return _done(response.json(), response.headers.get("x-fal-billable-units"))
        problem = Problem.of(response)
        if "still in progress" in problem.words:
            return Running(raw=told)
        # A platform error may also be about this very request, unless the status has told of a failure.
        types = TYPES if told.get("error") else MODEL_TYPES
        if response.status in (400, 422, 499) or problem.type in types:
            return _failed(problem)
        if told.get("error"):
            return _failed(Problem.told(told["error"], told.get("error_type"), told))
        if response.status == 404:
            return Expired(raw=problem.body)
        raise self.error(response, "poll")


def app_of(endpoint: str) -> str:
    """The part of an endpoint id under which its jobs are found: ``fal-ai/veo3.1`` of ``fal-ai/veo3.1/fast``."""
    parts = endpoint.strip("/").split("/")
    if len(parts) == 1 and (old := re.fullmatch(r"(\d+)-([a-zA-Z0-9-]+)", endpoint)):
        return f"{old[1]}/{old[2]}"
    return "/".join(parts[: 3 if parts[0] in ("workflows", "comfy") else 2])


def _url(job: Job, name: str) -> str:
    """The URL that fal gave for a job, or the one that its rule makes (dossier, section 2)."""
    if known := job.state.get(name):
        return str(known)
    app = app_of(job.state.get("endpoint") or job.model)
    return f"{QUEUE}/{app}/requests/{quote(job.id, safe='')}{_URLS[name]}"


def _headers(settings: Mapping[str, Any]) -> dict[str, str]:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in settings.items()}
    words = {"true": "1", "false": "0"}
    return {_SETTINGS[name]: words.get(text, text) for name, text in texts.items() if settings[name] is not None}


def _progress(body: Mapping[str, Any]) -> Update:
    status, logs = body["status"], [str(item["message"]) for item in body.get("logs") or ()]
    if status == "IN_QUEUE":
        return Queued(position=body.get("queue_position"), logs=logs, raw=body)
    unknown = None if status == "IN_PROGRESS" else str(status)
    return Running(percent=percent_in("\n".join(logs)), logs=logs, unknown_status=unknown, raw=body)


def _failed(problem: Problem) -> Update:
    if problem.type == "client_cancelled" or problem.status == 499:
        return Cancelled(charged="no", raw=problem.body)
    return Failed(ended(problem), raw=problem.body)


def _done(body: Any, units: str | None = None) -> Update:
    flags = body.get("has_nsfw_concepts") or []
    if flags is True or (flags and all(flags)):
        return _failed(Problem.told("the result was flagged and blacked out", "content_policy_violation", body))
    found: Any = next(filter(None, map(body.get, _FILES)), [])
    outputs = [_output(file) for file in (found if isinstance(found, list) else [found])]
    if not outputs:
        return _failed(Problem.told("the answer names no file", "no_media_generated", body))
    return Done(
        *outputs,
        cost=Cost(units, "units") if units else None,
        raw=body,
        audio_url=(body.get("audio") or {}).get("url"),
        revised_prompt=next(filter(None, map(body.get, _PROMPTS)), None),
    )


def _output(file: Any) -> Output:
    """One file; only its URL is sure, which is a data URI under ``sync_mode``."""
    known = file if isinstance(file, dict) else {"url": file}
    return Output.at(
        known["url"],
        content_type=known.get("content_type"),
        width=known.get("width"),
        height=known.get("height"),
        duration_seconds=known.get("duration"),
        size_bytes=known.get("file_size"),
    )


def _told(event: Any) -> tuple[str, Update]:
    """What a callback says; without a payload only that the job has ended, so that it must be asked for."""
    id, payload, words = event["request_id"], event.get("payload"), str(event.get("error"))
    if event["status"] == "ERROR":
        found = re.search(r"\b[45]\d\d\b", words)
        status = int(found[0]) if found else None
        return id, _failed(Problem.told(payload or words, event.get("error_type"), payload, status))
    return id, Running(raw=event) if payload is None else _done(payload)


provider = FalProvider()
