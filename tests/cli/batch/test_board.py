from collections import Counter

from tarash_core.cli.batch.board import Board, Live
from tarash_core.cli.tables import console
from tarash_core.models.notice import Notice


def test_the_live_table_shows_counts_and_the_rows_at_work(capsys):
    board = Live(5, Counter({"not sent": 4, "delivered": 1}))
    board.seen(2, "fal/fal-ai/veo3.1: queued")
    board.seen(3, "fal/fal-ai/veo3.1: queued")
    board.seen(3, "fal/fal-ai/veo3.1: processing, 50 %")
    board.ended(2, "not sent", "delivered", "out/0002.mp4")
    console().print(board.table())
    shown = capsys.readouterr().out
    assert "5 rows: 3 not sent, 2 delivered (1 at work)" in shown
    assert "processing, 50 %" in shown and "queued" not in shown


def test_it_starts_and_stops_on_a_terminal():
    with Live(1, Counter({"not sent": 1})) as board:
        board.seen(1, "at work")


def test_a_note_is_printed_while_the_table_may_be_drawn():
    class Telling(Board):
        def _note(self, note):
            told.append((note, self._lock.locked()))

    told = []
    Telling(1, Counter()).planned([Notice("dropped", "seed", "The seed is left out.")])
    assert told == [("Note: The seed is left out.", False)]
