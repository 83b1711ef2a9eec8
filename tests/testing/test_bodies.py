from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarash_core.plugins.http import FilePart, HttpRequest
from tarash_core.testing import Form, media_type, read_body, read_form, read_json, read_query

URL = "https://api.acme.example/v1/videos"


def on_the_wire(**body) -> HttpRequest:
    """The request as httpx would send it."""
    sent = httpx.Request("POST", URL, **body)
    return HttpRequest("POST", URL, content=sent.read(), headers=dict(sent.headers))


def raw(content: bytes, boundary: str = "B") -> HttpRequest:
    return HttpRequest(
        "POST", URL, content=content, headers={"Content-Type": f'multipart/form-data; boundary="{boundary}"'}
    )


names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters='\\%"'), min_size=1)
types = st.sampled_from(["image/png", "video/mp4", "text/plain", "application/octet-stream", "application/json"])
parts = st.builds(FilePart, st.binary(max_size=400), types, names)


@given(
    fields=st.dictionaries(names, st.text(st.characters(codec="utf-8", exclude_characters="\0"))),
    files=st.lists(st.tuples(names, parts), min_size=1, max_size=4),
)
def test_a_multipart_body_comes_back_as_it_was_sent(fields, files):
    sent = [(name, (part.filename, part.content, part.content_type)) for name, part in files]
    form = read_form(on_the_wire(data=fields, files=sent))
    assert form == Form((*fields.items(), *files))


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"--", b"--B", b"x", b"\0", b"\xff", b": "])).map(b"".join))
def test_line_ends_and_dashes_in_a_file_are_kept(content):
    if b"\n--B" in content or b"\r--B" in content or content.startswith(b"--B"):
        return
    body = b'--B\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n' + content + b"\r\n--B--\r\n"
    assert read_form(raw(body)).files["f"].content == content


def test_a_file_that_is_itself_a_message_is_refused():
    with pytest.raises(ValueError, match="message/rfc822 holds parts of its own"):
        read_form(on_the_wire(files={"mail": ("a.eml", b"Subject: x\r\n\r\nA letter.", "message/rfc822")}))


def test_repeated_names_are_all_there_and_the_last_one_wins():
    form = read_form(on_the_wire(files=[("image[]", ("a.png", b"1")), ("image[]", ("b.png", b"2"))]))
    assert [part.content for part in form.all("image[]")] == [b"1", b"2"]
    assert form.files["image[]"].filename == "b.png"


def test_quotes_in_names_are_read():
    form = read_form(on_the_wire(files={'a"b': ('c"d.png', b"1")}))
    assert form.files['a"b'].filename == 'c"d.png'


def test_a_part_without_a_filename_is_a_text_in_utf_8():
    body = '--B\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nein Füchslein 🦊\r\n--B--\r\n'.encode()
    assert read_form(raw(body)).fields == {"prompt": "ein Füchslein 🦊"}


def test_an_empty_file_part_is_a_file():
    assert read_form(on_the_wire(files={"none": ("none", b"")})).files["none"].content == b""


@pytest.mark.parametrize(
    "content", [b"no boundary here", b'--B\r\nContent-Disposition: form-data; size="1"\r\n\r\nx\r\n--B--\r\n']
)
def test_a_broken_multipart_body_is_refused(content):
    with pytest.raises(ValueError, match=r"boundary|no name"):
        read_form(raw(content))


def test_json_urlencoded_and_multipart_read_alike():
    expected = {"prompt": "A fox & a hare", "seconds": "8"}
    sent = [on_the_wire(json=expected), on_the_wire(data=expected), on_the_wire(data=expected, files=[("x", b"")])]
    bodies = [read_body(request) for request in sent]
    assert bodies[0] == bodies[1] == expected
    assert {name: value for name, value in bodies[2].items() if name != "x"} == expected


def test_a_body_not_yet_encoded_reads_like_one_on_the_wire():
    form = HttpRequest("POST", URL, form={"a": "1"}, files={"f": FilePart(b"x", "image/png", "f.png")})
    assert read_form(form) == Form((("a", "1"), ("f", FilePart(b"x", "image/png", "f.png"))))
    assert media_type(form) == "multipart/form-data"
    assert read_body(HttpRequest("POST", URL, form={"a": "1"})) == {"a": "1"}
    assert read_json(HttpRequest("POST", URL, json={"a": (1, 2)})) == {"a": [1, 2]}


def test_a_simulator_cannot_change_the_callers_json():
    request = HttpRequest("POST", URL, json={"a": [1]})
    read_json(request)["a"].append(2)
    assert request.json == {"a": [1]}


def test_requests_without_a_body_read_as_nothing():
    bare = HttpRequest("GET", URL)
    assert (read_json(bare), read_body(bare), read_form(bare), media_type(bare)) == (None, {}, Form(), "")


def test_a_body_that_is_no_object_is_refused():
    with pytest.raises(ValueError, match="must be a JSON object, not list"):
        read_body(HttpRequest("POST", URL, json=[1]))


def test_the_query_is_decoded():
    assert read_query(HttpRequest("GET", URL + "?logs=1&q=a%20b&empty=")) == {"logs": "1", "q": "a b", "empty": ""}
