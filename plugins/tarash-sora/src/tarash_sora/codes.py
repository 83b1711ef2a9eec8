"""The words of OpenAI, and of those who speak its API, as data: states of a job, and error codes (dossier sora.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tarash_core import errors
from tarash_core.plugins import Cancelled, Done, Expired, Failed, Meaning, Queued, Running, States

STATES: States = {
    **dict.fromkeys(("queued", "pending"), Queued),
    **dict.fromkeys(("in_progress", "processing", "running"), Running),
    **dict.fromkeys(("completed", "succeeded", "done"), Done),
    **dict.fromkeys(("failed", "error"), Failed),
    **dict.fromkeys(("cancelled", "canceled", "deleted"), Cancelled),
    "expired": Expired,
}

_HTTP, _KEY, _CONTENT = errors.HTTPError, errors.AuthenticationError, errors.ContentModerationError
REWORD = Meaning(_CONTENT, "change the prompt or the inputs", False)
_PAY = Meaning(errors.InsufficientCreditsError, "add credit or raise the limit, or use another account", False)
_INPUT = Meaning(_HTTP, "check the inputs", False)
FAILED = Meaning(errors.GenerationFailedError, "look at raw_response", charged="unknown")

CODES: Mapping[str, Meaning] = {
    "moderation_blocked": REWORD,
    "content_policy_violation": REWORD,
    "sentinel_block": REWORD,
    "invalid_type": _INPUT,
    "invalid_value": _INPUT,
    "invalid_api_key": Meaning(_KEY, "check the key", False),
    "model_not_found": Meaning(_HTTP, "check the model, which may be retired, and the host", False),
    "rate_limit_exceeded": Meaning(errors.RateLimitError, "send less often", True),
    "insufficient_quota": _PAY,
    "billing_hard_limit_reached": _PAY,
    "conflict": Meaning(_HTTP, "try again", True),
    "server_error": Meaning(_HTTP, "try again", True),
}
"""Every documented code; a type of that name counts where there is no code."""

BY_STATUS = {409: "conflict", 429: "rate_limit_exceeded"}
BLOCKED = re.compile(
    r"moderation|content polic|safety (system|filter)|responsible ai|prohibited|sensitive", re.IGNORECASE
)
