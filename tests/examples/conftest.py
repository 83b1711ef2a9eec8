import importlib.util
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tarash_core.plugins import refresh

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARASH_TODAY", "2026-11-22")


@pytest.fixture
def program(request: pytest.FixtureRequest) -> ModuleType:
    """The program that a test file is about: test_worker.py runs docs/examples/worker.py."""
    path = EXAMPLES / f"{request.path.stem.removeprefix('test_')}.py"
    spec = importlib.util.spec_from_file_location(f"example_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # FastAPI and attrs look up annotations by the module's name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Installs a distribution of the examples, as its pyproject.toml describes it, and returns its package."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    packages: list[str] = []

    def make(folder: str) -> ModuleType:
        project = tomllib.loads((EXAMPLES / folder / "pyproject.toml").read_text("utf-8"))["project"]
        package = project["name"].replace("-", "_")
        shutil.copytree(EXAMPLES / folder / "src", site, dirs_exist_ok=True)
        info = site / f"{package}-{project['version']}.dist-info"
        info.mkdir()
        info.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        )
        groups = project["entry-points"].items()
        lines = [
            f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in named.items()) for group, named in groups
        ]
        info.joinpath("entry_points.txt").write_text("\n".join(lines))
        packages.append(package)
        refresh()
        return importlib.import_module(package)

    refresh()
    yield make
    for name in [name for name in sys.modules if re.match(r"\w+", name)[0] in packages]:  # type: ignore[index]
        del sys.modules[name]
    monkeypatch.undo()
    refresh()
