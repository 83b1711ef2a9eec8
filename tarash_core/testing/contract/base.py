"""What every part of the contract has: the provider, what its author adds, and the surroundings of a test."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tarash_core.catalog.lifecycle import set_today
from tarash_core.catalog.search import listed_ids
from tarash_core.engine.access import base_url_variable
from tarash_core.errors import PluginError, ProviderNotInstalledError
from tarash_core.plugins.loader import load_provider, register_provider, unregister_provider
from tarash_core.plugins.provider import Provider
from tarash_core.testing.contract import marks
from tarash_core.testing.contract.bench import Bench
from tarash_core.testing.contract.samples import Documented, Sample, complete, usual

_BEGINNING = date(2000, 1, 1)
_SWITCHES = ("TARASH_MOCK", "TARASH_RECORD", "TARASH_DISABLE_PLUGINS", "TARASH_LOAD_PLUGINS")


class ContractBase:
    """The attributes of :class:`ProviderContract`, and what pytest needs to run its tests."""

    provider: ClassVar[Provider]
    samples: ClassVar[Iterable[Sample | str]] = ()
    requests: ClassVar[Mapping[str, Iterable[Mapping[str, Any]]]] = {}
    skip_models: ClassVar[Mapping[str, str]] = {}
    documented_errors: ClassVar[Iterable[Documented]] = ()
    recorded: ClassVar[Path | None] = None
    schemas: ClassVar[Path | None] = None
    webhook_secret: ClassVar[str | None] = None
    fault_scripts: ClassVar[Iterable[int]] = range(0, 600, 20)
    today: ClassVar[str | None] = None
    simulator_settings: ClassVar[Mapping[str, Any]] = {}
    at_import: ClassVar[Mapping[str, Any]]

    @property
    def bench(self) -> Bench:
        """A bench for the provider."""
        return Bench(self.provider, self.simulator_settings)

    def needs(self, capability: str) -> None:
        """Skips a test of what the provider does not offer."""
        if not self.provider.can(capability):
            pytest.skip(f"{self.provider.name} does not override {capability}().")

    @classmethod
    def day(cls) -> date:
        """The day by which lifecycles are judged: ``today``, else the newest on which a model was checked."""
        if cls.today is not None:
            return date.fromisoformat(cls.today)
        return max((life.checked for life in lifecycles(cls.provider) if life.checked), default=_BEGINNING)

    @classmethod
    def all_samples(cls) -> list[Sample]:
        """The samples that were named, else one for each kind and body."""
        named = [complete(sample, cls.provider) for sample in cls.samples]
        return named or list(usual(cls.provider, cls.day(), cls.skip_models))

    @classmethod
    def folder(cls) -> Path:
        """The folder of the test file."""
        return Path(inspect.getfile(cls)).parent

    @classmethod
    def recordings(cls) -> list[Path]:
        """The files of recorded exchanges."""
        return sorted((cls.recorded or cls.folder() / "recorded").glob("*.json"))

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test for each sample, documented error and recording."""
        asked = metafunc.fixturenames
        if "sample" in asked:
            samples = self.all_samples()
            metafunc.parametrize("sample", samples, ids=[str(one) for one in samples])
        if "documented" in asked:
            known = list(self.documented_errors)
            metafunc.parametrize("documented", known, ids=[f"{one.phase}-{one.name}" for one in known])
        if "recording" in asked:
            files = self.recordings()
            metafunc.parametrize("recording", files, ids=[path.stem for path in files])

    @pytest.fixture(autouse=True)
    def contract_surroundings(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """The provider under its name, no key in the environment, and the day of the catalogue."""
        belongs_to = marks.since_of(request.function)
        if self.provider.contract_version < belongs_to:
            pytest.skip(f"{self.provider.name} promises contract version {self.provider.contract_version} only.")
        _forget_environment(self.provider, monkeypatch)
        set_today(self.day())
        with installed(self.provider):
            yield
        set_today(None)


def lifecycles(provider: Provider) -> Iterator[Any]:
    """Every lifecycle of the catalogue, of models and of ways."""
    for _, spec in models_of(provider).items():
        yield from filter(None, (spec.lifecycle, *(way.lifecycle for way in spec.variants)))


@functools.lru_cache(maxsize=4)
def models_of(provider: Provider) -> Mapping[str, Any]:
    """Every listed model by its id."""
    return {id: provider.catalog[id] for id in listed_ids(provider.catalog)}


def _forget_environment(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    known = [*provider.credentials.alternatives, *provider.webhook_secrets.alternatives]
    for name in (*_SWITCHES, base_url_variable(provider.name), *(one for names in known for one in names)):
        if name in os.environ:
            monkeypatch.delenv(name)


class installed:
    """Makes a provider the one that its name stands for, while a block lasts.

    Args:
        provider: The provider.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._before: Provider | None = None

    def __enter__(self) -> None:
        self._before = _known_as(self._provider.name)
        if self._before is not self._provider:
            register_provider(self._provider.name, self._provider, replace=True)

    def __exit__(self, *problem: object) -> None:
        if self._before is self._provider:
            return
        unregister_provider(self._provider.name)
        if self._before is not None and _known_as(self._provider.name) is not self._before:
            register_provider(self._provider.name, self._before, replace=True)


def _known_as(name: str) -> Provider | None:
    try:
        return load_provider(name)
    except (PluginError, ProviderNotInstalledError):
        return None
