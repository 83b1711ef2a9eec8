"""fal's words for its errors, as data: status, and whether a repetition may succeed (dossier fal.md, section 6)."""

from __future__ import annotations

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
