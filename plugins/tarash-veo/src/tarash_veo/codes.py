"""Google's words as data: where files and reasons stand, states of a job, and errors (dossier veo.md)."""

from __future__ import annotations

import re

from tarash_core import errors
from tarash_core.plugins import Cancelled, Done, Failed, Meaning, Queued, Running, States

OUTPUT = "steps[type=model_output]"
_RESPONSES = ("response", "response.generateVideoResponse")
VIDEOS = (
    f"{OUTPUT}.content[type=video]",
    *(f"{at}.{name}" for at in _RESPONSES for name in ("videos", "generatedSamples.video", "generatedSamples")),
)
PICTURES = ("inlineData", "predictions")
REASONS = (
    "promptFeedback.blockReason",
    "promptFeedback.blockReasonMessage",
    "predictions.raiFilteredReason",
    *(f"{at}.raiMediaFilteredReasons" for at in _RESPONSES),
    "candidates.finishReason",
    "candidates.finishMessage",
    f"{OUTPUT}.content.text",
)
STATES: States = {
    "queued": Queued,
    "in_progress": Running,
    "completed": Done,
    "cancelled": Cancelled,
    **dict.fromkeys(("failed", "incomplete", "budget_exceeded"), Failed),
}
NO_MATTER_OF_CONTENT = (
    "", "STOP", "MAX_TOKENS", "MALFORMED_FUNCTION_CALL", "LANGUAGE", "IMAGE_OTHER", "OTHER", "NO_IMAGE",
)  # fmt: skip

_KEY, _CREDIT, _HTTP = errors.AuthenticationError, errors.InsufficientCreditsError, errors.HTTPError
_RATE, _CONTENT, _RETIRED = errors.RateLimitError, errors.ContentModerationError, errors.RetiredModelError

BLOCKED = (
    r"content_blocked|sensitive words|prohibited content|usage guidelines|responsible ai|support codes?:"
    r"|safety (filter|polic|setting)"
)
_REWORD = "change the prompt or the inputs"
TABLE = (
    Meaning(_CONTENT, _REWORD, False, (400,), BLOCKED),
    Meaning(_KEY, "check the key", False, (400,), r"api key not valid|API_KEY_INVALID"),
    Meaning(_CREDIT, "enable billing for the project", False, (400,), r"FAILED_PRECONDITION"),
    Meaning(_HTTP, "check the inputs", False, (400,)),
    Meaning(_KEY, "check the key, or the access token, which may have expired", False, (401,)),
    Meaning(_CREDIT, "add credit", False, (402,)),
    Meaning(_KEY, "check what the key or the account may do; a file needs the key that made it", False, (403,)),
    Meaning(_RETIRED, "choose another model", False, (404,), r"no longer available"),
    Meaning(_HTTP, "check the model, and that its location has it", False, (404,)),
    Meaning(_CREDIT, "enable billing: the free tier has no such model", False, (429,), r"limit: 0\b"),
    Meaning(_RATE, "send less often", True, (429,)),
    Meaning(_HTTP, "send it again", False, (499,)),
    Meaning(_HTTP, "try again", True, (500, 502, 503, 504)),
)
"""Every documented error; the first row that fits counts."""

UNKNOWN = Meaning(_HTTP, "look at raw_response", False)
MODERATED = Meaning(_CONTENT, _REWORD)
BROKEN = Meaning(errors.GenerationFailedError, "check the inputs, or try again", False)

# A poll sometimes gets these although the job lives (dossier, section 3).
PASSING = Meaning(_HTTP, "", words=r"API_KEY_SERVICE_BLOCKED|Multiple authentication credentials")
TRANSIENT = (8, 13, 14)

SUPPORT = re.compile(r"support codes?: ([\d, ]+)", re.IGNORECASE)
NOT_CHARGED = re.compile(r"not (been |be )?(charged|billed)", re.IGNORECASE)
