import pytest

from tarash_core.plugins import FilePart, FileParts, Headers, HttpRequest, HttpResponse
from tarash_core.plugins.http import as_headers


def test_header_names_compare_without_case() -> None:
    headers = Headers({"Content-Type": "image/png", "X-Count": 3})  # type: ignore[dict-item]
    assert headers["CONTENT-TYPE"] == "image/png"
    assert "content-type" in headers and "x-none" not in headers
    assert headers.get("x-count") == "3"
    assert headers == Headers({"content-TYPE": "image/png", "x-count": "3"})
    assert len(headers) == 2


def test_of_two_equal_names_the_last_counts() -> None:
    assert dict(Headers({"A": "1", "a": "2"})) == {"a": "2"}


def test_headers_are_wrapped_once() -> None:
    headers = Headers({"a": "1"})
    assert as_headers(headers) is headers
    assert as_headers(None) == {}


def test_reprs_hide_what_is_secret_or_large() -> None:
    request = HttpRequest(
        "POST",
        "https://a.example",
        content=b"canary-1",
        headers={"Authorization": "Key canary-2", "accept": "*/*"},
        files={"image": FilePart(b"canary-3")},
    )
    shown = f"{request!r} {request.headers!r} {HttpResponse(200, content=b'canary-4')!r}"
    assert "canary" not in shown
    assert "*/*" in repr(request.headers)


def test_a_body_is_read_as_text_and_json() -> None:
    assert HttpResponse(200, content=b'{"a": [1]}').json() == {"a": [1]}
    assert HttpResponse(200, content="né\xff".encode("latin-1")).text == "n\ufffd\ufffd"
    for content in (b"", b"<html>", b"\xff\xfe"):
        with pytest.raises(ValueError):
            HttpResponse(200, content=content).json()


def test_an_answer_of_json() -> None:
    response = HttpResponse.of_json({"a": 1}, 429, retry_after="5")
    assert (response.status, response.headers["Retry-After"], response.json()) == (429, "5", {"a": 1})
    assert response.headers["content-type"] == "application/json"


def test_a_request_reads_unless_it_says_otherwise() -> None:
    request = HttpRequest("GET", "https://a.example", expect=[404])
    assert (request.effect, request.signed, request.expect) == ("read", True, (404,))


def test_several_file_parts_may_have_one_name() -> None:
    first, second = FilePart(b"a"), FilePart(b"b")
    parts = FileParts([("image[]", first), ("image[]", second)])
    assert list(parts.items()) == [("image[]", first), ("image[]", second)]
    assert parts["image[]"] == second and list(parts) == ["image[]"] and len(parts) == 2
    assert parts == FileParts(parts.items()) and parts != {"image[]": second}
    assert FileParts([("image", first)]) == {"image": first} and FileParts() == {}
