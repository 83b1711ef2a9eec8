"""How media and responses show themselves in a notebook.

Nothing is fetched and nothing is read from disk. What is in memory is embedded up to a cap, a public address is left to
the browser, and all else is said in words: whose result it is and how to save it. Signed queries stand in no visible
text; the browser needs them, so they are part of the address that a player gets.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tarash_core.models.media import Media
    from tarash_core.models.response import Response

CAP_BYTES = 8 << 20
"""What one output of a cell embeds at most, all its media together."""

_LONGEST_TEXT = 300
_STYLE = "max-width:100%;max-height:24em"
_TAGS = {"video": "video", "image": "img", "audio": "audio"}


def media_html(media: Media) -> str:
    """A medium as a player, a picture, or a sentence."""
    return _shown(media, CAP_BYTES)[0]


def response_html(response: Response) -> str:
    """All outputs of a response, and under them what is known about the job."""
    left, parts = CAP_BYTES, []
    for media in response.outputs:
        part, used = _shown(media, left)
        parts.append(part)
        left -= used
    return "".join([*parts, _facts(response)])


def _shown(media: Media, cap: int) -> tuple[str, int]:
    """The HTML of a medium, and how many bytes of content it embeds."""
    if media.scheme in ("bytes", "data"):
        return _embedded(media, cap)
    tag = _TAGS.get((_type_of(media) or "").partition("/")[0])
    if tag and _is_public(media):
        return _figure(_player(tag, str(media.source)), media), 0
    return _figure(f"<em>{escape(_how_to_save(media))}</em>", media), 0


def _embedded(media: Media, cap: int) -> tuple[str, int]:
    size = _size_of(media)
    kind = _type_of(media) or ""
    tag = _TAGS.get(kind.partition("/")[0])
    if tag is None or size > cap:
        return _figure(f"<em>{size} bytes in memory; write them to a file with save(…).</em>", media), 0
    if isinstance(media.source, bytes):
        address = f"data:{kind};base64,{base64.b64encode(media.source).decode()}"
    else:
        address = str(media.source)
    return _figure(_player(tag, address), media), size


def _size_of(media: Media) -> int:
    """The size in bytes of what is in memory; that of a data URI counted as it is written."""
    return len(media.source) if isinstance(media.source, (bytes, str)) else 0


def _type_of(media: Media) -> str | None:
    """The media type: told, shown by the first bytes, or by the end of the address."""
    if media.scheme == "data":
        head = str(media.source)[5:].partition(",")[0]
        return head.partition(";")[0].lower()
    if media.content_type:
        return media.content_type
    if isinstance(media.source, bytes):
        from tarash_core.engine.measure import sniff

        return sniff(media.source[:512])
    from tarash_core.fields.forms import guess_type

    return guess_type(media.url or "") or (f"{media.job.kind}/*" if media.job else None)


def _is_public(media: Media) -> bool:
    from tarash_core.engine.opening import MOCK_ORIGIN

    is_here = (media.url or "").startswith(MOCK_ORIGIN)
    return media.scheme == "http" and not (media.authenticated or is_here or _is_over(media))


def _is_over(media: Media) -> bool:
    from tarash_core.models.job import now

    return media.expires_at is not None and media.expires_at <= now()


def _how_to_save(media: Media) -> str:
    if media.scheme == "path":
        return "A file on this machine."
    if _is_over(media):
        return "The provider serves this address no longer; refresh_job(media.job) may give another one."
    if media.scheme == "http":
        return "A browser cannot fetch this; keep it with save(…), or show it with Media(media.read())."
    return "The provider's own address; only the provider can read it."


def _player(tag: str, address: str) -> str:
    source = f'src="{escape(address)}" style="{_STYLE}" referrerpolicy="no-referrer"'
    if tag == "img":
        return f'<img {source} alt="">'
    return f'<{tag} {source} controls preload="metadata"></{tag}>'


def _figure(content: str, media: Media) -> str:
    return f"<figure>{content}<figcaption>{escape(_caption(media))}</figcaption></figure>"


def _caption(media: Media) -> str:
    """Where a medium is, without folder and query, and what is known about it."""
    from tarash_core.engine.redaction import describe_media

    where = media.source.name if media.scheme == "path" else describe_media(media)  # type: ignore[union-attr]
    parts = [_cut(where)]
    if media.width and media.height:
        parts.append(f"{media.width}×{media.height}")
    if media.duration_seconds:
        parts.append(f"{media.duration_seconds:g} s")
    if media.expires_at is not None and media.scheme == "http":
        parts.append(f"served until {media.expires_at:%Y-%m-%d %H:%M} UTC")
    return " · ".join(parts)


def _facts(response: Response) -> str:
    job = response.job
    model = f"{job.provider}/{job.model}" if job else None
    usd = response.cost.usd if response.cost else None
    tried = response.execution_metadata.total_attempts
    rows = [
        ("status", f"{response.status}, by the mock" if response.is_mock else response.status),
        ("model", model),
        ("request", response.request_id),
        ("cost", None if usd is None else f"{usd} USD"),
        ("attempts", str(tried) if tried > 1 else None),
        *((notice.code, notice.message) for notice in response.notices),
    ]
    return _table((name, value) for name, value in rows if value)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = (f"<tr><th>{escape(_short(name))}</th><td>{escape(_short(value))}</td></tr>" for name, value in rows)
    return f"<table>{''.join(cells)}</table>"


def _short(text: str) -> str:
    from tarash_core.engine.redaction import redact_text

    return _cut(redact_text(text))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def percent_html(percent: float | None) -> str:
    """A bar; one without an end where the percentage is not known."""
    known = percent is not None and math.isfinite(percent)
    return f'<progress max="100" value="{percent:.0f}"></progress>' if known else "<progress></progress>"
