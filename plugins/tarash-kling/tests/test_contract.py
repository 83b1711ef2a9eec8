from tarash_kling import provider

from tarash_core.testing import ProviderContract, Sample


class TestKling(ProviderContract):
    provider = provider
    samples = ("kling-3.0", "kling-v3", Sample("kling-v3", kind="image"), "kling-image-o1")
