"""The original's functions: they take and give its values, and the engine of ``tarash_core`` does the work."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from tarash_core import api
from tarash_core.compat.audio import generate_sts, generate_sts_async, generate_tts, generate_tts_async
from tarash_core.compat.habits import note
from tarash_core.compat.handlers import METHODS, Call, HandlerProvider, known
from tarash_core.compat.models import core_of, response_view, update_view
from tarash_core.errors import ValidationError
from tarash_core.models.response import Response

__all__ = [
    "generate_image", "generate_image_async", "generate_sts", "generate_sts_async", "generate_tts",
    "generate_tts_async", "generate_video", "generate_video_async", "get_provider_field_mapping", "register_provider",
    "register_provider_field_mapping",
]  # fmt: skip

_mappings: dict[str, dict[str, dict[str, Any]]] = {}
"""What programs have registered, in the original's shape, by provider."""


def generate_video(config: Any, request: Any, on_progress: Callable[[Any], Any] | None = None) -> Any:
    """Makes a video and waits for it; errors as in :func:`tarash_core.generate_video`."""
    return _generated(api.generate_video, config, request, on_progress)


async def generate_video_async(config: Any, request: Any, on_progress: Callable[[Any], Any] | None = None) -> Any:
    """The same on asyncio or trio; ``on_progress`` may be async."""
    return await _generated_async(api.generate_video_async, config, request, on_progress)


def generate_image(config: Any, request: Any, on_progress: Callable[[Any], Any] | None = None) -> Any:
    """Makes images and waits for them; errors as in :func:`tarash_core.generate_image`."""
    return _generated(api.generate_image, config, request, on_progress)


async def generate_image_async(config: Any, request: Any, on_progress: Callable[[Any], Any] | None = None) -> Any:
    """The same on asyncio or trio; ``on_progress`` may be async."""
    return await _generated_async(api.generate_image_async, config, request, on_progress)


def _generated(function: Any, config: Any, request: Any, on_progress: Any) -> Any:
    call = Call(_chain(config), request, on_progress, is_async=False)
    with known(call):
        response = function(core_of(config), core_of(request), _listener(on_progress))
    contents = {place: media.read() for place, media in _locked(response)}
    return _answer(call, response, contents)


async def _generated_async(function: Any, config: Any, request: Any, on_progress: Any) -> Any:
    call = Call(_chain(config), request, on_progress, is_async=True)
    with known(call):
        response = await function(core_of(config), core_of(request), _listener(on_progress))
    contents = {place: await media.read_async() for place, media in _locked(response)}
    return _answer(call, response, contents)


def _chain(config: Any) -> list[Any]:
    """The configs in the order of their attempts, depth first."""
    return [config, *(link for other in getattr(config, "fallback_configs", None) or () for link in _chain(other))]


def _listener(on_progress: Any) -> Any:
    """A callback that is told in the original's shapes; an async one stays visible as such to the sync API."""
    if on_progress is None:
        return None
    if inspect.iscoroutinefunction(on_progress):

        async def waited(update: Any) -> None:
            await on_progress(update_view(update))

        return waited
    return lambda update: on_progress(update_view(update))


def _locked(response: Response) -> list[tuple[int, Any]]:
    """The outputs whose URL is of no use to a program that has no key at hand, with their places."""
    return [(place, media) for place, media in enumerate(response.outputs) if media.authenticated]


def _answer(call: Call, response: Response, contents: Mapping[int, bytes]) -> Any:
    """The response in the original's shapes; that of a handler is the handler's own."""
    view = response_view(response, contents)
    own = call.answers.get(response.execution_metadata.successful_attempt or 0)
    if own is not None and type(own) is type(view):
        copied = copy.copy(own)
        object.__setattr__(copied, "execution_metadata", view.execution_metadata)
        return copied
    return view


def register_provider(provider: str, handler: Any) -> None:
    """Registers a handler with the original's methods, or a provider of Tarash, for this process.

    Args:
        provider: The name under which configs ask for it; an earlier one of that name is replaced.
        handler: An object with ``generate_video`` or any other of the original's methods for videos and images.

    Raises:
        ValidationError: It has none of them.
    """
    from tarash_core.plugins.loader import register_provider as register
    from tarash_core.plugins.provider import Provider

    if isinstance(handler, Provider) or (isinstance(handler, type) and issubclass(handler, Provider)):
        return register(provider, handler, replace=True)
    if not any(callable(getattr(handler, name, None)) for name in METHODS):
        raise ValidationError(f"A handler needs one of {', '.join(METHODS)}; {type(handler).__name__} has none.")
    note("handler")
    register(provider, HandlerProvider(provider, handler), replace=True)


def register_provider_field_mapping(provider: str, mapping: Mapping[str, Mapping[str, Any]]) -> None:
    """Adds wire fields to models of a provider; they count from the next call on.

    Args:
        provider: Name of the provider.
        mapping: ``{model: {wire path: FieldMapper}}``, with mappers of this package or of ``tarash_core.fields``.

    Raises:
        ValidationError: A mapper reads what no request has, or a path cannot be read; nothing was added.
        ProviderNotInstalledError: No provider has the name.
    """
    from tarash_core.compat.mappers import core_mapper

    translated = {
        model: {path: core_mapper(mapper) for path, mapper in mappers.items()} for model, mappers in mapping.items()
    }
    api.register_provider_field_mapping(provider, translated)
    own = _mappings.setdefault(provider, {})
    for model, mappers in mapping.items():
        own[model] = {**own.get(model, {}), **mappers}


def get_provider_field_mapping(provider: str) -> dict[str, dict[str, Any]] | None:
    """The wire fields of the models of a provider, those that the program registered as it wrote them; None if none."""
    known_ones = api.get_provider_field_mapping(provider) or {}
    own = _mappings.get(provider, {})
    return {**known_ones, **{model: {**known_ones.get(model, {}), **own[model]} for model in own}} or None
