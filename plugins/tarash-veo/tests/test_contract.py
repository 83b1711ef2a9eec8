from tarash_veo import provider

from tarash_core.testing import ProviderContract, Sample

VERTEX = {"provider_config": {"surface": "vertex"}}


class TestVeo(ProviderContract):
    provider = provider
    samples = (
        "gemini-omni-1.2-flash",
        Sample("gemini-omni-1.2-flash", config=VERTEX),
        "veo-3.1-generate-001",
        "gemini-nano-banana-2.1",
    )
