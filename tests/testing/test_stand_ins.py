"""What stands in for the network, the time and the accounts, and for how long."""

from __future__ import annotations

import time

import pytest

from tarash_core import Gateway, errors, generate_video
from tarash_core.engine.opening import stand_in
from tarash_core.testing import background, faults, set_testing, simulating, simulator_of

FAL = "fal/fal-ai/veo3.1"


def test_it_lasts_as_long_as_the_block() -> None:
    with simulating() as simulators:
        assert generate_video(FAL, prompt="A fox").request_id == simulators["fal"].bought[0]
    assert stand_in() is None


def test_blocks_within_each_other_are_apart() -> None:
    with simulating() as outer, simulating() as inner:
        generate_video(FAL, prompt="A fox")
        assert (len(inner["fal"].bought), len(outer["fal"].bought)) == (1, 0)


def test_a_name_and_its_alias_are_one_simulator() -> None:
    with simulating() as simulators:
        assert simulators["google"] is simulators["veo"]
        with pytest.raises(errors.ProviderNotInstalledError):
            simulators["nowhere"]


def test_results_are_read_after_their_gateway() -> None:
    with simulating():
        video = generate_video(FAL, prompt="A fox").video
        assert video.read()[4:8] == b"ftyp"


def test_a_transport_and_a_clock_of_ones_own_are_kept() -> None:
    mine = simulator_of("fal", render=False)
    with simulating() as simulators, Gateway(transport=mine) as gateway:
        gateway.generate_video(FAL, prompt="A fox")
        assert (len(mine.bought), simulators["fal"].bought) == (1, [])


def test_without_waits_requests_go_where_they_went(monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = simulator_of("fal", render=False)
    simulator.script(faults.server_error(503, on="submit", times=2))
    start = time.monotonic()
    with background(simulator) as url, set_testing(), Gateway(simulators={"fal": url}) as gateway:
        gateway.generate_video(FAL, prompt="A fox")
    assert len(simulator.bought) == 1
    assert time.monotonic() - start < 3  # with its waits it takes five seconds at least
    assert stand_in() is None


def test_without_waits_simulators_that_stand_in_are_still_asked() -> None:
    with simulating() as simulators, set_testing():
        generate_video(FAL, prompt="A fox")
        assert len(simulators["fal"].bought) == 1 and simulators.clock.monotonic() > 0
    with set_testing(), simulating() as simulators:
        generate_video(FAL, prompt="A fox")
        assert len(simulators["fal"].bought) == 1
    assert stand_in() is None


def test_it_is_switched_on_and_off() -> None:
    set_testing()
    set_testing()
    assert stand_in() is not None
    set_testing(False)
    assert stand_in() is None
    with set_testing(False):
        assert stand_in() is None


def test_a_timeout_passes_at_once() -> None:
    with simulating() as simulators:
        simulators.script("fal", faults.stuck())
        with pytest.raises(errors.TimeoutError):
            generate_video(FAL, prompt="A fox")
        assert simulators.clock.monotonic() >= 600


def test_where_a_variable_moves_a_provider_its_simulator_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARASH_FAL_BASE_URL", "http://127.0.0.1:9")
    with simulating() as simulators:
        assert generate_video(FAL, prompt="A fox").request_id == simulators["fal"].bought[0]
