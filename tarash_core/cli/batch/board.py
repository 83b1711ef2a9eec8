"""How a batch is shown while it runs: a live table on a terminal, a line for each row elsewhere, or nothing."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from tarash_core.cli.facts import counted
from tarash_core.cli.progress import Bars, Notes, progress_for

if TYPE_CHECKING:
    from rich.table import Table

    from tarash_core.models.notice import Notice


class Board:
    """Shows nothing; the base of those that do.

    Args:
        total: How many rows there are.
        counts: How many of them stand where, before anything is done.
    """

    def __init__(self, total: int, counts: Counter[str]) -> None:
        self._total, self._counts = total, counts
        self._notes = Notes()
        self._running: dict[int, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Board:
        return self

    def __exit__(self, *problem: object) -> None:
        pass

    def planned(self, notices: Iterable[Notice]) -> None:
        """What the plan of a row notes, before the request that buys; equal notes of other rows are told once."""
        with self._lock:
            untold = list(self._notes.untold(notices))
        for note in untold:  # a table that is being drawn waits for the lock, and holds that of the terminal
            self._note(note)

    def _note(self, note: str) -> None:
        pass

    def seen(self, number: int, text: str) -> None:
        """A row is at work."""
        with self._lock:
            _, since = self._running.get(number, ("", time.monotonic()))
            self._running[number] = text, since

    def ended(self, number: int, before: str, state: str, text: str) -> None:
        """A row has ended.

        Args:
            number: Its number.
            before: Where it stood.
            state: Where it stands.
            text: The files, or what went wrong.
        """
        with self._lock:
            self._running.pop(number, None)
            self._counts.subtract([before])
            self._counts.update([state])

    def summary(self) -> str:
        """``200 rows: 120 delivered, 60 not sent, 20 running``."""
        told = ", ".join(f"{count} {state}" for state, count in self._counts.items() if count)
        running = f" ({len(self._running)} at work)" if self._running else ""
        return f"{counted(self._total, 'row')}: {told}{running}"


class Lines(Board):
    """A line for each row that ends, on the standard error."""

    def _note(self, note: str) -> None:
        click.echo(note, err=True)

    def ended(self, number: int, before: str, state: str, text: str) -> None:
        """``row 12: delivered, out/0012.mp4``."""
        super().ended(number, before, state, text)
        click.echo(f"row {number}: {state}, {text}", err=True)


class Live(Board):
    """A live table: the counts, and the rows at work."""

    def __init__(self, total: int, counts: Counter[str]) -> None:
        super().__init__(total, counts)
        from rich.live import Live as RichLive

        from tarash_core.cli.tables import console

        shown = {"refresh_per_second": 4, "transient": True}
        self._live = RichLive(console=console(err=True), get_renderable=self.table, **shown)  # type: ignore[arg-type]

    def __enter__(self) -> Board:
        self._live.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._live.stop()

    def _note(self, note: str) -> None:
        self._live.console.print(note, soft_wrap=True)

    def table(self) -> Table:
        """The table as it is now."""
        from tarash_core.cli.tables import plain

        with self._lock:
            made = plain("row", "at work", "seconds", title=self.summary())
            for number, (text, since) in sorted(self._running.items()):
                made.add_row(str(number), text, f"{time.monotonic() - since:.0f}")
        return made


def board_for(quiet: bool, total: int, states: Iterable[Any]) -> Board:
    """The board that fits: none when quiet, a live table on a terminal, else lines."""
    shown = progress_for(quiet)
    cls = Board if quiet else Live if isinstance(shown, Bars) else Lines
    return cls(total, Counter(states))
