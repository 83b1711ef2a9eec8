"""One request of a provider from yield to answer: key, redirects, retries, and its errors thrown back in."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from attrs import define, evolve, field

from tarash_core import errors
from tarash_core.engine.access import Access
from tarash_core.engine.asks import Flow, Interrupted, Received, Send, Sink, Sleep
from tarash_core.engine.clocks import Deadline
from tarash_core.engine.recording import show
from tarash_core.engine.redaction import redact_text, redact_url, scrub
from tarash_core.engine.retry import Retry, bought_nothing
from tarash_core.errors import TarashException
from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.plugins.provider import Blocking, Phase

T = TypeVar("T")

MAX_ANSWER_BYTES = 256 << 20
"""The largest answer that is read into memory."""

READ_SECONDS = 60.0
"""How long a request may take that buys nothing."""

BUY_SECONDS = 5.0
"""How long a purchase may take at least: one that leaves just before the deadline shall not lose its answer."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5


@define(eq=False, kw_only=True)
class Line:
    """A conversation with a provider.

    Attributes:
        access: The account and its host.
        phase: What the requests are for, in the words of the contract.
        deadline: When it must be over.
        retry: How often and how soon a request is repeated.
        on_buy: Called just before a purchase leaves.
        on_refusal: Called when it is sure that the purchase was not carried out.
    """

    access: Access
    phase: Phase
    deadline: Deadline
    retry: Retry = field(factory=Retry)
    on_buy: Callable[[], None] | None = None
    on_refusal: Callable[[], None] | None = None


def converse(line: Line, steps: Generator[Any, Any, T]) -> Flow[T]:
    """Runs a provider's generator; its requests are carried out, errors are thrown into it.

    Raises:
        TarashException: What the provider raises; an answer that it cannot read is an HTTPError that shows it.
    """
    answer: Any = None
    failure: Exception | None = None
    last: HttpResponse | None = None
    try:
        while True:
            try:
                ask = steps.throw(failure) if failure is not None else steps.send(answer)
            except StopIteration as stop:
                _scrub(getattr(stop.value, "error", None), line.access.secrets)
                return stop.value  # type: ignore[no-any-return]
            except errors.TarashException as error:
                scrub(error, line.access.secrets)
                raise
            except Exception as error:
                scrub(error, line.access.secrets)
                raise unreadable(line, None if error is failure else last, error) from error
            answer, failure = None, None
            try:
                if isinstance(ask, HttpRequest):
                    answer = last = yield from exchange(line, ask)
                else:
                    answer = yield from _called(line, ask)
            except Exception as error:
                failure = error
    finally:
        steps.close()


def _called(line: Line, ask: Blocking) -> Flow[Any]:
    try:
        return (yield ask)
    except Interrupted as left:
        if ask.buys and left.sent and line.on_buy is not None:
            line.on_buy()
        raise


def _scrub(error: Any, secrets: tuple[str, ...]) -> None:
    if isinstance(error, BaseException):
        scrub(error, secrets)


def unreadable(line: Line, response: HttpResponse | None, error: Exception) -> TarashException:
    """The error for an answer that the provider's code cannot read; it shows how the answer begins."""
    name = line.access.provider.name
    if response is None:
        return errors.PluginError(f"The provider {name} failed with {type(error).__name__}: {error}; please report it.")
    shown = redact_text(response.text, line.access.secrets)  # before it is cut: the cut may run through a secret
    start = shown[:200].strip() or "an empty body"
    return errors.HTTPError(
        f"{name} answered {response.status} with something that is not the expected JSON: {start!r}.",
        status_code=response.status,
        raw_response=shown[:2000],
        retryable=True,
    )


def exchange(line: Line, request: HttpRequest) -> Flow[HttpResponse]:
    """The answer to a request, after as many tries as its effect and the clock allow.

    Raises:
        TarashException: What ``Provider.error`` makes of an error status, or that no answer came.
    """
    tried = 0
    while True:
        tried += 1
        try:
            response: HttpResponse = yield from send(line, request)
            if response.status in _REDIRECTS and "location" in response.headers:
                response = yield from _followed(line, request, response)
        except errors.HTTPConnectionError as error:
            problem: TarashException = error
        except errors.TarashException as error:
            _note_refusal(line, request, bought_nothing(error))
            raise
        else:
            if response.status < 400 or response.status in request.expect:
                _note_refusal(line, request, 400 <= response.status < 500)
                return response
            problem = line.access.provider.error(response, line.phase)
        _note_refusal(line, request, bought_nothing(problem))
        if line.on_buy is not None and request.effect != "buy":
            problem._charged = None  # whatever it says is about this request, and not about the purchase beside it
        wait = line.retry.wait(request.effect, problem, tried)
        if wait is None or wait >= line.deadline.left():
            raise problem
        yield Sleep(wait)


def _note_refusal(line: Line, request: HttpRequest, refused: bool) -> None:
    if refused and request.effect == "buy" and line.on_refusal is not None:
        line.on_refusal()


def _followed(line: Line, request: HttpRequest, response: HttpResponse) -> Flow[HttpResponse]:
    """Follows the redirects of a read by hand, the key stripped on a foreign host."""
    for _ in range(_MAX_REDIRECTS):
        target = response.headers["location"]
        if request.effect != "read":
            raise errors.HTTPError(
                f"The provider redirects a {request.method} to {redact_url(target)}; check base_url.",
                status_code=response.status,
                charged="no",
            )
        request = _next_hop(line, request, response, target)
        response = yield from send(line, request)
        if response.status not in _REDIRECTS or "location" not in response.headers:
            return response
    raise errors.HTTPError("The provider redirects without end; check base_url.", status_code=response.status)


def _next_hop(line: Line, request: HttpRequest, response: HttpResponse, target: str) -> HttpRequest:
    try:
        return redirected(line.access, request, urljoin(response.url or request.url, target))
    except ValueError as error:
        text = "The provider redirects to what is no URL; check base_url."
        raise errors.HTTPError(text, status_code=response.status) from error


def redirected(access: Access, request: HttpRequest, url: str) -> HttpRequest:
    """The request for the next hop; it keeps its key only on the provider's own hosts.

    Raises:
        ValueError: It is no URL.
    """
    _ = urlsplit(url).port
    return evolve(request, url=url, signed=request.signed and access.owns(url))


def send(line: Line, request: HttpRequest, sink: Sink | None = None, max_bytes: int = MAX_ANSWER_BYTES) -> Flow[Any]:
    """Sends a request once, the key added, and reports the exchange to whoever watches."""
    ready = line.access.ready(request)
    left = line.deadline.left()
    if left <= 0:
        raise errors.HTTPConnectionError("The clock ran out before the request was sent.")
    if request.effect == "buy" and line.on_buy is not None:
        line.on_buy()
    if request.effect == "buy":
        seconds = max(left, BUY_SECONDS)
    else:
        seconds = left if sink is not None else min(left, READ_SECONDS)
    # A host that comes out of an answer, or from the user, must not lead into a private network.
    ask = Send(ready, seconds, max_bytes, sink, guarded=not (ready.signed or line.access.owns(ready.url)))
    started = line.access.clock.monotonic()
    try:
        answer = yield ask
    except Interrupted as left:
        _note_refusal(line, request, not left.sent)
        raise
    except errors.TarashException as error:
        scrub(error, line.access.secrets)
        raise
    except Exception as error:
        raise errors.PluginError(
            f"The transport failed with {type(error).__name__}: "
            f"{redact_text(str(error), line.access.secrets).rstrip('.')}."
        ) from error
    show(line.access, ask, answer, line.access.clock.monotonic() - started)
    return answer


__all__ = ["Line", "Received", "converse", "exchange", "redirected", "send", "unreadable"]
