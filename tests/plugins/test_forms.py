import pytest

from tarash_core.errors import ValidationError
from tarash_core.models.media import Media
from tarash_core.plugins import FilePart, check_sizes, data_uri, file_part, into_path, multipart, with_added


def test_a_payload_falls_into_texts_and_files() -> None:
    picture = FilePart(b"png", "image/png", "a.png")
    body = multipart({"prompt": "A fox, «née»", "image": picture, "seed": 7, "strength": 0.5})
    assert body == {"form": {"prompt": "A fox, «née»", "seed": "7", "strength": "0.5"}, "files": {"image": picture}}


def test_values_are_written_as_a_form_takes_them() -> None:
    form = multipart({"a": True, "b": False, "c": 1.0, "d": None, "e": ["ä", 1], "f": {"g": 2}})["form"]
    assert form == {"a": "true", "b": "false", "c": "1", "e": '["ä", 1]', "f": '{"g": 2}'}


def test_without_a_file_the_body_is_multipart_all_the_same() -> None:
    assert multipart({"prompt": "A fox"})["files"] == {}


def test_a_list_of_files_becomes_parts_of_one_name() -> None:
    first, second = FilePart(b"a", "image/png", "a.png"), FilePart(b"b", "image/png", "b.png")
    body = multipart({"image[]": [first, second], "prompt": "A fox"})
    assert list(body["files"].items()) == [("image[]", first), ("image[]", second)]
    assert body["form"] == {"prompt": "A fox"}


def test_objects_in_brackets() -> None:
    body = multipart({"svg": {"model": "m", "reasoning": {"effort": "low"}}, "n": 1}, brackets=True)
    assert body["form"] == {"svg[model]": "m", "svg[reasoning][effort]": "low", "n": "1"}


def test_what_the_path_names_leaves_the_body() -> None:
    payload = {"video": "a/b=", "prompt": "A fox"}
    assert into_path("/videos/{video}/remix", payload) == ("/videos/a%2Fb%3D/remix", {"prompt": "A fox"})
    assert into_path("/videos", payload) == ("/videos", payload)


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_would_lead_to_another_path_is_refused(value: str) -> None:
    with pytest.raises(ValidationError, match="video cannot be"):
        into_path("/videos/{video}/remix", {"video": value})


def test_further_values_are_written_into_a_copy() -> None:
    payload = {"hook": {"meta": 1}}
    added = {"hook.urls": ["$value"], "hook.kind": "web", "url": "$value"}
    body = with_added(payload, added, "https://a.b")
    assert body == {"hook": {"meta": 1, "urls": ["https://a.b"], "kind": "web"}, "url": "https://a.b"}
    assert payload == {"hook": {"meta": 1}}


def test_a_file_as_a_data_uri() -> None:
    assert data_uri(FilePart(b"png", "image/png", "a.png")) == "data:image/png;base64,cG5n"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("image/png", "input.png"),
        ("image/jpeg", "input.jpg"),
        ("video/quicktime", "input.mov"),
        ("audio/mpeg", "input.mp3"),
        (None, "input.bin"),
    ],
)
def test_a_file_is_named_as_its_type_is(kind: str | None, name: str) -> None:
    part = file_part(Media(b"abc", content_type=kind))
    assert (part.content, part.content_type, part.filename) == (b"abc", kind or "application/octet-stream", name)


def test_a_file_that_is_too_large_is_refused_with_the_way_out() -> None:
    assert file_part(Media(b"abc"), "clip", most_bytes=3).filename == "clip.bin"
    with pytest.raises(ValidationError, match="shorten it"):
        file_part(Media(b"abcd"), most_bytes=3, too_large="It may have 3 bytes; shorten it.")


def test_files_that_are_too_large_are_refused_before_they_are_sent() -> None:
    payload = {"image": [FilePart(b"123"), FilePart(b"1234")], "mask": FilePart(b"12"), "seed": 4}
    check_sizes(payload, {"image": 4, "mask": 2, "": 9}, "Acme")
    with pytest.raises(ValidationError, match="Acme takes 3 bytes as image, and this has 4") as caught:
        check_sizes(payload, {"image": 3}, "Acme")
    assert caught.value.charged == "no"
    with pytest.raises(ValidationError, match="Acme takes 8 bytes in all, and image and mask have 9"):
        check_sizes(payload, {"": 8}, "Acme")
