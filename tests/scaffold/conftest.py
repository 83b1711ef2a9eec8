from pathlib import Path

import pytest

from tarash_core.cli.new_provider import CHOICES, bake, settled

VARIANTS = [(kind, api) for kind in CHOICES["kind"] for api in CHOICES["api"]]


@pytest.fixture(scope="session", params=VARIANTS, ids="-".join)
def variant(request: pytest.FixtureRequest) -> tuple[str, str]:
    """What the vendor makes, and how it answers."""
    kind, api = request.param
    return kind, api


@pytest.fixture(scope="session")
def baked(variant: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package that the template made."""
    kind, api = variant
    values = settled({"name": "acme", "title": "Acme Video", "kind": kind, "api": api})
    return bake(values, tmp_path_factory.mktemp("baked"))
