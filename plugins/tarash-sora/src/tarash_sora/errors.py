"""What the error codes of OpenAI, and of those who speak its API, mean in our tree (dossier sora.md, section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarash_core import errors
from tarash_core.plugins import HttpResponse, Meaning, Phase
from tarash_core.plugins.answers import body_of, error_object, values_at, words_of
from tarash_core.plugins.meanings import error_by, failure_of
from tarash_sora.codes import BLOCKED, BY_STATUS, CODES, FAILED, REWORD


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer with an error status.

    A purchase refused below 500 bought nothing, but for a picture that was made and then blocked. After trouble of the
    server nobody knows: there is no idempotency key, and no list of pictures to look it up in.

    Args:
        response: The answer; OpenAI's JSON, that of a server that speaks like it, or a proxy's page.
        phase: What the request was for.
    """
    told = error_object(body_of(response))
    code = _code_of(told, response.status)
    is_free = response.status < 500 and "output" not in values_at(told, "moderation_details.moderation_stage")
    id = response.headers.get("x-request-id")
    return error_by(response, phase, code, "The server", bought_nothing=is_free, request_id=id)


def _code_of(told: Mapping[str, Any], status: int = 0) -> Meaning | None:
    named = (told.get("code"), told.get("type"), BY_STATUS.get(status))
    return next((CODES[word] for word in named if isinstance(word, str) and word in CODES), None)


def error_of_failure(body: Mapping[str, Any]) -> errors.TarashException:
    """The error of a job that failed; whether one is charged is not documented.

    Args:
        body: The job. Its ``error`` is an object, a text or nothing.
    """
    told = error_object(body)
    said, code = words_of(dict(told)) or "no words", _code_of(told)
    blocked = code is REWORD or (code is None and BLOCKED.search(said))
    return failure_of(
        REWORD if blocked else FAILED, "The server", said, dict(body), code=told.get("code"), charged="unknown"
    )
