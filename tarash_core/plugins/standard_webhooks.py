"""Callbacks signed as Standard Webhooks has it: HMAC-SHA256 over id, timestamp and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from tarash_core.errors import WebhookError
from tarash_core.plugins.http import as_headers

TOLERANCE_SECONDS = 300


def signature(secret: str, event_id: str, timestamp: str, body: bytes) -> str:
    """What stands in ``webhook-signature``: ``v1,`` and base64.

    Args:
        secret: ``whsec_`` and base64.
        event_id: The header ``webhook-id``.
        timestamp: The header ``webhook-timestamp``, unix seconds.
        body: The body as it is sent.

    Raises:
        WebhookError: The secret is none.
    """
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError as error:
        raise WebhookError("The webhook secret must be whsec_ and base64; copy it whole from the vendor.") from error
    digest = hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def sent_at(headers: Mapping[str, str]) -> datetime:
    """When a callback that was checked was signed."""
    return datetime.fromtimestamp(int(as_headers(headers)["webhook-timestamp"]), UTC)


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> str:
    """Returns the id of an authentic callback.

    Args:
        headers: ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``, in any case.
        body: The body as it arrived.
        secret: ``whsec_`` and base64.
        now: The present moment; a callback that is more than 300 seconds away from it is refused.

    Raises:
        WebhookError: A header is missing, the callback is too old, or no signature fits.
    """
    known = as_headers(headers)
    try:
        event_id, timestamp, given = (known[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
        age = abs(now.timestamp() - int(timestamp))
    except (KeyError, ValueError) as error:
        raise WebhookError(f"The callback lacks a readable webhook header ({error}); do not trust it.") from error
    if age > TOLERANCE_SECONDS:
        raise WebhookError(f"The callback is {age:.0f} s away from now, more than 300 s; check this machine's clock.")
    wanted = signature(secret, event_id, timestamp, body).encode()
    if not any([hmac.compare_digest(wanted, entry.encode()) for entry in given.split()]):
        raise WebhookError("The callback's signature does not fit its body and the secret; do not trust it.")
    return event_id
