"""Callbacks as Standard Webhooks has them, checked and read."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tarash_core.errors import WebhookError
from tarash_core.plugins import Callback, Credentials, Provider, Running, Update
from tarash_core.plugins.standard_webhooks import callback, check_age, signature

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "whsec_dGVzdHNlY3JldA=="


class Acme(Provider):
    name = "acme"
    title = "Acme Video"
    webhook_secrets = Credentials("ACME_WEBHOOK_SECRET", optional=True)


def told(event: Any) -> tuple[str, Update]:
    return str(event["data"]["id"]), Running(raw=event)


def signed(body: bytes, at: datetime = NOW) -> Mapping[str, str]:
    stamp = str(int(at.timestamp()))
    return {"webhook-id": "e1", "webhook-timestamp": stamp, "webhook-signature": signature(SECRET, "e1", stamp, body)}


def read(body: bytes, secret: str | None = SECRET, at: datetime = NOW) -> Callback:
    return callback(Acme(), signed(body, at), body, secret, NOW, told, "is about no film")


def test_an_authentic_callback_is_read() -> None:
    event = {"data": {"id": "j1"}}
    assert read(json.dumps(event).encode()) == Callback(
        job_id="j1", update=Running(raw=event), event_id="e1", sent_at=NOW
    )


@pytest.mark.parametrize("body", [b"no json", b"[]", b"{}", b'{"data": null}', b'{"data": {}}'])
def test_one_about_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookError, match="authentic, but is about no film"):
        read(body)


def test_one_without_a_secret_or_too_old_is_refused() -> None:
    with pytest.raises(WebhookError, match="Acme Video needs its secret: pass it, or set ACME_WEBHOOK_SECRET"):
        read(b"{}", None)
    with pytest.raises(WebhookError, match="301 s away"):
        read(b"{}", at=NOW - timedelta(seconds=301))
    with pytest.raises(WebhookError, match="signature does not fit"):
        callback(Acme(), signed(b"{}"), b"[]", SECRET, NOW, told)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_===="])
def test_a_secret_that_holds_no_key_is_refused(secret: str) -> None:
    with pytest.raises(WebhookError, match="copy it whole"):
        signature(secret, "msg_1", "1", b"{}")


def test_an_age_of_five_minutes_is_no_matter() -> None:
    check_age(NOW - timedelta(seconds=300), NOW)
    with pytest.raises(WebhookError, match="too old"):
        check_age(NOW + timedelta(seconds=301), NOW)


def test_one_fitting_signature_among_several_is_enough() -> None:
    headers = signed(b'{"data": {"id": "j1"}}')
    several = {**headers, "webhook-signature": f"v1,AAAA v2,zzz nonsense {headers['webhook-signature']}"}
    assert callback(Acme(), several, b'{"data": {"id": "j1"}}', SECRET, NOW, told).job_id == "j1"


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(name: str) -> None:
    headers = {other: value for other, value in signed(b"{}").items() if other != name}
    with pytest.raises(WebhookError, match=name):
        callback(Acme(), headers, b"{}", SECRET, NOW, told)


@pytest.mark.parametrize(
    ("changed", "secret"),
    [
        ({"webhook-timestamp": "yesterday"}, SECRET),
        ({"webhook-signature": ""}, SECRET),
        ({"webhook-signature": "v1,ü"}, SECRET),
        ({}, "whsec_AAAA"),
        ({}, "whsec_!"),
    ],
)
def test_nonsense_is_refused(changed: dict[str, str], secret: str) -> None:
    with pytest.raises(WebhookError):
        callback(Acme(), {**signed(b"{}"), **changed}, b"{}", secret, NOW, told)
