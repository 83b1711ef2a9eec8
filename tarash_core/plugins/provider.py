"""The contract of a provider: describe requests, read answers, and nothing else."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, TypeVar

from attrs import evolve, field, frozen

from tarash_core.catalog.catalog import Catalog
from tarash_core.errors import TarashException, ValidationError
from tarash_core.models.base import masked
from tarash_core.plugins.credentials import Credential, Credentials
from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.plugins.updates import ENDED, Accepted, Done, Expired, Update

if TYPE_CHECKING:
    from tarash_core.catalog.spec import ModelSpec
    from tarash_core.models.config import Config
    from tarash_core.models.job import Job
    from tarash_core.models.media import Media
    from tarash_core.models.plan import Plan

T = TypeVar("T")

Phase = Literal["submit", "poll", "cancel", "upload", "download", "webhook", "schema"]
"""What a request was for, when its answer is an error."""

CONTRACT_VERSION = 1
"""The version of this contract; the core speaks it and the one before."""

UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What reading an answer of an unexpected shape raises."""


@frozen
class Blocking:
    """A call that does its own I/O, for a vendor without HTTP; the async drivers run it in a worker thread.

    Attributes:
        function: The call.
        buys: Whether it buys, so that an interruption leaves open what was bought.
    """

    function: Callable[[], Any]
    buys: bool = False


Steps: TypeAlias = Generator[HttpRequest | Blocking, HttpResponse, T]
"""A generator that yields requests, is sent their answers, and returns a T: ``response = yield HttpRequest(...)``."""


def blocking(function: Callable[[], T], *, buys: bool = False) -> Steps[T]:
    """Runs a call that does its own I/O and returns its result.

    In a provider: ``token = yield from blocking(fetch_token)``.

    Args:
        function: The call.
        buys: Whether it buys, so that an interruption leaves open what was bought.
    """
    result: Any = yield Blocking(function, buys)
    return result  # type: ignore[no-any-return]


def look(request: HttpRequest, read: Callable[[HttpResponse], Update]) -> Steps[Update]:
    """Asks how a job is, and learns from a 404 that the vendor no longer knows it.

    In a provider: ``return (yield from look(HttpRequest("GET", url), read))``.

    Args:
        request: The question; 404 need not be expected.
        read: What any other answer says.
    """
    from tarash_core.plugins.answers import body_of

    response = yield evolve(request, expect=(*request.expect, 404))
    return Expired(raw=body_of(response)) if response.status == 404 else read(response)


def stop(
    looked: Callable[[], Steps[Update]], request: HttpRequest, read: Callable[[HttpResponse], Update | None]
) -> Steps[Update]:
    """Stops a job that has not ended; what has ended is told and left alone, for its result may go with it.

    Args:
        looked: Asks how the job is.
        request: Stops it.
        read: What the answer says; None where it says nothing, so that the job is looked at once more.
    """
    update = yield from looked()
    if isinstance(update, ENDED):
        return update
    return read((yield request)) or (yield from looked())


def check_words(given: Mapping[str, Any], allowed: Mapping[str, Collection[str]]) -> None:
    """Refuses a setting that is none of the words that it may be; for what a job's state holds, too.

    Args:
        given: Settings by name, among others.
        allowed: What each may be; any where that is empty.

    Raises:
        ValidationError: One is something else.
    """
    for name, words in allowed.items():
        if words and given.get(name) is not None and given[name] not in words:
            raise ValidationError(f"The setting {name} must be one of {', '.join(words)}, not {given[name]!r}.")


@frozen(kw_only=True)
class Cadence:
    """How often a vendor wants to be asked, in seconds: at first, at most, and how fast it grows between."""

    first: float = 1.0
    most: float = 5.0
    growth: float = 1.25

    def wait(self, looks: int) -> float:
        """Seconds to wait after that many looks at the job."""
        return min(self.most, self.first * self.growth ** min(looks, 50))


@frozen(kw_only=True)
class Attempt:
    """One config of a chain at work.

    Attributes:
        id: Our id of the attempt.
        plan: The plan, its payload filled.
        idempotency_key: The same for every repetition of this attempt's purchase.
        account: Alias of the account that pays.
        number: Which config of the chain; 1 for the head.
        settings: The provider's own settings: the account's, and over them ``config.provider_config``.
        webhook_url: Where the vendor shall call back.
        api_version: Version of the vendor's API, where it has several.
        attach_if_running: Whether an equal job in flight shall be joined, not bought again.
        allow_unknown_cost: Whether it may be bought under a budget although no price is known.
    """

    id: str
    plan: Plan
    _fingerprint: str | Callable[[], str] = field(alias="fingerprint", repr=False, eq=False)
    idempotency_key: str
    account: str | None = None
    number: int = 1
    settings: Mapping[str, Any] = field(factory=dict, repr=False)
    webhook_url: str | None = field(default=None, repr=masked)
    api_version: str | None = None
    _payer: str | Callable[[], str] = field(default="", alias="payer", repr=False, eq=False)
    attach_if_running: bool = False
    allow_unknown_cost: bool = False

    @functools.cached_property
    def fingerprint(self) -> str:
        """A hash of what is asked for; equal for equal requests. Made when it is first read, as few ask for it."""
        return self._fingerprint() if callable(self._fingerprint) else self._fingerprint

    @property
    def payer(self) -> str:
        """A hash of the key and the host; tells accounts apart that have no alias."""
        return self._payer() if callable(self._payer) else self._payer


class Provider:
    """Base class of all providers; a capability is a method that is overridden.

    A whole provider::

        class Acme(Provider):
            name = "acme"
            title = "Acme Video"
            origins = ("https://api.acme.example",)
            credentials = Credentials("ACME_API_KEY")
            catalog = Catalog({"acme-1": ModelSpec(variants=(Variant(
                modes={"text-to-video"}, endpoint="/v1/videos", fields={
                    "prompt": passthrough_field_mapper("prompt", required=True),
                    "seconds": duration_field_mapper("int", [4, 8])}),))})

            def submit(self, plan, attempt):
                url = self.origins[0] + plan.endpoint
                response = yield HttpRequest("POST", url, json=plan.payload, effect="buy")
                return Accepted(response.json()["id"])

            def poll(self, job):
                response = yield HttpRequest("GET", f"{self.origins[0]}/v1/videos/{job.id}")
                body = response.json()
                return Done(Output(body["url"])) if body["status"] == "done" else Running(raw=body)

    URLs are written with the vendor's own origins; the engine moves them below ``config.base_url`` where that is
    set. An answer of 400 and above that the request does not ``expect`` is thrown into the generator as what
    :meth:`error` makes of it.
    """

    contract_version: ClassVar[int] = CONTRACT_VERSION
    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    title: ClassVar[str] = ""
    origins: ClassVar[tuple[str, ...]]
    credentials: ClassVar[Credentials]
    webhook_secrets: ClassVar[Credentials] = Credentials(optional=True)
    """Which variable holds the secret that callbacks are signed with; none where a public key or the API tells."""
    catalog: Catalog
    settings: ClassVar[Collection[str] | Mapping[str, Collection[str]] | None] = ()
    """Names that ``provider_config`` may hold, or what each may be, any where that is empty; None where all may be."""
    takes_no_webhook: ClassVar[str] = ""
    """What to do instead, where the vendor calls back and yet a request cannot name its ``webhook_url``."""
    simulator: ClassVar[str | None] = None
    cadence: ClassVar[Cadence] = Cadence()
    running_limits: ClassVar[Mapping[str, int]] = {}
    """At most so many jobs of an account at once, by kind, where the vendor publishes a number and refuses more."""
    inline_limit_bytes: ClassVar[int] = 0
    """Local media up to this size are sent as a data URI, where the field takes one, instead of being uploaded."""

    def authorize(self, request: HttpRequest, credential: Credential, now: datetime) -> Mapping[str, str]:
        """Headers that carry the key of ``credential`` for this request."""
        return {"authorization": f"Bearer {credential.api_key}"}

    def surface(self, config: Config) -> str | None:
        """Which surface of the vendor's API this config means, where there are several; chooses the variants."""
        return None

    def check(self, settings: Mapping[str, Any], webhook_url: str | None) -> None:
        """Refuses, before anything is planned, what no model of the provider can do; the engine calls it.

        Args:
            settings: The provider's own settings, of ``provider_config`` and of the account.
            webhook_url: Where the vendor shall call back.

        Raises:
            ValidationError: There is no such setting, or it may not be this; or the vendor cannot call back, or not
                where a request says.
        """
        name = self.title or self.name
        if webhook_url is not None and (self.takes_no_webhook or not self.can("webhook")):
            why = self.takes_no_webhook or "leave it out, and wait for the job"
            raise ValidationError(f"{name} takes no webhook_url with a request: {why}.", provider=self.name)
        unknown = sorted(settings.keys() - set(settings if self.settings is None else self.settings))
        if unknown:
            known = ", ".join(self.settings or ()) or "none"
            raise ValidationError(f"{name} has no setting {unknown[0]!r}; it has {known}.", provider=self.name)
        if isinstance(self.settings, Mapping):
            check_words(settings, self.settings)

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted | Done]:
        """Buys the job; its purchase is the one request with ``effect="buy"``.

        What goes wrong after the purchase was answered below 400 counts as a lost answer: the job may be running. An
        error that reads a refusal out of such an answer says so with ``charged="no"``.
        """
        raise NotImplementedError(f"{type(self).__name__} must override submit().")

    def poll(self, job: Job) -> Steps[Update]:
        """Asks how the job is; may read its result too."""
        raise NotImplementedError(f"{type(self).__name__} must override poll().")

    def cancel(self, job: Job) -> Steps[Update]:
        """Asks the vendor to stop. Return ``Cancelled`` only when the vendor confirms it; else what it said."""
        raise NotImplementedError(f"{type(self).__name__} has no cancel().")

    def upload(self, media: Media) -> Steps[str]:
        """Stores a local medium with the vendor and returns its URL."""
        raise NotImplementedError(f"{type(self).__name__} has no upload().")

    def error(self, response: HttpResponse, phase: Phase) -> TarashException:
        """Our error for an answer of 400 and above: its class, ``retryable`` and ``charged``."""
        from tarash_core.plugins.answers import error_of_status

        return error_of_status(response, phase)

    def webhook(self, headers: Mapping[str, str], body: bytes, secret: str | None, now: datetime) -> Steps[Callback]:
        """Checks and reads a callback.

        May fetch a key set: its answer is kept for a day, and fetched anew when no key fits. Compare signatures in
        constant time and refuse an old timestamp; the engine refuses what it has seen before.

        Args:
            headers: The headers, names without case.
            body: The body as it arrived.
            secret: The caller's, else that of the account or of ``webhook_secrets``; None where there is none.
            now: The present moment.

        Raises:
            WebhookError: The callback is not authentic, too old or unreadable.
        """
        raise NotImplementedError(f"{type(self).__name__} has no webhook().")

    def schema(self, model: str) -> Steps[ModelSpec]:
        """The published schema of a model that nobody listed, as a spec."""
        raise NotImplementedError(f"{type(self).__name__} has no schema().")

    def live_models(self, known: Collection[str]) -> Steps[Iterable[str]]:
        """The ids of video and image models that the vendor lists now.

        Args:
            known: The ids of the catalogue. A vendor without a list is asked about each of them.
        """
        raise NotImplementedError(f"{type(self).__name__} has no live_models().")

    def can(self, capability: str) -> bool:
        """Whether the provider overrides ``cancel``, ``upload``, ``webhook``, ``schema`` or ``live_models``."""
        return getattr(type(self), capability) is not getattr(Provider, capability)


@frozen(kw_only=True)
class Callback:
    """An authentic callback.

    Attributes:
        job_id: The vendor's id of the job.
        update: What it says about the job.
        event_id: The vendor's id of the delivery; None where it has none.
        sent_at: When the vendor signed it, where it says so.
    """

    job_id: str
    update: Update
    event_id: str | None = None
    sent_at: datetime | None = None
