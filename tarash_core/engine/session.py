"""What a gateway and its jobs share: accounts, time, and the way to a provider."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TypeAlias

from attrs import evolve, field, frozen

from tarash_core.engine.access import (
    Access,
    base_url_variable,
    find_account,
    find_base_url,
    find_credential,
    simulated_credential,
)
from tarash_core.engine.clocks import Clock, SystemClock
from tarash_core.engine.opening import Connections
from tarash_core.engine.redaction import secret_texts
from tarash_core.errors import ValidationError
from tarash_core.models.config import CONFIGS, Account, Config
from tarash_core.models.job import Job
from tarash_core.models.mock import MockConfig
from tarash_core.plugins.loader import load_provider
from tarash_core.plugins.manager import HookManager
from tarash_core.plugins.provider import Provider

Accounts: TypeAlias = Mapping[str, Account | str] | Callable[[str, str | None], Account | None]


@frozen(kw_only=True)
class Session:
    """The state of a gateway that its jobs may see; it holds no connection.

    Attributes:
        accounts: Credential sets by alias, or a function of provider and alias.
        clock: The clock.
        connections: The gateway's connections, which its results may borrow.
        simulators: URL of the simulator that stands for a provider, by canonical name. Unlike a base_url it changes
            nothing but where the bytes go: the vendor's lifecycle binds, and no real key is sent.
        extensions: Plugins that see the jobs of this gateway alone, such as its ledger.
    """

    accounts: Accounts | None = field(default=None, repr=False)
    clock: Clock = field(factory=SystemClock)
    connections: Connections | None = field(default=None, repr=False)
    simulators: Mapping[str, str] = field(factory=dict)
    extensions: HookManager | None = field(default=None, repr=False)

    def provider_of(self, config: Config) -> Provider:
        """The provider that a config names, or the mock in its place.

        Raises:
            ProviderNotInstalledError: No package answers to the name.
            PluginError: The package is broken.
        """
        return self._mocked(config, mock_of(config))

    @staticmethod
    def _mocked(config: Config, mock: MockConfig | None) -> Provider:
        provider = load_provider(config.provider)
        if mock is None:
            return provider
        from tarash_core.mock import MockProvider

        return MockProvider(provider, mock)

    def access(self, config: Config, needs_key: bool = True) -> Access:
        """The way to the account that a config means; a plan needs no key.

        Raises:
            AuthenticationError: There is no key; the sentence names the variables.
            ValidationError: The account is unknown.
        """
        mock = mock_of(config)
        provider = self._mocked(config, mock)
        account = find_account(self.accounts, config, provider)
        named = find_base_url(provider, config, account)
        simulator = None if mock else self.simulators.get(provider.name)
        on_own_host = named is None and not (self.connections and self.connections.in_process)
        if simulator is None:
            credential = find_credential(provider, config, account, on_own_host and needs_key)
        else:
            credential = simulated_credential(provider)
        return Access(
            provider=provider,
            clock=self.clock,
            credential=credential,
            base_url=None if mock else simulator or named,
            own_host=named is None,
            account=config.account,
            settings=dict(account.settings) if account else {},
            hidden=_hidden(config, account),
            session=self,
        )

    def access_of(self, job: Job, config: Config | None = None) -> Access:
        """The way to the account that bought a job: as it was in this process, or found anew.

        Raises:
            TarashException: There is no key, the job was bought at another host than would be asked, or the mock would
                answer for a real one.
        """
        if config is None and isinstance(job.access, Access):
            return evolve(job.access, session=self, clock=self.clock)
        meant = self.config_of(job, config)
        if mock_of(meant) and not job.state.get("mock"):
            raise _unknown_to_the_mock(job)
        access = self.access(meant)
        if job.origin not in (None, access.origin) and not (config and config.base_url):
            raise _bought_elsewhere(job, access)
        return access

    def config_of(self, job: Job, config: Config | None = None) -> Config:
        """A config for a job that is taken up by its receipt; a mocked one stays with the mock.

        Raises:
            ValidationError: The given one names another provider.
        """
        mock = MockConfig() if job.state.get("mock") else None
        if config is not None:
            if load_provider(config.provider).name != load_provider(job.provider).name:
                raise _another_provider(config, job)
            return config.replace(model=job.model, mock=(mock_of(config) or mock) if mock else config.mock)
        return CONFIGS[job.kind](provider=job.provider, model=job.model, account=job.account, mock=mock)


def _another_provider(config: Config, job: Job) -> ValidationError:
    """Another vendor would say that it knows no such job, and that sounds as if the job were gone."""
    text = f"at {job.provider}, and the config names {config.provider}; pass one that names {job.provider}."
    return _refusal(job, text)


def _bought_elsewhere(job: Job, access: Access) -> ValidationError:
    """Another host would say that it knows no such job, and that sounds as if the job were gone."""
    here = access.origin or "its own host"
    way = f"pass a config= with that base_url, or set {base_url_variable(job.provider)}."
    return _refusal(job, f"at {job.origin}, and {job.provider} is asked at {here} now: {way}")


def _unknown_to_the_mock(job: Job) -> ValidationError:
    """The mock would say that a job is done which somebody paid for and nobody has."""
    way = "leave mock= and TARASH_MOCK out."
    return _refusal(job, f"at {job.provider}, and the mock, which would answer, knows nothing of it: {way}")


def _refusal(job: Job, where: str) -> ValidationError:
    """That a job is not asked for, as it was bought elsewhere than would be asked."""
    text = f"Job {job.id} was bought {where}"
    return ValidationError(text, provider=job.provider, model=job.model, job=job)


def _hidden(config: Config, account: Account | None) -> tuple[str, ...]:
    """Secrets of a config and its account beside the key in use."""
    if account is None:
        return secret_texts(config.provider_config) if config.provider_config else ()
    keys = [account.api_key, *account.secrets.values()]
    return (*filter(None, keys), *secret_texts([account.settings, config.provider_config]))


def mock_of(config: Config) -> MockConfig | None:
    """The mock that shall answer: the config's, or any when ``TARASH_MOCK`` is set."""
    if config.mock is not None:
        return config.mock if config.mock.enabled else None
    return MockConfig() if os.environ.get("TARASH_MOCK", "") not in ("", "0") else None
