"""Faults that a test scripts: `simulator.script(faults.too_many_requests(retry_after=2), faults.lost_answer())`.

A fault waits for the first request that it is about and takes effect `times` times; each request meets at most one
fault, so faults on the same phase take their turns in the order of the script. Faults about a job (`stuck`, `failed`,
`moderated`, `called_off`) wait for the next job that is bought.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

from attrs import define, evolve, field, frozen

from tarash_core.plugins.http import Headers, HttpRequest, HttpResponse
from tarash_core.testing.jobs import Outcome
from tarash_core.testing.reply import Reply
from tarash_core.testing.routing import PHASES, PathPattern

if TYPE_CHECKING:
    from tarash_core.testing.simulator import Simulator

Proceed = Callable[[], Reply]
"""Lets the simulator handle the request as if there were no fault."""

Act = Callable[["Simulator", HttpRequest, Proceed], Reply]
"""What a fault does with a request; without calling the third argument the request is never handled."""

On = str | Callable[[HttpRequest], bool] | None
"""Which requests: a phase word, ``"GET /v1/videos/{id}"``, a predicate, or None for any request."""

Selector = Callable[[str, HttpRequest], bool]

_PAGE = b"<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"
_EXPIRED = b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>AccessDenied</Code><Message>expired</Message></Error>"


def selector(on: On) -> Selector:
    """Turns the three forms of ``on`` into one function of phase and request.

    Raises:
        ValueError: A text is neither a phase nor a method with a path.
    """
    if on is None:
        return lambda phase, request: True
    if not isinstance(on, str):
        return lambda phase, request: on(request)
    if on in PHASES:
        return lambda phase, request: phase == on
    method, _, path = on.partition(" ")
    if not path.startswith("/"):
        raise ValueError(f"on={on!r} names no request; use one of {', '.join(PHASES)}, or 'GET /path/{{id}}'.")
    pattern = PathPattern.parse(path)
    return lambda phase, request: request.method == method and pattern.match(request.url) is not None


@frozen(kw_only=True)
class Fault:
    """One thing that goes wrong. The functions below make the usual ones.

    Attributes:
        name: What it is called in a failing test.
        on: Which requests it is about: a phase word, ``"GET /v1/videos/{id}"``, a predicate, or None for any.
        times: How often it takes effect; None is for ever.
        skip: How many requests, or jobs, it lets pass first.
        act: What it does with a request.
        outcome: How the next bought job ends.
    """

    name: str = "fault"
    on: On = None
    times: int | None = 1
    skip: int = 0
    act: Act | None = field(default=None, repr=False)
    outcome: Outcome | None = None
    _selects: Selector = field(init=False, repr=False, eq=False)

    @_selects.default
    def _selector(self) -> Selector:
        return selector(self.on)

    def matches(self, phase: str, request: HttpRequest) -> bool:
        """Whether the fault is about this request."""
        return self.act is not None and self._selects(phase, request)


@define
class _Turn:
    fault: Fault
    left: int | None
    skip: int

    def take(self) -> bool:
        if self.skip:
            self.skip -= 1
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Script:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._turns: list[_Turn] = []

    def add(self, faults: Iterable[Fault]) -> None:
        """Appends faults."""
        self._turns += [_Turn(fault, fault.times, fault.skip) for fault in faults]

    def for_request(self, phase: str, request: HttpRequest) -> Act | None:
        """Takes the fault that a request meets."""
        fault = self._take(lambda fault: fault.matches(phase, request))
        return None if fault is None else fault.act

    def for_job(self) -> Outcome | None:
        """Takes the outcome of the job that is being bought."""
        fault = self._take(lambda fault: fault.outcome is not None)
        return None if fault is None else fault.outcome

    @property
    def unused(self) -> list[Fault]:
        """Faults that have not taken effect as often as they were to; one that is for ever never counts."""
        return [turn.fault for turn in self._turns if turn.left]

    def _take(self, wanted: Callable[[Fault], bool]) -> Fault | None:
        for turn in self._turns:
            if turn.left != 0 and wanted(turn.fault) and turn.take():
                return turn.fault
        return None


def _instead(make: Callable[[Simulator], Reply], handled: bool = False) -> Act:
    def act(simulator: Simulator, request: HttpRequest, proceed: Proceed) -> Reply:
        if handled:
            proceed()
        return make(simulator)

    return act


def _altered(alter: Callable[[Reply], Reply]) -> Act:
    return lambda simulator, request, proceed: alter(proceed())


def too_many_requests(
    retry_after: float | None = None, *, on: On = "submit", times: int | None = 1, skip: int = 0
) -> Fault:
    """A 429 in the vendor's shape; nothing was handled.

    Args:
        retry_after: Seconds for the ``Retry-After`` header; None sends no such header.
        on: Which requests.
        times: How often.
        skip: How many requests pass first.
    """

    def refusal(simulator: Simulator) -> Reply:
        response = simulator.problem(429, "Too many requests.")
        headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
        return Reply(evolve(response, headers=Headers({**response.headers, **headers})))

    return Fault(name="too_many_requests", on=on, times=times, skip=skip, act=_instead(refusal))


def server_error(
    status: int = 503,
    *,
    html: bool = False,
    handled: bool = False,
    on: On = None,
    times: int | None = 1,
    skip: int = 0,
) -> Fault:
    """An error of the vendor's side.

    Args:
        status: A status of 500 and above.
        html: A proxy's HTML page in place of the vendor's shape.
        handled: The request was handled all the same: the error came from a gateway on the way back.
        on: Which requests.
        times: How often.
        skip: How many requests pass first.
    """

    def failure(simulator: Simulator) -> Reply:
        page = HttpResponse(status, Headers({"content-type": "text/html"}), _PAGE)
        return Reply(page if html else simulator.problem(status, "The service is not available."))

    return Fault(name=f"server_error({status})", on=on, times=times, skip=skip, act=_instead(failure, handled))


def lost_answer(*, on: On = "submit", times: int | None = 1, skip: int = 0) -> Fault:
    """The request is handled (a job is bought), then the connection is reset before the answer arrives."""
    act = _instead(lambda simulator: Reply(None), handled=True)
    return Fault(name="lost_answer", on=on, times=times, skip=skip, act=act)


def reset(*, on: On = None, times: int | None = 1, skip: int = 0) -> Fault:
    """The connection is reset and nothing was handled; to the client it looks like `lost_answer`."""
    return Fault(name="reset", on=on, times=times, skip=skip, act=_instead(lambda simulator: Reply(None)))


def refused(*, on: On = None, times: int | None = 1, skip: int = 0) -> Fault:
    """The connection is refused: ``handle`` raises ConnectionRefusedError, and the client knows nothing was handled.

    The loopback host has accepted the connection by then and can only show it as a reset.
    """

    def refuse(simulator: Simulator, request: HttpRequest, proceed: Proceed) -> Reply:
        raise ConnectionRefusedError("the simulator refuses the connection")

    return Fault(name="refused", on=on, times=times, skip=skip, act=refuse)


def truncated(after_bytes: int = 100, *, on: On = "download", times: int | None = 1, skip: int = 0) -> Fault:
    """The body stops early: at most ``after_bytes`` arrive, never all of them, then the connection is reset."""

    def cut(reply: Reply) -> Reply:
        if reply.response is None or not reply.response.content:
            return Reply(None)
        return evolve(reply, cut_after=min(after_bytes, len(reply.response.content) - 1))

    return Fault(name="truncated", on=on, times=times, skip=skip, act=_altered(cut))


def late(seconds: float, *, on: On = None, times: int | None = 1, skip: int = 0) -> Fault:
    """The answer comes ``seconds`` of the simulator's clock later."""
    act = _altered(lambda reply: evolve(reply, after=reply.after + seconds))
    return Fault(name=f"late({seconds:g})", on=on, times=times, skip=skip, act=act)


def dripping(
    chunk_bytes: int = 1, pause_seconds: float = 1.0, *, on: On = "download", times: int | None = 1, skip: int = 0
) -> Fault:
    """The body comes ``chunk_bytes`` at a time with a pause before each, which no timeout per read notices."""
    act = _altered(lambda reply: evolve(reply, drip=(chunk_bytes, pause_seconds)))
    return Fault(name="dripping", on=on, times=times, skip=skip, act=act)


def expired_url(status: int = 403, *, on: On = "download", times: int | None = 1, skip: int = 0) -> Fault:
    """The storage host says that the signed URL is no longer good."""
    response = HttpResponse(status, Headers({"content-type": "application/xml"}), _EXPIRED)
    return Fault(name="expired_url", on=on, times=times, skip=skip, act=_instead(lambda simulator: Reply(response)))


def redirect(url: str, status: int = 302, *, on: On = "download", times: int | None = 1, skip: int = 0) -> Fault:
    """The answer sends the client to another URL; nothing was handled."""
    response = HttpResponse(status, Headers({"location": url}))
    return Fault(name="redirect", on=on, times=times, skip=skip, act=_instead(lambda simulator: Reply(response)))


def garbage(*, html: bool = True, handled: bool = True, on: On = None, times: int | None = 1, skip: int = 0) -> Fault:
    """A 200 whose body is not what it should be.

    Args:
        html: A web page; False sends half a JSON object under the JSON content type.
        handled: Whether the request was handled behind it.
        on: Which requests.
        times: How often.
        skip: How many requests pass first.
    """
    content_type, content = ("text/html", _PAGE) if html else ("application/json", b'{"status": ')
    response = HttpResponse(200, Headers({"content-type": content_type}), content)
    act = _instead(lambda simulator: Reply(response), handled)
    return Fault(name="garbage", on=on, times=times, skip=skip, act=act)


def empty(*, on: On = None, times: int | None = 1, skip: int = 0) -> Fault:
    """The request is handled, and the answer is a 200 without a body."""
    act = _instead(lambda simulator: Reply(HttpResponse(200)), handled=True)
    return Fault(name="empty", on=on, times=times, skip=skip, act=act)


def vanished(*, on: On = "poll", times: int | None = 1, skip: int = 0) -> Fault:
    """The vendor has forgotten every job when the request arrives."""

    def forget(simulator: Simulator, request: HttpRequest, proceed: Proceed) -> Reply:
        simulator.forget_jobs()
        return proceed()

    return Fault(name="vanished", on=on, times=times, skip=skip, act=forget)


def stuck(stage: Literal["queued", "running"] = "running", *, times: int | None = 1, skip: int = 0) -> Fault:
    """The next job never ends and stays in ``stage``."""
    return Fault(name="stuck", times=times, skip=skip, outcome=Outcome("stuck", stuck_at=stage))


def failed(reason: str = "The generation failed.", *, times: int | None = 1, skip: int = 0) -> Fault:
    """The next job fails with the vendor's ``reason``."""
    return Fault(name="failed", times=times, skip=skip, outcome=Outcome("failure", reason))


def moderated(reason: str = "The content was flagged.", *, times: int | None = 1, skip: int = 0) -> Fault:
    """The next job is refused by the vendor's content moderation."""
    return Fault(name="moderated", times=times, skip=skip, outcome=Outcome("moderation", reason))


def called_off(reason: str = "The job was cancelled.", *, times: int | None = 1, skip: int = 0) -> Fault:
    """The next job ends as cancelled although nobody here asked for it."""
    return Fault(name="called_off", times=times, skip=skip, outcome=Outcome("cancelled", reason))
