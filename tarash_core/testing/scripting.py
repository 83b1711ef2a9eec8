"""Scripts: everything that goes wrong in one call, made from a number, so that a failing one can be had again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from random import Random
from typing import Any, Literal

from attrs import evolve, field, frozen

from tarash_core.errors import TarashException
from tarash_core.models.job import Kind
from tarash_core.plugins.loader import load_provider
from tarash_core.plugins.provider import Provider
from tarash_core.testing import faults
from tarash_core.testing.faults import Fault
from tarash_core.testing.routing import Phase
from tarash_core.testing.simulated import simulator_of
from tarash_core.testing.simulator import Simulator

Driver = Literal["sync", "asyncio", "trio"]
Act = Literal["generate", "submit", "download", "save"]
How = Literal["cancel", "scope", "hard", "kill", "kill after"]

DRIVERS: tuple[Driver, ...] = ("sync", "asyncio", "trio")
_ACTS: tuple[Act, ...] = ("generate", "generate", "submit", "download", "save")
_STOPS: Mapping[Driver, tuple[How, ...]] = {
    "sync": ("cancel", "hard", "kill", "kill after"),
    "asyncio": ("cancel", "scope"),
    "trio": ("scope",),
}


@frozen(kw_only=True)
class Target:
    """A model of the provider that is put to the test.

    Attributes:
        provider: Name of the provider; its simulator stands in for the vendor.
        model: A model that needs nothing but a prompt.
        kind: What it makes.
        upload_model: A model that takes a picture (``first_frame``, or ``image_list`` for images); None without one.
        fields: Further fields of the request.
        config: Settings of the config, such as ``base_url`` or ``provider_config``.
        simulator: What the simulator is made with.
    """

    provider: str
    model: str
    kind: Kind = "video"
    upload_model: str | None = None
    fields: Mapping[str, Any] = field(factory=dict, hash=False)
    config: Mapping[str, Any] = field(factory=dict, hash=False)
    simulator: Mapping[str, Any] = field(factory=dict, hash=False)

    @property
    def contract(self) -> Provider:
        """The provider itself."""
        return load_provider(self.provider)

    @property
    def origins(self) -> tuple[str, ...]:
        """Where its requests go: the provider's own hosts, and that of the config."""
        base_url = self.config.get("base_url")
        return (*self.contract.origins, *([base_url] if base_url else ()))

    def make_simulator(self) -> Simulator:
        """A fresh simulator, which renders nothing unless its settings say so."""
        return simulator_of(self.provider, **{"render": False, **self.simulator})


@frozen
class Stop:
    """How the caller goes away.

    Attributes:
        how: ``cancel`` is Ctrl-C, or asyncio's own ``Task.cancel``; ``scope`` cancels an anyio scope; ``hard`` raises
            KeyboardInterrupt on the spot; ``kill`` ends the process before an ask is carried out, ``kill after``
            when it was, before its answer is read.
        at: At which ask, counted from 1.
        again: At which ask once more.
        hangs: After it the vendor answers nothing for a minute (trio, whose clock the tests move).
    """

    how: How
    at: int
    again: int | None = None
    hangs: bool = False

    @property
    def kills(self) -> bool:
        """Whether the process ends without another word."""
        return self.how in ("kill", "kill after")


@frozen(kw_only=True)
class Script:
    """One call and what goes wrong in it.

    Attributes:
        seed: The number that it was made from.
        driver: Which driver runs it.
        chain: The targets in the order of the chain.
        faults: The faults of each target's simulator.
        settings: Fields of the head's config.
        act: What the caller does: ``submit`` also waits, ``save`` also reads the result.
        upload: Whether a picture has to be uploaded first.
        stop: How the caller goes away; None stays.
        vanish_at: The ask at which the vendors forget every job.
        callbacks: Whether the caller has callbacks, and whether they raise.
        ledger: Whether a ledger is kept where one is offered.
    """

    seed: int
    driver: Driver
    chain: tuple[Target, ...]
    faults: tuple[tuple[Fault, ...], ...]
    settings: Mapping[str, Any] = field(factory=dict)
    act: Act = "generate"
    upload: bool = False
    stop: Stop | None = None
    vanish_at: int | None = None
    callbacks: Literal["none", "quiet", "raise"] = "none"
    ledger: bool = False

    @property
    def kills(self) -> bool:
        """Whether the process ends in it."""
        return self.stop is not None and self.stop.kills


def picture_of(kind: Kind, inline_limit_bytes: int) -> dict[str, Any]:
    """The fields of a request with a picture that is too large to go inline."""
    picture = b"\x89PNG\r\n\x1a\n" + bytes(inline_limit_bytes)
    return {"first_frame": picture} if kind == "video" else {"image_list": [picture]}


Make = Callable[..., Fault]
"""Makes a fault from ``on``, ``times`` and ``skip``."""

_REFUSALS = (400, 401, 402, 403, 404, 409, 422)
TROUBLES: tuple[Make, ...] = (
    faults.too_many_requests,
    partial(faults.too_many_requests, 2),
    partial(faults.too_many_requests, 500),
    *(partial(faults.server_error, status) for status in (500, 502, 503, 504, *_REFUSALS)),
    partial(faults.server_error, 502, html=True),
    partial(faults.server_error, 503, html=True, handled=True),
    partial(faults.server_error, 504, html=True, handled=True),
    faults.lost_answer,
    faults.reset,
    faults.refused,
    partial(faults.truncated, 10),
    partial(faults.late, 40),
    partial(faults.late, 5000),
    faults.dripping,
    partial(faults.dripping, 1 << 16, 0.5),
    faults.garbage,
    partial(faults.garbage, handled=False),
    partial(faults.garbage, html=False),
    faults.empty,
    faults.expired_url,
    partial(faults.redirect, "https://elsewhere.example/file"),
)
"""What can go wrong with a request. A gateway that hides a handled request answers with its own page."""

OUTCOMES: tuple[Callable[..., Fault], ...] = (
    partial(faults.stuck, "queued"),
    partial(faults.stuck, "running"),
    faults.failed,
    faults.moderated,
    faults.called_off,
)
"""How a job can end otherwise than with a file."""

_PURCHASES = (faults.lost_answer, faults.garbage, partial(faults.server_error, 504, html=True, handled=True))
_PHASES: tuple[Phase, ...] = ("submit", "poll", "result", "download", "upload", "cancel")
_SEVERAL: tuple[Phase, ...] = ("poll", "result", "download")
_ASKS = 14
_BRIEF: Mapping[str, Any] = {"timeout": 20}


def script_of(seed: int, targets: Sequence[Target]) -> Script:
    """The script of a number: first each single fault for each target, then combinations by chance.

    Args:
        seed: The number.
        targets: What is put to the test; chains are made of several.
    """
    rows = table()
    row, target = divmod(seed, len(targets))
    if row < len(rows):
        ledger = rows[row].ledger or row % 5 == 0
        driver = _driver_of(rows[row], row + target)
        return evolve(rows[row], seed=seed, chain=(targets[target],), driver=driver, ledger=ledger)
    return _by_chance(seed, targets)


def _driver_of(row: Script, number: int) -> Driver:
    """The driver for a row of the table; one that says how the caller goes away has its own."""
    return DRIVERS[number % 3] if row.stop is None else row.driver


@lru_cache(maxsize=1)
def table() -> tuple[Script, ...]:
    """Every single fault, and every way of going away at every ask; each still without its target."""
    return (*_single_faults(), *_stops())


def _single_faults() -> Iterator[Script]:
    for phase in _PHASES:
        for skip in (0, 1) if phase in _SEVERAL else (0,):
            for make in TROUBLES:
                yield _row(phase, make(on=phase, skip=skip))
    for make in OUTCOMES:
        yield _row("poll", make())
    for ask in range(2, 8):
        yield evolve(_row("poll"), vanish_at=ask)


def _row(phase: Phase, *given: Fault) -> Script:
    """A script in which a phase takes place, with these faults."""
    act: Act = "save" if phase == "download" else "generate"
    stuck = (faults.stuck(),) if phase == "cancel" else ()
    settings = _BRIEF if phase == "cancel" else {}
    return Script(
        seed=0,
        driver="sync",
        chain=(),
        faults=((*stuck, *given),),
        settings=settings,
        act=act,
        upload=phase == "upload",
    )


def _stops() -> Iterator[Script]:
    for driver, ways in _STOPS.items():
        for how in ways:
            for ask in range(1, _ASKS):
                yield evolve(_row("poll"), driver=driver, stop=Stop(how, ask), ledger=how.startswith("kill"))
            for make in _PURCHASES:
                yield evolve(_row("submit", make(on="submit")), driver=driver, stop=Stop(how, 2), ledger=True)


def _by_chance(seed: int, targets: Sequence[Target]) -> Script:
    chance = Random(seed)
    driver = chance.choice(DRIVERS)
    chain = tuple(chance.sample(targets, chance.randint(1, len(targets))))
    script = Script(
        seed=seed,
        driver=driver,
        chain=chain,
        faults=tuple(tuple(_faults(chance)) for _ in chain),
        settings=_settings(chance),
        act=chance.choice(_ACTS),
        upload=chance.random() < 0.15 and all(target.upload_model for target in chain),
        stop=_stop(chance, driver) if chance.random() < 0.35 else None,
        vanish_at=chance.randint(2, _ASKS) if chance.random() < 0.08 else None,
        callbacks=chance.choice(("none", "none", "quiet", "raise")),
    )
    return evolve(script, ledger=script.kills or chance.random() < 0.1)


def _faults(chance: Random) -> Iterator[Fault]:
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        phase = chance.choice(("submit", "submit", "poll", "poll", "result", "download", "upload", "cancel"))
        times = chance.choice((1, 1, 2, 5, None))
        yield chance.choice(TROUBLES)(on=phase, times=times, skip=chance.choice((0, 0, 0, 1, 2)))
    if chance.random() < 0.35:
        yield chance.choice(OUTCOMES)()


def _settings(chance: Random) -> dict[str, Any]:
    drawn = {
        "timeout": chance.choice((20, 60, 600)),
        "poll_interval": chance.choice((None, None, None, 0, 3)),
        "max_poll_attempts": chance.choice((None, None, None, 2)),
        "queue_timeout": chance.choice((None, None, None, 4)),
        "total_timeout": chance.choice((None, None, None, 30)),
        "on_unsettled": chance.choice(("stop", "stop", "continue")),
        "fallback_on": chance.choice((None, None, (TarashException,))),
    }
    often = _BRIEF if drawn["poll_interval"] == 0 else {}
    return {name: value for name, value in {**drawn, **often}.items() if value is not None}


def _stop(chance: Random, driver: Driver) -> Stop:
    how, at = chance.choice(_STOPS[driver]), chance.randint(1, _ASKS)
    again = at + chance.randint(1, 3) if chance.random() < 0.3 else None
    return Stop(how, at, again, hangs=driver == "trio" and chance.random() < 0.4)
