from __future__ import annotations

from tarash_replicate.catalog_source import SOURCE
from tarash_replicate.simulator import ReplicateSimulator

from tarash_core.catalog.building import Endpoint, SchemaFile
from tarash_core.catalog.building.fetching import fetch
from tarash_core.catalog.building.source import merged
from tarash_core.engine import drivers
from tarash_core.engine.opening import Connections
from tarash_core.engine.session import Session
from tarash_core.testing import VirtualClock

VEO, GONE = "google/veo-3.1", "owner/gone"


def known() -> SchemaFile:
    schema = {"properties": {"prompt": {"type": "string"}}}
    return SchemaFile(
        {}, {id: Endpoint(id=id, kind="video", modality=("text-to-video",), schema=schema) for id in (VEO, GONE)}
    )


def test_every_known_model_is_asked_for_its_inputs() -> None:
    simulator, clock = ReplicateSimulator(render=False), VirtualClock()
    simulator.gone.add(GONE)
    connections = Connections(False, clock, None, simulator)
    session = Session(clock=clock, connections=connections)
    fetched = drivers.run(fetch(session, "replicate", SOURCE, known()), connections.make(False), clock)
    assert fetched.gone == {GONE} and not fetched.unread
    found = merged(known(), fetched, "2026-12-01").endpoints
    assert found[VEO].properties["duration"] == {"type": "integer", "enum": [4, 6, 8]}
    assert found[VEO].modality == ("text-to-video",) and found[VEO].facts["complete"]
    assert found[GONE].facts["delisted"] == "2026-12-01"
    assert {request.effect for request in simulator.log} == {"read"}
