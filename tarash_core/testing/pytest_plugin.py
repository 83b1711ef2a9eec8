"""The pytest plugin of Tarash: fixtures for the tests of an application. It is loaded with tarash-core installed.

Nothing of Tarash is imported before a fixture is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from tarash_core.testing.stand_ins import Simulators


class Record(Protocol):
    """What the fixture ``tarash_recorder`` is: a function that gives a context manager."""

    def __call__(self, name: str | None = None) -> AbstractContextManager[Any]:
        """Replays, or records, the exchanges of the block under a name; the test's own when None."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds ``--tarash-record``."""
    group = parser.getgroup("tarash")
    group.addoption(
        "--tarash-record",
        action="store_true",
        help="record the exchanges of tarash_recorder anew, with real keys and at real cost, instead of replaying them",
    )


@pytest.fixture
def tarash_simulators() -> Iterator[Simulators]:
    """The simulators of all installed providers, behind the module functions and every gateway of this test.

    No key, no network, no waiting. ``tarash_simulators["fal"]`` is fal's: ``.script(faults.failed())`` lets something
    go wrong, ``.bought`` and ``.log`` tell what was asked; ``tarash_simulators.clock`` is the time that passed.
    """
    from tarash_core.testing.stand_ins import simulating

    with simulating() as simulators:
        yield simulators


@pytest.fixture
def tarash_no_waits() -> Iterator[None]:
    """Removes every wait in this test; requests still go where they went."""
    from tarash_core.testing.stand_ins import set_testing

    with set_testing():
        yield


@pytest.fixture
def tarash_recorder(request: pytest.FixtureRequest) -> Record:
    """Replays real exchanges that were recorded before, from the folder ``recordings`` beside the test file.

    ``with tarash_recorder("fox"):`` answers every request from ``recordings/fox.json``, without a key and without
    waiting. With ``pytest --tarash-record`` the block goes to the vendors, and the file is written anew, redacted.
    """
    folder = request.path.parent / "recordings"
    anew = bool(request.config.getoption("--tarash-record"))

    def recorder(name: str | None = None) -> AbstractContextManager[Any]:
        plain = re.sub(r"[^\w.-]+", "-", name or request.node.name).strip("-.")
        path = folder / f"{plain}.json"
        if anew:
            folder.mkdir(exist_ok=True)
            return _recording(path)
        if not path.exists():
            pytest.fail(
                f"There is no recording {path}; make it with: pytest --tarash-record {request.path.name}", pytrace=False
            )
        return _replaying(path)

    return recorder


@contextmanager
def _recording(path: Any) -> Iterator[Any]:
    from tarash_core.testing.replay import record

    with record(path) as made:
        yield made


@contextmanager
def _replaying(path: Any) -> Iterator[Any]:
    from tarash_core.engine.opening import StandIn, standing_in
    from tarash_core.testing.clock import VirtualClock
    from tarash_core.testing.replay import Replay
    from tarash_core.testing.simulated import simulated_account

    replay = Replay.read(path)
    with standing_in(StandIn(clock=VirtualClock(), transport=replay, accounts=simulated_account)):
        yield replay
