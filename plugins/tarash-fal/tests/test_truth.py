"""fal's own client, unmodified, against the simulator over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fal_client
import httpx
import pytest
from fal_client.client import AsyncClient, FalClientHTTPError, SyncClient
from tarash_fal.simulator import FalSimulator

from tarash_core.testing import faults

KLING = "fal-ai/kling-video/v3/pro/text-to-video"
FAST = "fal-ai/veo3.1/fast/image-to-video"

SIMULATED = FalSimulator


@pytest.fixture
def simulator(served: tuple[FalSimulator, str]) -> FalSimulator:
    return served[0]


@pytest.fixture
def pointed(served: tuple[FalSimulator, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Points the client's constants at the simulator; it knows no other way to a host without TLS."""
    url = served[1]
    for name, value in {"QUEUE_URL_FORMAT": f"{url}/", "REST_URL": url, "CDN_URL": url}.items():
        monkeypatch.setattr(f"fal_client.client.{name}", value)
    return url


@pytest.fixture
def client(pointed: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[SyncClient]:
    """The client, and an end for the connections to the CDN, which it leaves open."""
    opened, get = [], SyncClient._get_cdn_client

    def noted(self: SyncClient) -> httpx.Client:
        opened.append(get(self))
        return opened[-1]

    monkeypatch.setattr(SyncClient, "_get_cdn_client", noted)
    made = SyncClient(key="kid:ksec")
    yield made
    for connections in (made._client, *opened):
        connections.close()


def fetched(url: str) -> bytes:
    return httpx.get(url).content


def test_a_whole_job_event_by_event(client: SyncClient) -> None:
    handle = client.submit(KLING, {"prompt": "A fox", "duration": "5"}, priority="low", hint="h1", start_timeout=30)
    events = list(handle.iter_events(with_logs=True, interval=0))
    assert [type(event) for event in events] == [fal_client.Queued, fal_client.InProgress, fal_client.Completed]
    assert events[0].position == 0
    assert events[2].metrics == {"inference_time": 30.0}
    result = handle.get(interval=0)
    assert fetched(result["video"]["url"])[4:8] == b"ftyp"


def test_subscribe_shows_progress_and_returns_the_pictures(client: SyncClient) -> None:
    seen: list[Any] = []
    result = client.subscribe(
        "fal-ai/flux/dev",
        {"prompt": "A fox", "num_images": 2},
        with_logs=True,
        interval=0,
        on_queue_update=seen.append,
    )
    assert [fetched(image["url"])[1:4] for image in result["images"]] == [b"PNG"] * 2
    logs = [event.logs for event in seen if isinstance(event, fal_client.InProgress)]
    assert [lines[0]["message"][:4] for lines in logs if lines] == ["33%|"]


def test_the_clients_own_rule_finds_a_job_by_its_bare_id(client: SyncClient) -> None:
    bought = client.submit(FAST, {"prompt": "A fox", "image_url": "https://x.test/a.png"})
    handle = client.get_handle(FAST, bought.request_id)
    assert handle == bought
    assert fetched(handle.get(interval=0)["video"]["url"])


def test_a_cancelled_job_ends_with_its_reason(client: SyncClient) -> None:
    handle = client.submit(KLING, {"prompt": "A fox"})
    handle.cancel()
    (ended,) = handle.iter_events(interval=0)
    assert ended.error_type == "client_cancelled"
    with pytest.raises(FalClientHTTPError, match="cancelled") as caught:
        handle.get(interval=0)
    assert caught.value.status_code == 499


def test_a_finished_job_cannot_be_cancelled(client: SyncClient) -> None:
    handle = client.submit(KLING, {"prompt": "A fox"})
    handle.get(interval=0)
    with pytest.raises(FalClientHTTPError) as caught:
        handle.cancel()
    assert caught.value.status_code == 400


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        (faults.moderated("It was flagged."), 422, "content_policy_violation"),
        (faults.failed("generation_timeout"), 504, "generation_timeout"),
        (faults.failed("runner_disconnected"), 503, "runner_disconnected"),
    ],
)
def test_a_failed_job_tells_why(
    fault: faults.Fault, status: int, kind: str, client: SyncClient, simulator: FalSimulator
) -> None:
    simulator.script(fault)
    handle = client.submit(KLING, {"prompt": "A fox"})
    *_, ended = handle.iter_events(interval=0)
    assert ended.error_type == kind
    with pytest.raises(FalClientHTTPError) as caught:
        handle.get(interval=0)
    assert caught.value.status_code == status


@pytest.mark.parametrize(
    ("endpoint", "arguments", "word"),
    [
        (KLING, {"prompt": "A fox", "duration": 5}, "literal_error"),
        (KLING, {"prompt": "A fox", "duration": "4s"}, "literal_error"),
        (FAST, {"prompt": "A fox"}, "missing"),
    ],
)
def test_an_input_that_the_model_does_not_take_shows_at_the_result(
    endpoint: str, arguments: dict[str, Any], word: str, client: SyncClient
) -> None:
    handle = client.submit(endpoint, arguments)
    with pytest.raises(FalClientHTTPError, match=word) as caught:
        handle.get(interval=0)
    assert caught.value.status_code == 422
    assert caught.value.response_headers["x-fal-billable-units"] == "0"


def test_an_unknown_model_and_a_missing_key_are_refused(client: SyncClient, pointed: str) -> None:
    with pytest.raises(FalClientHTTPError, match="not found"):
        client.submit("fal-ai/no-such-model", {})
    assert httpx.post(f"{pointed}/{KLING}", json={}).status_code == 401


def test_the_client_repeats_what_the_simulator_flags(client: SyncClient, simulator: FalSimulator) -> None:
    before = len(simulator.bought)
    simulator.script(faults.too_many_requests(on="submit"))
    client.submit(KLING, {"prompt": "A fox"})
    assert simulator.unused_faults == []
    assert len(simulator.bought) == before + 1


@pytest.mark.parametrize("repository", ["fal_v3", "fal"])
def test_uploads_through_both_stores(repository: Any, client: SyncClient, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    url = client.upload_file(picture, repository=repository)
    answer = httpx.get(url)
    assert (answer.content, answer.headers["content-type"]) == (b"\x89PNG\r\n\x1a\n", "image/png")
    assert fetched(client.upload(b"abc", "text/plain", repository=repository)) == b"abc"


def test_a_large_file_goes_in_parts(client: SyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fal_client.client.MULTIPART_THRESHOLD", 10)
    monkeypatch.setattr("fal_client.client.MULTIPART_CHUNK_SIZE", 4)
    clip = tmp_path / "a.mp4"
    clip.write_bytes(bytes(range(50)))
    assert fetched(client.upload_file(clip)) == bytes(range(50))
    assert fetched(client.upload(b"0123456789abc", "text/plain")) == b"0123456789abc"


def test_the_cdn_takes_no_key_in_the_place_of_its_token(pointed: str) -> None:
    answer = httpx.post(f"{pointed}/files/upload", content=b"x", headers={"authorization": "Key kid:ksec"})
    assert answer.status_code == 401


@pytest.mark.anyio
async def test_the_async_client_generates_and_uploads_too(pointed: str, anyio_backend_name: str) -> None:
    if anyio_backend_name == "trio":
        pytest.skip("fal's async client sleeps and locks with asyncio")
    client = AsyncClient(key="kid:ksec")
    result = await client.subscribe(KLING, {"prompt": "A fox"}, interval=0)
    assert fetched(result["video"]["url"])[4:8] == b"ftyp"
    assert fetched(await client.upload(b"abc", "text/plain")) == b"abc"
    await (await client._client).aclose()
