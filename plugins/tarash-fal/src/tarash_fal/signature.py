"""The signature of fal's callbacks: Ed25519 over ids, time and a hash of the body (dossier fal.md, section 8)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from tarash_core.errors import WebhookError
from tarash_core.plugins.key_sets import signed_by

NAMES = ("request-id", "user-id", "timestamp", "signature")
PREFIX = "x-fal-webhook-"


def message(request_id: str, user_id: str, timestamp: str, body: bytes) -> bytes:
    """The text that fal signs."""
    return "\n".join((request_id, user_id, timestamp, hashlib.sha256(body).hexdigest())).encode()


def check(given: Mapping[str, str], body: bytes, key_set: Any) -> None:
    """Returns only if one key of fal's JSON Web Key Set has signed the body.

    Args:
        given: The signed headers by their short names, ``NAMES``.
        body: The body as it arrived.
        key_set: fal's keys.

    Raises:
        WebhookError: No key fits.
        PluginError: The package ``cryptography`` is not installed.
    """
    request_id, user_id, timestamp, written = (given[name] for name in NAMES)
    try:
        signature = bytes.fromhex(written)
    except ValueError:
        signature = b""
    if not signed_by(key_set, message(request_id, user_id, timestamp, body), signature):
        raise WebhookError("No key of fal's has signed this callback; refuse it.")
