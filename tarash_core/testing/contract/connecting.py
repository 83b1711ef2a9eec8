"""Contract: a connection that fails is told, whichever driver runs the provider."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from typing import Any

from tarash_core.errors import HTTPConnectionError, TarashException
from tarash_core.models.media import Media
from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.plugins.provider import Phase
from tarash_core.testing.contract.base import ContractBase
from tarash_core.testing.contract.bench import Bench, Tape, answers_of
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.samples import Sample
from tarash_core.testing.contract.teaching import broken, told

_MOST_ASKS = 12
_UNIQUE = re.compile(rb"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


class Connecting(ContractBase):
    """What the transport says passes through, and every driver gets the same answer."""

    @since(1)
    def test_transport_error_is_not_swallowed(self, sample: Sample) -> None:
        """A connection that fails at any request of any method ends it with that error."""
        bench = self.bench
        for phase, start in _methods(bench, sample):
            for place in range(_MOST_ASKS):
                lost = _Lost(answers_of(bench.simulator(sample)), place)
                try:
                    result = bench.drive(start(lost), phase, lost, sample)
                except HTTPConnectionError:
                    continue
                except TarashException as error:
                    result = told(error)
                if not lost.has_struck:
                    break
                broken(
                    f"{bench.name}.{phase}() makes {result!r:.100} of a lost connection (request {place + 1}).",
                    rule="a provider does not catch what the transport raises: the engine knows what was bought.",
                    change="remove the except around the yield, or raise the error again.",
                    see="transport",
                )

    @since(1)
    def test_every_driver_gives_the_same_answer(self, sample: Sample) -> None:
        """Sync, asyncio and trio make the same requests and end in the same response."""
        bench = self.bench
        answers = {name: run(bench, sample) for name, run in _drivers().items()}
        first = answers["sync"]
        for name, answer in answers.items():
            for what in first:
                if answer[what] != first[what]:
                    broken(
                        f"{bench.name}: {what} is {first[what]!r:.120} in sync and {answer[what]!r:.120} on {name}.",
                        rule="one provider serves every driver; nothing in it knows which one runs.",
                        change="keep no state on the provider between requests, and look at no event loop.",
                        see="drivers",
                    )


class _Lost:
    """Answers as a simulator does, until a request at which the connection is lost for good."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse], place: int) -> None:
        self.answer, self._left = answer, place
        self.has_struck = False
        self._after = 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._left:
            self._left -= 1
            return self.answer(request)
        self.has_struck = True
        self._after += 1
        assert self._after < _MOST_ASKS, "it asks on for ever although nothing answers"
        raise HTTPConnectionError("The connection was lost.")


def _methods(bench: Bench, sample: Sample) -> Iterator[tuple[Phase, Callable[[_Lost], Any]]]:
    """The methods that ask something, each as a function of what answers."""
    attempt, provider = bench.attempt(sample), bench.provider
    yield "submit", lambda lost: provider.submit(attempt.plan, attempt)
    if bench.submit(sample, bench.simulator(sample)).result is None:
        yield "poll", lambda lost: provider.poll(_job(bench, sample, lost))
        if provider.can("cancel"):
            yield "cancel", lambda lost: provider.cancel(_job(bench, sample, lost))
    if provider.can("upload"):
        yield "upload", lambda lost: provider.upload(Media(_PICTURE, content_type="image/png"))


def _job(bench: Bench, sample: Sample, lost: _Lost) -> Any:
    """A job of a simulator that then answers to the method."""
    simulator = bench.simulator(sample)
    job = bench.submit(sample, simulator)
    lost.answer = answers_of(simulator)
    return job


def _drivers() -> dict[str, Callable[[Bench, Sample], dict[str, Any]]]:
    known = {"sync": _sync, "asyncio": _on("asyncio")}
    return {**known, "trio": _on("trio")} if importlib.util.find_spec("trio") else known


def _sync(bench: Bench, sample: Sample) -> dict[str, Any]:
    tape = Tape(bench.simulator(sample))
    response = bench.generate(sample, tape)
    return _facts(response, response.outputs[0].read(), tape)


def _on(backend: str) -> Callable[[Bench, Sample], dict[str, Any]]:
    def run(bench: Bench, sample: Sample) -> dict[str, Any]:
        import anyio

        tape = Tape(bench.simulator(sample))
        response, content = anyio.run(bench.generate_async, sample, tape, backend=backend)
        return _facts(response, content, tape)

    return run


def _facts(response: Any, content: bytes, tape: Tape) -> dict[str, Any]:
    """What must be the same."""
    bought = tape.simulator.bought
    return {
        "the trail of requests": [
            (asked.method, asked.url, _UNIQUE.sub(b"*", asked.content or b"")) for asked, _ in tape.exchanges
        ],
        "the job": bought.index(response.request_id) if response.request_id in bought else "one without a name",
        "the status": response.status,
        "the outputs": [str(one) for one in response.outputs],
        "the notices": [notice.code for notice in response.notices],
        "the cost": response.cost,
        "the file": content,
    }
