"""The contract, with every refusal of a purchase that the dossier (replicate.md, section 6) documents."""

from tarash_replicate import provider

from tarash_core.errors import AuthenticationError, HTTPError, InsufficientCreditsError, RateLimitError
from tarash_core.testing import Documented, ProviderContract

from .test_errors import LOW_CREDIT, THROTTLED

NO_CREDIT = (
    "You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to purchase "
    "credit."
)
NO_KEY = {"title": "Unauthenticated", "detail": "You did not pass a valid authentication token", "status": 401}
NO_VERSION = {
    "title": "Invalid version or not permitted",
    "detail": "The specified version does not exist (or perhaps you don't have permission to use it?)",
    "status": 422,
}
NO_PROMPT = {
    "title": "Input validation failed",
    "detail": "- input: prompt is required\n",
    "invalid_fields": [{"type": "required", "field": "input", "description": "prompt is required"}],
}
NOT_FOUND = {"detail": "The requested resource could not be found."}
SLOWER = {"detail": LOW_CREDIT, "status": 429, "retry_after": 5}
OFF = {"detail": "Service unavailable", "status": 503}
PAGE = "<html><h1>Bad gateway</h1></html>"
HTML = {"content-type": "text/html"}


class TestReplicate(ProviderContract):
    provider = provider
    samples = ("google/veo-3.1", "black-forest-labs/flux-1.1-pro", "alibaba/happyhorse-1.1")
    documented_errors = (
        Documented("no JSON", 400, {"detail": "Invalid JSON", "status": 400}, HTTPError, says="Invalid JSON"),
        Documented("no key", 401, NO_KEY, AuthenticationError, says="authentication token"),
        Documented("no credit", 402, {"detail": NO_CREDIT}, InsufficientCreditsError, says="some minutes"),
        Documented("no right", 403, {"detail": "You may not use it."}, AuthenticationError, says="may not use"),
        Documented("unknown", 404, NOT_FOUND, HTTPError, says="owner/name:<version>"),
        Documented("no version", 422, NO_VERSION, HTTPError, says="64 hex digits"),
        Documented("bad input", 422, NO_PROMPT, HTTPError, says="prompt is required."),
        Documented("throttled", 429, {"detail": THROTTLED}, RateLimitError, retryable=True, says="throttled"),
        Documented("low credit", 429, SLOWER, RateLimitError, retryable=True, says="credit", retry_after_seconds=5),
        Documented("internal", 500, {"detail": "Internal"}, HTTPError, retryable=True, charged="unknown"),
        Documented("unavailable", 503, OFF, HTTPError, retryable=True, says="unavailable"),
        Documented("a proxy's 502", 502, PAGE, HTTPError, retryable=True, charged="unknown", headers=HTML),
        Documented("a proxy's 503", 503, PAGE, HTTPError, retryable=True, charged="unknown", headers=HTML),
    )
