"""The chain: which configs there are, what each inherits, and when the next one is tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import evolve, field, frozen

from tarash_core import errors
from tarash_core.engine import attempt, discovery
from tarash_core.engine.access import Access
from tarash_core.engine.asks import LEAVING, Flow
from tarash_core.engine.attempt import Listeners
from tarash_core.engine.clocks import Deadline
from tarash_core.engine.interruption import leave_word
from tarash_core.engine.record import Record
from tarash_core.engine.session import Session
from tarash_core.errors import TarashException
from tarash_core.models.config import Config
from tarash_core.models.execution import AttemptMetadata, AttemptStatus, ExecutionMetadata
from tarash_core.models.plan import Plan
from tarash_core.models.request import Request
from tarash_core.models.response import Response
from tarash_core.plugins import hooks

INHERITED = ("timeout", "on_unsupported", "mock", "allow_retired")
_FALLS_BACK = (errors.GenerationFailedError, errors.TimeoutError, errors.HTTPConnectionError, errors.RateLimitError,
               errors.InsufficientCreditsError, errors.RetiredModelError, errors.ProviderNotInstalledError)  # fmt: skip
_SKIPPED_ANYWHERE = (errors.RetiredModelError, errors.ProviderNotInstalledError)


@frozen(kw_only=True)
class Link:
    """A config of the chain that can take the request."""

    config: Config
    access: Access
    plan: Plan


@frozen
class Refusal:
    """A config of the chain that cannot, and why."""

    config: Config
    error: TarashException


def flattened(head: Config) -> tuple[Config, ...]:
    """The chain in the order of its attempts, depth first; each config inherits from the one that names it."""
    return tuple(_walk(head))


def _walk(config: Config) -> Iterator[Config]:
    yield config
    for fallback in config.fallback_configs:
        inherited = {name: getattr(config, name) for name in INHERITED if name not in fallback.given}
        yield from _walk(evolve(fallback, **inherited, given=fallback.given | frozenset(inherited)))


def prepared(
    session: Session, config: Config, request: Request, ready: Plan | None = None, needs_key: bool = True
) -> Link | Refusal:
    """The plan and the account for one config, or why there is none; nothing is sent."""
    try:
        access = session.access(config, needs_key)
        plan = plan_of(access, config, request) if ready is None else still_allowed(access, config, ready)
        return Link(config=config, access=access, plan=plan)
    except TarashException as error:
        return Refusal(config, errors.complete(error, provider=config.provider, model=config.model))


def discovered(
    session: Session, config: Config, request: Request, ready: Plan | None, total: Deadline
) -> Flow[Link | Refusal]:
    """The same as :func:`prepared`, after the schema of an unlisted model was fetched where the config wants that."""
    try:
        if ready is None:
            until = Deadline.after(session.clock, config.timeout).sooner(total)
            yield from discovery.discover_unlisted(session, config, until)
    except TarashException as error:
        return Refusal(config, errors.complete(error, provider=config.provider, model=config.model))
    return prepared(session, config, request, ready)


def plan_of(access: Access, config: Config, request: Request) -> Plan:
    """What would be sent to one provider.

    Raises:
        ValidationError: The model cannot do this; the sentence names field, value and what is allowed.
    """
    from tarash_core.fields.planning import make_plan

    provider, found = access.provider, _found(access, config)
    plan = make_plan(
        provider=provider.name,
        model=config.model,
        spec=found.spec,
        request=request,
        policy=config.on_unsupported,
        surface=provider.surface(access.meant(config)),
        own_host=access.own_host,
        allow_retired=config.allow_retired,
        notices=found.notices,
        siblings=provider.catalog.siblings,
    )
    check_budget(plan, config)
    return plan


def _found(access: Access, config: Config) -> Any:
    from tarash_core.catalog.lookup import find_model

    provider = access.provider
    return find_model(provider.name, provider.catalog, config.model, discoverable=provider.can("schema"))


def still_allowed(access: Access, config: Config, plan: Plan) -> Plan:
    """A plan that was made before, with what this config and this day ask of it.

    Raises:
        BudgetExceededError: It costs more than the config allows.
        RetiredModelError: The model, or this way of calling it, is switched off by now.
    """
    from tarash_core.catalog.lifecycle import check_lifecycle

    spec, where = _found(access, config).spec, f"{plan.provider}/{plan.model}"
    ways = [way for way in spec.variants if way.endpoint == plan.endpoint and plan.variant in way.modes]
    for lifecycle in (spec.lifecycle, *(way.lifecycle for way in ways)):
        check_lifecycle(lifecycle, where, own_host=access.own_host, allow_retired=config.allow_retired)
    check_budget(plan, config)
    return plan


def check_budget(plan: Plan, config: Config) -> None:
    """Refuses a plan that costs more than the config allows, or whose cost nobody knows.

    Raises:
        BudgetExceededError: Nothing was bought.
    """
    limit = config.max_cost_usd
    if limit is None:
        return
    estimate = plan.estimated_cost.usd if plan.estimated_cost else None
    if estimate is None and not config.allow_unknown_cost:
        raise errors.BudgetExceededError(
            f"No price is known for {plan.model}, so max_cost_usd={limit:g} cannot be kept; "
            "set allow_unknown_cost=True to buy."
        )
    if estimate is not None and float(estimate) > limit:
        raise errors.BudgetExceededError(f"{plan.model} should cost {estimate} USD, more than max_cost_usd={limit:g}.")


def planned(session: Session, head: Config, request: Request) -> Plan:
    """The plan of the whole chain: the first config that takes the request, the others as its fallbacks.

    Raises:
        TarashException: The refusal of the head, when it is one that a chain does not skip.
    """
    plans = [link.plan for link in links_of(session, head, request) if isinstance(link, Link)]
    return plans[0].replace(fallbacks=tuple(plans[1:]))


def links_of(session: Session, head: Config, request: Request) -> Sequence[Link | Refusal]:
    """What each config of a chain makes of a request, without a key; errors as in :func:`planned`."""
    links = [prepared(session, config, request, needs_key=False) for config in flattened(_with_budget(head))]
    _raise_refusal_of_head(links)
    return links


def _with_budget(head: Config) -> Config:
    """The limits that the head sets for its whole chain, written on each config."""
    if not head.fallback_configs:
        return head
    limits: dict[str, Any] = {"allow_unknown_cost": head.allow_unknown_cost}
    if head.max_cost_usd is not None:
        limits["max_cost_usd"] = head.max_cost_usd
    fallbacks = tuple(_with_budget(evolve(config, **limits)) for config in head.fallback_configs)
    return evolve(head, fallback_configs=fallbacks)


def _raise_refusal_of_head(links: Sequence[Link | Refusal]) -> None:
    head = links[0]
    if isinstance(head, Refusal) and not skippable(head.error):
        raise head.error
    if not any(isinstance(link, Link) for link in links):
        raise head.error if isinstance(head, Refusal) else AssertionError("a link is no refusal")


def _is_refused(run: attempt.Run, error: BaseException) -> bool:
    """Whether an attempt ended before its purchase left, as a budget or the provider's own rules forbid it.

    One that may have been bought by somebody else is not passed by.
    """
    return isinstance(error, errors.ValidationError) and error.charged == "no" and not run.record.sent


def skippable(error: TarashException) -> bool:
    """Whether a config with this refusal is passed over wherever it stands: retired, not installed, no key."""
    no_key = isinstance(error, errors.AuthenticationError) and error.status_code is None
    return no_key or isinstance(error, _SKIPPED_ANYWHERE)


@frozen(kw_only=True)
class Chain:
    """A chain at work.

    Attributes:
        session: The gateway's state.
        head: The first config; its clocks and rules count for all.
        request: What is wanted.
        listeners: The caller's functions.
        plans: Plans that were made before, by provider and model.
        finished: The attempts so far.
        attach: Whether an equal job in flight is joined.
        tried: The plan of each attempt; the last one is what was delivered.
    """

    session: Session
    head: Config
    request: Request
    listeners: Listeners
    plans: dict[tuple[str, str], Plan] = field(factory=dict)
    finished: list[AttemptMetadata] = field(factory=list)
    attach: bool = False
    tried: list[Plan] = field(factory=list)

    def run(self) -> Flow[Response]:
        """Tries the configs in order until one delivers.

        Raises:
            TarashException: The last error, with every attempt in ``execution_metadata``.
        """
        configs = flattened(_with_budget(self.head))
        try:
            return (yield from self._in_turn(configs))
        except LEAVING as leaving:
            leaving.execution_metadata = self._metadata(len(configs))  # type: ignore[union-attr]
            raise
        except TarashException:
            raise
        except Exception as error:  # of a rule or a plugin of the user's: what was bought before it goes with it
            error.execution_metadata = self._metadata(len(configs))  # type: ignore[attr-defined]
            leave_word(error, error)
            raise

    def _in_turn(self, configs: Sequence[Config]) -> Flow[Response]:
        total = Deadline.after(self.session.clock, self.head.total_timeout)
        failure: TarashException | None = None
        for number, config in enumerate(configs, 1):
            try:
                return (yield from self._one(number, config, total, len(configs)))
            except TarashException as error:
                failure = self._next_or_raise(error, failure, number, len(configs), total)
        raise self._final(failure, len(configs))

    def _one(self, number: int, config: Config, total: Deadline, length: int) -> Flow[Response]:
        ready = self.plans.get((config.provider, config.model))
        link = yield from discovered(self.session, config, self.request, ready, total)
        if isinstance(link, Refusal):
            self._skip(number, link)
            raise link.error
        self.tried.append(link.plan)
        deadline = Deadline.after(self.session.clock, config.timeout).sooner(total)
        try:
            run = attempt.start(link.access, config, link.plan, number, deadline, self.listeners, self.attach)
        except TarashException as error:
            self._skip(number, Refusal(config, error))
            raise
        response = yield from self._recorded(run)
        # It is as new as its attempt, and nobody else has it yet: no copy is needed.
        object.__setattr__(response, "execution_metadata", self._metadata(length))
        return response

    def _recorded(self, run: attempt.Run) -> Flow[Response]:
        """Runs an attempt and reports its end exactly once, whatever the end is."""
        try:
            response = yield from attempt.generate(run)
        except BaseException as error:
            status: AttemptStatus = "skipped" if run.record.number > 1 and _is_refused(run, error) else "failed"
            attempt.close(run, status, error, self.finished.append)
            raise
        attempt.close(run, "success", keep=self.finished.append)
        return response

    def _skip(self, number: int, refusal: Refusal) -> None:
        config, moment = refusal.config, self.session.clock.now()
        record = Record(provider=config.provider, model=config.model, number=number, started_at=moment)
        metadata = record.close(moment, "skipped", refusal.error)
        self.finished.append(metadata)
        hooks.attempt_finished(metadata, self.session.extensions)

    def _next_or_raise(
        self, error: TarashException, before: TarashException | None, number: int, length: int, total: Deadline
    ) -> TarashException:
        """The error to raise if nobody delivers.

        Raises:
            TarashException: This one, when the chain ends here.
        """
        last = self.finished[-1]
        skipped = last.status == "skipped"
        if skipped and number > 1:
            return before or error
        if skipped and (skippable(error) or self._lacks_schema(error)):
            return error
        if number == length or skipped or total.over() or not self._goes_on(error, last):
            raise self._final(error, length)
        return error

    def _lacks_schema(self, error: TarashException) -> bool:
        """Whether a config is passed over because its vendor could not be asked for the schema."""
        return isinstance(error, (errors.HTTPError, errors.HTTPConnectionError)) and falls_back(self.head, error)

    def _goes_on(self, error: TarashException, last: AttemptMetadata) -> bool:
        if last.unsettled and self.head.on_unsettled == "stop":
            return False
        return skippable(error) or falls_back(self.head, error)

    def _final(self, error: TarashException | None, length: int) -> TarashException:
        final = error or errors.ValidationError("The chain has no config.")
        final.execution_metadata = metadata = self._metadata(length)
        if any(one.unsettled for one in metadata.attempts):  # who sends it again may pay twice, whatever came last
            final._charged = "unknown"
            errors.complete(final, job=next(iter(metadata.abandoned_jobs[::-1]), None))
        return final

    def _metadata(self, length: int) -> ExecutionMetadata:
        return ExecutionMetadata(attempts=tuple(self.finished), configs_in_chain=length)


def falls_back(head: Config, error: TarashException) -> bool:
    """Whether the next config is tried after this settled failure, by ``fallback_on`` or by default."""
    rule = head.fallback_on
    if callable(rule):
        return bool(rule(error))
    if rule is not None:
        return isinstance(error, tuple(rule))
    if isinstance(error, errors.HTTPError) and (error.status_code or 0) >= 500:
        return True
    return isinstance(error, _FALLS_BACK) and not isinstance(error, errors.JobCancelledError)
