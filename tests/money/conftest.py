"""The providers on which the handling of money is proven."""

import pytest

from tarash_core.testing.scripts import Target

FAL = Target(provider="fal", model="fal-ai/veo3.1", upload_model="fal-ai/veo3.1/image-to-video")
REPLICATE = Target(provider="replicate", model="google/veo-3.1", upload_model="google/veo-3.1")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARASH_TODAY", "2026-11-22")


@pytest.fixture
def targets() -> list[Target]:
    return [FAL, REPLICATE]


DIRECT = [
    Target(provider="kling", model="kling-3.0"),
    Target(provider="luma", model="ray-3.2"),
    Target(provider="runway", model="gen4.5"),
    Target(provider="sora", model="gpt-image-2", kind="image"),
    Target(provider="stability", model="stable-image-core", kind="image"),
    Target(provider="veo", model="gemini-omni-1.2-flash"),
]
