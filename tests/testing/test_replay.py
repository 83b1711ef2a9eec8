"""A recording answers in the place of the network, in its order, and says what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from tarash_core import ValidationError
from tarash_core.engine.recording import Exchange, Recording
from tarash_core.plugins import HttpRequest, HttpResponse
from tarash_core.testing import Replay, sample_image, sample_video


def exchange(path: str, answer: Any, method: str = "GET") -> Exchange:
    return Exchange.of(HttpRequest(method, f"https://api.acme.example{path}"), answer)


def ask(replay: Replay, url: str, method: str = "GET") -> Any:
    response = replay.handle(HttpRequest(method, url)).response
    assert response is not None
    return response


def test_each_path_is_answered_in_its_own_order() -> None:
    told = [("/a", 1), ("/b", 2), ("/a", 3)]
    replay = Replay(Recording([exchange(path, HttpResponse.of_json(number)) for path, number in told]))
    assert [ask(replay, f"https://elsewhere.example{path}?x=1").json() for path in ("/b", "/a", "/a")] == [2, 1, 3]
    assert replay.left == ()


@pytest.mark.parametrize(
    ("method", "url"), [("POST", "https://x/a"), ("GET", "https://x/c?sig=canary"), ("GET", "https://x")]
)
def test_what_is_missing_is_said_with_what_comes_next(method: str, url: str) -> None:
    replay = Replay(Recording([exchange("/a", HttpResponse.of_json(1))]))
    with pytest.raises(ValidationError, match=rf"no answer left for {method} .* next it holds GET /a") as caught:
        ask(replay, url, method)
    assert "canary" not in str(caught.value)


def test_nothing_is_left() -> None:
    with pytest.raises(ValidationError, match="nothing more"):
        ask(Replay(Recording([])), "https://x/a")


@pytest.mark.parametrize(
    ("kind", "content"),
    [("video/mp4", sample_video()), ("image/jpeg", sample_image()), ("model/gltf-binary", bytes(7)), ("", bytes(7))],
)
def test_a_file_is_a_sample_of_its_type(kind: str, content: bytes) -> None:
    replay = Replay(Recording([exchange("/a", HttpResponse(200, {"content-type": kind}, b"\xff" * 7))]))
    assert ask(replay, "https://x/a").content == content
