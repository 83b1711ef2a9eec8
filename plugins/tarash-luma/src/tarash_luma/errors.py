"""What Luma's answers and failures mean in our tree (dossier luma.md, section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarash_core import errors
from tarash_core.plugins import (
    HttpResponse,
    Meaning,
    Phase,
    body_of,
    error_by,
    failure_of,
    meaning_of,
    words_of,
)

_FAILED, _CONTENT = errors.GenerationFailedError, errors.ContentModerationError
_CREDIT = errors.InsufficientCreditsError


FAILURE_CODES: Mapping[str, Meaning] = {
    "content_moderated": Meaning(_CONTENT, "change the prompt or the inputs", False),
    "generation_failed": Meaning(_FAILED, "try again", True),
    "budget_exhausted": Meaning(_CREDIT, "add credits", False, charged="no"),
    "output_not_found": Meaning(_FAILED, "try again", True),
    "image_too_large": Meaning(_FAILED, "send a smaller picture", False),
    "unsupported_format": Meaning(_FAILED, "send another file format", False),
    "corrupt_input": Meaning(_FAILED, "send a file that can be read", False),
    "invalid_request": Meaning(_FAILED, "check the inputs", False),
    "rate_limited": Meaning(errors.RateLimitError, "try again later", True),
}
"""``failure_code`` of Agents."""

_ADVANCED = r"advanced (prompt )?moderation failed"
_IP = r"moderat|blacklist|not allowed|contains ip\b"
_TEXTS = (
    Meaning(_CONTENT, "try once more, or change the input", True, words=_ADVANCED, charged="no"),
    Meaning(_CONTENT, "change the prompt or the inputs", False, words=_IP, charged="no"),
    Meaning(_FAILED, "pass URLs that anybody can fetch", False, words="failed to read user input", charged="no"),
    Meaning(_FAILED, "check the callback's host, and ask for the job again", False, words="processing callback"),
)
"""Free text of Dream Machine, whose failed jobs are refunded; the first that fits counts."""

_FAILURE = Meaning(_FAILED, "try again", True, charged="no")
_FLAGGED = r"moderat|blacklist|content polic|prompt not allowed"
_REFUSALS = (
    Meaning(_CONTENT, "change the prompt or the inputs", False, (400, 422), _FLAGGED),
    Meaning(_CREDIT, "add credits", False, (400,), "insufficient|not enough|credit"),
)
"""Refusals that have no status of their own in Dream Machine."""

_TWO_KEYS = (
    "LUMA_AGENTS_API_KEY opens agents.lumalabs.ai (ray-3.2, uni-1), LUMAAI_API_KEY the older Dream Machine (ray-2, "
    "photon-1), and neither opens the other"
)


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer of 400 and above.

    A purchase that Luma refused by a status below 500 bought nothing, nor one for which it could not fetch the inputs.
    After any other trouble of the server nobody knows, for neither API can be asked by a key of ours.

    Args:
        response: The answer; both APIs say ``{"detail": …}``, a proxy a page.
        phase: What the request was for.
    """
    said, status = words_of(body_of(response)), response.status
    meaning = meaning_of(_REFUSALS, said, status)
    words = said if meaning else _with_way_out(status, said)
    is_free, id = status < 500 or "ingestion unavailable" in said.lower(), response.headers.get("x-request-id")
    return error_by(response, phase, meaning, "Luma", words=words, bought_nothing=is_free, request_id=id)


def _with_way_out(status: int, said: str) -> str | None:
    words = said.rstrip(".")
    return f"{words or 'the key was not accepted'}; {_TWO_KEYS}" if status in (401, 403) else words or None


def error_of_failure(generation: Mapping[str, Any]) -> errors.TarashException:
    """The error of a generation whose state is ``failed``, of either API."""
    said, code = str(generation.get("failure_reason") or ""), generation.get("failure_code")
    return failure_of(_reason(generation, said), "Luma", said, dict(generation), code=code)


def _reason(generation: Mapping[str, Any], said: str) -> Meaning:
    """By the code where there is one; a code of tomorrow, or none, by the words."""
    code = generation.get("failure_code")
    if isinstance(code, str) and code in FAILURE_CODES:
        return FAILURE_CODES[code]
    found = meaning_of(_TEXTS, said) or _FAILURE
    return found._replace(charged=None) if "failure_code" in generation else found
