"""``tarash catalog``: building a provider's catalogue from published schemas, and comparing the two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tarash_core.cli import completing
from tarash_core.cli.errors import NOT_CLEAN
from tarash_core.cli.options import JSON, Sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tarash_core.catalog.building.audit import Report
    from tarash_core.catalog.building.diffing import Difference
    from tarash_core.catalog.building.endpoint import SchemaFile
    from tarash_core.catalog.building.source import CatalogSource, Fetched

_PROVIDER = click.argument("provider", shell_complete=completing.providers)
_SCHEMAS = click.option(
    "--schemas", type=click.Path(path_type=Path), help="The schema file; the plugin's own by default."
)


@click.group(cls=Sentences)
def catalog() -> None:
    """Build and check a provider's catalogue of models; for those who maintain one.

    "audit" compares a catalogue with the schemas that the vendor publishes. The others are for catalogues that are
    built from these schemas and from a small table in the plugin: fal's and Replicate's. Only "fetch", and "diff
    --live", ask the vendor.
    """


@catalog.command()
@_PROVIDER
@_SCHEMAS
@click.option("--out", type=click.Path(path_type=Path), help="The file to write; that of the plugin by default.")
@click.option("--check", is_flag=True, help="Write nothing; leave with 1 where the file is not what would be written.")
def build(provider: str, schemas: Path | None, out: Path | None, check: bool) -> None:
    """Write the catalogue of PROVIDER from its schema file."""
    from tarash_core.catalog.building.writing import catalog_text

    source = _source(provider)
    entries = _built(source, _read(source, schemas))
    text, path = catalog_text(entries, source.about), out or source.catalog
    if check:
        same = path.is_file() and path.read_text("utf-8") == text
        click.echo(f"{path} is {'up to date' if same else f'out of date; run: tarash catalog build {provider}'}.")
        raise click.exceptions.Exit(0 if same else NOT_CLEAN)
    path.write_text(text, "utf-8", newline="\n")
    click.echo(f"{path}: {len(entries)} models, {len(text.encode()) / 1000:.0f} kB.")


@catalog.command()
@_PROVIDER
@_SCHEMAS
@JSON
@click.option("--live", is_flag=True, help="Compare with what the vendor publishes now; asks it.")
def diff(provider: str, schemas: Path | None, live: bool, as_json: bool) -> None:
    """Tell what would change if the catalogue of PROVIDER were built now; leaves with 1 where anything would."""
    from tarash_core.catalog.building.diffing import difference, stored_entries

    source = _source(provider)
    known = _read(source, schemas)
    if live:
        known = _renewed(provider, source, known)[0]
    found = difference(stored_entries(source.catalog.read_text("utf-8")), _built(source, known))
    _tell(found, as_json)
    raise click.exceptions.Exit(NOT_CLEAN if found else 0)


@catalog.command()
@click.argument("providers", nargs=-1, metavar="[PROVIDER]...", shell_complete=completing.providers)
@_SCHEMAS
@JSON
def audit(providers: tuple[str, ...], schemas: Path | None, as_json: bool) -> None:
    """Compare every entry of a catalogue with its published schema; leaves with 1 where anything is wrong.

    Without a PROVIDER, the catalogues of all that are installed. Four counts: required prompts and media that nothing
    fills, other required inputs that nothing fills, wire names that the schema lacks, and values outside its enums or
    types. It needs the library jsonschema, and for fal and Replicate a checkout.
    """
    if schemas and len(providers) != 1:
        raise click.UsageError("--schemas is the file of one provider; name that one.")
    try:
        reports = dict(_reports(providers, schemas))
    except ImportError as error:
        raise click.ClickException("The audit needs jsonschema; run: pip install jsonschema") from error
    if as_json:
        _echo_json({name: report.plain() for name, report in reports.items()})
    else:
        for name, report in reports.items():
            _show(name, report)
    raise click.exceptions.Exit(0 if all(report.is_clean for report in reports.values()) else NOT_CLEAN)


@catalog.command()
@_PROVIDER
@_SCHEMAS
def fetch(provider: str, schemas: Path | None) -> None:
    """Bring the schema file of PROVIDER up to date with what the vendor publishes now.

    Asks the vendor. Models that it no longer lists stay, marked with the day. Run "build" afterwards.
    """
    from tarash_core.catalog.building.endpoint import write_schemas

    source = _source(provider)
    path = schemas or source.schemas
    new, fetched = _renewed(provider, source, _read(source, schemas))
    write_schemas(path, new.about, new.endpoints.values())
    click.echo(f"{path}: {len(fetched.endpoints)} read, {len(fetched.gone)} gone, {len(fetched.unread)} unreadable.")
    for id, why in sorted(fetched.unread.items()):
        click.echo(f"  {id}: {why}", err=True)


def _reports(asked: Sequence[str], schemas: Path | None) -> Iterator[tuple[str, Report]]:
    """The report of each provider asked for, or of all; of all, those that cannot be compared are told of."""
    from tarash_core.catalog.building.held import held_of
    from tarash_core.cli.facts import provider_names
    from tarash_core.errors import PluginError
    from tarash_core.plugins.loader import load_provider

    for name in provider_names(asked):
        try:
            yield name, held_of(load_provider(name), schemas).report()
        except PluginError as error:
            if asked:
                raise
            click.echo(f"Note: {error}", err=True)


def _source(provider: str) -> CatalogSource:
    from tarash_core.catalog.building.source import built_source_of
    from tarash_core.plugins.loader import load_provider

    return built_source_of(load_provider(provider))


def _read(source: CatalogSource, schemas: Path | None) -> SchemaFile:
    from tarash_core.catalog.building.endpoint import read_schemas

    return read_schemas(schemas or source.schemas)


def _built(source: CatalogSource, known: SchemaFile) -> Mapping[str, Mapping[str, Any]]:
    from tarash_core.catalog.building.overrides import read_overrides
    from tarash_core.catalog.building.writing import build as built

    return built(known, read_overrides(source.package))


def _renewed(provider: str, source: CatalogSource, known: SchemaFile) -> tuple[SchemaFile, Fetched]:
    """The schemas with what the vendor publishes now, and that alone."""
    from tarash_core.catalog.building.fetching import fetch as asked
    from tarash_core.catalog.building.source import merged
    from tarash_core.catalog.lifecycle import today
    from tarash_core.engine import drivers
    from tarash_core.engine.clocks import SystemClock
    from tarash_core.engine.opening import Connections
    from tarash_core.engine.session import Session
    from tarash_core.plugins.loader import load_provider

    clock = SystemClock()
    connections = Connections(False, clock, None, None)
    transport = connections.make(False)
    try:
        flow = asked(Session(clock=clock, connections=connections), load_provider(provider).name, source, known)
        fetched = drivers.run(flow, transport, clock)
    finally:
        transport.close()
    return merged(known, fetched, today().isoformat()), fetched


def _tell(found: Difference, as_json: bool) -> None:
    if as_json:
        changes = [{"model": change.model, "change": str(change)} for change in found.changes]
        _echo_json({"added": list(found.added), "removed": list(found.removed), "changed": changes})
        return
    for id in found.added:
        click.echo(f"+ {id}")
    for id in found.removed:
        click.echo(f"- {id}")
    for change in found.changes:
        click.echo(f"~ {change}")
    parts = (len(found.added), len(found.removed), len({change.model for change in found.changes}))
    click.echo("{} added, {} removed, {} changed.".format(*parts))


def _echo_json(data: Any) -> None:
    import json

    click.echo(json.dumps(data, indent=2))


def _show(provider: str, report: Report) -> None:
    """A line for each mode, and the four counts over all."""
    for mode, entries, counts in report.by_mode():
        click.echo(f"{mode:<20} {entries:>5}   {' / '.join(map(str, counts))}")
    for line in report.wrong():
        click.echo(f"  {line}")
    told = " / ".join(map(str, report.counts))
    ways = f" in {report.ways} ways" if report.ways != report.models else ""
    click.echo(f"{provider}: {report.models} models{ways}, {told}; {report.beside} required inputs by extra_params.")
