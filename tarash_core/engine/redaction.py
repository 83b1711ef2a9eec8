"""The one redactor: what logs, reprs, errors, recordings and ledgers may show.

Keys and tokens, signed query strings, user names in URLs and the contents of data URIs never leave it.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tarash_core.errors import TarashException

if TYPE_CHECKING:
    from tarash_core.models.media import Media
    from tarash_core.plugins.http import HttpRequest, HttpResponse

HIDDEN = "***"

_SECRET_NAME = re.compile(
    r"authorization|cookie|api[-_]?key|secret|token|password|credential|signature|x-key|(^|[-_])(key|sig|auth|jwt)$",
    re.IGNORECASE,
)
_NOT_SECRET = re.compile(r"max_?tokens|idempotency|key_?frames?|token_?type|tokens?_?(used|count)", re.IGNORECASE)
_URL = re.compile(
    r"(?P<head>\b[a-zA-Z][\w+.-]{1,20}://)(?P<user>[^/\s?#]+@)?(?P<rest>[^\s?#\"'<>]*)"
    r"(?P<query>\?[^\s#\"'<>]*)?(?P<fragment>#[^\s\"'<>]*)?"
)
_DATA_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w=.-]+)*),[\w+/=%-]*", re.IGNORECASE)
_BEARER = re.compile(r"\b(Bearer|Key|Token|Basic)\s+(?=\S{16}|\S*\d)[\w.~+/:=-]{6,}", re.IGNORECASE)
# Both begin with a look at one character: most of what they search are URLs in which nothing is found.
_NAMED = re.compile(
    r"(?=[aksptc?&;])((?:api[-_]?key|secret|token|password|signature|credential|authorization"
    r"|[?&;](?:\w*[-_])?(?:key|sig|auth))[\"']?\s*[=:]\s*[\"']?)(?!Bearer\b|Key\b|Token\b|Basic\b)"
    r"(?=[^\s\"'&]{16}|[^\s\"'&]*\d)[^\s\"'&,;<>]{6,}",
    re.IGNORECASE,
)
_KEY_SHAPES = re.compile(
    r"(?=[rswkfle])(?:\b(r8_|sk-)[\w-]{8,}|\bwhsec_[\w+/=-]{8,}|\b(key_|fal_|luma-)(?=[\w-]{0,64}?\d)[\w-]{20,}"
    r"|\beyJ[\w-]{8,1024}+\.[\w-]++\.[\w-]+)"
)
_LONG = 4096
_SHORTEST_SECRET = 4


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the given secrets, without anything shaped like one, and with bare URLs."""
    secrets = tuple(secrets)
    shown = _without_shapes(_without_secrets(text[: 2 * _LONG], secrets))
    if len(text) <= _LONG:
        return shown
    if len(text) > 2 * _LONG:
        # The cut may run through a secret; what is left of it stands at the end.
        shown = shown[: -max(_LONG // 8, *map(len, secrets), 1)]
    return f"{shown[:_LONG]}… ({len(text)} characters)"


def _without_secrets(text: str, secrets: tuple[str, ...]) -> str:
    for form in _forms(secrets) if secrets else ():
        text = text.replace(form, HIDDEN)
    return text


@functools.lru_cache(maxsize=64)
def _forms(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """The secrets in every way of writing them, the longest first: one may be a part of another."""
    plain = {form for secret in secrets for form in (secret, secret.strip())}
    written = {form for text in plain for form in (text, quote(text, safe=""), json.dumps(text)[1:-1])}
    return tuple(sorted((form for form in written if len(form) >= _SHORTEST_SECRET), key=len, reverse=True))


def _without_shapes(text: str) -> str:
    if ":" in text:
        if "," in text:
            text = _DATA_URI.sub(lambda found: f"data:{found[1] or ''},{HIDDEN}", text)
        if "?" in text or "#" in text or "@" in text:
            text = _URL.sub(_bare_url, text)
    if "=" in text or ":" in text:
        text = _NAMED.sub(lambda found: f"{found[1]}{HIDDEN}", text)
    if " " in text:
        text = _BEARER.sub(lambda found: f"{found[1]} {HIDDEN}", text)
    return _KEY_SHAPES.sub(HIDDEN, text)


def _bare_url(found: re.Match[str]) -> str:
    user = f"{HIDDEN}@" if found["user"] else ""
    return f"{found['head']}{user}{found['rest']}{_emptied(found['query'])}{_emptied(found['fragment'])}"


def _emptied(part: str | None) -> str:
    return f"{part[0]}{HIDDEN}" if part and len(part) > 1 else part or ""


def redact_url(url: str) -> str:
    """The URL without user name and query."""
    return redact_text(url)


def redact_headers(headers: Mapping[str, str], secrets: Iterable[str] = ()) -> dict[str, str]:
    """The headers, those that carry a secret with their value hidden."""
    known = tuple(secrets)
    return {name: HIDDEN if _is_secret(name) else redact_text(value, known) for name, value in headers.items()}


@functools.lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return bool(_SECRET_NAME.search(name)) and not _NOT_SECRET.search(name)


def redact(value: Any, secrets: Iterable[str] = ()) -> Any:
    """A copy of JSON-like data that may be shown: secrets hidden, bytes and long texts shortened."""
    return _redacted(value, tuple(secrets))


def _redacted(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return redact_text(value, secrets)
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, (dict, Mapping)):
        return {
            _redacted_key(key, secrets): _hidden(item) if _is_secret(str(key)) else _redacted(item, secrets)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_redacted(item, secrets) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return _counted(value).decode()
    return value


def _redacted_key(key: Any, secrets: tuple[str, ...]) -> Any:
    return _without_secrets(key, secrets) if isinstance(key, str) else key


def _hidden(item: Any) -> Any:
    """What stands under the name of a secret, every text in it hidden; a count of tokens is none."""
    if isinstance(item, Mapping):
        return {key: _hidden(inner) for key, inner in item.items()}
    if isinstance(item, (list, tuple)):
        return [_hidden(inner) for inner in item]
    return HIDDEN if isinstance(item, (str, bytes, bytearray)) else item


def secret_texts(value: Any) -> tuple[str, ...]:
    """Every text in a user's settings that stands under the name of a secret."""
    return tuple(_secrets_in(value, False))


def _secrets_in(value: Any, is_secret: bool) -> Iterator[str]:
    if isinstance(value, str) and is_secret:
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secrets_in(item, is_secret or _is_secret(str(key)))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _secrets_in(item, is_secret)


def masked(value: Any) -> str:
    """The repr of a value for use in the repr of a larger one: bare URLs, no secret, nothing long."""
    return repr(redact(value))


def scrub(error: BaseException, secrets: Iterable[str]) -> None:
    """Hides secrets in an error and in everything that it came from, in place: a vendor may repeat the key in it."""
    secrets, seen, waiting = tuple(secrets), set[int](), [error]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        _scrub_one(found, secrets)
        origins = (found.__cause__, found.__context__, *getattr(found, "exceptions", ()))
        waiting += [origin for origin in origins if origin is not None]


def _scrub_one(error: BaseException, secrets: tuple[str, ...]) -> None:
    # Not the arguments that are objects of their own, such as the errors of a group.
    shown = tuple(_redacted(part, secrets) if isinstance(part, (str, bytes)) else part for part in error.args)
    if shown != error.args:
        error.args = shown
    if notes := getattr(error, "__notes__", None):
        notes[:] = [redact_text(note, secrets) if _speaks_of(note, secrets) else note for note in notes]
    if isinstance(error, TarashException):
        error.message = redact_text(str(error.message), secrets)
        error.raw_response = _redacted(error.raw_response, secrets)


def _speaks_of(text: str, secrets: tuple[str, ...]) -> bool:
    return _without_secrets(text, secrets) != text


def redact_request(request: HttpRequest, secrets: Iterable[str] = ()) -> HttpRequest:
    """A copy of a request that may be shown: its files and raw bytes are only counted."""
    import attrs

    secrets = tuple(secrets)
    return attrs.evolve(
        request,
        url=redact_text(request.url, secrets),
        json=redact(request.json, secrets),
        content=None if request.content is None else _counted(request.content),
        form=redact(request.form, secrets),
        files={name: attrs.evolve(part, content=_counted(part.content)) for name, part in (request.files or {}).items()}
        or None,
        headers=redact_headers(request.headers, secrets),
    )


def redact_response(response: HttpResponse, secrets: Iterable[str] = ()) -> HttpResponse:
    """A copy of an answer that may be shown: JSON and text redacted, a file only counted."""
    import attrs

    secrets = tuple(secrets)
    return attrs.evolve(
        response,
        headers=redact_headers(response.headers, secrets),
        content=_redact_content(response, secrets),
        url=redact_text(response.url, secrets),
    )


def _redact_content(response: HttpResponse, secrets: Iterable[str]) -> bytes:
    if not response.content:
        return b""
    try:
        return json.dumps(redact(response.json(), secrets), ensure_ascii=False).encode()
    except ValueError:
        is_text = response.headers.get("content-type", "text/").startswith("text/")
        return redact_text(response.text, secrets).encode() if is_text else _counted(response.content)


def _counted(content: bytes | bytearray) -> bytes:
    return f"<{len(content)} bytes>".encode()


def describe_media(media: Media) -> str:
    """What a repr says of a medium: where it is or how large, never its content or a signed query."""
    if isinstance(media.source, Path):
        what = str(media.source)
    elif isinstance(media.source, bytes):
        what = f"{len(media.source)} bytes"
    elif media.scheme == "data":
        what = f"data URI of {len(media.source)} characters"
    else:
        what = redact_url(media.source)
    return f"{what}, {media.content_type}" if media.content_type else what
