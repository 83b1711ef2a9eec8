"""Callbacks: signed by Google's key or by a secret, and what the simulator sends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from tarash_veo import provider
from tarash_veo.simulator import VeoSimulator

from tarash_core import Gateway, VideoGenerationConfig
from tarash_core.errors import WebhookError
from tarash_core.plugins import Callback, HttpRequest, Running
from tarash_core.plugins.standard_webhooks import signature
from tarash_core.testing import Driven

SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
BODY = b'{"type":"interaction.completed","version":"v1","timestamp":"2026-11-22T10:00:00Z","data":{"id":"v1_7"}}'
NOW = datetime.fromtimestamp(1_781_080_794, UTC)


@pytest.fixture
def sent(gateway: Gateway, simulator: VeoSimulator) -> HttpRequest:
    config = VideoGenerationConfig.from_string("veo/gemini-omni-1.2-flash", webhook_url="https://x.test/hook")
    gateway.generate_video(config, prompt="A fox")
    (callback,) = simulator.due()
    return callback


def read(simulator: VeoSimulator, request: HttpRequest, later: float = 0.0, body: bytes | None = None) -> Callback:
    now = datetime.fromtimestamp(simulator.timestamp(), UTC) + timedelta(seconds=later)
    steps = provider.webhook(request.headers, body or request.content or b"", None, now)
    return Driven(provider, simulator)(steps, "webhook")


def test_googles_key_signs_what_a_request_asked_for(simulator: VeoSimulator, sent: HttpRequest) -> None:
    callback = read(simulator, sent)
    assert callback.job_id == simulator.bought[0]
    assert isinstance(callback.update, Running)
    assert callback.sent_at is not None
    assert "x-goog-api-key" not in simulator.log[-1].headers


@pytest.mark.parametrize("later", [-600, 299 + 10, 3600])
def test_an_old_token_is_refused(simulator: VeoSimulator, sent: HttpRequest, later: float) -> None:
    with pytest.raises(WebhookError, match="too old"):
        read(simulator, sent, later)


def test_a_token_of_somebody_else_is_refused(sent: HttpRequest) -> None:
    with pytest.raises(WebhookError, match="none of Google's keys"):
        read(VeoSimulator(), sent)


@pytest.mark.parametrize("token", ["a.b.c", "..", "e30.e30.e30"])
def test_an_unreadable_token_is_refused(simulator: VeoSimulator, token: str) -> None:
    with pytest.raises(WebhookError, match="readable token"):
        read(simulator, HttpRequest("POST", "/", content=BODY, headers={"webhook-signature": token}))


def by_secret(body: bytes = BODY, secret: str | None = SECRET, signed: bytes = BODY) -> Callback:
    stamp = str(int(NOW.timestamp()))
    headers = {
        "Webhook-Id": "e1",
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": signature(SECRET, "e1", stamp, signed),
    }
    return Driven(provider, VeoSimulator())(provider.webhook(headers, body, secret, NOW), "webhook")


def test_a_secret_signs_what_was_set_up_in_the_console() -> None:
    callback = by_secret()
    assert (callback.job_id, callback.event_id, callback.sent_at) == ("v1_7", "e1", NOW)
    with pytest.raises(WebhookError, match="signature"):
        by_secret(BODY.replace(b"v1_7", b"v1_8"))
    with pytest.raises(WebhookError, match="GEMINI_WEBHOOK_SECRET"):
        by_secret(secret=None)


@pytest.mark.parametrize("body", [b"[]", b'{"data": {}}', json.dumps({"data": None}).encode(), b"no"])
def test_a_callback_about_no_job_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookError, match="names no job"):
        by_secret(body, signed=body)
