"""What the ledger says after every way in which a purchase can go."""

import sqlite3
from decimal import Decimal

import pytest

from tarash_core import AsyncGateway, Cost, Gateway, VideoGenerationConfig, errors
from tarash_core.ledger import Ledger
from tarash_core.plugins import Done, hookimpl, load_provider
from tarash_core.testing import faults

FOX = {"prompt": "A fox", "duration_seconds": 4}


def only(ledger):
    [entry] = ledger.entries()
    return entry


class Seen:
    """Keeps what the ledger says at each step."""

    def __init__(self, ledger):
        self.ledger, self.states = ledger, []

    @hookimpl
    def tarash_exchange(self, provider):
        self.states.append(only(self.ledger).state)


def test_every_step_of_a_purchase_is_written_before_the_next(gateway, ledger, extension, acme):
    seen = extension(Seen(ledger))
    response = gateway.generate_video("acme/acme-1", **FOX)
    assert seen.states == ["intent", "accepted", "accepted", "running"]
    entry = only(ledger)
    assert (entry.state, entry.charged, entry.job_id) == ("succeeded", "yes", response.request_id)
    assert (entry.provider, entry.model, entry.variant, entry.kind) == ("acme", "acme-1", "text-to-video", "video")
    assert entry.estimated_usd == Decimal(2)
    assert entry.job == response.job
    assert entry.created_at <= entry.accepted_at <= entry.ended_at == entry.handed_over_at == entry.updated_at
    assert entry.created_at.tzinfo is not None


@pytest.mark.anyio
async def test_the_async_gateway_writes_the_same(acme, clock, path):
    async with AsyncGateway(transport=acme, clock=clock, ledger=path) as gateway:
        response = await gateway.generate_video("acme/acme-1", **FOX)
        job = await gateway.submit_video("acme/acme-1", **FOX)
    with Ledger(path) as ledger:
        assert [(entry.state, entry.job_id) for entry in ledger.entries()] == [
            ("accepted", job.id),
            ("succeeded", response.request_id),
        ]


def test_a_vendor_that_answers_at_once(gateway, ledger):
    gateway.submit_image("acme/acme-image", prompt="A fox")
    entry = only(ledger)
    assert (entry.state, entry.charged, entry.estimated_usd) == ("succeeded", "yes", None)
    assert entry.job.result == {"outputs": [{"content_type": "image/png", "bytes_not_included": True}]}
    assert not entry.collectable


@pytest.mark.parametrize(
    ("fault", "state", "charged", "error"),
    [
        (faults.failed(), "failed", "no", "GenerationFailedError"),
        (faults.moderated(), "failed", "no", "ContentModerationError"),
        (faults.called_off(), "cancelled", "no", "JobCancelledError"),
        (faults.refused(on="submit", times=None), "failed", "no", "HTTPConnectionError"),
        (faults.too_many_requests(times=None), "failed", "no", "RateLimitError"),
        (faults.lost_answer(), "unsettled", "unknown", "LostAnswerError"),
        (faults.garbage(on="submit"), "unsettled", "unknown", "LostAnswerError"),
        (faults.server_error(401, on="poll", times=None), "abandoned", "unknown", "AuthenticationError"),
    ],
)
def test_how_it_ends_badly(gateway, ledger, acme, fault, state, charged, error):
    acme.script(fault)
    with pytest.raises(errors.TarashException):
        gateway.generate_video("acme/acme-1", **FOX)
    entry = only(ledger)
    assert (entry.state, entry.charged, entry.error_type) == (state, charged, error)
    assert entry.error_message
    assert (entry.ended_at is None) == (state in ("unsettled", "abandoned"))


def test_a_submission_that_is_refused_has_an_end_too(gateway, ledger, acme):
    acme.script(faults.too_many_requests(times=None))
    with pytest.raises(errors.RateLimitError):
        gateway.submit_video("acme/acme-1", **FOX)
    assert only(ledger).state == "failed"


def test_what_is_refused_before_the_purchase_leaves_no_row(gateway, ledger):
    with pytest.raises(errors.ValidationError):
        gateway.generate_video("acme/acme-1", prompt="A fox", duration_seconds=99)
    assert ledger.entries() == []


def test_a_timeout_with_a_confirmed_cancel(gateway, ledger, acme):
    acme.script(faults.stuck())
    with pytest.raises(errors.TimeoutError):
        gateway.generate_video("acme/acme-1", **FOX)
    entry = only(ledger)
    assert (entry.state, entry.charged, entry.error_type) == ("cancelled", "no", "TimeoutError")


def test_a_timeout_without_one_leaves_the_job_abandoned_until_it_is_collected(gateway, ledger, acme):
    acme.script(faults.stuck())
    acme.confirms_cancel = False
    with pytest.raises(errors.TimeoutError):
        gateway.generate_video("acme/acme-1", **FOX)
    left = only(ledger)
    assert (left.state, left.charged, left.collectable) == ("abandoned", "unknown", True)
    assert ledger.collectable() == [left]
    acme.jobs[left.job_id].outcome = faults.Outcome("success")
    gateway.wait_job(left.job)
    entry = only(ledger)
    assert (entry.state, entry.charged, entry.error_type, entry.collectable) == ("succeeded", "yes", None, False)


def test_an_interrupted_job_that_finished_all_the_same_is_left_to_be_collected(acme, clock, ledger):
    class Impatient(type(clock)):
        def sleep(self, seconds):
            super().sleep(seconds)
            if len(self.slept) == 1:
                raise KeyboardInterrupt

    acme.confirms_cancel = False
    with Gateway(transport=acme, clock=Impatient(), ledger=ledger) as gateway, pytest.raises(KeyboardInterrupt):
        gateway.generate_video("acme/acme-1", **FOX)
    entry = only(ledger)
    assert (entry.state, entry.charged, entry.collectable) == ("succeeded", "yes", True)


def test_a_fallback_has_a_row_for_each_purchase(gateway, ledger, acme):
    acme.script(faults.failed())
    gateway.generate_video(["acme/acme-1", "acme/acme-1"], **FOX)
    assert [entry.state for entry in ledger.entries()] == ["succeeded", "failed"]


def test_a_skipped_config_has_none(gateway, ledger, acme):
    gateway.generate_video(["nobody/at-all", "acme/acme-1"], **FOX)
    assert [entry.model for entry in ledger.entries()] == ["acme-1"]


def test_jobs_taken_up_again(gateway, ledger):
    job = gateway.submit_video("acme/acme-1", **FOX)
    states = []
    for _ in gateway.watch_job(job):
        states.append(only(ledger).state)
    assert states == ["accepted", "running", "succeeded"]
    assert only(ledger).handed_over_at is not None


def test_one_look_and_a_cancel(gateway, ledger):
    job = gateway.submit_video("acme/acme-1", **FOX)
    gateway.refresh_job(job)
    gateway.refresh_job(job)
    assert only(ledger).state == "running"
    gateway.cancel_job(job)
    gateway.refresh_job(job)
    assert (only(ledger).state, only(ledger).charged) == ("cancelled", "no")


def test_a_job_that_vanished(gateway, ledger, acme, clock):
    job = gateway.submit_video("acme/acme-1", **FOX)
    acme.jobs.clear()
    clock.advance(60)
    gateway.refresh_job(job)
    assert only(ledger).state == "expired"


def test_an_end_is_never_written_over(gateway, ledger, acme):
    response = gateway.generate_video("acme/acme-1", **FOX)
    before = only(ledger)
    acme.jobs.clear()
    gateway.refresh_job(response.job)
    assert only(ledger) == before


def test_a_job_that_was_bought_elsewhere_is_not_taken_for_ours(gateway, ledger, acme, clock):
    with Gateway(transport=acme, clock=clock) as other:
        job = other.submit_video("acme/acme-1", **FOX)
    gateway.wait_job(job)
    assert ledger.entries() == []


def test_a_gateway_sees_only_its_own_jobs(acme, clock, tmp_path):
    one, two = Ledger(tmp_path / "one.db"), Ledger(tmp_path / "two.db")
    first, second = (Gateway(transport=acme, clock=clock, ledger=ledger) for ledger in (one, two))
    with first, second:
        job = first.submit_video("acme/acme-1", **FOX)
        second.generate_video("acme/acme-1", **FOX)
    with Gateway(transport=acme, clock=clock) as third:
        third.generate_video("acme/acme-1", **FOX)
    assert [entry.job_id for entry in one.entries()] == [job.id]
    assert len(two.entries()) == 1
    one.close()
    two.close()


def test_what_the_vendor_says_it_cost(gateway, ledger, monkeypatch):
    provider = type(load_provider("acme"))
    poll = provider.poll

    def dear(self, job):
        update = yield from poll(self, job)
        return Done(*update.outputs, cost=Cost("1.25")) if isinstance(update, Done) else update

    monkeypatch.setattr(provider, "poll", dear)
    gateway.generate_video("acme/acme-1", **FOX)
    assert only(ledger).cost == Cost("1.25")
    assert ledger.spent_usd() == Decimal("1.25")


def test_the_mock_buys_nothing(gateway, ledger):
    gateway.generate_video(VideoGenerationConfig.from_string("acme/acme-1", mock={"enabled": True}), **FOX)
    entry = only(ledger)
    assert (entry.state, entry.charged) == ("succeeded", "no")
    assert ledger.spent_usd() == 0


def test_a_ledger_that_cannot_be_written_stops_the_purchase(gateway, ledger, acme):
    ledger.close()
    with pytest.raises(errors.ValidationError, match=r"jobs\.db cannot be written: .*Nothing is bought without it"):
        gateway.generate_video("acme/acme-1", **FOX)
    assert acme.bought == []


class Holding:
    """Keeps the file from being written from the purchase until the first look, as a full disk would."""

    def __init__(self, path):
        self.other = sqlite3.connect(path, isolation_level=None)

    @hookimpl
    def tarash_exchange(self, request):
        if request.method == "POST":
            self.other.execute("BEGIN IMMEDIATE")

    @hookimpl(trylast=True)
    def tarash_job_accepted(self):
        self.other.execute("COMMIT")


def test_a_receipt_that_could_not_be_written_is_written_with_the_next_look(
    gateway, ledger, path, extension, monkeypatch, caplog
):
    ledger._store._connection.execute("PRAGMA busy_timeout=10")
    holding = extension(Holding(path))
    response = gateway.generate_video("acme/acme-1", **FOX)
    holding.other.close()
    assert "tarash_job_accepted of the plugin 'ledger' failed" in caplog.text
    assert (only(ledger).state, only(ledger).job) == ("succeeded", response.job)
