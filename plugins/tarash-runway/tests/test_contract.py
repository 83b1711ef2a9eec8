from tarash_runway import provider

from tarash_core.testing import ProviderContract

AVATAR = {"avatar": {"type": "custom", "avatarId": "7a0e2f3c-5b5d-4a5e-9f7e-0a1b2c3d4e5f"}}


class TestRunway(ProviderContract):
    provider = provider
    samples = ("gen4.5", "gen4_image")
    requests = {
        "gwm1_avatars": [
            {"prompt": None, "audio": "https://files.example/a.mp3", "extra_params": AVATAR},
        ]
    }
