"""The contract, with every error that the dossier (sora.md, section 6) documents, and its jobs in each dialect."""

from typing import Any

from tarash_sora import provider

from tarash_core.errors import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    InsufficientCreditsError,
    RateLimitError,
)
from tarash_core.testing import Documented, ProviderContract, Sample

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
SAFETY = "Your request was rejected by the safety system."
MADE = {"moderation_details": {"moderation_stage": "output", "categories": ["violence"]}}
PAGE = "<html>Bad gateway</html>"
HTML = {"content-type": "text/html"}


def spoken(dialect: str) -> Sample:
    """A video of a server that speaks a dialect of its own."""
    place = {"base_url": "https://proxy.test/v1", "provider_config": {"dialect": dialect}}
    return Sample("sora-2", config=place, simulator={} if dialect == "compatible" else {"dialect": dialect})


def told(name: str, status: int, message: str, code: str | None, raises: type = HTTPError, **known: Any) -> Documented:
    """An error in OpenAI's own shape."""
    kind, more = known.pop("kind", "invalid_request_error"), known.pop("more", {})
    body = {"error": {"message": message, "type": kind, "param": None, "code": code, **more}}
    return Documented(name, status, body, raises, says=message.rstrip("."), **known)


class TestSora(ProviderContract):
    provider = provider
    webhook_secret = "whsec_c29yYS1jb250cmFjdC10ZXN0LXNlY3JldA=="
    samples = (
        *map(spoken, ("compatible", "litellm", "vllm", "sglang", "openrouter")),
        "gpt-image-2",
        Sample("gpt-image-2", fields={"image_list": [PICTURE]}),
    )
    documented_errors = (
        told("another size", 400, "Inpaint image must match the requested width and height", None),
        told("no file name", 400, "expected a file, but got a string instead", "invalid_type"),
        told("no object", 400, "expected an object, but got a string", "invalid_type"),
        told("a value", 400, "Invalid value: '5'.", "invalid_value"),
        told(
            "moderated", 400, SAFETY, "moderation_blocked", ContentModerationError, kind="image_generation_user_error"
        ),
        told("moderated late", 400, SAFETY, "moderation_blocked", ContentModerationError, charged="unknown", more=MADE),
        told("moderated of old", 400, SAFETY, "content_policy_violation", ContentModerationError),
        told("sentinel", 400, "blocked", "sentinel_block", ContentModerationError),
        told("key", 401, "Incorrect API key provided", "invalid_api_key", AuthenticationError),
        told("permission", 403, "Your organization must be verified", None, AuthenticationError),
        told("model", 404, "The model 'sora-2' does not exist", "model_not_found"),
        told("conflict", 409, "Busy", None, retryable=True),
        told("rate", 429, "Rate limit reached", "rate_limit_exceeded", RateLimitError, retryable=True),
        told("quota", 429, "You exceeded your current quota", "insufficient_quota", InsufficientCreditsError),
        told("limit", 429, "Billing hard limit", "billing_hard_limit_reached", InsufficientCreditsError),
        *(
            told(str(status), status, "It had an error", None, kind="server_error", retryable=True, charged="unknown")
            for status in (500, 502, 503, 504)
        ),
        told("a code of tomorrow", 418, "a new trouble", "teapot"),
        Documented("a proxy's page", 502, PAGE, HTTPError, retryable=True, charged="unknown", headers=HTML),
        Documented("OpenRouter", 402, {"error": {"code": 402, "message": "No credit"}}, InsufficientCreditsError),
        Documented("a text", 400, {"error": "no such thing"}, HTTPError, says="no such thing"),
        Documented("a detail", 422, {"detail": "prompt is required"}, HTTPError, says="prompt is required"),
        Documented("a list", 400, ["no"], HTTPError),
    )
