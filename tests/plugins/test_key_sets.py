"""Signatures by the keys that a vendor publishes."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tarash_core.errors import WebhookError
from tarash_core.plugins.key_sets import check_token, from_base64url, signed_by

pytest.importorskip("cryptography")

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RSA = rsa.generate_private_key(65537, 2048)
ED = ed25519.Ed25519PrivateKey.generate()


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8))


PUBLIC = RSA.public_key().public_numbers()
KEYS: dict[str, Any] = {
    "keys": [
        {"kty": "EC", "kid": "other"},
        {"kty": "OKP", "kid": "ed", "x": encoded(ED.public_key().public_bytes_raw())},
        {"kty": "RSA", "kid": "rsa", "n": number(PUBLIC.n), "e": number(PUBLIC.e)},
    ]
}


def token(claims: dict[str, Any], **head: Any) -> str:
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256", "kid": "rsa", **head}, claims))
    signed = ".".join(map(encoded, parts))
    return f"{signed}.{encoded(RSA.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"


def test_either_kind_of_key_signs() -> None:
    assert signed_by(KEYS, b"text", ED.sign(b"text"))
    assert signed_by(KEYS, b"text", RSA.sign(b"text", padding.PKCS1v15(), SHA256()))
    assert not signed_by(KEYS, b"other", ED.sign(b"text"))
    assert not signed_by({"keys": []}, b"text", ED.sign(b"text"))


def test_a_token_tells_when_it_was_made() -> None:
    assert check_token(token({"iat": NOW.timestamp()}), KEYS, "Acme", NOW) == NOW
    assert check_token(token({}), KEYS, "Acme", NOW) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a.b.c", "readable token"),
        ("e30.e30.e30", "readable token"),
        (token({}, kid="ed"), "none of Acme's keys"),
        (token({}, alg="none"), "none of Acme's keys"),
        (token({"exp": NOW.timestamp() - 1}), "too old"),
        (token({"iat": (NOW - timedelta(seconds=301)).timestamp()}), "too old"),
        (token({"iat": 1e30}), "readable token"),
        (token({"iat": 1e17}), "readable token"),
    ],
)
def test_a_token_that_proves_nothing_is_refused(text: str, words: str) -> None:
    with pytest.raises(WebhookError, match=words):
        check_token(text, KEYS, "Acme", NOW)


def test_padding_is_no_matter() -> None:
    assert from_base64url("YQ") == from_base64url("YQ==") == b"a"
