"""Replicate as a provider: the requests it is sent, and where its answers are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tarash_core.plugins import (
    Accepted,
    Attempt,
    Callback,
    Credentials,
    Expired,
    HttpRequest,
    HttpResponse,
    Phase,
    Provider,
    Steps,
    Update,
    file_part,
    standard_webhooks,
)
from tarash_replicate import discovery
from tarash_replicate.errors import error_of, is_unknown_version
from tarash_replicate.models import CATALOG, PREDICTIONS
from tarash_replicate.predictions import ORIGIN, update_of
from tarash_replicate.routes import route_of

if TYPE_CHECKING:
    from tarash_core.catalog import ModelSpec
    from tarash_core.errors import TarashException
    from tarash_core.models.job import Job
    from tarash_core.models.media import Media
    from tarash_core.models.plan import Plan


class Replicate(Provider):
    """Replicate's predictions API.

    A prediction is always bought without ``Prefer: wait`` and then asked for, images too: its id is known at once, and
    an answer that is lost while the vendor holds it back would lose a paid job.
    """

    name = "replicate"
    title = "Replicate"
    origins = (ORIGIN,)
    credentials = Credentials("REPLICATE_API_TOKEN")
    webhook_secrets = Credentials("REPLICATE_WEBHOOK_SIGNING_SECRET", optional=True)
    catalog = CATALOG
    simulator = "tarash_replicate.simulator:ReplicateSimulator"
    inline_limit_bytes = 256_000

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted]:
        """Buys a prediction; a community model, which its own route does not know, by its latest version."""
        path, version = route_of(plan.model)
        body: dict[str, Any] = {"input": plan.payload}
        if attempt.webhook_url is not None:
            body |= {"webhook": attempt.webhook_url, "webhook_events_filter": ["start", "completed"]}
        if version is None:
            response = yield _purchase(path, body, expect=(404, 422))
            if response.status < 400:
                return _accepted(response)
            version = yield from self._latest_version(path, response)
        return _accepted((yield _purchase(PREDICTIONS, {"version": version, **body})))

    def _latest_version(self, path: str, refusal: HttpResponse) -> Steps[str]:
        """The id of the latest version of a model; the refusal as an error where that would not help."""
        error = self.error(refusal, "submit")
        if not path.startswith("/v1/models/") or (refusal.status == 422 and not is_unknown_version(refusal)):
            raise error
        response = yield HttpRequest("GET", ORIGIN + path.removesuffix("/predictions"))
        latest = response.json().get("latest_version")
        if not latest:
            raise error
        return str(latest["id"])

    def poll(self, job: Job) -> Steps[Update]:
        """Asks for the prediction; one that Replicate no longer knows has expired."""
        return (yield from self._ask(HttpRequest("GET", _url(job, "get"), expect=(404,)), "poll"))

    def cancel(self, job: Job) -> Steps[Update]:
        """Asks Replicate to stop; a running prediction may go on for a while, so that its answer is what counts."""
        request = HttpRequest("POST", _url(job, "cancel"), effect="write", expect=(404,))
        return (yield from self._ask(request, "cancel"))

    def _ask(self, request: HttpRequest, phase: Phase) -> Steps[Update]:
        response = yield request
        if response.status != 404:
            return update_of(response.json())
        if "json" not in response.headers.get("content-type", ""):
            raise self.error(response, phase)
        return Expired(raw=response.json())

    def upload(self, media: Media) -> Steps[str]:
        """Stores a file for 24 hours and returns the URL that inputs take."""
        response = yield HttpRequest(
            "POST", f"{ORIGIN}/v1/files", files={"content": file_part(media, "file")}, effect="write"
        )
        return str(response.json()["urls"]["get"])

    def error(self, response: HttpResponse, phase: Phase) -> TarashException:
        """Our error for Replicate's problem JSON; see :func:`tarash_replicate.errors.error_of`."""
        return error_of(response, phase)

    def webhook(self, headers: Mapping[str, str], body: bytes, secret: str | None, now: datetime) -> Steps[Callback]:
        """Reads a callback, signed as in Standard Webhooks; without ``secret`` the account's own is fetched."""
        if secret is None:
            response = yield HttpRequest("GET", f"{ORIGIN}/v1/webhooks/default/secret")
            secret = str(response.json()["key"])
        return standard_webhooks.callback(self, headers, body, secret, now, _told, "holds no prediction")

    def schema(self, model: str) -> Steps[ModelSpec]:
        """The published inputs of a model, a version or a deployment; see :mod:`tarash_replicate.discovery`."""
        return discovery.schema_of(model)

    def live_models(self, known: Collection[str]) -> Steps[frozenset[str]]:
        """The models that Replicate serves now; see :mod:`tarash_replicate.discovery`."""
        return discovery.served(known)


def _told(prediction: Any) -> tuple[str, Update]:
    return prediction["id"], update_of(prediction)


def _purchase(path: str, body: Mapping[str, Any], expect: tuple[int, ...] = ()) -> HttpRequest:
    return HttpRequest("POST", ORIGIN + path, json=body, effect="buy", expect=expect)


def _accepted(response: HttpResponse) -> Accepted:
    prediction = response.json()
    urls = prediction.get("urls") or {}
    return Accepted(prediction["id"], state={name: urls[name] for name in ("get", "cancel") if name in urls})


def _url(job: Job, action: str) -> str:
    built = f"{ORIGIN}{PREDICTIONS}/{quote(job.id, safe='')}" + ("/cancel" if action == "cancel" else "")
    return str(job.state.get(action) or built)
