"""Programs against the original's API, run with only their import lines changed."""

import contextlib
import io
import os
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from tarash_fal.simulator import FalSimulator
from tarash_replicate.simulator import ReplicateSimulator

from tarash_core.catalog.registry import registry
from tarash_core.plugins import refresh
from tarash_core.plugins.loader import _at_run_time, unregister_provider
from tarash_core.testing import Simulator, background

PROGRAMS = Path(__file__).parent / "programs"
_IMPORT = re.compile(r"^(from|import) tarash\.tarash_gateway\b", re.MULTILINE)


@define
class Ran:
    """A program that has run: its names, what it printed, and the habits it was told of."""

    names: dict[str, Any]
    printed: str
    warned: list[warnings.WarningMessage] = field(factory=list)

    @property
    def sentences(self) -> list[str]:
        return [str(warning.message) for warning in self.warned]

    def __getattr__(self, name: str) -> Any:
        return self.names[name]


Program = Callable[[str], Ran]


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, tuple[Simulator, str]]]:
    made = {"fal": FalSimulator(render=False), "replicate": ReplicateSimulator(render=False)}
    with contextlib.ExitStack() as stack:
        yield {name: (simulator, stack.enter_context(background(simulator))) for name, simulator in made.items()}


@pytest.fixture
def fal(served: dict[str, tuple[Simulator, str]]) -> Simulator:
    return served["fal"][0]


@pytest.fixture
def replicate(served: dict[str, tuple[Simulator, str]]) -> Simulator:
    return served["replicate"][0]


@pytest.fixture
def world(
    served: dict[str, tuple[Simulator, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_waiting: None
) -> Iterator[None]:
    """Simulators in the place of the vendors, and nothing left behind of what a program registers."""
    for name in [name for name in os.environ if name.startswith("TARASH_")]:
        monkeypatch.delenv(name)
    for name, (_, url) in served.items():
        monkeypatch.setenv(f"TARASH_{name.upper()}_BASE_URL", url)
    monkeypatch.chdir(tmp_path)
    refresh()
    yield
    for name in list(_at_run_time):
        unregister_provider(name)
    registry.clear()
    refresh()


@pytest.fixture
def run(world: None) -> Program:
    """Runs a program file, the import lines changed and nothing else."""

    def ran(name: str) -> Ran:
        path = PROGRAMS / f"{name}.py"
        text, changed = _IMPORT.subn(r"\1 tarash_core.compat", path.read_text(encoding="utf-8"))
        assert changed
        names: dict[str, Any] = {"__name__": "__main__"}
        printed = io.StringIO()
        with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(printed):
            warnings.simplefilter("always")
            exec(compile(text, str(path), "exec"), names)
        return Ran(names, printed.getvalue(), warned)

    return ran
