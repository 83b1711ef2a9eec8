"""Contract: what a provider says of itself."""

from __future__ import annotations

from urllib.parse import urlsplit

from tarash_core.errors import PluginError
from tarash_core.plugins.provider import CONTRACT_VERSION, Provider
from tarash_core.testing.contract import marks
from tarash_core.testing.contract.base import ContractBase
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.teaching import broken, listed

_LOCAL = ("localhost", "127.0.0.1")


class Declared(ContractBase):
    """What a provider says of itself, and what its test class says of the contract."""

    @since(1)
    def test_provider_is_whole(self) -> None:
        """Name, title, origins, credentials, catalogue and simulator are there and make sense."""
        found = [*_of_names(self.provider), *_of_origins(self.provider)]
        if not len(self.provider.catalog):
            found.append("its catalogue lists no model")
        try:
            self.bench.simulator()
        except PluginError as error:
            found.append(f"simulator = {self.provider.simulator!r}: {error}")
        if found:
            broken(
                f"{self.bench.name} is not whole:\n{listed(found)}",
                rule="a provider names itself, the only places that get its key, its models and its simulator.",
                change="fill in the attributes named above on the provider's class.",
                see="the-provider",
            )

    @since(1)
    def test_nothing_is_left_out_in_silence(self) -> None:
        """A contract test is replaced, and a model passed over, only with a reason."""
        from tarash_core.testing.contract import ProviderContract

        found = [f"{name} is replaced" for name in marks.overridden(type(self), ProviderContract)]
        for model, reason in self.skip_models.items():
            if not str(reason).strip():
                found.append(f"skip_models[{model!r}] has no reason")
            if model not in self.provider.catalog:
                found.append(f"skip_models names {model!r}, which the catalogue does not list")
        if found:
            broken(
                f"{type(self).__name__} leaves something out:\n{listed(found)}",
                rule="whoever reads the tests sees where a provider deviates, and why.",
                change='put @deviates("the reason") above the test, and a sentence behind the model in skip_models.',
                see="deviating",
            )


def _of_names(provider: Provider) -> list[str]:
    found = []
    name = getattr(provider, "name", "")
    if not isinstance(name, str) or not name or name != name.lower() or "/" in name or " " in name:
        found.append(f"name = {name!r} must be one word in small letters, as users write it before the slash")
    if not isinstance(provider.aliases, tuple):
        found.append(f"aliases = {provider.aliases!r} must be a tuple of names")
    if not provider.title:
        found.append("title is empty; it is the vendor's name for people")
    if not 1 <= provider.contract_version <= CONTRACT_VERSION:
        found.append(f"contract_version = {provider.contract_version}; this core knows 1 to {CONTRACT_VERSION}")
    if not (provider.credentials.alternatives or provider.credentials.optional):
        found.append("credentials name no variable; a provider without a key has Credentials(optional=True)")
    return found


def _of_origins(provider: Provider) -> list[str]:
    if not provider.origins:
        return ["origins is empty; no request could carry the key"]
    parts = [(origin, urlsplit(origin)) for origin in provider.origins]
    return [
        f"the origin {origin!r} must be https:// and a host"
        for origin, part in parts
        if not part.hostname or (part.scheme != "https" and part.hostname not in _LOCAL)
    ]
