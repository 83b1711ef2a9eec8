"""Canaries in every place where a secret may be; nothing that Tarash says, raises or writes may hold one."""

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tarash_core import (
    Account,
    AsyncGateway,
    Gateway,
    Media,
    TarashException,
    VideoGenerationConfig,
    plan_video,
)
from tarash_core.plugins import Callback, Credentials, Done, HttpResponse, Output, hookimpl, standard_webhooks
from tarash_core.plugins.loader import load_provider, register_provider
from tarash_core.plugins.manager import register_extension, unregister_extension
from tarash_core.testing import Reply, Simulator, background, faults, read_json, record, route

KEY = "canary-key-0000/with+signs="
ACCOUNT = Account(
    api_key=KEY,
    secrets={"ACME_EXTRA": "canary-account-secret"},
    settings={"session_token": "canary-account-token"},
)
WEBHOOK_SECRET = "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnk="
SIGNED = "X-Amz-Signature=canary-signed&Expires=99"
INSIDE = f"http://user:canary@10.0.0.1/x.mp4?{SIGNED}"
DATA_URI = "data:image/png;base64,canary00"
WORDS = ("canary", "Y2FuYXJ5")
CONFIG = VideoGenerationConfig(
    provider="acme",
    model="acme-1",
    account="shop",
    provider_config={"upload_token": "canary-config-token", "region": "eu"},
    webhook_url="https://shop.example/hook?token=canary-hook",
    poll_interval=0,
)


class Leaky(Simulator):
    """A vendor that repeats everything it was told wherever it can."""

    name = "acme"
    trouble = ""

    def handle(self, request: Any) -> Reply:
        if self.trouble in ("redirect", "signed-page") and "/files/" in request.url:
            headers = {"location": f"http://127.0.0.1:9/x?{SIGNED}"} if self.trouble == "redirect" else {}
            return Reply(HttpResponse(302 if headers else 200, headers, self._told(request).encode()))
        return super().handle(request)

    def _told(self, request: Any) -> str:
        return (
            f"<html>Authorization: {request.headers.get('authorization')} url {request.url}?{SIGNED} "
            f"session_token=canary-account-token extra canary-account-secret upload canary-config-token {DATA_URI} "
            "</html>"
        )

    def _echo(self, request: Any, status: int) -> HttpResponse:
        told = {"headers": dict(request.headers), "detail": self._told(request), "api_key": KEY, KEY: "as a name"}
        return HttpResponse.of_json({**told, "upload_url": f"https://cdn.example/x?{SIGNED}"}, status)

    @route("POST", "/v1/videos", phase="submit")
    def create(self, request: Any) -> Any:
        if self.trouble.isdecimal():
            return HttpResponse(200, content=b"x" * int(self.trouble) + b" " + KEY.encode() + b" and so on" * 300)
        match self.trouble:
            case "submit-json":
                return self._echo(request, 400)
            case "submit-key":
                return self._echo(request, 401)
            case "submit-text":
                return HttpResponse(500, {"content-type": "text/plain"}, self._told(request).encode())
            case "submit-garbage":
                return HttpResponse(200, content=self._told(request).encode() + b"\xff")
            case "submit-number":
                return HttpResponse.of_json({"id": {"not": [self._told(request)]}})
        return {"id": self.buy(read_json(request)).id}

    @route("GET", "/v1/videos/{id}", phase="poll")
    def status(self, request: Any, id: str) -> Any:
        if self.trouble == "poll-json":
            return self._echo(request, 400)
        if self.trouble == "poll-garbage":
            return HttpResponse(200, content=self._told(request).encode())
        job = self.job(id)
        stage = "failed" if self.trouble == "failed" else self.polled(job)
        url = f"{self.output_url(job)}?{SIGNED}" if stage == "succeeded" else None
        reason = self._told(request)
        return {
            "status": stage,
            "url": url,
            "reason": reason,
            "logs": [reason],
            "preview": DATA_URI,
            "token": "canary-1",
        }

    @route("POST", "/v1/files", phase="upload")
    def upload(self, request: Any) -> Any:
        return {"url": f"https://cdn.example/in.png?{SIGNED}"}


@pytest.fixture
def vendor(acme: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Leaky]:
    base: Any = type(load_provider("acme"))

    class Acme(base):
        """Acme, with callbacks and an error that quotes whatever it gets."""

        webhook_secrets = Credentials("ACME_WEBHOOK_SECRET", optional=True)

        def poll(self, job: Any) -> Any:
            update = yield from super().poll(job)
            if not isinstance(update, Done):
                return update
            return Done(*update.outputs, raw=update.raw, audio_url=f"https://cdn.example/a.mp3?{SIGNED}")

        def webhook(self, headers: Any, body: Any, secret: Any, now: Any) -> Any:
            yield from ()
            if body == b"odd":
                raise RuntimeError(f"the secret {secret} does not fit {headers!r}")
            event_id = standard_webhooks.check(headers, body, secret, now)
            output = Output(f"https://cdn.example/x.mp4?{SIGNED}")
            return Callback(job_id="job-1", update=Done(output, raw={"echo": secret}), event_id=event_id)

    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("ACME_WEBHOOK_SECRET", WEBHOOK_SECRET)
    monkeypatch.setattr("tarash_core.engine.clocks.SystemClock.sleep", lambda self, seconds: None)
    monkeypatch.setattr("tarash_core.engine.retry.unit_fraction", lambda: 0.0)
    register_provider("acme", Acme(), replace=True)
    simulator = Leaky(render=False, polls_to_finish=2)
    with background(simulator) as url:
        monkeypatch.setenv("TARASH_ACME_BASE_URL", url)
        yield simulator


class Watch:
    """Everything that was said: by logs, errors, values, exchanges, hooks and files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.logged: set[str] = set()

    def value(self, value: Any) -> None:
        self.said += [repr(value), str(value)]
        if hasattr(value, "to_json"):
            self.said.append(value.to_json())

    def error(self, error: BaseException | None, seen: frozenset[int] = frozenset()) -> None:
        if error is None or id(error) in seen:
            return
        self.said += [repr(error), str(error), repr(error.args), repr(getattr(error, "__notes__", None))]
        for name in ("message", "raw_response", "job", "execution_metadata"):
            self.value(getattr(error, name, None))
        for inner in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
            self.error(inner, seen | {id(error)})

    def failure(self, error: BaseException) -> None:
        self.error(error)
        self.said += traceback.format_exception(error)

    def response(self, response: Any) -> None:
        """What the caller fetches by is his own: the addresses of the outputs, which stand in the JSON alone."""
        self.said += [repr(response), str(response), repr(response.raw_response), repr(response.job)]
        self.said += [
            response.job.to_json(),
            response.execution_metadata.to_json() if response.execution_metadata else "",
        ]
        text = response.to_json()
        for address in (*(media.url for media in response.outputs), response.audio_url):
            text = text.replace(address, "") if address else text
        self.said.append(text)

    @hookimpl
    def tarash_exchange(self, provider: Any, request: Any, response: Any, seconds: Any) -> None:
        self.said += [repr(request), repr(response), repr(dict(request.headers)), repr(dict(response.headers))]
        self.said += [repr(request.json), repr(request.content), response.url, response.text, request.url]

    @hookimpl
    def tarash_job_updated(self, attempt: Any, job: Any, update: Any) -> None:
        self.said += [repr(attempt), repr(job), repr(update)]

    def log(self, entry: logging.LogRecord) -> bool:
        self.logged.add(entry.name.split(".")[0])
        self.said += [logging.Formatter().format(entry), repr(entry.args)]
        return False

    def check(self) -> None:
        self.said += [path.read_text("utf-8", errors="replace") for path in self.folder.rglob("*.json")]
        leaks = [text for text in self.said if any(word in text for word in WORDS)]
        assert not leaks, "\n".join(_around(text) for text in leaks[:3])


def _around(text: str) -> str:
    place = min(text.index(word) for word in WORDS if word in text)
    return text[:80] + " … " + text[max(0, place - 80) : place + 80]


@pytest.fixture
def watch(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> Iterator[Watch]:
    for name in ("", "httpx", "httpcore", "tarash", "asyncio", "h11", "anyio", "trio"):
        caplog.set_level(logging.DEBUG, logger=name)
    watching, handler = Watch(tmp_path), logging.Handler()
    handler.addFilter(watching.log)
    logging.getLogger().addHandler(handler)
    register_extension(watching)
    with record(tmp_path / "recorded.json"):
        yield watching
    unregister_extension(watching)
    logging.getLogger().removeHandler(handler)
    watching.check()


def gateway_of(**known: Any) -> Gateway:
    return Gateway(accounts={"shop": ACCOUNT}, **known)


def test_success(vendor: Leaky, watch: Watch, tmp_path: Path) -> None:
    with gateway_of() as gateway:
        plan = gateway.plan_video(CONFIG, prompt="A fox")
        watch.value(plan)
        response = gateway.generate_video(CONFIG, plan, on_progress=watch.value, on_accepted=watch.value)
        watch.response(response)
        watch.value(response.video.save(tmp_path))
        watch.value(gateway.refresh_job(response.job).status)
        watch.response(gateway.generate_video(CONFIG, prompt="A fox", download_to=tmp_path / "out"))
    watch.said += [repr(CONFIG), repr(ACCOUNT), ACCOUNT.to_json().replace("canary-account-token", "")]


@pytest.mark.anyio
async def test_success_on_an_event_loop(vendor: Leaky, watch: Watch, tmp_path: Path) -> None:
    async with AsyncGateway(accounts={"shop": ACCOUNT}) as gateway:
        response = await gateway.generate_video(CONFIG, prompt="A fox", on_progress=watch.value)
        watch.response(response)
        watch.value(await response.video.save_async(tmp_path))


def test_an_input_as_data_uri_and_one_behind_a_signed_address(vendor: Leaky, watch: Watch) -> None:
    with gateway_of() as gateway:
        watch.response(gateway.generate_video(CONFIG, prompt="A fox", first_frame=DATA_URI))
        watch.response(
            gateway.generate_video(CONFIG, prompt="A fox", first_frame=f"https://cdn.example/a.png?{SIGNED}")
        )
    for medium in (DATA_URI, f"https://user:canary@cdn.example/a.png?{SIGNED}"):
        watch.said += [
            repr(Media(medium)),
            repr(plan_video(CONFIG.replace(account=None), prompt="x", first_frame=medium)),
        ]


TROUBLES = ["submit-json", "submit-key", "submit-text", "submit-garbage", "submit-number", "poll-json", "poll-garbage",
            "failed", "redirect", "signed-page", "185", "195", "1985", "1995"]  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES)
def test_failure(trouble: str, vendor: Leaky, watch: Watch, tmp_path: Path) -> None:
    vendor.trouble = trouble
    config = CONFIG.replace(max_poll_attempts=3, timeout=20)
    with gateway_of() as gateway, pytest.raises(TarashException) as caught:
        gateway.generate_video(config, prompt="A fox", download_to=tmp_path / "out", on_progress=watch.value)
    watch.failure(caught.value)


@pytest.mark.anyio
@pytest.mark.parametrize("trouble", ["submit-json", "submit-garbage", "failed"])
async def test_failure_on_an_event_loop(trouble: str, vendor: Leaky, watch: Watch) -> None:
    vendor.trouble = trouble
    async with AsyncGateway(accounts={"shop": ACCOUNT}) as gateway:
        with pytest.raises(TarashException) as caught:
            await gateway.generate_video(CONFIG, prompt="A fox")
    watch.failure(caught.value)


@pytest.mark.parametrize(
    "fault",
    [
        faults.reset(on="submit"),
        faults.truncated(10, on="submit"),
        faults.too_many_requests(retry_after=0, on="submit"),
        faults.expired_url(times=None),
        faults.truncated(10, times=None),
        faults.garbage(on="submit"),
    ],
)
def test_faults_of_the_network(fault: Any, vendor: Leaky, watch: Watch, tmp_path: Path) -> None:
    vendor.script(fault)
    with gateway_of() as gateway:
        try:
            watch.response(gateway.generate_video(CONFIG, prompt="A fox", download_to=tmp_path / "out"))
        except TarashException as error:
            watch.failure(error)


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}\x00", "canary-ключ-0000", f" {KEY}"])
def test_a_key_that_is_no_header(key: str, vendor: Leaky, watch: Watch) -> None:
    with gateway_of() as gateway:
        try:
            gateway.generate_video(CONFIG.replace(account=None, api_key=key), prompt="A fox")
        except Exception as error:
            watch.failure(error)


def test_nobody_listens(vendor: Leaky, watch: Watch) -> None:
    config = CONFIG.replace(base_url="http://user:canary@127.0.0.1:9")
    with gateway_of() as gateway, pytest.raises(TarashException) as caught:
        gateway.generate_video(config, prompt="A fox")
    watch.failure(caught.value)
    watch.value(repr(config))


def test_a_refused_address(vendor: Leaky, watch: Watch) -> None:
    with pytest.raises(TarashException) as caught:
        Media(INSIDE).read()
    watch.failure(caught.value)


@pytest.mark.parametrize("body", [b"{}", b"forged", b"odd"])
@pytest.mark.parametrize("secret", [WEBHOOK_SECRET, "whsec_canary!", None])
def test_callbacks(body: bytes, secret: str | None, vendor: Leaky, watch: Watch, clock: Any) -> None:
    stamp = str(int(clock.now().timestamp()))
    signature = standard_webhooks.signature(WEBHOOK_SECRET, "e", stamp, b"{}")
    headers = {"webhook-id": "e", "webhook-timestamp": stamp, "webhook-signature": signature}
    with gateway_of(clock=clock) as gateway:
        try:
            event = gateway.read_webhook("acme", headers, body, secret, config=CONFIG)
        except TarashException as error:
            watch.failure(error)
        else:
            watch.response(event.update.result)
            watch.said += [repr(event), str(event.update.update)]


def test_a_canary_would_be_found(tmp_path: Path) -> None:
    def spoken(watching: Watch) -> None:
        watching.failure(ValueError("a canary"))

    def logged(watching: Watch) -> None:
        watching.log(logging.makeLogRecord({"name": "httpx", "msg": "%s", "args": ("Y2FuYXJ5",)}))

    def written(watching: Watch) -> None:
        (tmp_path / "one.json").write_text("canary")

    for leak in (spoken, logged, written):
        watching = Watch(tmp_path)
        leak(watching)
        with pytest.raises(AssertionError, match=r"canary|Y2FuYXJ5"):
            watching.check()


def test_everything_is_watched(vendor: Leaky, watch: Watch) -> None:
    logging.getLogger("httpx").debug("Here we are.")
    with gateway_of() as gateway:
        gateway.generate_video(CONFIG, prompt="A fox")
    assert {"httpx", "tarash"} <= watch.logged
    assert any("Here we are." in text for text in watch.said)
