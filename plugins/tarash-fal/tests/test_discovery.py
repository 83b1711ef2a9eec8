import json
import socket

import pytest
from tarash_fal import provider
from tarash_fal.discovery import served
from tarash_fal.simulator import FalSimulator
from tarash_fal.simulator_openapi import UNLISTED

from tarash_core import AsyncGateway, Gateway, HTTPError, ValidationError, VideoGenerationConfig, plan_video
from tarash_core.catalog.registry import registry
from tarash_core.engine import discovery, drivers
from tarash_core.engine.handlers import SyncHandlerTransport
from tarash_core.engine.opening import Connections
from tarash_core.engine.session import Session
from tarash_core.errors import UnsupportedParameterError
from tarash_core.plugins import HttpResponse
from tarash_core.testing import VirtualClock

FOX = "https://example.com/fox.png"


@pytest.fixture(autouse=True)
def forgetful():
    yield
    registry.clear()


@pytest.fixture
def gateway(simulator):
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        yield gateway


def test_an_unlisted_endpoint_is_planned_by_its_published_schema(gateway, simulator):
    spec = gateway.discover_model(f"fal/{UNLISTED}")
    plan = gateway.plan_video(f"fal/{UNLISTED}", prompt="A fox", first_frame=FOX, duration_seconds=10)
    assert "image-to-video" in spec.modes and plan.endpoint == UNLISTED
    assert plan.payload == {"prompt": "A fox", "image_url": FOX, "duration": "10"}
    with pytest.raises(UnsupportedParameterError, match="5 or 10"):
        gateway.plan_video(f"fal/{UNLISTED}", prompt="A fox", first_frame=FOX, duration_seconds=7)
    with pytest.raises(UnsupportedParameterError, match="first_frame is missing"):
        gateway.plan_video(f"fal/{UNLISTED}", prompt="A fox")
    assert [("authorization" in request.headers, request.method) for request in simulator.log] == [(False, "GET")]


@pytest.mark.anyio
async def test_a_config_that_discovers_buys_what_the_schema_allows(simulator):
    config = VideoGenerationConfig(provider="fal", model=UNLISTED, discover=True, poll_interval=0)
    async with AsyncGateway(transport=simulator, clock=VirtualClock()) as gateway:
        with pytest.raises(UnsupportedParameterError, match="5 or 10"):
            await gateway.generate_video(config, prompt="A fox", first_frame=FOX, duration_seconds=7)
        assert simulator.bought == []
        response = await gateway.generate_video(config, prompt="A fox", first_frame=FOX, duration_seconds=5)
    assert response.status == "completed" and len(simulator.bought) == 1


@pytest.mark.parametrize(
    ("model", "fields"),
    [("fal-ai/veo3.1", {"duration_seconds": 8, "resolution": "1080p", "seed": 4, "generate_audio": False})],
)
def test_a_fetched_schema_means_the_same_as_the_listed_one(drive, model, fields):
    from tarash_core.fields.planning import make_plan
    from tarash_core.models.request import VideoGenerationRequest

    request = VideoGenerationRequest(prompt="A fox", **fields)
    specs = (drive(provider.schema(model), "schema"), provider.catalog[model])
    plans = [make_plan(provider="fal", model=model, spec=s, request=request, policy="warn") for s in specs]
    assert plans[0].payload == plans[1].payload


def test_an_image_edit_needs_its_images(drive):
    spec = drive(provider.schema("fal-ai/flux-2/edit"), "schema")
    assert spec.variants[0].kind == "image" and "image-to-image" in spec.modes
    assert all(taken.required for taken in spec.variants[0].layout.inputs.values())


def test_an_unknown_endpoint_gets_the_one_that_was_meant(gateway):
    with pytest.raises(ValidationError, match=r"no model 'fal-ai/veo3.1x'; did you mean fal-ai/veo3.1\?"):
        gateway.discover_model("fal/fal-ai/veo3.1x")


def test_a_document_without_inputs_is_refused(told):
    ask = told(HttpResponse.of_json({"openapi": "3.0.4", "paths": {}}))
    with pytest.raises(ValidationError, match="describes no input"):
        ask(provider.schema("fal-ai/odd"), "schema")


def test_a_page_in_place_of_a_document(gateway, monkeypatch):
    page = HttpResponse(200, {"content-type": "text/html"}, b"<html>Not here</html>")
    monkeypatch.setattr(FalSimulator, "openapi", lambda self, request: page)
    with pytest.raises(HTTPError, match="cannot be read") as caught:
        gateway.discover_model("fal/fal-ai/odd")
    assert caught.value.model == "fal-ai/odd"


def test_a_plan_opens_no_socket(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a plan opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    notices = plan_video(VideoGenerationConfig(provider="fal", model=UNLISTED, discover=True), prompt="A fox").notices
    assert "discover_model" in notices[0].message


def test_every_page_of_the_list_is_read_without_a_key(drive, simulator):
    assert drive(served(provider.catalog), "schema") == simulator.models
    assert len(drive.asked) == -(-len(simulator.models) // 100)
    assert not any("authorization" in request.headers for request in drive.asked)


def test_other_kinds_of_endpoints_count_only_where_they_are_known(told):
    models = [
        {"endpoint_id": "fal-ai/whisper", "metadata": {"category": "speech-to-text"}},
        {"endpoint_id": "fal-ai/known-upscaler", "metadata": {"category": "other"}},
        {"endpoint_id": "fal-ai/new-video", "metadata": {"category": "text-to-video"}},
        {"endpoint_id": "fal-ai/silent"},
    ]
    ask = told(HttpResponse.of_json({"models": models, "has_more": False, "next_cursor": None}))
    assert ask(served({"fal-ai/known-upscaler"}), "schema") == {"fal-ai/known-upscaler", "fal-ai/new-video"}


def test_the_catalogue_is_compared_with_the_list(simulator):
    simulator.unlisted.add("fal-ai/veo3.1")
    clock = VirtualClock()
    session = Session(clock=clock, connections=Connections(False, clock, None, simulator))
    drift = drivers.run(discovery.compare(session, "fal"), SyncHandlerTransport(simulator, clock), clock)
    assert drift.gone == ("fal-ai/veo3.1",) and UNLISTED in drift.new


def test_the_documents_are_json():
    from tarash_fal.simulator_openapi import document_of

    assert json.loads(json.dumps(document_of(UNLISTED)))["info"]["x-fal-metadata"]["endpointId"] == UNLISTED
    assert document_of("fal-ai/none") is None
