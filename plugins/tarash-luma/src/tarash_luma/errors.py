"""What Luma's answers and failures mean in our tree (dossier luma.md, section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from tarash_core import errors
from tarash_core.engine.redaction import redact, redact_text
from tarash_core.plugins import HttpResponse, Phase, body_of, error_of_status, words_of

_FAILED, _CONTENT = errors.GenerationFailedError, errors.ContentModerationError


class Reason(NamedTuple):
    """Why a job failed.

    Attributes:
        error: Our class.
        retryable: Whether the same request may succeed later.
        way_out: What to do.
        charged: Whether it is billed; None where nobody tells.
    """

    error: type[errors.TarashException]
    retryable: bool
    way_out: str
    charged: errors.Charged | None = None


FAILURE_CODES: Mapping[str, Reason] = {
    "content_moderated": Reason(_CONTENT, False, "change the prompt or the inputs"),
    "generation_failed": Reason(_FAILED, True, "try again"),
    "budget_exhausted": Reason(errors.InsufficientCreditsError, False, "add credits", "no"),
    "output_not_found": Reason(_FAILED, True, "try again"),
    "image_too_large": Reason(_FAILED, False, "send a smaller picture"),
    "unsupported_format": Reason(_FAILED, False, "send another file format"),
    "corrupt_input": Reason(_FAILED, False, "send a file that can be read"),
    "invalid_request": Reason(_FAILED, False, "check the inputs"),
    "rate_limited": Reason(errors.RateLimitError, True, "try again later"),
}
"""``failure_code`` of Agents."""

# Free text of Dream Machine, whose failed jobs are refunded; the sooner pattern wins.
_TEXTS: tuple[tuple[re.Pattern[str], Reason], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (r"advanced (prompt )?moderation failed", Reason(_CONTENT, True, "try once more, or change the input", "no")),
        (r"moderat|blacklist|not allowed|contains ip\b", FAILURE_CODES["content_moderated"]._replace(charged="no")),
        (r"failed to read user input", Reason(_FAILED, False, "pass URLs that anybody can fetch", "no")),
        (r"processing callback", Reason(_FAILED, False, "check the callback's host, and ask for the job again")),
        (r"", Reason(_FAILED, True, "try again", "no")),
    )
)
_FLAGGED = re.compile(r"moderat|blacklist|content polic|prompt not allowed", re.IGNORECASE)
_CREDIT = re.compile(r"insufficient|not enough|credit", re.IGNORECASE)
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
    said = redact_text(words_of(body_of(response)))
    error = _content_or_credit(response, said) or error_of_status(response, phase, _with_way_out(response.status, said))
    if phase == "submit":
        sure = response.status < 500 or "ingestion unavailable" in said.lower()
        errors.complete(error, charged="no" if sure else "unknown")
    return errors.complete(error, request_id=response.headers.get("x-request-id"))


def _content_or_credit(response: HttpResponse, said: str) -> errors.TarashException | None:
    """Refusals that have no status of their own in Dream Machine."""
    known: dict[str, Any] = {"raw_response": redact(body_of(response)), "retryable": False}
    if response.status in (400, 422) and _FLAGGED.search(said):
        return _CONTENT(f"Luma refused the content: {said.rstrip('.')}; change the prompt or the inputs.", **known)
    if response.status == 400 and _CREDIT.search(said):
        return errors.InsufficientCreditsError(
            f"Luma answered 400: {said.rstrip('.')}; add credits.", status_code=400, **known
        )
    return None


def _with_way_out(status: int, said: str) -> str | None:
    words = said.rstrip(".")
    return f"{words or 'the key was not accepted'}; {_TWO_KEYS}" if status in (401, 403) else words or None


def error_of_failure(generation: Mapping[str, Any]) -> errors.TarashException:
    """The error of a generation whose state is ``failed``, of either API."""
    said = " ".join(str(generation.get("failure_reason") or "").split()).rstrip(".")
    code = generation.get("failure_code")
    reason = _reason(generation, code, said)
    shown = redact_text(said or "it gave no reason") + (f" ({code})" if code else "")
    refused = "refused the content" if reason.error is _CONTENT else "could not finish the job"
    return reason.error(
        f"Luma {refused}: {shown}; {reason.way_out}.",
        raw_response=redact(dict(generation)),
        retryable=reason.retryable,
        charged=reason.charged,
    )


def _reason(generation: Mapping[str, Any], code: Any, said: str) -> Reason:
    """By the code where there is one; a code of tomorrow, or none, by the words."""
    if code in FAILURE_CODES:
        return FAILURE_CODES[code]
    found = next(reason for pattern, reason in _TEXTS if pattern.search(said))
    return found._replace(charged=None) if "failure_code" in generation else found
