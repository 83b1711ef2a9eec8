import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result

from tarash_core.cli.group import tarash
from tarash_core.plugins import loader, refresh

KEYS = ("FAL_KEY", "FAL_KEY_ID", "FAL_KEY_SECRET", "REPLICATE_API_TOKEN")


class Run(Protocol):
    def __call__(self, *words: str, stdin: str | None = None) -> Result: ...


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty folder, no keys, no settings of whoever runs the tests, and nothing loaded before or after."""
    monkeypatch.chdir(tmp_path)
    for name in [*KEYS, "UV", *(name for name in os.environ if name.startswith("TARASH_"))]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TARASH_LEDGER", str(tmp_path / "state" / "jobs.db"))
    refresh()
    yield
    refresh()


@pytest.fixture
def run() -> Run:
    """Runs ``tarash`` in this process."""

    def call(*words: str, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(tarash, words, input=stdin, prog_name="tarash")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture(autouse=True)
def one_more_of_ours(monkeypatch):
    """A provider of ours that is not installed, although all of the real ones are."""
    monkeypatch.setattr(loader, "OURS", (*loader.OURS, "nimbus"))
