"""Contract: submit() describes one purchase and nothing else."""

from __future__ import annotations

import contextlib
import copy
import itertools
import socket
import time
from collections.abc import Callable
from typing import Any, NoReturn
from unittest import mock
from urllib.parse import quote

from tarash_core.errors import TarashException
from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.plugins.provider import Attempt
from tarash_core.plugins.updates import Accepted, Done
from tarash_core.testing.contract.base import ContractBase
from tarash_core.testing.contract.bench import Bench, Tape, answers_of
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.memory import changes, memory_of
from tarash_core.testing.contract.samples import Sample
from tarash_core.testing.contract.teaching import broken, told
from tarash_core.testing.simulator import Simulator

_SERIES = itertools.count(1_000_000, 1_000)
"""Where simulators begin to count, so that no id is ever met twice in a process."""


class Submitting(ContractBase):
    """submit() is a pure function of plan and attempt, with one purchase; its receipt outlives the process."""

    @since(1)
    def test_submit_is_pure(self, sample: Sample) -> None:
        """The same plan and attempt make the same requests, without I/O, and the plan stays as it is."""
        bench = self.bench
        attempt = bench.attempt(sample)
        before = copy.deepcopy(attempt.plan.payload)
        first, answers = _asked(bench, attempt, answers_of(bench.simulator(sample)), sample)
        second, _ = _asked(bench, attempt, _again(answers), sample)
        if attempt.plan.payload != before:
            broken(
                f"{bench.name}.submit() changes plan.payload.",
                rule="a plan can be sent twice; submit() must not write into it.",
                change="build the body anew: {**plan.payload, …}.",
                see="submit",
            )
        if first != second:
            broken(
                f"{bench.name}.submit() asks differently the second time: {_difference(first, second)}.",
                rule="submit is a pure function of plan and attempt, so that a request can be repeated and compared.",
                change="take what must be unique from attempt.idempotency_key, and time only in authorize().",
                see="submit",
            )

    @since(1)
    def test_submit_buys_once(self, sample: Sample) -> None:
        """Exactly one request has effect="buy", and submit returns Accepted or Done."""
        bench = self.bench
        attempt, simulator = bench.attempt(sample), bench.simulator(sample)
        asked: list[tuple[HttpRequest, HttpResponse]] = []
        result = bench.drive(
            bench.provider.submit(attempt.plan, attempt), "submit", _kept(asked, answers_of(simulator)), sample
        )
        tried = [got.status < 400 for request, got in asked if request.effect == "buy"]
        count = len(tried) - tried.index(True) if True in tried else 0
        if count != 1:
            broken(
                f'{bench.name}.submit() buys with {count} requests of effect="buy".',
                rule='the purchase is one request with effect="buy": it alone is never repeated blindly.',
                change='write effect="buy" on the request that costs money, and "write" on what else changes.',
                see="submit",
            )
        if not isinstance(result, (Accepted, Done)):
            broken(
                f"{bench.name}.submit() returned {result!r:.120}.",
                rule="submit returns Accepted(id, state=…), or Done(…) where the answer is the result.",
                change='return Accepted(body["id"]) with the vendor\'s own id.',
                see="submit",
            )

    @since(1)
    def test_job_survives_json(self, sample: Sample) -> None:
        """A receipt goes through JSON unchanged, holds no key, and a process that did not buy it takes it up."""
        bench = self.bench
        tape = Tape(_numbered(bench.simulator(sample)))
        job = bench.submit(sample, tape)
        restored: Any = None
        try:
            text = job.to_json()
            restored = type(job).from_json(text)
        except (TypeError, ValueError) as error:
            _not_json(bench, str(error))
        if restored.state != job.state:
            _not_json(bench, f"{dict(job.state)!r:.200} comes back as {dict(restored.state)!r:.200}")
        for secret in bench.credential.values():
            if secret in text:
                broken(
                    f"{bench.name} writes its key into the job's state.",
                    rule="a job is stored in users' databases and holds no secret.",
                    change="keep ids and URLs in Accepted(state=…), never what authorize() was given.",
                    see="the-job",
                )
        if job.result is None:
            simulator, text = _bought_elsewhere(bench, sample, tape, text)
            self._taken_up(bench, type(job).from_json(text), simulator, sample)

    @since(1)
    def test_provider_keeps_nothing(self, sample: Sample) -> None:
        """After a whole generation the provider is as it was when it was imported."""
        bench = self.bench
        with contextlib.suppress(TarashException):  # what fails is told by other tests
            bench.generate(sample, bench.simulator(sample))
        changed = changes(self.at_import, memory_of(bench.provider))
        if changed:
            broken(
                f"{bench.name} keeps something between requests: {', '.join(changed)}.",
                rule="one instance serves all threads, event loops and accounts, and no other process has its memory.",
                change="keep what poll() needs in Accepted(state={…}), and what is fixed in a cached_property.",
                see="the-provider",
            )

    def _taken_up(self, bench: Bench, job: Any, simulator: Any, sample: Sample) -> None:
        said = "nothing"
        with bench.gateway(simulator) as gateway:
            try:
                response = gateway.wait_job(job, config=bench.config_to_wait(sample))
                if response.request_id == job.id and response.outputs:
                    return
            except TarashException as error:
                said = told(error)
        if said:
            broken(
                f"{bench.name}.poll() cannot take up a job that was stored as JSON, in another process: {said}.",
                rule="everything that poll() needs is in job.id, job.model, job.variant and job.state.",
                change="keep what is needed in Accepted(state={…}) instead of on the provider.",
                see="the-job",
            )


def _numbered(simulator: Simulator) -> Simulator:
    simulator.number_from(next(_SERIES))
    return simulator


def _bought_elsewhere(bench: Bench, sample: Sample, tape: Tape, text: str) -> tuple[Simulator, str]:
    """The same purchase from a vendor whose answer the provider has not seen, and its receipt.

    A memory in this process, wherever it is kept, knows nothing of its ids.
    """
    other = _numbered(bench.simulator(sample))
    for request, _ in tape.exchanges:
        other.handle(request)
    changed = text
    for ours, theirs in zip(tape.simulator.bought, other.bought, strict=False):
        changed = changed.replace(ours, theirs).replace(quote(ours, safe=""), quote(theirs, safe=""))
    return (other, changed) if changed != text else (tape.simulator, text)


def _not_json(bench: Bench, why: str) -> NoReturn:
    broken(
        f"{bench.name}.submit() makes a receipt that JSON changes or refuses: {why}.",
        rule="Accepted.state is JSON: dicts with text keys, lists, texts, numbers, booleans and None.",
        change="write dates as ISO text and tuples as lists.",
        see="the-job",
    )


def _asked(
    bench: Bench, attempt: Attempt, answer: Callable[[HttpRequest], HttpResponse], sample: Sample
) -> tuple[list[HttpRequest], list[HttpResponse]]:
    """The requests of one submit and their answers, while the network and the clock are shut."""
    asked: list[HttpRequest] = []
    answers: list[HttpResponse] = []

    def kept(request: HttpRequest) -> HttpResponse:
        asked.append(request)
        answers.append(answer(request))
        return answers[-1]

    shut = _shut(bench)
    with (
        mock.patch.object(socket.socket, "connect", shut),
        mock.patch.object(socket, "getaddrinfo", shut),
        mock.patch.object(time, "sleep", shut),
    ):
        bench.drive(bench.provider.submit(attempt.plan, attempt), "submit", kept, sample)
    return asked, answers


def _shut(bench: Bench) -> Callable[..., NoReturn]:
    def refuse(*given: Any, **named: Any) -> NoReturn:
        broken(
            f"{bench.name}.submit() does I/O of its own, or sleeps.",
            rule="a provider yields what it wants sent; connections, waits and retries are the engine's.",
            change="response = yield HttpRequest(…); for a vendor without HTTP: yield from blocking(function).",
            see="submit",
        )

    return refuse


def _kept(
    asked: list[tuple[HttpRequest, HttpResponse]], answer: Callable[[HttpRequest], HttpResponse]
) -> Callable[[HttpRequest], HttpResponse]:
    def keep(request: HttpRequest) -> HttpResponse:
        asked.append((request, answer(request)))
        return asked[-1][1]

    return keep


def _again(answers: list[HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The same answers once more; the last one for whoever asks on."""
    left = list(answers)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


def _difference(first: list[HttpRequest], second: list[HttpRequest]) -> str:
    for one, other in zip(first, second, strict=False):
        for name in ("method", "url", "json", "form", "files", "content", "headers", "effect", "signed", "expect"):
            if getattr(one, name) != getattr(other, name):
                return f"the {name} of {one.method} {one.url.partition('?')[0]} differs"
    return f"{len(first)} requests, then {len(second)}"
