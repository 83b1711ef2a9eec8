"""What Runway's error answers and failure codes mean in our tree (dossier runway.md, section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarash_core import errors
from tarash_core.engine.redaction import redact, redact_text
from tarash_core.plugins import (
    HttpResponse,
    Meaning,
    Phase,
    body_of,
    charged_of,
    error_by,
    failure_of,
    meaning_of,
    words_of,
)

DAILY_WAIT_SECONDS = 3600.0
"""How long to wait after the daily limit, which counts the last 24 hours: longer than a purchase is held back."""

_MOST_ISSUES = 4
_HTTP, _RATE, _CREDIT = errors.HTTPError, errors.RateLimitError, errors.InsufficientCreditsError
_BROKE = "not have enough credits|insufficient credits"
_END_USER = "set provider_config={'on_behalf_of': '<an id of your end user>'}"
_MODEL = r"No matching discriminator.*\bmodel\b|\bmodel\b.*No matching discriminator"
_FETCHED = r"fetch(ing)? asset|HTTPS URLs|hosted on a domain"
_UNFIT = r"asset (size|duration|aspect ratio)|asset type"

_REFUSALS = (
    Meaning(_CREDIT, "buy credits for the organisation, or use another account", None, (400,), _BROKE),
    Meaning(_RATE, "wait, or use another account", None, (429,), "daily", wait_seconds=DAILY_WAIT_SECONDS),
)
"""Refusals that the status alone does not tell."""

_WAYS_OUT = (
    Meaning(_HTTP, "give a URL, or a larger file, which is uploaded", status=(413,)),
    Meaning(_HTTP, "leave api_version out", words="X-Runway-Version"),
    Meaning(_HTTP, _END_USER, words="On-Behalf-Of"),
    Meaning(_HTTP, "use another model", words=_MODEL),
    Meaning(_HTTP, "give a public https URL, or the file itself", words=_FETCHED),
    Meaning(_HTTP, "give another file", words=_UNFIT),
)
"""Ways out of what the status tells."""

_CONTENT, _FAILED = errors.ContentModerationError, errors.GenerationFailedError
_REWORD = Meaning(_CONTENT, "change the prompt or the input", False, charged="unknown")
_BILLED = "change the input; Runway bills it, and many may suspend you"

FAILURES = (
    Meaning(_CONTENT, _BILLED, False, words=r"^SAFETY\.INPUT\b", charged="yes"),
    _REWORD._replace(words=r"^SAFETY\b"),
    _REWORD._replace(words=r"^INPUT_PREPROCESSING\.SAFETY\b"),
    Meaning(_FAILED, "try again in a while", True, words=r"^INPUT_PREPROCESSING\b", charged="unknown"),
    Meaning(_FAILED, "give a file that keeps to the limits of the model", False, words=r"^ASSET\b", charged="unknown"),
    Meaning(_FAILED, "try once more, or change the prompt", True, words=r"^INTERNAL\.BAD_OUTPUT\b", charged="unknown"),
    Meaning(_FAILED, "try again in some minutes", True, words=r"^THIRD_PARTY\b", charged="unknown"),
)
"""Failure codes by their beginning, the longer one first; the rest of a code grows and only tells more."""

_ANY = Meaning(_FAILED, "try again in a while", True, charged="unknown")
_GONE = (
    "Runway no longer knows the task: it was cancelled or deleted, and what it cost is not told; look at the usage of "
    "the organisation."
)


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer of 400 and above.

    A purchase that was refused below 500, or with Runway's own 503, bought nothing. After any other answer of 500 and
    above nobody knows, for Runway has neither an idempotency key nor a list of tasks.

    Args:
        response: The answer; Runway's JSON, a gateway's, or a page.
        phase: What the request was for.
    """
    body = body_of(response)
    if response.status == 404 and phase in ("poll", "cancel"):
        return errors.JobExpiredError(_GONE, raw_response=redact(body))
    said, status = _words(body), response.status
    meaning = meaning_of(_REFUSALS, said, status)
    if meaning is None:
        hint = meaning_of(_WAYS_OUT, said, status)
        said = "; ".join(filter(None, (said, hint and hint.way_out)))
    return error_by(response, phase, meaning, "Runway", words=said)


def _words(body: Any) -> str:
    """Runway's sentence, with every problem of a validation; an unknown model's tells those that are known."""
    issues = body.get("issues") if isinstance(body, dict) else None
    said = [words_of(body).rstrip(". ")]
    if isinstance(issues, list):
        said += [_issue(issue) for issue in issues[:_MOST_ISSUES] if isinstance(issue, dict)]
    return redact_text(": ".join(filter(None, (said[0], "; ".join(said[1:])))))


def _issue(issue: Mapping[str, Any]) -> str:
    path = issue.get("path")
    place = ".".join(map(str, path)) if isinstance(path, list) else ""
    text = words_of(issue) or str(issue.get("note") or issue.get("code") or "")
    # The place of the list of models within the issue is not documented.
    note = issue.get("note")
    more = [str(note)] if note and str(note) not in text else []
    options: list[Any] = next(
        (issue[key] for key in ("values", "options", "expected") if isinstance(issue.get(key), list)), []
    )
    more += [f"expected {', '.join(map(str, options))}"] if options and str(options[0]) not in text else []
    return f"{place} " * bool(place) + ", ".join([text.rstrip(". "), *more])


def error_of_failure(task: Mapping[str, Any], cost: float | None) -> errors.TarashException:
    """The error of a task with status ``FAILED``.

    Args:
        task: The task; ``failureCode`` may be missing.
        cost: The credits that stay charged, where the task tells.
    """
    code, words, id = str(task.get("failureCode") or ""), str(task.get("failure") or ""), task.get("id")
    meaning = meaning_of(FAILURES, code) or _ANY
    charged = None if cost is None else charged_of(cost)
    return failure_of(meaning, "Runway", words, dict(task), code=code, charged=charged, request_id=id)
