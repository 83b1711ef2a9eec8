"""Which addresses may be asked: a name that comes out of an answer must not lead into a private network."""

from __future__ import annotations

import functools
import ipaddress
import re
import socket
import unicodedata
from collections.abc import Iterable
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from tarash_core.engine.redaction import redact_url
from tarash_core.errors import DeliveryError, HTTPConnectionError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_LOCAL_NAMES = ("localhost", "metadata.google.internal")
_LOCAL_ENDINGS = (".localhost", ".internal")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# IPv4 in old or local forms, and the site's own addresses: none of them leads to a host of the internet.
_NOT_PUBLIC = [ipaddress.ip_network(text) for text in ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "fec0::/10")]
# Tunnels that route by name answer every lookup from the benchmarking range; nothing else lives there.
_TUNNELS = ipaddress.ip_network("198.18.0.0/15")


@functools.lru_cache(maxsize=256)
def is_private(host: str) -> bool:
    """Whether a host is, as it is written, this machine or in a network that is not public."""
    name = _plain(host).rstrip(".")
    if name in _LOCAL_NAMES or name.endswith(_LOCAL_ENDINGS):
        return True
    address = _literal(name)
    return address is not None and not _is_public(address)


def _plain(host: str) -> str:
    """The host in the characters that it is asked with: other scripts have digits and full stops of their own."""
    return unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower()


def _literal(host: str) -> Address | None:
    """The address that a host spells out, also in the old forms such as ``127.1`` and ``0x7f000001``."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host)) if host[:1].isdigit() and host.split() == [host] else None
    except OSError:
        return None


def _is_public(address: Address) -> bool:
    inner = _carried(address)
    if not address.is_global or address.is_multicast or any(address in network for network in _NOT_PUBLIC):
        return False
    return inner is None or _is_public(inner)


def _carried(address: Address) -> Address | None:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def check_host(url: str) -> None:
    """Refuses a URL whose host is private as it is written, or is none at all.

    Raises:
        DeliveryError: It is.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError as error:
        raise _no_host(url) from error
    if _is_odd(_plain(host)):
        raise _no_host(url)
    if is_private(host):
        raise _refused(url)


def _is_odd(host: str) -> bool:
    """Whether it holds what no host may: a blank, something invisible, or an escape that is read only later."""
    return " " in host or not host.isprintable() or ("%" in host and ":" not in host)


def has_name(url: str) -> bool:
    """Whether the URL's host is a name, which must be looked up, and no address."""
    return _literal((urlsplit(url).hostname or "").lower()) is None


def lookup_of(url: str) -> dict[str, Any]:
    """The arguments of ``getaddrinfo`` for a URL; the same for the blocking one and for that of an event loop."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {"host": parts.hostname, "port": port, "type": socket.SOCK_STREAM}


def public_addresses(url: str, found: Iterable[Any]) -> tuple[str, ...]:
    """The addresses that ``getaddrinfo`` found for a URL, in its order.

    Raises:
        DeliveryError: One of them is private; a name with both kinds is a trap.
        HTTPConnectionError: There is none.
    """
    addresses = tuple(dict.fromkeys(str(entry[4][0]).split("%", 1)[0] for entry in found))
    known = [ipaddress.ip_address(address) for address in addresses]
    if not all(_is_public(address) or address in _TUNNELS for address in known):
        raise _refused(url)
    if not addresses:
        raise HTTPConnectionError(f"{redact_url(url)} could not be reached: its name has no address.")
    return addresses


def _no_host(url: str) -> DeliveryError:
    # Only the host is shown: where one is written so oddly, nobody can tell where a password or a query begins.
    host = re.split(r"[/?#]", url.partition("://")[2])[0].rpartition("@")[2]
    return DeliveryError(f"{host[:100]!r} is no host that can be asked; check the URL that names it.", retryable=False)


def _refused(url: str) -> DeliveryError:
    text = f"{redact_url(url)} points into a private network; set base_url if that is meant."
    return DeliveryError(text, retryable=False)
