"""Simulators, recordings and a clock behind the module functions and every gateway, for the tests of an application."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self

from tarash_core.engine.access import base_url_variable
from tarash_core.engine.opening import StandIn, stand_in, standing_in
from tarash_core.models.config import Account
from tarash_core.plugins.http import Headers, HttpRequest, HttpResponse
from tarash_core.plugins.loader import installed_providers, load_provider
from tarash_core.testing.clock import VirtualClock
from tarash_core.testing.faults import Fault
from tarash_core.testing.reply import Reply
from tarash_core.testing.routing import origin_of
from tarash_core.testing.simulated import simulated_account, simulator_of
from tarash_core.testing.simulator import Simulator

__all__ = ["Simulators", "set_testing", "simulating"]


class Simulators(Mapping[str, Simulator]):
    """The simulators of the installed providers, each made when it is first asked for.

    ``simulators["fal"]`` is fal's: script its faults, look at its ``log`` and at what it ``bought``. Requests reach a
    simulator by their host, whatever key they carry.

    Args:
        clock: The clock of the application's gateways; by default one that moves only when somebody sleeps.

    Attributes:
        clock: The clock.
    """

    def __init__(self, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock()
        self._made: dict[str, Simulator] = {}
        self._hosts: dict[str, str] = {}
        self._files: dict[str, HttpResponse] = {}
        self._lock = threading.RLock()

    def __getitem__(self, name: str) -> Simulator:
        provider = load_provider(name)
        with self._lock:
            if provider.name not in self._made:
                start = self.clock.now().timestamp()
                self._made[provider.name] = simulator_of(provider.name, render=False, start=start)
                self._hosts |= {origin_of(origin): provider.name for origin in provider.origins}
            return self._made[provider.name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({info.name for info in installed_providers() if info.kind == "provider"}))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def script(self, name: str, *faults: Fault) -> Simulator:
        """Adds faults to come to the simulator of a provider, and returns it."""
        simulator = self[name]
        simulator.script(*faults)
        return simulator

    def serve(self, url: str, content: bytes, content_type: str = "image/png") -> None:
        """Serves a file under a URL of the application's own, for providers that want its bytes."""
        self._files[url] = HttpResponse(200, Headers({"content-type": content_type}), content)

    def at(self, base_url: str, name: str) -> None:
        """Lets the simulator of a provider answer at another host, which the application names as ``base_url``."""
        self[name]
        self._hosts[origin_of(base_url)] = load_provider(name).name

    def account(self, name: str, alias: str | None = None) -> Account:
        """A made-up account; whoever asks for one makes the simulator."""
        self[name]
        return simulated_account(name, alias)

    def handle(self, request: HttpRequest) -> Reply:
        """What the simulator at the request's host says.

        Raises:
            LookupError: Nothing is simulated there.
        """
        file = self._files.get(request.url)
        if file is not None:
            return Reply(file)
        origin = origin_of(request.url)
        name = self._hosts.get(origin) or self._found(origin)
        if name is None:
            raise LookupError(
                f"Nothing is simulated at {origin}: no installed provider has it among its origins. Name it with "
                f'tarash_simulators.at("{origin}", "fal"), or serve a file with tarash_simulators.serve(url, content).'
            )
        return self[name].handle(request)

    def _found(self, origin: str) -> str | None:
        """The installed provider that a host belongs to: one of its origins, or where a variable moves it."""
        for name in self:
            moved = os.environ.get(base_url_variable(name))
            if moved and origin == origin_of(moved):
                return name
        for name in self:
            with contextlib.suppress(Exception):  # a broken neighbour is told of elsewhere
                if origin in map(origin_of, load_provider(name).origins):
                    return name
        return None


@contextlib.contextmanager
def simulating(clock: VirtualClock | None = None) -> Iterator[Simulators]:
    """Puts the simulators of all installed providers behind the module functions and every gateway opened meanwhile.

    No network, no key, no waiting; what a gateway names itself (``transport=``, ``clock=``, ``accounts=``) is kept.

    Args:
        clock: The clock; by default one that moves only when somebody sleeps.
    """
    simulators = Simulators(clock)
    with standing_in(StandIn(clock=simulators.clock, transport=simulators, accounts=simulators.account)):
        yield simulators


class set_testing:
    """Removes every wait: polls, retries and pauses take no time, and timeouts pass at once.

    Requests still go where they went: to the vendors, or to simulators that stand in. ``set_testing()`` switches it on,
    ``set_testing(False)`` off again; as a context manager it lasts as long as the block::

        with set_testing():
            generate_video("fal/fal-ai/veo3.1", prompt="A fox")

    Args:
        testing: Whether waits are removed.
    """

    _switched_on: contextlib.ExitStack | None = None

    def __init__(self, testing: bool = True) -> None:
        cls = type(self)
        self._before = cls._switched_on is not None
        self._switch(testing)

    @classmethod
    def _switch(cls, testing: bool) -> None:
        if cls._switched_on is not None and not testing:
            cls._switched_on.close()
            cls._switched_on = None
        elif cls._switched_on is None and testing:
            before = stand_in()
            cls._switched_on = contextlib.ExitStack()
            cls._switched_on.enter_context(standing_in(StandIn(clock=before.clock if before else VirtualClock())))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._switch(self._before)
