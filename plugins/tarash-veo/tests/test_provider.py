"""Surfaces, settings and access tokens."""

from __future__ import annotations

import builtins
from datetime import UTC, datetime, timedelta
from typing import Any

import google.auth
import google.auth.exceptions
import google.oauth2.credentials
import pytest
from tarash_veo import provider, vertex
from tarash_veo.simulator import VeoSimulator

from tarash_core import AsyncGateway, Gateway, VideoGenerationConfig, errors, plan_video
from tarash_core.plugins import load_provider
from tarash_core.testing import VirtualClock
from tarash_core.testing.host import background

OMNI, VEO = "gemini-omni-1.2-flash", "veo-3.1-generate-001"


def config(model: str = OMNI, **settings: Any) -> VideoGenerationConfig:
    return VideoGenerationConfig(provider="veo", model=model, provider_config=settings)


def test_it_is_found_by_both_names() -> None:
    assert load_provider("google") is load_provider("veo") is provider


@pytest.mark.parametrize(
    ("model", "settings", "variables", "surface"),
    [
        (OMNI, {}, {}, "gemini"),
        (OMNI, {"surface": "vertex"}, {}, "vertex"),
        (OMNI, {"project": "p"}, {}, "vertex"),
        (OMNI, {"output_uri": "gs://b/"}, {}, "vertex"),
        (OMNI, {}, {"GOOGLE_GENAI_USE_VERTEXAI": "true"}, "vertex"),
        (OMNI, {}, {"GOOGLE_GENAI_USE_ENTERPRISE": "1"}, "vertex"),
        (OMNI, {}, {"GOOGLE_GENAI_USE_VERTEXAI": "false"}, "gemini"),
        (OMNI, {"surface": "gemini"}, {"GOOGLE_GENAI_USE_VERTEXAI": "true"}, "gemini"),
        (VEO, {}, {}, "vertex"),
        ("gemini-omni-1.1-flash-preview", {}, {}, "vertex"),
        ("gemini-nano-banana-2.1", {}, {"GOOGLE_CLOUD_PROJECT": "p"}, "gemini"),
    ],
)
def test_the_surface(
    model: str, settings: Any, variables: dict[str, str], surface: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert provider.surface(config(model, **settings)) == surface


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"surface": "mars"}, "surface must be one of gemini, vertex"),
        ({"host": "x"}, "surface, project, location, output_uri"),
        ({"surface": "vertex", "project": "p", "location": "mars"}, "location must be one of global, us"),
        ({"surface": "gemini", "output_uri": "gs://b/"}, "Only Vertex writes to a bucket"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(
    gateway: Gateway, simulator: VeoSimulator, settings: Any, words: str
) -> None:
    with pytest.raises(errors.ValidationError, match=words):
        gateway.generate_video(config(**settings), prompt="A fox")
    assert simulator.log == []


def test_vertex_sends_no_callbacks(gateway: Gateway, simulator: VeoSimulator) -> None:
    with pytest.raises(errors.ValidationError, match="no callbacks"):
        gateway.generate_video(config(VEO).replace(webhook_url="https://x.test/h"), prompt="A fox")
    assert simulator.log == []


def test_a_model_that_one_surface_lacks_is_refused() -> None:
    with pytest.raises(errors.ValidationError, match="not served by the surface 'gemini'; use vertex"):
        plan_video(config(VEO, surface="gemini"), prompt="A fox")
    with pytest.raises(errors.RetiredModelError, match="2026-09-30"):
        plan_video(config("gemini-omni-flash-preview"), prompt="A fox")
    plan = plan_video(config("gemini-omni-flash-preview", surface="vertex"), prompt="A fox")
    assert plan.surface == "vertex"


@pytest.mark.parametrize(
    ("settings", "location", "start"),
    [
        ({}, None, "https://us-central1-aiplatform.googleapis.com/v1/projects/p1/locations/us-central1/"),
        ({"location": "global"}, None, "https://aiplatform.googleapis.com/v1/projects/p1/locations/global/"),
        ({"location": "eu"}, "asia-east1", "https://aiplatform.eu.rep.googleapis.com/v1/projects/p1/locations/eu/"),
        ({"project": "mine"}, None, "https://us-central1-aiplatform.googleapis.com/v1/projects/mine/locations/"),
    ],
)
def test_where_vertex_is_asked(
    signed_in: None, gateway: Gateway, simulator: VeoSimulator, settings: Any, location: str | None, start: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if location:
        monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", location)
    gateway.generate_video(config(VEO, **settings), prompt="A fox")
    assert all(request.url.startswith(start) for request in simulator.log)


def test_the_variables_name_project_and_location(
    signed_in: None, gateway: Gateway, simulator: VeoSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "theirs")
    monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", "europe-west1")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    gateway.generate_image("veo/gemini-3-pro-image", prompt="A fox")
    assert "europe-west1-aiplatform.googleapis.com/v1/projects/theirs/" in simulator.log[0].url


class Counted(google.oauth2.credentials.Credentials):
    """Credentials that make a new token each time."""

    made = 0

    def refresh(self, request: Any) -> None:
        self.made += 1
        self.token = f"ya29.{self.made}"
        self.expiry = (datetime.now(UTC) + timedelta(hours=1)).replace(tzinfo=None)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    found = Counted(None)
    monkeypatch.setattr(google.auth, "default", lambda **known: (found, "p1"))
    return found


def test_a_token_is_fetched_once_for_all(counted: Counted, gateway: Gateway) -> None:
    gateway.generate_video(config(VEO), prompt="A fox")
    gateway.generate_video(config(VEO), prompt="A fox")
    assert counted.made == 1


@pytest.mark.anyio
async def test_a_token_is_fetched_beside_the_event_loop(counted: Counted, simulator: VeoSimulator) -> None:
    async with AsyncGateway(transport=simulator, clock=VirtualClock()) as gateway:
        assert (await gateway.generate_video(config(VEO), prompt="A fox")).video
    assert counted.made == 1


def test_a_token_that_is_refused_is_made_anew_once(counted: Counted, gateway: Gateway, simulator: VeoSimulator) -> None:
    job = gateway.submit_video(config(VEO), prompt="A fox")
    simulator.api_keys = {"ya29.2"}
    assert gateway.wait_job(job).video
    assert counted.made == 2
    simulator.api_keys = set()
    with pytest.raises(errors.AuthenticationError) as caught:
        gateway.submit_video(config(VEO), prompt="A fox")
    assert caught.value.status_code == 401 and caught.value.charged == "no"
    assert counted.made == 3 and len(simulator.bought) == 1


def test_without_credentials_nothing_is_sent(gateway: Gateway, simulator: VeoSimulator) -> None:
    with pytest.raises(errors.AuthenticationError, match="gcloud auth application-default login"):
        gateway.generate_video(config(VEO), prompt="A fox")
    assert simulator.log == []


def test_without_google_auth_the_extra_is_named(
    gateway: Gateway, simulator: VeoSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any, **known: Any) -> Any:
        if name.startswith("google.auth"):
            raise ImportError(name)
        return real(name, *more, **known)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(errors.AuthenticationError, match=r"tarash-veo\[vertex\]"):
        gateway.generate_video(config(VEO), prompt="A fox")


def test_a_refused_refresh_is_said(gateway: Gateway, counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(request: Any) -> None:
        raise google.auth.exceptions.RefreshError("revoked")

    monkeypatch.setattr(counted, "refresh", refused)
    with pytest.raises(errors.AuthenticationError, match="gave no access token") as caught:
        gateway.generate_video(config(VEO), prompt="A fox")
    assert not caught.value.retryable


def test_a_project_is_needed(gateway: Gateway, simulator: VeoSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    found = google.oauth2.credentials.Credentials("ya29.test")
    monkeypatch.setattr(google.auth, "default", lambda **known: (found, None))
    with pytest.raises(errors.ValidationError, match="GOOGLE_CLOUD_PROJECT"):
        gateway.generate_video(config(VEO), prompt="A fox")
    assert simulator.log == []


def test_a_bucket_is_read_in_another_process_after_a_look(
    counted: Counted, gateway: Gateway, simulator: VeoSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = gateway.generate_video(config(VEO, output_uri="gs://b/o/"), prompt="A fox")
    assert response.job is not None
    monkeypatch.setattr(vertex.TOKENS, "_found", None)
    with pytest.raises(errors.AuthenticationError, match="refresh the job"):
        response.video.read()
    gateway.refresh_job(response.job)
    assert response.video.read()[4:8] == b"ftyp"


def test_a_simulator_on_a_loopback_needs_no_credentials(simulator: VeoSimulator, signed_in: None) -> None:
    with background(simulator) as url, Gateway(simulators={"veo": url}) as gateway:
        known = VideoGenerationConfig.from_string(f"veo/{VEO}", poll_interval=0)
        assert gateway.generate_video(known, prompt="A fox").video.read()[4:8] == b"ftyp"
        assert gateway.generate_image("veo/gemini-3-pro-image", prompt="A fox").image
    keys = {request.headers.get("authorization") or request.headers.get("x-goog-api-key") for request in simulator.log}
    assert keys == {"Bearer tarash-simulator-key", "tarash-simulator-key"}


def test_no_secret_shows(counted: Counted, gateway: Gateway, simulator: VeoSimulator) -> None:
    gateway.generate_video(config(VEO), prompt="A fox")
    assert "ya29" not in repr(simulator.log[0]) + repr(vertex.TOKENS)


@pytest.mark.parametrize(
    ("url", "is_vertex"),
    [
        ("https://generativelanguage.googleapis.com/v1beta/interactions/v1_1", False),
        ("http://127.0.0.1:1/v1beta1/projects/p/locations/global/interactions", True),
        ("https://storage.googleapis.com/storage/v1/b/b/o/o?alt=media", True),
        ("https://generativelanguage.googleapis.com/v1beta/files/projects:download", False),
    ],
)
def test_which_requests_are_for_vertex(url: str, is_vertex: bool) -> None:
    assert vertex.is_vertex(url) is is_vertex


def test_a_file_in_a_bucket() -> None:
    url = vertex.file_url("gs://bucket/a folder/x#1.mp4")
    assert url == "https://storage.googleapis.com/storage/v1/b/bucket/o/a%20folder%2Fx%231.mp4?alt=media"


@pytest.mark.parametrize("model", ["veo-9", "gemini-omni-9-flash", "nothing-like-it"])
def test_a_model_that_nobody_lists_is_refused_in_one_sentence(
    gateway: Gateway, simulator: VeoSimulator, model: str
) -> None:
    with pytest.raises(errors.ValidationError, match=f"veo has no model '{model}'; (did you mean|known:)"):
        gateway.generate_video(config(model), prompt="A fox")
    assert simulator.log == []
