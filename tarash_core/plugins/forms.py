"""A payload as a multipart form, and a local medium as a file that is uploaded."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import quote

from tarash_core.errors import ValidationError
from tarash_core.plugins.http import FilePart, FileParts

if TYPE_CHECKING:
    from tarash_core.models.media import Media

_BYTES = "application/octet-stream"
_ENDINGS = {
    _BYTES: "bin",
    "image/jpeg": "jpg",
    "image/svg+xml": "svg",
    "video/quicktime": "mov",
    "video/x-matroska": "mkv",
    "video/3gpp": "3gp",
    "video/ogg": "ogv",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/x-wav": "wav",
    "audio/x-flac": "flac",
}


class Multipart(TypedDict):
    """The two halves of a multipart body, under the names that ``HttpRequest`` has for them."""

    form: dict[str, str]
    files: Mapping[str, FilePart]


def multipart(payload: Mapping[str, Any], *, brackets: bool = False) -> Multipart:
    """Splits a payload for a request: ``HttpRequest("POST", url, **multipart(plan.payload), effect="buy")``.

    The body is multipart also where the payload holds no file. Numbers are written as people write them, switches as
    ``true`` and ``false``, lists and objects as JSON; a list of files becomes parts of one name. What is None is left
    out.

    Args:
        payload: The filled payload of a plan; media stand in it as ``FilePart`` where they have the form ``file``.
        brackets: Writes the keys of an object in brackets, ``svg[model]``, instead of the object as JSON.
    """
    pairs = _bracketed(payload) if brackets else payload.items()
    given = {name: value for name, value in pairs if value is not None}
    files = FileParts((name, part) for name, value in given.items() for part in _listed(value))
    return {"form": {name: _text(value) for name, value in given.items() if name not in files}, "files": files}


def into_path(endpoint: str, payload: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The path with ``{name}`` filled from the payload, and what is left of the payload for the body.

    Raises:
        ValidationError: A value would lead to another path.
    """
    named = {name: value for name, value in payload.items() if f"{{{name}}}" in endpoint}
    for name, value in named.items():
        if str(value) in ("", ".", ".."):
            raise ValidationError(f"{name} cannot be {str(value)!r}; give it as the provider wrote it.", charged="no")
        endpoint = endpoint.replace(f"{{{name}}}", quote(str(value), safe=""))
    return endpoint, {name: value for name, value in payload.items() if name not in named}


def with_added(payload: Mapping[str, Any], added: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """A copy of a payload with further values, such as a callback's address.

    Args:
        payload: The payload; it stays as it is.
        added: What is written by wire path; ``"$value"`` in it stands for the value, also within a list or an object.
        value: The value.
    """
    from tarash_core.fields.forms import write_form
    from tarash_core.fields.paths import parse, put
    from tarash_core.models.plan import MediaForm

    body = copy.deepcopy(dict(payload))
    for path, part in write_form(MediaForm("url", added), value).items():
        put(body, parse(path), part)
    return body


def check_sizes(payload: Mapping[str, Any], most_bytes: Mapping[str, int], who: str) -> None:
    """Refuses files that are larger than the vendor takes, before anything is sent.

    Args:
        payload: The payload.
        most_bytes: What each file may have by its wire name; under ``""`` what all of them may have together.
        who: The vendor's name.

    Raises:
        ValidationError: One is larger.
    """
    sizes = {name: [len(part.content) for part in _listed(value)] for name, value in payload.items()}
    for name, most in most_bytes.items():
        size = max(sizes.get(name, []), default=0) if name else sum(sum(each) for each in sizes.values())
        if size > most:
            told = f"as {name}, and this has" if name else f"in all, and {' and '.join(filter(sizes.get, sizes))} have"
            raise ValidationError(f"{who} takes {most} bytes {told} {size}; send smaller files.", charged="no")


def data_uri(part: FilePart) -> str:
    """A file as a data URI, for a body that is JSON."""
    return f"data:{part.content_type};base64,{base64.b64encode(part.content).decode()}"


def _bracketed(payload: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in payload.items():
        path = f"{above}[{name}]" if above else name
        yield from _bracketed(value, path) if isinstance(value, Mapping) else ((path, value),)


def _listed(value: Any) -> list[FilePart]:
    """The files of a value; none where it is no file and no list of them."""
    return [part for part in (value if isinstance(value, (list, tuple)) else (value,)) if isinstance(part, FilePart)]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if whole else value, ensure_ascii=False)


def file_part(media: Media, name: str = "input", most_bytes: int | None = None, too_large: str = "") -> FilePart:
    """A local medium as one file, for ``Provider.upload``: its bytes, its type, and a name that ends as the type does.

    Args:
        media: A file, bytes or a data URI.
        name: The name that the vendor is told, without its end.
        most_bytes: The size up to which the vendor takes it.
        too_large: The error's sentence for a larger one.

    Raises:
        ValidationError: The file is larger.
    """
    content, kind = b"".join(media.chunks()), media.content_type or _BYTES
    if most_bytes is not None and len(content) > most_bytes:
        raise ValidationError(too_large)
    ending = _ENDINGS.get(kind) or kind.partition("/")[2].partition(";")[0]
    return FilePart(content, kind, f"{name}.{ending}")
