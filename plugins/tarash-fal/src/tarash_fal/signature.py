"""The signature of fal's callbacks: Ed25519 over ids, time and a hash of the body (dossier fal.md, section 8)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tarash_core.errors import PluginError, WebhookError
from tarash_core.plugins import Headers

NAMES = ("request-id", "user-id", "timestamp", "signature")
PREFIX = "x-fal-webhook-"
_TOLERANCE_SECONDS = 300


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
    if not given["timestamp"].isdecimal() or abs(now.timestamp() - int(given["timestamp"])) > _TOLERANCE_SECONDS:
        raise WebhookError("The callback's time is more than five minutes off; refuse it and ask for the job instead.")
    return given


def check(given: Mapping[str, str], body: bytes, key_set: Any) -> None:
    """Returns only if one key of fal's JSON Web Key Set has signed the body.

    Raises:
        WebhookError: No key fits.
        PluginError: The package ``cryptography`` is not installed.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError as error:
        raise PluginError("fal's callbacks need cryptography: pip install 'tarash-core[webhooks]'") from error
    signed = message(given["request-id"], given["user-id"], given["timestamp"], body)
    for item in key_set["keys"]:
        try:
            key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(item["x"].rstrip("=") + "=="))
            return key.verify(bytes.fromhex(given["signature"]), signed)
        except (InvalidSignature, ValueError, KeyError):
            continue
    raise WebhookError("No key of fal's has signed this callback; refuse it.")
