"""A host that nobody configured never leads into a private network, whatever its name stands for."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import httpx
import pytest

from tarash_core import DeliveryError, Gateway, HTTPConnectionError, Media
from tarash_core.engine.addresses import check_host, has_name, is_private, public_addresses
from tarash_core.testing import InProcess

CLIP = b"\x00\x00\x00\x18ftypmp42"
PUBLIC = ["93.184.216.34", "2606:2800:220:1::1"]


def found(*addresses: str) -> list[tuple[Any, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes every name stand for the given addresses, for both drivers."""

    def say(*addresses: str) -> None:
        async def look_up(**asked: Any) -> Any:
            return found(*addresses)

        monkeypatch.setattr(socket, "getaddrinfo", lambda **asked: found(*addresses))
        monkeypatch.setattr(anyio, "getaddrinfo", look_up)

    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return say


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[httpx.Request]]:
    """What would go out on a socket; the first of the public addresses does not answer."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.host == PUBLIC[0]:
            raise httpx.ConnectError("no route")
        return httpx.Response(200, content=CLIP, headers={"content-type": "video/mp4"})

    for name in ("HTTPTransport", "AsyncHTTPTransport"):
        monkeypatch.setattr(f"tarash_core.engine.transport.httpx.{name}", lambda **known: httpx.MockTransport(answer))
    yield asked


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0.0.0.0", "10.0.0.1", "169.254.169.254", "192.168.1.1",
     "100.64.0.1", "::1", "[::1]", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
     "224.0.0.1", "LOCALHOST", "localhost.", "a.localhost", "vault.internal", "127\u30020\u30020\u30021",
     "\u2460\u2461\u2466.0.0.1", "local\uff48ost\uff61", "::127.0.0.1", "::8.8.8.8", "fec0::1", "::ffff:0:127.0.0.1",
     "::ffff:0:8.8.8.8", "64:ff9b:1::7f00:1", "64:ff9b:1::"],
)  # fmt: skip
def test_private_hosts_in_every_spelling(host: str) -> None:
    assert is_private(host)


@pytest.mark.parametrize(
    "host", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "cdn.example", "10.example"]
)
def test_public_hosts(host: str) -> None:
    assert not is_private(host)


@pytest.mark.parametrize("hidden", ["127.0.0.1", "169.254.169.254", "fd00::1", "::ffff:10.0.0.1", "fe80::1%eth0"])
def test_a_name_that_also_stands_for_a_private_address_is_refused(hidden: str) -> None:
    with pytest.raises(DeliveryError, match="private network") as caught:
        public_addresses("https://cdn.example/x?sig=1", found(PUBLIC[0], hidden))
    assert not caught.value.retryable
    assert "sig=1" not in str(caught.value)


@pytest.mark.parametrize(
    "host", ["1.1.1.1 .attacker.example", "1.1.1.1%20.attacker.example", "%31%32%37.0.0.1", "localhost%2e", "a\u2028b",
             "a\x7fb", "a\u200bb", "[bad"]
)  # fmt: skip
def test_a_host_that_none_may_have_is_refused(host: str) -> None:
    with pytest.raises(DeliveryError, match="is no host") as caught:
        check_host(f"https://{host}/x?sig=1")
    assert not caught.value.retryable
    assert "sig=1" not in str(caught.value)


def test_the_zone_of_an_address_is_no_oddity() -> None:
    check_host("https://[2606:2800:220:1::1%25eth0]/x")
    check_host("https://b\u00fccher.example/x")
    with pytest.raises(DeliveryError, match="private network"):
        check_host("https://[fe80::1%25eth0]/x")


def test_what_follows_an_address_makes_it_a_name() -> None:
    assert has_name("https://1.1.1.1 .attacker.example/x")


@pytest.mark.parametrize("host", ["1.1.1.1 .attacker.example", "%31%32%37.0.0.1", "[bad"])
def test_a_redirect_to_no_host_is_not_followed(host: str, resolve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(PUBLIC[1])
    asked: list[httpx.Request] = []

    def move(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"location": f"http://{host}/secret"})

    monkeypatch.setattr("tarash_core.engine.transport.httpx.HTTPTransport", lambda **known: httpx.MockTransport(move))
    with pytest.raises(DeliveryError):
        Media("https://cdn.example/fox.mp4").read()
    assert len(asked) == 1


def test_a_tunnel_that_answers_from_the_benchmarking_range_is_let_through() -> None:
    assert public_addresses("https://cdn.example/x", found("198.18.0.7")) == ("198.18.0.7",)


def test_a_name_without_an_address() -> None:
    with pytest.raises(HTTPConnectionError, match="no address"):
        public_addresses("https://cdn.example/x", [])


def test_nothing_connects_to_a_name_that_leads_inside(resolve: Any, network: list[httpx.Request]) -> None:
    resolve("10.0.0.7")
    with pytest.raises(DeliveryError, match="private network"):
        Media("https://cdn.example/fox.mp4").read()
    assert network == []


def test_what_connects_is_the_address_that_was_checked(resolve: Any, network: list[httpx.Request]) -> None:
    resolve(*PUBLIC)
    assert Media("https://cdn.example:8443/fox.mp4").read() == CLIP
    assert [request.url.host for request in network] == PUBLIC
    assert {request.headers["host"] for request in network} == {"cdn.example:8443"}
    assert {request.extensions["sni_hostname"] for request in network} == {"cdn.example"}


@pytest.mark.anyio
async def test_the_same_on_an_event_loop(resolve: Any, network: list[httpx.Request]) -> None:
    resolve(*PUBLIC)
    assert await Media("https://cdn.example/fox.mp4").read_async() == CLIP
    assert [request.url.host for request in network] == PUBLIC
    resolve("127.0.0.1")
    with pytest.raises(DeliveryError, match="private network"):
        await Media("https://cdn.example/fox.mp4").read_async()
    assert len(network) == 2


def test_a_redirect_is_checked_too(resolve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(PUBLIC[1])
    moved = httpx.MockTransport(lambda request: httpx.Response(302, headers={"location": "http://127.1/secret"}))
    monkeypatch.setattr("tarash_core.engine.transport.httpx.HTTPTransport", lambda **known: moved)
    with pytest.raises(DeliveryError, match="private network"):
        Media("https://cdn.example/fox.mp4").read()


def test_a_proxy_looks_names_up_itself(
    resolve: Any, network: list[httpx.Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve("10.0.0.7")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert Media("https://cdn.example/fox.mp4").read() == CLIP
    assert network[0].url.host == "cdn.example"
    with pytest.raises(DeliveryError, match="private network"):
        Media("https://127.0.0.1/fox.mp4").read()


def test_the_providers_own_host_and_a_simulator_need_no_look_up(acme, clock, monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda **asked: pytest.fail("a name was looked up"))
    with Gateway(transport=InProcess({"https://api.acme.example": acme}), clock=clock) as gateway:
        assert gateway.generate_video("acme/acme-1", prompt="A fox").video.read()


def test_the_providers_own_name_is_not_looked_up_here(acme, clock, network, monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda **asked: pytest.fail("a name was looked up"))
    with Gateway(clock=clock) as gateway, pytest.raises(Exception, match="JSON"):
        gateway.generate_video("acme/acme-1", prompt="A fox")
    assert network[0].url.host == "api.acme.example"
