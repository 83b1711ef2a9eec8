"""Callbacks of Dream Machine: unsigned, so that only the id in them is believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from tarash_luma import provider
from tarash_luma.simulator import LumaSimulator

from tarash_core import Gateway, VideoGenerationConfig, errors
from tarash_core.plugins import Done, Expired, Running
from tarash_core.testing import Driven

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOOK = "https://mine.example/hook/an-unguessable-part"


def asked_for(model: str = "luma/ray-2") -> VideoGenerationConfig:
    return VideoGenerationConfig.from_string(model, webhook_url=HOOK)


def test_each_callback_is_told_the_state_of_now(driver: Driven, gateway: Gateway, simulator: LumaSimulator) -> None:
    job = gateway.submit_video(asked_for(), prompt="A fox")
    forged = json.dumps(
        {"id": job.id, "state": "completed", "assets": {"video": "https://evil.example/x.mp4"}}
    ).encode()
    early = driver(provider.webhook({}, forged, None, NOW), "webhook")
    assert not isinstance(early.update, Done)
    gateway.wait_job(job)
    late = driver(provider.webhook({}, forged, None, NOW), "webhook")
    assert isinstance(late.update, Done) and "evil" not in str(late.update.outputs[0].url)
    assert early.event_id != late.event_id
    assert late.event_id == f"{job.id}:completed"


def test_a_forged_early_one_does_not_hide_the_true_one(gateway: Gateway, simulator: LumaSimulator) -> None:
    job = gateway.submit_video(asked_for(), prompt="A fox")
    body = json.dumps({"id": job.id, "state": "completed"}).encode()
    assert gateway.read_webhook("luma", {}, body).update.status == "queued"
    gateway.wait_job(job)
    assert gateway.read_webhook("luma", {}, body).update.status == "completed"


def test_a_job_known_by_its_callback_alone_can_be_asked_for(gateway: Gateway, simulator: LumaSimulator) -> None:
    job = gateway.submit_video(asked_for(), prompt="A fox")
    event = gateway.read_webhook("luma", {}, json.dumps({"id": job.id}).encode())
    assert event.update.job is not None
    assert gateway.wait_job(event.update.job).request_id == job.id


def test_an_unknown_generation_has_expired(driver: Driven) -> None:
    callback = driver(provider.webhook({}, b'{"id": "../../credits"}', None, NOW), "webhook")
    assert isinstance(callback.update, Expired)
    assert driver.asked[0].url.endswith("/generations/..%2F..%2Fcredits")


@pytest.mark.parametrize("body", [b"no json", b"[]", b"{}", b'"text"'])
def test_a_callback_without_a_generation_is_refused(driver: Driven, body: bytes) -> None:
    with pytest.raises(errors.WebhookError, match="names no generation"):
        driver(provider.webhook({}, body, None, NOW), "webhook")
    assert driver.asked == []


def test_running_is_told_too(driver: Driven, gateway: Gateway, simulator: LumaSimulator) -> None:
    job = gateway.submit_video(asked_for(), prompt="A fox")
    gateway.refresh_job(job)
    callback = driver(provider.webhook({}, json.dumps({"id": job.id}).encode(), None, NOW), "webhook")
    assert isinstance(callback.update, Running)
