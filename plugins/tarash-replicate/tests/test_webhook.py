"""Callbacks: the signature, and what the simulator sends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tarash_replicate import provider
from tarash_replicate.simulator import ReplicateSimulator

from tarash_core import Gateway
from tarash_core.errors import WebhookError
from tarash_core.plugins import Callback, HttpResponse
from tarash_core.plugins.standard_webhooks import signature
from tarash_core.testing import Driven, VirtualClock

# The vector of the dossier, section 8, which replicate 1.0.7 accepts.
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
BODY = b'{"id":"p1","status":"succeeded"}'
HEADERS = {
    "Webhook-Id": "msg_1",
    "Webhook-Timestamp": "1700000000",
    "Webhook-Signature": "v1,ZExN73yv8qWVCecCi21+EXzT0O40H/jikFco/dJjHOE=",
}
NOW = datetime.fromtimestamp(1_700_000_000, UTC)


def read(
    headers: dict[str, str] = HEADERS, body: bytes = BODY, secret: str | None = SECRET, now: datetime = NOW
) -> Callback:
    driver = Driven(provider, lambda request: HttpResponse.of_json({"key": SECRET}))
    return driver(provider.webhook(headers, body, secret, now), "webhook")


def test_the_vector_is_authentic() -> None:
    callback = read()
    assert (callback.job_id, callback.event_id) == ("p1", "msg_1")


def test_without_a_secret_the_accounts_own_is_fetched() -> None:
    assert read(secret=None).job_id == "p1"


@pytest.mark.parametrize("body", [b"[]", b"{}", b"null", b"nonsense"])
def test_an_authentic_callback_without_a_prediction_is_refused(body: bytes) -> None:
    signed = {**HEADERS, "Webhook-Signature": signature(SECRET, "msg_1", "1700000000", body)}
    with pytest.raises(WebhookError, match="no prediction"):
        read(signed, body)


def test_the_secret_may_stand_in_the_variable(simulator: ReplicateSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLICATE_WEBHOOK_SIGNING_SECRET", SECRET)
    with Gateway(transport=simulator, clock=VirtualClock(NOW)) as gateway:
        assert gateway.read_webhook("replicate", HEADERS, BODY).job_id == "p1"
    assert simulator.log == []
