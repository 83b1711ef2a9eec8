from tarash_core.plugins import FilePart, multipart


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
