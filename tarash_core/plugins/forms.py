"""A payload as a multipart form: its texts and its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypedDict

from tarash_core.plugins.http import FilePart, FileParts


class Multipart(TypedDict):
    """The two halves of a multipart body, under the names that ``HttpRequest`` has for them."""

    form: dict[str, str]
    files: Mapping[str, FilePart]


def multipart(payload: Mapping[str, Any]) -> Multipart:
    """Splits a payload for a request: ``HttpRequest("POST", url, **multipart(plan.payload), effect="buy")``.

    The body is multipart also where the payload holds no file. Numbers are written as people write them, switches as
    ``true`` and ``false``, lists and objects as JSON; a list of files becomes parts of one name. What is None is left
    out.

    Args:
        payload: The filled payload of a plan; media stand in it as ``FilePart`` where they have the form ``file``.
    """
    given = {name: value for name, value in payload.items() if value is not None}
    files = FileParts((name, part) for name, value in given.items() for part in _listed(value))
    return {"form": {name: _text(value) for name, value in given.items() if name not in files}, "files": files}


def _listed(value: Any) -> list[FilePart]:
    """The files of a value; none where it is no file and no list of them."""
    return [part for part in (value if isinstance(value, (list, tuple)) else (value,)) if isinstance(part, FilePart)]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if whole else value, ensure_ascii=False)
