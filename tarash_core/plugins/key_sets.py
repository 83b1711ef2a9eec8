"""Callbacks that a vendor signs with a private key and whose public keys it publishes as a JSON Web Key Set."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tarash_core.errors import PluginError, WebhookError
from tarash_core.plugins.standard_webhooks import check_age


def signed_by(key_set: Any, message: bytes, signature: bytes) -> bool:
    """Whether one key of a set has signed a message.

    Args:
        key_set: ``{"keys": [...]}`` as the vendor serves it; RSA keys sign with SHA-256 (RS256), OKP keys are Ed25519.
            A key of another kind, or an unreadable one, is passed over.
        message: What was signed.
        signature: The signature, decoded.

    Raises:
        PluginError: The package ``cryptography`` is not installed.
    """
    try:
        from cryptography.exceptions import InvalidSignature
    except ImportError as error:
        raise PluginError("These callbacks need cryptography: pip install 'tarash-core[webhooks]'.") from error
    for key in key_set["keys"]:
        try:
            _verify(key, message, signature)
            return True
        except (InvalidSignature, ValueError, LookupError):
            continue
    return False


def _verify(key: Mapping[str, str], message: bytes, signature: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256

    if "x" in key:
        return ed25519.Ed25519PublicKey.from_public_bytes(from_base64url(key["x"])).verify(signature, message)
    e, n = (int.from_bytes(from_base64url(key[name])) for name in ("e", "n"))
    return rsa.RSAPublicNumbers(e, n).public_key().verify(signature, message, padding.PKCS1v15(), SHA256())


def check_token(token: str, key_set: Any, who: str, now: datetime) -> datetime | None:
    """When a token (a JWT by RS256) that one of a vendor's keys has signed was made; None where it does not say.

    Args:
        token: The token.
        key_set: The vendor's keys.
        who: The vendor's name.
        now: The present moment; a token that has ended, or was made more than 300 seconds away from it, is refused.

    Raises:
        WebhookError: The token is unreadable, signed by nobody known, or too old.
        PluginError: The package ``cryptography`` is not installed.
    """
    try:
        signed, _, signature = token.rpartition(".")
        head, claims = (json.loads(from_base64url(part)) for part in signed.split("."))
        keys = {"keys": [*_named(key_set, head.get("kid"))]}
        known = head["alg"] == "RS256" and signed_by(keys, signed.encode(), from_base64url(signature))
        made, ends = (_moment(claims.get(name)) for name in ("iat", "exp"))
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise WebhookError("The callback's signature is no readable token; do not trust it.") from error
    if not known:
        raise WebhookError(f"The callback's token fits none of {who}'s keys; do not trust it.")
    if ends is not None and now > ends:
        raise WebhookError("The callback's token is too old; check this machine's clock.")
    if made is not None:
        check_age(made, now)
    return made


def from_base64url(text: str) -> bytes:
    """The bytes of base64 as URLs and tokens have it, with or without its padding."""
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _named(key_set: Any, id: str | None) -> Iterator[Any]:
    """The keys that a token may mean: that of its id, or any where it names none."""
    return (key for key in key_set["keys"] if id in (None, key.get("kid")))


def _moment(seconds: Any) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(float(seconds), UTC)
