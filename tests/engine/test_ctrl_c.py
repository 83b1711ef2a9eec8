"""Ctrl-C at any line of the engine: the job that was bought is accounted for, and the vendor's word on it counts."""

import signal
import sys
import threading
from pathlib import Path

import pytest

import tarash_core
from tarash_core import Gateway, VideoGenerationConfig
from tarash_core.ledger import Ledger

ENGINE = str(Path(tarash_core.__file__).parent / "engine")
CONFIG = VideoGenerationConfig.from_string("acme/acme-1", poll_interval=0)
pytestmark = pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="only the main thread is interrupted"
)


class PressAt:
    """Presses Ctrl-C before the n-th line of the engine that is run; counts the lines."""

    def __init__(self, number: int | None) -> None:
        self.number, self.lines = number, 0

    def __enter__(self):
        self._before = sys.gettrace()
        sys.settrace(self._entered)
        return self

    def __exit__(self, *problem):
        sys.settrace(self._before)

    def _entered(self, frame, event, argument):
        return self._line if frame.f_code.co_filename.startswith(ENGINE) else None

    def _line(self, frame, event, argument):
        if event == "line":
            self.lines += 1
            if self.lines == self.number:
                signal.raise_signal(signal.SIGINT)
        return self._line


def run(acme, clock, number):
    """One generation with Ctrl-C at a line; what it raised, the ledger's row, and the lines that were run."""
    with Ledger(":memory:") as ledger, Gateway(transport=acme, clock=clock, ledger=ledger) as gateway:
        raised = None
        try:
            with PressAt(number) as press:
                gateway.generate_video(CONFIG, prompt="A fox")
        except KeyboardInterrupt as error:
            raised = error
        return raised, ledger.entries(), press.lines


@pytest.fixture
def lines(acme, clock):
    """How many lines of the engine a generation runs."""
    raised, _, count = run(acme, clock, None)
    assert raised is None
    acme.jobs.clear()
    acme.log.clear()
    return count


@pytest.mark.parametrize("share", [step / 120 for step in range(120)])
def test_ctrl_c_at_any_line(acme, clock, lines, share):
    raised, rows, _ = run(acme, clock, 1 + int(share * lines))
    assert raised is not None
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert len(acme.jobs) <= 1
    for job in acme.jobs.values():
        assert [row.job_id for row in rows] == [job.id]
        assert raised.job.id == job.id
        assert rows[0].state in ({"cancelled"} if job.cancelled else {"succeeded", "abandoned"})
    if not acme.jobs:
        assert {row.state for row in rows} <= {"failed"}
        assert {row.charged for row in rows} <= {"no"}
