"""Whole generations by the engine, against the simulator in this process: no network, no key, no waiting."""

from __future__ import annotations

import base64
import contextlib
from pathlib import Path

import pytest
from tarash_veo.simulator import VeoSimulator

from tarash_core import Gateway, ImageGenerationConfig, VideoGenerationConfig, errors
from tarash_core.models.config import Account
from tarash_core.models.job import VideoJob
from tarash_core.testing import VirtualClock, faults

OMNI, VEO, BANANA = "veo/gemini-omni-1.2-flash", "veo/veo-3.1-generate-001", "veo/gemini-nano-banana-2.1"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
BOTH = pytest.mark.parametrize("model", [OMNI, VEO])


def on_vertex(model: str, **settings: str) -> VideoGenerationConfig:
    return VideoGenerationConfig.from_string(model, provider_config={"surface": "vertex", **settings})


@pytest.fixture(autouse=True)
def credentials(signed_in: None) -> None:
    """The default credentials are those of a test."""


def test_a_download_carries_the_key(gateway: Gateway, simulator: VeoSimulator) -> None:
    response = gateway.generate_video(OMNI, prompt="A fox")
    assert response.video.read() and response.cost is not None
    assert [request.headers.get("x-goog-api-key") for request in simulator.log] == ["AIzaTest"] * len(simulator.log)
    (download,) = simulator.asked("download")
    assert download.url.startswith("https://generativelanguage.googleapis.com/v1beta/files/")


def test_a_download_from_a_bucket_carries_the_token(gateway: Gateway, simulator: VeoSimulator) -> None:
    config = on_vertex(VEO, output_uri="gs://bucket/fox clips/")
    response = gateway.generate_video(config, prompt="A fox", number_of_videos=2)
    assert [video.read()[4:8] for video in response.videos] == [b"ftyp"] * 2
    for request in simulator.log:
        assert request.headers["authorization"] == "Bearer ya29.test"
        assert request.headers["x-goog-user-project"] == "pays"
        assert "x-goog-api-key" not in request.headers
    assert {request.url.split("/")[2] for request in simulator.asked("download")} == {"storage.googleapis.com"}


def test_omni_on_vertex(gateway: Gateway, simulator: VeoSimulator) -> None:
    response = gateway.generate_video(on_vertex(OMNI), prompt="A fox")
    assert all("/projects/p1/locations/global/interactions" in request.url for request in simulator.log)
    assert response.job is not None and "/projects/p1/" in response.job.state["url"]


def test_the_bytes_of_a_video_stay_out_of_the_answer(gateway: Gateway) -> None:
    response = gateway.generate_video(VEO, prompt="A fox")
    assert len(str(response.raw_response)) < 1000


def test_a_file_that_is_being_prepared_is_waited_for(gateway: Gateway, simulator: VeoSimulator) -> None:
    simulator.preparing = 2
    assert gateway.generate_video(OMNI, prompt="A fox").video.read()
    assert len([request for request in simulator.asked("poll") if "/files/" in request.url]) == 3


@pytest.mark.parametrize("surface", ["gemini", "vertex"])
def test_a_picture_comes_with_its_purchase(gateway: Gateway, simulator: VeoSimulator, surface: str) -> None:
    config = ImageGenerationConfig.from_string(BANANA, provider_config={"surface": surface})
    response = gateway.generate_image(config, prompt="A fox", image_list=[PNG])
    assert response.image.read()[:4] == b"\x89PNG"
    assert len(simulator.log) == 1
    parts = simulator.jobs[simulator.bought[0]].body["contents"][0]["parts"]
    assert parts[1] == {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(PNG).decode()}}


def test_a_local_picture_goes_inline(gateway: Gateway, simulator: VeoSimulator, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    job = gateway.submit_video(OMNI, prompt="A fox", first_frame=tmp_path / "a.png", last_frame=PNG)
    data = {"type": "image", "mime_type": "image/png", "data": base64.b64encode(PNG).decode()}
    assert simulator.jobs[job.id].body["input"] == [{"type": "text", "text": "A fox"}, data, data]


def test_an_earlier_result_is_edited_by_its_id_and_extended_by_its_bytes(
    gateway: Gateway, simulator: VeoSimulator
) -> None:
    first = gateway.generate_video(OMNI, prompt="A fox", duration_seconds=4)
    edited = gateway.submit_video(OMNI, prompt="At night", video=first.video, mode="edit-video")
    body = simulator.jobs[edited.id].body
    assert body["previous_interaction_id"] == first.request_id
    assert "generation_config" not in body
    longer = gateway.submit_video(OMNI, prompt="It runs", video=first.video, mode="extend-video", duration_seconds=5)
    body = simulator.jobs[longer.id].body
    assert base64.b64decode(body["input"][1]["data"]) == first.video.read()
    assert body["generation_config"] == {"video_config": {"task": "extend"}}


@pytest.mark.parametrize(("model", "words"), [(OMNI, "against the guidelines"), (VEO, "category: child")])
def test_what_the_filters_keep_back_is_a_moderation_error(
    gateway: Gateway, simulator: VeoSimulator, model: str, words: str
) -> None:
    simulator.script(faults.moderated("blood"))
    with pytest.raises(errors.ContentModerationError, match=words) as caught:
        gateway.generate_video(model, prompt="A fox")
    assert "blood" in str(caught.value)
    assert caught.value.job is not None
    assert caught.value.charged == "unknown"


def test_a_picture_that_is_kept_back_is_a_moderation_error(gateway: Gateway, simulator: VeoSimulator) -> None:
    simulator.script(faults.moderated("blood"))
    with pytest.raises(errors.ContentModerationError, match=r"IMAGE_SAFETY.*blood"):
        gateway.generate_image(BANANA, prompt="A fox")
    simulator.script(faults.failed("out of gas"))
    with pytest.raises(errors.GenerationFailedError, match="out of gas"):
        gateway.generate_image(BANANA, prompt="A fox")


@BOTH
def test_a_job_that_ends_badly_keeps_googles_words(gateway: Gateway, simulator: VeoSimulator, model: str) -> None:
    simulator.script(faults.failed("out of gas"))
    with pytest.raises(errors.GenerationFailedError, match="out of gas"):
        gateway.generate_video(model, prompt="A fox")


def test_an_operation_that_runs_out_of_time_stays_unsettled(gateway: Gateway, simulator: VeoSimulator) -> None:
    simulator.script(faults.stuck())
    chain = VideoGenerationConfig.from_string(VEO, timeout=60, fallback_configs=[OMNI])
    with pytest.raises(errors.TimeoutError, match="wait_job") as caught:
        gateway.generate_video(chain, prompt="A fox")
    assert caught.value.charged == "unknown"
    assert len(simulator.bought) == 1


def test_an_operation_cannot_be_cancelled(gateway: Gateway) -> None:
    with pytest.raises(errors.ValidationError, match="cannot cancel"):
        gateway.cancel_job(gateway.submit_video(VEO, prompt="A fox"))


@pytest.mark.parametrize(
    "id", ["../../account?x=1", "models/../../account/operations/1?x=1", "models/m/operations/1?x"]
)
def test_the_id_of_a_job_leads_nowhere_else(gateway: Gateway, simulator: VeoSimulator, id: str) -> None:
    with contextlib.suppress(errors.TarashException):
        gateway.refresh_job(VideoJob(provider="veo", model="gemini-omni-1.2-flash", id=id))
    (request,) = simulator.log
    assert "?" not in request.url and "/../" not in request.url


@BOTH
def test_a_bare_receipt_is_enough(gateway: Gateway, model: str) -> None:
    bought = gateway.submit_video(model, prompt="A fox")
    bare = VideoJob(provider="google", model=bought.model, id=bought.id)
    assert gateway.wait_job(bare).request_id == bought.id


@BOTH
def test_a_job_that_google_does_not_know_has_expired(gateway: Gateway, simulator: VeoSimulator, model: str) -> None:
    job = gateway.submit_video(model, prompt="A fox")
    simulator.jobs.clear()
    with pytest.raises(errors.JobExpiredError):
        gateway.wait_job(job)


def test_a_missing_key_is_said_before_any_request(simulator: VeoSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEMINI_API_KEY")
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        with pytest.raises(errors.AuthenticationError, match="GOOGLE_API_KEY, or GEMINI_API_KEY") as caught:
            gateway.generate_video(OMNI, prompt="A fox")
        assert caught.value.charged == "no" and caught.value.status_code is None
        assert gateway.generate_video(VEO, prompt="A fox").video
    assert len(simulator.bought) == 1


def test_an_access_token_of_the_callers_own_wins(simulator: VeoSimulator) -> None:
    account = Account(api_key="ya29.own", settings={"project": "theirs", "location": "europe-west4"})
    with Gateway(transport=simulator, clock=VirtualClock(), accounts={"a": account}) as gateway:
        config = VideoGenerationConfig.from_string(VEO, account="a")
        assert gateway.generate_video(config, prompt="A fox").video
    assert {request.headers["authorization"] for request in simulator.log} == {"Bearer ya29.own"}
    start = "https://europe-west4-aiplatform.googleapis.com/v1/projects/theirs/locations/europe-west4/"
    assert all(request.url.startswith(start) for request in simulator.log)


def test_a_retired_model_lives_on_elsewhere(simulator: VeoSimulator) -> None:
    simulator.retired = False
    config = VideoGenerationConfig.from_string("veo/veo-3.1-generate-preview", base_url="http://gateway.example")
    response = Gateway(transport=simulator, clock=VirtualClock()).generate_video(config, prompt="A fox")
    assert response.request_id.startswith("models/veo-3.1-generate-preview/operations/")
    assert response.video.read()[4:8] == b"ftyp"
