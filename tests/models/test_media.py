import base64
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pydantic
import pytest

from tarash_core.errors import UnsupportedParameterError, ValidationError
from tarash_core.models.job import VideoJob
from tarash_core.models.media import ImageInput, Media, to_image_input, to_image_list, to_media, to_optional_media

PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
PNG_TEXT = base64.b64encode(PNG).decode()


@pytest.mark.parametrize(
    ("source", "scheme"),
    [
        ("https://a.example/fox.png?sig=1", "http"),
        ("HTTP://a.example/fox.png", "http"),
        ("  https://a.example/fox.png\n", "http"),
        ("gs://bucket/fox.png", "gs"),
        ("runway://asset-1", "runway"),
        ("data:image/png;base64," + PNG_TEXT, "data"),
        ("DATA:,hello", "data"),
        (PNG_TEXT, "bytes"),
        (base64.encodebytes(PNG).decode(), "bytes"),
        (base64.urlsafe_b64encode(b"\xfb\xff" * 60).decode(), "bytes"),
        (base64.b64encode(b"tiny, but padded").decode(), "bytes"),
        (PNG, "bytes"),
        (bytearray(PNG), "bytes"),
        (memoryview(PNG), "bytes"),
    ],
)
def test_every_form_is_taken(source: Any, scheme: str) -> None:
    assert Media(source).scheme == scheme


@pytest.mark.parametrize(
    "text",
    [
        "fox.png",
        "./fox.png",
        "/etc/passwd",
        "~/fox.png",
        r"C:\clips\fox.mp4",
        "C://clips/fox",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "clips/2026/fox01",
        "home/user/secret",
        "",
        "   ",
        "a red fox",
        "https://",
    ],
)
def test_a_text_is_never_taken_for_a_file_name(text: str) -> None:
    with pytest.raises(ValidationError, match=r"Path\(\.\.\.\)"):
        Media(text)


def test_base64_gives_the_bytes() -> None:
    assert b"".join(Media(PNG_TEXT).chunks()) == PNG
    assert b"".join(Media("data:image/png;base64," + PNG_TEXT).chunks()) == PNG
    assert b"".join(Media("data:,a%20fox").chunks()) == b"a fox"


def test_a_file_is_a_path_or_an_open_file(tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(PNG)
    assert Media(path).scheme == "path" and b"".join(Media(path).chunks()) == PNG
    with path.open("rb") as file:
        assert Media(file).source == PNG
    assert Media(io.BytesIO(PNG)).source == PNG


def test_a_file_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    for path in (tmp_path / "none.png", tmp_path):
        with pytest.raises(ValidationError, match="does not exist"):
            Media(path)


def test_a_file_that_went_away_is_our_error(tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(PNG)
    media = Media(path)
    path.unlink()
    with pytest.raises(ValidationError, match="cannot be read"):
        list(media.chunks())


def test_a_file_opened_as_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fox.txt"
    path.write_text("fox", encoding="utf-8")
    with path.open(encoding="utf-8") as file, pytest.raises(ValidationError, match="binary mode"):
        Media(file)


@pytest.mark.parametrize("value", [5, None, object(), 1.5, ["https://a.example"]])
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(UnsupportedParameterError):
        Media(value)


def test_the_url_types_of_others_are_taken() -> None:
    assert Media(pydantic.HttpUrl("https://a.example/fox.png")).url == "https://a.example/fox.png"


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"url": "https://a.example"}, Media("https://a.example")),
        ({"content": PNG, "content_type": "image/png"}, Media(PNG, content_type="image/png")),
        ({"content": PNG_TEXT}, Media(PNG)),
        ({"source": "https://a.example", "width": 4}, Media("https://a.example", width=4)),
    ],
)
def test_the_dicts_of_the_original_are_taken_and_left_alone(given: dict[str, Any], made: Media) -> None:
    before = dict(given)
    assert to_media(given) == made
    assert given == before


@pytest.mark.parametrize(
    "given", [{}, {"content_type": "image/png"}, {"content": "not base64!"}, {"content": "né"}, {"path": "/etc/passwd"}]
)
def test_a_dict_that_holds_no_medium_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        to_media(given)


def test_a_misspelt_key_gets_the_right_one() -> None:
    with pytest.raises(ValidationError, match="did you mean 'content_type'"):
        to_media({"url": "https://a.example", "content_typ": "image/png"})


def test_an_earlier_job_or_result_is_taken() -> None:
    job = VideoJob(provider="sora", model="m", id="video_1")
    assert to_media(job).job is job and to_media(job).scheme == "job"
    result = Media("https://a.example", job=job)
    assert to_media(result) is result
    assert to_optional_media(None) is None


def test_url_is_only_what_can_be_shown_as_one() -> None:
    assert Media("gs://a/b").url == "gs://a/b"
    assert str(Media("https://a.example/x?sig=1")) == "https://a.example/x?sig=1"
    for source in (PNG, "data:image/png;base64," + PNG_TEXT):
        assert Media(source).url is None
        assert str(Media(source)).startswith("Media(")


def test_reprs_hide_contents_and_signatures(tmp_path: Path) -> None:
    data = base64.b64encode(b"canary" * 9).decode()
    sources = ["https://u:canary@a.example/x?sig=canary#canary", b"canary", f"data:text/plain;base64,{data}"]
    shown = " ".join(repr(Media(source, content_type="image/png")) for source in sources)
    assert "canary" not in shown and data not in shown
    assert "image/png" in shown and "6 bytes" in shown


def test_times_are_utc_and_may_be_text() -> None:
    moment = datetime(2026, 11, 22, 10, tzinfo=UTC)
    for given in ("2026-11-22T10:00:00Z", "2026-11-22T11:00:00+01:00", moment, moment.replace(tzinfo=None)):
        assert Media("https://a.example", expires_at=given).expires_at == moment
    with pytest.raises(ValidationError, match="ISO 8601"):
        Media("https://a.example", expires_at="soon")


def test_image_inputs_of_all_forms() -> None:
    expected = ImageInput("https://a.example", "reference")
    assert to_image_input({"image": "https://a.example", "type": "reference"}) == expected
    assert to_image_input({"image": {"url": "https://a.example"}, "type": "reference"}) == expected
    assert to_image_input("https://a.example").type is None
    assert to_image_input(expected) is expected


def test_a_role_that_nobody_knows_is_refused_with_the_list() -> None:
    with pytest.raises(UnsupportedParameterError, match="reference, first_frame"):
        ImageInput("https://a.example", "bogus")


@pytest.mark.parametrize(
    "single", ["https://a.example", PNG, bytearray(PNG), Media(PNG), ImageInput(PNG), {"url": "https://a.example"}]
)
def test_a_single_image_is_a_list_of_one(single: Any) -> None:
    assert len(to_image_list(single)) == 1
    assert len(to_image_list([single, single])) == 2
    assert len(to_image_list(iter([single]))) == 1


def test_no_image_is_an_empty_list_and_a_number_none() -> None:
    assert to_image_list(None) == () == to_image_list([])
    with pytest.raises(UnsupportedParameterError):
        to_image_list(5)
