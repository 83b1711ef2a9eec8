"""Callbacks signed as Standard Webhooks has it: HMAC-SHA256 over id, timestamp and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tarash_core.errors import WebhookError
from tarash_core.plugins.http import as_headers
from tarash_core.plugins.provider import UNREADABLE, Callback, Provider

if TYPE_CHECKING:
    from tarash_core.plugins.updates import Update

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
        if not key:  # anybody could sign with it
            raise ValueError("it holds no key")
    except ValueError as error:
        raise WebhookError("The webhook secret must be whsec_ and base64; copy it whole from the vendor.") from error
    digest = hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def fresh(
    headers: Mapping[str, str], prefix: str, names: Iterable[str], now: datetime
) -> tuple[dict[str, str], datetime]:
    """The signed headers of a callback that is not old, by their short names, and when it was signed.

    Args:
        headers: All headers, names in any case.
        prefix: How the names of the signed ones begin: ``webhook-``.
        names: What follows; ``timestamp``, in unix seconds, is among them.
        now: The present moment; a callback that is more than 300 seconds away from it is refused.

    Raises:
        WebhookError: A header is missing or unreadable, or the callback is too old.
    """
    known = as_headers(headers)
    given = {name: known.get(f"{prefix}{name}", "") for name in names}
    if missing := [name for name in given if not given[name]]:
        raise WebhookError(f"The callback has no header {prefix}{missing[0]}; do not trust it.")
    try:
        signed_at = datetime.fromtimestamp(int(given["timestamp"]), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise WebhookError(f"The callback's header {prefix}timestamp is no time; do not trust it.") from error
    check_age(signed_at, now)
    return given, signed_at


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
    given, _ = fresh(headers, "webhook-", ("id", "timestamp", "signature"), now)
    wanted = signature(secret, given["id"], given["timestamp"], body).encode()
    if not any([hmac.compare_digest(wanted, entry.encode()) for entry in given["signature"].split()]):
        raise WebhookError("The callback's signature does not fit its body and the secret; do not trust it.")
    return given["id"]


def callback(
    provider: Provider,
    headers: Mapping[str, str],
    body: bytes,
    secret: str | None,
    now: datetime,
    read: Callable[[Any], tuple[str, Update]],
    lack: str = "names no job",
) -> Callback:
    """An authentic callback, read: the whole of ``Provider.webhook`` where a vendor signs in this way.

    Args:
        provider: Who reads; its title and its ``webhook_secrets`` stand in the error for a missing secret.
        headers: As for :func:`check`.
        body: The body as it arrived.
        secret: The secret; None where there is none.
        now: The present moment.
        read: Makes the id of the job and what is said about it of the body's JSON.
        lack: What is wrong with a body that ``read`` cannot read, as the end of a sentence.

    Raises:
        WebhookError: There is no secret, the callback is not authentic, or it is about no job.
    """
    if not secret:
        known = provider.webhook_secrets.describe()
        raise WebhookError(f"A callback of {provider.title} needs its secret: pass it, or set {known}.")
    event_id = check(headers, body, secret, now)
    id, update = read_authentic(body, read, lack)
    return Callback(job_id=id, update=update, event_id=event_id, sent_at=sent_at(headers))


def read_authentic(
    body: bytes, read: Callable[[Any], tuple[str, Update]], lack: str = "names no job"
) -> tuple[str, Update]:
    """What an authentic body says, however it was signed; arguments and errors as in :func:`callback`."""
    try:
        return read(json.loads(body))
    except UNREADABLE as error:
        raise WebhookError(f"The callback is authentic, but {lack}; ignore it.") from error


def check_age(signed_at: datetime, now: datetime) -> None:
    """Refuses a callback whose signature is more than 300 seconds away from now.

    Raises:
        WebhookError: It is.
    """
    age = abs((now - signed_at).total_seconds())
    if age > TOLERANCE_SECONDS:
        raise WebhookError(
            f"The callback is too old, or of the future: {age:.0f} s away from now, more than {TOLERANCE_SECONDS} s; "
            "check this machine's clock."
        )
