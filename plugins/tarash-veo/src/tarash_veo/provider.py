"""Google as a provider: which of its two surfaces is meant, where a model is asked for, and in which codec."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from attrs import frozen

from tarash_core.errors import AuthenticationError, TarashException, ValidationError
from tarash_core.plugins import (
    Accepted,
    Attempt,
    Cadence,
    Callback,
    Credential,
    Credentials,
    Done,
    Expired,
    Failed,
    Headers,
    HttpRequest,
    HttpResponse,
    Phase,
    Provider,
    Running,
    Steps,
    Update,
    body_of,
    key_sets,
    standard_webhooks,
    values_at,
    with_added,
)
from tarash_veo import answers, vertex
from tarash_veo.errors import error_of, failure_of
from tarash_veo.models import CATALOG, HOSTS
from tarash_veo.vertex import GEMINI, authorized

if TYPE_CHECKING:
    from tarash_core.models.config import Config
    from tarash_core.models.job import Job
    from tarash_core.models.plan import Plan

_ON_VERTEX = ("GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GENAI_USE_VERTEXAI")
_OPERATION = "/operations/"
_LOCATION = re.compile(r"/locations/([^/]+)/")
_FILE = re.compile(re.escape(GEMINI) + r"/.*/files/([a-z0-9]+)")
_UNKNOWN_NAME = re.compile("invalid interaction name", re.IGNORECASE)


@frozen(init=False)
class GoogleCredentials(Credentials):
    """The variables with a key of the Gemini API; Vertex has none, and its access token is fetched when needed."""

    def find(self, variables: Mapping[str, str]) -> Credential:
        """The key that is set; an empty credential where none is, which suffices for Vertex."""
        return super().find(variables) or Credential()


class Veo(Provider):
    """Google's models, on the Gemini API with an API key or on Vertex with Google's own credentials.

    Settings (``provider_config``):

    - ``surface``: ``"gemini"`` or ``"vertex"``. Unless given, Vertex is meant where the settings or the variables
      ``GOOGLE_GENAI_USE_VERTEXAI`` and ``GOOGLE_GENAI_USE_ENTERPRISE`` speak of it, and by models that it alone has.
    - ``project``, ``location``: of Vertex; else ``GOOGLE_CLOUD_PROJECT``, and the location that serves the model.
    - ``output_uri``: ``gs://bucket/prefix/`` that Vertex writes videos to; without it they come within the answer.
    """

    name = "veo"
    aliases = ("google",)
    title = "Google"
    origins = (GEMINI, *HOSTS.values(), vertex.STORAGE)
    credentials = GoogleCredentials("GOOGLE_API_KEY", "GEMINI_API_KEY")
    webhook_secrets = Credentials("GEMINI_WEBHOOK_SECRET", optional=True)
    catalog = CATALOG
    settings: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "surface": ("gemini", "vertex"), "project": (), "location": tuple(HOSTS), "output_uri": (),
    }  # fmt: skip
    simulator = "tarash_veo.simulator:VeoSimulator"
    cadence = Cadence(first=5.0, most=15.0, growth=1.2)

    def authorize(self, request: HttpRequest, credential: Credential, now: datetime) -> Mapping[str, str]:
        """The API key; for Vertex an access token.

        Raises:
            AuthenticationError: There is no key, or no access token yet.
        """
        if vertex.is_vertex(request.url):
            return vertex.headers_for(request, credential.api_key)
        if not credential.api_key:
            raise AuthenticationError(
                f"No key for the Gemini API: set {self.credentials.describe()}, pass api_key=, or use Vertex with "
                "provider_config={'surface': 'vertex'}.",
                provider=self.name,
            )
        return {"x-goog-api-key": credential.api_key}

    def surface(self, config: Config) -> str:
        """``vertex`` or ``gemini``; see the class."""
        given, spec = config.provider_config, CATALOG.get(config.model)
        if named := given.get("surface"):
            return str(named)
        wanted = any(os.environ.get(name, "").strip().lower() in ("1", "true") for name in _ON_VERTEX)
        only = spec is not None and not any(way.surface == "gemini" for way in spec.variants)
        return "vertex" if wanted or only or given.keys() & set(self.settings) else "gemini"

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted | Done]:
        """Buys the job in the model's codec: a picture comes within the answer, a video is a job."""
        settings = attempt.settings
        url, body = _url(plan, settings), _body(plan, attempt)
        response = yield from authorized(HttpRequest("POST", url, json=body, effect="buy"))
        told = response.json()
        if plan.kind == "image":
            return answers.pictures_of(told)
        id = str(told.get("name") or told["id"])
        return Accepted(id, state={} if _is_operation(id) else {"url": f"{vertex.with_project(url)}/{id}"})

    def poll(self, job: Job) -> Steps[Update]:
        """Asks for an operation or an interaction; one that Google no longer knows has expired."""
        response = yield from authorized(_question(job))
        body = body_of(response)
        if response.status == 404 or (response.status == 400 and _UNKNOWN_NAME.search(str(body))):
            return Expired(raw=body)
        if response.status >= 400:
            raise self.error(response, "poll")
        update = answers.update_of(response.json())
        return (yield from _once_ready(update)) if isinstance(update, Done) else update

    def cancel(self, job: Job) -> Steps[Update]:
        """Stops an interaction; a finished one stays as it is.

        Raises:
            ValidationError: The job is an operation of Veo, for which Google has no cancel.
        """
        if _is_operation(job.id):
            raise ValidationError("Google cannot cancel an operation of Veo; wait for it with wait_job.")
        url = f"{_question(job).url}/cancel"
        response = yield from authorized(HttpRequest("POST", url, content=b"", effect="write"))
        return answers.update_of(response.json())

    def webhook(self, headers: Mapping[str, str], body: bytes, secret: str | None, now: datetime) -> Steps[Callback]:
        """Checks a callback of the Gemini API, signed by a secret or, where a request named its URL, by Google's keys.

        It says that a job has ended and no more; ask for the job to learn how (dossier veo.md, section 8).

        Raises:
            WebhookError: It is not authentic, too old, or about no job; or there is no secret for it.
        """
        token = Headers(headers).get("webhook-signature", "")
        if token.count(".") != 2:
            return standard_webhooks.callback(self, headers, body, secret, now, _told)
        keys = yield HttpRequest("GET", f"{GEMINI}/.well-known/jwks.json", signed=False)
        sent_at = key_sets.check_token(token, keys.json(), self.title, now)
        id, update = standard_webhooks.read_authentic(body, _told)
        return Callback(job_id=id, update=update, sent_at=sent_at)

    def error(self, response: HttpResponse, phase: Phase) -> TarashException:
        """Our error by status, code and words; see :func:`tarash_veo.errors.error_of`."""
        return error_of(response, phase)


def _body(plan: Plan, attempt: Attempt) -> Mapping[str, Any]:
    """The payload, with what the settings and the callback add where the model's data say."""
    output_uri = attempt.settings.get("output_uri")
    if plan.surface != "vertex" and output_uri:
        raise ValidationError("Only Vertex writes to a bucket; leave output_uri out, or choose surface='vertex'.")
    if plan.surface == "vertex" and attempt.webhook_url is not None:
        raise ValidationError("Vertex sends no callbacks; leave webhook_url out and wait for the job.")
    added = output_uri or attempt.webhook_url
    return with_added(plan.payload, plan.settings.get("added", {}), added) if added else plan.payload


def _url(plan: Plan, settings: Mapping[str, Any]) -> str:
    """Where a model is asked for: on Vertex below a project and a location."""
    if plan.surface != "vertex":
        return GEMINI + plan.endpoint
    served = plan.settings.get("location")
    location = str(settings.get("location") or served or os.environ.get("GOOGLE_CLOUD_LOCATION") or "global")
    project = str(settings.get("project") or os.environ.get("GOOGLE_CLOUD_PROJECT") or vertex.NO_PROJECT)
    path = plan.endpoint.replace("{project}", project).replace("{location}", location)
    return vertex.with_project(vertex.host_of(location) + path)


def _question(job: Job) -> HttpRequest:
    """How a job is asked for: an operation by its name, which tells where; an interaction by its URL."""
    if not _is_operation(job.id):
        # One of a bare receipt is on the Gemini API.
        url = str(job.state.get("url") or f"{GEMINI}/v1beta/interactions/{quote(job.id, safe='')}")
        return HttpRequest("GET", url, expect=(400, 404))
    found, path = _LOCATION.search(job.id), quote(job.id, safe="/:@")
    if found is None:
        return HttpRequest("GET", f"{GEMINI}/v1beta/{path}", expect=(404,))
    url = f"{vertex.host_of(found[1])}/v1/{path.partition(_OPERATION)[0]}:fetchPredictOperation"
    return HttpRequest("POST", url, json={"operationName": job.id}, expect=(404,))


def _is_operation(id: str) -> bool:
    """Whether an id is the name of an operation, which is a path; one that leads upwards is none."""
    return _OPERATION in id and ".." not in id.split("/")


def _once_ready(done: Done) -> Steps[Update]:
    """The update, once the files can be fetched; a file that cannot be asked about counts as ready."""
    for found in filter(None, (_FILE.match(output.url or "") for output in done.outputs)):
        response = yield HttpRequest("GET", f"{GEMINI}/v1beta/files/{found[1]}", expect=(400, 403, 404))
        state = next(values_at(body_of(response), "state"), None)
        if state == "PROCESSING":
            return Running(raw=done.raw)
        if state == "FAILED":
            return Failed(failure_of({"message": "the file of the result failed"}, done.raw), raw=done.raw)
    return done


def _told(event: Any) -> tuple[str, Update]:
    return str(event["data"]["id"]), Running(raw=event)
