"""Reading a prediction: the one JSON object that answers submit, poll, cancel and webhook alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarash_core.errors import ValidationError
from tarash_core.models.cost import Cost
from tarash_core.plugins import charged_of, leaves_of, updates
from tarash_replicate.codes import NO_FILE, STATES
from tarash_replicate.errors import billed_seconds, error_of_failure

ORIGIN = "https://api.replicate.com"
KEPT_SECONDS = 3600.0
"""Files of predictions made through the API are deleted after one hour."""


def update_of(prediction: Mapping[str, Any]) -> updates.Update:
    """What a prediction says about its job; a status that nobody knows is a running one."""
    status = str(prediction.get("status"))
    return updates.update_by(
        STATES,
        status,
        prediction,
        done=lambda: _finished(prediction),
        failed=lambda: error_of_failure(prediction),
        logs=str(prediction.get("logs") or ""),
        # A deadline aborts before the start, which is free.
        charged="no" if status == "aborted" else charged_of(billed_seconds(prediction)),
    )


def _finished(prediction: Mapping[str, Any]) -> updates.Update:
    output, seconds = prediction.get("output"), billed_seconds(prediction)
    if prediction.get("data_removed") is True or output in (None, "", [], {}):
        return updates.Expired(raw=prediction)
    if not (outputs := outputs_of(output)):
        return updates.Failed(error_of_failure(prediction, NO_FILE), raw=prediction)
    cost = None if seconds is None else Cost(seconds, "seconds")
    return updates.Done(*outputs, cost=cost, audio_url=audio_url_of(output), raw=prediction)


def outputs_of(output: Any) -> tuple[updates.Output, ...]:
    """The files in an output: a text, a list or an object of URLs and data URIs, however nested.

    An object's sound stands last, so that its clip is the first output.
    """
    leaves = sorted(leaves_of(output), key=_is_sound)
    return tuple(made for _, value in leaves if (made := _output(value)) is not None)


def audio_url_of(output: Any) -> str | None:
    """The URL of the sound in an object that holds one beside its clip."""
    return next((file.url for leaf in filter(_is_sound, leaves_of(output)) for file in outputs_of(leaf[1])), None)


def _is_sound(leaf: tuple[tuple[str, ...], Any]) -> bool:
    return "audio" in ".".join(leaf[0]).lower()


def _output(value: Any) -> updates.Output | None:
    if not isinstance(value, str) or not value.startswith(("https://", "http://", "data:")):
        return None
    # Result files stand on replicate.delivery and need no key; only a file of the API itself does.
    is_signed = value.startswith(f"{ORIGIN}/")
    try:
        return updates.Output.at(value, expires_in_seconds=KEPT_SECONDS, authenticated=is_signed)
    except ValidationError:
        return None
