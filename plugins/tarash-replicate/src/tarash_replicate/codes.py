"""Replicate's words as data: states, refusals and failures, with our class, the way out, and whether to try again."""

from __future__ import annotations

from tarash_core import errors
from tarash_core.plugins import Cancelled, Done, Failed, Meaning, Queued, Running, States

STATES: States = {
    "starting": Queued, "processing": Running, "succeeded": Done, "failed": Failed, "canceled": Cancelled,
    "aborted": Cancelled,
}  # fmt: skip

_HTTP, _CONTENT, _FAILED = errors.HTTPError, errors.ContentModerationError, errors.GenerationFailedError

RATE = Meaning(errors.RateLimitError, "send less often", True, (429,))
VERSION = Meaning(
    _HTTP, "name an existing version, owner/name:<64 hex digits>, or leave the version out", None, (422,), "version"
)
REFUSALS = (
    RATE,
    VERSION,
    Meaning(errors.InsufficientCreditsError, "new credit takes some minutes to count", None, (402,)),
    Meaning(_HTTP, "check the model id: owner/name, owner/name:<version>, or deployments/owner/name", None, (404,)),
)
"""Refused purchases, by status and title; whatever else is refused, the status tells."""

_REWORD = Meaning(_CONTENT, "change the prompt or the inputs", False)

NO_FILE = "it answered with text instead of a file"
"""Our words for a success without one."""

# Codes of four digits are documented by Replicate; E003 to E005 come from the models behind its proxy.
FAILURES = (
    Meaning(_FAILED, "use a model that makes videos or images", False, words=f"^{NO_FILE}$", charged="yes"),
    _REWORD._replace(words=r"\bE005\b"),
    Meaning(_CONTENT, "change the prompt, or try another seed", False, words=r"\bnsfw\b"),
    Meaning(_FAILED, "ask for something smaller", False, words=r"\bE1001\b|out of memory"),
    Meaning(_FAILED, "give webhook_url a full https URL", False, words=r"\bE4875\b"),
    Meaning(_FAILED, "try again", True, words=r"\bE1000\b|\bE6716\b|code: PA\b"),
    Meaning(_FAILED, "try again in a while", True, words=r"\bE00[34]\b"),
    _REWORD._replace(words=r"safety|(?<!case[- ])sensitive|moderat|\bpolic(y|ies)\b|flagged"),
)
ANY = Meaning(_FAILED, "try again, or change the inputs", True)
