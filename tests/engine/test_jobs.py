"""Jobs that are taken up again by their receipt: wait, refresh, watch, cancel; from JSON and in another gateway."""

import pytest

from tarash_core import AsyncGateway, Gateway, PluginError, ValidationError, VideoGenerationConfig, VideoJob, errors
from tarash_core.plugins import Done, hookimpl, load_provider, register_extension, unregister_extension
from tarash_core.testing import faults


@pytest.fixture
def gateway(acme, clock):
    with Gateway(transport=acme, clock=clock) as opened:
        yield opened


def receipt(gateway, **settings) -> VideoJob:
    config = VideoGenerationConfig.from_string("acme/acme-1", **settings)
    return VideoJob.from_json(gateway.submit_video(config, prompt="A fox").to_json())


def test_a_receipt_from_json_is_waited_for_without_buying_again(gateway, acme):
    job = receipt(gateway)
    response = gateway.wait_job(job)
    assert acme.bought == [response.request_id] == [job.id]
    assert b"ftyp" in response.video.read()[:16]


def test_a_job_that_was_only_submitted_is_told_of_without_an_attempt(gateway):
    told = []

    class Observer:
        @hookimpl
        def tarash_attempt_finished(self, record):
            told.append("finished")

        @hookimpl
        def tarash_job_updated(self, attempt, job, update):
            told.append((attempt, type(update).__name__))

    observer = Observer()
    register_extension(observer)
    try:
        gateway.wait_job(receipt(gateway))
    finally:
        unregister_extension(observer)
    assert told == [(None, "Queued"), (None, "Running"), (None, "Done")]


def test_watch_gives_each_look_and_ends_with_the_response(gateway):
    looks = list(gateway.watch_job(receipt(gateway)))
    assert [look.status for look in looks] == ["queued", "processing", "completed"]
    assert looks[-1].result.video.url.endswith(".mp4")


@pytest.mark.anyio
async def test_watch_and_wait_in_the_async_gateway(acme, clock):
    async with AsyncGateway(transport=acme, clock=clock) as gateway:
        job = await gateway.submit_video("acme/acme-1", prompt="A fox")
        assert [look.status async for look in gateway.watch_job(job)] == ["queued", "processing", "completed"]
        assert (await gateway.wait_job(job)).request_id == job.id
        assert (await gateway.refresh_job(job)).status == "completed"


def test_refresh_is_one_look(gateway, acme):
    job = receipt(gateway)
    assert gateway.refresh_job(job).status == "queued"
    assert len(acme.asked("poll")) == 1


def test_cancel_says_what_the_vendor_says(gateway):
    job = receipt(gateway)
    assert gateway.cancel_job(job).status == "processing"
    assert gateway.refresh_job(job).status == "cancelled"
    with pytest.raises(errors.JobCancelledError) as caught:
        gateway.wait_job(job)
    assert caught.value.charged == "no"


def test_a_wait_that_runs_out_leaves_the_job_running(gateway, acme):
    acme.script(faults.stuck())
    job = receipt(gateway)
    with pytest.raises(errors.TimeoutError, match="goes on") as caught:
        gateway.wait_job(job, timeout=20)
    assert caught.value.job.id == job.id
    assert acme.asked("cancel") == []


def test_a_vanished_job_is_expired(gateway, acme):
    job = receipt(gateway)
    acme.jobs.clear()
    with pytest.raises(errors.JobExpiredError):
        gateway.wait_job(job)


@pytest.mark.parametrize(
    "address", ["https://evil.example/status", "https://api.acme.example:no/v1", "https://[::1/v1"]
)
def test_a_receipt_that_was_changed_never_gets_the_key(gateway, acme, address):
    job = receipt(gateway).replace(state={"status_url": address})
    before = len(acme.log)
    with pytest.raises(PluginError, match="none of its origins"):
        gateway.wait_job(job)
    assert len(acme.log) == before


def test_a_receipt_holds_no_secret(gateway, acme, clock):
    with Gateway(transport=acme, clock=clock) as other:
        job = other.submit_video(
            VideoGenerationConfig.from_string("acme/acme-1", api_key="canary-explicit"), prompt="A"
        )
        assert "canary" not in job.to_json() + repr(job)
        assert other.wait_job(job).request_id == job.id
    assert {request.headers["authorization"] for request in acme.log} == {"Bearer canary-explicit"}


def test_something_that_is_no_job_is_refused(gateway):
    with pytest.raises(ValidationError, match="from_json"):
        gateway.wait_job("job-1")


def poll_without_a_file(self, job):
    yield from ()
    return Done(raw={"status": "succeeded"})


@pytest.mark.parametrize("call", ["wait_job", "refresh_job", "watch_job"])
@pytest.mark.parametrize("charged", ["unknown", "yes"])
def test_every_look_that_fails_tells_its_job_and_the_bill(gateway, acme, monkeypatch, call, charged):
    job = receipt(gateway)
    if charged == "yes":
        monkeypatch.setattr(type(load_provider("acme")), "poll", poll_without_a_file)
    else:
        acme.script(faults.server_error(401, on="poll", times=None))
    with pytest.raises(errors.TarashException) as caught:
        looked = getattr(gateway, call)(job)
        list(looked)
    assert (caught.value.job.id, caught.value.charged) == (job.id, charged)


def test_a_watch_waits_as_long_as_the_vendor_asks(gateway, acme, clock):
    acme.script(faults.too_many_requests(retry_after=40, on="poll", times=2))
    list(gateway.watch_job(receipt(gateway)))
    assert clock.slept[:2] == [40, 40]


@pytest.mark.parametrize("call", ["wait_job", "refresh_job", "cancel_job"])
def test_a_config_of_another_provider_is_refused_before_anybody_is_asked(gateway, acme, call):
    job = receipt(gateway)
    before = len(acme.log)
    with pytest.raises(ValidationError, match="bought at acme, and the config names fal"):
        getattr(gateway, call)(job, config="fal/fal-ai/veo3.1")
    assert len(acme.log) == before
    getattr(gateway, call)(job, config="acme/acme-1")


@pytest.mark.parametrize("timeout", ["5", float("nan"), -1])
def test_a_timeout_that_is_none_is_refused(gateway, timeout):
    with pytest.raises(ValidationError, match="timeout"):
        gateway.wait_job(receipt(gateway), timeout=timeout)
