"""Google as a provider: which of its two surfaces is meant, where a model is asked for, and in which codec."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tarash_core.errors import AuthenticationError, HTTPError, TarashException, ValidationError
from tarash_core.plugins import (
    Accepted,
    Attempt,
    Cadence,
    Callback,
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
)
from tarash_veo import content, interactions, predict, vertex
from tarash_veo.errors import error_of
from tarash_veo.models import CATALOG
from tarash_veo.vertex import GEMINI

if TYPE_CHECKING:
    from tarash_core.models.config import Config
    from tarash_core.models.job import Job
    from tarash_core.models.plan import Plan

SETTINGS = ("surface", "project", "location", "output_uri")
_ON_VERTEX = ("GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GENAI_USE_VERTEXAI")


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
    title = "Google Veo and Gemini"
    origins = (GEMINI, *vertex.HOSTS.values(), vertex.STORAGE)
    credentials = GoogleCredentials("GOOGLE_API_KEY", "GEMINI_API_KEY")
    webhook_secrets = Credentials("GEMINI_WEBHOOK_SECRET", optional=True)
    catalog = CATALOG
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
        settings = config.provider_config
        if settings.get("surface"):
            return _surface(settings["surface"])
        wants = any(os.environ.get(name, "").strip().lower() in ("1", "true") for name in _ON_VERTEX)
        spec = CATALOG.get(config.model)
        offered = {way.surface for way in spec.variants} if spec else {"gemini", "vertex"}
        if settings.keys() & set(SETTINGS) or wants:
            return "vertex"
        return "gemini" if "gemini" in offered else "vertex"

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted | Done]:
        """Buys the job in the model's codec."""
        settings = _checked(attempt, plan.surface)
        url = _url(plan, settings)
        output_uri = settings.get("output_uri")
        match plan.settings.get("codec"):
            case "content":
                return (yield from content.submit(url, plan.payload))
            case "predict":
                return (yield from predict.submit(url, plan.payload, output_uri, attempt.webhook_url))
            case _:
                return (yield from interactions.submit(url, plan.payload, output_uri, attempt.webhook_url))

    def poll(self, job: Job) -> Steps[Update]:
        """Asks for an operation or an interaction; one that Google no longer knows has expired."""
        if "/operations/" in job.id:
            return (yield from predict.poll(job.id))
        try:
            return (yield from interactions.poll(_interaction(job), job.id))
        except HTTPError as error:
            if error.status_code == 400 and interactions.is_unknown(error.message):
                return Expired(raw=error.raw_response)
            raise

    def cancel(self, job: Job) -> Steps[Update]:
        """Stops an interaction.

        Raises:
            ValidationError: The job is an operation of Veo, for which Google has no cancel.
        """
        if "/operations/" in job.id:
            yield from ()
            raise ValidationError("Google cannot cancel an operation of Veo; wait for it with wait_job.")
        return (yield from interactions.cancel(_interaction(job)))

    def webhook(self, headers: Mapping[str, str], body: bytes, secret: str | None, now: datetime) -> Steps[Callback]:
        """Checks a callback of the Gemini API; see :func:`tarash_veo.callbacks.read`."""
        from tarash_veo.callbacks import read

        return (yield from read(headers, body, secret, now))

    def error(self, response: HttpResponse, phase: Phase) -> TarashException:
        """Our error by status, code and words; see :func:`tarash_veo.errors.error_of`."""
        return error_of(response, phase)


def _surface(given: Any) -> str:
    if given not in ("gemini", "vertex"):
        raise ValidationError(f"The surface of Google must be 'gemini' or 'vertex', not {given!r}.")
    return str(given)


def _checked(attempt: Attempt, surface: str | None) -> Mapping[str, Any]:
    """The settings, once they can all have an effect."""
    settings = attempt.settings
    if unknown := sorted(settings.keys() - set(SETTINGS)):
        raise ValidationError(f"Google has no setting {unknown[0]!r}; it has {', '.join(SETTINGS)}.")
    if surface != "vertex" and settings.get("output_uri"):
        raise ValidationError("Only Vertex writes to a bucket; leave output_uri out, or choose surface='vertex'.")
    if surface == "vertex" and attempt.webhook_url is not None:
        raise ValidationError("Vertex sends no callbacks; leave webhook_url out and wait for the job.")
    return settings


def _url(plan: Plan, settings: Mapping[str, Any]) -> str:
    """Where a model is asked for: on Vertex below a project and a location."""
    if plan.surface != "vertex":
        return GEMINI + plan.endpoint
    served = plan.settings.get("location")
    location = settings.get("location") or served or os.environ.get("GOOGLE_CLOUD_LOCATION") or "global"
    project = settings.get("project") or os.environ.get("GOOGLE_CLOUD_PROJECT")
    path = plan.endpoint.replace("{project}", str(project or vertex.NO_PROJECT)).replace("{location}", str(location))
    return vertex.with_project(vertex.host_of(str(location)) + path)


def _interaction(job: Job) -> str:
    """Where an interaction is asked for; one of a bare receipt is on the Gemini API."""
    return str(job.state.get("url") or f"{GEMINI}/v1beta/interactions/{job.id}")
