import json
import socket

import pytest

from tarash_core import (
    AsyncGateway,
    AuthenticationError,
    Gateway,
    HTTPError,
    ImageGenerationConfig,
    MockConfig,
    UnsupportedParameterError,
    ValidationError,
    VideoGenerationConfig,
    discover_model,
    discover_model_async,
    plan_video,
)
from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Variant
from tarash_core.catalog.registry import registry
from tarash_core.engine import discovery, drivers
from tarash_core.engine.handlers import SyncHandlerTransport
from tarash_core.engine.opening import Connections
from tarash_core.engine.session import Session
from tarash_core.fields import duration_field_mapper, passthrough_field_mapper
from tarash_core.plugins import HttpRequest, HttpResponse
from tarash_core.plugins.loader import register_provider, unregister_provider
from tarash_core.testing import faults, route

from .conftest import ACME, Acme, AcmeSimulator

PUBLISHED = {
    "acme-9": {"seconds": [6, 12]},
    "acme-broken": {"seconds": "soon"},
    "acme-empty": {},
}


class Publisher(AcmeSimulator):
    """Acme, which also publishes what its models take."""

    @route("GET", "/v1/schemas/{model}", phase="schema")
    def published(self, request, model):
        if "authorization" not in request.headers:
            return self.problem(401, "Who asks?")
        if model not in PUBLISHED:
            return self.problem(404, "There is no such model")
        return PUBLISHED[model]

    @route("GET", "/v1/models", phase="schema")
    def models(self, request):
        return ["acme-1", "acme-9", "acme-old"]


class Discovering(Acme):
    """Acme with a schema for every model."""

    keyless = False

    def schema(self, model):
        response = yield HttpRequest("GET", f"{ACME}/v1/schemas/{model}", signed=not self.keyless)
        seconds = [int(number) for number in response.json()["seconds"]]
        fields = {"prompt": passthrough_field_mapper("prompt"), "seconds": duration_field_mapper("int", seconds)}
        return ModelSpec(variants=Variant(modes={"text-to-video"}, endpoint="/v1/videos", fields=fields))

    def live_models(self, known):
        response = yield HttpRequest("GET", f"{ACME}/v1/models")
        return response.json()


@pytest.fixture
def publisher(acme):
    """Acme with schemas in the place of the plain one; what is discovered is forgotten at the end."""
    unregister_provider("acme")
    register_provider("acme", Discovering())
    yield Publisher(render=False)
    registry.clear()


def config(model="acme-9", **settings):
    return VideoGenerationConfig(provider="acme", model=model, poll_interval=0, **settings)


def test_a_discovered_model_is_planned_by_its_own_limits(publisher, clock):
    with Gateway(transport=publisher, clock=clock) as gateway:
        before = gateway.plan_video("acme/acme-9", prompt="A fox", duration_seconds=7)
        spec = gateway.discover_model("acme/acme-9")
        with pytest.raises(UnsupportedParameterError, match="6 or 12"):
            gateway.plan_video("acme/acme-9", prompt="A fox", duration_seconds=7)
        plan = gateway.plan_video("acme/acme-9", prompt="A fox", duration_seconds=12)
    assert spec.modes == ("text-to-video",) and plan.payload == {"prompt": "A fox", "seconds": 12}
    assert [notice.code for notice in before.notices] == ["unknown_model"] and plan.notices == ()
    assert "discover_model or discover=True" in before.notices[0].message


@pytest.mark.anyio
async def test_discovering_on_an_event_loop(publisher, clock):
    async with AsyncGateway(transport=publisher, clock=clock) as gateway:
        spec = await gateway.discover_model(ImageGenerationConfig(provider="acme", model="acme-9"))
        config_that_asks = config("acme-9", discover=True)
        response = await gateway.generate_video(config_that_asks, prompt="A fox", duration_seconds=6)
    assert registry.fetched("acme") == {"acme-9": spec} and response.status == "completed"
    assert len([request for request in publisher.log if "/schemas/" in request.url]) == 1


@pytest.mark.parametrize("call", ["generate_video", "submit_video"])
def test_a_config_that_discovers_fetches_before_it_plans(publisher, clock, call):
    with Gateway(transport=publisher, clock=clock) as gateway:
        with pytest.raises(UnsupportedParameterError, match="6 or 12"):
            getattr(gateway, call)(config(discover=True), prompt="A fox", duration_seconds=7)
        assert publisher.bought == []
        getattr(gateway, call)(config(discover=True), prompt="A fox", duration_seconds=12)
    assert [json.loads(request.content)["seconds"] for request in publisher.log if request.method == "POST"] == [12]
    assert len([request for request in publisher.log if "/schemas/" in request.url]) == 1


def test_a_listed_model_is_not_fetched(publisher, clock):
    with Gateway(transport=publisher, clock=clock) as gateway:
        gateway.submit_video(config("acme-1", discover=True), prompt="A fox")
    assert not [request for request in publisher.log if "/schemas/" in request.url]


def test_a_plan_that_is_handed_in_is_not_made_anew(publisher, clock):
    with Gateway(transport=publisher, clock=clock) as gateway:
        gateway.discover_model(config())
        plan = gateway.plan_video(config(discover=True), prompt="A fox")
        registry.clear()
        gateway.submit_video(config(discover=True), plan)
    assert [request.method for request in publisher.log] == ["GET", "POST"]


def test_a_plan_opens_no_socket(publisher, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a plan opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    assert plan_video(config(discover=True), prompt="A fox").payload["prompt"] == "A fox"


def test_an_unknown_model_gets_the_id_that_was_meant(publisher, clock):
    with Gateway(transport=publisher, clock=clock) as gateway, pytest.raises(ValidationError) as caught:
        gateway.discover_model("acme/acme-imagine")
    assert str(caught.value) == "acme has no model 'acme-imagine'; did you mean acme-image?"
    assert (caught.value.provider, caught.value.model) == ("acme", "acme-imagine")
    assert isinstance(caught.value.__cause__, HTTPError) and registry.fetched("acme") == {}


@pytest.mark.parametrize(("model", "cause"), [("acme-broken", "ValueError"), ("acme-empty", "KeyError: 'seconds'")])
def test_a_schema_that_cannot_be_read(publisher, clock, model, cause):
    with Gateway(transport=publisher, clock=clock) as gateway, pytest.raises(HTTPError) as caught:
        gateway.discover_model(f"acme/{model}")
    assert cause in str(caught.value) and "register_provider_field_mapping('acme', ...)" in str(caught.value)
    assert not caught.value.retryable and caught.value.model == model
    assert "soon" in caught.value.raw_response or model == "acme-empty"


def test_a_provider_without_schemas_says_what_to_do(acme, clock):
    with Gateway(transport=acme, clock=clock) as gateway:
        with pytest.raises(ValidationError, match="Acme Video publishes no schemas"):
            gateway.discover_model("acme/acme-9")
        notices = gateway.plan_video("acme/acme-9", prompt="A fox").notices
    assert acme.log == [] and "discover" not in notices[0].message


def test_only_one_model_is_discovered_at_a_time(publisher, clock):
    with Gateway(transport=publisher, clock=clock) as gateway, pytest.raises(ValidationError, match="not a list"):
        gateway.discover_model(["acme/acme-9", "acme/acme-1"])


def test_the_mock_asks_nobody(publisher, clock):
    mocked = config(mock=MockConfig(enabled=True), discover=True)
    with Gateway(transport=publisher, clock=clock) as gateway:
        with pytest.raises(ValidationError, match="mock asks nobody"):
            gateway.discover_model(mocked)
        gateway.submit_video(mocked, prompt="A fox")
    assert publisher.log == []


def test_a_missing_key_is_told_before_anything_is_sent(publisher, monkeypatch):
    monkeypatch.delenv("ACME_API_KEY")
    with pytest.raises(AuthenticationError, match="ACME_API_KEY") as caught:
        discover_model("acme/acme-9")
    assert caught.value.status_code is None


@pytest.mark.anyio
async def test_the_module_function_tells_the_same(publisher, monkeypatch):
    monkeypatch.delenv("ACME_API_KEY")
    with pytest.raises(AuthenticationError, match="ACME_API_KEY"):
        await discover_model_async("acme/acme-9")


def test_a_public_schema_needs_no_key(publisher, clock, monkeypatch):
    monkeypatch.delenv("ACME_API_KEY")
    monkeypatch.setattr(Discovering, "keyless", True)
    monkeypatch.setattr(Publisher, "published", lambda self, request, model: HttpResponse.of_json(PUBLISHED[model]))
    session = Session(clock=clock, connections=Connections(False, clock, None, None))
    flow = discovery.discover(session, "acme/acme-9")
    assert drivers.run(flow, SyncHandlerTransport(publisher, clock), clock).modes == ("text-to-video",)


def test_a_passing_failure_is_tried_again(publisher, clock):
    publisher.script(faults.server_error(on="schema"))
    with Gateway(transport=publisher, clock=clock) as gateway:
        assert gateway.discover_model("acme/acme-9").modes == ("text-to-video",)


def test_a_chain_goes_on_where_the_schema_is_out_of_reach(publisher, clock):
    publisher.script(faults.server_error(on="schema", times=None))
    chain = config("acme-9", discover=True, fallback_configs=[config("acme-1")])
    with Gateway(transport=publisher, clock=clock) as gateway:
        response = gateway.generate_video(chain, prompt="A fox")
    assert [attempt.status for attempt in response.execution_metadata.attempts] == ["skipped", "success"]
    assert len(publisher.bought) == 1


def test_what_left_the_vendors_list_and_what_is_new(publisher, clock):
    spec = Discovering.catalog["acme-1"]
    old = ModelSpec(variants=spec.variants, lifecycle=Lifecycle(delisted="2026-01-01"))
    provider = Discovering()
    provider.catalog = Catalog({**dict(provider.catalog.items()), "acme-old": old})
    register_provider("acme", provider, replace=True)
    session = Session(clock=clock, connections=Connections(False, clock, None, publisher))
    drift = drivers.run(discovery.compare(session, "acme"), SyncHandlerTransport(publisher, clock), clock)
    assert drift == discovery.Drift(gone=("acme-image",), new=("acme-9",), back=("acme-old",))


def test_a_provider_without_a_list_cannot_be_compared(acme, clock):
    session = Session(clock=clock, connections=Connections(False, clock, None, acme))
    with pytest.raises(ValidationError, match="leave out --check"):
        drivers.run(discovery.compare(session, "acme"), SyncHandlerTransport(acme, clock), clock)
