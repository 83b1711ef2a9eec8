"""One pool of connections for many jobs: ``with Gateway() as gateway`` and ``async with AsyncGateway() as gateway``."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from os import PathLike
from typing import Any, Self, TypeVar

from tarash_core.engine import calls, discovery
from tarash_core.engine.asks import Flow
from tarash_core.engine.attempt import Listeners
from tarash_core.engine.clocks import Clock, SystemClock
from tarash_core.engine.opening import Connections, StandIn, stand_in
from tarash_core.engine.session import Accounts, Session
from tarash_core.errors import ValidationError
from tarash_core.models.config import Config, to_config
from tarash_core.models.job import ImageJob, Job, Kind, VideoJob
from tarash_core.models.plan import Plan
from tarash_core.models.response import ImageGenerationResponse, VideoGenerationResponse
from tarash_core.models.update import Update
from tarash_core.signatures import (
    BatchCall,
    DiscoverCall,
    ImageCall,
    ImagePlanCall,
    LookCall,
    VideoCall,
    VideoPlanCall,
    WaitCall,
    WebhookCall,
    untyped,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ssl

    from tarash_core.catalog.spec import ModelSpec
    from tarash_core.engine.batch import Rows
    from tarash_core.engine.batch_drivers import AsyncBatch, Batch
    from tarash_core.ledger import Ledger
    from tarash_core.models.update import ImageGenerationUpdate, VideoGenerationUpdate
    from tarash_core.models.webhook import WebhookEvent
    from tarash_core.signatures import ImageRow, VideoRow

T = TypeVar("T")


class _Calls:
    """The methods of both gateways, written once: each builds a flow and hands it to the gateway's driver."""

    _is_async = False

    def __init__(
        self,
        *,
        accounts: Accounts | None = None,
        ssl_context: ssl.SSLContext | None = None,
        transport: Any = None,
        clock: Clock | None = None,
        simulators: Mapping[str, str] | None = None,
        ledger: str | PathLike[str] | Ledger | None = None,
    ) -> None:
        instead = stand_in() or StandIn(clock=SystemClock())
        self._clock = clock or instead.clock
        self._connections = Connections(self._is_async, self._clock, ssl_context, transport or instead.transport)
        self._closed = False
        self._given_ledger, self._ledger = ledger, self._opened(ledger)
        self._session = Session(
            accounts=accounts or instead.accounts,
            clock=self._clock,
            connections=self._connections,
            simulators=dict(simulators or {}),
            extensions=self._ledger.extensions if self._ledger is not None else None,
        )

    def _opened(self, ledger: str | PathLike[str] | Ledger | None) -> Ledger | None:
        if ledger is None:
            return None
        from tarash_core.ledger import Ledger

        return ledger if isinstance(ledger, Ledger) else Ledger(ledger, clock=self._clock)

    def _released(self) -> Any:
        """Closes what belongs to this gateway alone, and gives its transport to whoever closes that."""
        self._closed = True
        if self._ledger is not None and self._ledger is not self._given_ledger:
            self._ledger.close()
        return self._connections.release()

    def _transport(self) -> Any:
        if self._closed:
            raise ValidationError("This gateway is closed; open a new one with 'with Gateway() as gateway'.")
        return self._connections.pool()

    def _run(self, flow: Flow[Any]) -> Any:
        raise NotImplementedError

    def _listeners(self, on_progress: Any, on_accepted: Any) -> Listeners:
        listeners = Listeners(on_progress=on_progress, on_accepted=on_accepted)
        calls.check_listeners(listeners, self._is_async)
        return listeners

    def _generate(self, kind: Kind, config: Any, request: Any, on_progress: Any, fields: dict[str, Any]) -> Any:
        listeners = self._listeners(on_progress, fields.pop("on_accepted", None))
        folder = fields.pop("download_to", None)
        order = self._order(kind, config, request, fields)
        return self._run(calls.generate(self._session, order, listeners, folder))

    def _submit(self, kind: Kind, config: Any, request: Any, on_progress: Any, fields: dict[str, Any]) -> Any:
        listeners = self._listeners(on_progress, fields.pop("on_accepted", None))
        return self._run(calls.submit(self._session, self._order(kind, config, request, fields), listeners))

    def _order(self, kind: Kind, config: Any, request: Any, fields: dict[str, Any]) -> calls.Order:
        attach = calls.check_attach(self._session, fields.pop("attach_if_running", False))
        return calls.order_of(kind, config, request, fields, attach)

    @untyped
    def generate_video(self, config: Any, request: Any = None, on_progress: Any = None, **fields: Any) -> Any:
        """See :func:`tarash_core.generate_video`."""
        return self._generate("video", config, request, on_progress, fields)

    @untyped
    def generate_image(self, config: Any, request: Any = None, on_progress: Any = None, **fields: Any) -> Any:
        """See :func:`tarash_core.generate_image`."""
        return self._generate("image", config, request, on_progress, fields)

    @untyped
    def submit_video(self, config: Any, request: Any = None, on_progress: Any = None, **fields: Any) -> Any:
        """See :func:`tarash_core.submit_video`."""
        return self._submit("video", config, request, on_progress, fields)

    @untyped
    def submit_image(self, config: Any, request: Any = None, on_progress: Any = None, **fields: Any) -> Any:
        """See :func:`tarash_core.submit_image`."""
        return self._submit("image", config, request, on_progress, fields)

    @untyped
    def batch_video(
        self,
        config: Any,
        requests: Any,
        *,
        concurrency: int = 20,
        provider_concurrency: Mapping[str, int] | None = None,
        on_progress: Any = None,
        on_accepted: Any = None,
        attach_if_running: bool = False,
    ) -> Any:
        """Many videos: a context manager that iterates over a BatchItem for each row, in the order of their ends.

        One failure does not stop the rest. Leaving the block early begins no further row and interrupts the running
        ones: each vendor is asked to stop, and ``unread`` of the batch says what became of them.

        Args:
            config: A config, a string ``provider/model``, or a list of them as a chain, for every row.
            requests: Requests and plans to buy, and jobs to take up. A generator is read as there is room; the
                blocking gateway does so in a thread of its own. The async one also takes an async iterable.
            concurrency: At most so many rows at once.
            provider_concurrency: At most so many jobs at once by provider, in the place of the limit that it
                publishes. A row counts for the first provider of the chain until it ends.
            on_progress: Called with the index of the row and every look at its job; from several threads in the
                blocking gateway.
            on_accepted: Called with the index of the row and its job, before the first look.
            attach_if_running: Join equal jobs in flight, which a ledger knows.

        Raises:
            ValidationError: An argument cannot work; nothing was sent.
        """
        heard = {"on_progress": on_progress, "on_accepted": on_accepted}
        return self._batch("video", config, requests, concurrency, provider_concurrency, attach_if_running, **heard)

    @untyped
    def batch_image(self, config: Any, requests: Any, *, concurrency: int = 20, **options: Any) -> Any:
        """Many images; as :meth:`batch_video`."""
        return self._batch("image", config, requests, concurrency, **options)

    def _batch(
        self,
        kind: Kind,
        config: Any,
        requests: Any,
        concurrency: int,
        provider_concurrency: Mapping[str, int] | None = None,
        attach_if_running: bool = False,
        **heard: Any,
    ) -> Any:
        from tarash_core.engine import batch

        self._listeners(heard.get("on_progress"), heard.get("on_accepted"))
        attach = calls.check_attach(self._session, attach_if_running)
        head = to_config(kind, config)
        rows = batch.rows_of(self._session, kind, head, concurrency, provider_concurrency, attach=attach, **heard)
        return self._driven(rows, requests)

    def _driven(self, rows: Rows, requests: Any) -> Any:
        raise NotImplementedError

    @untyped
    def plan_video(self, config: Any, request: Any = None, **fields: Any) -> Any:
        """See :func:`tarash_core.plan_video`; never a coroutine, as nothing is sent."""
        return calls.plan(self._session, calls.order_of("video", config, request, fields))

    @untyped
    def plan_image(self, config: Any, request: Any = None, **fields: Any) -> Any:
        """See :func:`tarash_core.plan_image`; never a coroutine, as nothing is sent."""
        return calls.plan(self._session, calls.order_of("image", config, request, fields))

    @untyped
    def wait_job(self, job: Any, *, on_progress: Any = None, timeout: Any = None, config: Any = None) -> Any:
        """See :func:`tarash_core.wait_job`."""
        return self._run(calls.wait(self._session, _job(job), self._listeners(on_progress, None), timeout, config))

    @untyped
    def refresh_job(self, job: Any, *, config: Any = None) -> Any:
        """See :func:`tarash_core.refresh_job`."""
        return self._run(calls.refresh(self._session, _job(job), config))

    @untyped
    def cancel_job(self, job: Any, *, config: Any = None) -> Any:
        """See :func:`tarash_core.cancel_job`."""
        return self._run(calls.cancel(self._session, _job(job), config))

    @untyped
    def read_webhook(self, provider: Any, headers: Any, body: Any, secret: Any = None, **settings: Any) -> Any:
        """See :func:`tarash_core.read_webhook`."""
        from tarash_core.engine import webhooks

        given = webhooks.arrived(provider, headers, body, secret, settings)
        return self._run(webhooks.read(self._session, given))

    @untyped
    def discover_model(self, config: Any) -> Any:
        """See :func:`tarash_core.discover_model`."""
        return self._run(discovery.discover(self._session, config))


def _job(job: Any) -> Job:
    if not isinstance(job, Job):
        raise ValidationError(
            f"A job is a VideoJob or an ImageJob, not a {type(job).__name__}; use VideoJob.from_json(text)."
        )
    return job


class Gateway(_Calls):
    """The blocking gateway; safe to share between threads.

    Args:
        accounts: Credential sets by alias (or ``provider:alias``), or a function of provider and alias.
        ssl_context: A TLS context of your own.
        transport: An ``httpx.BaseTransport``, or a simulator, to send everything through.
        clock: Another source of time, for tests.
        simulators: URL of a running simulator by provider; its requests go there, with no real key.
        ledger: A file, or a ``tarash_core.ledger.Ledger``, in which the purchases of this gateway are written down.
    """

    if TYPE_CHECKING:
        generate_video: VideoCall[VideoGenerationResponse]
        generate_image: ImageCall[ImageGenerationResponse]
        submit_video: VideoCall[VideoJob]
        submit_image: ImageCall[ImageJob]
        plan_video: VideoPlanCall[Plan]
        plan_image: ImagePlanCall[Plan]
        wait_job: WaitCall[VideoGenerationResponse, ImageGenerationResponse]
        refresh_job: LookCall[Update]
        cancel_job: LookCall[Update]
        batch_video: BatchCall[Iterable[VideoRow], VideoGenerationUpdate, VideoJob, Batch]
        batch_image: BatchCall[Iterable[ImageRow], ImageGenerationUpdate, ImageJob, Batch]
        discover_model: DiscoverCall[ModelSpec]
        read_webhook: WebhookCall[WebhookEvent]

    def watch_job(self, job: Job, *, timeout: float | None = None, config: Config | None = None) -> Iterator[Update]:
        """See :func:`tarash_core.watch_job`."""
        watch = calls.Watch(self._session, _job(job), timeout, config)
        while (update := self._run(watch.next_look())) is not None:
            yield update

    def _run(self, flow: Flow[T]) -> T:
        from tarash_core.engine.drivers import run

        return run(flow, self._transport(), self._clock)

    def _driven(self, rows: Rows, requests: Any) -> Batch:
        from tarash_core.engine.batch_drivers import Batch

        return Batch(rows, requests, self._transport, self._clock)

    def close(self) -> None:
        """Closes every connection; results that were not saved yet open one of their own."""
        transport = self._released()
        if transport is not None:
            transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()


class AsyncGateway(_Calls):
    """The gateway for asyncio and trio; it belongs to the event loop that first uses it.

    Args:
        accounts: Credential sets by alias (or ``provider:alias``), or a function of provider and alias.
        ssl_context: A TLS context of your own.
        transport: An ``httpx.AsyncBaseTransport``, or a simulator, to send everything through.
        clock: Another source of time, for tests.
        simulators: URL of a running simulator by provider; its requests go there, with no real key.
        ledger: A file, or a ``tarash_core.ledger.Ledger``, in which the purchases of this gateway are written down.
    """

    _is_async = True

    if TYPE_CHECKING:
        generate_video: VideoCall[Coroutine[Any, Any, VideoGenerationResponse]]
        generate_image: ImageCall[Coroutine[Any, Any, ImageGenerationResponse]]
        submit_video: VideoCall[Coroutine[Any, Any, VideoJob]]
        submit_image: ImageCall[Coroutine[Any, Any, ImageJob]]
        plan_video: VideoPlanCall[Plan]
        plan_image: ImagePlanCall[Plan]
        wait_job: WaitCall[Coroutine[Any, Any, VideoGenerationResponse], Coroutine[Any, Any, ImageGenerationResponse]]
        refresh_job: LookCall[Coroutine[Any, Any, Update]]
        cancel_job: LookCall[Coroutine[Any, Any, Update]]
        batch_video: BatchCall[
            Iterable[VideoRow] | AsyncIterable[VideoRow], VideoGenerationUpdate, VideoJob, AsyncBatch
        ]
        batch_image: BatchCall[
            Iterable[ImageRow] | AsyncIterable[ImageRow], ImageGenerationUpdate, ImageJob, AsyncBatch
        ]
        discover_model: DiscoverCall[Coroutine[Any, Any, ModelSpec]]
        read_webhook: WebhookCall[Coroutine[Any, Any, WebhookEvent]]

    async def watch_job(
        self, job: Job, *, timeout: float | None = None, config: Config | None = None
    ) -> AsyncIterator[Update]:
        """See :func:`tarash_core.watch_job`."""
        watch = calls.Watch(self._session, _job(job), timeout, config)
        while (update := await self._run(watch.next_look())) is not None:
            yield update

    async def _run(self, flow: Flow[T]) -> T:
        from tarash_core.engine.drivers import run_async

        return await run_async(flow, self._transport(), self._clock)

    def _driven(self, rows: Rows, requests: Any) -> AsyncBatch:
        from tarash_core.engine.batch_drivers import AsyncBatch

        return AsyncBatch(rows, requests, self._run)

    async def close(self) -> None:
        """Closes every connection; results that were not saved yet open one of their own."""
        import anyio

        transport = self._released()
        if transport is not None:
            with anyio.CancelScope(shield=True):
                await transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self.close()
