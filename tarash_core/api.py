"""The module functions: each opens a gateway for its one job and closes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, TypeVar, overload

from tarash_core.signatures import image_call, image_plan_call, video_call, video_plan_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tarash_core.catalog.spec import ModelSpec
    from tarash_core.engine.webhooks import Seen
    from tarash_core.fields.mapper import FieldMapper
    from tarash_core.models.config import Config
    from tarash_core.models.job import ImageJob, Job, VideoJob
    from tarash_core.models.plan import Plan
    from tarash_core.models.response import ImageGenerationResponse, VideoGenerationResponse
    from tarash_core.models.update import ImageGenerationUpdate, Update, VideoGenerationUpdate
    from tarash_core.models.webhook import WebhookEvent
    from tarash_core.signatures import HeadersLike

    VideoProgress = Callable[[VideoGenerationUpdate], object]
    ImageProgress = Callable[[ImageGenerationUpdate], object]

T = TypeVar("T")


def _once(method: str, *given: Any, **fields: Any) -> Any:
    """Calls a method of a gateway that lives for this one call."""
    from tarash_core.gateway import Gateway

    with Gateway() as gateway:
        return getattr(gateway, method)(*given, **fields)


async def _once_async(method: str, *given: Any, **fields: Any) -> Any:
    """The same on the running event loop."""
    from tarash_core.gateway import AsyncGateway

    async with AsyncGateway() as gateway:
        return await getattr(gateway, method)(*given, **fields)


@video_call
def generate_video(config: Any, request: Any = None, on_progress: Any = None, **fields: Any) -> VideoGenerationResponse:
    """Makes a video and waits for it.

    Args:
        config: A config, ``"provider/model"``, or a list of them as a chain.
        request: A request or a plan; or pass the request's fields as keywords instead.
        on_progress: Called with every look at the job; what it raises becomes a notice.
        **fields: ``on_accepted``, called with the receipt before the first look; ``download_to``, a folder for the
            results; ``attach_if_running``, to join an equal job that a ledger knows to be in flight instead of buying
            it again; and the fields of :class:`VideoGenerationRequest`.

    Returns:
        The response. Nothing is fetched before ``response.video.save(...)``, unless ``download_to`` is given.

    Raises:
        ValidationError: The request cannot work; nothing was sent.
        TarashException: Anything else; ``charged``, ``job`` and ``execution_metadata`` say where it stands.
    """
    response: VideoGenerationResponse = _once("generate_video", config, request, on_progress, **fields)
    return response


@video_call
async def generate_video_async(
    config: Any, request: Any = None, on_progress: Any = None, **fields: Any
) -> VideoGenerationResponse:
    """The same as :func:`generate_video`, on asyncio or trio; the callbacks may be async."""
    response: VideoGenerationResponse = await _once_async("generate_video", config, request, on_progress, **fields)
    return response


@image_call
def generate_image(config: Any, request: Any = None, on_progress: Any = None, **fields: Any) -> ImageGenerationResponse:
    """Makes images and waits for them; arguments and errors as in :func:`generate_video`."""
    response: ImageGenerationResponse = _once("generate_image", config, request, on_progress, **fields)
    return response


@image_call
async def generate_image_async(
    config: Any, request: Any = None, on_progress: Any = None, **fields: Any
) -> ImageGenerationResponse:
    """The same as :func:`generate_image`, on asyncio or trio; the callbacks may be async."""
    response: ImageGenerationResponse = await _once_async("generate_image", config, request, on_progress, **fields)
    return response


@video_call
def submit_video(config: Any, request: Any = None, **fields: Any) -> VideoJob:
    """Buys a video and returns its receipt at once; ``wait_job`` takes it up, in any process.

    Only the head of a chain is tried. Arguments and errors as in :func:`generate_video`.
    """
    job: VideoJob = _once("submit_video", config, request, **fields)
    return job


@video_call
async def submit_video_async(config: Any, request: Any = None, **fields: Any) -> VideoJob:
    """The same as :func:`submit_video`, on asyncio or trio."""
    job: VideoJob = await _once_async("submit_video", config, request, **fields)
    return job


@image_call
def submit_image(config: Any, request: Any = None, **fields: Any) -> ImageJob:
    """Buys images and returns the receipt; a vendor that answers at once gives a finished one."""
    job: ImageJob = _once("submit_image", config, request, **fields)
    return job


@image_call
async def submit_image_async(config: Any, request: Any = None, **fields: Any) -> ImageJob:
    """The same as :func:`submit_image`, on asyncio or trio."""
    job: ImageJob = await _once_async("submit_image", config, request, **fields)
    return job


@video_plan_call
def plan_video(config: Any, request: Any = None, **fields: Any) -> Plan:
    """What ``generate_video`` would send, to whom, and what it would drop or move; no network.

    Raises:
        ValidationError: The model cannot do this; the sentence names field, value and what is allowed.
    """
    plan: Plan = _once("plan_video", config, request, **fields)
    return plan


@video_plan_call
async def plan_video_async(config: Any, request: Any = None, **fields: Any) -> Plan:
    """The same as :func:`plan_video`, for symmetry; it never waits."""
    plan: Plan = _once("plan_video", config, request, **fields)
    return plan


@image_plan_call
def plan_image(config: Any, request: Any = None, **fields: Any) -> Plan:
    """What ``generate_image`` would send; as :func:`plan_video`."""
    plan: Plan = _once("plan_image", config, request, **fields)
    return plan


@image_plan_call
async def plan_image_async(config: Any, request: Any = None, **fields: Any) -> Plan:
    """The same as :func:`plan_image`, for symmetry; it never waits."""
    plan: Plan = _once("plan_image", config, request, **fields)
    return plan


@overload
def wait_job(
    job: VideoJob,
    *,
    on_progress: VideoProgress | None = None,
    timeout: float | None = None,
    config: Config | None = None,
) -> VideoGenerationResponse: ...
@overload
def wait_job(
    job: ImageJob,
    *,
    on_progress: ImageProgress | None = None,
    timeout: float | None = None,
    config: Config | None = None,
) -> ImageGenerationResponse: ...
def wait_job(job: Any, **settings: Any) -> Any:
    """Takes up a job by its receipt and waits for its result; buys nothing.

    Args:
        job: The receipt, also one that came from JSON.
        **settings: ``on_progress``; ``timeout`` in seconds, the config's when None; ``config`` for a key or host
            that the environment does not name.

    Raises:
        TimeoutError: The job is unfinished and goes on.
        TarashException: It ended badly, or the vendor refuses to tell.
    """
    return _once("wait_job", job, **settings)


@overload
async def wait_job_async(
    job: VideoJob,
    *,
    on_progress: VideoProgress | None = None,
    timeout: float | None = None,
    config: Config | None = None,
) -> VideoGenerationResponse: ...
@overload
async def wait_job_async(
    job: ImageJob,
    *,
    on_progress: ImageProgress | None = None,
    timeout: float | None = None,
    config: Config | None = None,
) -> ImageGenerationResponse: ...
async def wait_job_async(job: Any, **settings: Any) -> Any:
    """The same as :func:`wait_job`, on asyncio or trio."""
    return await _once_async("wait_job", job, **settings)


def refresh_job(job: Job, *, config: Config | None = None) -> Update:
    """One look at a job; a finished one has its response in ``result``."""
    update: Update = _once("refresh_job", job, config=config)
    return update


async def refresh_job_async(job: Job, *, config: Config | None = None) -> Update:
    """The same as :func:`refresh_job`, on asyncio or trio."""
    update: Update = await _once_async("refresh_job", job, config=config)
    return update


def cancel_job(job: Job, *, config: Config | None = None) -> Update:
    """Asks the provider to stop a job.

    Returns:
        What the provider says. Only the status ``cancelled`` is its confirmation; otherwise look again.

    Raises:
        ValidationError: The provider has no way to cancel.
    """
    update: Update = _once("cancel_job", job, config=config)
    return update


async def cancel_job_async(job: Job, *, config: Config | None = None) -> Update:
    """The same as :func:`cancel_job`, on asyncio or trio."""
    update: Update = await _once_async("cancel_job", job, config=config)
    return update


def discover_model(config: Config | str) -> ModelSpec:
    """Fetches the published schema of a model that no catalogue lists, and plans by it from now on in this process.

    A catalogue's own entry for a model goes before a fetched one. ``config.discover=True`` does the same on its own,
    where a model is unlisted, before ``generate_…`` and ``submit_…`` plan.

    Args:
        config: A config of either kind, or ``"provider/model"``. The vendor is asked with its key only where it wants
            one.

    Returns:
        What the model takes. ``describe`` in ``tarash_core.fields.describe`` turns a variant into a table.

    Raises:
        ValidationError: The provider publishes no schemas, or has no such model.
        TarashException: The vendor cannot be asked, or its schema cannot be read.
    """
    spec: ModelSpec = _once("discover_model", config)
    return spec


async def discover_model_async(config: Config | str) -> ModelSpec:
    """The same as :func:`discover_model`, on asyncio or trio."""
    spec: ModelSpec = await _once_async("discover_model", config)
    return spec


def read_webhook(
    provider: str,
    headers: HeadersLike,
    body: bytes,
    secret: str | None = None,
    *,
    config: Config | None = None,
    job: Job | None = None,
    seen: Seen | None = None,
    tolerance_seconds: float = 300.0,
) -> WebhookEvent:
    """Checks and reads a callback that a provider has sent to ``webhook_url``.

    A callback counts once: its id is remembered for as long as it could be sent again, by this process alone. Where
    several processes receive callbacks, or where your own work on one may fail and shall be tried again, pass
    ``seen``.

    Args:
        provider: Name of the provider that was told the URL.
        headers: The headers of the request: a mapping, or pairs of names and values; case does not count.
        body: The body as it arrived, byte for byte.
        secret: What the vendor signs with. When None, that of the account or of the vendor's variable; fal and
            Replicate need none, as their keys are fetched and kept for a day.
        config: For an account, a key or a host that the environment does not name.
        job: The receipt, if you have it. Without it the update's own job has the model ``"unknown"``.
        seen: Where ids are kept instead: like a set, or a function that remembers an id and says whether it knew it.
            In the async API it runs in a worker thread. A store that several processes share must be a function that
            does both in one step.
        tolerance_seconds: How far the time at which it was signed may be from now; a provider may grant less.

    Returns:
        The event, with the finished response in ``update.result``.

    Raises:
        WebhookError: Not authentic, too old, unreadable, or read before (then ``is_repeat``). When it is
            ``retryable`` the check itself failed: let the vendor send it again.
        ValidationError: The provider has no callbacks, or an argument is of the wrong kind.
    """
    settings: dict[str, Any] = {"config": config, "job": job, "seen": seen, "tolerance_seconds": tolerance_seconds}
    event: WebhookEvent = _once("read_webhook", provider, headers, body, secret, **settings)
    return event


async def read_webhook_async(
    provider: str,
    headers: HeadersLike,
    body: bytes,
    secret: str | None = None,
    *,
    config: Config | None = None,
    job: Job | None = None,
    seen: Seen | None = None,
    tolerance_seconds: float = 300.0,
) -> WebhookEvent:
    """The same as :func:`read_webhook`, on asyncio or trio."""
    settings: dict[str, Any] = {"config": config, "job": job, "seen": seen, "tolerance_seconds": tolerance_seconds}
    event: WebhookEvent = await _once_async("read_webhook", provider, headers, body, secret, **settings)
    return event


def watch_job(job: Job, *, timeout: float | None = None, config: Config | None = None) -> Iterator[Update]:
    """The updates of a job, one for each look, until it has ended or ``timeout`` seconds have passed."""
    from tarash_core.gateway import Gateway

    with Gateway() as gateway:
        yield from gateway.watch_job(job, timeout=timeout, config=config)


async def watch_job_async(
    job: Job, *, timeout: float | None = None, config: Config | None = None
) -> AsyncIterator[Update]:
    """The same as :func:`watch_job`, as an asynchronous iterator."""
    from tarash_core.gateway import AsyncGateway

    async with AsyncGateway() as gateway:
        async for update in gateway.watch_job(job, timeout=timeout, config=config):
            yield update


def register_provider_field_mapping(provider: str, mapping: Mapping[str, Mapping[str, FieldMapper]]) -> None:
    """Adds wire fields to models of a provider, in this process; what a model had is kept or replaced path by path.

    Args:
        provider: Name or alias of the provider.
        mapping: ``{model: {wire path: FieldMapper}}``. An id that nobody lists becomes a model of its own; one that
            ends in ``/``, ``:``, ``-`` or ``@`` stands for every model that begins so.

    Raises:
        ValidationError: A path cannot be read or a value is no FieldMapper; nothing was added.
        ProviderNotInstalledError: No package answers to the name.
    """
    from tarash_core.catalog.registry import register_provider_field_mapping as register
    from tarash_core.plugins.loader import load_provider

    register(load_provider(provider).name, mapping)


def get_provider_field_mapping(provider: str) -> dict[str, dict[str, FieldMapper]] | None:
    """Every wire field of every model of a provider, additions included; None if no model is known.

    Raises:
        ProviderNotInstalledError: No package answers to the name.
    """
    from tarash_core.catalog.registry import get_provider_field_mapping as get
    from tarash_core.plugins.loader import load_provider

    found = load_provider(provider)
    return get(found.name, found.catalog)
