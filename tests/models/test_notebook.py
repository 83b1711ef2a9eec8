"""What media and responses show of themselves in a notebook."""

import html
import re
import socket
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tarash_core import Cost, ImageGenerationResponse, Media, Notice, VideoGenerationResponse, VideoJob
from tarash_core.models import notebook
from tarash_core.testing import sample_image, sample_video

CLIP = "https://files.example/fox.mp4?X-Amz-Signature=abcdef0123456789"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: Any, **settings: Any) -> None:
        raise AssertionError("a repr asks the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def shown(value: Any) -> str:
    return str(value._repr_html_())


def visible(value: Any) -> str:
    """The text that a reader sees."""
    return html.unescape(re.sub(r"<[^>]*>", " ", shown(value)))


@pytest.mark.parametrize(
    ("media", "tag"),
    [
        (Media(CLIP), "video"),
        (Media("https://files.example/fox", content_type="image/webp"), "img"),
        (Media("https://files.example/fox.mp3"), "audio"),
    ],
)
def test_a_public_address_is_left_to_the_browser(media: Media, tag: str) -> None:
    assert f'<{tag} src="{html.escape(str(media.source))}"' in shown(media)


def test_a_signed_query_stands_in_no_visible_text() -> None:
    assert "abcdef0123456789" not in visible(Media(CLIP))
    assert "https://files.example/fox.mp4" in visible(Media(CLIP))


@pytest.mark.parametrize(
    ("media", "word"),
    [
        (Media(CLIP, authenticated=True), "save("),
        (Media(CLIP, expires_at=datetime.now(UTC) - timedelta(seconds=1)), "refresh_job"),
        (Media("https://mock.tarash.invalid/clip-0.mp4"), "save("),
        (Media("gs://bucket/fox.mp4"), "only the provider"),
        (Media("https://files.example/fox.pdf", content_type="application/pdf"), "save("),
    ],
)
def test_what_a_browser_cannot_fetch_is_said_in_words(media: Media, word: str) -> None:
    assert "src=" not in shown(media)
    assert word in visible(media)


@pytest.mark.parametrize(("content", "start"), [(sample_image(), "<img src"), (sample_video(), "<video src")])
def test_what_is_in_memory_is_embedded(content: bytes, start: str) -> None:
    assert f'{start}="data:' in shown(Media(content))
    assert f"{len(content)} bytes" in visible(Media(content))


def test_a_data_uri_is_embedded_as_it_is_and_not_repeated_in_the_text() -> None:
    uri = "data:image/png;base64,iVBORw0KGgo="
    assert f'<img src="{uri}"' in shown(Media(uri))
    assert "iVBORw0KGgo" not in visible(Media(uri))


@pytest.mark.parametrize("uri", ["data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD4="])
def test_a_data_uri_of_another_kind_is_not_embedded(uri: str) -> None:
    assert "src=" not in shown(Media(uri))
    assert "<script" not in shown(Media(uri))


def test_a_cell_embeds_no_more_than_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "CAP_BYTES", len(sample_image()) + 10)
    response = ImageGenerationResponse(request_id="1", images=[sample_image(), sample_image()])
    assert shown(response).count("src=") == 1
    assert "in memory" in visible(response)


def test_a_file_is_named_without_its_folder_and_not_read(tmp_path: Any) -> None:
    path = tmp_path / "fox.mp4"
    path.write_bytes(sample_video())
    media = Media(path)
    path.unlink()
    assert "fox.mp4" in visible(media)
    assert str(tmp_path) not in shown(media)


def test_everything_that_others_wrote_is_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    job = VideoJob(provider="fal", model=evil, id=evil)
    notice = Notice("dropped", "seed", evil)
    response = VideoGenerationResponse(
        request_id=evil, video=Media(f"https://files.example/{evil.replace(' ', '')}"), notices=[notice], job=job
    )
    assert "<script" not in shown(response)
    assert '""' not in shown(response).replace('alt=""', "")


def test_a_response_tells_status_cost_and_notices() -> None:
    cost = Cost(amount=Decimal("0.4"), unit="USD", usd=Decimal("0.4"))
    job = VideoJob(provider="fal", model="fal-ai/veo3.1", id="7")
    notices = [Notice("dropped", "seed", "seed is dropped.")]
    response = VideoGenerationResponse(request_id="7", video=CLIP, job=job, cost=cost, notices=notices)
    for word in ("completed", "fal/fal-ai/veo3.1", "0.4 USD", "seed is dropped."):
        assert word in visible(response)
