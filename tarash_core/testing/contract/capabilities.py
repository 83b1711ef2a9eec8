"""Contract: what a provider may offer beside submit and poll: cancelling, uploads and callbacks."""

from __future__ import annotations

from typing import Any

import pytest

from tarash_core.errors import PluginError, TarashException, ValidationError, WebhookError
from tarash_core.models.media import Media
from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.plugins.updates import ENDED, Cancelled, Done
from tarash_core.testing.clock import VirtualClock
from tarash_core.testing.contract.base import ContractBase
from tarash_core.testing.contract.bench import CALLER, MOST_LOOKS, Bench, answers_of
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.polling import UPDATES
from tarash_core.testing.contract.samples import Sample
from tarash_core.testing.contract.teaching import broken
from tarash_core.testing.simulator import Simulator

_PICTURE = b"\x89PNG\r\n\x1a\n" + b"contract" * 1024
_A_DAY = 86_400.0


class Capabilities(ContractBase):
    """Each capability is asked for where the provider overrides its method."""

    @since(1)
    def test_cancel_tells_the_truth(self, sample: Sample) -> None:
        """Cancelled is said only of a job that the vendor has stopped; a finished one keeps its result."""
        self.needs("cancel")
        bench, simulator = self.bench, self.bench.simulator(sample)
        job = _pending(bench, sample, simulator)
        before = len(simulator.log)
        try:
            update = bench.drive(bench.provider.cancel(job), "cancel", simulator, sample)
        except ValidationError as error:
            pytest.skip(f"this model cannot be cancelled: {error}")
        if not isinstance(update, UPDATES):
            _says_nothing(bench, "cancel", update)
        if isinstance(update, Cancelled) and not simulator.jobs[simulator.bought[-1]].cancelled:
            broken(
                f"{bench.name}.cancel() says Cancelled of a job that runs on at the vendor.",
                rule="return Cancelled only when the vendor confirms it: a chain buys elsewhere on that word.",
                change="return what the vendor's answer says, Running(raw=body) where it only took note.",
                see="cancel",
            )
        self._keeps_results(bench, sample)
        if all(asked.effect == "read" for asked in simulator.log[before:]):
            pytest.skip('cancel() only looks at this model: no request of effect="write" was sent.')

    def _keeps_results(self, bench: Bench, sample: Sample) -> None:
        simulator = bench.simulator(sample)
        job = _pending(bench, sample, simulator)
        _looked_at_to_the_end(bench, job, simulator, sample)
        try:
            update = bench.drive(bench.provider.cancel(job), "cancel", simulator, sample)
        except TarashException:
            update = None  # the vendor refuses, which is as good
        after = bench.drive(bench.provider.poll(job), "poll", simulator, sample)
        if isinstance(update, Cancelled) or not isinstance(after, Done):
            broken(
                f"{bench.name}.cancel() of a finished job says {update!r:.80}; then the job is {after!r:.80}.",
                rule="what has been paid for is never lost: a finished job stays finished.",
                change="look at the job first where the vendor's cancel deletes, and leave a finished one alone.",
                see="cancel",
            )

    @since(1)
    def test_upload_gives_an_address(self) -> None:
        """An upload stores exactly the bytes, buys nothing, and returns where they are."""
        self.needs("upload")
        bench, simulator = self.bench, self.bench.simulator()
        answer, asked = answers_of(simulator), []

        def kept(request: HttpRequest) -> HttpResponse:
            asked.append(request)
            return answer(request)

        url = bench.drive(bench.provider.upload(Media(_PICTURE, content_type="image/png")), "upload", kept)
        stored = any(file.read() == _PICTURE for file in simulator.files.values())
        if not isinstance(url, str) or ":" not in url or not stored:
            broken(
                f"{bench.name}.upload() returned {url!r:.120}; the bytes {'are' if stored else 'are not'} stored.",
                rule="upload sends the medium's bytes as they are and returns the URL that inputs take.",
                change='content = b"".join(media.chunks()), and return the address from the vendor\'s answer.',
                see="upload",
            )
        if any(request.effect == "buy" for request in asked):
            broken(
                f'{bench.name}.upload() sends a request with effect="buy".',
                rule="an upload may be repeated; only the purchase has that effect.",
                change='write effect="write" on it.',
                see="upload",
            )

    @since(1)
    def test_callbacks_are_read(self, sample: Sample) -> None:
        """What the simulator sends to a webhook_url is read as an event of the job."""
        self.needs("webhook")
        bench, simulator = self.bench, self.bench.simulator(sample)
        callbacks, job = self._callbacks(bench, sample, simulator)
        events = [self._read(bench, simulator, request) for request in callbacks]
        if not events or any(event.job_id != job.id for event in events):
            broken(
                f"{bench.name}: {len(events)} callbacks were read, for {[event.job_id for event in events]}; "
                f"the job is {job.id!r}.",
                rule="a job with a webhook_url ends in a callback, which webhook() reads as Callback(job_id=…).",
                change="send attempt.webhook_url with the purchase, and let the simulator's callbacks() answer.",
                see="webhook",
            )

    @since(1)
    def test_forged_callbacks_are_refused(self, sample: Sample) -> None:
        """A changed or old callback is no event, unless it says nothing or the vendor itself was asked."""
        self.needs("webhook")
        bench, simulator = self.bench, self.bench.simulator(sample)
        callbacks, _ = self._callbacks(bench, sample, simulator)
        genuine = callbacks[-1]
        body = genuine.content or b""
        changed = HttpRequest("POST", genuine.url, content=body[:-1] + b" }", headers=genuine.headers)
        cases = {"changed": (changed, 0.0), "a day old": (genuine, _A_DAY)}
        for name, (request, later) in cases.items():
            before = len(simulator.log)
            try:
                event = self._read(bench, simulator, request, later)
            except WebhookError:
                continue
            says_nothing = name == "changed" and event.update.status in ("queued", "processing")
            if says_nothing or any(asked.signed for asked in simulator.log[before:]):
                continue
            broken(
                f"{bench.name}.webhook() believes a callback that is {name}.",
                rule="a callback is checked by its signature and age, or the vendor is asked how the job is.",
                change="compare signatures with hmac.compare_digest, and raise WebhookError for more than 300 s.",
                see="webhook",
            )

    def _callbacks(self, bench: Bench, sample: Sample, simulator: Simulator) -> tuple[list[HttpRequest], Any]:
        known: Any = simulator
        if getattr(simulator, "webhook_url", "") is None:
            known.webhook_url = CALLER
        if self.webhook_secret is not None and hasattr(simulator, "webhook_secret"):
            known.webhook_secret = self.webhook_secret
        with bench.gateway(simulator) as gateway:
            try:
                # Whoever registers addresses in a dashboard has the simulator's.
                asked = {} if self.provider.takes_no_webhook else {"webhook_url": CALLER}
                config = bench.config(sample, **asked)
                job = getattr(gateway, f"submit_{sample.kind}")(config, **sample.asked)
            except ValidationError as error:
                pytest.skip(f"this model calls nobody back: {error}")
        if job.result is not None:
            pytest.skip("it answers the purchase with the result.")
        _looked_at_to_the_end(bench, job, simulator, sample)
        found = simulator.due()
        if not found:
            broken(
                f"{bench.name}: a job with a webhook_url ended, and the simulator's outbox is empty.",
                rule="whoever overrides webhook() sends attempt.webhook_url with the purchase.",
                change="write it where the vendor wants it, and buy(callback_url=…) and callbacks() in the simulator.",
                see="webhook",
            )
        return found, job

    def _read(self, bench: Bench, simulator: Simulator, request: HttpRequest, later: float = 0.0) -> Any:
        clock = VirtualClock()
        clock.advance(simulator.timestamp() - clock.now().timestamp() + later)
        secret = self.webhook_secret or getattr(simulator, "webhook_secret", None)
        with bench.gateway(simulator, clock=clock) as gateway:
            try:
                return gateway.read_webhook(
                    bench.provider.name, request.headers, request.content or b"", secret, seen=set()
                )
            except PluginError as error:
                if "[webhooks]" not in str(error):
                    raise
                pytest.skip(str(error))


def _pending(bench: Bench, sample: Sample, simulator: Simulator) -> Any:
    job = bench.submit(sample, simulator)
    if job.result is not None:
        pytest.skip("it answers the purchase with the result.")
    return job


def _looked_at_to_the_end(bench: Bench, job: Any, simulator: Simulator, sample: Sample) -> None:
    for _ in range(MOST_LOOKS):
        if isinstance(bench.drive(bench.provider.poll(job), "poll", simulator, sample), ENDED):
            return


def _says_nothing(bench: Bench, method: str, update: Any) -> None:
    broken(
        f"{bench.name}.{method}() answered {update!r:.120}.",
        rule=f"{method} returns Queued, Running, Done, Failed, Cancelled or Expired.",
        change="return one of them from every branch.",
        see=method,
    )
