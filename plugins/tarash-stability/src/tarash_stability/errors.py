"""What Stability's error names mean in our tree (dossier stability.md, section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarash_core import errors
from tarash_core.plugins import HttpResponse, Meaning, Phase, body_of, error_by, words_of

BLOCKED_SECONDS = 60.0
"""How long an account is shut out that sent too much; no header tells it."""

_HTTP, _KEY, _CONTENT = errors.HTTPError, errors.AuthenticationError, errors.ContentModerationError
_REWORD = "change the prompt or the inputs"
_ID = "check the id, and that it is asked for with the key that made it, within 24 hours"

NAMES: Mapping[str, Meaning] = {
    "bad_request": Meaning(_HTTP, "check the inputs", False, (400,)),
    "unauthorized": Meaning(_KEY, "check the key", False, (401,)),
    "payment_required": Meaning(errors.InsufficientCreditsError, "buy credits, or use another account", False, (402,)),
    "content_moderation": Meaning(_CONTENT, _REWORD, False, (403,)),
    "permission_denied": Meaning(_KEY, "check what the key may do", False, (403,)),
    "not_found": Meaning(_HTTP, _ID, False, (404,)),
    "payload_too_large": Meaning(_HTTP, "send smaller files: image and mask count together", False, (413,)),
    "invalid_language": Meaning(_HTTP, "write the prompt in English", False, (422,)),
    "public_figure": Meaning(_CONTENT, _REWORD, False, (422,)),
    "copyrighted_content": Meaning(_CONTENT, _REWORD, False, (422,)),
    "rate_limit_exceeded": Meaning(
        errors.RateLimitError, "send less often", True, (429,), wait_seconds=BLOCKED_SECONDS
    ),
    "internal_error": Meaning(_HTTP, "try again", True, (500,)),
}
"""Every documented name, with the one status that goes with it. With its own name also a 500 was not charged."""


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer with an error status, or for a picture's answer that holds an error instead.

    A purchase that Stability refused by a documented name, or with a status below 500, cost nothing. After any other
    trouble nobody knows: there is no list of generations to look it up in.

    Args:
        response: The answer; Stability's JSON, or a proxy's page.
        phase: What the request was for.
    """
    body = body_of(response)
    told: Mapping[str, Any] = body if isinstance(body, dict) else {}
    known = _known(told, response.status)
    status = known.status[0] if known and response.status < 400 else response.status
    is_free, id = known is not None or 400 <= response.status < 500, told.get("id")
    return error_by(response, phase, known, "Stability", bought_nothing=is_free, request_id=id, status=status)


def _known(body: Mapping[str, Any], status: int) -> Meaning | None:
    """The documented error; a refusal of the content may come without its name."""
    found = NAMES.get(str(body.get("name")))
    if found is None and status == 403 and "moderation" in words_of(dict(body)).lower():
        return NAMES["content_moderation"]
    return found


def error_of_ending(reason: str, raw: Any) -> errors.TarashException:
    """The error of a generation that ran and whose finish reason is not success.

    Whether a filtered picture is charged is not documented.
    """
    if reason == "CONTENT_FILTERED":
        return _CONTENT(
            f"Stability made the result and blurred it for its content ({reason}); {_REWORD}.",
            raw_response=raw,
            charged="unknown",
        )
    return errors.GenerationFailedError(
        f"Stability could not finish the generation ({reason}); try again.", raw_response=raw, charged="unknown"
    )
