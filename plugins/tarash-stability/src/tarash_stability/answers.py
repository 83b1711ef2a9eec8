"""Reading what Stability answers to a finished or running generation (dossier stability.md, sections 2 to 4)."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from tarash_core.plugins import Done, Failed, HttpResponse, Output, Phase, Running, Update
from tarash_stability.errors import error_of, error_of_ending

_KEYS = ("image", "video", "result", "base64")
_FAILED = ("CONTENT_FILTERED", "ERROR")
_INNER = re.compile(r';\s*type="?([\w.+/-]+)', re.IGNORECASE)
_FILE = re.compile(r"(image|video)/|application/octet-stream", re.IGNORECASE)


def accepted_id(response: HttpResponse) -> str | None:
    """The id in an answer that promises a result; None in one that holds it, or an error."""
    body = None if _is_file(response) else response.json()
    if not isinstance(body, dict) or "errors" in body or any(key in body for key in _KEYS):
        return None
    id = body.get("id")
    return id if isinstance(id, str) and id else None


def update_of(response: HttpResponse, phase: Phase) -> Update:
    """How a generation is, by an answer below 400; what it says besides the file is kept as it stands.

    Raises:
        TarashException: The answer says 200 and holds an error.
        LookupError: It holds neither a file nor a reason; likewise a ValueError for what is no JSON.
    """
    if response.status == 202:
        return _running(response)
    body = None if _is_file(response) else response.json()
    if body is not None and "errors" in body:
        raise error_of(response, phase)
    told = _told_by_headers(response) if body is None else {key: body[key] for key in body if key not in _KEYS}
    if request_id := response.headers.get("x-request-id"):
        told["request_id"] = request_id
    reason = told.get("finish_reason")
    # A reason that nobody knows comes with a file all the same, and is shown with it.
    if reason in _FAILED:
        return Failed(error_of_ending(reason, told), raw=told)
    content = response.content if body is None else _decoded(body)
    if not content:
        raise ValueError("the file is empty")
    return Done(Output(data=content, content_type=_type_of(response), size_bytes=len(content)), raw=told)


def _decoded(body: Mapping[str, Any]) -> bytes:
    texts = [body[key] for key in _KEYS if body.get(key)]
    return base64.b64decode(texts[0], validate=True)


def _running(response: HttpResponse) -> Running:
    body = response.json()
    status = body.get("status")
    return Running(unknown_status=None if status in (None, "in-progress") else str(status), raw=body)


def _is_file(response: HttpResponse) -> bool:
    return _FILE.match(response.headers.get("content-type", "")) is not None


def _type_of(response: HttpResponse) -> str | None:
    """The type of the file: that of a body of bytes, or the parameter ``type`` of a body of JSON."""
    header = response.headers.get("content-type", "")
    if _is_file(response):
        return header.partition(";")[0].strip().lower()
    inner = _INNER.search(header)
    return inner[1].lower() if inner else None


def _told_by_headers(response: HttpResponse) -> dict[str, Any]:
    named = {"finish_reason": response.headers.get("finish-reason"), "seed": response.headers.get("seed")}
    return {name: value for name, value in named.items() if value is not None}
