"""What holds for every test: none reaches anything but this machine; and a vendor's client is served on it."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

_look_up, _connect = socket.getaddrinfo, socket.socket.connect


def _is_here(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name).split("%")[0]).is_loopback
    except ValueError:
        return False


def _looked_up_here(host: Any, *rest: Any, **settings: Any) -> Any:
    if not _is_here(host):
        raise AssertionError(f"A test looks up {host!r}; only this machine may be asked.")
    return _look_up(host, *rest, **settings)


def _connected_here(self: socket.socket, address: Any) -> Any:
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
        raise AssertionError(f"A test connects to {address[0]!r}; only this machine may be asked.")
    return _connect(self, address)


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Any:
    """Any other address is an assertion error, whoever asks for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", _looked_up_here)
        patch.setattr(socket.socket, "connect", _connected_here)
        yield


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The simulator that a module calls ``SIMULATED``, on a loopback port for the vendor's own client; and its URL."""
    from tarash_core.testing import background

    simulator = request.module.SIMULATED(render=False)
    with background(simulator) as url:
        yield simulator, url
