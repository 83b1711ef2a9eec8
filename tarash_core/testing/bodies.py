"""Reading request bodies the way a server does: JSON, urlencoded and multipart, with the standard library only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from attrs import frozen

from tarash_core.plugins.http import FilePart, HttpRequest

_ESCAPES = (("%22", '"'), ("%0D", "\r"), ("%0A", "\n"))


@frozen
class Form:
    """The parts of a form in the order in which they were sent.

    Attributes:
        parts: Pairs of name and value; a value is a text or a file.
    """

    parts: tuple[tuple[str, str | FilePart], ...] = ()

    @property
    def fields(self) -> dict[str, str]:
        """The texts by name; the last of equal names wins."""
        return {name: value for name, value in self.parts if isinstance(value, str)}

    @property
    def files(self) -> dict[str, FilePart]:
        """The files by name; the last of equal names wins."""
        return {name: value for name, value in self.parts if isinstance(value, FilePart)}

    def all(self, name: str) -> list[str | FilePart]:
        """Every value sent under a name, such as the pictures of ``image[]``."""
        return [value for sent, value in self.parts if sent == name]


def media_type(request: HttpRequest) -> str:
    """The media type of the body that a request carries, in lower case; empty without a body."""
    if request.json is not None:
        return "application/json"
    if request.files is not None:
        return "multipart/form-data"
    if request.form is not None:
        return "application/x-www-form-urlencoded"
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def read_query(request: HttpRequest) -> dict[str, str]:
    """The query of a request's URL; the last of equal names wins, a name without a value is empty."""
    return dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))


def read_json(request: HttpRequest) -> Any:
    """The JSON body of a request, None where it has no body.

    Raises:
        ValueError: The body is no JSON.
    """
    if request.json is not None:
        return json.loads(json.dumps(request.json))
    return json.loads(request.content) if request.content else None


def read_form(request: HttpRequest) -> Form:
    """The urlencoded or multipart form of a request; any other body is an empty form.

    Raises:
        ValueError: The body says that it is multipart but cannot be read as such.
    """
    if request.form is not None or request.files is not None:
        return Form((*(request.form or {}).items(), *(request.files or {}).items()))
    match media_type(request):
        case "application/x-www-form-urlencoded":
            return Form(tuple(parse_qsl((request.content or b"").decode(), keep_blank_values=True)))
        case "multipart/form-data":
            return parse_multipart(request.headers["content-type"], request.content or b"")
        case _:
            return Form()


def read_body(request: HttpRequest) -> dict[str, Any]:
    """A body of any of the three kinds as one dict, for a vendor that takes JSON as well as forms.

    Raises:
        ValueError: The body cannot be read, or is JSON but no object.
    """
    if media_type(request) in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return dict(read_form(request).parts)
    body = read_json(request)
    if not isinstance(body, dict | None):
        raise ValueError(f"The body must be a JSON object, not {type(body).__name__}.")
    return body or {}


def encoded_body(request: HttpRequest) -> bytes:
    """The bytes of a request that carries JSON or raw bytes, as a callback does."""
    return json.dumps(request.json).encode() if request.json is not None else request.content or b""


def parse_multipart(content_type: str, content: bytes) -> Form:
    """Reads a ``multipart/form-data`` body.

    Args:
        content_type: The whole header, with its boundary.
        content: The body.

    Raises:
        ValueError: There is no boundary, or a part has no name or holds parts of its own.
    """
    header = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "surrogateescape")
    message = BytesParser(policy=compat32).parsebytes(header + content)
    parts = message.get_payload()
    if not message.is_multipart() or not isinstance(parts, list):
        raise ValueError("The body is no multipart form; its content-type must name the boundary that it uses.")
    return Form(tuple(_part(part) for part in parts if isinstance(part, Message)))


def _part(part: Message[str, str]) -> tuple[str, str | FilePart]:
    disposition = _header(part, "content-disposition")
    name, filename = (_parameter(disposition, key) for key in ("name", "filename"))
    if name is None:
        raise ValueError("A part of the multipart body has no name; send content-disposition: form-data; name=….")
    content = _content(part)
    if filename is None:
        return name, content.decode("utf-8", "replace")
    return name, FilePart(content, _header(part, "content-type") or "application/octet-stream", filename)


def _content(part: Message[str, str]) -> bytes:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        raise ValueError(f"A part of type {part.get_content_type()} holds parts of its own, which no vendor takes.")
    return payload


def _header(part: Message[str, str], wanted: str) -> str:
    # Message.get would turn a file name in UTF-8 into question marks.
    raw: Iterable[tuple[str, str]] = part.raw_items()
    found = (value for name, value in raw if name.lower() == wanted)
    return str(next(found, "")).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _parameter(header: str, name: str) -> str | None:
    carrier: Message[str, str] = Message()
    carrier["content-disposition"] = header
    value = carrier.get_param(name, header="content-disposition")
    if not isinstance(value, str):
        return None if value is None else value[2]
    for escape, character in _ESCAPES:
        value = value.replace(escape, character)
    return value
