"""The journal of a batch in its folder: which attempts were begun for a row, and where its results are.

What became of an attempt is in the ledger. A line is written before the ledger writes the intent, so that an attempt
of the journal that the ledger does not know was never sent.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any, Self

from tarash_core.errors import ValidationError


class Journal:
    """``batch.jsonl`` in the folder of a batch, held by one process at a time.

    Args:
        folder: The folder, which is made.

    Attributes:
        folder: The folder.
        ledger: Which ledger the batch was begun with; None for a new batch.
        attempts: Our ids of the attempts of each row, in order.
        delivered: What was saved of each row: ``files`` by name, ``provider``, ``model``, ``job_id``.

    Raises:
        ValidationError: The folder cannot be used, or another process works in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger: str | None = None
        self.attempts: dict[str, list[str]] = {}
        self.delivered: dict[str, dict[str, Any]] = {}
        self._writing = threading.Lock()
        with ExitStack() as opened:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                opened.enter_context(closing(_held(folder / "batch.lock")))
                self._file = opened.enter_context((folder / "batch.jsonl").open("a+b", buffering=0))
                self._read()
            except OSError as error:
                raise ValidationError(f"The folder {folder} cannot be used: {error}.") from error
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._opened.close()

    def begin(self, ledger: str) -> None:
        """The batch is at work with this ledger.

        Raises:
            ValidationError: It was begun with another one, which alone knows what was bought.
        """
        if self.ledger not in (None, ledger):
            raise ValidationError(
                f"The batch in {self.folder} was begun with {_words(self.ledger)} and this is {_words(ledger)}, which "
                "does not know what was bought; choose that one again, or another --out-dir."
            )
        if self.ledger is None:
            self._write({"ledger": ledger})

    def bought(self, row: str, attempt: str) -> None:
        """An attempt is about to be bought for a row."""
        self._write({"row": row, "attempt": attempt})

    def saved(self, row: str, files: list[str], **known: Any) -> None:
        """The results of a row are in these files of the folder."""
        self._write({"row": row, "files": files, **known})

    def _write(self, said: dict[str, Any]) -> None:
        line = b"\n" + json.dumps(said).encode()  # begun anew, as the one before may be torn
        with self._writing:
            try:
                if self._file.write(line) < len(line):
                    raise OSError("the disk is full")
            except OSError as error:
                sentence = f"The journal of {self.folder} cannot be written: {error}; see to it and start again."
                raise ValidationError(sentence) from error
            self._enter(said)

    def _read(self) -> None:
        self._file.seek(0)
        for line in self._file.read().split(b"\n"):
            with suppress(ValueError):  # that of a process that was killed may be torn
                self._enter(json.loads(line))

    def _enter(self, said: dict[str, Any]) -> None:
        if "ledger" in said:
            self.ledger = said["ledger"]
        elif "attempt" in said:
            self.attempts.setdefault(said["row"], []).append(said["attempt"])
        else:
            self.delivered[said.pop("row")] = said


def _held(path: Path) -> sqlite3.Connection:
    """A lock on a file that the system takes back when the process ends, however it ends."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        connection.close()
        sentence = f"The folder {path.parent} cannot be used, perhaps as another tarash works in it: {error}."
        raise ValidationError(sentence) from error
    return connection


def _words(ledger: str | None) -> str:
    return f"the ledger {ledger}" if ledger and ledger.rpartition("#")[0] else f"{ledger} results"
