"""Runway's own client, unmodified, against the simulator over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import runwayml
from runwayml import AsyncRunwayML, RunwayML
from runwayml.lib.polling import TaskFailedError
from tarash_runway.simulator import RunwaySimulator

from tarash_core.testing import faults

PICTURE = "https://files.example/a.png"
CLIP = "https://files.example/a.mp4"

SIMULATED = RunwaySimulator


@pytest.fixture
def simulator(served: tuple[RunwaySimulator, str]) -> RunwaySimulator:
    return served[0]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runwayml.lib.polling.POLL_TIME", 0)
    monkeypatch.setattr("runwayml.lib.polling.POLL_JITTER", 0)
    monkeypatch.setattr("runwayml._base_client.INITIAL_RETRY_DELAY", 0)


@pytest.fixture
def client(served: tuple[RunwaySimulator, str]) -> Iterator[RunwayML]:
    with RunwayML(api_key="key_test", base_url=served[1]) as made:
        yield made


def generated(task: Any) -> list[bytes]:
    """The files of a task when it has ended."""
    return [httpx.get(url).content for url in task.wait_for_task_output().output]


def test_text_to_video_from_submit_to_download(client: RunwayML, simulator: RunwaySimulator) -> None:
    task = client.text_to_video.create(
        model="gen4.5", prompt_text="A fox", ratio="1280:720", duration=5, content_moderation={
            "public_figure_threshold": "low"}, seed=7,
    )  # fmt: skip
    assert task.estimated_cost.credits == 60
    ended = task.wait_for_task_output()
    assert ended.status == "SUCCEEDED"
    assert ended.cost.credits == 60
    assert httpx.get(ended.output[0]).content[4:8] == b"ftyp"
    assert simulator.jobs[task.id].body["contentModeration"] == {"publicFigureThreshold": "low"}


def test_every_look_is_one_of_the_clients_types(client: RunwayML) -> None:
    task = client.image_to_video.create(
        model="veo3.1", ratio="1280:720", prompt_text="A fox", audio=False,
        prompt_image=[{"uri": PICTURE, "position": "first"}, {"uri": PICTURE, "position": "last"}],
    )  # fmt: skip
    looks = [client.tasks.retrieve(task.id) for _ in range(3)]
    assert [type(look).__name__ for look in looks] == ["AwaitablePending", "AwaitableRunning", "AwaitableSucceeded"]
    assert looks[1].progress == pytest.approx(0.33, abs=0.2)
    assert looks[0].estimated_cost.credits == 100
    assert looks[0].created_at.year == 2026


@pytest.mark.parametrize(
    ("resource", "body", "count"),
    [
        ("image_to_video", {"model": "gen4_turbo", "prompt_image": PICTURE, "ratio": "960:960"}, 1),
        ("video_to_video", {"model": "aleph2", "video_uri": CLIP, "prompt_text": "snow"}, 1),
        ("video_to_video", {"model": "seedance2", "prompt_video": CLIP, "duration": "auto"}, 1),
        ("text_to_image", {"model": "gen4_image", "prompt_text": "A fox", "ratio": "1920:1080"}, 1),
        ("text_to_image", {"model": "gpt_image_2", "prompt_text": "A fox", "ratio": "auto", "output_count": 2}, 2),
        ("image_upscale", {"model": "magnific_precision_upscaler_v2", "image_uri": PICTURE}, 1),
        ("video_upscale", {"model": "enhance_frame_rate", "video_uri": CLIP, "target_framerate": "60"}, 1),
        ("video_to_hdr", {"model": "ruby", "video_uri": CLIP}, 1),
        (
            "character_performance",
            {
                "model": "act_two",
                "character": {"type": "image", "uri": PICTURE},
                "reference": {"type": "video", "uri": CLIP},
            },
            1,
        ),
    ],
)
def test_every_endpoint_generates(client: RunwayML, resource: str, body: dict[str, Any], count: int) -> None:
    files = generated(getattr(client, resource).create(**body))
    assert len(files) == count
    assert all(files)


def test_an_avatar_speaks(client: RunwayML) -> None:
    task = client.avatar_videos.create(
        model="gwm1_avatars", avatar={"type": "runway-preset", "preset_id": "influencer"},
        speech={"type": "text", "text": "Hello"},
    )  # fmt: skip
    ended = client.tasks.retrieve(task.id)
    assert ended.status == "PENDING"


def test_a_throttled_task_is_one_of_the_clients_types(
    client: RunwayML, simulator: RunwaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator, "concurrency", 1)
    first = client.text_to_video.create(model="veo3.1", prompt_text="A fox", ratio="1280:720")
    second = client.text_to_video.create(model="veo3.1", prompt_text="A fox", ratio="1280:720")
    assert type(client.tasks.retrieve(second.id)).__name__ == "AwaitableThrottled"
    assert generated(first)
    assert generated(second)


@pytest.mark.parametrize(
    ("fault", "code", "credits"),
    [
        (faults.moderated("SAFETY.INPUT.IMAGE"), "SAFETY.INPUT.IMAGE", 60),
        (faults.failed("INTERNAL.BAD_OUTPUT.CODE01"), "INTERNAL.BAD_OUTPUT.CODE01", 0),
    ],
)
def test_a_failed_task_tells_why(
    fault: faults.Fault, code: str, credits: int, client: RunwayML, simulator: RunwaySimulator
) -> None:
    simulator.script(fault)
    task = client.text_to_video.create(model="gen4.5", prompt_text="A fox", ratio="1280:720", duration=5)
    with pytest.raises(TaskFailedError) as caught:
        task.wait_for_task_output()
    details: Any = caught.value.task_details
    assert (details.failure_code, details.cost.credits) == (code, credits)


def test_a_deleted_task_is_not_found(client: RunwayML) -> None:
    task = client.text_to_video.create(model="gen4.5", prompt_text="A fox", ratio="1280:720", duration=5)
    client.tasks.delete(task.id)
    with pytest.raises(runwayml.NotFoundError, match="Could not find Task"):
        client.tasks.retrieve(task.id)
    with pytest.raises(runwayml.NotFoundError):
        client.tasks.delete(task.id)


def test_an_upload_can_be_used_as_an_input(client: RunwayML, simulator: RunwaySimulator, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(600))
    uri = client.uploads.create_ephemeral(file=picture).uri
    assert uri.startswith("runway://")
    assert simulator.files[uri].read() == picture.read_bytes()
    assert generated(client.image_to_video.create(model="gen4_turbo", prompt_image=uri, ratio="1280:720"))


def test_the_organisation_tells_its_credit(client: RunwayML) -> None:
    told = client.organization.retrieve()
    assert told.credit_balance > 0
    assert told.tier.models["gen4.5"].max_concurrent_generations is None


def test_errors_arrive_as_the_client_reads_them(
    client: RunwayML, simulator: RunwaySimulator, served: tuple[RunwaySimulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(runwayml.BadRequestError) as caught:
        client.text_to_video.create(model="gen4.5", prompt_text="A fox", ratio="1:1", duration=5)  # type: ignore[call-overload]
    body: Any = caught.value.body
    assert body["issues"][0]["path"] == ["ratio"]
    monkeypatch.setattr(simulator, "credits", 10)
    with pytest.raises(runwayml.BadRequestError, match="enough credits"):
        client.text_to_video.create(model="gen4.5", prompt_text="A fox", ratio="1280:720", duration=5)
    with pytest.raises(runwayml.AuthenticationError):
        client.with_options(default_headers={"Authorization": "key_test"}).organization.retrieve()
    with (
        RunwayML(api_key="key", base_url=served[1], runway_version="1999-01-01") as old,
        pytest.raises(runwayml.BadRequestError, match="X-Runway-Version"),
    ):
        old.organization.retrieve()


def test_the_client_repeats_what_is_refused_for_now(client: RunwayML, simulator: RunwaySimulator) -> None:
    before = len(simulator.bought)
    simulator.script(faults.too_many_requests(on="submit"), faults.server_error(503, on="poll"))
    task = client.text_to_video.create(model="gen4.5", prompt_text="A fox", ratio="1280:720", duration=5)
    assert generated(task)
    assert simulator.unused_faults == []
    assert len(simulator.bought) == before + 1


@pytest.mark.anyio
async def test_the_async_client_generates_and_uploads_too(
    served: tuple[RunwaySimulator, str], anyio_backend_name: str
) -> None:
    if anyio_backend_name == "trio":
        pytest.skip("runwayml's async client locks with asyncio")
    async with AsyncRunwayML(api_key="key_test", base_url=served[1]) as client:
        uri = (await client.uploads.create_ephemeral(file=("a.png", bytes(600), "image/png"))).uri
        task = await client.image_to_video.create(model="gen4_turbo", prompt_image=uri, ratio="1280:720")
        ended: Any = await task.wait_for_task_output()
    assert httpx.get(ended.output[0]).content[4:8] == b"ftyp"
