"""The contract, with every error body that Runway is known to send (dossier runway.md, section 6)."""

from __future__ import annotations

from typing import Any

from tarash_runway import provider

from tarash_core.errors import (
    AuthenticationError,
    HTTPError,
    InsufficientCreditsError,
    JobExpiredError,
    RateLimitError,
    TarashException,
)
from tarash_core.testing import Documented, ProviderContract

AVATAR = {"avatar": {"type": "custom", "avatarId": "7a0e2f3c-5b5d-4a5e-9f7e-0a1b2c3d4e5f"}}
DOCS = "https://docs.dev.runwayml.com/api"


def invalid(*issues: dict[str, Any]) -> dict[str, Any]:
    return {"error": "Validation of body failed", "issues": list(issues), "docUrl": DOCS}


def asset(message: str) -> dict[str, Any]:
    return invalid({"code": "custom", "message": message, "path": ["promptImage"]})


TOO_LONG = {
    "code": "too_big",
    "maximum": 30,
    "type": "number",
    "inclusive": True,
    "origin": "number",
    "message": "Asset duration must be at most 30 seconds",
    "path": ["videoUri"],
}
UNKNOWN_MODEL = {
    "code": "invalid_union",
    "note": "No matching discriminator",
    "discriminator": "model",
    "options": ["gen4.5", "veo3.1"],
    "path": ["model"],
    "message": "Invalid input",
}
BAD_RATIO = {
    "code": "invalid_value",
    "message": "Invalid option: expected one of '1280:720'|'720:1280'",
    "path": ["ratio"],
}
NO_CREDIT = {"error": "You do not have enough credits to run this task.", "docUrl": DOCS}
NO_VERSION = {"error": "The API version that was provided in the X-Runway-Version header is not valid.", "docUrl": DOCS}
NO_USER = {"error": "X-Runway-On-Behalf-Of request header was not specified for task creation"}
DAILY = {"error": "Your daily task limit has been reached.", "docUrl": DOCS}
GONE = {"error": "Could not find Task"}
SHAPE = "Invalid asset aspect ratio. width / height ratio must be at least 0.5. Got 0.462."

REFUSED: list[tuple[int, Any, type[TarashException], str]] = [
    (400, invalid(TOO_LONG), HTTPError, "videoUri Asset duration must be at most 30 seconds; give"),
    (400, invalid(TOO_LONG, BAD_RATIO), HTTPError, "ratio Invalid option: expected one of"),
    (400, asset('Failed to fetch asset. Received HTTP response code "404".'), HTTPError, "public https URL"),
    (400, asset("Asset size exceeds 16.0MB"), HTTPError, "give another file"),
    (400, asset("Unsupported asset type"), HTTPError, "give another file"),
    (400, asset("Only HTTPS URLs are allowed"), HTTPError, "public https URL"),
    (400, asset("URLs must be hosted on a domain"), HTTPError, "public https URL"),
    (400, asset("Timeout while fetching asset"), HTTPError, "public https URL"),
    (400, asset(SHAPE), HTTPError, "Got 0.462; give another file"),
    (400, invalid(UNKNOWN_MODEL), HTTPError, "expected gen4.5, veo3.1; use another model"),
    (400, NO_CREDIT, InsufficientCreditsError, "not have enough credits"),
    (400, NO_VERSION, HTTPError, "leave api_version out"),
    (400, NO_USER, HTTPError, "on_behalf_of"),
    (400, {"error": "Invalid parameter 'promptText'"}, HTTPError, "Invalid parameter 'promptText'"),
    (401, {"error": "The API key is not valid."}, AuthenticationError, "not valid"),
    (403, {"error": "Not entitled to this model"}, AuthenticationError, "Not entitled"),
    (404, {"error": "Not found"}, HTTPError, "Not found"),
    (405, "", HTTPError, "405"),
    (413, "<html>Too large</html>", HTTPError, "give a URL"),
    (418, {"strange": "teapot"}, HTTPError, "418"),
    (429, DAILY, RateLimitError, "daily task limit"),
    (429, {"message": "Too Many Requests"}, RateLimitError, "Too Many Requests"),
    (429, {"error": "Rate limit exceeded"}, RateLimitError, "Rate limit exceeded"),
    (503, {"error": "Overloaded"}, HTTPError, "Overloaded"),
]
DOUBTFUL: list[tuple[int, Any, str]] = [
    (500, {"error": "Internal server error"}, "Internal"),
    (502, "<html>Bad gateway</html>", "submit request failed"),
    (503, "<html>no</html>", "503"),
    (504, {"message": "Endpoint request timed out"}, "timed out"),
]


def told(status: int, body: Any, raises: type[TarashException], says: str, **more: Any) -> Documented:
    """An error in Runway's own words."""
    headers = {"content-type": "text/html"} if isinstance(body, str) else {}
    known = {"retryable": status == 429 or status >= 500, "headers": headers, "says": says, **more}
    return Documented(f"{status} {says}", status, body, raises, **known)


class TestRunway(ProviderContract):
    provider = provider
    samples = ("gen4.5", "gen4_image")
    requests = {
        "gwm1_avatars": [
            {"prompt": None, "audio": "https://files.example/a.mp3", "extra_params": AVATAR},
        ]
    }
    documented_errors = (
        *(told(*row) for row in REFUSED),
        *(told(status, body, HTTPError, says, charged="unknown") for status, body, says in DOUBTFUL),
        told(404, GONE, JobExpiredError, "no longer knows the task", phase="poll", charged=None),
        told(404, GONE, JobExpiredError, "no longer knows the task", phase="cancel", charged=None),
    )
