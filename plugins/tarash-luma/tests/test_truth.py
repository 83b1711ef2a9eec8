"""Luma's own two clients, unmodified, against the simulator over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import luma_agents
import lumaai
import pytest
from luma_agents import AsyncLuma, Luma
from lumaai import AsyncLumaAI, LumaAI
from tarash_luma.simulator import LumaSimulator

from tarash_core.testing import faults

SIMULATED = LumaSimulator


@pytest.fixture
def simulator(served: tuple[LumaSimulator, str]) -> LumaSimulator:
    return served[0]


@pytest.fixture
def agents(served: tuple[LumaSimulator, str]) -> Iterator[Luma]:
    with Luma(auth_token="luma-api-1", base_url=f"{served[1]}/v1", max_retries=0) as client:
        yield client


@pytest.fixture
def dream(served: tuple[LumaSimulator, str]) -> Iterator[LumaAI]:
    with LumaAI(auth_token="luma-1", base_url=f"{served[1]}/dream-machine/v1", max_retries=0) as client:
        yield client


def waited(client: Any, generation: Any) -> Any:
    """The generation at its end, and the states on the way."""
    states = [generation.state]
    while generation.state not in ("completed", "failed"):
        generation = client.generations.get(generation.id)
        states.append(generation.state)
    return generation, states


def fetched(url: str) -> bytes:
    return httpx.get(url).content


# Agents


def test_agents_a_whole_clip(agents: Luma) -> None:
    made = agents.generations.create(
        prompt="A fox",
        model="ray-3.2",
        type="video",
        aspect_ratio="16:9",
        user_id="u1",
        video={"resolution": "720p", "duration": "5s", "start_frame": {"url": "https://x.test/a.png"}},
    )
    done, states = waited(agents, made)
    assert states == ["queued", "queued", "processing", "completed"]
    assert (done.model, done.type, done.failure_code) == ("ray-3.2", "video", None)
    assert [item.type for item in done.output] == ["video"]
    assert fetched(done.output[0].url)[4:8] == b"ftyp"


def test_agents_a_picture_an_edit_and_layers(agents: Luma) -> None:
    done, _ = waited(agents, agents.generations.create(prompt="A fox"))
    assert fetched(done.output[0].url)[1:4] == b"PNG"
    edit = agents.generations.create(prompt="Night", type="image_edit", source={"generation_id": done.id})
    assert waited(agents, edit)[0].output[0].type == "image"
    layers = agents.generations.create(
        prompt="Split", type="layering", source={"generation_id": done.id}, layering={"resolution": "1k"}
    )
    output = waited(agents, layers)[0].output
    assert [item.layer.index for item in output] == [0, 1, 2]


def test_agents_a_clip_is_edited_and_reframed(agents: Luma) -> None:
    source = {"url": "https://x.test/c.mp4", "media_type": "video/mp4"}
    edit = agents.generations.create(
        prompt="Night", model="ray-3.2", type="video_edit", source=source, video={"edit": {"auto_controls": True}}
    )
    frame = agents.generations.create(
        prompt="Wide", model="ray-3.2", type="video_reframe", source=source, aspect_ratio="21:9"
    )
    assert [waited(agents, made)[0].state for made in (edit, frame)] == ["completed"] * 2


def test_agents_a_file_goes_up_and_is_used(agents: Luma) -> None:
    content = b"\x89PNG\r\n\x1a\n"
    made = agents.files.create(mime_type="image/png", size_bytes=len(content), filename="a.png", purpose="input")
    assert made.state == "pending" and made.upload is not None
    assert httpx.put(made.upload.url, content=content, headers=made.upload.headers).status_code == 200
    assert agents.files.complete(made.id).state == "ready"
    assert agents.files.get(made.id).mime_type == "image/png"
    edit = agents.generations.create(prompt="Night", type="image_edit", source={"file_id": made.id})
    assert waited(agents, edit)[0].state == "completed"
    assert made.id in {file.id for file in agents.files.list(limit=50, state="ready").data}
    agents.files.delete(made.id)
    assert agents.files.get(made.id).state == "deleted"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (faults.moderated(), "content_moderated"),
        (faults.failed("corrupt_input"), "corrupt_input"),
        (faults.failed("anything"), "generation_failed"),
    ],
)
def test_agents_a_failed_job_tells_its_code(
    agents: Luma, simulator: LumaSimulator, fault: faults.Fault, code: str
) -> None:
    simulator.script(fault)
    done, _ = waited(agents, agents.generations.create(prompt="A fox"))
    assert (done.state, done.failure_code) == ("failed", code)


def test_agents_refusals_have_the_clients_classes(agents: Luma, served: tuple[LumaSimulator, str]) -> None:
    with pytest.raises(luma_agents.BadRequestError, match="not supported for model"):
        agents.generations.create(prompt="A fox", model="uni-1", type="video")
    with pytest.raises(luma_agents.NotFoundError, match="Generation not found"):
        agents.generations.get("11111111-1111-4111-8111-111111111111")
    with (
        Luma(auth_token="luma-of-dream", base_url=f"{served[1]}/v1") as other,
        pytest.raises(luma_agents.AuthenticationError, match="Invalid API key"),
    ):
        other.generations.create(prompt="A fox")
    served[0].script(faults.too_many_requests(3))
    with pytest.raises(luma_agents.RateLimitError):
        agents.generations.create(prompt="A fox")


def test_agents_headers_of_an_answer(agents: Luma) -> None:
    answer = agents.generations.with_raw_response.create(prompt="A fox", extra_headers={"X-Request-Id": "mine"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (201, "mine")
    assert answer.headers["x-api-version"] == "2026-04-01"
    assert "x-ratelimit-remaining" in answer.headers


# Dream Machine


def test_dream_a_whole_clip(dream: LumaAI) -> None:
    made = dream.generations.create(
        model="ray-2",
        prompt="A fox",
        aspect_ratio="16:9",
        resolution="720p",
        duration="5s",
        loop=False,
        concepts=[{"key": "dolly_zoom"}],
        keyframes={"frame0": {"type": "image", "url": "https://x.test/a.png"}},
    )
    done, states = waited(dream, made)
    assert states == ["queued", "queued", "dreaming", "completed"]
    assert (done.generation_type, done.model, done.request.model) == ("video", "ray-2", "ray-2")
    assert fetched(done.assets.video)[4:8] == b"ftyp"
    assert fetched(done.assets.image)[1:4] == b"PNG"


def test_dream_goes_on_from_a_finished_clip(dream: LumaAI) -> None:
    first, _ = waited(dream, dream.generations.video.create(model="ray-2", prompt="A fox"))
    bigger = dream.generations.upscale(id=first.id, resolution="4k")
    louder = dream.generations.audio(id=first.id, prompt="rain", negative_prompt="music")
    frames: Any = {"frame0": {"type": "generation", "id": first.id}}
    longer = dream.generations.create(model="ray-2", prompt="It runs", keyframes=frames)
    ended = [waited(dream, made)[0] for made in (bigger, louder, longer)]
    assert [made.state for made in ended] == ["completed"] * 3
    assert [made.request.generation_type for made in ended] == ["upscale_video", "add_audio", "video"]


def test_dream_modify_and_reframe(dream: LumaAI) -> None:
    media: Any = {"url": "https://x.test/c.mp4"}
    restyled = dream.generations.video.modify(
        generation_type="modify_video", model="ray-2", media=media, mode="flex_1", prompt="night"
    )
    wide = dream.generations.video.reframe(
        generation_type="reframe_video", model="ray-flash-2", media=media, aspect_ratio="21:9"
    )
    assert [waited(dream, made)[0].state for made in (restyled, wide)] == ["completed"] * 2


def test_dream_pictures(dream: LumaAI) -> None:
    made = dream.generations.image.create(
        model="photon-1", prompt="A fox", format="png", image_ref=[{"url": "https://x.test/a.png", "weight": 0.8}]
    )
    done, _ = waited(dream, made)
    assert done.generation_type == "image"
    assert fetched(done.assets.image)[1:4] == b"PNG"
    tall = dream.generations.image.reframe(
        generation_type="reframe_image", model="photon-1", media={"url": "https://x.test/a.png"}, aspect_ratio="9:16"
    )
    assert waited(dream, tall)[0].request.generation_type == "reframe_image"


def test_dream_list_delete_and_the_small_calls(dream: LumaAI) -> None:
    made = dream.generations.create(model="ray-2", prompt="A fox")
    listed = dream.generations.list(limit=1, offset=0)
    assert [item.id for item in listed.generations] == [made.id]
    dream.generations.delete(made.id)
    with pytest.raises(lumaai.NotFoundError):
        dream.generations.get(made.id)
    assert "dolly_zoom" in dream.generations.concepts.list()
    assert dream.credits.get().credit_balance == 10_000
    assert dream.ping.check().message == "pong"


def test_dream_refusals_have_the_clients_classes(dream: LumaAI, served: tuple[LumaSimulator, str]) -> None:
    with pytest.raises(lumaai.BadRequestError, match="Prompt is required"):
        dream.generations.create(model="ray-2")
    frames: Any = {"frame1": {"type": "image", "url": "https://x.test/a.png"}}
    with pytest.raises(lumaai.BadRequestError, match="Loop is not supported"):
        dream.generations.create(model="ray-2", prompt="A fox", loop=True, keyframes=frames)
    url = f"{served[1]}/dream-machine/v1"
    with (
        LumaAI(auth_token="luma-api-of-agents", base_url=url) as other,
        pytest.raises(lumaai.AuthenticationError, match="Invalid API key is provided"),
    ):
        other.ping.check()


def test_dream_a_failed_job_tells_why(dream: LumaAI, simulator: LumaSimulator) -> None:
    simulator.script(faults.failed("Failed to read user input frames"))
    done, _ = waited(dream, dream.generations.create(model="ray-2", prompt="A fox"))
    assert (done.state, done.failure_reason) == ("failed", "Failed to read user input frames")


# the async clients


@pytest.fixture
async def both(served: tuple[LumaSimulator, str]) -> AsyncIterator[tuple[AsyncLuma, AsyncLumaAI]]:
    url = served[1]
    async with (
        AsyncLuma(auth_token="luma-api-1", base_url=f"{url}/v1") as agents,
        AsyncLumaAI(auth_token="luma-1", base_url=f"{url}/dream-machine/v1") as dream,
    ):
        yield agents, dream


@pytest.mark.anyio
async def test_the_async_clients_too(both: tuple[AsyncLuma, AsyncLumaAI]) -> None:
    agents, dream = both
    made: list[Any] = [
        await agents.generations.create(prompt="A fox"),
        await dream.generations.create(model="ray-2", prompt="A fox"),
    ]
    for client, generation in zip(both, made, strict=True):
        while generation.state != "completed":
            generation = await client.generations.get(generation.id)
