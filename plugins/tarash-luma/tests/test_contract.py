from tarash_luma import provider

from tarash_core.testing import ProviderContract

FRAMES = [{"image": f"https://files.example/{name}.png", "type": "reference"} for name in "ab"]
INDEXES = {"keyframe_indexes": [0, 120]}


class TestLuma(ProviderContract):
    provider = provider
    samples = ("ray-3.2", "ray-2", "uni-1", "photon-1")
    requests = {
        "ray-3.2": [
            {"prompt": "A fox", "image_list": FRAMES, "extra_params": INDEXES},
            {
                "prompt": "A fox",
                "video": "https://files.example/a.mp4",
                "image_list": FRAMES,
                "extra_params": INDEXES,
                "mode": "edit-video",
            },
        ]
    }
