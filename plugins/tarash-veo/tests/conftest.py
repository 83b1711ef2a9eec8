from __future__ import annotations

from collections.abc import Iterator

import google.auth
import google.oauth2.credentials
import pytest
from tarash_veo import provider, vertex
from tarash_veo.simulator import VeoSimulator

from tarash_core import Gateway
from tarash_core.catalog.lifecycle import set_today
from tarash_core.plugins import Credential
from tarash_core.testing import Driven, VirtualClock

NAMES = (
    "GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION", "GOOGLE_GENAI_USE_ENTERPRISE",
    "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL",
)  # fmt: skip
KEY = "AIzaTest"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setattr(vertex.TOKENS, "_found", None)
    monkeypatch.setattr(vertex.TOKENS, "_refused", False)
    monkeypatch.setattr(vertex.TOKENS, "project", None)
    monkeypatch.setattr(google.auth, "default", no_credentials)
    set_today("2026-11-22")
    yield
    set_today(None)


def no_credentials(**known: object) -> object:
    raise google.auth.exceptions.DefaultCredentialsError("none on this machine")


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Google's default credentials, with a token that is good."""
    found = google.oauth2.credentials.Credentials("ya29.test", quota_project_id="pays")
    monkeypatch.setattr(google.auth, "default", lambda **known: (found, "p1"))


@pytest.fixture
def simulator() -> VeoSimulator:
    return VeoSimulator(render=False)


@pytest.fixture
def gateway(simulator: VeoSimulator) -> Gateway:
    return Gateway(transport=simulator, clock=VirtualClock())


@pytest.fixture
def driver(simulator: VeoSimulator) -> Driven:
    """Drives the provider against the simulator."""
    return Driven(provider, simulator, Credential(api_key=KEY))
