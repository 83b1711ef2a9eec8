"""Vertex AI, also called Gemini Enterprise Agent Platform: its hosts, its settings, and its access tokens."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from attrs import evolve

from tarash_core.errors import AuthenticationError, ValidationError
from tarash_core.plugins import HttpRequest, HttpResponse, Steps, blocking

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
GEMINI = "https://generativelanguage.googleapis.com"
STORAGE = "https://storage.googleapis.com"
NO_PROJECT = "-"
"""Stands for a project that nobody named; only a simulator takes it."""

_REGIONS = (
    "us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west4",
    "northamerica-northeast1", "southamerica-east1",
    "europe-central2", "europe-north1", "europe-southwest1", "europe-west1", "europe-west2", "europe-west3",
    "europe-west4", "europe-west6", "europe-west8", "europe-west9",
    "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast3", "asia-south1", "asia-southeast1",
    "australia-southeast1", "me-central1", "me-central2", "me-west1",
)  # fmt: skip
HOSTS: Mapping[str, str] = {
    "global": "https://aiplatform.googleapis.com",
    "us": "https://aiplatform.us.rep.googleapis.com",
    "eu": "https://aiplatform.eu.rep.googleapis.com",
    **{region: f"https://{region}-aiplatform.googleapis.com" for region in _REGIONS},
}
"""The host of each location (dossier veo.md, section 1)."""

_API_KEY = re.compile(r"AIza|AQ\.")
_PATH = re.compile(r"/[^/]+/projects/|/storage/v1/b/")


class TokenNeeded(AuthenticationError):
    """A request for Vertex has no access token yet; whoever sends it fetches one."""


def is_vertex(url: str) -> bool:
    """Whether a URL is one of Vertex or of Cloud Storage, on whatever host."""
    return bool(_PATH.match(urlsplit(url).path))


def host_of(location: str) -> str:
    """The origin of a location.

    Raises:
        ValidationError: It is none.
    """
    if location not in HOSTS:
        raise ValidationError(f"Vertex has no location {location!r}; it has {', '.join(sorted(HOSTS))}.")
    return HOSTS[location]


def file_url(address: str) -> str:
    """Where a ``gs://bucket/object`` is read with an access token."""
    bucket, _, name = address.removeprefix("gs://").partition("/")
    return f"{STORAGE}/storage/v1/b/{quote(bucket, safe='')}/o/{quote(name, safe='')}?alt=media"


class Tokens:
    """Access tokens of the application default credentials, as google-auth finds them; one set for the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: Any = None
        self._refused = False
        self.project: str | None = None

    def headers(self) -> Mapping[str, str] | None:
        """The headers with a token that is still good; None where one must be fetched."""
        found = self._found
        if found is None or self._refused or not found.valid:
            return None
        quota = getattr(found, "quota_project_id", None)
        return {"authorization": f"Bearer {found.token}", **({"x-goog-user-project": quota} if quota else {})}

    def drop(self) -> bool:
        """Has the token that the server refused made anew; False if there was none."""
        self._refused = self._found is not None
        return self._refused

    def fetch(self) -> None:
        """Finds the credentials and has them make a token. It does its own I/O.

        Raises:
            AuthenticationError: google-auth is not installed, finds nothing, or is refused.
        """
        with self._lock:
            if self.headers() is None:
                found = self._found or self._default()
                if self._refused or not found.valid:
                    _refresh(found)
                self._found, self._refused = found, False

    def _default(self) -> Any:
        try:
            import google.auth
        except ImportError as error:
            raise AuthenticationError(
                "Vertex needs google-auth: pip install 'tarash-veo[vertex]', or pass an access token as api_key=."
            ) from error
        try:
            found, self.project = google.auth.default(scopes=[SCOPE])
        except google.auth.exceptions.GoogleAuthError as error:
            raise AuthenticationError(
                "There are no Google credentials for Vertex: run 'gcloud auth application-default login', set "
                "GOOGLE_APPLICATION_CREDENTIALS, or pass an access token as api_key=."
            ) from error
        return found


def _refresh(found: Any) -> None:
    import google.auth.exceptions
    from google.auth.transport.requests import Request

    try:
        found.refresh(Request())
    except google.auth.exceptions.GoogleAuthError as error:
        raise AuthenticationError(
            "Google gave no access token for Vertex; run 'gcloud auth application-default login' again.",
            retryable=bool(error.retryable),
        ) from error


TOKENS = Tokens()


def headers_for(request: HttpRequest, api_key: str | None) -> Mapping[str, str]:
    """The headers that carry the access token: the caller's own, or that of the default credentials.

    Args:
        request: The request.
        api_key: An access token, or a key of the Gemini API, which Vertex does not take.

    Raises:
        TokenNeeded: There is none yet.
        ValidationError: Nobody named the project.
    """
    from tarash_core.engine.access import SIMULATED_KEY

    own = api_key if api_key and not _API_KEY.match(api_key) else None
    known = {"authorization": f"Bearer {own}"} if own else TOKENS.headers()
    if known is None:
        raise TokenNeeded(
            "There is no access token for Vertex in this process yet; refresh the job once, then save its result."
        )
    if f"/projects/{NO_PROJECT}/" in request.url and own != SIMULATED_KEY:
        raise ValidationError(
            "Vertex needs a project: set GOOGLE_CLOUD_PROJECT, or pass provider_config={'project': ...}."
        )
    return known


def authorized(request: HttpRequest) -> Steps[HttpResponse]:
    """The answer to a request; for Vertex with a token that is fetched when it is needed, and once more after a 401.

    A request for a project that nobody named goes to that of the default credentials.
    """
    try:
        return (yield request)
    except AuthenticationError as error:
        is_refused = error.status_code == 401 and is_vertex(request.url) and TOKENS.drop()
        if not isinstance(error, TokenNeeded) and not is_refused:
            raise
    yield from blocking(TOKENS.fetch)
    return (yield evolve(request, url=with_project(request.url)))


def with_project(url: str) -> str:
    """The URL with the project of the default credentials, where nobody named one and they know it."""
    return url.replace(f"/projects/{NO_PROJECT}/", f"/projects/{TOKENS.project or NO_PROJECT}/")
