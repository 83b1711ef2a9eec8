"""``tarash models``: the models that can do something, by every installed provider's catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from tarash_core.cli import completing
from tarash_core.cli.options import JSON, ParamType, provider_options

if TYPE_CHECKING:
    from rich.table import Table

    from tarash_core.catalog.search import Match
    from tarash_core.catalog.spec import Variant
    from tarash_core.engine.discovery import Drift

LIMITS = ("duration_seconds", "resolution", "aspect_ratio")
"""The wishes whose limits are told."""

WIDE = 140
"""The fewest columns of a console that has room for one line a model."""

INPUTS = (
    "image", "first_frame", "last_frame", "reference", "asset", "style", "control", "mask_image", "video", "audio",
)  # fmt: skip
"""What ``--input`` may name."""


class ModeType(ParamType):
    """One of the modes, which are read when the option is used."""

    name = "mode"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The mode as it was written."""
        from tarash_core.models.base import unknown_name
        from tarash_core.models.request import MODES

        if value not in MODES:
            self.fail(unknown_name("there is no mode", value, list(MODES)), param, ctx)
        return str(value)


_EXAMPLE = "\b\nExample:\n  tarash models fal kling --mode image-to-video --duration 8 --resolution 1080p"


@click.command(epilog=_EXAMPLE)
@provider_options
@click.option(
    "--mode", type=ModeType(), metavar="MODE", shell_complete=completing.modes,
    help="Only models with this mode, such as image-to-video.",
)  # fmt: skip
@click.option("--duration", "duration_seconds", type=float, metavar="SECONDS", help="Only models with this length.")
@click.option("--resolution", metavar="TEXT", help="Only models with this resolution, such as 1080p.")
@click.option("--aspect-ratio", metavar="W:H", help="Only models with this ratio, such as 9:16.")
@click.option(
    "--input",
    "inputs",
    type=click.Choice(INPUTS),
    multiple=True,
    metavar="ROLE",
    help="Only models that take this, such as first_frame, image or audio. May be repeated.",
)
@click.option(
    "--max-price",
    "max_usd",
    type=click.FloatRange(min=0),
    metavar="USD",
    help="Only models where one job with these wishes costs at most so much; those without a known price are left out.",
)
@click.option("--retired", is_flag=True, help="List models that are switched off, too.")
@JSON
@click.option("--check", is_flag=True, help="Compare the catalogues with what the vendors list now; asks them.")
def models(providers: tuple[str, ...], as_json: bool, check: bool, **wanted: Any) -> None:
    """List the models that can do all of what is asked for.

    With a PROVIDER, only its models; otherwise those of all that are installed.
    Nothing is sent, but for --check. That asks the vendors for their lists, may need a key, and tells what is gone
    from them, what is new, and what is back although it is marked here as delisted or retired.
    """
    from tarash_core.cli.facts import provider_names

    if check:
        _check(list(provider_names(providers)), bool(providers), wanted, as_json)
    else:
        _list(provider_names(providers), wanted, as_json)


def _list(providers: Iterable[str], wanted: Mapping[str, Any], as_json: bool) -> None:
    from tarash_core.cli.facts import counted

    found = [Row(provider, match) for provider in providers for match in _matches(provider, wanted)]
    if as_json:
        import json

        click.echo(json.dumps([row.plain() for row in found], indent=2))
    elif found:
        _show(found, wanted["duration_seconds"] is not None)
        click.echo(counted(len({(row.provider, row.match.id) for row in found}), "model"), err=True)
    else:
        click.echo("No model of the installed providers has all of this; ask for less.", err=True)


def _matches(provider_name: str, wanted: Mapping[str, Any]) -> Iterator[Match]:
    """The ways of a provider's models that have what is wanted; those that are alike but for the mode only once.

    Raises:
        ValidationError: A wish cannot be read.
    """
    from tarash_core.catalog.search import search_models
    from tarash_core.models.request import VideoGenerationRequest
    from tarash_core.plugins.loader import load_provider

    wishes = {name: wanted[name] for name in LIMITS}
    VideoGenerationRequest(prompt=None, **wishes)
    yield from search_models(provider_name, load_provider(provider_name).catalog, **wanted)


class Row:
    """One way to call a model, as it is listed."""

    def __init__(self, provider: str, match: Match) -> None:
        self.provider, self.match = provider, match

    @property
    def name(self) -> str:
        """What ``--model`` takes."""
        return f"{self.provider}/{self.match.id}"

    def price(self, with_wishes: bool) -> str:
        """The cost of one job as it is wished for, else the price list."""
        from tarash_core.cli.facts import dollars, price_words

        cost = self.match.price
        if with_wishes and cost is not None and cost.usd is not None:
            return dollars(cost.usd)
        return price_words(self.match.variant.price or self.match.spec.price)

    def life(self) -> str:
        """Its end, or that it left the vendor's list."""
        from tarash_core.cli.facts import life_words

        return life_words((self.match.variant.lifecycle, self.match.spec.lifecycle))

    def plain(self) -> dict[str, Any]:
        """The row as JSON."""
        from tarash_core.cli.facts import plain_life

        variant, spec, cost = self.match.variant, self.match.spec, self.match.price
        return {
            "provider": self.provider,
            "model": self.match.id,
            "kind": variant.kind,
            "modes": list(variant.modes),
            "inputs": {name: {"required": taken.required} for name, taken in variant.layout.inputs.items()},
            "limits": {name: limit(variant, name) or None for name in LIMITS},
            "price": self.price(with_wishes=False) or None,
            "estimated_cost": cost.to_dict() if cost else None,
            "lifecycle": plain_life(variant.lifecycle or spec.lifecycle),
        }


def limit(variant: Variant, name: str) -> str:
    """What a variant takes for a wish, in words; the one value that it always has, or nothing."""
    if name in variant.fixed:
        return str(variant.fixed[name])
    entry = variant.layout.by_source.get(name)
    if entry is None:
        return ""
    choices = entry.mapper.choices
    return spanned(choices) if choices is not None and name == "duration_seconds" else entry.mapper.allowed()


def spanned(choices: Iterable[Any]) -> str:
    """Choices with every run of four or more whole numbers in short: ``auto or 4 to 15``."""
    from tarash_core.fields.values import listed

    runs: list[list[Any]] = []
    for choice in choices:
        if runs and isinstance(choice, int) and runs[-1][-1] == choice - 1:
            runs[-1].append(choice)
        else:
            runs.append([choice])
    return listed(word for run in runs for word in ([f"{run[0]} to {run[-1]}"] if len(run) > 3 else run))


def _show(rows: Sequence[Row], with_wishes: bool) -> None:
    """A line for each way where there is room, else two."""
    from tarash_core.cli import tables

    where = tables.console()
    if where.width >= WIDE:
        where.print(_table(rows, with_wishes))
        return
    for (name, seconds, resolution, price, life), modes in _alike(rows, with_wishes).items():
        parts = (", ".join(modes), f"{seconds} s" if seconds[-1:].isdigit() else "", resolution, price, life)
        click.echo(name)
        click.echo(f"    {'; '.join(filter(None, parts))}")


def _table(rows: Sequence[Row], with_wishes: bool) -> Table:
    """The rows as a table, without columns that would be empty."""
    from tarash_core.cli import tables

    lines = [(name, ", ".join(modes), *facts) for (name, *facts), modes in _alike(rows, with_wishes).items()]
    headings = ("model", "modes", "seconds", "resolution", "price", "lifecycle")
    filled = [place for place in range(len(headings)) if any(line[place] for line in lines)]
    table = tables.plain(*(headings[place] for place in filled))
    for line in lines:
        table.add_row(*(line[place] for place in filled))
    return table


def _alike(rows: Sequence[Row], with_wishes: bool) -> dict[tuple[str, ...], list[str]]:
    """The cells of the rows but for their modes, and the modes of all rows that have these cells."""
    found: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        variant = row.match.variant
        limits = (limit(variant, "duration_seconds"), limit(variant, "resolution"))
        modes = found.setdefault((row.name, *limits, row.price(with_wishes), row.life()), [])
        modes += [mode for mode in variant.modes if mode not in modes]
    return found


def _check(providers: Sequence[str], named: bool, wanted: Mapping[str, Any], as_json: bool) -> None:
    """Tells how catalogues differ from the vendors' lists; where no provider is named, one that fails is passed over.

    Raises:
        TarashException: A named provider cannot be compared, or none can.
    """
    from tarash_core.errors import TarashException

    if any(value not in (None, (), False) for value in wanted.values()):
        raise click.UsageError("--check compares whole catalogues; leave out everything but PROVIDER and --json.")
    drifts: dict[str, Drift] = {}
    failures: list[TarashException] = []
    for name in providers:
        try:
            drifts[name] = _drift(name)
        except TarashException as error:
            failures.append(error)
            if named or len(failures) == len(providers):
                raise
            click.echo(f"Note: {name} is not compared: {error}", err=True)
    _tell(drifts, as_json)


def _drift(provider_name: str) -> Drift:
    from tarash_core.engine import discovery, drivers
    from tarash_core.engine.clocks import SystemClock
    from tarash_core.engine.opening import Connections
    from tarash_core.engine.session import Session

    clock = SystemClock()
    connections = Connections(False, clock, None, None)
    transport = connections.make(False)
    try:
        flow = discovery.compare(Session(clock=clock, connections=connections), provider_name)
        return drivers.run(flow, transport, clock)
    finally:
        transport.close()


def _tell(drifts: Mapping[str, Drift], as_json: bool) -> None:
    if as_json:
        import json

        plain = {name: {word: list(ids) for word, ids in _parts(drift)} for name, drift in drifts.items()}
        click.echo(json.dumps(plain, indent=2))
        return
    for name, drift in drifts.items():
        for word, ids in _parts(drift):
            for id in ids:
                click.echo(f"{word:<5} {name}/{id}")
        counts = ", ".join(f"{len(ids)} {word}" for word, ids in _parts(drift))
        click.echo(f"{name}: {counts}", err=True)


def _parts(drift: Drift) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("gone", drift.gone), ("new", drift.new), ("back", drift.back))
