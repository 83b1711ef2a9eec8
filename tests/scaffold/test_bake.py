"""Made, installed and run: what a stranger does with the template, in empty environments. Run by ``.ci/run``."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from configparser import ConfigParser
from pathlib import Path
from zipfile import ZipFile

import pytest

pytestmark = pytest.mark.bake

ROOT = Path(__file__).parents[2]
PROGRAMS = "Scripts" if os.name == "nt" else "bin"
FILES = {"video": ("generate", "x.mp4"), "image": ("image", "x.png")}
MAGIC = {".mp4": b"ftyp", ".png": b"\x89PNG"}
_OURS = ("PYTEST_", "PYTHON", "TARASH_", "VIRTUAL_ENV")


def variables(environment: Path) -> dict[str, str]:
    """Those of a shell in which an environment is active, without what belongs to this test run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    path = os.pathsep.join([str(environment / PROGRAMS), kept["PATH"]])
    return {**kept, "PATH": path, "VIRTUAL_ENV": str(environment), "TARASH_LEDGER": ""}


def run(words: list[str], folder: Path, known: Mapping[str, str]) -> str:
    """Runs a command to its end and returns what it printed; a failing one fails the test with all it said."""
    program = shutil.which(words[0], path=known["PATH"])
    assert program is not None, f"there is no {words[0]}"
    done = subprocess.run(
        [program, *words[1:]],
        cwd=folder,
        env=dict(known),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of tarash-core, as this checkout builds it."""
    folder = tmp_path_factory.mktemp("core")
    run(["uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)], ROOT, variables(folder))
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for mypy, which needs most of its time for the core."""
    return tmp_path_factory.mktemp("mypy")


def entry_points(wheel: Path) -> dict[str, dict[str, str]]:
    parser = ConfigParser(delimiters=("=",))
    with ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        parser.read_string(archive.read(name).decode())
    return {section: dict(parser[section]) for section in parser.sections()}


def check_listed(folder: Path, known: Mapping[str, str]) -> None:
    listed = json.loads(run(["tarash", "plugins", "--json"], folder, known))
    assert [(info["name"], info["kind"], info["failure"]) for info in listed] == [("acme", "provider", None)]


def check_file(path: Path) -> None:
    assert MAGIC[path.suffix] in path.read_bytes()[:12]


def test_it_installs_and_works_in_an_empty_environment(
    baked: Path, variant: tuple[str, str], core: Path, types: Path, tmp_path: Path
) -> None:
    known = variables(tmp_path / "env")
    run(["uv", "venv", "--quiet", "--python", sys.executable, str(tmp_path / "env")], tmp_path, known)
    run(["uv", "build", "--quiet", "--wheel", "--out-dir", str(tmp_path), str(baked)], tmp_path, known)
    wheel = next(tmp_path.glob("*.whl"))
    assert entry_points(wheel) == {"tarash.providers": {"acme": "tarash_acme:provider"}}
    run(["uv", "pip", "install", "--quiet", str(core), f"{wheel}[dev]"], tmp_path, known)
    assert re.search(r"\b[1-9]\d* passed", run(["pytest", "-p", "no:cacheprovider"], baked, known))
    run(["ruff", "check", "--no-cache", "."], baked, known)
    run(["ruff", "format", "--no-cache", "--check", "."], baked, known)
    run(["mypy", "--cache-dir", str(types)], baked, known)
    check_listed(tmp_path, known)
    for command, file in [FILES[kind] for kind in FILES if variant[0] in (kind, "both")]:
        run(["tarash", command, "A red fox", "--model", "acme/acme-1", "--simulate", "-o", file], tmp_path, known)
        check_file(tmp_path / file)


def transcript(readme: str) -> list[list[str]]:
    """The commands that a page shows, as their words."""
    (block,) = re.findall(r"^```console\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    return [shlex.split(line.removeprefix("$ ")) for line in block.splitlines()]


@pytest.mark.parametrize("variant", [("both", "queue")], indirect=True, ids="-".join)
def test_the_transcript_of_its_readme_runs_with_plain_pip(baked: Path, core: Path, tmp_path: Path) -> None:
    folder, known = tmp_path, variables(tmp_path / "env")
    venv.create(tmp_path / "env", with_pip=True)
    run(["pip", "install", "--quiet", f"{core}[cli,new-provider]"], folder, known)
    for words in transcript((baked / "README.md").read_text("utf-8")):
        if words[0] == "cd":
            folder = folder / words[1]
        else:
            run(words, folder, known)
    check_listed(folder, known)
    for name in re.findall(r"-o (\S+)", (baked / "README.md").read_text("utf-8")):
        check_file(folder / name)
