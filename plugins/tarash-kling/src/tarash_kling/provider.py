"""Kling as a provider: the requests it is sent in its two standards, and where its answers are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlsplit

from tarash_core.errors import AuthenticationError, HTTPError, LostAnswerError, TarashException
from tarash_core.plugins import (
    UNREADABLE,
    Accepted,
    Attempt,
    Cadence,
    Callback,
    Credential,
    Credentials,
    Expired,
    HttpRequest,
    HttpResponse,
    Phase,
    Provider,
    Steps,
    Update,
    standard_webhooks,
)
from tarash_kling.errors import code_in, error_of, is_repetition
from tarash_kling.models import CATALOG
from tarash_kling.tasks import id_of, tasks_of, update_of

if TYPE_CHECKING:
    from tarash_core.models.job import Job
    from tarash_core.models.plan import Plan

REGIONS = {
    "singapore": "https://api-singapore.klingai.com",
    "beijing": "https://api-beijing.klingai.com",
    "global": "https://api.klingai.com",
}
"""Hosts by region; ``global`` is the older name of the first."""

WEBHOOK_SECRET = "KLING_WEBHOOK_SECRET"
OLDER = "/v1/"
"""How the paths of the older standard begin."""

_PAIRS = [(f"{maker}_ACCESS_KEY", f"{maker}_SECRET_KEY") for maker in ("KLING", "KLINGAI")]
_TOKEN_SECONDS, _SKEW_SECONDS = 1800, 5
_GONE = (1201, 1203)
"""What an unknown id gets; which of the two is not documented."""


class Kling(Provider):
    """Kling's open platform.

    A purchase carries the attempt's idempotency key as ``external_task_id``, unless ``extra_params`` names one. When
    its answer is lost or doubtful, the task is looked up by that id and taken over; it is never bought again.

    Settings (``provider_config``): ``region`` is ``"singapore"`` (default), ``"beijing"`` for accounts of mainland
    China, or ``"global"``.
    """

    name = "kling"
    aliases = ("klingai",)
    title = "Kling"
    origins = tuple(REGIONS.values())
    credentials = Credentials("KLING_API_KEY", "KLINGAI_API_KEY", *_PAIRS)
    webhook_secrets = Credentials(WEBHOOK_SECRET)
    settings: ClassVar[Mapping[str, tuple[str, ...]]] = {"region": tuple(REGIONS)}
    catalog = CATALOG
    simulator = "tarash_kling.simulator:KlingSimulator"
    cadence = Cadence(first=5.0, most=15.0, growth=1.2)

    def authorize(self, request: HttpRequest, credential: Credential, now: datetime) -> Mapping[str, str]:
        """The API key; for a key pair a token made now, which the older standard alone takes.

        Raises:
            AuthenticationError: A key pair cannot sign this request.
        """
        if credential.api_key:
            return {"authorization": f"Bearer {credential.api_key}"}
        pair = next((names for names in _PAIRS if all(credential.secrets.get(name) for name in names)), None)
        if pair is None:
            raise AuthenticationError(f"Kling needs an api_key, or secrets named {' and '.join(_PAIRS[0])}.")
        if not urlsplit(request.url).path.startswith(OLDER):
            raise AuthenticationError(
                "Models of Kling's new standard take no key pair: make an API key in Kling's console and set "
                "KLING_API_KEY, or use a model of the older standard such as kling-v3."
            )
        access_key, secret_key = (credential.secrets[name] for name in pair)
        return {"authorization": f"Bearer {token_of(access_key, secret_key, now)}"}

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted]:
        """Buys the task, or finds the one that a lost answer was about."""
        origin = REGIONS[attempt.settings.get("region") or "singapore"]
        body = {**plan.payload}
        options = body
        if not plan.endpoint.startswith(OLDER):
            body["options"] = options = {**(body.get("options") or {})}
        is_ours = options.setdefault("external_task_id", attempt.idempotency_key) == attempt.idempotency_key
        if attempt.webhook_url is not None:
            options.setdefault("callback_url", attempt.webhook_url)
        try:
            response = yield HttpRequest("POST", origin + plan.endpoint, json=body, effect="buy")
            return _accepted(origin, plan.endpoint, id_of(tasks_of(response, "submit")[0]))
        except (TarashException, *UNREADABLE) as error:
            found = (yield from _look_up(origin, plan.endpoint, attempt)) if is_ours and _is_doubtful(error) else None
            if found is None:
                raise
            return _accepted(origin, plan.endpoint, found)

    def poll(self, job: Job) -> Steps[Update]:
        """Asks for the task; one that Kling no longer knows has expired."""
        url = str(job.state.get("url") or _url(REGIONS["singapore"], endpoint_of(job), job.id))
        response = yield HttpRequest("GET", url, expect=(400, 404))
        if response.status < 400:
            tasks = tasks_of(response, "poll")
            return update_of(tasks[0]) if tasks else Expired(raw=response.json())
        error = self.error(response, "poll")
        if code_in(error.raw_response) in _GONE:
            return Expired(raw=error.raw_response)
        raise error

    def error(self, response: HttpResponse, phase: Phase) -> TarashException:
        """Our error by Kling's own code; see :func:`tarash_kling.errors.error_of`."""
        return error_of(response, phase)

    def webhook(self, headers: Mapping[str, str], body: bytes, secret: str | None, now: datetime) -> Steps[Callback]:
        """Reads a callback, signed as in Standard Webhooks once the account has set a secret."""
        yield from ()
        return standard_webhooks.callback(self, headers, body, secret, now, _told, "holds no task")


def _told(event: Any) -> tuple[str, Update]:
    task = event.get("data") or event
    return id_of(task), update_of(task)


def token_of(access_key: str, secret_key: str, now: datetime) -> str:
    """The JWT for a key pair, good from five seconds ago for half an hour."""
    import jwt

    moment = int(now.timestamp())
    claims = {"iss": access_key, "exp": moment + _TOKEN_SECONDS, "nbf": moment - _SKEW_SECONDS}
    return jwt.encode(claims, secret_key, algorithm="HS256", headers={"typ": "JWT"})


def endpoint_of(job: Job) -> str:
    """The path that made a job, by its model and its mode; empty for a model that nobody listed."""
    spec = CATALOG.get(job.model)
    ways = [way for way in spec.variants if way.kind == job.kind] if spec else []
    named = [way for way in ways if job.variant in way.modes]
    return next((way.endpoint_for(job.model) for way in named or ways), "")


def _url(origin: str, endpoint: str, id: str, kind: str = "task_ids") -> str:
    """Where a task is asked for: below the path that made it, or, in the new standard, in one place for all."""
    known = quote(id, safe="")
    return f"{origin}{endpoint}/{known}" if endpoint.startswith(OLDER) else f"{origin}/tasks?{kind}={known}"


def _accepted(origin: str, endpoint: str, id: str) -> Accepted:
    return Accepted(id, state={"url": _url(origin, endpoint, id)})


def _is_doubtful(error: Exception) -> bool:
    """Whether the task may exist although no readable answer says so."""
    if not isinstance(error, TarashException):
        return True
    failed = isinstance(error, HTTPError) and (error.status_code or 0) >= 500
    return failed or isinstance(error, LostAnswerError) or is_repetition(error.raw_response)


def _look_up(origin: str, endpoint: str, attempt: Attempt) -> Steps[str | None]:
    """The id of the task that carries the attempt's key; None where there is none, or nobody can tell."""
    try:
        url = _url(origin, endpoint, attempt.idempotency_key, "external_task_ids")
        tasks = tasks_of((yield HttpRequest("GET", url)), "poll")
        return id_of(tasks[0]) if tasks else None
    except (TarashException, *UNREADABLE):
        return None
