"""``tarash jobs``: what the ledger knows of every purchase, and what can still be done about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tarash_core.cli import completing
from tarash_core.cli.errors import CHARGED, exit_code_of, one_line, reported
from tarash_core.cli.options import JSON, QUIET, OutputType, ParamType, Sentences

if TYPE_CHECKING:
    from rich.table import Table

    from tarash_core.gateway import Gateway
    from tarash_core.ledger import Entry, Ledger
    from tarash_core.models.config import Config
    from tarash_core.models.job import Job

STATES = (
    "claimed", "intent", "accepted", "running", "succeeded", "failed", "cancelled", "expired", "unsettled", "abandoned",
)  # fmt: skip
"""Where a purchase may stand; a test keeps them equal to those of the ledger."""

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SHORT = 12


class AgeType(ParamType):
    """A length of time: ``90m``, ``12h``, ``30d``."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The length as a timedelta."""
        text = str(value).strip()
        try:
            return timedelta(**{_UNITS[text[-1:]]: float(text[:-1])})
        except (KeyError, ValueError, OverflowError):
            self.fail(f"{text!r} must be a number and one of s, m, h, d, w, such as 30d.", param, ctx)


_KEY = click.option("--api-key", metavar="KEY", help="Use this key, not the vendor's variable.")
_ID = click.argument("identity", metavar="ID", shell_complete=completing.purchases)


@click.group(cls=Sentences)
@click.option(
    "--ledger", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Use this file, not TARASH_LEDGER or your own ledger.",
)  # fmt: skip
@click.pass_context
def jobs(ctx: click.Context, path: Path | None) -> None:
    """Look after what was bought.

    Every purchase of this command, and of programs that use the same ledger, is written down from the intent before
    it to its outcome. ID is the entry's, its first characters, or the provider's id of the job.
    """
    ctx.obj = path


@jobs.command("list")
@click.option("--state", "states", type=click.Choice(STATES), multiple=True, help="Only those; may be repeated.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many.")
@JSON
@click.pass_context
def list_jobs(ctx: click.Context, states: Sequence[Any], limit: int, as_json: bool) -> None:
    """List the purchases, newest first.

    Mind two states: the answer of an "unsettled" purchase is unknown, so that it may run and bill; an "abandoned" job
    was left by its program and may still deliver.
    """
    with opened(ctx) as ledger:
        found = ledger.entries(states, limit)
    if as_json:
        _echo_json([entry.to_dict() for entry in found])
    elif found:
        from tarash_core.cli import tables

        tables.show(table_of(found))
    else:
        click.echo(f"The ledger {ledger.path} has no such entry." if states else f"The ledger {ledger.path} is empty.")


@jobs.command()
@_ID
@JSON
@click.pass_context
def show(ctx: click.Context, identity: str, as_json: bool) -> None:
    """Show everything about one purchase, with its receipt."""
    with opened(ctx) as ledger:
        entry = ledger.entry(identity)
    if as_json:
        _echo_json(entry.to_dict())
        return
    for name, value in entry.to_dict().items():
        if value is not None and name != "receipt":
            click.echo(f"{name + ':':<17} {value}")
    click.echo(f"{'receipt:':<17} {entry.receipt or 'none; the answer of the purchase is unknown'}")


@jobs.command()
@_ID
@click.option(
    "-o", "--output", type=OutputType(), default=".", help="Save the result as this file, or in this folder; here."
)
@click.option("--timeout", type=float, metavar="SECONDS", help="Wait so long; the job goes on all the same.")
@_KEY
@JSON
@QUIET
@click.pass_context
def resume(
    ctx: click.Context,
    identity: str,
    output: Path,
    timeout: float | None,
    api_key: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Wait for a job and save its result; nothing is bought."""
    from tarash_core.cli.progress import progress_for
    from tarash_core.cli.running import kept, tell

    quiet = quiet or as_json
    with opened(ctx) as ledger, reported(output, as_json=as_json, quiet=quiet), _gateway(ledger) as gateway:
        entry, progress = ledger.entry(identity), progress_for(quiet)
        wait: Any = gateway.wait_job
        with progress:
            job = receipt_of(entry)
            response = wait(job, on_progress=progress.seen, timeout=timeout, config=_config(job, api_key))
        paths = kept(ledger, response, output)
        tell(response, paths, progress.notes, as_json=as_json, quiet=quiet)


@jobs.command()
@_ID
@_KEY
@JSON
@click.pass_context
def cancel(ctx: click.Context, identity: str, api_key: str | None, as_json: bool) -> None:
    """Ask the provider to stop a job, and tell what it says."""
    with opened(ctx) as ledger, _gateway(ledger) as gateway:
        entry = ledger.entry(identity)
        job = receipt_of(entry)
        config = _config(job, api_key)
        if gateway.cancel_job(job, config=config).status != "cancelled":
            gateway.refresh_job(job, config=config)
        entry = ledger.entry(entry.id)
    if as_json:
        _echo_json(entry.to_dict())
    elif entry.state == "cancelled":
        click.echo(f"Job {job.id} was cancelled.{CHARGED[entry.charged]}")
    else:
        click.echo(f"{job.provider} was asked to stop job {job.id}, which is {entry.state}; look again in a while.")


@jobs.command()
@click.option(
    "-d",
    "--output-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    help="Save results below this folder, each job in one of its own; here.",
)
@JSON
@click.pass_context
def harvest(ctx: click.Context, output_dir: Path, as_json: bool) -> None:
    """Collect what is paid for and was left behind.

    Looks once at every job that no program waits for any more, and saves the results of those that have finished.
    """
    errors: list[Exception] = []
    with opened(ctx) as ledger, _gateway(ledger) as gateway:
        told = [_collected(gateway, ledger, entry, output_dir, errors) for entry in ledger.collectable()]
        unknown = ledger.entries(("unsettled",))
    if as_json:
        _echo_json({"jobs": told, "unsettled": [entry.to_dict() for entry in unknown]})
    else:
        _tell_harvest(told, unknown)
    if errors:
        raise SystemExit(exit_code_of(errors[0]))


def _collected(gateway: Gateway, ledger: Ledger, entry: Entry, folder: Path, errors: list[Exception]) -> dict[str, Any]:
    """One look at a job, its files if it has finished, or why they cannot be had."""
    from tarash_core.errors import TarashException

    told: dict[str, Any] = {"id": entry.id, "provider": entry.provider, "job_id": entry.job_id, "error": None}
    try:
        result = getattr(gateway.refresh_job(receipt_of(entry)), "result", None)
        files = [] if result is None else _kept_below(ledger, result, folder / entry.id[:_SHORT])
    except (TarashException, OSError) as error:
        errors.append(error)
        files, told["error"] = [], one_line(error)
    return {**told, "state": ledger.entry(entry.id).state, "files": [str(path) for path in files]}


def _kept_below(ledger: Ledger, response: Any, folder: Path) -> list[Path]:
    from tarash_core.cli.running import kept

    folder.mkdir(parents=True, exist_ok=True)
    return kept(ledger, response, folder)


def _tell_harvest(told: Iterable[dict[str, Any]], unknown: Sequence[Entry]) -> None:
    from tarash_core.cli.outcome import about

    looked = list(told)
    for one in looked:
        for path in one["files"]:
            click.echo(f"Saved {path} ({about(Path(path))})")
        if one["error"]:
            click.echo(f"Error: {one['provider']} job {one['job_id']}: {one['error']}", err=True)
        elif not one["files"]:
            click.echo(f"{one['provider']} job {one['job_id']}: {one['state']}")
    if not looked:
        click.echo("Nothing is left to be collected.")
    for entry in unknown:
        click.echo(f"Note: {entry.provider} may have taken {entry.id[:_SHORT]}; its answer is unknown.", err=True)


@jobs.command()
@click.argument("identities", metavar="[ID]...", nargs=-1, shell_complete=completing.purchases)
@click.option("--older-than", type=AgeType(), default="30d", show_default=True, help="Only what ended so long ago.")
@JSON
@click.pass_context
def prune(ctx: click.Context, identities: Sequence[str], older_than: timedelta, as_json: bool) -> None:
    """Remove entries of purchases that are over.

    A result that nobody collected keeps its entry. With an ID, that entry is removed whatever its state: the way on
    when the answer of a purchase was lost and you have looked at the provider's own list of jobs.
    """
    with opened(ctx) as ledger:
        named = [ledger.entry(identity) for identity in identities]
        for entry in named:
            ledger.forget(entry)
        removed = len(named) if identities else ledger.prune(older_than)
    _echo_json({"removed": removed}) if as_json else click.echo(f"Removed {removed} of the entries of {ledger.path}.")


def opened(ctx: click.Context) -> Ledger:
    """The ledger of the command, in which a result counts as handed over once it is saved.

    Raises:
        ValidationError: It is switched off or cannot be opened.
    """
    from tarash_core.errors import ValidationError
    from tarash_core.ledger import Ledger, default_path

    path = ctx.obj or default_path()
    if path is None:
        raise ValidationError("The ledger is switched off by an empty TARASH_LEDGER; name one with --ledger FILE.")
    return Ledger(path, hands_over=False)


def _gateway(ledger: Ledger) -> Gateway:
    from tarash_core.gateway import Gateway

    return Gateway(ledger=ledger)


def receipt_of(entry: Entry) -> Job:
    """The job of an entry.

    Raises:
        ValidationError: The provider never answered, so nobody knows its id.
    """
    from tarash_core.errors import ValidationError

    job = entry.job
    if job is None:
        raise ValidationError(
            f"There is no receipt of {entry.id[:_SHORT]} ({entry.state}): no answer of {entry.provider} arrived. Look "
            f"at its own list of jobs; then forget the entry with: tarash jobs prune {entry.id[:_SHORT]}"
        )
    return job


def _config(job: Job, api_key: str | None) -> Config | None:
    """A config with the given key; without one the vendor's variable counts."""
    if api_key is None:
        return None
    from tarash_core.models.config import CONFIGS

    return CONFIGS[job.kind](provider=job.provider, model=job.model, api_key=api_key)


def table_of(entries: Iterable[Entry]) -> Table:
    """The purchases for people."""
    from tarash_core.cli.tables import boxed

    table = boxed("id", "state", "model", "account", "bought (UTC)", "USD", "job", "error")
    for entry in entries:
        table.add_row(*_cells(entry), style={"unsettled": "red", "abandoned": "yellow"}.get(entry.state))
    return table


def _cells(entry: Entry) -> Iterable[str]:
    cost = entry.cost.usd if entry.cost is not None and entry.cost.usd is not None else entry.estimated_usd
    meaning = {"unsettled": "unsettled: answer unknown", "abandoned": "abandoned: may still deliver"}
    return (
        entry.id[:_SHORT],
        meaning.get(entry.state, entry.state),
        f"{entry.provider}/{entry.model}",
        entry.account or "",
        f"{entry.created_at:%Y-%m-%d %H:%M}",
        "" if cost is None or entry.charged == "no" else f"{cost:f}",
        entry.job_id or "",
        entry.error_type or "",
    )


def _echo_json(data: Any) -> None:
    import json

    click.echo(json.dumps(data, indent=2))
