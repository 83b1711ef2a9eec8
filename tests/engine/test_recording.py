"""What is recorded can be read, holds no secret and no film, and can be switched on from outside."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from tarash_core import AsyncGateway, Gateway, LostAnswerError, ValidationError
from tarash_core.engine.access import Access
from tarash_core.engine.asks import Received
from tarash_core.engine.clocks import Deadline
from tarash_core.engine.exchange import Line, send
from tarash_core.engine.fetching import Nobody
from tarash_core.engine.recording import Exchange, Recording
from tarash_core.plugins import FilePart, HttpRequest, HttpResponse
from tarash_core.plugins.http import Headers
from tarash_core.testing import Replay, VirtualClock, faults, record, sample_video

ASKED = HttpRequest("GET", "https://api.acme.example/v1/videos/1")


def methods(path: Path) -> list[str]:
    return [exchange.request["method"] for exchange in Recording.read(path).exchanges]


def test_every_exchange_is_written_while_it_lasts(acme: Any, clock: Any, tmp_path: Path) -> None:
    path = tmp_path / "fox.json"
    with Gateway(transport=acme, clock=clock) as gateway:
        with record(path):
            gateway.generate_video("acme/acme-1", prompt="A fox", download_to=tmp_path)
        gateway.generate_video("acme/acme-1", prompt="A fox")
    assert methods(path) == ["POST", "GET", "GET", "GET", "GET"]
    assert Recording.read(path).source.startswith("recorded 20")
    assert "canary" not in path.read_text("utf-8")
    assert path.stat().st_size < 10_000


@pytest.mark.anyio
async def test_the_async_side(acme: Any, clock: Any, tmp_path: Path) -> None:
    with record(tmp_path / "fox.json", source="a test"):
        async with AsyncGateway(transport=acme, clock=clock) as gateway:
            await gateway.generate_video("acme/acme-1", prompt="A fox")
    assert Recording.read(tmp_path / "fox.json").source == "a test"
    assert methods(tmp_path / "fox.json") == ["POST", "GET", "GET", "GET"]


def test_the_variable_switches_it_on(acme: Any, clock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Gateway(transport=acme, clock=clock) as gateway:
        monkeypatch.setenv("TARASH_RECORD", str(tmp_path / "fox.json"))
        gateway.generate_video("acme/acme-1", prompt="A fox")
        monkeypatch.setenv("TARASH_RECORD", f"{tmp_path / 'folder'}/")
        gateway.submit_video("acme/acme-1", prompt="A fox")
    assert methods(tmp_path / "fox.json") == ["POST", "GET", "GET", "GET"]
    (path,) = (tmp_path / "folder").iterdir()
    assert methods(path) == ["POST"]


def test_a_file_that_cannot_be_written_is_said_before_anything_is_sent(acme: Any, tmp_path: Path) -> None:
    with pytest.raises(OSError), record(tmp_path / "missing" / "fox.json"):
        pytest.fail("the block must not run")


def test_a_disk_that_fails_later_loses_no_job(
    acme: Any, clock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TARASH_RECORD", str(tmp_path / "missing" / "fox.json"))
    with Gateway(transport=acme, clock=clock) as gateway, caplog.at_level(logging.WARNING):
        assert gateway.generate_video("acme/acme-1", prompt="A fox").video
    assert "could not be recorded" in caplog.text


def test_a_lost_answer_is_no_exchange(acme: Any, clock: Any, tmp_path: Path) -> None:
    acme.script(faults.reset(on="poll"))
    with record(tmp_path / "fox.json"), Gateway(transport=acme, clock=clock) as gateway:
        gateway.generate_video("acme/acme-1", prompt="A fox")
    assert methods(tmp_path / "fox.json") == ["POST", "GET", "GET", "GET"]


def test_a_request_is_kept_without_its_secrets_and_files() -> None:
    request = HttpRequest(
        "POST",
        "https://api.acme.example/v1/videos?key=canary",
        json={"prompt": "A fox", "token": "canary", "image": "A" * 100_000},
        form={"n": "1"},
        files={"image": FilePart(b"canary", "image/png", "fox.png")},
        headers={"authorization": "Bearer canary", "content-length": "5"},
    )
    kept = Exchange.of(request, HttpResponse.of_json({}), ["canary"]).request
    assert "canary" not in str(kept)
    assert kept["json"]["prompt"] == "A fox" and kept["form"] == {"n": "1"}
    assert kept["files"] == {"image": {"filename": "fox.png", "content_type": "image/png", "size_bytes": 6}}
    assert len(str(kept)) < 5000 and "content-length" not in kept["headers"]


def test_raw_bytes_are_counted() -> None:
    assert (
        Exchange.of(HttpRequest("POST", "https://x", content=b"canary"), HttpResponse(204)).request["text"]
        == "<6 bytes>"
    )


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (HttpResponse.of_json({"id": "1", "token": "canary"}), {"json": {"id": "1", "token": "***"}}),
        (HttpResponse(502, content=b"<html>canary</html>"), {"text": "<html>***</html>"}),
        (HttpResponse(200, content=b"\x89PNG\xff"), {"size_bytes": 5}),
        (Received(200, Headers({"content-type": "video/mp4"}), "https://x", 5000), {"size_bytes": 5000}),
        (HttpResponse(204), {"text": ""}),
    ],
)
def test_an_answer_is_kept_as_what_it_is(answer: Any, kept: dict[str, Any]) -> None:
    exchange = Exchange.of(ASKED, answer, ["canary"])
    assert {name: exchange.response[name] for name in kept} == kept
    assert exchange.answer().status == answer.status


def test_a_picture_in_json_stays_base64_that_begins_like_the_picture() -> None:
    import base64

    from tarash_core.engine.measure import sniff

    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(300_000)).decode()
    answer = Exchange.of(ASKED, HttpResponse.of_json({"b64_json": picture})).answer()
    assert len(answer.content) < 5000
    assert sniff(base64.b64decode(answer.json()["b64_json"], validate=True)) == "image/png"


@pytest.mark.parametrize("place", [3900, 3990, 3999, 4090])
def test_a_file_is_not_cut_through_a_secret(place: int) -> None:
    secret = "canary" + "A1b2C3d4" * 8
    told = {"b64_json": "A" * place + secret + "A" * 10_000}
    kept = Exchange.of(HttpRequest("POST", ASKED.url, json=told), HttpResponse.of_json(told), [secret])
    assert "canary" not in str(kept)
    assert len(str(kept)) < 10_000


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    recording = Recording([Exchange.of(ASKED, HttpResponse.of_json({"status": "fertig, größer"}))], "a test")
    recording.write(tmp_path / "one.json")
    assert Recording.read(tmp_path / "one.json") == recording
    assert json.loads((tmp_path / "one.json").read_text("utf-8"))["source"] == "a test"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"exchanges": [{}]}', '{"exchanges": 5}'])
def test_what_is_no_recording(text: str, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(text)
    with pytest.raises(ValidationError, match="no recording"):
        Recording.read(tmp_path / "one.json")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="cannot be read"):
        Recording.read(tmp_path / "one.json")


@pytest.fixture
def recorded(acme: Any, clock: Any, tmp_path: Path) -> Path:
    """A job and its download."""
    with record(tmp_path / "fox.json"), Gateway(transport=acme, clock=clock) as gateway:
        gateway.generate_video("acme/acme-1", prompt="A fox", download_to=tmp_path / "then")
    return tmp_path / "fox.json"


def test_a_job_is_played_again_from_a_file(recorded: Path, clock: Any, tmp_path: Path) -> None:
    replay = Replay.read(recorded)
    with Gateway(transport=replay, clock=clock) as gateway:
        response = gateway.generate_video("acme/acme-1", prompt="A fox", download_to=tmp_path / "now")
    assert response.content_type == "video/mp4"
    assert replay.left == ()


@pytest.mark.anyio
async def test_a_job_is_played_again_on_an_event_loop(recorded: Path, clock: Any) -> None:
    async with AsyncGateway(transport=Replay.read(recorded), clock=clock) as gateway:
        response = await gateway.generate_video("acme/acme-1", prompt="A fox")
        assert await response.video.read_async() == sample_video()


def test_a_job_that_asks_for_more_than_was_recorded_ends_with_that_sentence(recorded: Path, clock: Any) -> None:
    with Gateway(transport=Replay.read(recorded), clock=clock) as gateway:
        gateway.generate_video("acme/acme-1", prompt="A fox")
        with pytest.raises(ValidationError, match="no answer left for POST"):
            gateway.generate_video("acme/acme-1", prompt="A fox")


def test_an_error_on_the_way_is_shown_without_secrets() -> None:
    access = Access(provider=Nobody(), clock=VirtualClock(), hidden=("canary",))
    line = Line(access=access, phase="poll", deadline=Deadline(access.clock))
    exchange = send(line, HttpRequest("GET", ASKED.url, signed=False))
    next(exchange)
    with pytest.raises(LostAnswerError, match=r"the header b'\*\*\*' is none") as caught:
        exchange.throw(LostAnswerError("the header b'canary' is none"))
    assert "canary" not in repr(caught.value)
