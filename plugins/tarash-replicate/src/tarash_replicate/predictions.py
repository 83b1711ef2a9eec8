"""Reading a prediction: the one JSON object that answers submit, poll, cancel and webhook alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tarash_core.engine.redaction import redact
from tarash_core.errors import GenerationFailedError, ValidationError
from tarash_core.models.cost import Cost
from tarash_core.plugins import (
    Cancelled,
    Done,
    Expired,
    Failed,
    Output,
    Queued,
    Running,
    Update,
    charged_of,
    percent_in,
)
from tarash_replicate.errors import billed_seconds, error_of_failure

ORIGIN = "https://api.replicate.com"
KEPT_SECONDS = 3600.0
"""Files of predictions made through the API are deleted after one hour."""


def update_of(prediction: Mapping[str, Any]) -> Update:
    """What a prediction says about its job; a status that nobody knows is a running one."""
    status, logs = prediction.get("status"), str(prediction.get("logs") or "")
    lines = tuple(logs.splitlines())
    match status:
        case "starting":
            return Queued(logs=lines, raw=prediction)
        case "processing":
            return Running(percent=percent_in(logs), logs=lines, raw=prediction)
        case "succeeded":
            return _finished(prediction)
        case "failed":
            return Failed(error_of_failure(prediction), raw=prediction)
        case "canceled":
            return Cancelled(charged=charged_of(billed_seconds(prediction)), raw=prediction)
        case "aborted":  # ended by a deadline before it started, which is free
            return Cancelled(charged="no", raw=prediction)
        case _:
            return Running(percent=percent_in(logs), logs=lines, unknown_status=str(status), raw=prediction)


def _finished(prediction: Mapping[str, Any]) -> Update:
    output = prediction.get("output")
    if prediction.get("data_removed") is True or output in (None, "", [], {}):
        return Expired(raw=prediction)
    outputs = outputs_of(output)
    if not outputs:
        return Failed(_no_file(prediction), raw=prediction)
    seconds = billed_seconds(prediction)
    cost = None if seconds is None else Cost(seconds, "seconds")
    return Done(*outputs, cost=cost, audio_url=audio_url_of(output), raw=prediction)


def _no_file(prediction: Mapping[str, Any]) -> GenerationFailedError:
    return GenerationFailedError(
        "The model finished, but with text instead of a file; use a model that makes videos or images.",
        request_id=prediction.get("id"),
        raw_response=redact(dict(prediction)),
        retryable=False,
        charged="yes",
    )


def outputs_of(output: Any) -> tuple[Output, ...]:
    """The files in an output: a text, a list or an object of URLs and data URIs, however nested.

    An object's sound stands last, so that its clip is the first output.
    """
    leaves = sorted(_leaves(output), key=lambda leaf: leaf[0])
    return tuple(made for _, text in leaves if (made := _output(text)) is not None)


def audio_url_of(output: Any) -> str | None:
    """The URL of the sound in an object that holds one beside its clip."""
    return next((text for is_sound, text in _leaves(output) if is_sound and _is_url(text)), None)


def _leaves(value: Any, is_sound: bool = False) -> Iterator[tuple[bool, str]]:
    """Every text in an output, and whether its key says that it is a sound."""
    if isinstance(value, str):
        yield is_sound, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, is_sound or "audio" in str(key).lower())
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, is_sound)


def _is_url(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def _output(text: str) -> Output | None:
    if _is_url(text):
        # Result files stand on replicate.delivery and need no key; only a file of the API itself does.
        return Output(text, expires_in_seconds=KEPT_SECONDS, authenticated=text.startswith(f"{ORIGIN}/"))
    if not text.startswith("data:"):
        return None
    try:
        return Output.at(text)
    except ValidationError:
        return None
