"""The codec of Gemini's image models, ``generateContent``, and of Imagen's ``predict`` (dossier veo.md, 2C and 4C)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tarash_core.errors import TarashException
from tarash_core.plugins import Done, HttpRequest, Output, Steps
from tarash_veo.answers import output_of, without_bytes
from tarash_veo.errors import failure_of, moderated
from tarash_veo.vertex import authorized

_BROKEN = ("", "STOP", "MAX_TOKENS", "MALFORMED_FUNCTION_CALL", "LANGUAGE", "IMAGE_OTHER", "OTHER", "NO_IMAGE")
"""Ends without a picture that are no matter of content."""


def submit(url: str, payload: Mapping[str, Any]) -> Steps[Done]:
    """Buys a picture, which comes within the answer.

    Raises:
        ContentModerationError: Google refused the prompt or the picture.
        GenerationFailedError: It made none.
    """
    response = yield from authorized(HttpRequest("POST", url, json=payload, effect="buy"))
    told = response.json()
    outputs = [*_pictures(told)]
    if not outputs:
        raise _without_picture(told)
    return Done(*outputs, raw=without_bytes(told))


def _candidates(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item for item in told.get("candidates") or () if isinstance(item, Mapping)]


def _parts(told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parts of the answer; what the model thought on the way is none."""
    for candidate in _candidates(told):
        yield from (part for part in (candidate.get("content") or {}).get("parts") or () if not part.get("thought"))


def _pictures(told: Mapping[str, Any]) -> Iterator[Output]:
    """The pictures of ``generateContent``, or the predictions of Imagen."""
    for part in _parts(told):
        inline = part.get("inlineData")
        if inline:
            yield output_of(None, inline.get("data"), inline.get("mimeType"))
    for item in told.get("predictions") or ():
        if item.get("bytesBase64Encoded"):
            yield output_of(None, item["bytesBase64Encoded"], item.get("mimeType"))


def _without_picture(told: Mapping[str, Any]) -> TarashException:
    """The error for an answer without a picture, with every word that Google has about it."""
    raw = without_bytes(told)
    blocked = told.get("promptFeedback") or {}
    if blocked.get("blockReason"):
        return moderated(_joined(blocked["blockReason"], blocked.get("blockReasonMessage")), raw)
    filtered = [
        str(item["raiFilteredReason"]) for item in told.get("predictions") or () if item.get("raiFilteredReason")
    ]
    if filtered:
        return moderated("; ".join(filtered), raw)
    reason = next((str(item["finishReason"]) for item in _candidates(told) if item.get("finishReason")), "")
    words = _joined(reason, *(item.get("finishMessage") for item in _candidates(told)), *map(_text, _parts(told)))
    if reason in _BROKEN:
        return failure_of({"message": f"the answer holds no picture ({words or 'and no words'})"}, raw, "unknown")
    return moderated(words, raw)


def _text(part: Mapping[str, Any]) -> str:
    return str(part.get("text") or "")


def _joined(*words: Any) -> str:
    return ": ".join(str(word) for word in words if word)
