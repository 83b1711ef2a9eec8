"""What a vendor's refusals and failures mean in our tree, as a table of the provider's and a few functions here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from tarash_core import errors
from tarash_core.plugins.answers import body_of, error_of_status, is_refusal, retry_after_seconds, words_of

if TYPE_CHECKING:
    from tarash_core.plugins.http import HttpResponse
    from tarash_core.plugins.provider import Phase


class Meaning(NamedTuple):
    """One kind of refusal or failure.

    Attributes:
        error: Our class.
        way_out: What to do, as the end of a sentence.
        retryable: Whether the same request may succeed later; the habit of the class or of the status when None.
        status: The HTTP statuses that it comes with; any when empty.
        words: A pattern that the vendor's code or words match, in any case; any words when empty.
        wait_seconds: How long to wait after a rate limit where the vendor names no time.
        charged: Whether a job that ended so is paid for, where that is known.
    """

    error: type[errors.TarashException]
    way_out: str
    retryable: bool | None = None
    status: tuple[int, ...] = ()
    words: str = ""
    wait_seconds: float | None = None
    charged: errors.Charged | None = None

    def fits(self, text: str, status: int | None = None) -> bool:
        """Whether an answer with this status and these words is one of the kind."""
        return (not self.status or status in self.status) and re.search(self.words, text, re.IGNORECASE) is not None


def meaning_of(table: Iterable[Meaning], text: str, status: int | None = None) -> Meaning | None:
    """The first kind that fits; None where none does.

    Args:
        table: The provider's kinds, the narrower before the wider.
        text: The vendor's code and words.
        status: The HTTP status, where the words came as an answer.
    """
    return next((row for row in table if row.fits(text, status)), None)


def refusal_of(
    response: HttpResponse,
    meaning: Meaning,
    who: str,
    *,
    words: str | None = None,
    status: int | None = None,
    wait_seconds: float | None = None,
) -> errors.TarashException:
    """The error for an answer whose meaning is known, such as ``Acme answered 400: a wrong seed; check the inputs.``.

    Args:
        response: The answer.
        meaning: Its kind.
        who: The vendor's name.
        words: The vendor's words, where the provider knows better where they stand.
        status: The status to tell, of a refusal that came with another; the answer's own when None.
        wait_seconds: What the vendor asks to wait; ``Retry-After`` when None.
    """
    from tarash_core.engine.redaction import redact

    body, told = body_of(response), response.status if status is None else status
    known: dict[str, Any] = {"raw_response": redact(body), "retryable": meaning.retryable}
    if issubclass(meaning.error, errors.HTTPError):
        known["status_code"] = told
    if issubclass(meaning.error, errors.RateLimitError):
        asked = retry_after_seconds(response) if wait_seconds is None else wait_seconds
        known["retry_after_seconds"] = meaning.wait_seconds if asked is None else asked
    said = _said(words_of(body) if words is None else words) or "no words"
    return meaning.error(f"{who} answered {told}: {said}; {meaning.way_out}.", **known)


def error_by(
    response: HttpResponse,
    phase: Phase,
    meaning: Meaning | None,
    who: str,
    *,
    bought_nothing: bool | None = None,
    request_id: Any = None,
    **told: Any,
) -> errors.TarashException:
    """The whole of ``Provider.error``: an error by its kind, or by the status alone, that says what it means for money.

    Args:
        response: The answer.
        phase: What the request was for.
        meaning: Its kind; None where the table has none.
        who: The vendor's name.
        bought_nothing: Whether a purchase that was answered so bought nothing; by :func:`is_refusal` when None.
        request_id: The vendor's id of the request; what is no text is none.
        **told: ``words``, ``status`` and ``wait_seconds`` as for :func:`refusal_of`.
    """
    if meaning is None:
        error = error_of_status(response, phase, told.get("words"))
    else:
        error = refusal_of(response, meaning, who, **told)
    errors.complete(error, request_id=request_id if isinstance(request_id, str) else None)
    return billed(error, phase, is_refusal(response) if bought_nothing is None else bought_nothing)


def failure_of(
    meaning: Meaning,
    who: str,
    words: str,
    raw: Any,
    *,
    code: object = None,
    charged: errors.Charged | None = None,
    request_id: str | None = None,
    status: int | None = None,
) -> errors.TarashException:
    """The error of a job that ended without a result, in the vendor's words.

    Args:
        meaning: The kind of failure.
        who: The vendor's name.
        words: Why, as the vendor says it.
        raw: What the vendor told of the job.
        code: The vendor's code, shown behind its words.
        charged: Whether the job is paid for, where it tells; what the kind says when None.
        request_id: The vendor's id of the job.
        status: The HTTP status that the vendor has for it, where the error is one of HTTP.
    """
    from tarash_core.engine.redaction import redact

    known: dict[str, Any] = {"status_code": status} if issubclass(meaning.error, errors.HTTPError) else {}
    refused = issubclass(meaning.error, errors.ContentModerationError)
    what = "refused the content" if refused else "could not finish the job"
    said = (_said(words) or "it gave no reason") + (f" ({code})" if code else "")
    return meaning.error(
        f"{who} {what}: {said}; {meaning.way_out}.",
        request_id=request_id,
        raw_response=redact(raw),
        retryable=meaning.retryable,
        charged=charged or meaning.charged,
        **known,
    )


def billed(error: errors.TarashException, phase: Phase, bought_nothing: bool) -> errors.TarashException:
    """The error of a purchase with its ``charged``: ``"no"`` where nothing was bought, else ``"unknown"``.

    What went wrong in another phase says nothing about the bill and stays as it is.
    """
    if phase != "submit":
        return error
    return errors.complete(error, charged="no" if bought_nothing else "unknown")


def _said(words: str) -> str:
    from tarash_core.engine.redaction import redact_text

    return redact_text(" ".join(words.split())).rstrip(". ")
