"""One gateway, two vendors, and everything that a caller can do in any order while anything goes wrong."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from tarash_core import Gateway, TarashException, VideoGenerationConfig
from tarash_core.testing.accounting import Books
from tarash_core.testing.jobs import Outcome
from tarash_core.testing.playing import World
from tarash_core.testing.scripting import OUTCOMES, TROUBLES, Script, Stop, Target

FAL = Target(provider="fal", model="fal-ai/veo3.1")
REPLICATE = Target(provider="replicate", model="google/veo-3.1")
CHAINS = ([FAL], [REPLICATE], [FAL, REPLICATE], [REPLICATE, FAL])
PHASES = ("submit", "poll", "result", "download", "cancel")

providers = st.sampled_from(["fal", "replicate"])
chains = st.sampled_from(CHAINS)
faults = st.builds(
    lambda make, on, times, skip: make(on=on, times=times, skip=skip),
    st.sampled_from(TROUBLES),
    st.sampled_from(PHASES),
    st.sampled_from([1, 1, 2, 4]),
    st.integers(0, 2),
)


class Caller(RuleBasedStateMachine):
    """What callers do; after each step every job bought is known by name, or is called lost."""

    jobs = Bundle("jobs")
    responses = Bundle("responses")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.world = World(Script(seed=0, driver="sync", chain=(FAL, REPLICATE), faults=((), ())), self.folder)
        self.gateway: Gateway = self.world.gateway(Gateway, ledger=self.folder / "jobs.db")
        self.books = Books()

    @property
    def bought(self) -> int:
        return sum(len(simulator.bought) for simulator in self.world.simulators.values())

    def calls(self, function: Callable[[], Any], may_buy: int = 0) -> Any:
        """Calls the gateway and enters what it says; anything but an error of the tree or Ctrl-C is a failure."""
        before, told = self.bought, None
        try:
            told = function()
        except (TarashException, KeyboardInterrupt) as error:
            self.books.enter(error)
            if isinstance(error, KeyboardInterrupt):
                assert self.world.left, "nobody pressed Ctrl-C"
        assert self.bought - before <= may_buy
        self.world.left = False
        return told

    @rule(provider=providers, fault=faults)
    def something_will_go_wrong(self, provider: str, fault: Any) -> None:
        self.world.simulators[provider].script(fault)

    @rule(provider=providers, make=st.sampled_from(OUTCOMES))
    def a_job_will_end_badly(self, provider: str, make: Any) -> None:
        self.world.simulators[provider].script(make())

    @rule(provider=providers)
    def the_vendor_recovers(self, provider: str) -> None:
        self.world.simulators[provider].forget_script()

    @rule(asks=st.integers(1, 12))
    def ctrl_c_is_pressed_soon(self, asks: int) -> None:
        self.world.script = evolve(self.world.script, stop=Stop("cancel", self.world.asks + asks))

    @rule(target=responses, chain=chains, on_unsettled=st.sampled_from(["stop", "continue"]))
    def generate(self, chain: list[Target], on_unsettled: Any) -> Any:
        head, *others = [VideoGenerationConfig(provider=t.provider, model=t.model, timeout=20) for t in chain]
        config = head.replace(on_unsettled=on_unsettled, fallback_configs=tuple(others))
        told = self.calls(lambda: self.gateway.generate_video(config, prompt="A fox"), may_buy=len(chain))
        self.books.enter(told)
        return told if told is not None else multiple()

    @rule(target=jobs, chain=chains)
    def submit(self, chain: list[Target]) -> Any:
        config = VideoGenerationConfig(provider=chain[0].provider, model=chain[0].model)
        told = self.calls(lambda: self.gateway.submit_video(config, prompt="A fox"), may_buy=1)
        self.books.enter(told)
        return told if told is not None else multiple()

    @rule(target=responses, job=jobs)
    def wait(self, job: Any) -> Any:
        told = self.calls(lambda: self.gateway.wait_job(job, timeout=20))
        return told if told is not None else multiple()

    @rule(job=jobs)
    def refresh(self, job: Any) -> None:
        self.calls(lambda: self.gateway.refresh_job(job))

    @rule(job=jobs)
    def cancel(self, job: Any) -> None:
        self.calls(lambda: self.gateway.cancel_job(job))

    @rule(job=jobs)
    def watch(self, job: Any) -> None:
        self.calls(lambda: list(self.gateway.watch_job(job, timeout=20)))

    @rule(response=responses)
    def save(self, response: Any) -> None:
        path = self.calls(lambda: response.video.save(self.folder / "clip.mp4"))
        assert path is None or path.read_bytes()[4:8] == b"ftyp"

    @invariant()
    def nothing_is_missing(self) -> None:
        for provider, simulator in self.world.simulators.items():
            assert self.books.missing(provider, simulator) == []

    def teardown(self) -> None:
        """Whatever happened, each receipt still leads to its file, or to the end that the vendor tells."""
        self.gateway.close()
        with self.world.after_the_storm() as gateway:
            for (provider, id), job in self.books.jobs.items():
                sold = self.world.simulators[provider].jobs[id]
                if sold.outcome.kind == "stuck":
                    sold.outcome = Outcome()
                if self.world.simulators[provider].stage(sold) in ("queued", "running", "succeeded"):
                    delivered = sold.outcome.kind == "success"
                    assert delivered is not (_raises(lambda job=job: gateway.wait_job(job)))
        shutil.rmtree(self.folder)


def _raises(function: Callable[[], Any]) -> bool:
    try:
        function()
    except TarashException:
        return True
    return False


@pytest.fixture(autouse=True, scope="module")
def today() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TARASH_TODAY", "2026-11-22")
        yield


TestCaller = Caller.TestCase
TestCaller.settings = settings(max_examples=40, stateful_step_count=25, deadline=None, derandomize=True)
