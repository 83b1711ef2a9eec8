"""What the shell completes beyond commands and options; a fault here is silence, never a message in the prompt."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

import click

Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def _beginning(found: Callable[[str], Iterable[str]]) -> Complete:
    """A completion of click from a function of the text so far; what does not begin with that text is left out."""

    @functools.wraps(found)
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        try:
            return [word for word in found(incomplete) if word.startswith(incomplete)]
        except Exception:
            return []

    return complete


def _providers() -> list[str]:
    """Every installed provider, by its entry point alone."""
    from tarash_core.plugins.entry_points import installed

    return sorted(installed("tarash.providers"))


@_beginning
def providers(text: str) -> Iterable[str]:
    """The installed providers; none of them is imported."""
    return _providers()


@_beginning
def models(text: str) -> Iterable[str]:
    """``provider/`` while several providers fit, then the models of the one; no other provider is imported."""
    provider, slash, _ = text.partition("/")
    near = [provider] if slash else [name for name in _providers() if name.startswith(provider)]
    return _models_of(near[0]) if len(near) == 1 else [f"{name}/" for name in near]


def _models_of(provider: str) -> list[str]:
    from tarash_core.catalog.search import listed_ids
    from tarash_core.plugins.loader import load_provider

    return [f"{provider}/{id}" for id in listed_ids(load_provider(provider).catalog)]


@_beginning
def modes(text: str) -> Iterable[str]:
    """The modes, the same for all models."""
    from tarash_core.models.request import MODES

    return MODES


@_beginning
def profiles(text: str) -> Iterable[str]:
    """The profiles of the project."""
    from tarash_core.profiles import read_profiles

    return read_profiles().names


@_beginning
def purchases(text: str) -> Iterable[str]:
    """The entries of the ledger, newest first."""
    from tarash_core.ledger import Ledger, default_path

    path = default_path()
    if path is None or not path.is_file():
        return ()
    with Ledger(path) as ledger:
        return [entry.id for entry in ledger.entries(limit=50)]
