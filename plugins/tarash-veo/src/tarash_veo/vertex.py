"""Vertex AI, also called Gemini Enterprise Agent Platform: its hosts, its settings, and its access tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

from attrs import evolve

from tarash_core.errors import AuthenticationError, ValidationError
from tarash_core.plugins import HttpRequest, HttpResponse, Steps
from tarash_core.plugins.tokens import TokenNeeded, Tokens
from tarash_veo.models import HOSTS

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
GEMINI = "https://generativelanguage.googleapis.com"
STORAGE = "https://storage.googleapis.com"
NO_PROJECT = "-"
"""Stands for a project that nobody named; only a simulator takes it."""

_API_KEY = re.compile(r"AIza|AQ\.")
_PATH = re.compile(r"/[^/]+/projects/|/storage/v1/b/")


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


class GoogleTokens(Tokens):
    """Access tokens of the application default credentials, as google-auth finds them.

    Attributes:
        project: The project of the credentials, where they know one.
    """

    project: str | None = None

    def find(self) -> Any:
        """The application default credentials.

        Raises:
            AuthenticationError: google-auth is not installed, or finds nothing.
        """
        with _google_auth() as auth:
            found, self.project = auth.default(scopes=[SCOPE])
        return found

    def renew(self, found: Any) -> None:
        """Has the credentials make a token.

        Raises:
            AuthenticationError: Google refuses.
        """
        with _google_auth() as auth:
            found.refresh(auth.transport.requests.Request())

    def written(self, found: Any) -> Mapping[str, str] | None:
        """The token, and the project that pays for its use."""
        quota = getattr(found, "quota_project_id", None)
        known = {"authorization": f"Bearer {found.token}", **({"x-goog-user-project": quota} if quota else {})}
        return known if found.valid else None


@contextmanager
def _google_auth() -> Iterator[Any]:
    """The package, and what it raises as an error of ours."""
    try:
        import google.auth.transport.requests
    except ImportError as error:
        raise AuthenticationError(
            "Vertex needs google-auth: pip install 'tarash-veo[vertex]', or pass an access token as api_key=."
        ) from error
    try:
        yield google.auth
    except google.auth.exceptions.GoogleAuthError as error:
        raise AuthenticationError(
            "Google gave no access token for Vertex: run 'gcloud auth application-default login', set "
            "GOOGLE_APPLICATION_CREDENTIALS, or pass an access token as api_key=.",
            retryable=bool(error.retryable),
        ) from error


TOKENS = GoogleTokens()


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
    """The answer to a request; for Vertex with a token, and for a project that nobody named with that of the token."""
    return TOKENS.authorized(request, is_vertex(request.url), lambda same: evolve(same, url=with_project(same.url)))


def with_project(url: str) -> str:
    """The URL with the project of the default credentials, where nobody named one and they know it."""
    return url.replace(f"/projects/{NO_PROJECT}/", f"/projects/{TOKENS.project or NO_PROJECT}/")
