"""The smallest test file of a provider: everything is derived."""

from tarash_core.testing import ProviderContract

from .acme import provider


class TestAcme(ProviderContract):
    provider = provider
