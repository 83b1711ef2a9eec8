"""The provider by hand: its requests, the keys, and what it makes of answers, without the engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tarash_luma import provider
from tarash_luma.generations import update_of
from tarash_luma.provider import KEYS, surface_of
from tarash_luma.simulator import LumaSimulator

from tarash_core.errors import AuthenticationError, ValidationError
from tarash_core.models.job import VideoJob
from tarash_core.plugins import Credential, Done, Failed, HttpRequest, HttpResponse, Queued, Running
from tarash_core.testing import Driven, attempt_of, in_turn

NOW = datetime(2026, 11, 22, tzinfo=UTC)
AGENTS, DREAM = "https://agents.lumalabs.ai/v1/generations", "https://api.lumalabs.ai/dream-machine/v1/generations"
BOTH_KEYS = {KEYS["agents"]: "luma-api-1", KEYS["dream-machine"]: "luma-1"}


def key_for(url: str, **known: Any) -> str:
    return provider.authorize(HttpRequest("GET", url), Credential(**known), NOW)["authorization"]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        (f"{AGENTS}/1", "luma-api-1"),
        (f"{DREAM}/1", "luma-1"),
        ("http://localhost:9000/v1/generations/1", "luma-api-1"),
        ("http://localhost:9000/dream-machine/v1/generations/1", "luma-1"),
        ("http://proxy.example/luma/dream-machine/v1/generations", "luma-1"),
    ],
)
def test_the_right_key_by_the_path(url: str, key: str) -> None:
    assert key_for(url, secrets=BOTH_KEYS) == f"Bearer {key}"
    assert key_for(url, api_key="given") == "Bearer given"


@pytest.mark.parametrize("url", [AGENTS, DREAM])
def test_a_named_secret_counts_before_a_plain_key(url: str) -> None:
    name = KEYS[surface_of(url)]
    assert key_for(url, api_key="plain", secrets={name: "named"}) == "Bearer named"


@pytest.mark.parametrize(("url", "other"), [(AGENTS, "dream-machine"), (DREAM, "agents")])
def test_one_variable_never_stands_in_for_the_other(url: str, other: str) -> None:
    found = provider.credentials.find({KEYS[other]: "secret-of-the-other"})
    assert found is not None
    with pytest.raises(AuthenticationError, match=KEYS[surface_of(url)]) as caught:
        provider.authorize(HttpRequest("GET", url), found, NOW)
    assert "secret-of-the-other" not in str(caught.value)


def submitted(model: str, payload: dict[str, Any], endpoint: str, **known: Any) -> Driven:
    driver = Driven(provider, in_turn(HttpResponse.of_json({"id": "g/1"}, 201)), Credential(secrets=BOTH_KEYS))
    attempt = attempt_of("luma", model, payload, endpoint=endpoint, **known)
    accepted = driver(provider.submit(attempt.plan, attempt))
    assert (accepted.id, driver.asked[0].effect) == ("g/1", "buy")
    assert accepted.state["url"].endswith("/generations/g%2F1")
    return driver


def test_the_purchase_of_each_api() -> None:
    (request,) = submitted("ray-3.2", {"prompt": "a"}, "/v1/generations").asked
    assert (request.method, request.url, request.json) == ("POST", AGENTS, {"prompt": "a"})
    assert request.headers["authorization"] == "Bearer luma-api-1"
    (request,) = submitted(
        "ray-2", {"prompt": "a"}, "/dream-machine/v1/generations/video", webhook_url="https://cb"
    ).asked
    assert (request.url, request.json) == (f"{DREAM}/video", {"prompt": "a", "callback_url": "https://cb"})
    assert request.headers["authorization"] == "Bearer luma-1"


def test_an_id_goes_into_the_path() -> None:
    payload = {"id": "../x", "resolution": "4k"}
    (request,) = submitted("ray-2", payload, "/dream-machine/v1/generations/{id}/upscale").asked
    assert (request.url, request.json) == (f"{DREAM}/..%2Fx/upscale", {"resolution": "4k"})
    assert payload == {"id": "../x", "resolution": "4k"}


def test_a_callback_is_not_asked_of_agents() -> None:
    attempt = attempt_of("luma", "ray-3.2", {"prompt": "a"}, endpoint="/v1/generations", webhook_url="https://cb")
    with pytest.raises(ValidationError, match="calls nobody back"):
        next(provider.submit(attempt.plan, attempt))


DREAM_CLIP = {
    "id": "1",
    "generation_type": "video",
    "state": "completed",
    "assets": {"video": "https://v", "image": "https://t"},
}
DREAM_STILL = {
    "id": "1",
    "generation_type": "image",
    "state": "completed",
    "assets": {"image": "https://i", "video": None},
}
AGENTS_EXR = {
    "state": "completed",
    "output": [{"type": "video", "url": "https://v"}, {"type": "exr", "url": "https://e"}],
}


@pytest.mark.parametrize(
    ("body", "urls", "lives"),
    [
        (DREAM_CLIP, ["https://v"], None),
        (DREAM_STILL, ["https://i"], None),
        ({"state": "completed", "assets": {"image": "https://i"}}, ["https://i"], None),
        (AGENTS_EXR, ["https://v", "https://e"], 3600),
        ({"state": "completed", "output": [], "assets": None}, [], None),
        ({"state": "completed", "output": [{"type": "video"}, "strange"]}, [], None),
    ],
)
def test_what_a_finished_job_made(body: dict[str, Any], urls: list[str], lives: float | None) -> None:
    update = update_of(body)
    assert isinstance(update, Done)
    assert [output.url for output in update.outputs] == urls
    assert {output.expires_in_seconds for output in update.outputs} <= {lives}


@pytest.mark.parametrize(
    ("state", "kind"),
    [("queued", Queued), ("dreaming", Running), ("processing", Running), ("failed", Failed), (None, Running)],
)
def test_the_states_of_both(state: str | None, kind: type) -> None:
    assert type(update_of({"id": "1", "state": state})) is kind


def test_a_job_that_was_deleted_by_somebody_else_is_no_error() -> None:
    running = HttpResponse.of_json({"id": "1", "state": "dreaming"})
    driver = Driven(provider, in_turn(running, HttpResponse.of_json({"detail": "not found"}, 404)))
    update = driver(provider.cancel(VideoJob(provider="luma", model="ray-2", id="1")), "cancel")
    assert isinstance(update, Running)
    assert [(request.method, request.effect) for request in driver.asked] == [("GET", "read"), ("DELETE", "write")]


def test_agents_is_not_even_asked_to_cancel(driver: Driven, simulator: LumaSimulator) -> None:
    with pytest.raises(ValidationError, match="runs to its end"):
        driver(provider.cancel(VideoJob(provider="luma", model="ray-3.2", id="1")), "cancel")
    assert simulator.log == []
