"""Simulators of installed providers on this machine, for ``--simulate``, ``tarash simulate`` and ``tarash demo``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from tarash_core.testing.simulated import simulator_of as simulator_of

if TYPE_CHECKING:
    from tarash_core.models.config import Config
    from tarash_core.testing.simulator import Simulator


def host() -> ModuleType:
    """The loopback host.

    Raises:
        PluginError: The extra ``simulate`` is not installed.
    """
    from importlib import import_module

    from tarash_core.errors import PluginError

    try:
        return import_module("tarash_core.testing.host")
    except ImportError as error:
        raise PluginError(f"{error}.") from error


@contextmanager
def served(simulators: Mapping[str, Simulator]) -> Iterator[dict[str, str]]:
    """Serves simulators from threads while the block runs; gives the URL of each."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(host().background(one)) for name, one in simulators.items()}


def simulators_for(configs: Iterable[Config]) -> dict[str, Simulator]:
    """A simulator for each provider of a chain; one that is not installed is left for the engine to tell of."""
    from tarash_core.errors import ProviderNotInstalledError
    from tarash_core.plugins.loader import load_provider

    found: dict[str, Simulator] = {}
    for config in configs:
        try:
            name = load_provider(config.provider).name
        except ProviderNotInstalledError:
            continue
        if name not in found:
            found[name] = simulator_of(name)
    return found
