"""fal's words for its errors as data: statuses, repetition, and our classes (dossier fal.md, section 6)."""

from __future__ import annotations

import re

from tarash_core import errors
from tarash_core.plugins import Meaning

MODEL_TYPES: dict[str, tuple[int, bool]] = {
    "internal_server_error": (500, True),
    "generation_timeout": (504, True),
    "downstream_service_error": (500, True),
    "downstream_service_unavailable": (500, True),
    "content_policy_violation": (422, False),
    "no_media_generated": (422, True),
    "image_too_small": (422, False),
    "image_too_large": (422, False),
    "image_load_error": (422, False),
    "unsupported_image_format": (422, False),
    "file_download_error": (422, True),
    "file_too_large": (422, False),
    "invalid_archive": (422, False),
    "face_detection_error": (422, False),
    "feature_not_supported": (422, False),
    "unsupported_audio_format": (422, False),
    "unsupported_video_format": (422, False),
    "audio_duration_too_long": (422, False),
    "audio_duration_too_short": (422, False),
    "video_duration_too_long": (422, False),
    "video_duration_too_short": (422, False),
}
"""The models' own error types: the documented status, and whether the same request may succeed later.

Any other type is one of the validator's (``missing``, ``literal_error``, ``greater_than`` …): 422, refused before any
work.
"""

PLATFORM_TYPES: dict[str, tuple[int, bool]] = {
    "request_timeout": (504, True),
    "startup_timeout": (504, True),
    "runner_scheduling_failure": (503, True),
    "runner_connection_timeout": (503, True),
    "runner_disconnected": (503, True),
    "runner_connection_refused": (503, True),
    "runner_connection_error": (503, True),
    "runner_incomplete_response": (502, True),
    "runner_server_error": (500, True),
    "client_disconnected": (499, False),
    "client_cancelled": (499, False),
    "bad_request": (400, False),
    "internal_error": (500, True),
}
"""The platform's error types, likewise."""

TYPES = {**MODEL_TYPES, **PLATFORM_TYPES}

_HTTP, _KEY = errors.HTTPError, errors.AuthenticationError
MODERATED = Meaning(errors.ContentModerationError, "change the prompt or input")
CANCELLED = Meaning(errors.JobCancelledError, "submit it again if it is still wanted")
_NO_CREDIT = Meaning(errors.InsufficientCreditsError, "add some credit to the account")
KINDS = (
    _NO_CREDIT._replace(status=(402,)),
    _NO_CREDIT._replace(status=(403,), words="balance|top.?up|credit"),
    Meaning(_KEY, "check the key and its account", status=(401, 403)),
    Meaning(errors.RateLimitError, "send less often", status=(429,)),
    CANCELLED._replace(status=(499,)),
)
"""Statuses that mean the same in every phase."""

REFUSED = Meaning(_HTTP, "the request failed")
INPUT = Meaning(_HTTP, "check the input")
FAILED = Meaning(errors.GenerationFailedError, "try again, or change the input")
CANCELLED_TYPES = ("client_cancelled", "client_disconnected")
FLAGGED = re.compile(r"\b(flagged|safety|sensitive|moderation|nsfw|content policy)\b", re.IGNORECASE)
