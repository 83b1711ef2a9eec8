"""Filling the holes of a planned payload: files are read, encoded, uploaded or fetched before any money moves."""

from __future__ import annotations

import base64
import mimetypes
from pathlib import Path
from typing import Any

from tarash_core import errors
from tarash_core.engine import delivery
from tarash_core.engine.access import Access
from tarash_core.engine.asks import Flow
from tarash_core.engine.clocks import Deadline
from tarash_core.engine.exchange import Line, converse
from tarash_core.engine.measure import measure, sniff
from tarash_core.fields.payload import fill_leaves, leaves_of, write_form
from tarash_core.models.media import Media
from tarash_core.models.plan import MediaForm, MediaLeaf, Plan
from tarash_core.plugins.http import FilePart

_LOCAL = ("data_uri", "base64", "file")


def filled(access: Access, plan: Plan, deadline: Deadline) -> Flow[Plan]:
    """The plan with every medium in a form that its wire field takes.

    Raises:
        ValidationError: A file cannot be read.
        TarashException: An upload or a fetch failed; nothing was bought.
    """
    leaves = leaves_of(plan.payload)
    if not leaves:
        return plan
    values: dict[int, Any] = {}
    for leaf in leaves:
        values[id(leaf)] = yield from _value(access, leaf, deadline)
    return plan.replace(payload=fill_leaves(plan.payload, lambda leaf: values[id(leaf)]))


def _value(access: Access, leaf: MediaLeaf, deadline: Deadline) -> Flow[Any]:
    media = yield from _at_hand(access, leaf, deadline)
    content = b"".join(media.chunks())
    _check_limits(leaf, content)
    kind = content_type_of(media, content)
    form = _form(access, leaf, len(content))
    if form.kind == "url":
        line = Line(access=access, phase="upload", deadline=deadline)
        local = Media(content, content_type=kind)
        return write_form(form, (yield from converse(line, access.provider.upload(local))), kind)
    return write_form(form, _encoded(form.kind, content, kind, media), kind)


def _at_hand(access: Access, leaf: MediaLeaf, deadline: Deadline) -> Flow[Media]:
    """The medium with its bytes here; a URL that the field does not take is fetched first."""
    if leaf.media.scheme != "http":
        return leaf.media
    content = yield from delivery.read(leaf.media, access, deadline=deadline)
    return Media(content, content_type=leaf.media.content_type)


def _check_limits(leaf: MediaLeaf, content: bytes) -> None:
    limits = leaf.limits
    if limits is None:
        return
    found = measure(content)
    size = (found.width, found.height) if found and found.width and found.height else None
    if limits.fit_bytes(len(content)) and (size is None or limits.fit(*size)):
        return
    shown = f"{size[0]}x{size[1]} pixels, {len(content):,} bytes" if size else f"{len(content):,} bytes"
    raise errors.UnsupportedParameterError(
        f"{leaf.field} is an image of {shown}, and the model takes: {limits}; resize it.",
        field=leaf.field,
        value=shown,
        allowed=str(limits),
        charged="no",
    )


def _form(access: Access, leaf: MediaLeaf, size: int) -> MediaForm:
    """The first form that works for a local file; a small one goes inline where the field takes that."""
    inline = next((form for form in leaf.forms if form.kind == "data_uri"), None)
    if inline is not None and size <= access.provider.inline_limit_bytes:
        return inline
    for form in leaf.forms:
        if form.kind in _LOCAL or (form.kind == "url" and access.provider.can("upload")):
            return form
    taken = ", ".join(form.kind for form in leaf.forms)
    raise errors.UnsupportedParameterError(
        f"{leaf.field} takes no local file with {access.provider.name}, only: {taken}.", field=leaf.field, allowed=taken
    )


def _encoded(kind: str, content: bytes, content_type: str, media: Media) -> Any:
    if kind == "file":
        name = media.source.name if isinstance(media.source, Path) else "file" + (_suffix(content_type))
        return FilePart(content, content_type, name)
    text = base64.b64encode(content).decode()
    return text if kind == "base64" else f"data:{content_type};base64,{text}"


def _suffix(content_type: str) -> str:
    return mimetypes.guess_extension(content_type) or ""


def content_type_of(media: Media, content: bytes) -> str:
    """The media type: what the caller says, what the bytes show, what the name suggests."""
    if media.content_type:
        return media.content_type
    if media.scheme == "data" and isinstance(media.source, str):
        return media.source[5:].split(",", 1)[0].split(";", 1)[0] or "application/octet-stream"
    guessed = mimetypes.guess_type(media.source.name)[0] if isinstance(media.source, Path) else None
    return sniff(content[:64]) or guessed or "application/octet-stream"
