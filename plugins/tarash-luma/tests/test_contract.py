"""The contract, with every error that the dossier (luma.md, section 6) documents."""

from __future__ import annotations

from typing import Any

from tarash_luma import provider

from tarash_core.errors import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    InsufficientCreditsError,
    RateLimitError,
    TarashException,
)
from tarash_core.testing import Documented, ProviderContract

FRAMES = [{"image": f"https://files.example/{name}.png", "type": "reference"} for name in "ab"]
KEYED: dict[str, Any] = {"prompt": "A fox", "image_list": FRAMES, "extra_params": {"keyframe_indexes": [0, 120]}}
HTML = {"content-type": "text/html"}
LISTED = [{"loc": ["body", "model"], "msg": "Field required", "type": "missing"}]

DREAM_MACHINE: list[tuple[int, str, type[TarashException]]] = [
    (400, "Prompt is required", HTTPError),
    (400, "Prompt is too short, minimum length is 3 characters", HTTPError),
    (400, "Prompt is too long, maximum length is 5000 characters", HTTPError),
    (400, "Loop is not supported for end frame", HTTPError),
    (400, "Loop is not supported for keyframes", HTTPError),
    (400, "Loop is not supported for extend reverse", HTTPError),
    (400, "Loop is not supported for interpolate", HTTPError),
    (400, "No keyframes provided", HTTPError),
    (400, "Unknown request type", HTTPError),
    (400, "Insufficient credits", InsufficientCreditsError),
    (400, "Contains blacklisted words", ContentModerationError),
    (400, "Prompt not allowed: contains IP", ContentModerationError),
    (401, "Invalid API key is provided", AuthenticationError),
    (403, "Invalid API key is provided", AuthenticationError),
    (404, "Generation not found", HTTPError),
]
AGENTS: list[tuple[int, str, type[TarashException]]] = [
    (400, "Unknown model: X", HTTPError),
    (400, "Type 'video' is not supported for model 'uni-1'", HTTPError),
    (400, "Invalid aspect_ratio '4:3'. Valid: 16:9", HTTPError),
    (400, "Prompt must be between 1 and 6000 characters", HTTPError),
    (400, "image_ref[0]: provide either 'url' or 'data', not both", HTTPError),
    (400, "source is required for type 'image_edit'", HTTPError),
    (400, "image_ref[0]: 'media_type' is required with 'data'", HTTPError),
    (401, "Missing or invalid API key", AuthenticationError),
    (401, "Invalid API key", AuthenticationError),
    (401, "API key has been revoked", AuthenticationError),
    (401, "API key has expired", AuthenticationError),
    (402, "Insufficient credits. Please add credits to continue", InsufficientCreditsError),
    (403, "API client is suspended", AuthenticationError),
    (403, "API client is deactivated", AuthenticationError),
    (413, "Image exceeds 50 MB size limit", HTTPError),
    (422, "image_ref[0]: invalid base64 data", HTTPError),
    (422, "image_ref[0]: failed to fetch URL (HTTP 404)", HTTPError),
    (422, "image_ref[0]: content-type is not an image", HTTPError),
    (429, "Rate limit exceeded", RateLimitError),
    (429, "Too many concurrent jobs", RateLimitError),
    (502, "Upstream service unavailable", HTTPError),
    (503, "Image URL ingestion unavailable", HTTPError),
    # of tomorrow
    (418, "a new trouble", HTTPError),
    (500, "a new trouble", HTTPError),
]


def told(status: int, detail: str, raises: type[TarashException]) -> Documented:
    """An error in Luma's own words; a server's trouble is doubtful, unless it could not fetch the inputs."""
    charged = "unknown" if status in (500, 502) else "no"
    body, is_passing = {"detail": detail}, status == 429 or status >= 500
    return Documented(f"{status} {detail}", status, body, raises, retryable=is_passing, charged=charged, says=detail)


class TestLuma(ProviderContract):
    provider = provider
    samples = ("ray-3.2", "ray-2", "uni-1", "photon-1")
    requests = {"ray-3.2": [KEYED, {**KEYED, "video": "https://files.example/a.mp4", "mode": "edit-video"}]}
    documented_errors = (
        *(told(*row) for row in (*DREAM_MACHINE, *AGENTS)),
        Documented("the validator's list", 422, {"detail": LISTED}, HTTPError, says="422"),
        Documented("a proxy's page", 502, "<html></html>", HTTPError, retryable=True, charged="unknown", headers=HTML),
        Documented("another shape", 401, {"error": {"message": "who are you"}}, AuthenticationError, says="who are"),
        Documented("a list", 400, ["no"], HTTPError, says="400"),
        Documented("no words", 400, "", HTTPError, says="400"),
    )
