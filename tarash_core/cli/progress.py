"""How a job is shown while it runs: a live bar on a terminal, plain lines elsewhere, or nothing. All on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click

from tarash_core.cli.errors import in_shell, one_line
from tarash_core.models.update import status_of

if TYPE_CHECKING:
    from rich.progress import TaskID

    from tarash_core.models.execution import AttemptMetadata
    from tarash_core.models.notice import Notice
    from tarash_core.models.update import Update


class Notes:
    """What plans and responses note, each once.

    Attributes:
        seen: Every notice so far.
    """

    def __init__(self) -> None:
        self.seen: list[Notice] = []
        self._told: set[str] = set()

    def untold(self, notices: Iterable[Notice], *, defaults: bool = False) -> list[str]:
        """The sentences that were not told before, in the words of the shell; the model's own defaults on demand."""
        every = list(notices)
        self.seen += [notice for notice in every if notice not in self.seen]
        found = dict.fromkeys(notice.message for notice in every if defaults or notice.code != "defaulted")
        fresh = [message for message in found if message not in self._told]
        self._told.update(fresh)
        return [f"Note: {in_shell(message)}" for message in fresh]


class Progress:
    """Shows nothing; the base of those that do.

    Attributes:
        notes: What was noted so far.
    """

    def __init__(self) -> None:
        self.notes = Notes()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *problem: object) -> None:
        pass

    def planned(self, notices: Iterable[Notice]) -> None:
        """What the plan of an attempt notes, before the request that buys."""
        self.notes.untold(notices)

    def submitting(self, number: int, target: str) -> None:
        """The attempt of that number is about to be submitted to ``provider/model``."""

    def seen(self, update: Update) -> None:
        """The provider told how the job is."""

    def ended(self, record: AttemptMetadata) -> None:
        """An attempt has ended."""


class Lines(Progress):
    """A line for each change."""

    def __init__(self) -> None:
        super().__init__()
        self._last = self._bad_end = ""

    def planned(self, notices: Iterable[Notice]) -> None:
        """``Note: …``."""
        for note in self.notes.untold(notices):
            self._say(note)

    def submitting(self, number: int, target: str) -> None:
        """``fal/fal-ai/veo3.1: submitting``."""
        self._say(f"{target}: submitting")

    def seen(self, update: Update) -> None:
        """``fal/fal-ai/veo3.1: processing, 45 % (12 s)``; a look that brings nothing new is left out."""
        elapsed = "" if update.elapsed_seconds is None else f" ({update.elapsed_seconds:.0f} s)"
        self._say(f"{update.provider}/{update.model}: {status_of(update)}", elapsed)

    def ended(self, record: AttemptMetadata) -> None:
        """``fal/fal-ai/veo3.1: failed, …``, once the next attempt begins: the last one's end is told as the error."""
        if record.status != "success":
            self._bad_end = f"{record.provider}/{record.model}: {outcome_of(record)}"

    def _say(self, line: str, elapsed: str = "") -> None:
        if self._bad_end:
            click.echo(self._bad_end, err=True)
            self._bad_end = ""
        if line != self._last:
            self._last = line
            click.echo(line + elapsed, err=True)


class Bars(Progress):
    """A live bar for each attempt: provider, percent, status, position and elapsed time."""

    def __init__(self) -> None:
        super().__init__()
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        from tarash_core.cli.tables import console

        status = TextColumn("{task.fields[status]}", markup=False)
        target = TextColumn("{task.description}", markup=False)
        columns = (SpinnerColumn(), target, BarColumn(20), status, TimeElapsedColumn())
        self._live = RichProgress(*columns, console=console(err=True))
        self._tasks: dict[int, TaskID] = {}

    def __enter__(self) -> Progress:
        self._live.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._live.stop()

    def planned(self, notices: Iterable[Notice]) -> None:
        """``Note: …`` above the bars."""
        for note in self.notes.untold(notices):
            self._live.console.print(note, soft_wrap=True)

    def submitting(self, number: int, target: str) -> None:
        """A new bar."""
        self._task(number, target)

    def seen(self, update: Update) -> None:
        """Moves the bar; without a percentage it pulses."""
        task = self._task(update.attempt_number, f"{update.provider}/{update.model}")
        percent = update.progress_percent
        self._live.update(task, total=None if percent is None else 100, completed=percent or 0)
        self._live.update(task, status=status_of(update))

    def ended(self, record: AttemptMetadata) -> None:
        """Stops the bar where it stands; of a bad end only the kind, as the whole sentence would leave it no room."""
        task = self._task(record.attempt_number, f"{record.provider}/{record.model}")
        if record.status == "success":
            self._live.update(task, total=100, completed=100, status="completed")
        else:
            self._live.update(task, total=100, status=f"{record.status}, {record.error_type}")
        self._live.stop_task(task)

    def _task(self, number: int, target: str) -> TaskID:
        if number not in self._tasks:
            self._tasks[number] = self._live.add_task(target, total=None, status="submitting")
        return self._tasks[number]


def outcome_of(record: AttemptMetadata) -> str:
    """How an attempt ended that brought nothing."""
    return f"{record.status}, {one_line(Exception(record.error_message or record.error_type or ''))}"


def progress_for(quiet: bool) -> Progress:
    """The progress that fits: none when quiet, bars on a terminal, else lines."""
    if quiet:
        return Progress()
    import os
    import sys

    # Not rich's own answer: FORCE_COLOR, which many CI services set, makes a terminal of a log.
    live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return Bars() if live else Lines()


@contextmanager
def watched(progress: Progress) -> Iterator[None]:
    """Tells the progress when an attempt begins and ends, through the hooks that any extension has."""
    from tarash_core.plugins.manager import register_extension, unregister_extension
    from tarash_core.plugins.specs import hookimpl

    class Watcher:
        @hookimpl
        def tarash_submitting(self, attempt: Any) -> None:
            with suppress(Exception):  # an error here would stop the purchase
                progress.planned(attempt.plan.notices)
                progress.submitting(attempt.number, f"{attempt.plan.provider}/{attempt.plan.model}")

        @hookimpl
        def tarash_attempt_finished(self, record: AttemptMetadata) -> None:
            progress.ended(record)

    watcher = Watcher()
    register_extension(watcher, "tarash progress")
    try:
        with progress:
            yield
    finally:
        unregister_extension(watcher)
