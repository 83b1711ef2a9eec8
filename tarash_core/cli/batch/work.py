"""A batch from its file to its index: what is left to do is done, and what was bought is never bought again."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import define, field

from tarash_core.cli.batch.board import Board, board_for
from tarash_core.cli.batch.journal import Journal
from tarash_core.cli.batch.rows import Row, read_rows
from tarash_core.cli.batch.standing import Standing, standing_of
from tarash_core.cli.errors import exit_code_of, in_shell, one_line, reported
from tarash_core.cli.options import config_of, request_fields
from tarash_core.cli.outcome import of_error, of_response
from tarash_core.engine.batch import CURRENT_ROW
from tarash_core.errors import TarashException, ValidationError
from tarash_core.plugins.specs import hookimpl

if TYPE_CHECKING:
    from tarash_core.gateway import Gateway
    from tarash_core.ledger import Ledger
    from tarash_core.models.batch import BatchItem
    from tarash_core.models.config import Config
    from tarash_core.models.job import Job, Kind
    from tarash_core.models.request import Request
    from tarash_core.models.response import Response
    from tarash_core.plugins.provider import Attempt

_MAY_DELIVER = 5
_FATES = {"cancelled": "Its job was stopped, and may have been charged.", "expired": "Its result has expired."}


def run(
    kind: Kind,
    given: Mapping[str, Any],
    *,
    source: Path,
    out_dir: Path,
    concurrency: int,
    retry_unsettled: bool,
    retry_failed: bool,
) -> None:
    """Carries out a batch, or goes on with one.

    Args:
        kind: What is made.
        given: The options of a single generation by name.
        source: The prompts file.
        out_dir: Where results, journal and index are.
        concurrency: At most so many rows at once.
        retry_unsettled: Buy again rows whose answer was lost.
        retry_failed: Buy again rows whose job failed.
    """
    as_json, quiet = given["as_json"], given["quiet"] or given["as_json"]
    again = {state for state, wanted in (("unsettled", retry_unsettled), ("failed", retry_failed)) if wanted}
    with reported(as_json=as_json, quiet=quiet), _way_on_after_ctrl_c():
        rows, config = read_rows(source, kind, request_fields(given)), config_of(kind, given)
        with Journal(out_dir) as journal, _road(config, given) as (gateway, ledger):
            journal.begin(_name_of(ledger, given))
            work = Work(rows=rows, journal=journal, ledger=ledger, as_json=as_json, quiet=quiet)
            options = {"concurrency": concurrency, "attach_if_running": given["attach"]}
            work.carry_out(gateway, config, again | {"not sent", "accepted"}, options)
            code = work.tell()
    if code:
        raise SystemExit(code)


@contextmanager
def _way_on_after_ctrl_c() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nThe same command again goes on with the batch.", err=True)
        raise


@contextmanager
def _road(config: Config, given: Mapping[str, Any]) -> Iterator[tuple[Gateway, Ledger | None]]:
    """The gateway, and the ledger in which it writes what is really bought."""
    from tarash_core.cli.running import direct, simulated, users_ledger

    with ExitStack() as stack:
        if given["simulate"] or given["mock"]:
            road = simulated(config) if given["simulate"] else direct(None)
            yield stack.enter_context(road), None
            return
        ledger = stack.enter_context(users_ledger())
        if ledger is None:
            raise ValidationError("A batch goes on by its ledger, which an empty TARASH_LEDGER switches off; set it.")
        yield stack.enter_context(direct(ledger)), ledger


def _name_of(ledger: Ledger | None, given: Mapping[str, Any]) -> str:
    """What tells a ledger apart from another one, also from one that was removed and made anew."""
    if ledger is None:
        return "simulated" if given["simulate"] else "mocked"
    return f"{ledger.path}#{Path(ledger.path).stat().st_ino}"


@define(kw_only=True, slots=False)
class Work:
    """A batch at work.

    Attributes:
        rows: Every row.
        journal: The journal in the folder.
        ledger: The ledger; None where nothing is really bought.
        as_json: Whether each row is told as a JSON line.
        quiet: Whether nothing is told but errors.
    """

    rows: list[Row]
    journal: Journal
    ledger: Ledger | None
    as_json: bool
    quiet: bool
    _errors: dict[str, TarashException] = field(factory=dict, init=False)
    _told: set[str] = field(factory=set, init=False)

    def carry_out(self, gateway: Gateway, config: Config, wanted: set[str], options: Mapping[str, Any]) -> None:
        """Works on the rows that stand where it is wanted; jobs that were accepted before come first."""
        stands = {row.id: self._standing(row) for row in self.rows}
        todo = sorted((row for row in self.rows if stands[row.id].state in wanted), key=lambda row: _rank(stands, row))
        board = board_for(self.quiet, len(self.rows), (standing.state for standing in stands.values()))
        call: Any = gateway.batch_image if self.rows[0].request.kind == "image" else gateway.batch_video
        requests = (_given(row, stands[row.id]) for row in todo)
        heard = {
            "on_accepted": lambda index, job: board.seen(todo[index].number, f"accepted, job {job.id}"),
            "on_progress": lambda index, update: board.seen(todo[index].number, _progress(update)),
        }
        try:
            with self._noted(todo, board), board, call(config, requests, **options, **heard) as batch:
                for item in batch:
                    row = todo[item.index]
                    self._ended(row, stands[row.id], item, board)
        finally:
            self._write_index()

    def tell(self) -> int:
        """Tells of the rows that brought nothing, and how many brought what; the exit code."""
        stands = [(row, self._shown(row)) for row in self.rows]
        counts = Counter(state for _, state in stands)
        for row, state in stands:
            if self.as_json and row.id not in self._told:
                click.echo(json.dumps({"row": row.number, "status": state, **self._facts(row)}))
        if not self.as_json:
            self._tell_the_way_on(stands)
        if self.as_json:
            click.echo(json.dumps({"rows": len(stands), "counts": dict(counts), "index": str(self._index)}))
        elif not self.quiet:
            click.echo(f"{Board(len(stands), counts).summary()}. The index is {self._index}")
        return self._code(counts)

    def _tell_the_way_on(self, stands: Iterable[tuple[Row, str]]) -> None:
        """A line for each reason why rows brought nothing."""
        alike: dict[str, list[Row]] = {}
        for row, state in stands:
            if state != "delivered":
                alike.setdefault(in_shell(f"{state}. {self._way_on(row, state)}"), []).append(row)
        for reason, rows in alike.items():
            one = f"Row {rows[0].number} (line {rows[0].line})"
            many = f"Rows {', '.join(str(row.number) for row in rows)}"
            click.echo(f"{one if len(rows) == 1 else many}: {reason}", err=True)

    def _code(self, counts: Counter[str]) -> int:
        if counts["unsettled"] or counts["accepted"]:
            return _MAY_DELIVER
        if self._errors:
            return exit_code_of(next(iter(self._errors.values())))
        return 0 if counts["delivered"] == len(self.rows) else 1

    @contextmanager
    def _noted(self, todo: list[Row], board: Board) -> Iterator[None]:
        """Writes each attempt in the journal before it is bought, and before the ledger writes its intent."""
        from tarash_core.plugins.manager import register_extension, unregister_extension

        journal = self.journal

        class Notary:
            @hookimpl
            def tarash_submitting(self, attempt: Attempt) -> None:
                index = CURRENT_ROW.get()
                if index is not None:
                    with suppress(Exception):  # an error here would stop the purchase
                        board.planned(attempt.plan.notices)
                    journal.bought(todo[index].id, attempt.id)

        register_extension(notary := Notary(), "tarash batch")
        try:
            yield
        finally:
            unregister_extension(notary)

    def _ended(self, row: Row, before: Standing, item: BatchItem, board: Board) -> None:
        self._errors.pop(row.id, None)
        try:
            if item.error is not None:
                raise item.error
            paths = self._saved(row, item.response)
        except TarashException as error:
            self._errors[row.id] = error
            told, text = of_error(error), in_shell(one_line(error))
        else:
            told, text = of_response(item.response, paths), ", ".join(map(str, paths))
        state = self._shown(row)
        board.ended(row.number, before.state, state, text)
        if self.as_json:
            self._told.add(row.id)
            click.echo(json.dumps({**told, "row": row.number, "status": state}))

    def _saved(self, row: Row, response: Response) -> list[Path]:
        """Saves the results of a row; when that fails, they stay to be collected."""
        from tarash_core.cli.running import kept

        paths = kept(self.ledger, response, self._target(row, response))
        job = response.job
        known = {"provider": job.provider, "model": job.model, "job_id": job.id} if job is not None else {}
        self.journal.saved(row.id, [path.name for path in paths], **known)
        return paths

    def _target(self, row: Row, response: Response) -> Path:
        """``0012.mp4``; with the row's identity in the name where another row has had that one."""
        from tarash_core.engine.delivery import file_name

        suffix = Path(file_name(response.outputs[0])).suffix
        stem = f"{row.number:04d}"
        if self._names.setdefault(stem, row.id) != row.id:
            stem += f"-{row.id[:8]}"
        return self.journal.folder / (stem + suffix)

    @functools.cached_property
    def _names(self) -> dict[str, str]:
        """Which row has a number for its files: an earlier run may have counted other rows."""
        saved = self.journal.delivered.items()
        return {Path(name).stem.partition("-")[0]: id for id, known in saved for name in known["files"]}

    def _standing(self, row: Row) -> Standing:
        return standing_of(row, self.journal, self.ledger)

    def _shown(self, row: Row) -> str:
        """Where a row stands; one that was refused before anything was bought has failed, too."""
        state = self._standing(row).state
        return "failed" if state == "not sent" and row.id in self._errors else state

    def _facts(self, row: Row) -> dict[str, Any]:
        """What is known of a row, for the index."""
        entry, saved = self._standing(row).entry, self.journal.delivered.get(row.id, {})
        error = self._errors.get(row.id)
        known = {name: saved.get(name) or getattr(entry, name, None) for name in ("provider", "model", "job_id")}
        return {
            "line": row.line,
            "prompt": row.request.prompt,
            "files": [str(self.journal.folder / name) for name in saved.get("files", ())],
            **known,
            "ledger_id": entry.id if entry is not None else None,
            "ledger_state": entry.state if entry is not None else None,
            "error": one_line(error) if error is not None else getattr(entry, "error_message", None),
        }

    @property
    def _index(self) -> Path:
        return self.journal.folder / "index.json"

    def _write_index(self) -> None:
        told = [{"row": row.number, "status": self._shown(row), **self._facts(row)} for row in self.rows]
        text = json.dumps(told, ensure_ascii=False, indent=2)
        draft = self._index.with_suffix(".json.part")
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(self._index)

    def _way_on(self, row: Row, state: str) -> str:
        facts = self._facts(row)
        if state == "unsettled":
            look = f"look at the list of jobs of {facts['provider']}, then buy it again with --retry-unsettled."
            return f"It may have been bought, and its answer was lost: {look}"
        if state == "accepted":
            return (
                f"Job {facts['job_id']} at {facts['provider']} may still deliver; the same command again waits for it."
            )
        if state == "failed":
            again = "" if self._standing(row).state == "not sent" else " To buy it again: --retry-failed."
            return f"{facts['error'] or _FATES.get(facts['ledger_state'], 'It brought nothing.')}{again}"
        return "The same command again buys it."


def _rank(stands: Mapping[str, Standing], row: Row) -> bool:
    return stands[row.id].state != "accepted"


def _given(row: Row, standing: Standing) -> Request | Job:
    """The job of a row that was accepted before, else what to buy."""
    entry = standing.entry if standing.state == "accepted" else None
    return (entry.job if entry is not None else None) or row.request


def _progress(update: Any) -> str:
    from tarash_core.models.update import status_of

    return f"{update.provider}/{update.model}: {status_of(update)}"
