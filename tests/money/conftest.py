"""The two providers on which the handling of money is proven."""

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
