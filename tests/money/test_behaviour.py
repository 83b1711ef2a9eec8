"""What the two providers' users rely on, by name."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from tarash_core import Gateway, TarashException, VideoGenerationConfig, VideoJob, errors
from tarash_core.testing import faults
from tarash_core.testing.playing import World
from tarash_core.testing.scripting import Script, Target

TROUBLE = [
    faults.server_error(503, times=4),
    faults.server_error(502, html=True, times=4),
    faults.too_many_requests(retry_after=3),
    faults.reset(),
    faults.refused(times=3),
    faults.truncated(5),
    faults.dripping(),
    faults.late(100),
    faults.garbage(),
    faults.garbage(html=False),
    faults.empty(),
]


@pytest.fixture
def world(targets: list[Target], tmp_path: Any) -> World:
    return World(Script(seed=0, driver="sync", chain=tuple(targets), faults=((), ())), tmp_path)


@pytest.fixture
def gateway(world: World) -> Iterator[Gateway]:
    with world.gateway(Gateway) as opened:
        yield opened


@pytest.fixture
def chain(targets: list[Target]) -> VideoGenerationConfig:
    first, second = (VideoGenerationConfig(provider=target.provider, model=target.model) for target in targets)
    return first.replace(fallback_configs=(second,))


@pytest.fixture(params=["fal", "replicate"])
def each(request: pytest.FixtureRequest, targets: list[Target]) -> Target:
    return next(target for target in targets if target.provider == request.param)


def config(target: Target, **settings: Any) -> VideoGenerationConfig:
    return VideoGenerationConfig(provider=target.provider, model=target.model, **settings)


@pytest.mark.parametrize("retry_after", [None, 2, 500])
def test_a_429_of_fal_at_submit_falls_back(world: World, gateway: Gateway, chain: Any, retry_after: Any) -> None:
    fal, replicate = world.simulators["fal"], world.simulators["replicate"]
    fal.script(faults.too_many_requests(retry_after, on="submit", times=None))
    response = gateway.generate_video(chain, prompt="A fox")
    assert (fal.bought, replicate.bought) == ([], [response.request_id])
    first, second = response.execution_metadata.attempts
    assert (first.error_type, first.charged, first.unsettled) == ("RateLimitError", "no", False)
    assert (second.status, second.charged) == ("success", "yes")


@pytest.mark.parametrize("phase", ["poll", "result"])
@pytest.mark.parametrize("fault", TROUBLE, ids=lambda fault: fault.name)
def test_trouble_while_polling_does_not_end_the_job(
    world: World, gateway: Gateway, each: Target, phase: str, fault: Any
) -> None:
    simulator = world.simulators[each.provider]
    simulator.script(faults.Fault(name=fault.name, on=phase, times=fault.times, act=fault.act))
    response = gateway.generate_video(config(each), prompt="A fox")
    assert simulator.bought == [response.request_id]
    assert len(simulator.asked("submit")) == 1
    assert simulator.unused_faults == [] or phase == "result"


def test_a_timeout_cancels_and_a_confirmed_cancel_falls_back(world: World, gateway: Gateway, chain: Any) -> None:
    fal, replicate = world.simulators["fal"], world.simulators["replicate"]
    fal.script(faults.stuck())
    response = gateway.generate_video(chain.replace(timeout=30), prompt="A fox")
    assert len(fal.asked("cancel")) == 1
    assert fal.jobs[fal.bought[0]].cancelled
    assert replicate.bought == [response.request_id]
    assert response.execution_metadata.abandoned_jobs == ()


@pytest.mark.parametrize(
    "fault",
    [
        faults.server_error(500, on="cancel", times=None),
        faults.reset(on="cancel", times=None),
        faults.garbage(on="cancel", times=None, handled=False),
        faults.server_error(404, on="cancel", times=None),
    ],
    ids=lambda fault: fault.name,
)
def test_a_timeout_whose_cancel_nobody_confirms_stops_with_the_job(
    world: World, gateway: Gateway, chain: Any, fault: Any
) -> None:
    fal, replicate = world.simulators["fal"], world.simulators["replicate"]
    fal.script(faults.stuck(), fault)
    with pytest.raises(errors.TimeoutError) as caught:
        gateway.generate_video(chain.replace(timeout=30), prompt="A fox")
    assert replicate.bought == []
    assert [caught.value.job.id] == fal.bought
    assert caught.value.charged == "unknown"
    assert [job.id for job in caught.value.execution_metadata.abandoned_jobs] == fal.bought


def test_whoever_says_continue_gets_the_next_vendor_and_the_receipt(world: World, gateway: Gateway, chain: Any) -> None:
    fal, replicate = world.simulators["fal"], world.simulators["replicate"]
    fal.script(faults.stuck(), faults.server_error(500, on="cancel", times=None))
    response = gateway.generate_video(chain.replace(timeout=30, on_unsettled="continue"), prompt="A fox")
    assert replicate.bought == [response.request_id]
    assert [job.id for job in response.execution_metadata.abandoned_jobs] == fal.bought


def test_a_raising_callback_loses_nothing(world: World, gateway: Gateway, each: Target) -> None:
    def broken(what: Any) -> None:
        raise ZeroDivisionError("my bug")

    response = gateway.generate_video(config(each), prompt="A fox", on_progress=broken, on_accepted=broken)
    assert world.simulators[each.provider].bought == [response.request_id]
    assert {notice.code for notice in response.notices} >= {"progress_callback_failed"}
    assert response.video.read()[4:8] == b"ftyp"


@pytest.mark.parametrize("bug", [KeyError("status"), RecursionError(), AssertionError()], ids=lambda bug: repr(bug))
def test_a_bug_in_reading_the_status_never_buys_again(
    world: World, gateway: Gateway, each: Target, bug: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any) -> Any:
        raise bug

    reader = {"fal": "_done", "replicate": "update_of"}
    chain = config(each, timeout=60, fallback_on=[TarashException])
    other = next(name for name in world.simulators if name != each.provider)
    chain = chain.replace(fallback_configs=tuple(config(t) for t in world.script.chain if t.provider == other))
    simulator = world.simulators[each.provider]
    with monkeypatch.context() as patch:
        patch.setattr(import_module(f"tarash_{each.provider}.provider"), reader[each.provider], broken)
        with pytest.raises(TarashException) as caught:
            gateway.generate_video(chain, prompt="A fox")
    assert (len(simulator.asked("submit")), world.simulators[other].bought) == (1, [])
    assert simulator.bought == [caught.value.job.id]
    job = VideoJob.from_json(caught.value.job.to_json())
    assert gateway.wait_job(job).video.read()[4:8] == b"ftyp"


@pytest.mark.parametrize("bug", [KeyError("request_id"), TypeError()], ids=lambda bug: repr(bug))
def test_a_bug_in_reading_the_receipt_never_buys_again(
    world: World, gateway: Gateway, chain: Any, bug: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any, **more: Any) -> Any:
        raise bug

    monkeypatch.setattr(import_module("tarash_fal.provider"), "Accepted", broken)
    with pytest.raises(errors.LostAnswerError) as caught:
        gateway.generate_video(chain.replace(fallback_on=[TarashException]), prompt="A fox")
    fal, replicate = world.simulators["fal"], world.simulators["replicate"]
    assert (len(fal.bought), len(fal.asked("submit")), replicate.bought) == (1, 1, [])
    assert caught.value.charged == "unknown"
