"""Replicate's own client, unmodified, against the simulator over real sockets."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
import replicate
from replicate.client import Client
from replicate.exceptions import ModelError, ReplicateError
from replicate.helpers import FileOutput
from replicate.stream import ServerSentEvent
from replicate.webhook import InvalidSignatureError, Webhooks
from tarash_replicate.simulator import ReplicateSimulator

from tarash_core.testing import faults
from tarash_core.testing.host import background

VERSION = "5c7d" * 16

SIMULATED = ReplicateSimulator


@pytest.fixture
def client(served: tuple[ReplicateSimulator, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", "0")
    made = Client(api_token="r8_test", base_url=served[1])
    yield made
    made._client.close()


def content_of(client: Client, output: Any) -> bytes:
    """What the client reads from a result; it makes files itself only of https URLs, and the host speaks http."""
    assert isinstance(output, str)
    return FileOutput(output, client).read()


def test_run_returns_the_file_of_an_official_model(client: Client) -> None:
    output = client.run("google/veo-3.1", input={"prompt": "A fox", "duration": 8})
    assert content_of(client, output)[4:8] == b"ftyp"


def test_run_of_an_image_is_held_back_until_it_is_done(client: Client, served: tuple[ReplicateSimulator, str]) -> None:
    polls = len(served[0].asked("poll"))
    outputs = client.run("black-forest-labs/flux-schnell", input={"prompt": "A fox", "num_outputs": 2})
    assert [content_of(client, output)[:4] for output in outputs] == [b"\x89PNG"] * 2
    assert len(served[0].asked("poll")) == polls


@pytest.mark.parametrize("settings", [{"wait": False}, {"wait": 5}])
def test_run_by_version_polls_to_the_end(client: Client, settings: dict[str, Any]) -> None:
    output = client.run(f"owner/fox:{VERSION}", input={"prompt": "A fox"}, **settings)
    assert content_of(client, output)[4:8] == b"ftyp"


def test_the_module_itself_works_by_its_variables(
    served: tuple[ReplicateSimulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_test")
    monkeypatch.setenv("REPLICATE_BASE_URL", served[1])
    monkeypatch.setattr(replicate.default_client, "poll_interval", 0)
    # It keeps the connections that it made first, and with them the host of that time.
    monkeypatch.setattr(replicate.default_client, "_Client__client", None)
    output = replicate.run("minimax/video-01", input={"prompt": "A fox"}, wait=False)
    assert content_of(replicate.default_client, output)[4:8] == b"ftyp"
    replicate.default_client._client.close()


def test_create_reload_wait_and_list(client: Client) -> None:
    prediction = client.predictions.create(version=VERSION, input={"prompt": "A fox"})
    assert prediction.status == "starting"
    prediction.reload()
    prediction.reload()
    assert prediction.status == "processing"
    assert prediction.progress is not None
    prediction.wait()
    assert prediction.status == "succeeded"
    assert prediction.output.endswith(".mp4")
    assert prediction.metrics == {"predict_time": 80.0, "total_time": 90.0}
    assert client.predictions.list().results[0].id == prediction.id


def test_a_model_and_a_deployment_can_be_asked_for_predictions(client: Client) -> None:
    official = client.models.predictions.create(("google", "veo-3.1"), input={"prompt": "A fox"})
    deployed = client.deployments.predictions.create(("acme", "fox"), input={"prompt": "A fox"})
    assert (official.model, official.version) == ("google/veo-3.1", "hidden")
    deployed.wait()
    assert deployed.status == "succeeded"


def test_cancel_is_final(client: Client) -> None:
    prediction = client.predictions.create(version=VERSION, input={"prompt": "A fox"})
    prediction.cancel()
    assert prediction.status == "canceled"
    prediction.reload()
    assert prediction.status == "canceled"


def test_open_files_are_uploaded_and_named_in_the_input(client: Client, served: tuple[ReplicateSimulator, str]) -> None:
    picture = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    prediction = client.models.predictions.create("google/veo-3.1", input={"prompt": "A fox", "image": picture})
    assert prediction.input is not None
    url = prediction.input["image"]
    stored = client.files.get(url.rsplit("/", 1)[-1])
    assert (stored.size, stored.urls["get"]) == (8, url)
    assert stored.id in [file.id for file in client.files.list()]
    assert client.files.delete(stored.id)
    with pytest.raises(ReplicateError, match="404"):
        client.files.get(stored.id)


def test_small_files_can_be_inline(client: Client) -> None:
    picture = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    prediction = client.models.predictions.create(
        "google/veo-3.1", input={"prompt": "A fox", "image": picture}, file_encoding_strategy="base64"
    )
    assert prediction.input is not None
    assert prediction.input["image"].startswith("data:")


def test_models_and_versions_show_their_schema(client: Client) -> None:
    model = client.models.get("google/veo-3.1")
    assert model.id == "google/veo-3.1"
    assert model.latest_version is not None
    schemas = model.latest_version.openapi_schema["components"]["schemas"]
    assert schemas["duration"]["enum"] == [4, 6, 8]
    assert schemas["Input"]["required"] == ["prompt"]
    version = model.versions.get(model.latest_version.id)
    assert version.openapi_schema == model.latest_version.openapi_schema
    assert [item.id for item in model.versions.list().results] == [version.id]


def test_the_account_and_a_missing_key(client: Client, served: tuple[ReplicateSimulator, str]) -> None:
    assert client.accounts.current().username == "simulated"
    keyless = Client(base_url=served[1], headers={"Authorization": "Bearer"})
    with pytest.raises(ReplicateError, match="Unauthenticated"):
        keyless.accounts.current()
    keyless._client.close()


def test_errors_arrive_as_the_client_reads_them(client: Client, served: tuple[ReplicateSimulator, str]) -> None:
    with pytest.raises(ReplicateError, match="Input validation failed"):
        client.run("google/veo-3.1", input={})
    with pytest.raises(ReplicateError, match="Invalid version"):
        client.predictions.create(version="latest", input={})
    served[0].script(faults.too_many_requests(1))
    with pytest.raises(ReplicateError, match="throttled"):
        client.run("google/veo-3.1", input={"prompt": "A fox"})
    served[0].script(faults.failed("NSFW content detected"))
    with pytest.raises(ModelError, match="NSFW"):
        client.run("google/veo-3.1", input={"prompt": "A fox"})


def test_polls_are_repeated_by_the_client_when_the_service_is_down(
    client: Client, served: tuple[ReplicateSimulator, str]
) -> None:
    served[0].script(faults.server_error(503, on="poll"))
    assert content_of(client, client.run("google/veo-3.1", input={"prompt": "A fox"}))
    assert served[0].unused_faults == []


def test_callbacks_are_authentic_to_the_clients_own_check(client: Client) -> None:
    own = ReplicateSimulator(render=False)
    with background(own, 0) as url:
        hooked = Client(api_token="r8_test", base_url=url)
        hooked.predictions.create(
            version=VERSION,
            input={"prompt": "A fox"},
            webhook="https://shop.example/h",
            webhook_events_filter=["completed"],
        )
        secret = hooked.webhooks.default.secret()
        hooked._client.close()
    own.advance(100)
    (callback,) = own.due()
    assert callback.content is not None
    body = callback.content.decode()
    Webhooks.validate(headers=dict(callback.headers), body=body, secret=secret)  # type: ignore[func-returns-value]
    with pytest.raises(InvalidSignatureError):
        Webhooks.validate(headers=dict(callback.headers), body=body + " ", secret=secret)  # type: ignore[func-returns-value]


def test_a_stream_ends(client: Client) -> None:
    prediction = client.predictions.create(version=VERSION, input={"prompt": "A fox"}, stream=True)
    events = [event.event for event in prediction.stream()]
    assert events == [ServerSentEvent.EventType.OUTPUT, ServerSentEvent.EventType.DONE]


@pytest.mark.anyio
async def test_the_async_client_generates_too(served: tuple[ReplicateSimulator, str], anyio_backend_name: str) -> None:
    if anyio_backend_name == "trio":
        pytest.skip("replicate's async client sleeps with asyncio")
    client = Client(api_token="r8_test", base_url=served[1])
    client.poll_interval = 0
    output = await client.async_run("google/veo-3.1", input={"prompt": "A fox"})
    assert (await FileOutput(output, client).aread())[4:8] == b"ftyp"
    await client._async_client.aclose()
