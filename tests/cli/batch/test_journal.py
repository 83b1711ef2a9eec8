"""The journal when the disk refuses: what was not written is not bought, and nothing else is lost."""

from pathlib import Path

import pytest

from tarash_core.cli.batch.journal import Journal
from tarash_core.errors import ValidationError


class Full:
    """A file on a disk that has room for a few more bytes."""

    def __init__(self, file, room):
        self.file, self.room, self.close = file, room, file.close

    def write(self, data):
        return self.file.write(data[: self.room])


def test_a_line_that_does_not_fit_stops_the_purchase_and_spoils_no_other(tmp_path):
    with Journal(tmp_path) as journal:
        journal.bought("one", "a1")
        whole = journal._file
        journal._file = Full(whole, room=9)
        with pytest.raises(ValidationError, match="cannot be written: the disk is full"):
            journal.bought("two", "a2")
        journal._file = whole
        journal.bought("three", "a3")
    with Journal(tmp_path) as journal:
        assert journal.attempts == {"one": ["a1"], "three": ["a3"]}


def test_a_folder_that_cannot_be_used_is_not_held(tmp_path):
    blocked = tmp_path / "batch.jsonl"
    blocked.mkdir()
    with pytest.raises(ValidationError, match="cannot be used"):
        Journal(tmp_path)
    Path(blocked).rmdir()
    with Journal(tmp_path) as journal:
        assert journal.attempts == {}


def test_lines_that_end_with_their_newline_are_read_too(tmp_path):
    (tmp_path / "batch.jsonl").write_text('{"row": "one", "attempt": "a1"}\n{"row": "one", "attempt": "a2"}\n')
    with Journal(tmp_path) as journal:
        journal.bought("one", "a3")
        assert journal.attempts == {"one": ["a1", "a2", "a3"]}
