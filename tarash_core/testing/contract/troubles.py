"""Contract: trouble that passes does not end a generation, and a purchase whose answer is lost is not made again."""

from __future__ import annotations

import pytest

from tarash_core.errors import TarashException
from tarash_core.plugins.http import HttpRequest
from tarash_core.testing import faults
from tarash_core.testing.contract.base import ContractBase
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.samples import Sample
from tarash_core.testing.contract.teaching import broken, told


def _buys(request: HttpRequest) -> bool:
    return request.effect == "buy"


_PASSING = {
    "connection refused": faults.refused(on="submit"),
    "500 three times": faults.server_error(500, on="poll", times=3),
    "a proxy's 502": faults.server_error(502, html=True, on="poll"),
    "429 at a look": faults.too_many_requests(on="poll"),
    "reset": faults.reset(on="poll"),
    "garbage": faults.garbage(on="poll"),
    "an empty answer": faults.empty(on="poll"),
}
_LOST = {
    "lost": faults.lost_answer(on=_buys),
    "truncated": faults.truncated(10, on=_buys),
    "garbage": faults.garbage(on=_buys),
    "empty": faults.empty(on=_buys),
    "a proxy's 503": faults.server_error(503, html=True, handled=True, on=_buys),
    "a proxy's 504": faults.server_error(504, html=True, handled=True, on=_buys),
}


class Troubles(ContractBase):
    """Single faults, each of which has one right outcome."""

    @since(1)
    @pytest.mark.parametrize("trouble", _PASSING)
    def test_passing_trouble_is_survived(self, sample: Sample, trouble: str) -> None:
        """A fault that passes by itself costs time: one job is bought, and its result delivered."""
        bench, simulator = self.bench, self.bench.simulator(sample)
        simulator.script(_PASSING[trouble])
        said = ""
        try:
            bench.generate(sample, simulator)
        except TarashException as error:
            said = told(error)
        if simulator.unused_faults and not said:
            pytest.skip("it answers the purchase with the result.")
        if said or len(simulator.bought) != 1:
            broken(
                f"{bench.name}: after {trouble!r} {len(simulator.bought)} jobs were bought; {said or 'it delivered'}.",
                rule="a job that was paid for is not given up for trouble that passes, nor bought a second time.",
                change="let error() say retryable=True for it, and let what cannot be read be raised as it is.",
                see="errors",
            )

    @since(1)
    @pytest.mark.parametrize("answer", _LOST)
    def test_lost_purchase_is_not_repeated(self, sample: Sample, answer: str) -> None:
        """A purchase whose answer tells nothing is found again, or is an error that says so; it is made once."""
        bench, simulator = self.bench, self.bench.simulator(sample)
        simulator.script(_LOST[answer])
        said, charged = "it delivered", "yes"
        try:
            bench.generate(sample, simulator)
        except TarashException as error:
            said, charged = told(error), str(error.charged)
        if len(simulator.bought) > 1 or (simulator.bought and charged == "no"):
            broken(
                f"{bench.name}: the answer to the purchase was {answer!r}, {len(simulator.bought)} jobs were bought, "
                f"charged={charged!r}: {said}.",
                rule="nobody knows what an answer says that did not arrive; only a clear no is charged='no'.",
                change="raise what cannot be read as it is; say charged='no' only where the vendor refused.",
                see="money",
            )
