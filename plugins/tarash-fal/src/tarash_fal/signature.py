"""The signature of fal's callbacks: Ed25519 over ids, time and a hash of the body (dossier fal.md, section 8)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tarash_core.errors import WebhookError
from tarash_core.plugins import Headers
from tarash_core.plugins.key_sets import signed_by
from tarash_core.plugins.standard_webhooks import check_age

NAMES = ("request-id", "user-id", "timestamp", "signature")
PREFIX = "x-fal-webhook-"


def message(request_id: str, user_id: str, timestamp: str, body: bytes) -> bytes:
    """The text that fal signs."""
    return "\n".join((request_id, user_id, timestamp, hashlib.sha256(body).hexdigest())).encode()


def fresh(headers: Headers, now: datetime) -> dict[str, str]:
    """The signed headers of a callback by their short names.

    Raises:
        WebhookError: One is missing, or the callback is more than five minutes old.
    """
    given = {name: headers.get(PREFIX + name, "") for name in NAMES}
    if missing := [name for name in NAMES if not given[name]]:
        raise WebhookError(f"The callback has no header {PREFIX}{missing[0]}; it is not one of fal's.")
    check_age(sent_at(given), now)
    return given


def sent_at(given: Mapping[str, str]) -> datetime:
    """When a callback was signed, by its headers.

    Raises:
        WebhookError: They do not tell.
    """
    try:
        return datetime.fromtimestamp(int(given["timestamp"]), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise WebhookError("The callback's timestamp is no time; it is not one of fal's.") from error


def check(given: Mapping[str, str], body: bytes, key_set: Any) -> None:
    """Returns only if one key of fal's JSON Web Key Set has signed the body.

    Raises:
        WebhookError: No key fits.
        PluginError: The package ``cryptography`` is not installed.
    """
    signed = message(given["request-id"], given["user-id"], given["timestamp"], body)
    try:
        signature = bytes.fromhex(given["signature"])
    except ValueError:
        signature = b""
    if not signed_by(key_set, signed, signature):
        raise WebhookError("No key of fal's has signed this callback; refuse it.")
