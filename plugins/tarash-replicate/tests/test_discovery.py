import socket

import pytest
from tarash_replicate import provider
from tarash_replicate.models import COLLECTIONS

from tarash_core import (
    AsyncGateway,
    AuthenticationError,
    Gateway,
    ImageGenerationConfig,
    UnsupportedParameterError,
    ValidationError,
    VideoGenerationConfig,
    discover_model,
    plan_video,
)
from tarash_core.catalog.registry import registry
from tarash_core.engine import discovery, drivers
from tarash_core.engine.handlers import SyncHandlerTransport
from tarash_core.engine.opening import Connections
from tarash_core.engine.session import Session
from tarash_core.plugins import HttpResponse
from tarash_core.testing import Driven, VirtualClock, in_turn

HASH = "5aa835260ff7f40f4069c41185f72036accf99e29957bb4a3b3a911f3b6c1912"
COMMUNITY = "acme/dream-machine"
FOX = "https://example.com/fox.png"


@pytest.fixture(autouse=True)
def forgetful():
    yield
    registry.clear()


@pytest.fixture
def gateway(simulator):
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        yield gateway


def paths(simulator):
    return [request.url.removeprefix("https://api.replicate.com") for request in simulator.log]


def test_a_version_never_seen_before_is_planned_by_its_own_inputs(gateway, simulator):
    model = f"minimax/video-01:{HASH}"
    spec = gateway.discover_model(f"replicate/{model}")
    assert registry.fetched("replicate") == {model: spec} and spec.variants[0].kind == "video"
    plan = gateway.plan_video(f"replicate/{model}", prompt="A fox", first_frame=FOX)
    assert plan.payload == {"prompt": "A fox", "first_frame_image": FOX} and plan.endpoint == "/v1/predictions"
    assert paths(simulator) == ["/v1/models/minimax/video-01", f"/v1/models/minimax/video-01/versions/{HASH}"]


@pytest.mark.anyio
async def test_a_community_model_is_discovered_and_bought(simulator):
    config = ImageGenerationConfig(provider="replicate", model=COMMUNITY, discover=True, poll_interval=0)
    async with AsyncGateway(transport=simulator, clock=VirtualClock()) as gateway:
        with pytest.raises(UnsupportedParameterError, match="image"):
            await gateway.generate_image(config, prompt="A fox", image_list=[FOX])
        response = await gateway.generate_image(config, prompt="A fox")
    assert response.status == "completed" and len(simulator.bought) == 1
    assert [path for path in paths(simulator) if path == f"/v1/models/{COMMUNITY}"]


def test_a_deployment_is_described_by_its_release(gateway, simulator):
    spec = gateway.discover_model("replicate/deployments/google/veo-3.1")
    plan = gateway.plan_video("replicate/deployments/google/veo-3.1", prompt="A fox", duration_seconds=6)
    assert plan.payload == {"prompt": "A fox", "duration": 6} and "text-to-video" in spec.modes
    assert plan.endpoint == "/v1/deployments/google/veo-3.1/predictions"
    assert paths(simulator)[0] == "/v1/deployments/google/veo-3.1"


def test_limits_of_the_schema_are_kept(gateway):
    gateway.discover_model("replicate/deployments/google/veo-3.1")
    with pytest.raises(UnsupportedParameterError, match="4, 6 or 8"):
        gateway.plan_video("replicate/deployments/google/veo-3.1", prompt="A fox", duration_seconds=5)


def test_the_models_own_example_tells_what_it_makes(simulator):
    def asked(output):
        shown = {"latest_version": {"id": HASH, "openapi_schema": SCHEMA}, "default_example": {"output": output}}
        return Driven(provider, in_turn(HttpResponse.of_json(shown)))(provider.schema(COMMUNITY), "schema")

    assert asked("https://replicate.delivery/a/b.mp4").variants[0].kind == "video"
    assert asked(["https://replicate.delivery/a/b.png?x=1"]).variants[0].kind == "image"


SCHEMA = {
    "components": {
        "schemas": {
            "Input": {"type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]},
            "Output": {"type": "string", "format": "uri"},
        }
    }
}


def test_a_version_alone_cannot_be_asked_for(gateway, simulator):
    with pytest.raises(ValidationError, match="write owner/name:version"):
        gateway.discover_model(f"replicate/{HASH}")
    assert simulator.log == []


@pytest.mark.parametrize("model", ["google/veo-3.1:latest", "veo"])
def test_an_id_of_another_form_is_refused_before_anything_is_sent(gateway, simulator, model):
    with pytest.raises(ValidationError, match="no model ids like"):
        gateway.discover_model(f"replicate/{model}")
    assert simulator.log == []


def test_a_model_that_does_not_exist(gateway, simulator):
    simulator.gone.add("google/veo-3.1x")
    with pytest.raises(ValidationError, match=r"no model 'google/veo-3.1x'; did you mean google/veo-3.1\?"):
        gateway.discover_model("replicate/google/veo-3.1x")


@pytest.mark.parametrize("latest", [None, {"id": HASH}])
def test_a_model_without_a_described_version(latest):
    ask = Driven(provider, in_turn(HttpResponse.of_json({"latest_version": latest})))
    with pytest.raises(ValidationError, match="publishes no inputs"):
        ask(provider.schema(COMMUNITY), "schema")


def test_a_key_is_needed_and_asked_for_first(monkeypatch):
    monkeypatch.delenv("REPLICATE_API_TOKEN")
    with pytest.raises(AuthenticationError, match="REPLICATE_API_TOKEN"):
        discover_model(f"replicate/{COMMUNITY}")


def test_a_plan_opens_no_socket(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a plan opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    config = VideoGenerationConfig(provider="replicate", model=COMMUNITY, discover=True)
    assert "discover_model" in plan_video(config, prompt="A fox").notices[0].message


def test_the_catalogue_is_compared_with_what_is_served(simulator):
    simulator.gone.add("google/veo-3.1")
    simulator.new.add("google/veo-9")
    clock = VirtualClock()
    session = Session(clock=clock, connections=Connections(False, clock, None, simulator))
    drift = drivers.run(discovery.compare(session, "replicate"), SyncHandlerTransport(simulator, clock), clock)
    assert drift == discovery.Drift(gone=("google/veo-3.1",), new=("google/veo-9",))
    assert [path for path in paths(simulator) if "collections" in path] == [f"/v1/collections/{s}" for s in COLLECTIONS]
