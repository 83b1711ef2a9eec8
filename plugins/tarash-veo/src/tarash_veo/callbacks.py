"""Callbacks of the Gemini API: signed by a secret, or, where a request named their URL, by one of Google's keys.

They are thin: that a job has ended is all they say, and the job itself is asked for how (dossier veo.md, section 8).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tarash_core.errors import PluginError, WebhookError
from tarash_core.plugins import Callback, Headers, HttpRequest, Running, Steps, standard_webhooks
from tarash_veo.vertex import GEMINI

_TOLERANCE_SECONDS = 300
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)


def read(headers: Mapping[str, str], body: bytes, secret: str | None, now: datetime) -> Steps[Callback]:
    """An authentic callback.

    Raises:
        WebhookError: It is not authentic, too old, or about no job; or there is no secret for it.
    """
    given = Headers(headers).get("webhook-signature", "")
    event_id, sent_at = None, None
    if given.count(".") == 2:
        keys = yield HttpRequest("GET", f"{GEMINI}/.well-known/jwks.json", signed=False)
        sent_at = check_token(given, keys.json(), now)
    elif secret is None:
        raise WebhookError(
            "This callback needs the secret that Google showed when it was set up: GEMINI_WEBHOOK_SECRET."
        )
    else:
        event_id = standard_webhooks.check(headers, body, secret, now)
        sent_at = standard_webhooks.sent_at(headers)
    try:
        told = json.loads(body)
        return Callback(job_id=str(told["data"]["id"]), update=Running(raw=told), event_id=event_id, sent_at=sent_at)
    except _UNREADABLE as error:
        raise WebhookError("The callback is authentic, but names no job; ignore it.") from error


def check_token(token: str, keys: Any, now: datetime) -> datetime | None:
    """When an authentic token was made, where it says so; which claims Google writes is not published.

    Raises:
        WebhookError: The signature fits none of the keys, or the token is too old.
        PluginError: The package ``cryptography`` is not installed.
    """
    try:
        signed, _, signature = token.rpartition(".")
        head, claims = (json.loads(_decoded(part)) for part in signed.split("."))
        fitting = [key for key in keys["keys"] if head.get("kid") in (None, key.get("kid"))]
        is_ours = head["alg"] == "RS256" and any(_fits(key, signed, _decoded(signature)) for key in fitting)
        moment = None if claims.get("iat") is None else datetime.fromtimestamp(float(claims["iat"]), UTC)
        ends = float(claims.get("exp") or "inf")
    except _UNREADABLE as error:
        raise WebhookError("The callback's signature is no readable token; do not trust it.") from error
    if not is_ours:
        raise WebhookError("The callback's token fits none of Google's keys; do not trust it.")
    if now.timestamp() > ends or (moment and abs((now - moment).total_seconds()) > _TOLERANCE_SECONDS):
        raise WebhookError("The callback's token is too old; check this machine's clock.")
    return moment


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _fits(key: Mapping[str, Any], signed: str, signature: bytes) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
        from cryptography.hazmat.primitives.hashes import SHA256
    except ImportError as error:
        raise PluginError("Google's callbacks need cryptography: pip install 'tarash-core[webhooks]'.") from error
    numbers = (int.from_bytes(_decoded(key[name])) for name in ("e", "n"))
    try:
        rsa.RSAPublicNumbers(*numbers).public_key().verify(signature, signed.encode(), padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
