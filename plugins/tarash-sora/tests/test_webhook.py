"""Events about videos: signed, read, and sent by the simulator."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tarash_sora import provider
from tarash_sora.simulator import SoraSimulator

from tarash_core import Gateway
from tarash_core.errors import WebhookError
from tarash_core.plugins import Callback, Done, Failed, HttpResponse
from tarash_core.plugins.standard_webhooks import signature
from tarash_core.testing import Driven

from .conftest import elsewhere

SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXQ="
NOW = datetime.fromtimestamp(1_781_080_794, UTC)


def event(kind: str = "video.completed", **more: Any) -> bytes:
    data = {"id": "video_1"}
    told = {"id": "evt_1", "object": "event", "created_at": 1_781_080_794, "type": kind, "data": data, **more}
    return json.dumps(told).encode()


def read(body: bytes, secret: str | None = SECRET, now: datetime = NOW, signed: bytes | None = None) -> Callback:
    headers = {"Webhook-Id": "evt_1", "Webhook-Timestamp": "1781080794"}
    headers["Webhook-Signature"] = signature(SECRET, "evt_1", "1781080794", body if signed is None else signed)
    return Driven(provider, lambda request: HttpResponse(500))(provider.webhook(headers, body, secret, now), "webhook")


def test_a_finished_video() -> None:
    callback = read(event())
    assert (callback.job_id, callback.event_id, callback.sent_at) == ("video_1", "evt_1", NOW)
    assert isinstance(callback.update, Done)
    assert callback.update.outputs[0].url == "https://api.openai.com/v1/videos/video_1/content"


def test_a_failed_video() -> None:
    assert isinstance(read(event("video.failed")).update, Failed)


@pytest.mark.parametrize(
    "body", [event("response.completed"), event(data={}), event(data=None), b"[]", b"no json"], ids=str
)
def test_what_is_about_no_video(body: bytes) -> None:
    with pytest.raises(WebhookError, match="about no video"):
        read(body)


def test_what_is_not_authentic() -> None:
    with pytest.raises(WebhookError, match="signature"):
        read(event(), signed=event("video.failed"))
    with pytest.raises(WebhookError, match="300 s"):
        read(event(), now=NOW + timedelta(seconds=301))
    with pytest.raises(WebhookError, match="OPENAI_WEBHOOK_SECRET"):
        read(event(), secret=None)


def test_what_the_simulator_sends_is_read(gateway: Gateway, simulator: SoraSimulator) -> None:
    simulator.webhook_url, simulator.webhook_secret = "https://hooks.test/a", SECRET
    response = gateway.generate_video(elsewhere(), prompt="A fox")
    (sent,) = simulator.due()
    now = datetime.fromtimestamp(int(sent.headers["webhook-timestamp"]), UTC)
    steps = provider.webhook(sent.headers, sent.content or b"", SECRET, now)
    assert Driven(provider, simulator)(steps, "webhook").job_id == response.request_id
