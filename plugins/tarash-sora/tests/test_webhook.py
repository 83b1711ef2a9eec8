"""Events about videos: signed, read, and sent by the simulator."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tarash_sora import provider

from tarash_core.errors import WebhookError
from tarash_core.plugins import Callback, Done, Failed, HttpResponse
from tarash_core.plugins.standard_webhooks import signature
from tarash_core.testing import Driven

SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXQ="
NOW = datetime.fromtimestamp(1_781_080_794, UTC)


def event(kind: str = "video.completed", **more: Any) -> bytes:
    data = {"id": "video_1"}
    told = {"id": "evt_1", "object": "event", "created_at": 1_781_080_794, "type": kind, "data": data, **more}
    return json.dumps(told).encode()


def read(body: bytes, secret: str | None = SECRET) -> Callback:
    headers = {"Webhook-Id": "evt_1", "Webhook-Timestamp": "1781080794"}
    headers["Webhook-Signature"] = signature(SECRET, "evt_1", "1781080794", body)
    return Driven(provider, lambda request: HttpResponse(500))(provider.webhook(headers, body, secret, NOW), "webhook")


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


def test_the_secret_is_needed() -> None:
    with pytest.raises(WebhookError, match="OPENAI_WEBHOOK_SECRET"):
        read(event(), secret=None)
