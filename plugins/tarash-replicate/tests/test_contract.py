from tarash_replicate import provider

from tarash_core.testing import ProviderContract


class TestReplicate(ProviderContract):
    provider = provider
    samples = ("google/veo-3.1", "black-forest-labs/flux-1.1-pro", "alibaba/happyhorse-1.1")
