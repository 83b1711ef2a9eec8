"""The mock: no network, the same answer every time, and nothing passes that the provider would refuse."""

import io

import av
import pytest

from tarash_core import (
    AsyncGateway,
    Gateway,
    GenerationFailedError,
    HTTPError,
    MockConfig,
    MockPollingConfig,
    MockResponse,
    ProviderNotInstalledError,
    UnsupportedParameterError,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationResponse,
    VideoJob,
    generate_image,
    generate_video,
    generate_video_async,
)
from tarash_core.ledger import Ledger
from tarash_core.testing import VirtualClock, sample_image, sample_video

VEO = "fal/fal-ai/veo3.1"


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch):
    """Any real exchange would fail the test."""

    def refuse(self, ask):
        raise AssertionError(f"the mock asked the network for {ask.request.url}")

    monkeypatch.setattr("tarash_core.engine.transport.SyncTransport.send", refuse)
    monkeypatch.setattr("tarash_core.engine.transport.AsyncTransport.send", refuse)


def config(target=VEO, **mock):
    return VideoGenerationConfig.from_string(target, mock=MockConfig(**mock))


def test_a_playable_clip_of_the_wished_length_and_size():
    response = generate_video(config(), prompt="A fox", duration_seconds=4, resolution="720p", aspect_ratio="9:16")
    assert response.is_mock
    with av.open(io.BytesIO(response.video.read())) as clip:
        stream = clip.streams.video[0]
        assert (stream.width, stream.height) == (720, 1280)
        assert abs(clip.duration / 1_000_000 - 4) < 0.2


@pytest.mark.anyio
async def test_the_async_side():
    response = await generate_video_async(config(), prompt="A fox")
    assert b"ftyp" in (await response.video.read_async())[:16]


def test_equal_requests_get_equal_answers():
    one, two = (generate_video(config(), prompt="A fox") for _ in range(2))
    assert (one.request_id, one.video.url) == (two.request_id, two.video.url)
    assert generate_video(config(), prompt="A hen").request_id != one.request_id


def test_what_the_provider_refuses_the_mock_refuses():
    with pytest.raises(UnsupportedParameterError, match="duration_seconds"):
        generate_video(config(), prompt="A fox", duration_seconds=5)
    with pytest.raises(ProviderNotInstalledError):
        generate_video(config("nobody/x"), prompt="A fox")


def test_images_too_as_many_as_asked_for(monkeypatch):
    monkeypatch.setenv("TARASH_MOCK", "1")
    response = generate_image("fal/fal-ai/flux/dev", prompt="A fox", n=2, size="512x256")
    assert len(response.images) == 2
    with av.open(io.BytesIO(response.image.read())) as picture:
        assert (picture.streams.video[0].width, picture.streams.video[0].height) == (512, 256)


def test_without_pyav_the_files_are_the_bundled_samples(monkeypatch):
    def missing():
        raise ImportError("PyAV is not installed")

    monkeypatch.setattr("tarash_core.testing.rendering._pyav", missing)
    monkeypatch.setenv("TARASH_MOCK", "1")
    assert generate_video(VEO, prompt="A fox").video.read() == sample_video()
    assert generate_image("fal/fal-ai/flux/dev", prompt="A fox").image.read() == sample_image()


def test_scripted_progress_is_shown_with_its_delays():
    clock, looks = VirtualClock(), []
    polling = MockPollingConfig(
        status_sequence=["queued", "processing", "processing", "completed"],
        delay_between_updates=2,
        progress_percentages=[0, 30, 60, 100],
        custom_updates=[{"step": index} for index in range(4)],
    )
    with Gateway(clock=clock) as gateway:
        gateway.generate_video(config(polling=polling), prompt="A fox", on_progress=looks.append)
    assert [look.status for look in looks] == ["queued", "processing", "processing", "completed"]
    assert [look.progress_percent for look in looks] == [None, 30, 60, 100]
    assert [look.update["step"] for look in looks] == [0, 1, 2, 3]
    assert clock.slept == [2, 2, 2]


def test_a_scripted_error_falls_back_and_is_a_fresh_copy():
    busy = HTTPError("busy", status_code=503)
    chain = config(responses=[MockResponse(error=busy)]).replace(
        fallback_configs=[VideoGenerationConfig.from_string("replicate/google/veo-3.1", mock=MockConfig())]
    )
    response = generate_video(chain, prompt="A fox", duration_seconds=8)
    assert [attempt.status for attempt in response.execution_metadata.attempts] == ["failed", "success"]
    assert busy.__traceback__ is None
    assert busy.execution_metadata is None


def test_an_error_while_the_job_is_looked_after():
    failing = config(responses=[MockResponse(error=GenerationFailedError("no GPU"), at="poll")])
    with pytest.raises(GenerationFailedError, match="no GPU") as caught:
        generate_video(failing, prompt="A fox")
    assert caught.value.job is not None


def test_fallbacks_inherit_the_mock():
    chain = config().replace(fallback_configs=["replicate/google/veo-3.1"])
    assert generate_video(chain, prompt="A fox").is_mock


def test_weights_choose_by_hash_and_seed():
    answers = [MockResponse(weight=1, output_video=f"https://x.example/{n}.mp4") for n in range(4)]
    chosen = {
        seed: generate_video(config(responses=answers, seed=seed), prompt="A fox").video.url for seed in range(20)
    }
    assert len(set(chosen.values())) > 1
    assert chosen == {
        seed: generate_video(config(responses=answers, seed=seed), prompt="A fox").video.url for seed in chosen
    }


def test_a_whole_response_can_be_given():
    given = VideoGenerationResponse(request_id="r-1", video="https://x.example/y.mp4", status="completed")
    response = generate_video(config(responses=[MockResponse(mock_response=given)]), prompt="A fox")
    assert (response.request_id, response.video.url) == ("r-1", "https://x.example/y.mp4")


def test_the_variable_mocks_a_whole_run(monkeypatch):
    monkeypatch.setenv("TARASH_MOCK", "1")
    assert generate_video(VEO, prompt="A fox").is_mock


def test_an_empty_script_is_refused():
    with pytest.raises(ValidationError, match="leaves the mock no answer"):
        MockConfig(responses=[])
    with pytest.raises(ValidationError, match="status_sequence"):
        MockPollingConfig(status_sequence=[])


@pytest.mark.anyio
async def test_a_mocked_receipt_is_taken_up_from_json():
    async with AsyncGateway() as gateway:
        job = await gateway.submit_video(config(), prompt="A fox")
        response = await gateway.wait_job(VideoJob.from_json(job.to_json()))
    assert response.is_mock


def real_job(**fields):
    return VideoJob(provider="fal", model="fal-ai/veo3.1", id="j-1", state={"endpoint": "fal-ai/veo3.1"}, **fields)


@pytest.mark.parametrize("call", ["wait_job", "refresh_job", "cancel_job"])
@pytest.mark.parametrize("origin", [None, "https://proxy.example"])
def test_of_a_real_job_the_mock_knows_nothing(monkeypatch, call, origin, tmp_path):
    monkeypatch.setenv("TARASH_MOCK", "1")
    job = real_job(origin=origin)
    with Ledger(tmp_path / "jobs.db") as ledger, Gateway(ledger=ledger) as gateway:
        with pytest.raises(ValidationError, match=r"j-1 was bought at fal, and the mock.*TARASH_MOCK") as caught:
            getattr(gateway, call)(job)
        with pytest.raises(ValidationError, match="leave mock"):
            getattr(gateway, call)(job, config=config())
    assert caught.value.job == job


@pytest.mark.parametrize("mock", [None, MockConfig(enabled=False)])
def test_a_mocked_job_stays_with_the_mock_whatever_the_config_says(mock):
    with Gateway() as gateway:
        job = VideoJob.from_json(gateway.submit_video(config(), prompt="A fox").to_json())
        given = VideoGenerationConfig.from_string(VEO, api_key="a-key", mock=mock)
        assert gateway.wait_job(job, config=given).is_mock


def test_a_job_fails_with_the_error_of_the_answer_that_was_chosen():
    answers = [
        MockResponse(weight=0.001, error=HTTPError("rarely", status_code=500)),
        MockResponse(weight=1000, error=GenerationFailedError("no GPU"), at="poll"),
    ]
    with pytest.raises(GenerationFailedError, match="no GPU"):
        generate_video(config(responses=answers), prompt="A fox")
