import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from tarash_fal.simulator import FalSimulator

from tarash_core import VideoJob
from tarash_core.testing import Simulators, background, faults

ORDER = '{"prompt": "A red fox in fresh snow", "duration_seconds": 8}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an order."""
    (tmp_path / "fox.json").write_text(ORDER, "utf-8")
    return tmp_path


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch, no_waiting: None) -> Iterator[FalSimulator]:
    """The vendor, on this machine; its jobs take forever until somebody says otherwise."""
    made = FalSimulator(render=False, polls_to_finish=1_000_000)
    with background(made) as url:
        monkeypatch.setenv("TARASH_FAL_BASE_URL", url)
        monkeypatch.setenv("FAL_KEY", "id:secret")
        yield made


def killed_when(program: ModuleType, folder: Path, is_time: Callable[[], bool]) -> None:
    """Runs the worker as a process of its own and kills it once something has happened."""
    assert program.__file__ is not None
    running = subprocess.Popen([sys.executable, program.__file__, str(folder)], env=dict(os.environ))
    try:
        end = time.monotonic() + 30
        while not is_time():
            assert running.poll() is None and time.monotonic() < end, "the worker ended, or nothing happened"
            time.sleep(0.01)
    finally:
        running.kill()
        running.wait()


def test_a_worker_that_is_killed_while_it_waits_takes_its_job_up_again(
    program: ModuleType, vendor: FalSimulator, folder: Path
) -> None:
    killed_when(program, folder, (folder / "fox.receipt").exists)
    assert not (folder / "fox.mp4").exists()
    vendor.polls_to_finish = 0
    assert program.main(folder) == 0
    assert (folder / "fox.mp4").read_bytes()[4:8] == b"ftyp"
    assert vendor.bought == [VideoJob.from_json((folder / "fox.receipt").read_text("utf-8")).id]


def test_a_worker_that_is_killed_before_the_answer_does_not_buy_again(
    program: ModuleType, vendor: FalSimulator, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor.script(faults.late(600, on="submit"))
    killed_when(program, folder, lambda: bool(vendor.bought))
    vendor.polls_to_finish = 0
    assert program.main(folder) == 1
    assert len(vendor.bought) == 1
    assert "its answer was lost" in capsys.readouterr().err


def test_a_worker_that_is_killed_before_it_kept_the_receipt_finds_the_job_in_the_ledger(
    program: ModuleType, vendor: FalSimulator, folder: Path
) -> None:
    killed_when(program, folder, (folder / "fox.receipt").exists)
    (folder / "fox.receipt").unlink()
    vendor.polls_to_finish = 0
    assert program.main(folder) == 0
    assert len(vendor.bought) == 1


def test_what_is_done_is_not_done_again(program: ModuleType, folder: Path, tarash_simulators: Simulators) -> None:
    assert [program.main(folder), program.main(folder)] == [0, 0]
    assert len(tarash_simulators["fal"].bought) == 1


def test_one_order_that_cannot_work_does_not_stop_the_others(
    program: ModuleType, folder: Path, tarash_simulators: Simulators, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.json").write_text('{"prompt": "A fox", "duration_seconds": 3}', "utf-8")
    assert program.main(folder) == 1
    assert (folder / "fox.mp4").exists()
    assert "bad: " in capsys.readouterr().err
