"""What ``tarash doctor`` looks at. Every check gives findings; none of them raises, sends or shows a secret."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from tarash_core.cli.errors import one_line

if TYPE_CHECKING:
    from tarash_core.plugins.provider import Provider

State = Literal["ok", "note", "problem"]

OLD_DAYS = 180
"""So many days after it was last compared with the vendor, a catalogue is old."""

_CLOCK_TOLERANCE = timedelta(days=2)
_SKEW_SECONDS = 60


@frozen
class Finding:
    """One thing that was looked at.

    Attributes:
        section: What it belongs to, such as ``keys``.
        name: What it is about, such as the name of a provider.
        state: ``ok``, ``note`` for what may be meant, or ``problem`` for what will fail.
        message: What was found, with the way out of a problem.
    """

    section: str
    name: str
    state: State
    message: str


def findings(asked: Sequence[str]) -> Iterator[Finding]:
    """Everything that can be found without the network.

    Args:
        asked: The providers to look at; all that are installed when empty.

    Raises:
        ProviderNotInstalledError: One that is asked for is not installed.
        PluginError: One that is asked for is broken.
    """
    providers = usable(asked)
    yield from versions()
    yield from extras()
    yield from plugins({provider.name for provider in providers} if asked else None)
    yield from catalogues(providers)
    yield from keys(providers, os.environ)
    yield from _safely("profiles", "file", profile_file)
    yield from _safely("ledger", "file", ledger)
    yield from _safely("network", "TLS", tls)
    yield from proxies()
    yield from clock(datetime.now(UTC), newest(providers))


def usable(asked: Sequence[str]) -> list[Provider]:
    """The providers asked for, or all that are installed and work."""
    from tarash_core.plugins.loader import installed_providers, load_provider

    if asked:
        return list({provider.name: provider for provider in map(load_provider, asked)}.values())
    infos = [info for info in installed_providers(check=True) if not info.failure and not info.switched_off_by]
    return [load_provider(info.name) for info in infos if info.kind == "provider"]


def _safely(section: str, name: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings of a check; what it raises is one of them."""
    try:
        yield from list(check())
    except Exception as error:
        yield Finding(section, name, "problem", one_line(error))


def versions() -> Iterator[Finding]:
    """Python, the system and the core."""
    import platform

    yield Finding("versions", "python", "ok", f"{platform.python_version()} at {sys.executable}")
    yield Finding("versions", "system", "ok", platform.platform())
    yield Finding("versions", "tarash-core", "ok", _version("tarash-core") or "not installed, but run from its source")


def extras() -> Iterator[Finding]:
    """The optional extras, by what the distribution itself says that they need; those of providers left out."""
    from importlib.metadata import requires

    wanted: dict[str, list[str]] = {}
    for line in requires("tarash-core") or ():
        found = re.match(r"([\w.-]+).*\bextra\s*==\s*['\"]([\w.-]+)", line)
        if found is not None and not found[1].startswith("tarash"):
            wanted.setdefault(found[2], []).append(found[1])
    for extra, names in wanted.items():
        versions = {name: _version(name) for name in names}
        missing = [name for name, version in versions.items() if version is None]
        if missing:
            way_out = f'not installed ({", ".join(missing)}); run: pip install "tarash-core[{extra}]"'
            yield Finding("extras", extra, "note", way_out)
        else:
            yield Finding("extras", extra, "ok", ", ".join(f"{name} {version}" for name, version in versions.items()))


def _version(distribution: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def plugins(names: Collection[str] | None) -> Iterator[Finding]:
    """Every provider and extension, or those of some names, with its version; a broken one is a problem."""
    from tarash_core.cli.tables import state_of
    from tarash_core.plugins.loader import installed_providers

    every = installed_providers(check=names is None)
    infos = [info for info in every if names is None or info.name in names]
    for info in infos:
        state: State = "problem" if info.failure else "note" if info.switched_off_by else "ok"
        said = f"{info.distribution or 'registered at run time'} {info.version or ''}".rstrip()
        yield Finding("plugins", info.name, state, said if state == "ok" else f"{said}: {state_of(info)}")
    if not any(info.kind == "provider" for info in infos):
        yield Finding("plugins", "providers", "problem", "No provider is installed; run: pip install tarash-fal")


def catalogues(providers: Iterable[Provider]) -> Iterator[Finding]:
    """How many models each provider lists, and how long ago they were compared with the vendor."""
    from tarash_core.catalog.lifecycle import today
    from tarash_core.catalog.search import listed_ids
    from tarash_core.cli.facts import counted

    for provider in providers:
        days = _checked(provider)
        count = counted(len(listed_ids(provider.catalog)), "model")
        if not days:
            yield Finding("catalogues", provider.name, "note", f"{count}; nobody says when they were checked")
            continue
        age = (today() - min(days)).days
        told = f"{count}, checked {min(days)}, {age} days ago"
        if age > OLD_DAYS:
            told += f"; look for a newer one with: pip install -U tarash-{provider.name}"
        yield Finding("catalogues", provider.name, "note" if age > OLD_DAYS else "ok", told)


def _checked(provider: Provider) -> list[date]:
    """The days on which models of a provider were last compared with the vendor."""
    lives = (spec.lifecycle for _, spec in provider.catalog.items())
    return [life.checked for life in lives if life is not None and life.checked is not None]


def newest(providers: Iterable[Provider]) -> date | None:
    """The last day on which anybody checked a catalogue; None where nobody says."""
    return max((day for provider in providers for day in _checked(provider)), default=None)


def keys(providers: Iterable[Provider], environ: Mapping[str, str]) -> Iterator[Finding]:
    """Where the key of each provider is found, and whether it can be one; never the key."""
    for provider in providers:
        yield _key(provider, environ)
        yield from _moved(provider, environ)


def _key(provider: Provider, environ: Mapping[str, str]) -> Finding:
    credentials = provider.credentials
    found = credentials.find(environ)
    if found is None:
        needed = f"set {credentials.describe()}" if credentials.alternatives else "needs none"
        return Finding("keys", provider.name, "ok" if credentials.optional else "note", f"not set; {needed}")
    names = " and ".join(found.secrets)
    if not names:
        told = f"not set; other credentials of the vendor's may do, else set {credentials.describe()}"
        return Finding("keys", provider.name, "note", told)
    if not all(text.isascii() and text.isprintable() for text in found.values()):
        cannot = f"{names} cannot be a key: it must be one line of plain characters; copy it again"
        return Finding("keys", provider.name, "problem", cannot)
    return Finding("keys", provider.name, "ok", f"set by {names}")


def _moved(provider: Provider, environ: Mapping[str, str]) -> Iterator[Finding]:
    from tarash_core.engine.access import base_url_variable
    from tarash_core.engine.redaction import redact_url

    variable = base_url_variable(provider.name)
    if environ.get(variable):
        told = f"requests go to {redact_url(environ[variable])}, by {variable}"
        yield Finding("keys", provider.name, "note", told)


def profile_file() -> Iterator[Finding]:
    """The file with the profiles, whether they can work, and the variables that they take keys from."""
    from tarash_core.cli.config import checked
    from tarash_core.profiles import read_profiles

    found = read_profiles()
    if found.path is None:
        yield Finding("profiles", "file", "ok", "there is none")
        return
    yield Finding("profiles", "file", "ok", str(found.path))
    for name in found.names:
        errors, notes = checked(found, name)
        state: State = "problem" if errors else "note" if notes else "ok"
        yield Finding("profiles", name, state, " ".join(errors or notes) or ", then ".join(found.targets(name)))
    for variable, places in found.key_variables().items():
        is_set = bool(os.environ.get(variable, "").strip())
        told = f"{'set' if is_set else 'not set'}; named by {' and '.join(places)}"
        yield Finding("profiles", variable, "ok" if is_set else "note", told)


def ledger() -> Iterator[Finding]:
    """Where purchases are written down, and what waits there."""
    from tarash_core.ledger import Ledger, default_path

    path = default_path()
    if path is None:
        yield Finding("ledger", "file", "note", "switched off by an empty TARASH_LEDGER; nothing is written down")
    elif not path.exists():
        yield _room(path)
    else:
        with Ledger(path) as opened:
            unsettled, left = len(opened.entries(("unsettled",))), len(opened.collectable())
        yield Finding("ledger", "file", "ok", f"{path}, {path.stat().st_size} bytes")
        if unsettled:
            yield Finding("ledger", "unsettled", "note", f"{unsettled} answers were lost; see: tarash jobs list")
        if left:
            yield Finding("ledger", "left", "note", f"{left} results may be had; run: tarash jobs harvest")


def _room(path: Path) -> Finding:
    """Whether the file can be made."""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if folder.is_dir() and os.access(folder, os.W_OK):
        return Finding("ledger", "file", "ok", f"{path}, made at the first purchase")
    told = f"{path} cannot be made, as nothing can be written in {folder}; set TARASH_LEDGER to another file"
    return Finding("ledger", "file", "problem", told)


def tls() -> Iterator[Finding]:
    """The TLS library, whom it trusts, and the variables that change that."""
    import ssl

    from tarash_core.engine.transport import shared_ssl_context

    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        named = os.environ.get(name)
        if named:
            there = Path(named).exists()
            told = named if there else f"{named} does not exist; change or unset the variable"
            yield Finding("network", name, "ok" if there else "problem", told)
    trusted = shared_ssl_context().cert_store_stats()["x509_ca"]
    told = f"{ssl.OPENSSL_VERSION}, {trusted} authorities are trusted"
    in_folder = bool(os.environ.get("SSL_CERT_DIR"))
    yield Finding("network", "TLS", "ok" if trusted or in_folder else "problem", told)


def proxies() -> Iterator[Finding]:
    """The proxies that are used, without their passwords."""
    from urllib.request import getproxies

    for scheme, url in sorted(getproxies().items()):
        yield Finding("network", f"proxy for {scheme}", "note", without_password(url))


def without_password(url: str) -> str:
    """A proxy's URL without user name and password, however badly it is written."""
    scheme, separator, rest = url.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def clock(now: datetime, seen: date | None) -> Iterator[Finding]:
    """Whether the clock can be right: some vendors refuse keys that are signed at a wrong time.

    Args:
        now: What it shows, in UTC.
        seen: A day that has certainly begun; None where none is known.
    """
    shown = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if seen is not None and now.date() < seen - _CLOCK_TOLERANCE:
        yield Finding("clock", "time", "problem", f"{shown}, but a catalogue was checked on {seen}; set the clock")
    else:
        yield Finding("clock", "time", "ok", shown)


def reached(providers: Iterable[Provider]) -> Iterator[Finding]:
    """Whether each provider answers at all, and what it says of the time; sends one request each, without a key."""
    from tarash_core.engine.access import base_url_variable
    from tarash_core.engine.clocks import SystemClock
    from tarash_core.engine.opening import Connections

    system = SystemClock()
    transport = Connections(False, system, None, None).make(False)
    try:
        for provider in providers:
            named = os.environ.get(base_url_variable(provider.name))
            for origin in (named,) if named else provider.origins:
                yield from _answer(transport, provider.name, origin)
    finally:
        transport.close()


def _answer(transport: Any, name: str, origin: str) -> Iterator[Finding]:
    from tarash_core.engine.asks import Send
    from tarash_core.engine.redaction import redact_url
    from tarash_core.errors import TarashException
    from tarash_core.plugins.http import HttpRequest

    try:
        response = transport.send(Send(HttpRequest("HEAD", origin, signed=False), seconds=10, max_bytes=65_536))
    except TarashException as error:
        yield Finding("reachability", name, "problem", one_line(error))
        return
    yield Finding("reachability", name, "ok", f"{redact_url(origin)} answers")
    yield from skew(name, response.headers.get("date"), datetime.now(UTC))


def skew(name: str, said: str | None, now: datetime) -> Iterator[Finding]:
    """A problem where the clock differs from that of a server by more than a minute."""
    from email.utils import parsedate_to_datetime

    try:
        seconds = (now - parsedate_to_datetime(said or "")).total_seconds()
    except (TypeError, ValueError):
        return
    if abs(seconds) > _SKEW_SECONDS:
        way = "ahead of" if seconds > 0 else "behind"
        yield Finding("clock", name, "problem", f"{abs(seconds):.0f} s {way} the server's; set the clock")
