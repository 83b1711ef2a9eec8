import pytest
from rich.console import Console

from tarash_core.cli import tables


@pytest.fixture
def shown(monkeypatch, capsys):
    """Prints a table on a terminal of so many columns."""

    def show(table, columns):
        monkeypatch.setattr(tables, "console", lambda err=False: Console(width=columns, markup=False))
        tables.show(table)
        return capsys.readouterr().out

    return show


def made():
    table = tables.boxed("id", "model", "error")
    table.add_row("1", "fal/fal-ai/veo3.1", "The service is not available; the request failed.")
    table.add_row("2", "replicate/google/veo-3.1", "")
    return table


def test_a_narrow_terminal_breaks_the_last_column_between_words(shown):
    text = shown(made(), 60)
    assert "fal/fal-ai/veo3.1" in text and "replicate/google/veo-3.1" in text
    assert max(map(len, text.splitlines())) <= 60


def test_one_that_would_break_words_gets_the_rows_as_lines(shown):
    assert shown(made(), 40).splitlines() == [
        "1",
        "    model  fal/fal-ai/veo3.1",
        "    error  The service is not available; the request failed.",
        "2",
        "    model  replicate/google/veo-3.1",
    ]
