"""Cancelled asleep, in a GET and in the POST: the vendor is told, the receipt is handed over, the cancel goes on."""

import asyncio
import functools
import signal
import threading

import anyio
import pytest

from tarash_core import AsyncGateway, Gateway, VideoGenerationConfig, VideoJob
from tarash_core.engine import drivers
from tarash_core.engine.interruption import AsyncDeparture
from tarash_core.testing import VirtualClock, faults


class Gate(VirtualClock):
    """A clock on which one long wait lasts until the test opens it."""

    def __init__(self, longer_than: float) -> None:
        super().__init__()
        self.longer_than = longer_than
        self.waiting = anyio.Event()
        self.opened = anyio.Event()

    async def sleep_async(self, seconds: float) -> None:
        if seconds >= self.longer_than and not self.opened.is_set():
            self.waiting.set()
            await self.opened.wait()
        await super().sleep_async(seconds)


SLOW = VideoGenerationConfig.from_string("acme/acme-1", poll_interval=50, timeout=10_000)


async def cancelled_at(gate: Gate, acme, config, after_cancel=lambda: None) -> BaseException | None:
    """Cancels a generation at the gate; returns what it raised inside."""
    raised: list[BaseException] = []

    async def generate() -> None:
        try:
            async with AsyncGateway(transport=acme, clock=gate) as gateway:
                await gateway.generate_video(config, prompt="A fox")
        except BaseException as error:
            raised.append(error)
            raise

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(generate)
        await gate.waiting.wait()
        tasks.cancel_scope.cancel()
        after_cancel()
    return raised[0]


@pytest.mark.anyio
async def test_cancelled_asleep(acme):
    gate = Gate(longer_than=40)
    error = await cancelled_at(gate, acme, SLOW)
    assert len(acme.asked("cancel")) == 1
    assert acme.bought == [error.job.id]
    assert VideoJob.from_json(error.__notes__[0].split(": ", 2)[2]).id == error.job.id


@pytest.mark.anyio
async def test_cancelled_in_a_get(acme):
    acme.script(faults.late(55, on="poll"))
    error = await cancelled_at(Gate(longer_than=45), acme, SLOW.replace(poll_interval=1))
    assert len(acme.asked("cancel")) == 1
    assert acme.bought == [error.job.id]


@pytest.mark.anyio
async def test_cancelled_in_the_post_the_purchase_is_waited_for_and_then_cancelled(acme):
    acme.script(faults.late(60, on="submit"))
    gate = Gate(longer_than=45)
    error = await cancelled_at(gate, acme, SLOW.replace(poll_interval=1), after_cancel=gate.opened.set)
    assert len(acme.asked("cancel")) == 1
    assert acme.bought == [error.job.id]


@pytest.fixture
def short_grace(monkeypatch):
    """A grace that ends after a moment, for the loop's own clock counts it."""
    monkeypatch.setattr(drivers, "AsyncDeparture", functools.partial(AsyncDeparture, grace_seconds=0.01))


@pytest.mark.anyio
@pytest.mark.usefixtures("short_grace")
@pytest.mark.parametrize("chain", [[], ["acme/acme-1"]])
async def test_a_purchase_that_is_never_answered_ends_with_the_grace(acme, chain):
    acme.script(faults.late(60, on="submit"))
    config = SLOW.replace(fallback_configs=chain, on_unsettled="continue")
    error = await cancelled_at(Gate(longer_than=45), acme, config)
    assert isinstance(error, anyio.get_cancelled_exc_class())
    assert len(acme.bought) == 1
    assert error.job is None
    attempt = error.execution_metadata.attempts[0]
    assert (attempt.charged, attempt.unsettled) == ("unknown", True)
    assert "acme may have taken the job, but its answer was lost" in error.__notes__[-1]


@pytest.mark.anyio
@pytest.mark.usefixtures("short_grace")
async def test_a_cancel_that_is_never_answered_ends_with_the_grace(acme):
    acme.script(faults.late(60, on="cancel"))
    gate = Gate(longer_than=45)
    error = await cancelled_at(gate, acme, SLOW)
    assert len(acme.asked("cancel")) == 1
    assert [job.id for job in error.execution_metadata.abandoned_jobs] == acme.bought


@pytest.mark.anyio
async def test_cancelled_before_the_post_nothing_is_bought(acme):
    acme.script(faults.late(60, on="upload"))
    gate = Gate(longer_than=45)
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:

            async def generate() -> None:
                async with AsyncGateway(transport=acme, clock=gate) as gateway:
                    await gateway.generate_video(SLOW, prompt="A", first_frame=b"\x89PNG\r\n\x1a\n")

            tasks.start_soon(generate)
            await gate.waiting.wait()
            scope.cancel()
    assert acme.bought == []


def test_a_cancelled_asyncio_task_stays_cancelled(acme):
    async def main() -> None:
        gate = Gate(longer_than=40)
        gateway = AsyncGateway(transport=acme, clock=gate)
        task = asyncio.ensure_future(gateway.generate_video(SLOW, prompt="A fox"))
        await gate.waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()

    asyncio.run(main())
    assert len(acme.asked("cancel")) == 1


class Presses(VirtualClock):
    """A clock whose first sleep is ended by Ctrl-C."""

    def sleep(self, seconds: float) -> None:
        if not self.slept:
            self.slept.append(seconds)
            raise KeyboardInterrupt
        super().sleep(seconds)


def test_ctrl_c_tells_the_vendor_and_hands_over_the_receipt(acme):
    with Gateway(transport=acme, clock=Presses()) as gateway, pytest.raises(KeyboardInterrupt) as caught:
        gateway.generate_video("acme/acme-1", prompt="A fox")
    assert len(acme.asked("cancel")) == 1
    assert caught.value.job.id == acme.bought[0]
    assert "take it up with wait_job(VideoJob.from_json" in caught.value.__notes__[0]


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs a POSIX signal")
def test_ctrl_c_during_the_purchase_waits_for_its_id(acme, clock):
    bought_under_fire = []

    def press(request):
        if request.method == "POST":
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            bought_under_fire.append(request)

    class Pressing:
        def handle(self, request):
            press(request)
            return acme.handle(request)

    with Gateway(transport=Pressing(), clock=clock) as gateway, pytest.raises(KeyboardInterrupt) as caught:
        gateway.generate_video("acme/acme-1", prompt="A fox")
    assert len(bought_under_fire) == 1
    assert caught.value.job.id == acme.bought[0]
    assert len(acme.asked("cancel")) == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_closed_generator_never_asks_again(acme, clock):
    with Gateway(transport=acme, clock=clock) as gateway:
        job = gateway.submit_video("acme/acme-1", prompt="A fox")
        looks = gateway.watch_job(job)
        next(looks)
        looks.close()
    assert acme.asked("cancel") == []
