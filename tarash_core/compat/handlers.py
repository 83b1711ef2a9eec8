"""A handler of the original as a provider of Tarash: its one call is the whole job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from attrs import define, field

from tarash_core import fields
from tarash_core.catalog.catalog import Catalog
from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.compat.models import config_view, request_view
from tarash_core.errors import TarashException, ValidationError
from tarash_core.fields import names
from tarash_core.models.job import Kind
from tarash_core.models.media import Media, to_media
from tarash_core.models.plan import Plan
from tarash_core.models.request import MODES
from tarash_core.plugins.credentials import Credentials
from tarash_core.plugins.provider import Attempt, Provider, Steps, blocking
from tarash_core.plugins.updates import Accepted, Done, Output
from tarash_core.plugins.updates import Update as ProviderUpdate

METHODS = ("generate_video", "generate_video_async", "generate_image", "generate_image_async")
"""Those of the eight methods that are ever called."""


@define(eq=False)
class Call:
    """One call of this package's API, for the handlers that it may come to.

    Attributes:
        configs: The chain in the order of its attempts, as the program wrote it.
        request: The request, as the program wrote it.
        on_progress: The program's function.
        is_async: Whether an event loop waits for it.
        answers: What handlers have returned, by the number of the attempt.
    """

    configs: list[Any]
    request: Any
    on_progress: Callable[[Any], Any] | None
    is_async: bool
    answers: dict[int, Any] = field(factory=dict)


_current: ContextVar[Call | None] = ContextVar("tarash_compat_call", default=None)


@contextmanager
def known(call: Call) -> Iterator[None]:
    """Lets handlers know the call that they serve: a provider is shown neither config nor callback."""
    token = _current.set(call)
    try:
        yield
    finally:
        _current.reset(token)


def _passing(kind: Kind) -> Variant:
    """A way of calling that takes everything, for the handler checks its request itself."""
    modes = [mode for mode in MODES if (mode in names.VIDEO_MODES) == (kind == "video")]
    counts = {"number_of_videos"} if kind == "video" else {"n"}
    values = {name: fields.passthrough_field_mapper(name) for name in sorted(names.VALUES - names.COUNTS | counts)}
    single = {
        name: fields.passthrough_field_mapper(name, forms=("url", "data_uri"))
        for name in ("video", "audio", "mask_image")
    }
    images = {"image_list": fields.image_list_field_mapper(forms=("url", "data_uri"))}
    return Variant(modes=modes, fields={**values, **single, **images})


class Everything(Catalog):
    """Every model that is asked for."""

    _spec_of_all = ModelSpec(variants=(_passing("video"), _passing("image")))

    def get(self, model: str) -> ModelSpec | None:
        """The same for all."""
        return self._spec_of_all


class HandlerProvider(Provider):
    """Runs an eight-method handler. It cannot be resumed, cancelled or watched, as its one call does everything.

    Args:
        name: The name under which configs ask for it.
        handler: The handler.
    """

    origins = ()
    credentials = Credentials(optional=True)
    settings = None
    catalog = Everything()

    def __init__(self, name: str, handler: Any) -> None:
        self._name, self._handler = name, handler

    @property
    def name(self) -> str:  # type: ignore[override]
        """The name under which configs ask for it."""
        return self._name

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted | Done]:
        """Calls the handler and takes its response for the finished job."""
        call = _current.get()
        answer = yield from blocking(lambda: self._answer(call, plan, attempt), buys=True)
        if call is not None:
            call.answers[attempt.number] = answer
        return _done(answer)

    def poll(self, job: Any) -> Steps[ProviderUpdate]:
        """Never asked in one process; a receipt from another one leads nowhere."""
        yield from ()
        raise ValidationError(f"A job of the handler {self._name!r} cannot be taken up again; it ended with its call.")

    def _answer(self, call: Call | None, plan: Plan, attempt: Attempt) -> Any:
        """Runs in a worker thread where an event loop waits, and hands the coroutine back to that loop."""
        is_async = call is not None and call.is_async
        method = self._method(plan.kind, is_async)
        given = _given(call, plan, attempt)
        try:
            if not is_async:
                return method(*given)
            import anyio.from_thread

            return anyio.from_thread.run(method, *given)
        except TarashException:
            raise
        except NotImplementedError as error:
            raise self._lacks(method.__name__) from error
        except Exception as error:
            raise wrapped(error) from error

    def _method(self, kind: Kind, is_async: bool) -> Callable[..., Any]:
        name = f"generate_{kind}{'_async' if is_async else ''}"
        found: Callable[..., Any] | None = getattr(self._handler, name, None)
        if found is None:
            raise self._lacks(name)
        return found

    def _lacks(self, method: str) -> ValidationError:
        return ValidationError(f"The handler of {self._name!r} has no {method}; ask another provider.", charged="no")


def _given(call: Call | None, plan: Plan, attempt: Attempt) -> tuple[Any, Any, Any]:
    if call is not None:
        return call.configs[attempt.number - 1], call.request, call.on_progress
    config = config_view(plan.kind, plan.provider, plan.model, attempt.settings)
    return config, request_view(plan.request), None


def _done(answer: Any) -> Done:
    """The finished state of what a handler returned.

    Raises:
        TarashException: It is no response.
    """
    shapes = getattr(answer, "images", None) or [getattr(answer, "video", None)]
    if shapes == [None]:
        raise TarashException(f"The handler returned no response, but {type(answer).__name__}.", charged="unknown")
    kind = getattr(answer, "content_type", None)
    seconds = getattr(answer, "duration", None)
    outputs = (_output(to_media(shape), kind, seconds) for shape in shapes)
    return Done(*outputs, raw=answer.raw_response, audio_url=getattr(answer, "audio_url", None))


def _output(media: Media, kind: str | None, seconds: float | None) -> Output:
    is_address = media.scheme == "http"
    return Output(
        media.url if is_address else None,
        data=None if is_address else b"".join(media.chunks()),
        content_type=media.content_type or kind,
        duration_seconds=seconds,
    )


def wrapped(error: Exception) -> TarashException:
    """An error of Tarash's tree for any other one of a handler; nobody can tell what it has cost."""
    return TarashException(f"The handler failed with {type(error).__name__}: {error}.", charged="unknown")
