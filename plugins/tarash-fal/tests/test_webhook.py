"""fal's signed callbacks; the vector is the one of dossier fal.md, section 8."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tarash_fal import provider
from tarash_fal.simulator import FalSimulator

from tarash_core import Gateway, errors
from tarash_core.plugins import Cancelled, Done, Failed, HttpRequest, HttpResponse, Running
from tarash_core.testing import Reply, VirtualClock, faults

JWK = {"crv": "Ed25519", "x": "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg", "kty": "OKP"}
OTHER = {**JWK, "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
BODY = b'{"request_id":"r1","gateway_request_id":"r1","status":"OK","payload":{"seed":1}}'
SIGNATURE = (
    "7cf042d73b3f5b5a64d6d1d374afeb903f196571c4887d560be30c80e8d277e5"
    "f81c8c70db5cec2759a439bff1624b9dad19bf86643d23f33fbdddb88870fc0b"
)
HEADERS = {
    "X-Fal-Webhook-Request-Id": "r1",
    "X-Fal-Webhook-User-Id": "github|1",
    "X-Fal-Webhook-Timestamp": "1700000000",
    "X-Fal-Webhook-Signature": SIGNATURE,
}
THEN = datetime.fromtimestamp(1700000000, UTC)


def keys(*items: dict[str, str]) -> HttpResponse:
    return HttpResponse.of_json({"keys": list(items)})


@pytest.mark.parametrize("key_set", [keys(JWK), keys(OTHER, JWK), keys({**JWK, "x": JWK["x"] + "="}), keys({}, JWK)])
def test_a_callback_that_any_of_the_keys_has_signed_is_read(key_set: HttpResponse, told: Any) -> None:
    drive = told(key_set)
    callback = drive(provider.webhook(HEADERS, BODY, None, THEN), "webhook")
    assert (callback.job_id, callback.event_id) == ("r1", "r1")
    (request,) = drive.asked
    assert (request.url, request.signed) == ("https://rest.fal.ai/.well-known/jwks.json", False)


@pytest.mark.parametrize("off", [-299, 299])
def test_five_minutes_are_granted(off: int, told: Any) -> None:
    drive = told(keys(JWK))
    assert drive(provider.webhook(HEADERS, BODY, None, THEN + timedelta(seconds=off)), "webhook").job_id == "r1"


@pytest.mark.parametrize("off", [-301, 301])
def test_an_old_callback_is_refused_without_fetching_a_key(off: int, told: Any) -> None:
    with pytest.raises(errors.WebhookError, match="300 s"):
        told()(provider.webhook(HEADERS, BODY, None, THEN + timedelta(seconds=off)), "webhook")


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({}, BODY.replace(b'"seed":1', b'"seed":2')),
        ({"X-Fal-Webhook-Request-Id": "r2"}, BODY),
        ({"X-Fal-Webhook-User-Id": "github|2"}, BODY),
        ({"X-Fal-Webhook-Timestamp": "1700000001"}, BODY),
        ({"X-Fal-Webhook-Signature": "7d" + SIGNATURE[2:]}, BODY),
        ({"X-Fal-Webhook-Signature": "not hex"}, BODY),
        ({"X-Fal-Webhook-Signature": "7c"}, BODY),
    ],
)
def test_a_changed_callback_is_refused(changed: dict[str, str], body: bytes, told: Any) -> None:
    with pytest.raises(errors.WebhookError, match="No key"):
        told(keys(OTHER, JWK))(provider.webhook({**HEADERS, **changed}, body, None, THEN), "webhook")


def test_no_key_no_callback(told: Any) -> None:
    with pytest.raises(errors.WebhookError):
        told(keys())(provider.webhook(HEADERS, BODY, None, THEN), "webhook")


@pytest.mark.parametrize("name", HEADERS)
def test_every_header_is_needed(name: str, told: Any) -> None:
    headers = {key: value for key, value in HEADERS.items() if key != name}
    with pytest.raises(errors.WebhookError, match=name.lower()):
        told()(provider.webhook(headers, BODY, None, THEN), "webhook")


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ([], Done),
        ([faults.failed("generation_timeout")], Failed),
        ([faults.moderated()], Failed),
        ([faults.called_off()], Cancelled),
    ],
)
def test_the_simulators_callback_is_authentic(
    script: list[faults.Fault], kind: type, drive: Any, bought: Any, simulator: FalSimulator
) -> None:
    simulator.script(*script)
    job = bought(webhook_url="https://x.test/hook")
    simulator.advance(60)
    (sent,) = simulator.due()
    now = datetime.fromtimestamp(simulator.timestamp(), UTC)
    callback = drive(provider.webhook(sent.headers, sent.content or b"", None, now), "webhook")
    assert (sent.url, callback.job_id) == ("https://x.test/hook", job.id)
    assert type(callback.update) is kind


def test_a_callback_without_its_payload_says_only_that_the_job_is_to_be_asked_for(told: Any) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from tarash_fal.signature import message

    body = (
        b'{"request_id":"r1","status":"OK","payload":null,"payload_error":"Response payload is not JSON serializable."}'
    )
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    signature = key.sign(message("r1", "github|1", "1700000000", body)).hex()
    headers = {**HEADERS, "X-Fal-Webhook-Signature": signature}
    assert isinstance(told(keys(JWK))(provider.webhook(headers, body, None, THEN), "webhook").update, Running)


def test_without_cryptography_the_error_names_the_extra(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(errors.PluginError, match=r"tarash-core\[webhooks\]"):
        told(keys(JWK))(provider.webhook(HEADERS, BODY, None, THEN), "webhook")


def test_the_vector_is_read_once_and_never_when_changed_or_old() -> None:
    asked: list[HttpRequest] = []

    class Rest:
        """fal's key set, and nothing else."""

        def handle(self, request: HttpRequest) -> Reply:
            asked.append(request)
            return Reply(keys(OTHER, JWK))

    with Gateway(transport=Rest(), clock=VirtualClock(THEN)) as gateway:
        event = gateway.read_webhook("fal", HEADERS, BODY)
        assert (event.job_id, event.event_id) == ("r1", "r1")
        with pytest.raises(errors.WebhookError) as caught:
            gateway.read_webhook("fal", HEADERS, BODY)
        assert caught.value.is_repeat
        with pytest.raises(errors.WebhookError, match="No key"):
            gateway.read_webhook("fal", HEADERS, BODY.replace(b"1}", b"2}"))
    assert {request.url for request in asked} == {"https://rest.fal.ai/.well-known/jwks.json"}
    assert len(asked) == 2
    with (
        Gateway(transport=Rest(), clock=VirtualClock(THEN + timedelta(seconds=301))) as gateway,
        pytest.raises(errors.WebhookError, match="300 s"),
    ):
        gateway.read_webhook("fal", HEADERS, BODY)
