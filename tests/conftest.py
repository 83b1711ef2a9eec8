import anyio.lowlevel
import pytest

from tarash_core.engine.clocks import SystemClock


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
