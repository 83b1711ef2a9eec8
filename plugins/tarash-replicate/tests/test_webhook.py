"""Callbacks: the signature, and what the simulator sends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tarash_replicate import provider
from tarash_replicate.simulator import WEBHOOK_SECRET, ReplicateSimulator

from tarash_core import Gateway, VideoGenerationConfig
from tarash_core.errors import WebhookError
from tarash_core.plugins import Callback, Done, HttpRequest, HttpResponse, Running
from tarash_core.testing import Driven, VirtualClock, attempt_of, faults

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


def test_one_fitting_signature_among_several_is_enough() -> None:
    signatures = f"v1,AAAA v2,zzz nonsense {HEADERS['Webhook-Signature']}"
    assert read({**HEADERS, "Webhook-Signature": signatures}).job_id == "p1"


@pytest.mark.parametrize("place", [0, len(BODY) // 2, len(BODY) - 1])
def test_a_flipped_byte_is_refused(place: int) -> None:
    body = bytearray(BODY)
    body[place] ^= 1
    with pytest.raises(WebhookError, match="signature"):
        read(body=bytes(body))


@pytest.mark.parametrize("seconds", [301, -301])
def test_an_old_or_future_callback_is_refused(seconds: int) -> None:
    with pytest.raises(WebhookError, match="300 s"):
        read(now=NOW + timedelta(seconds=seconds))


def test_the_tolerance_is_300_seconds() -> None:
    assert read(now=NOW + timedelta(seconds=300)).job_id == "p1"


@pytest.mark.parametrize("name", list(HEADERS))
def test_a_missing_header_is_refused(name: str) -> None:
    with pytest.raises(WebhookError, match=name.lower()):
        read({other: value for other, value in HEADERS.items() if other != name})


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({**HEADERS, "Webhook-Timestamp": "yesterday"}, SECRET),
        ({**HEADERS, "Webhook-Signature": ""}, SECRET),
        ({**HEADERS, "Webhook-Signature": "v1,ü"}, SECRET),
        (HEADERS, "whsec_AAAA"),
        (HEADERS, "whsec_!"),
    ],
)
def test_other_nonsense_is_refused(headers: dict[str, str], secret: str) -> None:
    with pytest.raises(WebhookError):
        read(headers, secret=secret)


def test_without_a_secret_the_accounts_own_is_fetched() -> None:
    assert read(secret=None).job_id == "p1"


@pytest.mark.parametrize("body", [b"[]", b"{}", b"null", b"nonsense"])
def test_an_authentic_callback_without_a_prediction_is_refused(body: bytes) -> None:
    from tarash_core.plugins.standard_webhooks import signature

    signed = {**HEADERS, "Webhook-Signature": signature(SECRET, "msg_1", "1700000000", body)}
    with pytest.raises(WebhookError, match="no prediction"):
        read(signed, body)


def bought(driver: Driven, simulator: ReplicateSimulator) -> str:
    attempt = attempt_of("replicate", "google/veo-3.1", {"prompt": "A fox"}, webhook_url="https://shop.example/hook")
    return driver(provider.submit(attempt.plan, attempt)).id


def callback_of(simulator: ReplicateSimulator, request: HttpRequest) -> Callback:
    moment = datetime.fromtimestamp(simulator.timestamp(), UTC)
    assert request.content is not None
    return Driven(provider, lambda _: HttpResponse(500))(
        provider.webhook(request.headers, request.content, WEBHOOK_SECRET, moment), "webhook"
    )


def test_the_simulator_calls_back_at_the_start_and_at_the_end(driver: Driven, simulator: ReplicateSimulator) -> None:
    id = bought(driver, simulator)
    simulator.advance(20)
    simulator.advance(100)
    started, ended = (callback_of(simulator, request) for request in simulator.due())
    assert (started.job_id, ended.job_id) == (id, id)
    assert isinstance(started.update, Running)
    assert isinstance(ended.update, Done)
    assert started.event_id != ended.event_id
    assert simulator.due() == []


def test_a_failed_job_is_called_back_too(driver: Driven, simulator: ReplicateSimulator) -> None:
    simulator.script(faults.failed("E1000"))
    bought(driver, simulator)
    simulator.advance(100)
    assert len(simulator.due()) == 1


class TestThroughTheGateway:
    """The vector as a user reads it; its secret from the argument, the variable, or the account itself."""

    @pytest.fixture
    def gateway(self, simulator: ReplicateSimulator) -> Iterator[Gateway]:
        with Gateway(transport=simulator, clock=VirtualClock(NOW)) as opened:
            yield opened

    def test_once(self, gateway: Gateway) -> None:
        event = gateway.read_webhook("replicate", HEADERS, BODY, SECRET)
        assert (event.job_id, event.event_id) == ("p1", "msg_1")
        with pytest.raises(WebhookError) as caught:
            gateway.read_webhook("replicate", HEADERS, BODY, SECRET)
        assert caught.value.is_repeat

    def test_the_variable(self, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REPLICATE_WEBHOOK_SIGNING_SECRET", SECRET)
        assert gateway.read_webhook("replicate", HEADERS, BODY).job_id == "p1"

    def test_a_changed_one_is_refused(self, gateway: Gateway) -> None:
        with pytest.raises(WebhookError, match="signature"):
            gateway.read_webhook("replicate", HEADERS, BODY + b" ", SECRET)
        with pytest.raises(WebhookError, match="signature"):
            gateway.read_webhook("replicate", HEADERS, BODY, "whsec_AAAA")

    def test_what_the_simulator_sends_has_the_result(self, simulator: ReplicateSimulator) -> None:
        clock = VirtualClock(datetime.fromtimestamp(simulator.timestamp(), UTC))
        with Gateway(transport=simulator, clock=clock) as gateway:
            config = VideoGenerationConfig.from_string("replicate/google/veo-3.1", webhook_url="https://x.example/hook")
            job = gateway.submit_video(config, prompt="A fox")
            simulator.advance(100)
            clock.advance(100)
            events = [
                gateway.read_webhook("replicate", sent.headers, sent.content or b"", job=job)
                for sent in simulator.due()
            ]
            result = events[-1].update.result
            assert result is not None
            assert result.video.read()
        assert {event.job_id for event in events} == {job.id}
