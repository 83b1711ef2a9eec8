"""OpenAI's own client, unmodified, against the simulator over real sockets."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, AzureOpenAI, OpenAI
from tarash_sora.simulator import SoraSimulator

from tarash_core.plugins import Headers, HttpRequest
from tarash_core.testing import faults, sample_image

PNG = sample_image()
SECRET = "whsec_dGVzdHNlY3JldA=="

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SIMULATED = partial(SoraSimulator, polls_to_finish=2)


@pytest.fixture
def simulator(served: tuple[SoraSimulator, str]) -> SoraSimulator:
    served[0].forget_script()
    return served[0]


@pytest.fixture
def client(served: tuple[SoraSimulator, str]) -> Iterator[OpenAI]:
    with OpenAI(api_key="sk-test", base_url=f"{served[1]}/v1", max_retries=0) as made:
        yield made


def finished(client: OpenAI, **body: Any) -> Any:
    return waited(client, client.videos.create(model="sora-2", prompt="A fox", **body))


def waited(client: OpenAI, video: Any) -> Any:
    return client.videos.poll(video.id, poll_interval_ms=1)


def test_a_video_from_submit_to_download(client: OpenAI) -> None:
    started = client.videos.create(model="sora-2", prompt="A fox", seconds="8", size="1280x720")
    assert (started.status, started.seconds, started.size) == ("queued", "8", "1280x720")
    video = waited(client, started)
    assert (video.status, video.id) == ("completed", started.id)
    assert client.videos.download_content(video.id).read()[4:8] == b"ftyp"


def test_create_and_poll(client: OpenAI) -> None:
    video = client.videos.create_and_poll(model="sora-2", prompt="A fox", poll_interval_ms=1)
    assert video.status == "completed"


def test_a_first_frame_goes_as_a_file(client: OpenAI, simulator: SoraSimulator) -> None:
    video = client.videos.create(model="minimax/h3", prompt="A fox", input_reference=("a.png", PNG, "image/png"))  # type: ignore[arg-type]
    assert simulator.jobs[video.id].body["input_reference"].filename == "a.png"


def test_going_on_from_a_video(client: OpenAI, simulator: SoraSimulator) -> None:
    first = finished(client, seconds="8")
    remixed = waited(client, client.videos.remix(first.id, prompt="At night"))
    assert remixed.remixed_from_video_id == first.id
    by_id: dict[str, Any] = {"extra_body": {"video": {"id": first.id}}, "video": openai.omit}
    longer = waited(client, client.videos.extend(prompt="It runs", seconds="4", **by_id))
    assert longer.seconds == "12"
    edited = waited(client, client.videos.edit(prompt="In snow", **by_id))
    assert (edited.status, edited.seconds) == ("completed", "8")


def test_listing_and_deleting(client: OpenAI) -> None:
    video = finished(client)
    assert video.id in [one.id for one in client.videos.list()]
    assert client.videos.delete(video.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.videos.retrieve(video.id)


def test_a_running_video_is_not_deleted(client: OpenAI) -> None:
    with pytest.raises(openai.ConflictError):
        client.videos.delete(client.videos.create(model="sora-2", prompt="A fox").id)


def test_a_moderated_video_says_so(client: OpenAI, simulator: SoraSimulator) -> None:
    simulator.script(faults.moderated())
    video = finished(client)
    assert video.status == "failed" and video.error.code == "moderation_blocked"


@pytest.mark.parametrize(
    ("body", "code"),
    [({"seconds": "5"}, "invalid_value"), ({"size": "100x100"}, "invalid_value"), ({"prompt": ""}, None)],
)
def test_a_bad_video_is_refused(client: OpenAI, body: dict[str, Any], code: str | None) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.videos.create(**{"model": "sora-2", "prompt": "A fox", **body})
    assert caught.value.code == code
    assert caught.value.request_id and caught.value.type == "invalid_request_error"


def test_pictures(client: OpenAI) -> None:
    answer = client.images.generate(model="gpt-image-2", prompt="A fox", n=2, size="1536x1024", quality="low")
    assert answer.data is not None and answer.usage is not None
    assert [base64.b64decode(item.b64_json or "")[1:4] for item in answer.data] == [b"PNG"] * 2
    assert (answer.size, answer.quality, answer.usage.output_tokens) == ("1536x1024", "low", 544)


def test_edits_with_one_picture_and_with_several(client: OpenAI, simulator: SoraSimulator) -> None:
    files: list[Any] = [("a.png", PNG, "image/png"), ("b.png", PNG, "image/png")]
    client.images.edit(model="gpt-image-2", prompt="At night", image=files[0], mask=("m.png", PNG, "image/png"))
    answer = client.images.edit(model="gpt-image-2", prompt="Both", image=files)
    assert answer.data and answer.data[0].b64_json
    assert [part.filename for part in simulator.jobs[simulator.bought[-1]].body["image"]] == ["a.png", "b.png"]


def test_a_stream_of_a_picture(client: OpenAI) -> None:
    stream = client.images.generate(model="gpt-image-2", prompt="A fox", stream=True, partial_images=1)
    assert [event.type for event in stream] == ["image_generation.partial_image", "image_generation.completed"]


def test_a_moderated_picture_is_an_error(client: OpenAI, simulator: SoraSimulator) -> None:
    simulator.script(faults.moderated())
    with pytest.raises(openai.BadRequestError, match="safety system") as caught:
        client.images.generate(model="gpt-image-2", prompt="A fox")
    assert caught.value.code == "moderation_blocked"


def test_keys_and_models(served: tuple[SoraSimulator, str], client: OpenAI) -> None:
    assert "gpt-image-2" in [model.id for model in client.models.list()]
    with pytest.raises(openai.NotFoundError):
        client.images.generate(model="dall-e-3", prompt="A fox")
    served[0].api_keys = {"another"}
    try:
        with pytest.raises(openai.AuthenticationError):
            client.models.list()
    finally:
        served[0].api_keys = None


def test_the_client_repeats_what_the_simulator_flags(client: OpenAI, simulator: SoraSimulator) -> None:
    before = len(simulator.bought)
    simulator.script(faults.too_many_requests(0.0, on="submit"))
    client.with_options(max_retries=2).images.generate(model="gpt-image-2", prompt="A fox")
    assert len(simulator.bought) == before + 1 and simulator.unused_faults == []


def test_azure_by_deployment_and_by_v1(served: tuple[SoraSimulator, str]) -> None:
    url = served[1]
    with AzureOpenAI(api_key="az", azure_endpoint=url, api_version="2025-04-01-preview", max_retries=0) as azure:
        assert azure.images.generate(model="gpt-image-2", prompt="A fox").data
        video = azure.videos.create(model="sora-2", prompt="A fox")
        assert azure.videos.retrieve(video.id).id == video.id
    with OpenAI(api_key="az", base_url=f"{url}/openai/v1", default_query={"api-version": "preview"}) as plain:
        assert plain.videos.create(model="sora-2", prompt="A fox").status == "queued"


def test_the_clients_own_check_of_an_event(client: OpenAI) -> None:
    simulator = SoraSimulator(render=False, polls_to_finish=0)
    simulator.webhook_url, simulator.webhook_secret = "https://hooks.test/a", SECRET
    key = Headers({"authorization": "Bearer sk-test"})
    simulator.handle(HttpRequest("POST", "https://sim.test/v1/videos", json={"prompt": "A fox"}, headers=key))
    (sent,) = simulator.due()
    body = sent.content or b""
    client.webhooks.verify_signature(body, dict(sent.headers), secret=SECRET, tolerance=10**10)
    assert json.loads(body)["type"] == "video.completed"
    with pytest.raises(openai.InvalidWebhookSignatureError):
        client.webhooks.verify_signature(body + b" ", dict(sent.headers), secret=SECRET, tolerance=10**10)


@pytest.mark.anyio
async def test_the_async_client_too(served: tuple[SoraSimulator, str], anyio_backend_name: str) -> None:
    async with AsyncOpenAI(api_key="sk-test", base_url=f"{served[1]}/v1") as client:
        video = await client.videos.create_and_poll(model="sora-2", prompt="A fox", poll_interval_ms=1)
        assert (await client.videos.download_content(video.id)).read()[4:8] == b"ftyp"
