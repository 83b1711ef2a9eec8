"""Contract: error() knows what the vendor documents, and nothing that arrives makes it crash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from tarash_core import errors
from tarash_core.engine.retry import bought_nothing
from tarash_core.plugins.http import Headers, HttpResponse
from tarash_core.plugins.provider import Phase
from tarash_core.testing.contract.base import ContractBase
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.samples import Documented
from tarash_core.testing.contract.teaching import broken, listed, place_of, told

STATUSES = (400, 401, 402, 403, 404, 408, 409, 410, 413, 422, 429, 451, 499, 500, 502, 503, 504, 520)
_PHASES: tuple[Phase, ...] = get_args(Phase)
_LATER: tuple[Phase, ...] = ("poll", "cancel", "download")
_HIDDEN = "s3cr3t-signature"
_LINK = f"no file at https://files.example/a.png?X-Amz-Signature={_HIDDEN}"
_BODIES: tuple[bytes, ...] = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"7",
    b'"no"',
    b"<html><body>Bad gateway</body></html>",
    b'{"error": {"message":',
    b"\xff\xfe\x00",
    b'{"detail": null, "error": null, "errors": null, "message": null, "code": null, "status": null}',
    b'{"detail": [], "error": [], "errors": [null], "message": {}, "code": [], "status": {}}',
    b'{"detail": [1], "error": "x", "errors": {"a": 1}, "message": 3, "code": {"a": []}, "name": 5}',
    b'{"detail": {"type": [], "msg": {}}, "error": {"code": null, "message": [], "type": {}, "details": 1}}',
    b'{"error": {"code": "x", "message": {"text": null}, "details": [null, 1, "x", {}]}, "code": 12345678901}',
)
_CHARGED = (None, "no", "yes", "unknown")
_USUAL: tuple[tuple[int, type[errors.TarashException], bool], ...] = (
    (401, errors.AuthenticationError, False),
    (429, errors.RateLimitError, True),
)


class Failing(ContractBase):
    """One table of errors for each provider: class, retryable and charged."""

    @since(1)
    def test_every_declared_error_maps(self, documented: Documented) -> None:
        """What the vendor documents is the error of ours that ``documented_errors`` says."""
        error = self.provider.error(documented.answer, documented.phase)
        charged = "no" if documented.phase == "submit" and bought_nothing(error) else error.charged
        waits = getattr(error, "retry_after_seconds", None) if documented.retry_after_seconds is not None else None
        found = (type(error), error.retryable, charged if documented.charged else None, waits)
        wanted = (documented.raises, documented.retryable, documented.charged, documented.retry_after_seconds)
        names = ("class", "retryable", "charged", "retry_after_seconds")
        wrong = [
            f"{name} is {_shown(ours)}, the table says {_shown(theirs)}"
            for name, ours, theirs in zip(names, found, wanted, strict=True)
            if ours != theirs
        ]
        if documented.says not in str(error):
            wrong.append(f"its sentence lacks {documented.says!r}: {error}")
        code, said = getattr(error, "status_code", None), documented.status_code or documented.status
        if code != said and (code is not None or documented.status_code is not None):
            wrong.append(f"status_code is {code}, the vendor said {said}")
        if wrong:
            broken(
                f"{self.bench.name}.error() misreads {documented.name!r} ({documented.status}):\n{listed(wrong)}",
                rule="every error that the vendor documents has its class, whether it may be repeated, and who pays.",
                change="correct the row of error(), or of documented_errors if the vendor says otherwise.",
                see="errors",
            )

    @since(1)
    def test_no_error_body_is_a_crash(self) -> None:
        """Any status with any body in any phase is an error of our tree, and shows no signed URL."""
        found = [line for status in STATUSES for line in self._crashes(status)]
        if found:
            broken(
                f"{self.bench.name}.error() cannot read some answers:\n{listed(dict.fromkeys(found))}",
                rule="error() returns an error of our tree for whatever arrives, and shows no signed URL or key.",
                change="ask isinstance() before you index, and fall back on error_of_status(response, phase).",
                see="errors",
            )

    def _crashes(self, status: int) -> Iterator[str]:
        for content in (*_BODIES, *_links()):
            for phase in _PHASES:
                fault = self._fault(HttpResponse(status, Headers({"content-type": "application/json"}), content), phase)
                if fault:
                    yield f"{status} with {content[:60]!r}: {fault}"

    def _fault(self, answer: HttpResponse, phase: Phase) -> str | None:
        try:
            error: Any = self.provider.error(answer, phase)
        except Exception as crash:
            return f"{phase} raised {told(crash)} at {place_of(crash)}"
        if not isinstance(error, errors.TarashException):
            return f"{phase} returned {error!r:.80}"
        if error.charged not in _CHARGED:
            return f"{phase} says charged={error.charged!r}, which is none of {_CHARGED}"
        if _HIDDEN in f"{error} {error.raw_response}":
            return f"{phase} shows the signature of a URL; pass texts through redact_text()"
        return None

    @since(1)
    def test_later_errors_leave_the_bill_alone(self) -> None:
        """An error while polling says nothing about the bill: the job was bought before."""
        simulator = self.bench.simulator()
        answers = [simulator.problem(status, "refused by the contract test") for status in STATUSES]
        answers += [one.answer for one in self.documented_errors if one.phase == "submit"]
        found = [
            f"{answer.status} at {phase}: {answer.text[:80]}"
            for phase in _LATER
            for answer in answers
            if errors.complete(self.provider.error(answer, phase), charged="unknown").charged == "no"
        ]
        if found:
            broken(
                f"{self.bench.name}.error() says charged='no' of a job that was bought:\n{listed(found)}",
                rule="only an error of the purchase itself says charged='no'; later ones leave it to the engine.",
                change='set charged only where phase == "submit".',
                see="errors",
            )

    @since(1)
    @pytest.mark.parametrize(("status", "kind", "retryable"), _USUAL, ids=[str(row[0]) for row in _USUAL])
    def test_usual_refusals_have_their_class(self, status: int, kind: type[Any], retryable: bool) -> None:
        """A bad key and too many requests are told apart, in the vendor's own shape, and cost nothing."""
        answer = self.bench.simulator().problem(status, "refused by the contract test")
        answer = HttpResponse(answer.status, {**answer.headers, "retry-after": "7"}, answer.content)
        error = self.provider.error(answer, "submit")
        found = (isinstance(error, kind), error.retryable, bought_nothing(error))
        waits = getattr(error, "retry_after_seconds", None) if status == 429 else True
        if found != (True, retryable, True) or not waits:
            broken(
                f"{self.bench.name}.error() makes {told(error)} of a {status} at submit "
                f"(retryable={error.retryable}, charged={error.charged!r}).",
                rule=f"a {status} is {kind.__name__}, retryable={retryable}, not charged, and keeps Retry-After.",
                change="fall back on error_of_status(response, phase), which does it by the status.",
                see="errors",
            )


def _links() -> Iterator[bytes]:
    import json

    shapes: tuple[Any, ...] = (
        {"detail": _LINK},
        {"error": {"message": _LINK, "code": 1}},
        {"message": _LINK},
        {"errors": [_LINK]},
        {"error": _LINK},
    )
    return (json.dumps(shape).encode() for shape in shapes)


def _shown(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else repr(value)
