"""Accounting: after a script, every job bought is answered for, and nothing that is said of the money is untrue."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from typing import Any

from attrs import define, field

from tarash_core.errors import TarashException
from tarash_core.ledger import Entry, Ledger
from tarash_core.models.config import Config
from tarash_core.models.execution import AttemptMetadata, ExecutionMetadata
from tarash_core.models.job import Job
from tarash_core.models.response import Response
from tarash_core.testing.jobs import Outcome
from tarash_core.testing.playing import Killed, World
from tarash_core.testing.simulator import Simulator

_OVER = ("failed", "moderated", "cancelled")
_GRACE_SECONDS = 12.0
_PROMPT_SECONDS = 1.0
_DELIVERY_SECONDS = 602.0
_UNCLEAR = frozenset({401, 403, 408, 429})
_WORD_PHASES = ("poll", "result", "cancel")


@define
class Books:
    """What callers were told about purchases.

    Attributes:
        jobs: The receipts by provider and id.
        at_once: Our ids of the jobs whose vendor answered with the result and without a name, by provider.
        lost: How many purchases of each provider were called lost: bought, perhaps, and nobody knows which.
    """

    jobs: dict[tuple[str, str], Job] = field(factory=dict)
    at_once: dict[str, set[str]] = field(factory=dict)
    lost: Counter[str] = field(factory=Counter)

    def enter(self, told: Any) -> None:
        """Enters what a job, a response or an exception says."""
        if isinstance(told, Job):
            self._keep(told)
            return
        self._keep(getattr(told, "job", None))
        metadata = getattr(told, "execution_metadata", None)
        if isinstance(metadata, ExecutionMetadata):
            for attempt in metadata.attempts:
                self._enter_attempt(attempt)

    def _enter_attempt(self, attempt: AttemptMetadata) -> None:
        self._keep(attempt.job)
        if attempt.job is None and attempt.unsettled and attempt.charged == "unknown":
            self.lost[attempt.provider] += 1

    def _keep(self, job: Any) -> None:
        if isinstance(job, Job) and job.result is not None:
            self.at_once.setdefault(job.provider, set()).add(job.id)
        elif isinstance(job, Job):
            self.jobs[job.provider, job.id] = job

    def missing(self, provider: str, simulator: Simulator) -> list[str]:
        """The jobs that a simulator sold and of which nothing says so."""
        unnamed = [id for id in simulator.bought if (provider, id) not in self.jobs and not _was_refused(simulator, id)]
        return unnamed if len(unnamed) > self.lost[provider] + len(self.at_once.get(provider, ())) else []


def _was_refused(simulator: Simulator, id: str) -> bool:
    """Whether a job ended without a result as soon as it was sold, so that the answer to the purchase said so."""
    job = simulator.jobs.get(id)
    ended = job is not None and not job.cancelled and simulator.stage(job) in _OVER
    return ended and not simulator.asked("poll")


def violations(world: World) -> list[str]:
    """What is wrong after a script; empty when all is well. The vendors are asked again, without faults, at the end."""
    found = [*_purchases(world), *_inputs(world)]
    if not isinstance(world.raised, Killed):
        found += [*_ending(world), *_answered_for(world), *_named(world), *_said_truly(world), *_left_in_order(world)]
        found += _persevered(world)
    found += _written_down(world)
    for flow in world.flows:
        flow.close()
    return found + list(_delivered_later(world))


def attempts_of(world: World) -> tuple[AttemptMetadata, ...]:
    """The attempts that the caller is told about."""
    for told in (world.raised, *reversed(world.results)):
        metadata = getattr(told, "execution_metadata", None)
        if isinstance(metadata, ExecutionMetadata):
            return metadata.attempts
    return ()


def books_of(world: World) -> Books:
    """Everything that the caller was told."""
    books = Books()
    for told in (*world.results, world.raised):
        books.enter(told)
    return books


def _ending(world: World) -> Iterator[str]:
    """The call ends, in time, with a response, an error of the tree, or what interrupted it."""
    raised, stop = world.raised, world.script.stop
    if isinstance(raised, Exception) and not isinstance(raised, TarashException):
        yield f"{raised!r} is no error of the tree"
    if isinstance(raised, BaseException) and not isinstance(raised, Exception) and stop is None:
        yield f"{raised!r} came from nowhere"
    if isinstance(raised, Exception) and world.left and world.script.driver == "sync":
        yield f"{raised!r} took the place of the interruption"
    if raised is None and not any(isinstance(told, Response) for told in world.results):
        yield "the call returned nothing"
    if any(inspect.getgeneratorstate(flow) != inspect.GEN_CLOSED for flow in world.flows):
        yield "a generator was left open"
    if world.clock.monotonic() > (most := _most_seconds(world)):
        yield f"it took {world.clock.monotonic():.0f} s, longer than the clocks allow: {most:.0f} s"


def _most_seconds(world: World) -> float:
    config, act = world.config, world.script.act
    chain = len(world.script.chain) * (config.timeout + _GRACE_SECONDS)
    total = chain if config.total_timeout is None else min(chain, config.total_timeout + _GRACE_SECONDS)
    waiting = config.timeout if act == "submit" else 0.0
    return total + waiting + (_DELIVERY_SECONDS if act in ("download", "save") else 0.0)


def _purchases(world: World) -> Iterator[str]:
    """At most one purchase for each config, and none is tried once a vendor has taken the job."""
    for provider, simulator in world.simulators.items():
        if len(simulator.bought) > 1:
            yield f"{provider} sold {len(simulator.bought)} jobs to one attempt"
        tries = [exchange for exchange in world.trail if (exchange.provider, exchange.phase) == (provider, "submit")]
        sold = next((number for number, exchange in enumerate(tries) if exchange.sold is not None), len(tries))
        if tries[sold + 1 :]:
            yield f"{provider} was asked to sell again after it had"


def _inputs(world: World) -> Iterator[str]:
    """What is uploaded for a job is stored before the job is bought."""
    for provider, simulator in world.simulators.items():
        contents = [file.content for file in simulator.files.values()]
        if simulator.bought and simulator.asked("upload") and not any(one in contents for one in world.pictures):
            yield f"{provider} sold a job whose picture it has never stored"


def _answered_for(world: World) -> Iterator[str]:
    """Each job bought is named by the response, the error or the interruption, or is called lost."""
    books = books_of(world)
    for provider, simulator in world.simulators.items():
        for id in books.missing(provider, simulator):
            yield f"nothing says that {provider} sold the job {id}"
        for told in (job.id for name, job in books.jobs.items() if name[0] == provider):
            if told not in simulator.bought:
                yield f"the job {told} of {provider} was never sold"
        if books.lost[provider] and not _may_be_lost(world, provider):
            yield f"a purchase at {provider} is called lost, and every answer to it was a clear no"


def _named(world: World) -> Iterator[str]:
    """A job whose purchase was answered is known by name, also when the caller went away meanwhile."""
    stop = world.script.stop
    if stop is not None and (stop.how == "hard" or stop.hangs or stop.again is not None):
        return
    books = books_of(world)
    for provider, simulator in world.simulators.items():
        for id in simulator.bought if not _hampered(world, provider) else ():
            if _was_refused(simulator, id):
                continue
            if (provider, id) not in books.jobs and provider not in books.at_once:
                yield f"the answer of {provider} that sold the job {id} was thrown away"


def _hampered(world: World, provider: str) -> bool:
    """Whether the script has a fault for the purchase, or its answer took long by itself."""
    if any(exchange.sold and exchange.seconds > _PROMPT_SECONDS for exchange in world.trail):
        return True
    scripted = zip(world.script.chain, world.script.faults, strict=True)
    return any(fault.on == "submit" for target, given in scripted for fault in given if target.provider == provider)


def _persevered(world: World) -> Iterator[str]:
    """Passing trouble never ends the wait for a job: only a clock does, or an answer that will not change."""
    for attempt in attempts_of(world):
        if attempt.job is None or not attempt.unsettled or attempt.error_type in ("Interrupted", "TimeoutError"):
            continue
        if attempt.is_retryable:
            yield f"{attempt.error_type} ended the wait for the job {attempt.job.id}, and it would have passed"


def _may_be_lost(world: World, provider: str) -> bool:
    """Whether the caller went away, perhaps before the answer was read, or an answer was none or no clear no."""
    tries = [exchange for exchange in world.trail if (exchange.provider, exchange.phase) == (provider, "submit")]
    return world.left or any(not exchange.denied for exchange in tries)


def is_over(world: World, provider: str, id: str) -> bool:
    """Whether a vendor has said, or can only say, that a job will deliver nothing."""
    simulator = world.simulators[provider]
    if id not in simulator.jobs or simulator.stage(simulator.jobs[id]) in _OVER:
        return True
    words = [e.status for e in world.trail if e.provider == provider and e.phase in _WORD_PHASES and e.status]
    return any(400 <= status < 500 and status not in _UNCLEAR for status in words)


def _said_truly(world: World) -> Iterator[str]:
    """Nobody says "not charged" of a job that was bought, unless the vendor did."""
    for attempt in attempts_of(world):
        for id in world.simulators[attempt.provider].bought:
            if attempt.charged == "no" and not is_over(world, attempt.provider, id):
                yield f"{attempt.provider} sold the job {id}, and the attempt says that it is not charged"
    raised = world.raised
    bought = [(name, id) for name, simulator in world.simulators.items() for id in simulator.bought]
    if isinstance(raised, TarashException) and raised.charged == "no" and len(world.simulators) == 1:
        for name, id in bought:
            if not is_over(world, name, id):
                yield f"{name} sold the job {id}, and the error says that it is not charged"


def _left_in_order(world: World) -> Iterator[str]:
    """A config is left for the next one only when settled, or when the caller said to go on."""
    if world.config.on_unsettled == "continue":
        return
    tried = [attempt for attempt in attempts_of(world) if attempt.status != "skipped"]
    for attempt in tried[:-1]:
        if attempt.unsettled:
            yield f"the chain went on although {attempt.provider} is unsettled"
    asked = list(dict.fromkeys(exchange.provider for exchange in world.trail if exchange.phase == "submit"))
    for provider in asked[:-1]:
        for id in world.simulators[provider].bought:
            if not is_over(world, provider, id):
                yield f"the chain went on although the job {id} of {provider} may still deliver"


def _written_down(world: World) -> Iterator[str]:
    """The ledger, opened again, tells the truth of each job that was bought."""
    if world.ledger is None:
        return
    # What was killed writes nothing more, also not while its generators are thrown away.
    world.ledger.extensions.remove(world.ledger)
    world.ledger.close()
    with Ledger(world.ledger.path, clock=world.clock) as ledger:
        entries = ledger.entries()
    yield from _agreed(world, {entry.id: entry for entry in entries})
    for provider, simulator in world.simulators.items():
        rows = [entry for entry in entries if entry.provider == provider]
        for id in simulator.bought:
            if not _was_refused(simulator, id):
                yield from _row_of(world, provider, id, rows)
        if not simulator.bought and any(row.job_id is not None for row in rows):
            yield f"the ledger names a job that {provider} never sold"


def _agreed(world: World, rows: dict[str, Entry]) -> Iterator[str]:
    """The ledger and the metadata say the same of each attempt that ended."""
    for attempt in attempts_of(world):
        row = rows.get(attempt.id or "")
        if row is None or world.script.act == "submit":
            continue
        if row.state in ("claimed", "intent", "accepted", "running"):
            yield f"the ledger has the attempt at {attempt.provider} as {row.state}, and it has ended"
        if attempt.unsettled != (row.state in ("unsettled", "abandoned")):
            yield f"the ledger has the attempt at {attempt.provider} as {row.state}, unsettled is {attempt.unsettled}"
        if row.charged != attempt.charged:
            yield f"the ledger says that charged is {row.charged}, and the metadata {attempt.charged}"


def _row_of(world: World, provider: str, id: str, rows: list[Entry]) -> Iterator[str]:
    at_once = [row for row in rows if row.job is not None and row.job.result is not None]
    row = next((row for row in rows if row.job_id == id or row in at_once), None)
    if row is None:
        was_asked_about = any((e.provider, e.phase) == (provider, "poll") for e in world.trail)
        was_asked_about = was_asked_about and not _hampered(world, provider)
        if was_asked_about or not any(row.job_id is None and row.state == "unsettled" for row in rows):
            yield f"the ledger does not say that {provider} sold the job {id}"
        return
    if row.job is None or row.job.id != row.job_id:
        yield f"the ledger has no receipt for the job {id} of {provider}"
    if row.state in ("failed", "cancelled", "expired") and not is_over(world, provider, id):
        yield f"the ledger says that the job {id} of {provider} has {row.state}, and it has not"
    if row.charged == "no" and not is_over(world, provider, id):
        yield f"the ledger says that the job {id} of {provider} is not charged"


def receipts_of(world: World) -> list[Job]:
    """Every receipt that the caller or the ledger holds."""
    jobs = dict(books_of(world).jobs)
    if world.ledger is not None:
        with Ledger(world.ledger.path, clock=world.clock) as ledger:
            jobs |= {(entry.provider, entry.job.id): entry.job for entry in ledger.entries() if entry.job is not None}
    return [job for job in jobs.values() if job.result is None]


def _delivered_later(world: World) -> Iterator[str]:
    """Each receipt, also as JSON and in another process, leads to the file of a job that succeeded."""
    receipts = receipts_of(world)
    with world.after_the_storm() as gateway:
        for job in receipts:
            simulator = world.simulators[job.provider]
            if job.id in simulator.jobs:
                restored = type(job).from_json(job.to_json())
                yield from _collected(gateway, restored, simulator, world.config_for(job.provider))
        if sum(len(simulator.bought) for simulator in world.simulators.values()) > len(world.simulators):
            yield "taking a job up again bought another one"


def _collected(gateway: Any, job: Job, simulator: Simulator, config: Config | None) -> Iterator[str]:
    sold = simulator.jobs[job.id]
    if sold.outcome.kind == "stuck":
        sold.outcome = Outcome()
    try:
        media = gateway.wait_job(job, config=config).outputs[0]
        content = media.read()
    except TarashException as error:
        if simulator.stage(sold) not in _OVER:
            yield f"the job {job.id} cannot be taken up again: {error}"
        return
    if content != simulator.output(sold).read():
        yield f"the file of the job {job.id} is another one"
