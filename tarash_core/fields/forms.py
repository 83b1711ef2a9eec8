"""The forms in which a medium can go to a model: which of them a given medium can take, and how one is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tarash_core.fields import values
from tarash_core.models.limits import ImageLimits
from tarash_core.models.media import Media
from tarash_core.models.plan import MediaForm, MediaLeaf

_CONTENT = ("url", "data_uri", "base64", "file")
_TYPES = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif",
    "mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm", "mkv": "video/x-matroska",
    "mp3": "audio/mpeg", "wav": "audio/wav", "m4a": "audio/mp4", "ogg": "audio/ogg", "flac": "audio/flac",
}  # fmt: skip


def usable_forms(media: Media, forms: Sequence[MediaForm], provider: str) -> tuple[MediaForm, ...]:
    """The forms that this medium can take, the preferred one first."""
    return tuple(form for form in forms if _can(media, form.kind, provider))


def _can(media: Media, kind: str, provider: str) -> bool:
    if kind == "job_id":
        return media.job is not None and media.job.provider == provider
    if kind in _CONTENT:
        return media.scheme in ("http", "data", "bytes", "path")
    return media.scheme == kind


def write_media(media: Media, forms: Sequence[MediaForm], field: str, limits: ImageLimits | None = None) -> Any:
    """An address or the id of an earlier job, written at once in the first form that takes it; else a hole to fill."""
    for form in forms:
        value = _final(media, form.kind)
        if value is not None:
            return write_form(form, value, media.content_type or guess_type(media.url or ""))
    return MediaLeaf(media, tuple(forms), field, limits)


def _final(media: Media, kind: str) -> str | None:
    """What a form writes without reading or fetching anything; no vendor can use an address that needs our key."""
    if kind == "job_id":
        return media.job.id if media.job else None
    plain = kind == "url" and media.scheme == "http" and not media.authenticated
    return media.url if plain or kind == media.scheme else None


def guess_type(url: str) -> str | None:
    """The media type that the end of an address tells; None if it tells none."""
    name = url.split("?", 1)[0].split("#", 1)[0].rsplit("/", 1)[-1]
    return _TYPES.get(name.rsplit(".", 1)[-1].lower()) if "." in name else None


def write_form(form: MediaForm, value: Any, content_type: str | None = None) -> Any:
    """What a form writes: the bare value, or its object with ``"$value"`` and ``"$content_type"`` filled.

    A key whose content type is not known is left out.
    """
    return value if form.write is None else _filled(form.write, {"$value": value, "$content_type": content_type})


def _filled(template: Any, holes: Mapping[str, Any]) -> Any:
    if isinstance(template, Mapping):
        pairs = ((key, _filled(part, holes)) for key, part in template.items())
        return {key: part for key, part in pairs if part is not None}
    if isinstance(template, (list, tuple)):
        return [_filled(part, holes) for part in template]
    return holes[template] if isinstance(template, str) and template in holes else template


def allowed_forms(forms: Sequence[MediaForm]) -> str:
    """The forms in words."""
    return values.listed(form.kind for form in forms)
