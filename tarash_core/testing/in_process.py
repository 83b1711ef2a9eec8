"""Simulators in the place of the network: a request goes to the simulator that stands for its origin."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from tarash_core.plugins.http import HttpRequest
from tarash_core.testing.reply import Reply
from tarash_core.testing.routing import origin_of
from tarash_core.testing.simulator import Simulator


class InProcess:
    """Answers requests by URL origin, and never reaches the network.

    Args:
        simulators: Simulator by origin, such as ``{"https://api.acme.example": AcmeSimulator()}``.
    """

    def __init__(self, simulators: Mapping[str, Simulator]) -> None:
        self._simulators = {origin_of(origin): simulator for origin, simulator in simulators.items()}

    def handle(self, request: HttpRequest) -> Reply:
        """Returns what the simulator for the request's origin says.

        Raises:
            LookupError: No simulator stands for that origin.
            ConnectionRefusedError: A scripted fault refuses the connection.
        """
        simulator = self._simulators.get(origin_of(request.url))
        if simulator is None:
            known = ", ".join(sorted(self._simulators)) or "none"
            raise LookupError(
                f"No simulator answers {origin_of(request.url)}{urlsplit(request.url).path}; add its origin "
                f"to the mapping (simulated: {known})."
            )
        return simulator.handle(request)
