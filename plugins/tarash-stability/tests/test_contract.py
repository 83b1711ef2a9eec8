"""The contract, with every error that the dossier (stability.md, section 6) documents."""

from typing import Any

from tarash_stability import provider
from tarash_stability.errors import NAMES

from tarash_core.errors import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    InsufficientCreditsError,
    RateLimitError,
    TarashException,
)
from tarash_core.testing import Documented, ProviderContract, Sample

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(50)
ID = "ed14db44362126aab3cbd25cca51ffe3"
HTML = {"content-type": "text/html"}
CREDITS = (
    "You lack sufficient credits to make this request. Please purchase more credits at "
    "https://platform.stability.ai/account/credits and try again."
)
FLAGGED = (
    "Your request was flagged by our content moderation system, as a result your request was denied and you were not "
    "charged."
)
TOO_OFTEN = (
    "You have exceeded the rate limit of 150 requests within a 10 second period, and have been timed out for 60 "
    "seconds."
)
NAMED: list[tuple[str, int, str, type[TarashException]]] = [
    ("bad_request", 400, "some-field: is required", HTTPError),
    ("bad_request", 400, "content-type: must be multipart/form-data", HTTPError),
    ("unauthorized", 401, "authorization: invalid or missing header value", AuthenticationError),
    ("payment_required", 402, CREDITS, InsufficientCreditsError),
    ("content_moderation", 403, FLAGGED, ContentModerationError),
    ("permission_denied", 403, "not yours", AuthenticationError),
    ("not_found", 404, "id: the generation either does not exist or has expired", HTTPError),
    ("payload_too_large", 413, "body: payloads cannot be larger than 10MiB in size", HTTPError),
    ("invalid_language", 422, "English is the only supported language for this service.", HTTPError),
    ("public_figure", 422, "refused", ContentModerationError),
    ("copyrighted_content", 422, "refused", ContentModerationError),
    ("rate_limit_exceeded", 429, TOO_OFTEN, RateLimitError),
    ("internal_error", 500, "An unexpected server error has occurred, please try again later.", HTTPError),
]


def both_shapes(name: str, status: int, text: str, raises: type[TarashException]) -> list[Documented]:
    """An error in the shape of today and in the older one; both cost nothing."""
    bodies: dict[str, dict[str, Any]] = {"": {"errors": [text]}, " of old": {"message": text}}
    return [
        Documented(
            name + age,
            status,
            {"id": ID, "name": name, **body},
            raises,
            retryable=status in (429, 500),
            says=text.rstrip("."),
        )
        for age, body in bodies.items()
    ]


def limited(name: str, seconds: float, **headers: str) -> Documented:
    """A rate limit that says how long to wait."""
    body = {"id": ID, "name": "rate_limit_exceeded", "errors": [TOO_OFTEN]}
    known = {"retryable": True, "retry_after_seconds": seconds, "headers": headers}
    return Documented(f"limited, {name}", 429, body, RateLimitError, **known)


TWICE = {"errors": ["authorization: authorization: invalid or missing header value"]}
NEW = {"name": "new", "errors": ["no"]}
PAGE = "<html>Bad gateway</html>"


def test_every_name_of_the_table_is_documented() -> None:
    assert {name: known.status[0] for name, known in NAMES.items()} == {name: status for name, status, *_ in NAMED}


class TestStability(ProviderContract):
    provider = provider
    samples = ("stable-image-core", Sample("upscale-creative", fields={"image_list": [PICTURE]}))
    documented_errors = (
        *(row for named in NAMED for row in both_shapes(*named)),
        limited("a minute", 60),
        limited("as it asks", 7, **{"retry-after": "7"}),
        Documented("moderation without a name", 403, {"errors": [FLAGGED]}, ContentModerationError),
        Documented("a doubled prefix", 401, TWICE, AuthenticationError),
        Documented("a 403 of tomorrow", 403, NEW, AuthenticationError),
        Documented("a 429 of tomorrow", 429, NEW, RateLimitError, retryable=True),
        Documented("a 500 of tomorrow", 500, NEW, HTTPError, retryable=True, charged="unknown"),
        Documented("a status of tomorrow", 418, NEW, HTTPError),
        Documented("a proxy's 502", 502, PAGE, HTTPError, retryable=True, charged="unknown", headers=HTML),
        Documented("a proxy's 504", 504, PAGE, HTTPError, retryable=True, charged="unknown", headers=HTML),
        Documented("a proxy's 413", 413, PAGE, HTTPError, headers=HTML),
        Documented("a list", 400, ["no"], HTTPError),
    )
