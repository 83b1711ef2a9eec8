{%- set queue = cookiecutter.api == 'queue' -%}
"""What the errors of {{ cookiecutter.title }} mean for the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarash_core import errors
from tarash_core.plugins import (
    HttpResponse,
    Meaning,
    Phase,
    billed,
    body_of,
    error_object,
    error_of_status,
{%- if queue %}
    failure_of,
{%- endif %}
    is_refusal,
    refusal_of,
{%- if queue %}
    words_of,
{%- endif %}
)

WHO = "{{ cookiecutter.title }}"

CODES: Mapping[str, Meaning] = {
    "content_policy": Meaning(errors.ContentModerationError, "change the prompt or the input", charged="no"),
    "generation_failed": Meaning(errors.GenerationFailedError, "try again", charged="no"),
}
"""The vendor's codes that say more than the HTTP status; any other error is read by its status."""


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer of 400 and above.

    Args:
        response: The answer; the vendor's JSON, or a proxy's page.
        phase: What the request was for.
    """
    meaning = CODES.get(_code(body_of(response)))
    error = refusal_of(response, meaning, WHO) if meaning else error_of_status(response, phase)
    return billed(error, phase, is_refusal(response))
{%- if queue %}


def error_of_failure(job: Mapping[str, Any]) -> errors.TarashException:
    """The error of a job that has failed; a code that nobody knows is a failure.

    Args:
        job: The job, as the vendor tells it.
    """
    code = _code(job)
    meaning = CODES.get(code, CODES["generation_failed"])
    return failure_of(meaning, WHO, words_of(job.get("error")), dict(job), code=code)
{%- endif %}


def _code(body: Any) -> str:
    return str(error_object(body).get("code", ""))
