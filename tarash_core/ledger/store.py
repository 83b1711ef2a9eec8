"""The SQLite file: opened once for each ledger, shared by its threads, written in short transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from tarash_core.errors import ValidationError

IN_MEMORY = ":memory:"
VERSION = 1
_BUSY_SECONDS = 10.0
_LOOK_SECONDS = 1.0
_after_fork = threading.Lock()
_TABLE = """
CREATE TABLE jobs (
    attempt TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    variant TEXT,
    account TEXT,
    payer TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    state TEXT NOT NULL,
    estimate INTEGER,
    charged TEXT NOT NULL,
    cost TEXT,
    cost_usd INTEGER,
    job_id TEXT,
    receipt TEXT,
    error_type TEXT,
    error_message TEXT,
    process TEXT NOT NULL,
    created_at TEXT NOT NULL,
    accepted_at TEXT,
    updated_at TEXT NOT NULL,
    ended_at TEXT,
    handed_over_at TEXT
)
"""
Index = Literal["by_receipt", "by_time", "in_flight"]
_WHEN_ASKED: Mapping[Index, str] = {
    "by_receipt": "jobs_by_receipt ON jobs (provider, job_id) WHERE job_id IS NOT NULL",
    "by_time": "jobs_by_time ON jobs (created_at)",
    "in_flight": "jobs_in_flight ON jobs (fingerprint) WHERE ended_at IS NULL",
}


class Store:
    """The file of a ledger.

    One connection, behind a lock, serves all threads: SQLite lets one write at a time anyway, and a lock hands over
    at once where its busy handler would sleep. Other processes have their own connection and wait for each other.

    Args:
        path: The file; its folder is made. ``:memory:`` for a ledger that ends with the process.

    Raises:
        ValidationError: The file cannot be opened or is no ledger.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._added: set[Index] = set()
        self._inherited: list[sqlite3.Connection] = []
        self._connection = self._open()
        self._process = os.getpid()

    def __repr__(self) -> str:
        return f"Store({self.path!r})"

    def _open(self) -> sqlite3.Connection:
        try:
            connection = connected(self.path)
        except (sqlite3.Error, OSError) as error:
            raise ValidationError(
                f"The ledger {self.path} cannot be opened: {error}. Name another file, or set TARASH_LEDGER to "
                "nothing to work without one."
            ) from error
        self._looked_at = float("-inf")
        self._place = None if self.path == IN_MEMORY else _place_of(self.path)
        self._finalizer = weakref.finalize(self, _close, connection, os.getpid())
        return connection

    @property
    def _own(self) -> sqlite3.Connection:
        """The connection of this process: one that a fork copied must not be used, nor closed."""
        if self._process != os.getpid():
            with _after_fork:
                self._leave_to_parent()
        return self._connection

    def _leave_to_parent(self) -> None:
        """Opens a connection of this process, once; the process is set last, as threads go by it without a lock."""
        if self._process == os.getpid():
            return
        self._inherited.append(self._connection)
        self._lock = threading.Lock()
        self._connection = self._open()
        self._process = os.getpid()

    def close(self) -> None:
        """Closes the file; the next use fails."""
        self._finalizer()

    def check_in_place(self) -> None:
        """Refuses a file that nobody else would find, as SQLite goes on writing to one that was removed.

        It looks once in a second: each look costs as much as a part of the purchase's own write.

        Raises:
            ValidationError: The file was removed, or another one is in its place.
        """
        now = time.monotonic()
        if now - self._looked_at < _LOOK_SECONDS:
            return
        if self._place is not None and _place_of(self.path) != self._place:
            raise ValidationError(
                f"The ledger {self.path} was removed or replaced after it was opened. Nothing is bought without it; "
                "open it again."
            )
        self._looked_at = now

    def add_index(self, name: Index) -> None:
        """Adds an index for what not every ledger is asked; it would make each purchase dearer for nothing.

        Raises:
            ValidationError: The file cannot be written.
        """
        if name not in self._added:
            self.write(f"CREATE INDEX IF NOT EXISTS {_WHEN_ASKED[name]}")
            self._added.add(name)

    def ask(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """The rows of a query.

        Raises:
            ValidationError: The file cannot be read.
        """
        connection = self._own
        try:
            with self._lock:
                return connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._refusal("read", error) from error

    def write(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> int:
        """Carries out one statement, which is a transaction of its own, and says how many rows it changed.

        Raises:
            ValidationError: The file cannot be written.
        """
        connection = self._own
        try:
            with self._lock:
                return connection.execute(statement, values).rowcount
        except sqlite3.Error as error:
            raise self._refusal("written", error) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction of several statements, which nobody else's write comes between; an error undoes it.

        Raises:
            ValidationError: The file cannot be written.
        """
        connection = self._own
        try:
            with self._lock:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            raise self._refusal("written", error) from error

    def _refusal(self, what: str, error: sqlite3.Error) -> ValidationError:
        return ValidationError(
            f"The ledger {self.path} cannot be {what}: {error}. Nothing is bought without it; see to the file, or "
            "work without a ledger."
        )


def _place_of(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_dev


def _close(connection: sqlite3.Connection, process: int) -> None:
    if os.getpid() == process:
        connection.close()


def connected(path: str) -> sqlite3.Connection:
    """A connection to a ledger, which is made where there is none.

    Raises:
        sqlite3.Error: The file is no ledger that this version can read.
        OSError: The file or its folder cannot be made.
    """
    if path != IN_MEMORY:
        _make_private(Path(path))
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        _write_ahead(connection)
        # What was written outlives the process, however it ends; only a power cut may take the last moments.
        connection.execute("PRAGMA synchronous=NORMAL")
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_private(path: Path) -> None:
    """The file, for its user alone; SQLite gives its companions the same rights."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switches to the write-ahead log; SQLite does not wait for another process that does so at the same time."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= deadline:
                raise
            time.sleep(0.05)


def _prepare(connection: sqlite3.Connection) -> None:
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = _version(connection)
        if found > VERSION or (not found and connection.execute("SELECT 1 FROM sqlite_master").fetchone()):
            raise sqlite3.DatabaseError("it is no ledger, or one of a newer version of Tarash")
        for statement in () if found else (_TABLE, f"PRAGMA user_version={VERSION}"):
            connection.execute(statement)
    finally:
        connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
