"""Callbacks: the signature, the two payloads, and what the simulator sends."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from tarash_kling import provider
from tarash_kling.provider import WEBHOOK_SECRET
from tarash_kling.simulator import KlingSimulator

from tarash_core import Gateway, VideoGenerationConfig
from tarash_core.errors import WebhookError
from tarash_core.plugins import Callback, Done, HttpResponse, Running
from tarash_core.plugins.standard_webhooks import signature
from tarash_core.testing import Driven

# The vector of the dossier, section 8.
SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
BODY = b'{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}'
HEADERS = {
    "webhook-id": "9876543210",
    "webhook-timestamp": "1781080794",
    "webhook-signature": "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=",
}
NOW = datetime.fromtimestamp(1_781_080_794, UTC)


def read(body: bytes = BODY, secret: str | None = SECRET, **headers: str) -> Callback:
    driver = Driven(provider, lambda request: HttpResponse(500))
    return driver(provider.webhook({**HEADERS, **headers}, body, secret, NOW), "webhook")


def signed(body: bytes) -> Callback:
    return read(body, **{"webhook-signature": signature(SECRET, "9876543210", "1781080794", body)})


def test_the_vendors_vector_is_authentic() -> None:
    callback = read()
    assert (callback.job_id, callback.event_id, type(callback.update)) == ("1234567890", "9876543210", Done)


def test_an_old_secret_beside_the_new_one_is_enough() -> None:
    assert read(**{"webhook-signature": f"v1,AAAA {HEADERS['webhook-signature']}"}).job_id == "1234567890"


def test_the_variable_stands_in_for_the_secret() -> None:
    with pytest.raises(WebhookError, match=WEBHOOK_SECRET):
        read(secret=None)
    found = provider.webhook_secrets.find({WEBHOOK_SECRET: SECRET})
    assert found is not None and read(secret=found.api_key).sent_at == NOW


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_task_of_the_older_standard_comes_bare_or_wrapped(wrapped: bool) -> None:
    task = {"task_id": "888", "task_status": "processing", "task_info": {"external_task_id": "ext-1"}}
    callback = signed(json.dumps({"code": 0, "data": task} if wrapped else task).encode())
    assert (callback.job_id, type(callback.update)) == ("888", Running)


def test_the_test_ping_is_read() -> None:
    ping = {"id": "1", "status": "submitted", "outputs": [], "message": "", "create_time": 1, "update_time": 1}
    assert signed(json.dumps(ping).encode()).job_id == "1"


@pytest.mark.parametrize("body", [b"no json", b"[]", b"{}", b'"text"'])
def test_an_authentic_callback_without_a_task_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookError, match="holds no task"):
        signed(body)


@pytest.mark.parametrize("model", ["kling/kling-3.0", "kling/kling-v3"])
def test_the_simulators_callbacks_are_authentic(gateway: Gateway, simulator: KlingSimulator, model: str) -> None:
    config = VideoGenerationConfig.from_string(model, webhook_url="https://mine.example/hook")
    job = gateway.generate_video(config, prompt="A fox").job
    assert job is not None
    running, ended = (
        Driven(provider, simulator)(
            provider.webhook(
                callback.headers,
                callback.content or b"",
                simulator.webhook_secret,
                datetime.fromtimestamp(simulator.timestamp(), UTC),
            )
        )
        for callback in simulator.due()
    )
    assert (running.job_id, type(running.update)) == (job.id, Running)
    assert (ended.job_id, type(ended.update)) == (job.id, Done)
    assert running.event_id != ended.event_id
