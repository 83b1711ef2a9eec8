"""What may be written down: a sentence without the prompt, a receipt without media."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tarash_core.engine.redaction import HIDDEN, redact_text
from tarash_core.models.job import Job
from tarash_core.models.plan import Plan

_LONGEST = 4096
_to_json = json.JSONEncoder(ensure_ascii=False).encode
NO_BYTES = "bytes_not_included"


def texts_of(plan: Plan) -> tuple[str, ...]:
    """What the user wrote: the prompts, and every text of several words in the payload; the longest first."""
    request = plan.request
    given = {getattr(request, name, None) for name in ("prompt", "negative_prompt")}
    found = {*given, *(text for text in _texts(plan.payload) if " " in text.strip())}
    return tuple(sorted((text for text in found if text), key=len, reverse=True))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


def sentence(message: str | None, texts: tuple[str, ...] | None) -> str | None:
    """An error's sentence without secrets and without the prompt; None where a part of it might remain.

    Args:
        message: The sentence, which may hold the vendor's own words.
        texts: What the user wrote; None when that is unknown, as for a job that another process bought.
    """
    if message is None or texts is None:
        return None
    shown = " ".join(redact_text(message).split())
    for text in texts:
        shown = shown.replace(" ".join(text.split()), HIDDEN)
    return None if any(_echoes(shown.lower(), text.lower().split()) for text in texts) else shown


def _echoes(shown: str, words: list[str]) -> bool:
    """Whether three words of the text stand in the sentence one after the other."""
    return any(" ".join(three) in shown for three in zip(words, words[1:], words[2:], strict=False))


def receipt(job: Job, texts: tuple[str, ...] = ()) -> str:
    """The job as JSON, without what no later wait needs: the vendor's raw answer, bytes, and texts of the user's."""
    plain = job.to_dict()
    if "result" in plain:
        plain["result"] = {"outputs": [_without_bytes(output) for output in plain["result"].get("outputs", ())]}
    text = _to_json(plain)
    suspect = len(text) > _LONGEST or "data:" in text or any(_to_json(item) in text for item in texts)
    return _to_json(_lean(plain, texts)) if suspect else text


def _without_bytes(output: Mapping[str, Any]) -> dict[str, Any]:
    if not str(output.get("url", "")).startswith("data:"):
        return dict(output)
    return {**{name: value for name, value in output.items() if name != "url"}, NO_BYTES: True}


def _lean(value: Any, texts: tuple[str, ...]) -> Any:
    """A copy in which no text is the user's, and none long enough for a file."""
    if isinstance(value, Mapping):
        return {name: _lean(item, texts) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_lean(item, texts) for item in value]
    if isinstance(value, str) and (len(value) > _LONGEST or value.startswith("data:") or value in texts):
        return HIDDEN
    return value
