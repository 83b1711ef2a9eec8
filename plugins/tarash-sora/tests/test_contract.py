from tarash_sora import provider

from tarash_core.testing import ProviderContract, Sample

ELSEWHERE = {"base_url": "https://proxy.test/v1"}
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


class TestSora(ProviderContract):
    provider = provider
    webhook_secret = "whsec_c29yYS1jb250cmFjdC10ZXN0LXNlY3JldA=="
    samples = (
        Sample("sora-2", config=ELSEWHERE),
        "gpt-image-2",
        Sample("gpt-image-2", fields={"image_list": [PICTURE]}),
    )
