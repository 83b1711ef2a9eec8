"""Stability AI as a provider: multipart forms out, pictures back in the answer itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tarash_core.errors import TarashException, ValidationError
from tarash_core.plugins import (
    Accepted,
    Attempt,
    Cadence,
    Credentials,
    Done,
    Failed,
    HttpRequest,
    HttpResponse,
    Phase,
    Provider,
    Steps,
    Update,
    check_sizes,
    look,
    multipart,
)
from tarash_stability.answers import accepted_id, update_of
from tarash_stability.errors import error_of
from tarash_stability.models import CATALOG

if TYPE_CHECKING:
    from tarash_core.models.job import Job
    from tarash_core.models.plan import Plan

ORIGIN = "https://api.stability.ai"
RESULTS = "/v2beta/results/"
VIDEO_RESULTS = "/v2beta/image-to-video/result/"
MOST_BYTES = 10 * 1024 * 1024
"""The largest body; files, which are all but nothing of it, count together."""

# Base64 costs a third more than bytes, but keeps the finish reason where no proxy can strip it.
_ACCEPT = {"accept": "application/json"}
_SETTING_LENGTH = 256


class Stability(Provider):
    """Stability's platform.

    Most routes answer with the picture: the job is then finished when it is submitted. Two make the caller come back
    for it; they keep it for 24 hours. Nothing can be cancelled, looked up or fetched again, and no input is a URL: one
    that the caller gives is fetched first, and sent as a file.

    Settings (``provider_config``): ``client_id``, ``client_user_id`` and ``client_version``, texts of at most 256
    characters that help Stability's support.
    """

    name = "stability"
    title = "Stability AI"
    origins = (ORIGIN,)
    credentials = Credentials("STABILITY_API_KEY")
    catalog = CATALOG
    settings = ("client_id", "client_user_id", "client_version")
    simulator = "tarash_stability.simulator:StabilitySimulator"
    cadence = Cadence(first=10.0, most=10.0, growth=1.0)

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted | Done]:
        """Buys the picture, and brings it along where it is made at once.

        Raises:
            ValidationError: The files are larger than Stability takes, or a setting is unknown; nothing was sent.
            ContentModerationError: The picture was made, and blurred.
        """
        body = multipart(plan.payload)
        check_sizes(plan.payload, {"": MOST_BYTES}, "Stability")
        headers = {**_ACCEPT, **_named(attempt.settings)}
        response = yield HttpRequest("POST", ORIGIN + plan.endpoint, **body, headers=headers, effect="buy")
        id = accepted_id(response)
        if id is not None:
            return Accepted(id)
        update = update_of(response, "submit")
        if isinstance(update, Failed):
            raise update.error
        if not isinstance(update, Done):
            raise ValueError("the answer promises a result and names no id")
        return update

    def poll(self, job: Job) -> Steps[Update]:
        """Asks for the result; one that Stability does not know any more, or made for another key, has expired."""
        path = VIDEO_RESULTS if job.kind == "video" else RESULTS
        request = HttpRequest("GET", ORIGIN + path + quote(job.id, safe=""), headers=_ACCEPT)
        return (yield from look(request, lambda response: update_of(response, "poll")))

    def error(self, response: HttpResponse, phase: Phase) -> TarashException:
        """Our error by Stability's own name for it; see :func:`tarash_stability.errors.error_of`."""
        return error_of(response, phase)


def _named(settings: Mapping[str, Any]) -> dict[str, str]:
    for name, value in settings.items():
        if not isinstance(value, str) or not 0 < len(value) <= _SETTING_LENGTH:
            raise ValidationError(f"The setting {name} must be a text of at most {_SETTING_LENGTH} characters.")
    return {f"stability-{name.replace('_', '-')}": value for name, value in settings.items()}
