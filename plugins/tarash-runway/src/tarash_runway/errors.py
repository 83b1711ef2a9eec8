"""What Runway's error answers and failure codes mean in our tree (dossier runway.md, section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from tarash_core import errors
from tarash_core.engine.redaction import redact, redact_text
from tarash_core.plugins import HttpResponse, Phase, body_of, error_of_status, retry_after_seconds, words_of

DAILY_WAIT_SECONDS = 3600.0
"""How long to wait after the daily limit, which counts the last 24 hours: longer than a purchase is held back."""

_NO_CREDIT = re.compile(r"not have enough credits|insufficient credits", re.IGNORECASE)
_DAILY = re.compile(r"daily", re.IGNORECASE)
_MOST_ISSUES = 4


class _Refusal(NamedTuple):
    """One thing that Runway refuses a request for: a pattern in its words, and the way out."""

    pattern: str
    way_out: str


_REFUSALS = (
    _Refusal(r"X-Runway-Version", "leave api_version out"),
    _Refusal(r"On-Behalf-Of", "set provider_config={'on_behalf_of': '<an id of your end user>'}"),
    _Refusal(r"No matching discriminator.*\bmodel\b|\bmodel\b.*No matching discriminator", "use another model"),
    _Refusal(r"fetch(ing)? asset|HTTPS URLs|hosted on a domain", "give a public https URL, or the file itself"),
    _Refusal(r"[Aa]sset (size|duration|aspect ratio)|asset type", "give another file"),
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
    error = _of_answer(response, body, phase)
    if phase == "submit":
        refused = response.status < 500 or (response.status == 503 and isinstance(body, dict))
        errors.complete(error, charged="no" if refused else "unknown")
    return error


def _of_answer(response: HttpResponse, body: Any, phase: Phase) -> errors.TarashException:
    said, status = _words(body), response.status
    known: dict[str, Any] = {"raw_response": redact(body), "status_code": status}
    if status == 400 and _NO_CREDIT.search(said):
        return errors.InsufficientCreditsError(
            f"The Runway organisation has no credit: {said}; buy some, or use another account.", **known
        )
    if status == 404 and phase in ("poll", "cancel"):
        return errors.JobExpiredError(
            "Runway no longer knows the task: it was cancelled or deleted, and what it cost is not told; look at the "
            "usage of the organisation.",
            raw_response=redact(body),
        )
    if status == 429 and _DAILY.search(said):
        wait = retry_after_seconds(response)
        return errors.RateLimitError(
            f"Runway's daily limit is reached: {said}; wait, or use another account.",
            retry_after_seconds=DAILY_WAIT_SECONDS if wait is None else wait,
            **known,
        )
    return error_of_status(response, phase, _with_way_out(said, status))


def _with_way_out(said: str, status: int) -> str:
    if status == 413:
        return f"{said or 'the body is too large'}; give a URL, or a larger file, which is uploaded"
    found = (refusal.way_out for refusal in _REFUSALS if re.search(refusal.pattern, said))
    return "; ".join(filter(None, (said, next(found, None))))


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


class _Failure(NamedTuple):
    """A class of failure codes by its beginning; ``charged`` where the task does not tell."""

    beginning: str
    error: type[errors.TarashException]
    retryable: bool
    charged: errors.Charged
    way_out: str


_CONTENT, _FAILED = errors.ContentModerationError, errors.GenerationFailedError

FAILURES = (
    _Failure("SAFETY.INPUT", _CONTENT, False, "yes", "change the input; Runway bills it, and many may suspend you"),
    _Failure("SAFETY", _CONTENT, False, "unknown", "change the prompt or the input"),
    _Failure("INPUT_PREPROCESSING.SAFETY", _CONTENT, False, "unknown", "change the prompt or the input"),
    _Failure("INPUT_PREPROCESSING", _FAILED, True, "unknown", "try again in a while"),
    _Failure("ASSET", _FAILED, False, "unknown", "give a file that keeps to the limits of the model"),
    _Failure("INTERNAL.BAD_OUTPUT", _FAILED, True, "unknown", "try once more, or change the prompt or the input"),
    _Failure("THIRD_PARTY", _FAILED, True, "unknown", "try again in some minutes"),
    _Failure("", _FAILED, True, "unknown", "try again in a while"),
)
"""Failure codes by their beginning, the longer one first; the rest of a code grows and only tells more."""


def error_of_failure(task: Mapping[str, Any], cost: float | None) -> errors.TarashException:
    """The error of a task with status ``FAILED``.

    Args:
        task: The task; ``failureCode`` may be missing.
        cost: The credits that stay charged, where the task tells.
    """
    code = str(task.get("failureCode") or "")
    kind = next(kind for kind in FAILURES if _begins(code, kind.beginning))
    said = " ".join(str(task.get("failure") or "it gave no reason").split()).rstrip(". ")
    what = "refused the content" if kind.error is _CONTENT else "could not finish the task"
    tag = f" ({code})" if code else ""
    return kind.error(
        f"Runway {what}: {redact_text(said)}{tag}; {kind.way_out}.",
        request_id=task.get("id"),
        raw_response=redact(dict(task)),
        retryable=kind.retryable,
        charged=kind.charged if cost is None else ("yes" if cost else "no"),
    )


def _begins(code: str, beginning: str) -> bool:
    return not beginning or code == beginning or code.startswith(beginning + ".")
