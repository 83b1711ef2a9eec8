"""A vendor that does not know a job: not believed while the job is young, for it may only not have heard of it yet."""

import pytest

from tarash_core import Gateway, JobExpiredError, VideoGenerationConfig, VideoJob, errors
from tarash_core.plugins import Expired
from tarash_core.plugins.loader import load_provider
from tarash_core.testing import faults

CONFIG = VideoGenerationConfig.from_string("acme/acme-1", poll_interval=1)


def unknown(times):
    return faults.server_error(404, on="poll", times=times)


@pytest.fixture
def gateway(acme, clock):
    with Gateway(transport=acme, clock=clock) as gateway:
        yield gateway


@pytest.fixture(params=["returned", "raised"])
def told(request, acme, monkeypatch):
    """Both ways in which a provider says so."""
    if request.param == "raised":
        provider = type(load_provider("acme"))
        returning = provider.poll

        def raising(self, job):
            update = yield from returning(self, job)
            if isinstance(update, Expired):
                raise JobExpiredError("Acme does not know it.")
            return update

        monkeypatch.setattr(provider, "poll", raising)


@pytest.mark.usefixtures("told")
def test_a_job_that_is_not_known_yet_is_waited_for(acme, gateway):
    acme.script(unknown(times=3))
    seen = []
    response = gateway.generate_video(CONFIG, prompt="A fox", on_progress=lambda update: seen.append(update.status))
    assert acme.bought == [response.request_id]
    assert seen[:3] == ["processing"] * 3


@pytest.mark.usefixtures("told")
def test_one_that_stays_unknown_is_given_up_after_half_a_minute(acme, gateway, clock):
    acme.script(unknown(times=None))
    with pytest.raises(JobExpiredError) as caught:
        gateway.generate_video(CONFIG.replace(poll_interval=0), prompt="A fox")
    assert caught.value.job.id == acme.bought[0]
    assert 30 <= clock.monotonic() < 32
    assert len(acme.asked("poll")) <= 32


@pytest.mark.usefixtures("told")
def test_of_an_old_job_it_is_believed_at_once(acme, gateway, clock):
    text = gateway.submit_video(CONFIG, prompt="A fox").to_json()
    clock.advance(60)
    acme.script(unknown(times=None))
    with pytest.raises(JobExpiredError):
        gateway.wait_job(VideoJob.from_json(text))
    assert len(acme.asked("poll")) == 1


@pytest.mark.usefixtures("told")
def test_a_single_look_does_not_call_a_young_job_failed(acme, gateway):
    job = gateway.submit_video(CONFIG, prompt="A fox")
    acme.script(unknown(times=1))
    assert gateway.refresh_job(job).status == "processing"


@pytest.mark.usefixtures("told")
def test_a_young_job_that_is_left_unknown_stays_unsettled(acme, gateway, clock):
    acme.confirms_cancel = False
    acme.script(unknown(times=None))
    with pytest.raises(errors.TimeoutError) as caught:
        gateway.generate_video(CONFIG.replace(timeout=10), prompt="A fox")
    assert [job.id for job in caught.value.execution_metadata.abandoned_jobs] == acme.bought
    assert clock.monotonic() <= 10


def test_a_job_that_is_unknown_once_it_was_to_be_stopped_stays_unsettled(acme, gateway):
    def after_the_cancel(request):
        return request.method == "GET" and bool(acme.asked("cancel"))

    acme.script(faults.stuck(), faults.server_error(404, on=after_the_cancel, times=None))
    with pytest.raises(errors.TimeoutError, match="may still deliver and bill") as caught:
        gateway.generate_video(CONFIG.replace(timeout=40, poll_interval=10), prompt="A fox")
    assert len(acme.asked("cancel")) == 1
    assert [job.id for job in caught.value.execution_metadata.abandoned_jobs] == acme.bought
