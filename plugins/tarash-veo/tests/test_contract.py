"""The contract on both surfaces and in each codec, with every error that the dossier (veo.md, section 6) documents."""

from typing import Any

from tarash_veo import provider
from tarash_veo.errors import TABLE

from tarash_core.errors import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    InsufficientCreditsError,
    RateLimitError,
    RetiredModelError,
)
from tarash_core.testing import Documented, ProviderContract, Sample

BUCKET = {"provider_config": {"surface": "vertex", "output_uri": "gs://bucket/fox clips/"}}
RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "23s"}
SOON: dict[str, Any] = {"headers": {"retry-after": "5"}}
BLOCKED_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_SERVICE_BLOCKED"}
TWO_KEYS = "Multiple authentication credentials received"
BAD_KEY = "API key not valid. Please pass one."


def rpc(status: int, word: str, message: str, *details: Any) -> dict[str, Any]:
    known = {"details": list(details)} if details else {}
    return {"error": {"code": status, "message": message, "status": word, **known}}


def told(status: int, word: str, message: str, raises: type = HTTPError, *details: Any, **known: Any) -> Documented:
    """An error of Google's, whose words are shown unless ``says`` names others."""
    body, known = rpc(status, word, message, *details), {"says": message.rstrip("."), **known}
    retryable = raises is RateLimitError or status >= 500
    charged = "no" if status < 500 else "unknown"
    return Documented(message, status, body, raises, retryable=retryable, charged=charged, **known)


def asked(message: str, raises: type = HTTPError, code: str = "invalid_request") -> Documented:
    """An error of the Interactions API."""
    return Documented(message, 400, {"error": {"code": code, "message": message}}, raises, says=message.rstrip("."))


def unheard(status: int, body: Any) -> Documented:
    return Documented(f"a {status} of tomorrow", status, body, HTTPError, says="teapot")


def passing(message: str) -> Documented:
    """A poll sometimes gets it although the job lives."""
    body = rpc(400, "INVALID_ARGUMENT", message)
    return Documented(message, 400, body, HTTPError, retryable=True, charged=None, phase="poll")


class TestVeo(ProviderContract):
    provider = provider
    samples = (
        "gemini-omni-1.2-flash",
        Sample("gemini-omni-1.2-flash", config=BUCKET),
        "veo-3.1-generate-001",
        Sample("veo-3.1-generate-001", config=BUCKET),
        "gemini-nano-banana-2.1",
    )
    documented_errors = (
        told(400, "INVALID_ARGUMENT", "Unknown name"),
        told(400, "INVALID_ARGUMENT", BAD_KEY, AuthenticationError),
        Documented("in a list", 400, [rpc(400, "INVALID_ARGUMENT", BAD_KEY)], AuthenticationError, says="API key"),
        told(400, "FAILED_PRECONDITION", "User location is not supported", InsufficientCreditsError, says="billing"),
        asked("Requested video duration 12s 0ns exceeds the maximum allowed 10s 0ns"),
        asked("Requested video duration 2s 0ns is less than the minimum allowed 3s"),
        asked("Invalid input at 'response_format'"),
        asked("Aspect ratio cannot be set in response format for extend task"),
        asked("Videos longer than 30s are not supported for extension."),
        asked("Video extension is currently not supported."),
        asked("Only 720p resolution is supported by this model"),
        asked("Only GCS URIs are supported"),
        asked("store=true is required for background interactions"),
        asked("Invalid interaction name"),
        asked("prompt contains sensitive words", ContentModerationError, "content_blocked"),
        asked("Request blocked due to prohibited content guidelines.", ContentModerationError),
        told(400, "INVALID_ARGUMENT", "This model only supports Interactions API."),
        told(400, "INVALID_ARGUMENT", TWO_KEYS),
        told(401, "UNAUTHENTICATED", "Request had invalid credentials.", AuthenticationError, says="access token"),
        told(403, "PERMISSION_DENIED", "no right", AuthenticationError, BLOCKED_KEY),
        told(404, "NOT_FOUND", "Publisher Model was not found"),
        told(404, "NOT_FOUND", "models/veo is no longer available.", RetiredModelError),
        told(429, "RESOURCE_EXHAUSTED", "Quota exceeded", RateLimitError, RETRY, **SOON, retry_after_seconds=23),
        told(429, "RESOURCE_EXHAUSTED", "Too fast", RateLimitError, **SOON, retry_after_seconds=5),
        told(429, "RESOURCE_EXHAUSTED", "Quota exceeded, limit: 0, model: x", InsufficientCreditsError),
        told(499, "CANCELLED", "The operation was cancelled."),
        told(500, "INTERNAL", "An internal error has occurred."),
        told(503, "UNAVAILABLE", "The model is overloaded."),
        told(504, "DEADLINE_EXCEEDED", "Too slow."),
        unheard(418, {"error": {"message": "teapot"}}),
        unheard(410, {"detail": "teapot"}),
        unheard(413, {"error": "teapot"}),
        unheard(451, ["teapot"]),
        passing("API_KEY_SERVICE_BLOCKED"),
        passing(TWO_KEYS),
    )


def test_every_status_of_the_table_is_documented() -> None:
    named = {status for row in TABLE for status in row.status}
    assert named - {402, 502} <= {row.status for row in TestVeo.documented_errors}
