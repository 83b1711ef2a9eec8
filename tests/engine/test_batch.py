"""Many rows through one gateway: in completion order, each with its end, and none lost when the block is left."""

import itertools
import threading
from collections import Counter

import anyio
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from tarash_core import (
    Account,
    AsyncGateway,
    BatchItem,
    ContentModerationError,
    Gateway,
    GenerationFailedError,
    ImageGenerationRequest,
    JobCancelledError,
    TarashException,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoJob,
)
from tarash_core.engine.batch import CURRENT_ROW, Schedule, left_behind
from tarash_core.errors import LostAnswerError, PluginError, ValidationError
from tarash_core.ledger import Ledger
from tarash_core.plugins import hookimpl, load_provider, register_extension, unregister_extension
from tarash_core.testing import VirtualClock, faults

ONE = VideoGenerationConfig.from_string("acme/acme-1", poll_interval=1, timeout=100)
SLOW = ONE.replace(poll_interval=1000, timeout=100_000)


def wishes(count):
    return [VideoGenerationRequest(prompt=f"Fox {number}") for number in range(count)]


def in_order(items):
    return sorted(items, key=lambda item: item.index)


class Counting:
    """A simulator's transport that counts the jobs that run at once."""

    def __init__(self, acme):
        self.acme, self.most, self.lock = acme, 0, threading.Lock()

    def handle(self, request):
        with self.lock:
            reply = self.acme.handle(request)
            running = [job for job in self.acme.jobs.values() if self.acme.stage(job) in ("queued", "running")]
            self.most = max(self.most, len(running))
            return reply


@frozen
class Way:
    """How a test drives a batch: the same steps for threads and for both event loops."""

    backend: str | None

    def collect(self, requests, config=ONE, *, kind="video", take=None, until=None, clock=None, ledger=None, **options):
        """The items of a batch, at most ``take`` of them and then until an event is set, and the batch."""
        settings = {"transport": options.pop("transport"), "clock": clock or VirtualClock(), "ledger": ledger}
        if self.backend is None:
            with Gateway(**settings) as opened, getattr(opened, f"batch_{kind}")(config, requests, **options) as batch:
                items = list(itertools.islice(batch, take))
                assert until is None or until.wait(10)
            return items, batch

        async def main():
            items = []
            opened = AsyncGateway(**settings)
            async with opened, getattr(opened, f"batch_{kind}")(config, requests, **options) as batch:
                async for item in batch:
                    items.append(item)
                    if len(items) == take:
                        break
                with anyio.fail_after(10):
                    while until is not None and not until.is_set():
                        await anyio.sleep(0)
            return items, batch

        return anyio.run(main, backend=self.backend)


@pytest.fixture(params=[None, "asyncio", "trio"], ids=["sync", "asyncio", "trio"])
def way(request):
    return Way(request.param)


def test_every_row_ends_once_with_its_index_and_its_own_video(way, acme):
    requests = wishes(30)
    items, batch = way.collect(requests, concurrency=7, transport=acme)
    assert [item.request for item in in_order(items)] == requests
    prompts = {id: job.body["prompt"] for id, job in acme.jobs.items()}
    assert [prompts[item.response.job.id] for item in in_order(items)] == [one.prompt for one in requests]
    assert batch.unread == () and batch._rows.accepted == {}


def test_one_failure_does_not_stop_the_rest(way, acme):
    acme.script(faults.moderated("No foxes."))
    items, _ = way.collect([*wishes(3), "no request", *wishes(2)], concurrency=1, transport=acme)
    errors = [type(item.error) for item in in_order(items)]
    assert errors == [ContentModerationError, type(None), type(None), ValidationError, type(None), type(None)]
    assert "not a str" in str(in_order(items)[3].error)
    assert [item.response is None for item in in_order(items)] == [True, False, False, True, False, False]


def test_no_more_than_the_concurrency_runs_and_a_generator_is_not_read_ahead(way, acme):
    ahead, ended, started = [], [], []

    def lazily():
        for number, request in enumerate(wishes(25)):
            started.append(number)
            ahead.append(len(started) - len(ended))
            yield request

    counting = Counting(acme)
    original = Schedule.end
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Schedule, "end", lambda self, item: (ended.append(item.index), original(self, item))[1])
        items, _ = way.collect(lazily(), concurrency=4, transport=counting)
    assert len(items) == 25
    assert counting.most <= 4 and max(ahead) <= 4


def test_a_source_that_fails_ends_the_batch_after_what_it_gave(way, acme):
    def broken():
        yield from wishes(2)
        raise OSError("the disk is gone")

    taken = []
    with pytest.raises(OSError, match="the disk is gone"):
        way.collect(broken(), transport=acme, on_accepted=lambda index, job: taken.append(index))
    assert sorted(taken) == [0, 1]


def test_an_empty_batch_is_over_at_once(way, acme):
    assert way.collect([], transport=acme)[0] == []


def test_a_job_among_the_rows_is_taken_up_and_not_bought(way, acme):
    with Gateway(transport=acme, clock=VirtualClock()) as gateway:
        job = gateway.submit_video(ONE, prompt="An earlier fox")
    items, _ = way.collect([*wishes(1), job], transport=acme)
    assert in_order(items)[1].response.job.id == job.id
    assert len(acme.bought) == 2


def test_hooks_and_callbacks_know_their_row(way, acme):
    accepted, seen, hooked = {}, Counter(), {}

    class Extension:
        @hookimpl
        def tarash_submitting(self, attempt):
            hooked[CURRENT_ROW.get()] = attempt.plan.request.prompt

    register_extension(extension := Extension())
    try:
        heard = {"on_accepted": accepted.__setitem__, "on_progress": lambda index, update: seen.update([index])}
        items, _ = way.collect(wishes(5), transport=acme, **heard)
    finally:
        unregister_extension(extension)
    assert {index: job.id for index, job in accepted.items()} == {i.index: i.response.job.id for i in items}
    assert hooked == {number: f"Fox {number}" for number in range(5)}
    assert set(seen) == set(range(5)) and CURRENT_ROW.get() is None


def test_a_lost_answer_is_one_row_s_error(way, acme):
    acme.script(faults.lost_answer(on="submit"))
    items, _ = way.collect(wishes(4), concurrency=1, transport=acme)
    assert [type(item.error) for item in in_order(items)] == [LostAnswerError, *[type(None)] * 3]
    assert len(acme.bought) == 4


class Stalled(VirtualClock):
    """A clock on which a long wait goes on until the caller leaves."""

    def sleep(self, seconds):
        threading.Event().wait(0.001)

    async def sleep_async(self, seconds):
        await (anyio.sleep_forever() if seconds > 10 else anyio.lowlevel.checkpoint())


class Patient(Stalled):
    """The same, and time passes in the grace after the caller has left."""

    def sleep(self, seconds):
        super().sleep(seconds)
        self.advance(seconds)

    async def sleep_async(self, seconds):
        await super().sleep_async(seconds)
        self.advance(seconds)


def test_leaving_stops_the_running_rows_and_begins_no_other(way, acme, tmp_path):
    accepted, everyone = {}, threading.Event()

    def remember(index, job):
        accepted[index] = job
        if len(accepted) == 3:
            everyone.set()

    stalled = {"clock": Stalled(), "take": 1, "until": everyone, "on_accepted": remember}
    with Ledger(tmp_path / "jobs.db") as ledger:
        rows = iter(["ends at once", *wishes(50)])
        items, batch = way.collect(rows, SLOW, concurrency=3, ledger=ledger, transport=acme, **stalled)
        states = Counter(entry.state for entry in ledger.entries())
    left = in_order(batch.unread)
    assert [item.index for item in items] == [0]
    assert [item.index for item in left] == sorted(accepted) == [1, 2, 3]
    assert {type(item.error) for item in left} == {JobCancelledError}
    assert sorted(item.error.job.id for item in left) == sorted(acme.bought)
    assert len(acme.asked("cancel")) == 3 and states == {"cancelled": 3}


@pytest.mark.parametrize(
    ("ends", "charged", "says"),
    [(False, "unknown", "take it up with wait_job"), (True, "yes", "wait_job(item.error.job) hands over its result")],
)
def test_a_vendor_that_does_not_confirm_the_stop_leaves_a_job_to_be_taken_up(way, acme, ends, charged, says):
    acme.confirms_cancel = False
    acme.script(*([] if ends else [faults.stuck()]))
    accepted = threading.Event()
    stalled = {"take": 1, "until": accepted, "on_accepted": lambda index, job: accepted.set()}
    _, batch = way.collect(["ends at once", *wishes(1)], SLOW, clock=Patient(), transport=acme, **stalled)
    [item] = batch.unread
    assert (type(item.error), item.error.charged, item.error.job.id) == (TarashException, charged, acme.bought[0])
    assert says in str(item.error)


def test_an_interruption_passes_and_tells_of_the_jobs(acme, clock):
    accepted = threading.Event()
    with Gateway(transport=acme, clock=Stalled()) as gateway, pytest.raises(KeyboardInterrupt) as caught:
        heard = {"on_accepted": lambda index, job: accepted.set()}
        with gateway.batch_video(SLOW, wishes(1), **heard):
            assert accepted.wait(10)
            raise KeyboardInterrupt
    assert acme.bought[0] in caught.value.__notes__[0]
    assert len(acme.asked("cancel")) == 1


@pytest.mark.anyio
async def test_a_cancellation_passes_and_an_error_of_the_block_is_no_group(acme):
    accepted = anyio.Event()
    with anyio.CancelScope() as scope:
        async with AsyncGateway(transport=acme, clock=Stalled()) as gateway:
            heard = {"on_accepted": lambda index, job: accepted.set()}
            async with gateway.batch_video(SLOW, wishes(1), **heard) as batch:
                await accepted.wait()
                scope.cancel()
                await anyio.sleep_forever()
    assert scope.cancelled_caught and [type(item.error) for item in batch.unread] == [JobCancelledError]
    async with AsyncGateway(transport=acme, clock=VirtualClock()) as gateway:
        with pytest.raises(ZeroDivisionError):
            async with gateway.batch_video(ONE, wishes(3)):
                raise ZeroDivisionError


@pytest.mark.anyio
async def test_nothing_is_bought_once_the_cancellation_has_come(acme, tmp_path):
    with Ledger(tmp_path / "jobs.db") as ledger, anyio.CancelScope() as scope:

        def cancelling():
            yield from wishes(2)
            scope.cancel()
            yield from wishes(1)

        opened = AsyncGateway(transport=acme, clock=VirtualClock(), ledger=ledger)
        async with opened as gateway, gateway.batch_video(ONE, cancelling()) as batch:
            await anyio.sleep_forever()
    assert acme.bought == [] and len(batch.unread) == 3
    assert {(type(item.error), item.error.charged) for item in batch.unread} == {(TarashException, "no")}
    assert "before anything was bought" in str(batch.unread[0].error)


def test_a_row_that_is_left_just_before_its_purchase_is_not_called_unsettled(acme, tmp_path):
    class Extension:
        @hookimpl
        def tarash_submitting(self, attempt):
            about_to_buy.set()
            assert left.wait(10)

    about_to_buy, left = threading.Event(), threading.Event()
    register_extension(extension := Extension())
    try:
        with Ledger(tmp_path / "jobs.db") as ledger:
            opened = Gateway(transport=acme, clock=VirtualClock(), ledger=ledger)
            with opened as gateway, gateway.batch_video(ONE, wishes(1)) as batch:
                assert about_to_buy.wait(10)
                batch._leaving.set()
                left.set()
            states = [(entry.state, entry.charged) for entry in ledger.entries()]
    finally:
        unregister_extension(extension)
    assert acme.bought == [] and states == [("failed", "no")]
    assert [item.error.charged for item in batch.unread] == ["no"]


def test_a_source_that_ends_the_program_ends_the_batch(acme):
    def leaving():
        yield from wishes(1)
        raise SystemExit(3)

    opened = Gateway(transport=acme, clock=VirtualClock())
    with opened as gateway, pytest.raises(SystemExit), gateway.batch_video(ONE, leaving()) as batch:
        items = [next(batch)]
        next(batch)
    assert [item.error for item in items] == [None]


def test_a_row_that_gets_no_thread_fails_and_the_others_go_on(acme, monkeypatch):
    start = threading.Thread.start

    def refuse(thread):
        if thread.name == "tarash batch, row 1":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with Gateway(transport=acme, clock=VirtualClock()) as gateway, gateway.batch_video(ONE, wishes(3)) as batch:
        errors = [type(item.error) for item in in_order(batch)]
    assert errors == [type(None), PluginError, type(None)]


def test_an_interruption_while_a_batch_is_left_keeps_the_receipts(acme, monkeypatch):
    accepted = threading.Event()
    with Gateway(transport=acme, clock=Stalled()) as gateway, pytest.raises(KeyboardInterrupt):
        heard = {"on_accepted": lambda index, job: accepted.set()}
        with gateway.batch_video(SLOW, wishes(1), **heard) as batch:
            assert accepted.wait(10)
            monkeypatch.setattr(batch._changed, "wait_for", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
    assert [item.index for item in batch.unread] == [0]


def test_rows_that_cannot_be_iterated_over_are_refused(way, acme):
    with pytest.raises(ValidationError, match="a list or another iterable"):
        way.collect(wishes(1)[0], transport=acme)


@pytest.mark.anyio
async def test_an_async_generator_is_read_as_there_is_room_and_closed(acme):
    state = []

    async def lazily():
        try:
            for request in itertools.cycle(wishes(3)):
                await anyio.sleep(0)
                state.append("taken")
                yield request
        finally:
            state.append("closed")

    gateway = AsyncGateway(transport=acme, clock=VirtualClock())
    async with gateway, gateway.batch_video(ONE, lazily(), concurrency=2) as batch:
        async for item in batch:
            assert item.error is None
            if item.index >= 4:
                break
    assert state[-1] == "closed" and state.count("taken") < 12


@pytest.mark.anyio
async def test_callbacks_may_be_async_where_the_gateway_is(acme):
    seen = []

    async def look(index, update):
        await anyio.sleep(0)
        seen.append(index)

    gateway = AsyncGateway(transport=acme, clock=VirtualClock())
    async with gateway, gateway.batch_video(ONE, wishes(2), on_progress=look) as batch:
        assert [item.error async for item in batch] == [None, None]
    with Gateway(transport=acme) as gateway, pytest.raises(ValidationError, match="on_progress is async"):
        gateway.batch_video(ONE, [], on_progress=look)
    assert {0, 1} == set(seen)


@pytest.mark.parametrize("given", ["argument", "published"])
def test_a_provider_s_limit_holds(way, acme, monkeypatch, given):
    if given == "published":
        monkeypatch.setattr(type(load_provider("acme")), "running_limits", {"video": 2})
    limits = {"provider_concurrency": {"acme": 2}} if given == "argument" else {}
    items, _ = way.collect(wishes(12), transport=(counting := Counting(acme)), **limits)
    assert len(items) == 12 and counting.most <= 2


def test_a_limit_of_a_fallback_holds(way, acme, other, monkeypatch):
    def down(plan, attempt):
        raise GenerationFailedError("Acme is down.", charged="no")
        yield

    monkeypatch.setattr(load_provider("acme"), "submit", down, raising=False)
    chain = ONE.replace(fallback_configs=[ONE.replace(provider="other", timeout=10_000)])
    running, most = set(), []

    class Extension:
        @hookimpl(trylast=True)
        def tarash_submitting(self, attempt):
            if attempt.plan.provider == "other":
                running.add(attempt.id)
                most.append(len(running))

        @hookimpl
        def tarash_attempt_finished(self, record):
            running.discard(record.id)

    register_extension(extension := Extension())
    try:
        limits = {"provider_concurrency": {"other": 1}}
        items, _ = way.collect(wishes(6), chain, transport=acme, **limits)
    finally:
        unregister_extension(extension)
    assert [item.error for item in items] == [None] * 6
    assert len(most) == 6 and max(most) == 1


@pytest.mark.parametrize("wrong", [0, -1, True, 1.5, "2"])
def test_a_limit_that_is_none_is_refused(acme, wrong):
    with Gateway(transport=acme) as gateway:
        with pytest.raises(ValidationError, match="concurrency must be a whole number above 0"):
            gateway.batch_video(ONE, [], concurrency=wrong)
        with pytest.raises(ValidationError, match="provider_concurrency"):
            gateway.batch_video(ONE, [], provider_concurrency={"acme": wrong})


def test_images_and_what_is_of_the_other_kind(way, acme):
    rows = [ImageGenerationRequest(prompt="A fox"), *wishes(1)]
    items, _ = way.collect(rows, "acme/acme-image", kind="image", transport=acme)
    image, video = in_order(items)
    assert image.response.image.read() == b"hello" and isinstance(video.error, ValidationError)


def test_a_batch_is_used_within_its_block_and_once(acme):
    with Gateway(transport=acme, clock=VirtualClock()) as gateway:
        batch = gateway.batch_video(ONE, wishes(1))
        with pytest.raises(ValidationError, match="within its block"):
            next(batch)
        with batch:
            assert len(list(batch)) == 1
        with pytest.raises(ValidationError, match="runs once"), batch:
            pass
        assert list(batch) == []


def test_in_a_closed_gateway_nothing_begins(acme):
    with Gateway(transport=acme) as gateway:
        pass
    with pytest.raises(ValidationError, match="closed"), gateway.batch_video(ONE, wishes(1)):
        pass


STEPS = st.lists(st.sampled_from(["begin", "end", "next", "close", "fail"]) | st.integers(0, 5), max_size=60)


@settings(max_examples=300, deadline=None)
@given(most=st.integers(1, 5), steps=STEPS)
def test_the_schedule_loses_no_row_and_hands_each_out_once(most, steps):
    schedule, begun, ended, handed = Schedule(most), [], [], []
    for step in steps:
        if step == "begin" and schedule.has_room():
            begun.append(schedule.begin(None))
        elif step == "close":
            schedule.close()
        elif step == "fail":
            schedule.close(OSError("source"))
        elif step == "next" and (item := schedule.next_ended()) is not None:
            handed.append(item.index)
        elif isinstance(step, int) and step in schedule.running:
            schedule.end(BatchItem(index=step, request=None))
            schedule.end(BatchItem(index=step, request=None))
            ended.append(step)
        assert begun == list(range(len(begun))) and len(schedule.running) <= most
        assert len(begun) == len(ended) + len(schedule.running)
        assert ended == [*handed, *(item.index for item in schedule.ended)]
        if schedule.closed:
            assert schedule.begin(None) is None and not schedule.has_room()
    for index in list(schedule.running):
        schedule.end(BatchItem(index=index, request=None))
    schedule.close()
    while (item := schedule.next_ended()) is not None:
        handed.append(item.index)
    assert sorted(handed) == begun
    if "fail" in steps:
        with pytest.raises(OSError, match="source"):
            schedule.is_over()
    assert schedule.is_over()


def test_a_row_whose_status_call_hangs_when_the_batch_is_left_keeps_its_job(acme, monkeypatch):
    accepted = threading.Event()
    with Gateway(transport=acme, clock=Stalled()) as gateway:
        heard = {"on_accepted": lambda index, job: accepted.set()}
        with gateway.batch_video(SLOW, wishes(1), **heard) as batch:
            assert accepted.wait(10)
            monkeypatch.setattr(batch._changed, "wait_for", lambda *given: None)
    [item] = batch.unread
    assert (item.error.job.id, item.error.charged) == (acme.bought[0], "unknown")


def test_a_row_that_left_a_job_behind_is_not_called_stopped_when_its_next_one_was(acme, extension):
    acme.confirms_cancel = False
    acme.script(faults.stuck())
    chain = SLOW.replace(timeout=20, on_unsettled="continue", fallback_configs=["acme/acme-1"])

    class Leaving:
        @hookimpl
        def tarash_submitting(self, attempt):
            if attempt.number == 2:
                raise KeyboardInterrupt

    extension(Leaving())
    with Gateway(transport=acme, clock=VirtualClock()) as gateway, pytest.raises(KeyboardInterrupt) as caught:
        gateway.generate_video(chain, prompt="A fox")
    left = left_behind(VideoGenerationRequest(prompt="A fox"), caught.value)
    assert (type(left), left.charged, left.job.id) == (TarashException, "unknown", acme.bought[0])


def test_a_row_that_a_function_of_the_users_ended_tells_what_it_had_bought(way, acme):
    acme.confirms_cancel = False
    acme.script(faults.stuck())
    rule = {"fallback_on": lambda error: 1 / 0, "fallback_configs": ["acme/acme-1"]}
    chain = ONE.replace(timeout=20, on_unsettled="continue", **rule)
    [item], _ = way.collect(wishes(1), chain, transport=acme)
    assert (type(item.error), item.error.charged, item.error.job.id) == (PluginError, "unknown", acme.bought[0])
    assert item.error.execution_metadata.abandoned_jobs


def test_a_job_of_another_account_is_asked_for_with_its_own_key(acme):
    keys = {"one": Account(api_key="key-one"), "two": Account(api_key="key-two")}
    with Gateway(transport=acme, clock=VirtualClock(), accounts=keys) as gateway:
        job = gateway.submit_video(ONE.replace(account="two"), prompt="A fox")
        receipt = VideoJob.from_json(job.to_json())
        with gateway.batch_video(ONE.replace(account="one"), [receipt]) as batch:
            [item] = batch
    assert item.response is not None
    assert {request.headers["authorization"] for request in acme.asked("poll")} == {"Bearer key-two"}
