from types import ModuleType

import httpx
import pytest

from tarash_core import DeliveryError
from tarash_core.testing import Simulators, faults, sample_video

URL = "https://bucket.example/fox.mp4?signature=abc"


class Store:
    """What an object store does with a PUT to a presigned URL; it wants to know the length before."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.types: dict[str, str] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method != "PUT" or request.url.params.get("signature") != "abc":
            return httpx.Response(403)
        if "transfer-encoding" in request.headers or "content-length" not in request.headers:
            return httpx.Response(411)
        content = request.read()
        if len(content) != int(request.headers["content-length"]):
            return httpx.Response(400)
        self.objects[request.url.path] = content
        self.types[request.url.path] = request.headers["content-type"]
        return httpx.Response(200)


@pytest.fixture
def store() -> Store:
    return Store()


def client(store: Store) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(store))


def test_the_clip_arrives_whole(
    program: ModuleType, store: Store, tarash_simulators: Simulators, capsys: pytest.CaptureFixture[str]
) -> None:
    program.main("A red fox in fresh snow", URL, client(store))
    assert store.objects == {"/fox.mp4": sample_video()}
    assert store.types == {"/fox.mp4": "video/mp4"}
    assert str(len(sample_video())) in capsys.readouterr().out


def test_a_store_that_refuses_is_an_error(program: ModuleType, store: Store, tarash_simulators: Simulators) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="403"):
        program.main("A red fox in fresh snow", "https://bucket.example/fox.mp4", client(store))


def test_half_a_clip_is_never_stored(program: ModuleType, store: Store, tarash_simulators: Simulators) -> None:
    tarash_simulators.script("fal", *[faults.truncated(on="download")] * 20)
    with pytest.raises(DeliveryError):
        program.main("A red fox in fresh snow", URL, client(store))
    assert store.objects == {}
