"""Both type checkers accept the files of this folder, and find every mistake that is marked in them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
CHECKERS = {
    "mypy": ["mypy", "--strict", "tests/typing"],
    "basedpyright": ["basedpyright", "--pythonpath", sys.executable, "tests/typing"],
}


@pytest.mark.parametrize("checker", CHECKERS)
def test_every_file_is_right_where_it_should_be_and_wrong_where_it_says_so(checker: str) -> None:
    command = [sys.executable, "-m", *CHECKERS[checker]]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert shown.returncode == 0, shown.stdout + shown.stderr


def test_both_checkers_must_find_each_marked_mistake() -> None:
    marked = [line for path in FOLDER.glob("refused*.py") for line in path.read_text("utf-8").splitlines()]
    marked = [line for line in marked if "ignore[" in line]
    assert len(marked) > 20
    assert all("# type: ignore[" in line and "# pyright: ignore[" in line for line in marked)
