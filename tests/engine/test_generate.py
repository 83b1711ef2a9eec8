"""One job from request to file: sync, asyncio and trio, on the same code."""

import asyncio
import threading

import anyio
import pytest

from tarash_core import (
    Account,
    AsyncGateway,
    AuthenticationError,
    Gateway,
    HTTPError,
    LostAnswerError,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoJob,
    errors,
)
from tarash_core.testing import faults


def make(simulator, clock, **settings):
    with Gateway(transport=simulator, clock=clock) as gateway:
        config = VideoGenerationConfig.from_string("acme/acme-1", **settings)
        return gateway.generate_video(config, prompt="A fox", duration_seconds=8)


def test_a_job_is_bought_once_and_its_clip_is_lazy(acme, clock):
    with Gateway(transport=acme, clock=clock) as gateway:
        response = gateway.generate_video("acme/acme-1", prompt="A fox", duration_seconds=8)
        assert [request.method for request in acme.log] == ["POST", "GET", "GET", "GET"]
        content = response.video.read()
    assert acme.bought == [response.request_id]
    assert content.startswith(b"\x00\x00\x00") and b"ftyp" in content[:16]
    assert acme.jobs[response.request_id].body == {"prompt": "A fox", "seconds": 8}
    assert response.execution_metadata.attempts[0].charged == "yes"


@pytest.mark.anyio
async def test_the_async_gateway_does_the_same(acme, clock):
    async with AsyncGateway(transport=acme, clock=clock) as gateway:
        response = await gateway.generate_video("acme/acme-1", prompt="A fox")
        assert b"ftyp" in (await response.video.read_async())[:16]
    assert acme.bought == [response.request_id]


@pytest.mark.anyio
async def test_the_sync_api_works_inside_a_running_loop(acme, clock):
    assert make(acme, clock).request_id == acme.bought[0]


def test_five_event_loops_in_a_row(acme, clock):
    async def once() -> str:
        async with AsyncGateway(transport=acme, clock=clock) as gateway:
            return (await gateway.generate_video("acme/acme-1", prompt="A fox")).request_id

    assert [asyncio.run(once()) for _ in range(5)] == acme.bought


def test_a_gateway_serves_many_threads(acme, clock):
    made = []
    with Gateway(transport=acme, clock=clock) as gateway:
        work = lambda: made.append(gateway.generate_video("acme/acme-1", prompt="A fox").request_id)  # noqa: E731
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(made) == sorted(acme.bought)


def test_progress_and_receipt_reach_the_caller(acme, clock):
    looks, receipts = [], []
    with Gateway(transport=acme, clock=clock) as gateway:
        response = gateway.generate_video(
            "acme/acme-1", VideoGenerationRequest(prompt="A fox"), looks.append, on_accepted=receipts.append
        )
    assert [(look.status, look.progress_percent, look.queue_position) for look in looks] == [
        ("queued", None, 1),
        ("processing", 50, None),
        ("completed", 100, None),
    ]
    assert [job.id for job in receipts] == [response.request_id]
    assert isinstance(receipts[0], VideoJob)


@pytest.mark.anyio
async def test_callbacks_may_be_async_in_the_async_api(acme, clock):
    looks = []

    async def look(update):
        await anyio.lowlevel.checkpoint()
        looks.append(update.status)

    async with AsyncGateway(transport=acme, clock=clock) as gateway:
        await gateway.generate_video("acme/acme-1", prompt="A fox", on_progress=look)
    assert looks == ["queued", "processing", "completed"]


def test_an_async_callback_in_the_sync_api_is_refused_before_anything_is_sent(acme, clock):
    async def look(update): ...

    with Gateway(transport=acme, clock=clock) as gateway, pytest.raises(ValidationError, match="on_progress is async"):
        gateway.generate_video("acme/acme-1", prompt="A fox", on_progress=look)
    assert acme.log == []


def test_a_raising_callback_becomes_a_notice_and_loses_nothing(acme, clock):
    def look(update):
        raise RuntimeError("my bug")

    with Gateway(transport=acme, clock=clock) as gateway:
        response = gateway.generate_video("acme/acme-1", prompt="A fox", on_progress=look)
    assert [notice.code for notice in response.notices] == ["progress_callback_failed"]
    assert "my bug" in response.notices[0].message


def test_a_callback_may_raise_what_has_no_words(acme, clock):
    class Wordless(Exception):
        def __str__(self):
            raise ValueError("no words")

    def look(update):
        raise Wordless

    with Gateway(transport=acme, clock=clock) as gateway:
        response = gateway.generate_video("acme/acme-1", prompt="A fox", on_progress=look)
    assert ["Wordless" in notice.message for notice in response.notices] == [True]


def test_the_notices_of_a_job_have_an_end(acme, clock):
    looks = iter(range(1000))

    def look(update):
        raise RuntimeError(next(looks))

    acme.script(faults.stuck())
    with Gateway(transport=acme, clock=clock) as gateway, pytest.raises(TimeoutError) as caught:
        target = VideoGenerationConfig.from_string("acme/acme-1", timeout=500, poll_interval=1)
        gateway.generate_video(target, prompt="A fox", on_progress=look)
    assert next(looks) > 200
    assert len(caught.value.execution_metadata.attempts[0].notices) == 100


def test_an_earlier_plan_is_what_is_sent(acme, clock):
    with Gateway(transport=acme, clock=clock) as gateway:
        plan = gateway.plan_video("acme/acme-1", prompt="A fox", duration_seconds=4)
        response = gateway.generate_video("acme/acme-1", plan)
    assert acme.jobs[response.request_id].body == dict(plan.payload) == {"prompt": "A fox", "seconds": 4}


def test_a_local_file_is_uploaded_before_the_purchase(acme, clock, tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n0000")
    with Gateway(transport=acme, clock=clock) as gateway:
        response = gateway.generate_video("acme/acme-1", prompt="A fox", first_frame=picture)
    url = acme.jobs[response.request_id].body["image"]
    assert acme.files[url.rsplit("/", 1)[1]].read() == picture.read_bytes()
    assert [len(acme.asked(phase)) for phase in ("upload", "submit")] == [1, 1]


def test_a_vendor_that_answers_at_once_gives_a_finished_job(acme, clock):
    with Gateway(transport=acme, clock=clock) as gateway:
        job = gateway.submit_image("acme/acme-image", prompt="A fox")
        assert gateway.wait_job(job).image.read() == b"hello"
        stored = type(job).from_json(job.to_json())
        with pytest.raises(errors.DeliveryError, match="does not include its bytes"):
            gateway.wait_job(stored)


def test_download_to_fetches_within_the_call(acme, clock, tmp_path):
    with Gateway(transport=acme, clock=clock) as gateway:
        response = gateway.generate_video("acme/acme-1", prompt="A fox", download_to=tmp_path / "new")
    (saved,) = (tmp_path / "new").iterdir()
    assert response.video.source == saved
    assert b"ftyp" in saved.read_bytes()[:16]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ({"request": VideoGenerationRequest(prompt="A"), "prompt": "B"}, "not both"),
        ({"promt": "A"}, "did you mean 'prompt'"),
        ({}, "prompt is missing"),
        ({"prompt": "A", "timeout": 3}, "timeout belongs to the config"),
        ({"prompt": "A", "duration_seconds": 5}, "duration_seconds"),
        ({"request": 5}, "a request or a plan, not a int"),
    ],
)
def test_bad_calls_are_refused_before_anything_is_sent(acme, clock, call, sentence):
    with Gateway(transport=acme, clock=clock) as gateway, pytest.raises(ValidationError, match=sentence):
        gateway.generate_video("acme/acme-1", **call)
    assert acme.log == []


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (
            {"provider_config": {"colour": "red"}},
            "Acme Video has no setting 'colour'; it has upload_token, session_token, region.",
        ),
        ({"account": "shop"}, "Acme Video has no setting 'shade'"),
        ({"webhook_url": "https://app.example/hook"}, "Acme Video takes no webhook_url with a request"),
    ],
)
def test_what_the_vendor_knows_nothing_of_is_refused_before_anything_is_sent(acme, clock, wish, sentence):
    shop = Account(api_key="canary-shop-key", settings={"shade": "dark"})
    config = VideoGenerationConfig.from_string("acme/acme-1", **wish)
    with Gateway(transport=acme, clock=clock, accounts={"shop": shop}) as gateway:
        for call in (gateway.plan_video, gateway.generate_video):
            with pytest.raises(ValidationError, match=sentence):
                call(config, prompt="A fox")
    assert acme.log == []


def test_a_missing_key_names_the_variable(acme, clock, monkeypatch):
    monkeypatch.delenv("ACME_API_KEY")
    with Gateway(clock=clock) as gateway, pytest.raises(AuthenticationError, match="ACME_API_KEY") as caught:
        gateway.generate_video("acme/acme-1", prompt="A fox")
    assert caught.value.status_code is None


@pytest.mark.parametrize(
    "fault", [faults.garbage(on="submit"), faults.garbage(html=False, on="submit"), faults.empty(on="submit")]
)
def test_an_unreadable_answer_to_the_purchase_is_not_sent_again(acme, clock, fault):
    acme.script(fault)
    with pytest.raises(LostAnswerError) as caught:
        make(acme, clock)
    assert len(acme.asked("submit")) == 1
    assert caught.value.charged == "unknown"
    assert caught.value.execution_metadata.attempts[0].unsettled


@pytest.mark.parametrize(
    "fault",
    [
        faults.server_error(on="poll"),
        faults.server_error(on="poll", html=True, times=3),
        faults.garbage(on="poll"),
        faults.empty(on="poll"),
        faults.reset(on="poll"),
        faults.refused(on="poll", times=2),
        faults.too_many_requests(retry_after=3, on="poll"),
        faults.truncated(5, on="poll"),
        faults.late(400, on="poll"),
    ],
)
def test_trouble_while_polling_never_ends_a_paid_job(acme, clock, fault):
    acme.script(fault)
    response = make(acme, clock)
    assert acme.bought == [response.request_id]
    assert len(acme.asked("submit")) == 1
    assert not acme.unused_faults


def test_a_retry_after_while_polling_is_honoured(acme, clock):
    acme.script(faults.too_many_requests(retry_after=7, on="poll"))
    make(acme, clock)
    assert 7 in clock.slept


def test_an_unknown_status_word_waits_and_is_noticed(acme, clock):
    acme.word = "simmering"
    with pytest.raises(errors.TimeoutError) as caught:
        make(acme, clock, timeout=30)
    assert caught.value.job.id == acme.bought[0]
    assert caught.value.charged == "unknown"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.failed("No GPU."), errors.GenerationFailedError),
        (faults.moderated("Not this."), errors.ContentModerationError),
    ],
)
def test_a_job_that_ends_badly_raises_with_its_receipt(acme, clock, fault, expected):
    acme.script(fault)
    with pytest.raises(expected) as caught:
        make(acme, clock)
    assert caught.value.job.id == acme.bought[0]
    assert caught.value.charged == "no"
    assert not caught.value.execution_metadata.attempts[0].unsettled


def test_a_redirected_purchase_is_refused(acme, clock):
    acme.script(faults.redirect("https://evil.example/", on="submit"))
    with pytest.raises(HTTPError, match="redirects a POST"):
        make(acme, clock)
    assert len(acme.log) == 1


@pytest.mark.parametrize("target", ["http://[bad/", "http://a.example:no/", "http://a.example:99999/"])
def test_a_redirect_to_no_url_says_so_and_names_the_job(acme, clock, target):
    acme.script(faults.redirect(target, on="poll", times=None))
    with pytest.raises(HTTPError, match="redirects to what is no URL; check base_url") as caught:
        make(acme, clock)
    assert caught.value.job.id == acme.bought[0]


def test_no_key_is_shown_anywhere(acme, clock, caplog):
    caplog.set_level("DEBUG")
    acme.script(faults.failed("The key canary-acme-key is no good."))
    with pytest.raises(errors.GenerationFailedError) as caught:
        make(acme, clock)
    shown = [str(caught.value), repr(caught.value.execution_metadata), str(caught.value.raw_response), caplog.text]
    assert not any("canary-acme-key" in text for text in shown)
    assert any(request.headers["authorization"] == "Bearer canary-acme-key" for request in acme.log)


def test_a_plan_needs_no_key(acme, clock, monkeypatch):
    monkeypatch.delenv("ACME_API_KEY")
    with Gateway(clock=clock) as gateway:
        assert gateway.plan_video("acme/acme-1", prompt="A fox").payload == {"prompt": "A fox"}


def test_equal_requests_have_equal_fingerprints_and_other_pictures_other_ones(acme, clock):
    from tarash_core.engine.attempt import fingerprint

    with Gateway(transport=acme, clock=clock) as gateway:
        plans = [gateway.plan_video("acme/acme-1", prompt="A", first_frame=frame) for frame in (b"one", b"one", b"two")]
    one, same, other = (fingerprint(plan, None) for plan in plans)
    assert one == same != other


def test_a_lost_answer_before_the_purchase_is_no_purchase(acme, clock):
    acme.script(faults.reset(on="upload", times=None))
    with Gateway(transport=acme, clock=clock) as gateway, pytest.raises(LostAnswerError) as caught:
        gateway.generate_video("acme/acme-1", prompt="A fox", first_frame=b"\x89PNG\r\n\x1a\n")
    assert caught.value.charged == "no"
    assert not caught.value.execution_metadata.attempts[0].unsettled
    assert acme.bought == []
