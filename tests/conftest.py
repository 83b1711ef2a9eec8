from collections.abc import Callable, Iterator

import anyio.lowlevel
import pytest

from tarash_core.engine.clocks import SystemClock
from tarash_core.plugins import register_extension, unregister_extension


@pytest.fixture(scope="module", params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's clock sleeps no more, in either driver."""

    async def at_once(self: SystemClock, seconds: float) -> None:
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr(SystemClock, "sleep", lambda self, seconds: None)
    monkeypatch.setattr(SystemClock, "sleep_async", at_once)


@pytest.fixture
def extension() -> Iterator[Callable[[object], object]]:
    """Registers plugins of the process for the length of a test."""
    made: list[object] = []

    def add(plugin: object) -> object:
        register_extension(plugin)
        made.append(plugin)
        return plugin

    yield add
    for plugin in made:
        unregister_extension(plugin)
