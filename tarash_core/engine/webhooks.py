"""Callbacks of providers: authentic, fresh, read once, and told in our own words."""

from __future__ import annotations

import functools
import hashlib
import inspect
import mimetypes
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeAlias, TypeVar, cast
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from tarash_core.engine import attempt, calls
from tarash_core.engine.access import Access, find_account
from tarash_core.engine.asks import Flow
from tarash_core.engine.callback_memory import memory_of
from tarash_core.engine.clocks import Deadline
from tarash_core.engine.exchange import Line, converse
from tarash_core.engine.record import Record
from tarash_core.engine.results import shown, with_access
from tarash_core.engine.retry import Retry
from tarash_core.engine.session import Session
from tarash_core.errors import (
    AuthenticationError,
    DeliveryError,
    PluginError,
    TarashException,
    ValidationError,
    WebhookError,
)
from tarash_core.models.config import CONFIGS, Config
from tarash_core.models.job import ImageJob, Job, VideoJob
from tarash_core.models.webhook import WebhookEvent
from tarash_core.plugins import updates
from tarash_core.plugins.http import Headers, HttpRequest
from tarash_core.plugins.loader import load_provider
from tarash_core.plugins.provider import Blocking, Callback, Provider, Steps

T = TypeVar("T")

TOLERANCE_SECONDS = 300.0
UNKNOWN_MODEL = "unknown"
"""What stands for the model in the job of a callback that came without one."""

_CHECK_SECONDS = 30.0
_SHORTEST_MEMORY_SECONDS = 2 * TOLERANCE_SECONDS
_LOOK_AND_ENTRY = threading.Lock()


class SeenSet(Protocol):
    """Anything like a set of texts."""

    def __contains__(self, item: Any, /) -> bool:
        """Whether it was put there before."""

    def add(self, item: Any, /) -> Any:
        """Puts it there."""


Seen: TypeAlias = SeenSet | Callable[[str], object]
"""Where the ids of callbacks are kept: a set, or a function that remembers one and says whether it knew it.

A store that several processes share must be a function that does both in one step, such as an insert under a unique
key: between a look into a set and the entry another process could read the same callback.
"""


@frozen(kw_only=True)
class Arrived:
    """A callback as it came in, and how it shall be read.

    Attributes:
        provider: Name of the provider.
        headers: Its headers.
        body: Its body.
        secret: The secret that the caller gave.
        config: A config for a key, an account or a host.
        job: The job that it should be about.
        seen: Where ids are kept; this process's memory when None.
        tolerance_seconds: How far its time may be from now.
    """

    provider: str
    headers: Headers
    body: bytes = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    config: Config | None = None
    job: Job | None = None
    seen: Seen | None = field(default=None, repr=False)
    tolerance_seconds: float = TOLERANCE_SECONDS


def arrived(provider: Any, headers: Any, body: Any, secret: Any, settings: Mapping[str, Any]) -> Arrived:
    """Reads the arguments of ``read_webhook``.

    Raises:
        ValidationError: One of them is of the wrong kind.
    """
    if not isinstance(body, (bytes, bytearray, memoryview)):
        raise ValidationError(
            f"body must be the bytes as they arrived, not a {type(body).__name__}: the signature is over the bytes."
        )
    if secret is not None and (not isinstance(secret, str) or not secret):
        raise ValidationError("secret must be the vendor's text, or None for the account's own.")
    if settings.get("seen") is not None:
        _check_seen(settings["seen"])
    if not isinstance(provider, str):
        raise ValidationError(f"The provider must be a name such as 'fal', not {provider!r}.")
    return Arrived(provider=provider, headers=_headers(headers), body=bytes(body), secret=secret, **settings)


def _headers(given: Any) -> Headers:
    """Headers of a mapping, of what has ``items()``, or of pairs, texts or bytes, as frameworks hand them out."""
    try:
        pairs: Iterable[Any] = given.items() if hasattr(given, "items") else given
        return Headers({_text(name): _text(value) for name, value in pairs})
    except (TypeError, ValueError) as error:
        raise ValidationError("headers must be the request's headers as a mapping of names to texts.") from error


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _check_seen(seen: Any) -> None:
    if inspect.iscoroutinefunction(seen):
        raise ValidationError("seen must be a plain function; in the async API it runs in a worker thread.")
    if not callable(seen) and not (hasattr(seen, "add") and hasattr(seen, "__contains__")):
        raise ValidationError("seen must be like a set, or a function that says whether it knew an id.")


def read(session: Session, given: Arrived) -> Flow[WebhookEvent]:
    """The event of a callback.

    Raises:
        ValidationError: The provider has no callbacks, or an argument does not fit.
        WebhookError: The callback is not authentic, too old, seen before or unreadable, or could not be checked.
    """
    config = _config(session, given)
    provider = load_provider(config.provider)
    if not provider.can("webhook"):
        raise ValidationError(f"{provider.title or provider.name} calls nobody back; ask with wait_job or refresh_job.")
    secret = given.secret or _found_secret(session, config, provider)
    access = session.access(config, needs_key=False)
    access = evolve(access, hidden=(*access.hidden, *filter(None, [secret])))
    try:
        callback = yield from _authentic(access, given, secret, _no_key(session, config))
        _check_time(callback, given, access.clock.now())
        _check_job(callback, given, provider)
        run, job = _run(access, config, given, callback)
        event = WebhookEvent(
            job_id=callback.job_id, update=_shown(run, job, callback.update), event_id=callback.event_id
        )
        yield from _check_repeat(callback, given, access)  # last, or what cannot be told would count as read
        yield from attempt.report(run, job, callback.update)
        return event
    except (WebhookError, PluginError):
        raise
    except TarashException as error:
        text = f"The callback could not be checked: {error}"
        raise WebhookError(text, provider=provider.name, retryable=error.retryable) from error


def _no_key(session: Session, config: Config) -> AuthenticationError | None:
    """Why nothing can be asked with a key, where that is so; many callbacks are checked without."""
    try:
        session.access(config)
    except AuthenticationError as error:
        return error
    return None


def _config(session: Session, given: Arrived) -> Config:
    name = load_provider(given.provider).name
    for what, other in (("config", given.config), ("job", given.job)):
        if other is not None and load_provider(other.provider).name != name:
            raise ValidationError(f"The {what} belongs to {other.provider}, and the callback to {given.provider}.")
    if given.job is not None:
        return session.config_of(given.job, given.config)
    return given.config or CONFIGS["video"](provider=given.provider, model=UNKNOWN_MODEL)


def _found_secret(session: Session, config: Config, provider: Provider) -> str | None:
    """The secret of the account, or of the vendor's variable.

    Raises:
        WebhookError: There is none and the provider cannot do without.
    """
    wanted = provider.webhook_secrets
    account = find_account(session.accounts, config, provider)
    for texts in (account.secrets if account else {}, os.environ):
        if (found := wanted.find(texts)) is not None:
            return found.api_key
    if wanted.alternatives and not wanted.optional:
        raise WebhookError(
            f"No secret for the callbacks of {provider.title or provider.name}: set {wanted.describe()}, or pass "
            "secret=.",
            provider=provider.name,
        )
    return None


def _authentic(
    access: Access, given: Arrived, secret: str | None, no_key: AuthenticationError | None
) -> Flow[Callback]:
    """What the provider makes of it; where no kept key fits, once more with fresh ones."""
    line = Line(
        access=access, phase="webhook", deadline=Deadline.after(access.clock, _CHECK_SECONDS), retry=Retry(tries=2)
    )
    keys = Keys(access, no_key)
    try:
        return (yield from converse(line, keys.lent(_checked(access, given, secret))))
    except WebhookError:
        if not keys.may_refresh():
            raise
    return (yield from converse(line, keys.lent(_checked(access, given, secret))))


def _checked(access: Access, given: Arrived, secret: str | None) -> Steps[Callback]:
    try:
        return (yield from access.provider.webhook(given.headers, given.body, secret, access.clock.now()))
    except TarashException:
        raise
    except Exception as error:
        text = (
            f"The callback of {access.provider.name} cannot be read ({type(error).__name__}); ask for the job instead."
        )
        raise WebhookError(text, provider=access.provider.name) from error


class Keys:
    """Answers the requests of one check from the shelf, and remembers which.

    Args:
        access: The account.
        no_key: The error for a request that wants a key where there is none.
    """

    def __init__(self, access: Access, no_key: AuthenticationError | None) -> None:
        self._access, self._no_key = access, no_key
        self._shelf = memory_of(access.clock).shelf
        self._lent: list[tuple[str, ...]] = []

    def lent(self, steps: Steps[T]) -> Steps[T]:
        """The same steps; what they ask for is taken from the shelf where it lies there."""
        try:
            ask: Any = next(steps)
            while True:
                try:
                    answer = yield from self._answer(ask)
                except TarashException as error:
                    ask = steps.throw(error)
                else:
                    ask = steps.send(answer)
        except StopIteration as stop:
            return cast("T", stop.value)
        finally:
            steps.close()

    def _answer(self, ask: Any) -> Steps[Any]:
        if not isinstance(ask, HttpRequest) or ask.effect != "read":
            return (yield ask)
        now, key = self._access.clock.monotonic(), self._key(ask)
        if (known := self._shelf.find(key, now)) is not None:
            self._lent.append(key)
            return known
        if ask.signed and self._no_key is not None:
            raise self._no_key
        answer = yield ask
        self._shelf.keep(key, answer, now)
        return answer

    def _key(self, ask: HttpRequest) -> tuple[str, ...]:
        access = self._access
        return access.provider.name, access.moved(ask.url), access.payer if ask.signed else ""

    def may_refresh(self) -> bool:
        """Whether kept answers were used, which are forgotten now."""
        now = self._access.clock.monotonic()
        return any([self._shelf.drop(key, now) for key in self._lent])


def _check_time(callback: Callback, given: Arrived, now: datetime) -> None:
    if callback.sent_at is None:
        return
    age = abs((now - callback.sent_at).total_seconds())
    if age > given.tolerance_seconds:
        raise WebhookError(
            f"The callback is {age:.0f} s away from now, more than {given.tolerance_seconds:g} s; ask for the job.",
            request_id=callback.job_id,
        )


def _check_job(callback: Callback, given: Arrived, provider: Provider) -> None:
    if given.job is not None and given.job.id != callback.job_id:
        raise WebhookError(
            f"The callback is about job {callback.job_id}, not {given.job.id}; pass the job that it names, or none.",
            provider=provider.name,
            request_id=callback.job_id,
        )


def _check_repeat(callback: Callback, given: Arrived, access: Access) -> Flow[None]:
    """Refuses what was read before; an event without an id is known by its body."""
    event = f"{access.provider.name}:{callback.event_id or hashlib.sha256(given.body).hexdigest()}"
    if given.seen is not None:
        knew = yield Blocking(functools.partial(_knew, given.seen, event))
    else:
        seconds = max(_SHORTEST_MEMORY_SECONDS, 2 * given.tolerance_seconds)
        knew = memory_of(access.clock).events.knew(event, access.clock.monotonic(), seconds)
    if knew:
        raise WebhookError(
            f"The callback about job {callback.job_id} was read before; answer the vendor and do nothing.",
            provider=access.provider.name,
            request_id=callback.job_id,
            is_repeat=True,
        )


def _knew(seen: Seen, event: str) -> bool:
    if callable(seen):
        return bool(seen(event))
    with _LOOK_AND_ENTRY:
        knew = event in seen
        seen.add(event)
    return knew


def _run(access: Access, config: Config, given: Arrived, callback: Callback) -> tuple[attempt.Run, Job]:
    job = with_access(given.job or _bare_job(access, callback), access)
    record = Record(
        provider=job.provider, model=job.model, number=1, started_at=access.clock.now(), job=job, charged="unknown"
    )
    return attempt.Run(access=access, config=config, record=record, deadline=Deadline(access.clock)), job


def _shown(run: attempt.Run, job: Job, update: updates.Update) -> Any:
    """Our update; one that tells of success and names no file has the error of that and no result."""
    try:
        return calls.shown_with_result(run, job, update)
    except DeliveryError as error:
        return shown(update, job, run.access, run.record).replace(error=error)


def _bare_job(access: Access, callback: Callback) -> Job:
    """A receipt made of what the callback says: whose job it is, its id, and what came out."""
    cls = ImageJob if _is_image(callback.update) else VideoJob
    return cls(
        provider=access.provider.name,
        model=UNKNOWN_MODEL,
        id=callback.job_id,
        account=access.account,
        submitted_at=access.clock.now(),
        contract_version=access.provider.contract_version,
    )


def _is_image(update: updates.Update) -> bool:
    outputs = update.outputs if isinstance(update, updates.Done) else ()
    return any(_type_of(output).startswith("image/") for output in outputs)


def _type_of(output: updates.Output) -> str:
    if output.content_type:
        return output.content_type
    try:
        return mimetypes.guess_type(urlsplit(output.url or "").path)[0] or ""
    except ValueError:  # no URL that can be read
        return ""
