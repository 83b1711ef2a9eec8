"""A callback counts once, when it is authentic, fresh and about the job that it should be about."""

import json
import threading
import uuid
from collections import UserDict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import tarash_core
from tarash_core import (
    Account,
    AsyncGateway,
    Gateway,
    ImageJob,
    ValidationError,
    VideoGenerationConfig,
    VideoJob,
    WebhookError,
)
from tarash_core.engine import callback_memory
from tarash_core.plugins import (
    Callback,
    Credentials,
    Done,
    HttpRequest,
    HttpResponse,
    Output,
    hookimpl,
    standard_webhooks,
)
from tarash_core.plugins.loader import load_provider, register_provider
from tarash_core.plugins.manager import register_extension, unregister_extension
from tarash_core.testing import Reply, VirtualClock

SECRET, OTHER = "whsec_Y2FuYXJ5LWE=", "whsec_Y2FuYXJ5LWI="
THEN = datetime(2026, 11, 22, tzinfo=UTC)
FINISHED = {"id": "job-1", "status": "succeeded", "url": "https://cdn.example/fox.mp4"}


class Vendor:
    """Acme's secret, which can be fetched with a key, and nothing else."""

    def __init__(self) -> None:
        self.secret = SECRET
        self.status = 200
        self.asked: list[HttpRequest] = []

    def handle(self, request: HttpRequest) -> Reply:
        self.asked.append(request)
        return Reply(HttpResponse.of_json({"key": self.secret}, self.status))


def with_callbacks(**settings: Any) -> None:
    """Lets Acme sign callbacks; it reads a status as in conftest."""
    acme: Any = type(load_provider("acme"))
    read = acme.poll.__globals__["read"]

    class Calling(acme):
        """Acme with callbacks."""

        def webhook(self, headers: Any, body: Any, secret: Any, now: Any) -> Any:
            if secret is None:
                response = yield HttpRequest("GET", "https://api.acme.example/v1/secret")
                secret = response.json()["key"]
            event_id = standard_webhooks.check(headers, body, secret, now)
            told = json.loads(body)
            update = Done(Output(told["url"]), raw=told) if told["status"] == "succeeded" else read(told)
            update = Done(raw=told) if told["status"] == "empty" else update
            sent_at = standard_webhooks.sent_at(headers)
            return Callback(job_id=told["id"], update=update, event_id=told.get("event", event_id), sent_at=sent_at)

    for name, value in settings.items():
        setattr(Calling, name, value)
    register_provider("acme", Calling(), replace=True)


def signed(
    body: Any = FINISHED, *, secret: str = SECRET, at: datetime = THEN, event: str = "event-1"
) -> tuple[Any, bytes]:
    content = json.dumps(body).encode()
    stamp = str(int(at.timestamp()))
    return {
        "Webhook-Id": event,
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": standard_webhooks.signature(secret, event, stamp, content),
    }, content


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(THEN)


@pytest.fixture
def vendor(acme: Any) -> Vendor:
    with_callbacks()
    return Vendor()


@pytest.fixture
def gateway(vendor: Vendor, clock: VirtualClock) -> Any:
    with Gateway(transport=vendor, clock=clock) as opened:
        yield opened


def test_the_event_names_the_job_and_carries_its_result(gateway: Gateway) -> None:
    event = gateway.read_webhook("acme", *signed(), SECRET)
    assert (event.job_id, event.event_id, event.update.status) == ("job-1", "event-1", "completed")
    assert event.update.result.video.url == "https://cdn.example/fox.mp4"
    assert event.update.job == VideoJob(provider="acme", model="unknown", id="job-1", submitted_at=THEN)
    assert tarash_core.WebhookEvent.from_json(event.to_json()).job_id == "job-1"


def test_the_callers_own_job_goes_into_the_update(gateway: Gateway) -> None:
    job = VideoJob(provider="acme", model="acme-1", id="job-1", state={"status_url": "https://x"})
    event = gateway.read_webhook("acme", *signed(), SECRET, job=job)
    assert event.update.job == event.update.result.job == job
    assert event.update.model == "acme-1"


def test_success_without_a_file_is_told_with_the_error_of_that(gateway: Gateway) -> None:
    event = gateway.read_webhook("acme", *signed({**FINISHED, "status": "empty"}), SECRET)
    assert (event.update.status, event.update.result) == ("completed", None)
    assert isinstance(event.update.error, tarash_core.DeliveryError)


def test_a_picture_is_told_by_its_name(gateway: Gateway) -> None:
    event = gateway.read_webhook("acme", *signed({**FINISHED, "url": "https://cdn.example/fox.png?a=1"}), SECRET)
    assert isinstance(event.update.job, ImageJob)
    assert event.update.result.images[0].url is not None


@pytest.mark.parametrize(
    ("word", "status"), [("running", "processing"), ("cancelled", "cancelled"), ("odd", "processing")]
)
def test_what_is_not_finished_has_no_result(gateway: Gateway, word: str, status: str) -> None:
    event = gateway.read_webhook("acme", *signed({"id": "job-1", "status": word}), SECRET)
    assert (event.update.status, event.update.result) == (status, None)


def test_a_failure_is_an_error_of_ours(gateway: Gateway) -> None:
    event = gateway.read_webhook("acme", *signed({"id": "job-1", "status": "failed", "reason": "no luck"}), SECRET)
    assert isinstance(event.update.error, tarash_core.GenerationFailedError)


@pytest.mark.parametrize("place", [0, 20, -1])
def test_a_flipped_byte_is_refused(gateway: Gateway, place: int) -> None:
    headers, body = signed()
    changed = bytearray(body)
    changed[place] ^= 1
    with pytest.raises(WebhookError, match="signature") as caught:
        gateway.read_webhook("acme", headers, bytes(changed), SECRET)
    assert not caught.value.is_repeat


@pytest.mark.parametrize("seconds", [301, -301])
def test_an_old_or_future_callback_is_refused(gateway: Gateway, seconds: int) -> None:
    with pytest.raises(WebhookError, match="300 s"):
        gateway.read_webhook("acme", *signed(at=THEN + timedelta(seconds=seconds)), SECRET)


def test_the_tolerance_can_be_narrower(gateway: Gateway) -> None:
    late = signed(at=THEN - timedelta(seconds=31))
    with pytest.raises(WebhookError, match="30 s"):
        gateway.read_webhook("acme", *late, SECRET, tolerance_seconds=30)
    assert gateway.read_webhook("acme", *late, SECRET, tolerance_seconds=31)


def test_a_replay_is_refused_as_long_as_its_time_would_pass(gateway: Gateway, clock: VirtualClock) -> None:
    ahead = signed(at=THEN + timedelta(seconds=300))
    gateway.read_webhook("acme", *ahead, SECRET)
    for seconds, is_repeat in ((0, True), (299, True), (300, True), (2, False)):
        clock.advance(seconds)
        with pytest.raises(WebhookError) as caught:
            gateway.read_webhook("acme", *ahead, SECRET)
        assert caught.value.is_repeat is is_repeat


def test_a_repetition_says_so_and_names_the_job(gateway: Gateway) -> None:
    gateway.read_webhook("acme", *signed(), SECRET)
    with pytest.raises(WebhookError, match="read before") as caught:
        gateway.read_webhook("acme", *signed(), SECRET)
    assert (caught.value.is_repeat, caught.value.request_id, caught.value.provider) == (True, "job-1", "acme")


def test_a_forgery_does_not_use_up_the_id(gateway: Gateway) -> None:
    with pytest.raises(WebhookError, match="signature"):
        gateway.read_webhook("acme", *signed(secret=OTHER), SECRET)
    assert gateway.read_webhook("acme", *signed(), SECRET)


def test_an_event_without_an_id_is_known_by_its_body(gateway: Gateway) -> None:
    nameless = {**FINISHED, "event": None}
    gateway.read_webhook("acme", *signed(nameless), SECRET)
    with pytest.raises(WebhookError, match="read before"):
        gateway.read_webhook("acme", *signed(nameless, event="event-2"), SECRET)


@pytest.mark.parametrize("job_id", [5, ""])
@pytest.mark.parametrize("store", [lambda: None, set])
def test_what_cannot_be_told_does_not_use_up_the_id(gateway: Gateway, job_id: Any, store: Any) -> None:
    seen = store()
    for _ in range(2):
        with pytest.raises(WebhookError, match="could not be checked") as caught:
            gateway.read_webhook("acme", *signed({**FINISHED, "id": job_id}), SECRET, seen=seen)
        assert not caught.value.is_repeat
    assert gateway.read_webhook("acme", *signed(), SECRET, seen=seen)


def test_an_output_whose_address_cannot_be_read_is_still_told(gateway: Gateway) -> None:
    event = gateway.read_webhook("acme", *signed({**FINISHED, "url": "http://[bad/fox.mp4"}), SECRET)
    assert (event.job_id, event.update.status) == ("job-1", "completed")


def test_of_threads_that_read_the_same_at_once_one_gets_it(gateway: Gateway) -> None:
    class Store(set[str]):
        """A set that leaves time between the look and the entry."""

        def __contains__(self, item: object) -> bool:
            known = super().__contains__(item)
            go_on.wait(5)
            return known

    seen, go_on, got = Store(), threading.Event(), list[str]()

    def read() -> None:
        try:
            got.append(gateway.read_webhook("acme", *signed(), SECRET, seen=seen).job_id)
        except WebhookError as error:
            got.append(str(error.is_repeat))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    readers[0].join(0.05)
    go_on.set()
    for reader in readers:
        reader.join()
    assert sorted(got) == ["True", "job-1"]


def test_a_set_of_the_callers_own_remembers_and_can_be_told_to_forget(gateway: Gateway) -> None:
    seen: set[str] = set()
    gateway.read_webhook("acme", *signed(), SECRET, seen=seen)
    assert seen == {"acme:event-1"}
    with pytest.raises(WebhookError, match="read before"):
        gateway.read_webhook("acme", *signed(), SECRET, seen=seen)
    seen.clear()
    assert gateway.read_webhook("acme", *signed(), SECRET, seen=seen)


def test_a_function_of_the_callers_own_decides(gateway: Gateway) -> None:
    asked: list[str] = []
    assert gateway.read_webhook("acme", *signed(), SECRET, seen=asked.append)
    with pytest.raises(WebhookError, match="read before"):
        gateway.read_webhook("acme", *signed(), SECRET, seen=lambda event: True)
    assert asked == ["acme:event-1"]


def test_the_memory_is_bounded() -> None:
    events = callback_memory.Events()
    for number in range(10_050):
        assert not events.knew(f"event-{number}", 0.0, 600.0)
    assert events.knew("event-10049", 1.0, 600.0)
    assert not events.knew("event-0", 1.0, 600.0)


@pytest.mark.parametrize(
    "form",
    [
        lambda headers: {name.upper(): value for name, value in headers.items()},
        lambda headers: UserDict(headers),
        lambda headers: list(headers.items()),
        lambda headers: [(name.encode(), value.encode()) for name, value in headers.items()],
    ],
)
def test_headers_come_in_many_forms(gateway: Gateway, form: Any) -> None:
    headers, body = signed()
    assert gateway.read_webhook("acme", form(headers), body, SECRET).job_id == "job-1"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"body": '{"id": "job-1"}'}, "bytes"),
        ({"body": {"id": "job-1"}}, "bytes"),
        ({"headers": None}, "headers"),
        ({"headers": "x: y"}, "headers"),
        ({"secret": ""}, "secret"),
        ({"secret": b"whsec"}, "secret"),
        ({"seen": 5}, "set"),
        ({"provider": None}, "name"),
        ({"job": VideoJob(provider="other", model="x", id="job-1")}, "belongs to other"),
        ({"config": VideoGenerationConfig.from_string("other/x")}, "belongs to other"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_said_so(
    gateway: Gateway, other: Any, changed: dict[str, Any], sentence: str
) -> None:
    headers, body = signed()
    given = {"provider": "acme", "headers": headers, "body": body, "secret": SECRET, **changed}
    with pytest.raises(ValidationError, match=sentence):
        gateway.read_webhook(**given)


def test_an_async_store_is_refused(gateway: Gateway) -> None:
    async def seen(event: str) -> bool:
        return False

    with pytest.raises(ValidationError, match="plain function"):
        gateway.read_webhook("acme", *signed(), SECRET, seen=seen)


def test_a_callback_about_another_job_is_refused_and_can_still_be_read(gateway: Gateway) -> None:
    with pytest.raises(WebhookError, match="about job job-1"):
        gateway.read_webhook("acme", *signed(), SECRET, job=VideoJob(provider="acme", model="acme-1", id="job-2"))
    assert gateway.read_webhook("acme", *signed(), SECRET)


def test_a_provider_that_calls_nobody_back(gateway: Gateway, other: Any) -> None:
    with pytest.raises(ValidationError, match="wait_job"):
        gateway.read_webhook("other", *signed(), SECRET)


@pytest.mark.parametrize("body", [b"nonsense", b"[]", b"{}", b"null", b"\xff"])
def test_an_authentic_callback_that_cannot_be_read(gateway: Gateway, body: bytes) -> None:
    stamp = str(int(THEN.timestamp()))
    signature = standard_webhooks.signature(SECRET, "event-1", stamp, body)
    headers = {"webhook-id": "event-1", "webhook-timestamp": stamp, "webhook-signature": signature}
    with pytest.raises(WebhookError, match="cannot be read") as caught:
        gateway.read_webhook("acme", headers, body, SECRET)
    assert "\n" not in str(caught.value)


class TestSecret:
    """Where the secret comes from."""

    @pytest.fixture(autouse=True)
    def required(self, acme: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        with_callbacks(webhook_secrets=Credentials("ACME_WEBHOOK_SECRET"))
        monkeypatch.delenv("ACME_WEBHOOK_SECRET", raising=False)

    def read(self, clock: VirtualClock, *given: str, account: Account | None = None, **settings: Any) -> Any:
        with Gateway(transport=Vendor(), clock=clock, accounts={"shop": account}) as gateway:
            return gateway.read_webhook("acme", *signed(), *given, **settings)

    def test_the_argument_goes_before_the_account_and_the_variable(self, clock: Any, monkeypatch: Any) -> None:
        monkeypatch.setenv("ACME_WEBHOOK_SECRET", OTHER)
        account = Account(api_key="key", secrets={"ACME_WEBHOOK_SECRET": OTHER})
        config = VideoGenerationConfig.from_string("acme/acme-1", account="shop")
        assert self.read(clock, SECRET, account=account, config=config)

    def test_the_account_goes_before_the_variable(self, clock: Any, monkeypatch: Any) -> None:
        monkeypatch.setenv("ACME_WEBHOOK_SECRET", OTHER)
        account = Account(api_key="key", secrets={"ACME_WEBHOOK_SECRET": SECRET})
        job = VideoJob(provider="acme", model="acme-1", id="job-1", account="shop")
        assert self.read(clock, account=account, job=job)

    def test_the_variable(self, clock: Any, monkeypatch: Any) -> None:
        monkeypatch.setenv("ACME_WEBHOOK_SECRET", SECRET)
        assert self.read(clock)

    def test_none_at_all_is_one_sentence(self, clock: Any) -> None:
        with pytest.raises(WebhookError, match="set ACME_WEBHOOK_SECRET, or pass secret="):
            self.read(clock)


class TestKeys:
    """What is fetched for the check is kept for a day, and fetched anew when it does not fit."""

    def read(self, gateway: Gateway, clock: VirtualClock, event: str, secret: str = SECRET) -> Any:
        return gateway.read_webhook("acme", *signed(at=clock.now(), event=event, secret=secret))

    def test_it_is_fetched_once_with_the_key(self, gateway: Gateway, vendor: Vendor, clock: VirtualClock) -> None:
        for event in "abc":
            self.read(gateway, clock, event)
        (request,) = vendor.asked
        assert request.headers["authorization"] == "Bearer canary-acme-key"

    def test_it_is_fetched_again_after_a_day(self, gateway: Gateway, vendor: Vendor, clock: VirtualClock) -> None:
        self.read(gateway, clock, "a")
        clock.advance(24 * 3600 - 1)
        self.read(gateway, clock, "b")
        assert len(vendor.asked) == 1
        clock.advance(2)
        self.read(gateway, clock, "c")
        assert len(vendor.asked) == 2

    def test_a_new_key_is_found_at_once(self, gateway: Gateway, vendor: Vendor, clock: VirtualClock) -> None:
        self.read(gateway, clock, "a")
        vendor.secret = OTHER
        assert self.read(gateway, clock, "b", OTHER).event_id == "b"
        assert len(vendor.asked) == 2

    def test_forgeries_do_not_make_us_ask_all_the_time(
        self, gateway: Gateway, vendor: Vendor, clock: VirtualClock
    ) -> None:
        for event in "abcdef":
            with pytest.raises(WebhookError, match="signature"):
                self.read(gateway, clock, event, OTHER)
        assert len(vendor.asked) == 2
        clock.advance(61)
        with pytest.raises(WebhookError, match="signature"):
            self.read(gateway, clock, "g", OTHER)
        assert len(vendor.asked) == 3

    def test_accounts_do_not_share_it(self, gateway: Gateway, vendor: Vendor, clock: VirtualClock) -> None:
        self.read(gateway, clock, "a")
        config = VideoGenerationConfig.from_string("acme/acme-1", api_key="another-key")
        gateway.read_webhook("acme", *signed(event="b"), config=config)
        assert [request.headers["authorization"] for request in vendor.asked] == [
            "Bearer canary-acme-key", "Bearer another-key",
        ]  # fmt: skip

    def test_a_vendor_that_cannot_be_asked_is_no_forgery(self, gateway: Gateway, vendor: Vendor, clock: Any) -> None:
        vendor.status = 503
        with pytest.raises(WebhookError, match="could not be checked") as caught:
            self.read(gateway, clock, "a")
        assert caught.value.retryable
        vendor.status = 200
        assert self.read(gateway, clock, "a")

    def test_the_shelf_holds_a_few_only(self) -> None:
        shelf = callback_memory.Shelf()
        for number in range(100):
            shelf.keep(("acme", str(number)), HttpResponse.of_json({}), 0.0)
        assert shelf.find(("acme", "99"), 1.0)
        assert shelf.find(("acme", "0"), 1.0) is None


def test_without_a_key_only_what_needs_one_fails(
    vendor: Vendor, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACME_API_KEY")
    with Gateway(clock=clock) as gateway:
        assert gateway.read_webhook("acme", *signed(), SECRET)
        with pytest.raises(WebhookError, match="ACME_API_KEY"):
            gateway.read_webhook("acme", *signed(event="event-2"))


def test_extensions_hear_of_it(gateway: Gateway) -> None:
    heard: list[str] = []

    class Listener:
        @hookimpl
        def tarash_job_updated(self, job: Any, update: Any) -> None:
            heard.append(f"{job.id} {type(update).__name__}")

    listener = Listener()
    register_extension(listener)
    try:
        gateway.read_webhook("acme", *signed(), SECRET)
        with pytest.raises(WebhookError, match="read before"):
            gateway.read_webhook("acme", *signed(), SECRET)
    finally:
        unregister_extension(listener)
    assert heard == ["job-1 Done"]


@pytest.mark.anyio
async def test_the_async_side(vendor: Vendor, clock: VirtualClock) -> None:
    seen: set[str] = set()
    async with AsyncGateway(transport=vendor, clock=clock) as gateway:
        assert (await gateway.read_webhook("acme", *signed(), seen=seen)).job_id == "job-1"
        with pytest.raises(WebhookError, match="read before"):
            await gateway.read_webhook("acme", *signed(), seen=seen)
    assert seen == {"acme:event-1"}


@pytest.mark.anyio
async def test_the_module_functions_share_the_memory_of_the_process(vendor: Vendor) -> None:
    headers, body = signed(at=datetime.now(UTC), event=f"event-{uuid.uuid4()}")
    assert tarash_core.read_webhook("acme", headers, body, SECRET).job_id == "job-1"
    with pytest.raises(WebhookError, match="read before"):
        await tarash_core.read_webhook_async("acme", headers, body, SECRET)
