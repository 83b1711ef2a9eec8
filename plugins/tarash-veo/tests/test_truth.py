"""Google's own client, unmodified, against the simulator over real sockets."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import google.oauth2.credentials
import pytest
from google import genai
from google.genai import errors, types
from google.genai._gaos.lib.compat_errors import BadRequestError
from tarash_veo.simulator import VeoSimulator

from tarash_core.testing import faults

OMNI, VEO, BANANA = "gemini-omni-1.2-flash", "veo-3.1-generate-001", "gemini-nano-banana-2.1"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
FOX = types.GenerateVideosSource(prompt="A fox")
VIDEO: dict[str, Any] = {"type": "video", "duration": "8s", "delivery": "uri"}

SIMULATED = VeoSimulator


@pytest.fixture(autouse=True)
def simulator(served: tuple[VeoSimulator, str]) -> VeoSimulator:
    served[0].forget_script()
    return served[0]


@pytest.fixture
def gemini(served: tuple[VeoSimulator, str]) -> Iterator[genai.Client]:
    client = genai.Client(api_key="AIzaTest", http_options=types.HttpOptions(base_url=served[1]))
    yield client
    client.close()


@pytest.fixture
def vertex(served: tuple[VeoSimulator, str]) -> Iterator[genai.Client]:
    client = genai.Client(
        vertexai=True,
        project="p1",
        location="us-central1",
        credentials=google.oauth2.credentials.Credentials("ya29.test"),
        http_options=types.HttpOptions(base_url=served[1]),
    )
    yield client
    client.close()


def waited(client: genai.Client, operation: Any) -> Any:
    for _ in range(10):
        if operation.done:
            return operation
        operation = client.operations.get(operation)
    raise AssertionError("the operation never ended")


def ended(client: genai.Client, interaction: Any) -> Any:
    for _ in range(10):
        if interaction.status != "in_progress":
            return interaction
        interaction = client.interactions.get(interaction.id)
    raise AssertionError("the interaction never ended")


def video_of(interaction: Any) -> Any:
    parts = [part for step in interaction.steps if step.type == "model_output" for part in step.content]
    (found,) = [part for part in parts if part.type == "video"]
    return found


def test_omni_submit_wait_download(gemini: genai.Client) -> None:
    started = gemini.interactions.create(model=OMNI, input="A fox", background=True, response_format=VIDEO)
    assert started.status == "in_progress"
    done = ended(gemini, started)
    assert done.status == "completed"
    assert done.usage.total_output_tokens == 8 * 5792
    assert gemini.files.download(file=video_of(done).uri)[4:8] == b"ftyp"


def test_omni_takes_pictures_and_an_earlier_result(gemini: genai.Client, simulator: VeoSimulator) -> None:
    content: list[Any] = [
        {"type": "image", "data": base64.b64encode(PNG).decode(), "mime_type": "image/png"},
        {"type": "text", "text": "A fox"},
    ]
    started = gemini.interactions.create(
        model=OMNI,
        input=content,
        background=True,
        response_format=VIDEO,
        generation_config={"seed": 7, "video_config": {"task": "image_to_video"}},
    )
    assert simulator.jobs[started.id].body["generation_config"]["seed"] == 7
    format: Any = {"type": "video", "delivery": "uri"}
    turn = gemini.interactions.create(
        model=OMNI, input="At night", background=True, response_format=format, previous_interaction_id=started.id
    )
    assert ended(gemini, turn).status == "completed"


def test_omni_is_cancelled_and_forgotten(gemini: genai.Client, simulator: VeoSimulator) -> None:
    started = gemini.interactions.create(model=OMNI, input="A fox", background=True, response_format=VIDEO)
    assert gemini.interactions.cancel(started.id).status == "cancelled"
    gemini.interactions.delete(started.id)
    with pytest.raises(BadRequestError, match="Invalid interaction name"):
        gemini.interactions.get(started.id)


def test_omni_refuses_what_it_cannot_do(gemini: genai.Client) -> None:
    long: Any = {**VIDEO, "duration": "20s"}
    with pytest.raises(BadRequestError, match="exceeds the maximum"):
        gemini.interactions.create(model=OMNI, input="A fox", background=True, response_format=long)


def test_a_refused_video_is_completed_without_one(gemini: genai.Client, simulator: VeoSimulator) -> None:
    simulator.script(faults.moderated("blood"))
    started = gemini.interactions.create(model=OMNI, input="A fox", background=True, response_format=VIDEO)
    done = ended(gemini, started)
    assert done.status == "completed"
    assert [part.type for step in done.steps for part in step.content] == ["text"]


def test_omni_on_vertex(vertex: genai.Client) -> None:
    format: Any = {"type": "video", "delivery": "uri", "gcs_uri": "gs://b/o/"}
    done = ended(vertex, vertex.interactions.create(model=OMNI, input="A fox", background=True, response_format=format))
    assert video_of(done).uri.startswith("gs://b/o/")


def test_veo_on_vertex_delivers_the_bytes(vertex: genai.Client) -> None:
    config = types.GenerateVideosConfig(number_of_videos=2, duration_seconds=4, generate_audio=True, seed=1)
    started = vertex.models.generate_videos(model=VEO, source=FOX, config=config)
    videos = waited(vertex, started).response.generated_videos
    assert [video.video.video_bytes[4:8] for video in videos] == [b"ftyp"] * 2


def test_veo_writes_to_a_bucket(vertex: genai.Client, simulator: VeoSimulator) -> None:
    config = types.GenerateVideosConfig(
        output_gcs_uri="gs://b/o",
        last_frame=types.Image(gcs_uri="gs://b/l.png", mime_type="image/png"),
        resolution="1080p",
        duration_seconds=8,
    )
    source = types.GenerateVideosSource(prompt="A fox", image=types.Image(image_bytes=PNG, mime_type="image/png"))
    started = vertex.models.generate_videos(model=VEO, source=source, config=config)
    (video,) = waited(vertex, started).response.generated_videos
    assert video.video.uri.startswith("gs://b/o/")
    (instance,) = simulator.jobs[started.name].body["instances"]
    assert instance["image"] == {"bytesBase64Encoded": base64.b64encode(PNG).decode(), "mimeType": "image/png"}


def test_what_the_filters_keep_back_is_told(vertex: genai.Client, simulator: VeoSimulator) -> None:
    simulator.script(faults.moderated("blood"))
    started = vertex.models.generate_videos(model=VEO, source=FOX)
    response = waited(vertex, started).response
    assert not response.generated_videos
    assert response.rai_media_filtered_count == 1
    assert "58061214" in response.rai_media_filtered_reasons[0]


def test_a_failed_operation_holds_its_error(vertex: genai.Client, simulator: VeoSimulator) -> None:
    simulator.script(faults.failed("out of gas"))
    done = waited(vertex, vertex.models.generate_videos(model=VEO, source=FOX))
    assert done.error == {"code": 13, "message": "out of gas"}


def test_a_picture(gemini: genai.Client) -> None:
    config = types.GenerateContentConfig(
        response_modalities=["IMAGE"], image_config=types.ImageConfig(aspect_ratio="16:9", image_size="2K")
    )
    answer = gemini.models.generate_content(model=BANANA, contents="A fox", config=config)
    assert answer.candidates[0].content.parts[0].inline_data.data[:4] == b"\x89PNG"


def test_a_picture_on_vertex(vertex: genai.Client) -> None:
    part = types.Part.from_bytes(data=PNG, mime_type="image/png")
    answer = vertex.models.generate_content(model=BANANA, contents=["A fox at night", part])
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP


def test_a_retired_model_and_a_wrong_key_are_refused(
    gemini: genai.Client, vertex: genai.Client, simulator: VeoSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(errors.ClientError, match="no longer available") as gone:
        vertex.models.generate_videos(model="veo-3.0-generate-001", source=FOX)
    assert gone.value.code == 404
    monkeypatch.setattr(simulator, "api_keys", {"AIzaOther"})
    with pytest.raises(errors.ClientError, match="API key not valid"):
        gemini.models.generate_content(model=BANANA, contents="A fox")


def test_the_client_repeats_what_the_simulator_flags(gemini: genai.Client, simulator: VeoSimulator) -> None:
    before = len(simulator.bought)
    simulator.script(faults.too_many_requests(on="submit"))
    gemini.interactions.create(model=OMNI, input="A fox", background=True, response_format=VIDEO)
    assert simulator.unused_faults == []
    assert len(simulator.bought) == before + 1


def test_an_upload(gemini: genai.Client, tmp_path: Any) -> None:
    (tmp_path / "x.png").write_bytes(PNG)
    file = gemini.files.upload(file=tmp_path / "x.png")
    assert file.state == types.FileState.ACTIVE
    assert gemini.files.get(name=str(file.name)).uri == file.uri
    gemini.files.delete(name=str(file.name))


@pytest.mark.anyio
async def test_the_async_client_too(served: tuple[VeoSimulator, str], anyio_backend_name: str) -> None:
    if anyio_backend_name == "trio":
        pytest.skip("Google's async client is written for asyncio")
    client = genai.Client(api_key="AIzaTest", http_options=types.HttpOptions(base_url=served[1])).aio
    interaction: Any = await client.interactions.create(
        model=OMNI, input="A fox", background=True, response_format=VIDEO
    )
    for _ in range(3):
        interaction = await client.interactions.get(interaction.id)
    assert (await client.files.download(file=video_of(interaction).uri))[4:8] == b"ftyp"
    await client.aclose()
