"""The rows of a prompts file: what each asks for, and an identity that outlives edits elsewhere in the file."""

from __future__ import annotations

import codecs
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from tarash_core.cli.options import MEDIUM
from tarash_core.errors import ValidationError
from tarash_core.models import request as requests

if TYPE_CHECKING:
    from tarash_core.models.job import Kind
    from tarash_core.models.request import Request

_MEDIA = ("first_frame", "last_frame", "video", "audio", "mask_image")


@frozen(kw_only=True)
class Row:
    """A line of the file that asks for something.

    Attributes:
        number: Its place among the rows, from 1.
        line: Its line in the file, from 1.
        id: A hash of what it asks for, and how many equal rows stand before it.
        request: The request.
    """

    number: int
    line: int
    id: str
    request: Request


def read_rows(source: Path, kind: Kind, common: Mapping[str, Any]) -> list[Row]:
    """Every row of a file.

    Args:
        source: The file; paths of media in it are relative to its folder.
        kind: What is made.
        common: Fields of rows that do not say otherwise.

    Raises:
        ValidationError: The file cannot be read, or a line asks for nothing that can be; the sentence names the line.
    """
    rows: list[Row] = []
    seen: Counter[str] = Counter()
    for line, text in _lines(source):
        try:
            given = _given(text, plain=_is_plain(source))
            wanted = requests.request_of(kind, {**common, **_with_media(given, source.parent)})
        except (ValueError, click.UsageError) as error:
            sentence = error.message if isinstance(error, click.UsageError) else error
            raise ValidationError(f"{_named(source)}, line {line}: {sentence}") from error
        digest = hashlib.sha256(f"{kind}\n{_canonical(given)}\n{_canonical(common)}".encode()).hexdigest()[:24]
        seen[digest] += 1
        rows.append(Row(number=len(rows) + 1, line=line, id=f"{digest}-{seen[digest]}", request=wanted))
    if not rows:
        example = "prompt" if _is_plain(source) else 'JSON object, such as {"prompt": "A fox"},'
        raise ValidationError(f"{_named(source)} has no rows; write a {example} on each line.")
    return rows


def _lines(source: Path) -> Iterator[tuple[int, str]]:
    try:
        text = _text(sys.stdin.buffer.read() if _is_input(source) else source.read_bytes())
    except OSError as error:
        raise ValidationError(f"{_named(source)} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ValidationError(f"{_named(source)} is no text in UTF-8 (byte {error.start}); save it as such.") from error
    # Not splitlines, which also breaks at characters that may stand within a JSON text.
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _text(data: bytes) -> str:
    """The text of a file; what PowerShell writes by default begins with the mark of UTF-16."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if marked else "utf-8-sig")


def _is_input(source: Path) -> bool:
    return str(source) == "-"


def _named(source: Path) -> str:
    return "the input" if _is_input(source) else str(source)


def _is_plain(source: Path) -> bool:
    return source.suffix.lower() == ".txt"


def _given(text: str, *, plain: bool) -> dict[str, Any]:
    if plain:
        return {"prompt": text.strip()}
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"this is no JSON ({error}); plain prompts belong in a .txt file.") from error
    if not isinstance(value, (dict, str)):
        raise ValueError("a row is a JSON object of request fields, or a prompt in quotes.")
    return {"prompt": value} if isinstance(value, str) else value


def _with_media(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The fields with the names of files as paths."""
    fields = {name: _medium(value, folder) if name in _MEDIA else value for name, value in given.items()}
    if isinstance(given.get("image_list"), list):
        fields["image_list"] = [_image(item, folder) for item in given["image_list"]]
    return fields


def _image(item: Any, folder: Path) -> Any:
    if isinstance(item, Mapping) and "image" in item:
        return {**item, "image": _medium(item["image"], folder)}
    return {"image": _medium(item, folder)} if isinstance(item, str) else item


def _medium(value: Any, folder: Path) -> Any:
    if not isinstance(value, str):
        return value
    is_url = "://" in value or value.startswith("data:")
    return MEDIUM.convert(value if is_url else str(folder / value), None, None)


def _canonical(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, sort_keys=True, default=repr)
