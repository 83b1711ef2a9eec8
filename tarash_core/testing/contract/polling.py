"""Contract: poll() answers with a known update, whatever the vendor says."""

from __future__ import annotations

import contextlib
import functools
import json
import operator
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from attrs import evolve

from tarash_core import errors
from tarash_core.models.job import Job
from tarash_core.plugins.http import HttpResponse
from tarash_core.plugins.updates import ENDED, Done, Queued, Running
from tarash_core.testing import faults
from tarash_core.testing.contract.base import ContractBase
from tarash_core.testing.contract.bench import MOST_LOOKS, Bench, Tape, answers_of
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.samples import Sample
from tarash_core.testing.contract.teaching import broken, told
from tarash_core.testing.faults import Fault

UPDATES = (Queued, Running, *ENDED)
UNHEARD = "unheard_of"

_WORD = re.compile(r"[A-Za-z][A-Za-z_ -]{0,39}")
_ENDS: dict[str, tuple[Fault, tuple[type[errors.TarashException], ...]]] = {
    "failed": (faults.failed(), (errors.GenerationFailedError, errors.ContentModerationError, errors.HTTPError)),
    "moderated": (faults.moderated(), (errors.ContentModerationError,)),
    "called off": (faults.called_off(), (errors.GenerationFailedError, errors.HTTPError)),
}


class Polling(ContractBase):
    """Every look at a job ends in one of the six states."""

    @since(1)
    def test_polls_answer_a_known_update(self, sample: Sample) -> None:
        """From the purchase to the end each look is an update, and the last one has the outputs."""
        bench, simulator = self.bench, self.bench.simulator(sample)
        job = _bought(bench, sample, simulator)
        for _ in range(MOST_LOOKS):
            update = bench.drive(bench.provider.poll(job), "poll", simulator, sample)
            if not isinstance(update, UPDATES):
                broken(
                    f"{bench.name}.poll() answered {update!r:.120}.",
                    rule="poll returns Queued, Running, Done, Failed, Cancelled or Expired.",
                    change="return one of them from every branch; Running(raw=body) where nothing fits.",
                    see="poll",
                )
            if isinstance(update, ENDED):
                return _check_result(bench, update)
        broken(
            f"{bench.name}.poll() never ended a job in {MOST_LOOKS} looks at its simulator.",
            rule="the end of a job is told by poll(): Done(Output(url), …).",
            change="compare the word that the simulator says at the end with the one that poll() knows.",
            see="poll",
        )

    @since(1)
    @pytest.mark.parametrize("end", _ENDS)
    def test_every_end_is_told(self, sample: Sample, end: str) -> None:
        """A job that fails, is moderated or called off is our error of that kind, not a timeout."""
        bench, simulator = self.bench, self.bench.simulator(sample)
        fault, kinds = _ENDS[end]
        simulator.script(fault)
        said = "a finished job"
        try:
            bench.generate(sample, simulator)
        except kinds as error:
            if error.job is None or error.job.id in simulator.bought:
                return
            said = f"an error of the job {error.job.id}, which was not bought"
        except errors.LostAnswerError as error:
            if _comes_at_once(bench, sample):
                return  # a server's error in the place of the result tells nothing about the bill
            said = told(error)
        except errors.TarashException as error:
            said = told(error)
        names = " or ".join(kind.__name__ for kind in kinds)
        broken(
            f"{bench.name}: a job that the simulator ended as {end!r} became {said}.",
            rule=f"such a job ends as {names}, with the vendor's words.",
            change="return Failed(error) for it from poll(), or raise it from submit() where the answer says so.",
            see="errors",
        )

    @since(1)
    def test_forgotten_job_has_expired(self, sample: Sample) -> None:
        """A job that the vendor no longer knows has expired, unless the vendor documents another error for it."""
        bench, simulator = self.bench, self.bench.simulator(sample)
        job = _bought(bench, sample, simulator)
        simulator.script(faults.vanished(on=None))
        tape, said = Tape(simulator), "a finished job"
        with bench.gateway(tape) as gateway:
            try:
                gateway.wait_job(job, config=bench.config_to_wait(sample))
            except errors.JobExpiredError:
                return
            except errors.TarashException as error:
                said = told(error)
                if type(error) in self._documented_for(tape):
                    return
        broken(
            f"{bench.name}: a job that its simulator has forgotten became {said}.",
            rule="a job that the vendor no longer knows is Expired(): nobody waits for it any longer.",
            change="return (yield from look(request, read)), which makes a 404 Expired, or name the error that the "
            'vendor documents: Documented(…, phase="poll").',
            see="poll",
        )

    def _documented_for(self, tape: Tape) -> set[type[errors.TarashException]]:
        """What the vendor documents of a look that is answered as the last one was."""
        statuses = {answer.status for _, answer in tape.of("poll")[-1:]}
        return {row.raises for row in self.documented_errors if row.phase == "poll" and row.status in statuses}

    @since(1)
    def test_unknown_status_survives(self, sample: Sample) -> None:
        """A status word that nobody knows is a running job; the clock ends the wait."""
        bench, simulator = self.bench, self.bench.simulator(sample)
        job = _bought(bench, sample, simulator)
        paths = _status_paths(bench, sample, job, simulator)
        if not paths:
            pytest.skip("its polls carry no status word.")
        fresh = bench.simulator(sample)
        job = bench.submit(sample, fresh)
        answer = answers_of(fresh)
        update = bench.drive(bench.provider.poll(job), "poll", lambda asked: _renamed(answer(asked), paths), sample)
        if not isinstance(update, Running) or UNHEARD not in str(update.unknown_status):
            broken(
                f"{bench.name}.poll() makes {update!r:.100} of the status word {UNHEARD!r}.",
                rule="vendors add words: an unknown one is Running(unknown_status=word), a notice and no crash.",
                change="return Running(unknown_status=str(status), raw=body) for every word that you do not know.",
                see="poll",
            )


def _bought(bench: Bench, sample: Sample, simulator: Any) -> Job:
    job = bench.submit(sample, simulator)
    if job.result is not None:
        pytest.skip("it answers the purchase with the result.")
    return job


def _comes_at_once(bench: Bench, sample: Sample) -> bool:
    return bench.submit(sample, bench.simulator(sample)).result is not None


def _check_result(bench: Bench, update: Any) -> None:
    outputs = update.outputs if isinstance(update, Done) else ()
    if not outputs or any((one.url is None) == (one.data is None) for one in outputs):
        broken(
            f"{bench.name}.poll() ended a job that succeeded as {update!r:.120}.",
            rule="a finished job is Done(Output(url) or Output(data=…), …), one Output for each file.",
            change="read the file's URL out of the answer that the simulator gives at the end.",
            see="poll",
        )


def _status_paths(bench: Bench, sample: Sample, job: Job, simulator: Any) -> set[tuple[Any, ...]]:
    """Where in the answers a word stands that changes while a job runs."""
    tape = Tape(simulator)
    with bench.gateway(tape) as gateway:
        gateway.wait_job(job, config=bench.config_to_wait(sample))
    words = [dict(_words(_body(answer))) for _, answer in tape.of("poll")]
    if len(words) < 2:
        return set()
    last = words[-1]
    return {path for path, word in words[0].items() if any(one.get(path, last.get(path)) != word for one in words[1:])}


def _body(answer: HttpResponse) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _words(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(value, str) and _WORD.fullmatch(value):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _words(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _words(item, (*path, place))


def _renamed(answer: HttpResponse, paths: set[tuple[Any, ...]]) -> HttpResponse:
    body = _body(answer)
    if answer.status >= 400 or not isinstance(body, dict):
        return answer
    for *folders, name in paths:
        with contextlib.suppress(KeyError, IndexError, TypeError):  # an answer that lacks the place stays as it is
            place = functools.reduce(operator.getitem, folders, body)
            if isinstance(place[name], str):
                place[name] = UNHEARD
    return evolve(answer, content=json.dumps(body).encode())
