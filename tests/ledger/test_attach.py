"""An equal request in flight is joined, not bought again."""

import anyio
import pytest

from tarash_core import AsyncGateway, Gateway, ValidationError, errors
from tarash_core import ledger as ledgers
from tarash_core.ledger import Ledger
from tarash_core.testing import VirtualClock, faults

FOX = {"prompt": "A fox", "attach_if_running": True}


def test_a_running_job_is_joined(gateway, acme, ledger):
    job = gateway.submit_video("acme/acme-1", prompt="A fox")
    told = []
    response = gateway.generate_video("acme/acme-1", **FOX, on_accepted=told.append)
    assert acme.bought == [response.request_id] == [job.id] == [told[0].id]
    [entry] = ledger.entries()
    assert (entry.state, entry.handed_over_at is None) == ("succeeded", False)


def test_a_finished_one_is_bought_again(gateway, acme):
    gateway.generate_video("acme/acme-1", **FOX)
    gateway.generate_video("acme/acme-1", **FOX)
    assert len(acme.bought) == 2


@pytest.mark.parametrize("other", [{"prompt": "A dog"}, {"prompt": "A fox", "duration_seconds": 8}])
def test_another_request_is_not_joined(gateway, acme, other):
    gateway.submit_video("acme/acme-1", **FOX)
    gateway.submit_video("acme/acme-1", **other, attach_if_running=True)
    assert len(acme.bought) == 2


def test_without_the_wish_it_is_bought_again(gateway, acme):
    gateway.submit_video("acme/acme-1", **FOX)
    gateway.submit_video("acme/acme-1", prompt="A fox")
    assert len(acme.bought) == 2


def test_a_joined_job_is_not_stopped_by_who_joined_it(gateway, acme, ledger):
    acme.script(faults.stuck())
    job = gateway.submit_video("acme/acme-1", **FOX)
    with pytest.raises(errors.TimeoutError, match="take it up again") as caught:
        gateway.generate_video("acme/acme-1", **FOX)
    assert caught.value.job.id == job.id
    assert acme.asked("cancel") == []
    assert [entry.state for entry in ledger.entries()] == ["running"]


def test_an_abandoned_job_is_joined(gateway, acme):
    acme.script(faults.stuck())
    acme.confirms_cancel = False
    with pytest.raises(errors.TimeoutError):
        gateway.generate_video("acme/acme-1", **FOX)
    acme.jobs[acme.bought[0]].outcome = faults.Outcome("success")
    assert gateway.generate_video("acme/acme-1", **FOX).request_id == acme.bought[0]
    assert len(acme.bought) == 1


def test_after_a_refusal_the_next_one_buys(gateway, acme):
    acme.script(faults.server_error(401, on="submit"))
    with pytest.raises(errors.AuthenticationError):
        gateway.submit_video("acme/acme-1", **FOX)
    gateway.submit_video("acme/acme-1", **FOX)
    assert len(acme.bought) == 1


def test_a_chain_does_not_pass_by_what_may_have_been_bought(gateway, acme, ledger):
    acme.script(faults.lost_answer())
    with pytest.raises(errors.LostAnswerError):
        gateway.generate_video("acme/acme-1", **FOX)
    chain = ["nobody/at-all", "acme/acme-1", "acme/acme-image"]
    with pytest.raises(ValidationError, match="its answer was lost") as caught:
        gateway.generate_video(chain, **FOX)
    assert caught.value.charged == "unknown"
    assert [one.status for one in caught.value.execution_metadata.attempts] == ["skipped", "failed"]


def test_an_unknown_answer_is_not_bought_again_until_somebody_looked(gateway, acme, ledger):
    acme.script(faults.lost_answer())
    with pytest.raises(errors.LostAnswerError):
        gateway.generate_video("acme/acme-1", **FOX)
    with pytest.raises(ValidationError, match=r"its answer was lost.*tarash jobs prune"):
        gateway.generate_video("acme/acme-1", **FOX)
    assert len(acme.bought) == 1
    ledger.forget(ledger.entries()[0])
    gateway.generate_video("acme/acme-1", **FOX)
    assert len(acme.bought) == 2


@pytest.mark.anyio
async def test_tasks_at_once_buy_once(acme, ledger, clock):
    acme.script(faults.late(3, on="submit"))
    ids = []
    async with AsyncGateway(transport=acme, clock=clock, ledger=ledger) as gateway:

        async def make():
            ids.append((await gateway.generate_video("acme/acme-1", **FOX)).request_id)

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(make)
    assert len(acme.bought) == 1
    assert set(ids) == set(acme.bought) and len(ids) == 5


class Quick(VirtualClock):
    """A clock on which nobody's sleep ends before that of the buyer."""

    def __init__(self):
        super().__init__()
        self.finished = anyio.Event()

    async def sleep_async(self, seconds):
        if seconds == 0.25:
            await self.finished.wait()
        await super().sleep_async(seconds)


@pytest.mark.anyio
async def test_a_job_that_ended_while_it_was_waited_for_is_joined_all_the_same(acme, ledger):
    clock, ids = Quick(), []
    acme.script(faults.late(3, on="submit"))
    async with AsyncGateway(transport=acme, clock=clock, ledger=ledger) as gateway:

        async def make():
            ids.append((await gateway.generate_video("acme/acme-1", **FOX)).request_id)
            clock.finished.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(make)
            tasks.start_soon(make)
    assert acme.bought == [ids[0]] == [ids[1]]


@pytest.mark.anyio
async def test_bytes_that_only_the_buyer_has_are_bought_again(acme, ledger):
    clock, images = Quick(), []
    acme.script(faults.late(3, on="submit"))
    async with AsyncGateway(transport=acme, clock=clock, ledger=ledger) as gateway:

        async def make():
            images.append(await (await gateway.generate_image("acme/acme-image", **FOX)).image.read_async())
            clock.finished.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(make)
            tasks.start_soon(make)
    assert images == [b"hello", b"hello"]
    assert len(acme.bought) == 2


@pytest.mark.anyio
async def test_a_buyer_who_never_tells_is_not_waited_for_beyond_the_timeout(acme, ledger):
    told = anyio.Event()

    class Stalled(VirtualClock):
        async def sleep_async(self, seconds):
            if seconds > 500:
                await told.wait()
            await super().sleep_async(seconds)

    acme.script(faults.late(501, on="submit"))
    gateway = AsyncGateway(transport=acme, clock=Stalled(), ledger=ledger)
    async with gateway, anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: gateway.submit_video("acme/acme-1", **FOX))
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(errors.TimeoutError, match="before anything was bought"):
            await gateway.generate_video("acme/acme-1", **FOX)
        told.set()
    assert len(acme.bought) == 1


def test_it_needs_a_ledger(acme, clock):
    with Gateway(transport=acme, clock=clock) as gateway:
        with pytest.raises(ValidationError, match=r"Gateway\(ledger='jobs.db'\)"):
            gateway.submit_video("acme/acme-1", **FOX)
        with pytest.raises(ValidationError, match="True or False"):
            gateway.submit_video("acme/acme-1", prompt="A fox", attach_if_running="yes")
    assert acme.log == []


def test_the_ledger_of_the_process_serves_too(acme, clock, path):
    ledgers.enable(path)
    try:
        with Gateway(transport=acme, clock=clock) as gateway:
            gateway.submit_video("acme/acme-1", **FOX)
        with Gateway(transport=acme, clock=clock) as gateway:
            gateway.generate_video("acme/acme-1", **FOX)
        assert len(acme.bought) == 1
    finally:
        ledgers.disable()


@pytest.mark.anyio
async def test_a_job_that_ended_between_two_looks_at_the_ledger_is_joined_all_the_same(acme, ledger, path):
    put_off, submitted, bought, ended = anyio.Event(), anyio.Event(), [], []

    class Unlucky(Ledger):
        def _equal(self, ask, attempt):
            if bought and not ended:
                ended.append(buyer.wait_job(bought[0]))
            return super()._equal(ask, attempt)

    class Slow(VirtualClock):
        async def sleep_async(self, seconds):
            await put_off.wait()

    class Late(VirtualClock):
        async def sleep_async(self, seconds):
            put_off.set()
            await submitted.wait()

    async def submit():
        async with AsyncGateway(transport=acme, clock=Slow(), ledger=ledger) as first:
            bought.append(await first.submit_video("acme/acme-1", **FOX))
        submitted.set()

    acme.script(faults.late(3, on="submit"))
    with Unlucky(path) as unlucky, Gateway(transport=acme, clock=VirtualClock(), ledger=ledger) as buyer:
        async with (
            AsyncGateway(transport=acme, clock=Late(), ledger=unlucky) as second,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(submit)
            await anyio.wait_all_tasks_blocked()
            assert (await second.generate_video("acme/acme-1", **FOX)).request_id == bought[0].id
    assert len(acme.bought) == len(ended) == 1


def test_a_claim_in_another_ledger_ends_with_the_attempt_that_joined(acme, clock, ledger, tmp_path):
    with Gateway(transport=acme, clock=clock, ledger=ledger) as gateway:
        job = gateway.submit_video("acme/acme-1", prompt="A fox")
        other = ledgers.enable(tmp_path / "other.db")
        try:
            assert gateway.generate_video("acme/acme-1", **FOX).request_id == job.id
            assert other.entries() == []
            gateway.generate_video("acme/acme-1", **FOX)
        finally:
            ledgers.disable()
    assert len(acme.bought) == 2
