"""Tables for people, and the consoles that they are shown on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

if TYPE_CHECKING:
    from tarash_core.models.execution import AttemptMetadata, ExecutionMetadata
    from tarash_core.plugins.loader import PluginInfo

_WIDE = 400


def console(*, err: bool = False) -> Console:
    """A console of the standard output or error; one that is no terminal never cuts a line."""
    made = Console(stderr=err, highlight=False, emoji=False, markup=False)
    if not made.file.isatty():
        made.width = _WIDE
    return made


def show(table: Table, *, err: bool = False) -> None:
    """Prints a table; on a console that is too narrow for its longest words, row by row."""
    where = console(err=err)
    if _narrowest(table) <= where.width:
        where.print(table)
    else:
        where.print("\n".join(_stacked(table)), soft_wrap=True)


def _narrowest(table: Table) -> int:
    """The columns that a console needs, so that no word is broken."""
    where = Console(width=_WIDE)
    return Measurement.get(where, where.options, table).minimum


def _stacked(table: Table) -> Iterator[str]:
    """Every row as a line with its first cell and, below it, one for each other cell that has something in it."""
    headings = [str(column.header).strip() for column in table.columns]
    widest = max(map(len, headings))
    if table.title:
        yield str(table.title)
    for row in zip(*(column.cells for column in table.columns), strict=True):
        cells = [str(cell).strip() for cell in row]
        yield cells[0] or "-"
        yield from (f"    {name:<{widest}}  {cell}" for name, cell in zip(headings[1:], cells[1:], strict=True) if cell)


def boxed(*columns: str) -> Table:
    """A table with lines, in which the last column is the one that gives way."""
    table = Table(title_justify="left")
    for name in columns:
        table.add_column(name, overflow="fold", no_wrap=name != columns[-1])
    return table


def attempts(metadata: ExecutionMetadata) -> Table:
    """Every config that was tried or skipped: result, seconds, whether it was charged, and its error."""
    table = boxed("#", "provider", "model", "result", "seconds", "charged", "error")
    for attempt in metadata.attempts:
        table.add_row(*_attempt_cells(attempt), style="green" if attempt.status == "success" else None)
    return table


def _attempt_cells(attempt: AttemptMetadata) -> Iterable[str]:
    seconds = attempt.elapsed_seconds
    error = f"{attempt.error_type}: {attempt.error_message}" if attempt.error_type else ""
    return (
        str(attempt.attempt_number),
        attempt.provider,
        attempt.model,
        {"success": "succeeded"}.get(attempt.status, attempt.status),
        "" if seconds is None else f"{seconds:.1f}",
        attempt.charged,
        " ".join(error.split()),
    )


def plugins(infos: Iterable[PluginInfo]) -> Table:
    """Everything that is installed, and why some of it cannot be used."""
    table = boxed("name", "kind", "aliases", "version", "distribution", "location", "state")
    for info in infos:
        table.add_row(
            info.name,
            info.kind,
            ", ".join(info.aliases),
            info.version or "",
            info.distribution or "",
            info.location,
            state_of(info),
            style="red" if info.failure else None,
        )
    return table


def state_of(info: PluginInfo) -> str:
    """``ok``, or why it is not used."""
    if info.failure:
        return f"broken: {' '.join(info.failure.split())}"
    return f"switched off by {info.switched_off_by}" if info.switched_off_by else "ok"


def plain(*columns: str, title: str = "") -> Table:
    """A table without lines, narrow enough for a small terminal."""
    from rich.box import SIMPLE

    table = Table(title=title or None, title_justify="left", box=SIMPLE, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
