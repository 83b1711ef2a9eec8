import io
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console

from tarash_core.testing import Simulators, faults


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=120)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_each_attempt_has_a_bar(
    program: ModuleType, console: Console, tarash_simulators: Simulators, tmp_path: Path
) -> None:
    tarash_simulators.script("fal", faults.failed())
    assert program.main("A red fox in fresh snow", str(tmp_path / "fox.mp4"), console) == 0
    assert (tmp_path / "fox.mp4").read_bytes()[4:8] == b"ftyp"
    assert "fal/fal-ai/veo3.1" in shown(console) and "runway/gen4.5" in shown(console)
    assert "completed" in shown(console) and "fal failed: " in shown(console)
    assert "replicate" not in shown(console)


def test_when_all_fail_the_reason_is_told(
    program: ModuleType, console: Console, tarash_simulators: Simulators, tmp_path: Path
) -> None:
    for name in ("fal", "runway", "replicate"):
        tarash_simulators.script(name, faults.failed())
    assert program.main("A red fox in fresh snow", str(tmp_path / "fox.mp4"), console) == 1
    assert "charged: " in shown(console)
    assert not (tmp_path / "fox.mp4").exists()
