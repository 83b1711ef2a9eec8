"""What stands for a vendor: the simulator of an installed provider, and the account that it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tarash_core.models.config import Account
    from tarash_core.testing.simulator import Simulator


def simulator_of(provider_name: str, **settings: Any) -> Simulator:
    """A fresh simulator of a provider.

    Args:
        provider_name: Name or alias of the provider.
        settings: What every ``Simulator`` takes.

    Raises:
        ProviderNotInstalledError: No package answers to the name.
        PluginError: The provider names no simulator, or one that cannot be loaded.
    """
    from importlib import import_module

    from tarash_core.errors import PluginError
    from tarash_core.plugins.loader import load_provider

    provider = load_provider(provider_name)
    if not provider.simulator:
        raise PluginError(f"The provider {provider.name} ships no simulator; use --mock.", provider=provider.name)
    module, _, name = provider.simulator.partition(":")
    try:
        made: Simulator = getattr(import_module(module), name)(**settings)
    except Exception as error:
        sentence = f"The simulator {provider.simulator} cannot be loaded: {type(error).__name__}: {error}; use --mock."
        raise PluginError(sentence, provider=provider.name) from error
    return made


def simulated_account(provider_name: str, alias: str | None = None) -> Account:
    """The account that simulators are shown, whatever its alias; for ``Gateway(accounts=simulated_account)``."""
    from tarash_core.engine.access import simulated_credential
    from tarash_core.models.config import Account
    from tarash_core.plugins.loader import load_provider

    credential = simulated_credential(load_provider(provider_name))
    return Account(api_key=credential.api_key, secrets=credential.secrets)
