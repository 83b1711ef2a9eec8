"""What the error codes of OpenAI, and of those who speak its API, mean in our tree (dossier sora.md, section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tarash_core import errors
from tarash_core.plugins import HttpResponse, Meaning, Phase
from tarash_core.plugins.answers import body_of, error_object, error_of_status, values_at, words_of
from tarash_core.plugins.meanings import billed, failure_of, refusal_of

_HTTP, _KEY, _CONTENT = errors.HTTPError, errors.AuthenticationError, errors.ContentModerationError
_REWORD = Meaning(_CONTENT, "change the prompt or the inputs", False)
_PAY = Meaning(errors.InsufficientCreditsError, "add credit or raise the limit, or use another account", False)
_INPUT = Meaning(_HTTP, "check the inputs", False)
_FAILED = Meaning(errors.GenerationFailedError, "look at raw_response", charged="unknown")

CODES: Mapping[str, Meaning] = {
    "moderation_blocked": _REWORD,
    "content_policy_violation": _REWORD,
    "sentinel_block": _REWORD,
    "invalid_type": _INPUT,
    "invalid_value": _INPUT,
    "invalid_api_key": Meaning(_KEY, "check the key", False),
    "model_not_found": Meaning(_HTTP, "check the model, which may be retired, and the host", False),
    "rate_limit_exceeded": Meaning(errors.RateLimitError, "send less often", True),
    "insufficient_quota": _PAY,
    "billing_hard_limit_reached": _PAY,
    "conflict": Meaning(_HTTP, "try again", True),
    "server_error": Meaning(_HTTP, "try again", True),
}
"""Every documented code; a type of that name counts where there is no code."""

_BY_STATUS = {409: "conflict", 429: "rate_limit_exceeded"}
_BLOCKED = re.compile(
    r"moderation|content polic|safety (system|filter)|responsible ai|prohibited|sensitive", re.IGNORECASE
)


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer with an error status.

    A purchase refused below 500 bought nothing, but for a picture that was made and then blocked. After trouble of the
    server nobody knows: there is no idempotency key, and no list of pictures to look it up in.

    Args:
        response: The answer; OpenAI's JSON, that of a server that speaks like it, or a proxy's page.
        phase: What the request was for.
    """
    told = error_object(body_of(response))
    code = _code_of(told, response.status)
    known = refusal_of(response, code, "The server") if code else None
    made = "output" in values_at(told, "moderation_details.moderation_stage")
    error = billed(known or error_of_status(response, phase), phase, response.status < 500 and not made)
    return errors.complete(error, request_id=response.headers.get("x-request-id"))


def _code_of(told: Mapping[str, Any], status: int = 0) -> Meaning | None:
    named = (told.get("code"), told.get("type"), _BY_STATUS.get(status))
    return next((CODES[word] for word in named if isinstance(word, str) and word in CODES), None)


def error_of_failure(body: Mapping[str, Any]) -> errors.TarashException:
    """The error of a job that failed; whether one is charged is not documented.

    Args:
        body: The job. Its ``error`` is an object, a text or nothing.
    """
    told = error_object(body)
    said, code = words_of(dict(told)) or "no words", _code_of(told)
    blocked = code is _REWORD or (code is None and _BLOCKED.search(said))
    return failure_of(
        _REWORD if blocked else _FAILED, "The server", said, dict(body), code=told.get("code"), charged="unknown"
    )
