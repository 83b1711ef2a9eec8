"""What may be written down: a sentence without the prompt, a receipt without media."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tarash_core.engine.redaction import HIDDEN, redact_text
from tarash_core.models.job import Job
from tarash_core.models.plan import Plan

_LONGEST = 4096
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
NO_BYTES = "bytes_not_included"


def texts_of(plan: Plan) -> tuple[str, ...]:
    """What the user wrote: the prompts, and every text of several words in the payload; the longest first."""
    found = {*_prompts(plan), *(text for text in _texts(plan.payload) if " " in text.strip())}
    return tuple(sorted(found, key=len, reverse=True))


def _prompts(plan: Plan) -> list[str]:
    request = plan.request
    return [text for name in ("prompt", "negative_prompt") if (text := getattr(request, name, None))]


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


def receipt(job: Job, plan: Plan | None) -> str:
    """The job as JSON, without what no later wait needs: the vendor's raw answer, bytes, and texts of the user's.

    Args:
        job: The job.
        plan: What was asked for; None when that is unknown.
    """
    plain = job.to_dict()
    if "result" in plain:
        plain["result"] = {"outputs": [_without_bytes(output) for output in plain["result"].get("outputs", ())]}
    text = _to_json(plain)
    if len(text) <= _LONGEST and "data:" not in text and (plan is None or not _repeats(text, plan)):
        return text
    return _to_json(_lean(plain, () if plan is None else texts_of(plan)))


def _repeats(text: str, plan: Plan) -> bool:
    """Whether a text of the user's may stand in a JSON text, which has a space only where a value has one."""
    return any(_to_json(given) in text for given in (texts_of(plan) if " " in text else _prompts(plan)))


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
