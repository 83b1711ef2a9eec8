"""The bar that a notebook draws, and the example notebook in the documentation."""

import ast
import asyncio
import inspect
import io
import json
import runpy
import sys
import types
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from tarash_core import VideoGenerationUpdate
from tarash_core.notebook import ProgressBar
from tarash_core.plugins import refresh

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "docs/notebooks/quickstart.ipynb"
PAGE = NOTEBOOK.with_suffix(".md")


class Html:
    def __init__(self, data: str) -> None:
        self.data = data

    def _repr_html_(self) -> str:
        return self.data


class Display:
    """Stands for IPython's: remembers what is drawn, and where."""

    def __init__(self) -> None:
        self.drawn: list[Html] = []

    def __call__(self, shown: Html, *, display_id: bool) -> Any:
        self.drawn.append(shown)
        place = len(self.drawn) - 1
        return types.SimpleNamespace(update=lambda new: self.drawn.__setitem__(place, new))


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Display:
    """A running notebook."""
    made = Display()
    module: Any = types.ModuleType("IPython")
    module.get_ipython = lambda: module
    module.display = types.ModuleType("IPython.display")
    module.display.HTML, module.display.display = Html, made
    monkeypatch.setitem(sys.modules, "IPython", module)
    monkeypatch.setitem(sys.modules, "IPython.display", module.display)
    return made


def look(status: Any, **known: Any) -> VideoGenerationUpdate:
    return VideoGenerationUpdate(status=status, provider="fal", model="fox", request_id="1", **known)


def test_a_notebook_shows_one_line_a_job_in_one_place(display: Display) -> None:
    bar = ProgressBar()
    bar(look("queued", queue_position=3))
    bar(look("processing", progress_percent=40))
    assert len(display.drawn) == 1
    assert 'value="40"' in display.drawn[0].data
    assert "position 3" not in display.drawn[0].data
    bar(look("completed", attempt_number=2))
    assert display.drawn[0].data.count("<div>") == 2


def test_what_a_provider_says_is_escaped(display: Display) -> None:
    ProgressBar()(VideoGenerationUpdate(status="queued", provider="fal", model="<script>"))
    assert "<script>" not in display.drawn[0].data


def test_elsewhere_each_change_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    bar = ProgressBar()
    for update in (look("queued"), look("queued"), look("processing", progress_percent=40)):
        bar(update)
    assert capsys.readouterr().out.splitlines() == ["fal/fox: queued", "fal/fox: processing, 40 %"]


def cells() -> list[dict[str, Any]]:
    return [cell for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


def ran(code: str, names: dict[str, Any]) -> Any:
    """Runs a cell, which may await; the value of its last expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    parts: list[tuple[Any, str]] = [(tree, "exec")]
    if isinstance(last, ast.Expr):
        parts.append((ast.Expression(last.value), "eval"))
    value = None
    for part, mode in parts:
        value = eval(compile(part, NOTEBOOK.name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
        if inspect.iscoroutine(value):
            value = asyncio.run(value)
    return value


def kinds_of_value(value: Any) -> set[str]:
    if value is None:
        return set()
    return {"text/plain", "text/html"} if hasattr(value, "_repr_html_") else {"text/plain"}


def saved_kinds(cell: dict[str, Any], output_type: str) -> set[str]:
    return {kind for output in cell["outputs"] if output["output_type"] == output_type for kind in output["data"]}


def test_the_example_notebook_runs_and_shows_what_is_saved_in_it(
    display: Display, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TARASH_MOCK", "")
    refresh()
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells():
        before, printed = len(display.drawn), io.StringIO()
        with redirect_stdout(printed):
            value = ran("".join(cell["source"]), names)
        assert kinds_of_value(value) == saved_kinds(cell, "execute_result")
        assert bool(saved_kinds(cell, "display_data")) == (len(display.drawn) > before)
        assert printed.getvalue() == ""
        assert saved_kinds(cell, "error") == set()


def test_the_example_notebook_was_executed_in_order_and_is_small() -> None:
    assert [cell["execution_count"] for cell in cells()] == list(range(1, len(cells()) + 1))
    assert NOTEBOOK.stat().st_size < 100_000


def test_the_page_is_made_of_the_notebook() -> None:
    make = runpy.run_path(str(ROOT / ".ci/notebook_page.py"))["page_of"]
    assert PAGE.read_text(encoding="utf-8") == make(NOTEBOOK), "run: python .ci/notebook_page.py"
