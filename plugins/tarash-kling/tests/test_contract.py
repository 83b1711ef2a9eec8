"""The contract, with every error that the dossier (kling.md, section 6) documents."""

from __future__ import annotations

from typing import Any

from tarash_kling import provider
from tarash_kling.codes import CODES

from tarash_core.errors import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    InsufficientCreditsError,
    RateLimitError,
    TarashException,
)
from tarash_core.testing import Documented, ProviderContract, Sample

CAMERA = "camera_control is only supported in std mode with 5s duration and kling-v1"
CODED: list[tuple[int, int, str, type[TarashException]]] = [
    (1000, 401, "authentication failed", AuthenticationError),
    (1001, 401, "Authorization is empty", AuthenticationError),
    (1002, 401, "api key not found", AuthenticationError),
    (1003, 401, "token not valid yet", AuthenticationError),
    (1004, 401, "token expired", AuthenticationError),
    (1100, 429, "account abnormal", AuthenticationError),
    (1101, 429, "account in arrears", InsufficientCreditsError),
    (1102, 429, "Account balance not enough", InsufficientCreditsError),
    (1103, 403, "no right to this resource", AuthenticationError),
    (1200, 400, "invalid request parameters", HTTPError),
    (1201, 400, CAMERA, HTTPError),
    (1202, 404, "method invalid", HTTPError),
    (1203, 404, "resource does not exist", HTTPError),
    (1300, 400, "platform policy", ContentModerationError),
    (1301, 400, "content-safety policy", ContentModerationError),
    (1302, 429, "rate limit", RateLimitError),
    (1303, 429, "parallel task over resource pack limit", RateLimitError),
    (1304, 429, "IP whitelist policy", AuthenticationError),
    (5000, 500, "server error", HTTPError),
    (5001, 503, "under maintenance", HTTPError),
    (5002, 504, "internal timeout", HTTPError),
]
PASSING, DOUBTFUL = {1003, 1004, 1302, 1303, 5000, 5001, 5002}, {5000, 5002}


def body_of(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "request_id": "Cl68"}


def coded(
    code: int, status: int, message: str, raises: type[TarashException], answered: int | None = None
) -> Documented:
    """An error of the table, told with Kling's number and words; answered with its own status, or with 200."""
    charged = "unknown" if code in DOUBTFUL else "no"
    known = {"retryable": code in PASSING, "charged": charged, "says": f"code {code}, {message}"}
    own = {"status_code": status} if answered and issubclass(raises, HTTPError) else {}
    name = f"{code} on {answered}" if answered else str(code)
    return Documented(name, answered or status, body_of(code, message), raises, **known, **own)


def waiting(code: int, seconds: float, **headers: str) -> Documented:
    """A rate limit that says how long to wait."""
    known = {"retryable": True, "retry_after_seconds": seconds, "headers": headers}
    return Documented(f"{code} for {seconds:g} s", 429, body_of(code, "slow"), RateLimitError, **known)


PAGE = {"content-type": "text/html"}
LIMIT, TROUBLE = body_of(1399, "a new limit"), body_of(5999, "a new trouble")
TAKEN = body_of(1201, "external_task_id already exists")


def test_every_code_of_the_table_is_documented() -> None:
    assert {code: known.status[0] for code, known in CODES.items()} == {code: status for code, status, *_ in CODED}


class TestKling(ProviderContract):
    provider = provider
    samples = (
        Sample("kling-3.0", fields={"extra_params": {"options": {"watermark_info": {"enabled": False}}}}),
        "kling-v3",
        Sample("kling-v3", kind="image"),
        "kling-image-o1",
    )
    documented_errors = (
        *(coded(*row, answered) for row in CODED for answered in (None, 200)),
        waiting(1303, 10),
        waiting(1302, 7, **{"retry-after": "7"}),
        Documented("an id that exists", 400, TAKEN, HTTPError, charged="unknown", says="already exists"),
        Documented("a code of tomorrow", 418, body_of(1999, "a new trouble"), HTTPError, says="a new trouble"),
        Documented("a 429 of tomorrow", 429, LIMIT, RateLimitError, retryable=True, says="a new limit"),
        Documented("a 500 of tomorrow", 500, TROUBLE, HTTPError, retryable=True, charged="unknown"),
        Documented("a code on 200", 200, body_of(1999, "a new trouble"), HTTPError, charged="unknown"),
        Documented(
            "a code on 200 for a job", 200, body_of(1999, "no"), HTTPError, retryable=True, charged=None, phase="poll"
        ),
        Documented("trouble while polling", 500, TROUBLE, HTTPError, retryable=True, charged=None, phase="poll"),
        Documented("too many looks", 429, LIMIT, RateLimitError, retryable=True, charged=None, phase="poll"),
        Documented("a proxy's page", 502, "<html>", HTTPError, retryable=True, charged="unknown", headers=PAGE),
        Documented("another shape", 401, {"error": {"message": "who are you"}}, AuthenticationError, says="who are"),
        Documented("a list", 400, ["no"], HTTPError),
    )
