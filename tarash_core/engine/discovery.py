"""Models that no catalogue lists: their published schema is fetched, and what a vendor lists now is asked."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

from attrs import frozen

from tarash_core.catalog.lookup import is_known, nearest
from tarash_core.catalog.registry import registry
from tarash_core.catalog.search import listed_ids
from tarash_core.catalog.spec import ModelSpec
from tarash_core.engine.access import Access
from tarash_core.engine.asks import Flow
from tarash_core.engine.clocks import Deadline
from tarash_core.engine.exchange import Line, converse
from tarash_core.engine.session import Session, mock_of
from tarash_core.errors import HTTPError, PluginError, TarashException, ValidationError, complete
from tarash_core.models.config import Config, VideoGenerationConfig
from tarash_core.plugins.http import HttpRequest
from tarash_core.plugins.provider import Provider

T = TypeVar("T")


def discover(session: Session, target: Any) -> Flow[ModelSpec]:
    """Fetches the schema of the model that a config names, and remembers it for this process.

    Args:
        session: The gateway's state.
        target: A config of either kind, or ``provider/model``.

    Raises:
        ValidationError: The provider publishes no schemas, or has no such model.
        TarashException: The vendor cannot be asked, or its schema cannot be read.
    """
    config = _one_config(target)
    return (yield from fetched(session, config, Deadline.after(session.clock, config.timeout)))


def _one_config(target: Any) -> Config:
    if isinstance(target, Config):
        return target
    if isinstance(target, str):
        return VideoGenerationConfig.from_string(target)
    kind = type(target).__name__
    raise ValidationError(f"discover_model takes one config or 'provider/model', not a {kind}; call it for each model.")


def discover_unlisted(session: Session, config: Config, deadline: Deadline) -> Flow[None]:
    """Fetches the schema for a config with ``discover=True`` whose model is unknown; a mock asks nobody."""
    if not config.discover or mock_of(config) is not None:
        return
    provider = session.provider_of(config)
    if not is_known(provider.name, provider.catalog, config.model):
        yield from fetched(session, config, deadline)


def fetched(session: Session, config: Config, deadline: Deadline) -> Flow[ModelSpec]:
    """The spec of a model's published schema, which plans use from now on; errors as in :func:`discover`."""
    access = session.access(config, needs_key=False)
    try:
        _check_able(access.provider, config)
        spec = yield from _asked(session, config, access, access.provider.schema(config.model), deadline)
    except TarashException as error:
        told = _explained(error, access.provider, config.model)
        raise told from (error.__cause__ if told is error else error)
    if not isinstance(spec, ModelSpec):
        raise PluginError(f"The provider {access.provider.name} made {spec!r} of a schema, and no ModelSpec.")
    registry.remember(access.provider.name, config.model, spec)
    return spec


def _check_able(provider: Provider, config: Config) -> None:
    if mock_of(config) is not None:
        raise ValidationError("A mock asks nobody, so it discovers no model; leave mock and TARASH_MOCK out.")
    if not provider.can("schema"):
        raise ValidationError(
            f"{provider.title or provider.name} publishes no schemas that could be fetched; describe {config.model!r} "
            f"with register_provider_field_mapping({provider.name!r}, ...)."
        )


def _asked(
    session: Session, config: Config, access: Access, steps: Generator[Any, Any, T], deadline: Deadline
) -> Flow[T]:
    """Runs a provider's steps; a key is only asked for when one of them is signed."""
    line = Line(access=access, phase="schema", deadline=deadline)
    return (yield from converse(line, _keyed(steps, lambda: session.access(config))))


def _keyed(steps: Generator[Any, Any, T], need_key: Callable[[], object]) -> Generator[Any, Any, T]:
    answer: Any = None
    failure: TarashException | None = None
    try:
        while True:
            try:
                ask = steps.throw(failure) if failure is not None else steps.send(answer)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
            if isinstance(ask, HttpRequest) and ask.signed:
                need_key()
            answer, failure = None, None
            try:
                answer = yield ask
            except TarashException as error:
                failure = error
    finally:
        steps.close()


def _explained(error: TarashException, provider: Provider, model: str) -> TarashException:
    """The same failure in words about the model: it does not exist, or its schema cannot be read."""
    status = error.status_code if isinstance(error, HTTPError) else None
    if status == 404:
        near = nearest(provider.name, provider.catalog, model)
        meant = f"did you mean {near}?" if near else "look for its id in the vendor's list."
        return ValidationError(f"{provider.name} has no model {model!r}; {meant}", provider=provider.name, model=model)
    if status is not None and status < 400:
        return _unreadable(error, provider, model, status)
    return complete(error, provider=provider.name, model=model)


def _unreadable(error: TarashException, provider: Provider, model: str, status: int) -> HTTPError:
    cause = error.__cause__ if error.__cause__ is not None else error
    return HTTPError(
        f"The schema that {provider.name} publishes for {model!r} cannot be read ({type(cause).__name__}: {cause}); "
        f"describe the model with register_provider_field_mapping({provider.name!r}, ...).",
        provider=provider.name,
        model=model,
        status_code=status,
        raw_response=error.raw_response,
        retryable=False,
    )


@frozen
class Drift:
    """How a catalogue differs from what the vendor lists.

    Attributes:
        gone: Listed here as alive, but not by the vendor.
        new: Listed by the vendor, but unknown here.
        back: Marked here as delisted or retired, but listed by the vendor.
    """

    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    back: tuple[str, ...] = ()


def compare(session: Session, provider_name: str) -> Flow[Drift]:
    """Asks a vendor what it lists now, and compares the provider's catalogue with that.

    Raises:
        ValidationError: The provider has no way to ask.
        TarashException: The vendor cannot be asked.
    """
    config = VideoGenerationConfig(provider=provider_name, model="*")
    access = session.access(config, needs_key=False)
    provider = access.provider
    if not provider.can("live_models"):
        raise ValidationError(
            f"{provider.title or provider.name} has no list that could be asked; leave out --check.",
            provider=provider.name,
        )
    known = listed_ids(provider.catalog)
    deadline = Deadline.after(session.clock, config.timeout)
    live = yield from _asked(session, config, access, provider.live_models(known), deadline)
    return drift_of(provider, known, frozenset(live))


def drift_of(provider: Provider, known: Sequence[str], live: frozenset[str]) -> Drift:
    """How the known ids of a provider differ from the live ones."""
    left = {id for id in known if _has_left(provider.catalog[id])}
    return Drift(
        gone=tuple(sorted(set(known) - live - left)),
        new=tuple(sorted(id for id in live if not is_known(provider.name, provider.catalog, id))),
        back=tuple(sorted(left & live)),
    )


def _has_left(spec: ModelSpec) -> bool:
    life = spec.lifecycle
    return life is not None and (life.delisted is not None or life.has_ended())
