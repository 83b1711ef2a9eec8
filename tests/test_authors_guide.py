"""The author's guide: its transcript, its provider under the contract, and the sections that failures name."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from markdown.extensions.toc import slugify

from tarash_core.cli.new_provider import bake, settled
from tarash_core.plugins import specs

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "authors.md").read_text("utf-8")
CONTRACT = sorted((ROOT / "tarash_core" / "testing" / "contract").glob("*.py"))
FILES = ("models", "errors", "provider", "simulator")
TEST = """
from tarash_core.errors import ContentModerationError, InsufficientCreditsError, RateLimitError
from tarash_core.testing import Documented, ProviderContract, Sample

from tarash_acme import Acme

UNSAFE = {"problem": {"kind": "unsafe", "text": "a weapon"}}


class TestAcme(ProviderContract):
    provider = Acme()
    fault_scripts = range(0, 600, 100)
    samples = ("fox-2", Sample("fox-2", fields={"first_frame": "https://pictures.example/a.png"}))
    documented_errors = (
        Documented("unsafe", 422, UNSAFE, ContentModerationError, says="a weapon"),
        Documented("poor", 402, {"problem": {"kind": "no_credit", "text": "empty"}}, InsufficientCreditsError),
        Documented("fast", 429, {"problem": {"kind": "too_fast", "text": "wait"}}, RateLimitError, retryable=True),
    )
"""


def block(name: str) -> str:
    """The block of the guide that shows a file of the package."""
    (found,) = re.findall(rf"^```python\n# {name}\.py\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


def commands(page: str) -> list[str]:
    """What is typed in the transcript of a page."""
    (shown,) = re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [line for line in shown.splitlines() if line.startswith("$ ")]


def test_its_transcript_is_the_one_that_is_run_in_an_empty_environment(tmp_path: Path) -> None:
    values = settled({"name": "acme", "title": "Acme Video", "kind": "both", "api": "queue"})
    readme = (bake(values, tmp_path) / "README.md").read_text("utf-8")
    assert commands(GUIDE) == commands(readme), "tests/scaffold runs the README's"


def test_its_provider_keeps_the_contract(tmp_path: Path) -> None:
    package = tmp_path / "tarash_acme"
    package.mkdir()
    (package / "__init__.py").write_text("\n\n".join(map(block, FILES)), "utf-8")
    (package / "simulator.py").write_text("from tarash_acme import AcmeSimulator\n", "utf-8")
    (tmp_path / "test_acme.py").write_text(TEST, "utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "test_acme.py"],
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) > 40, done.stdout


def test_its_provider_is_some_sixty_lines() -> None:
    assert len([line for line in block("provider").splitlines() if line]) <= 80


@pytest.mark.parametrize("path", CONTRACT, ids=lambda path: path.stem)
def test_every_section_that_a_failure_names_is_there(path: Path) -> None:
    text = path.read_text("utf-8")
    named = {*re.findall(r'see="([^"]+)"', text), *re.findall(r'no_crash\([^)]*"([a-z-]+)"\)', text)}
    sections = {slugify(title, "-") for title in re.findall(r"^#+ (.+)$", GUIDE, re.MULTILINE)}
    assert named - sections == set()


def test_every_hook_is_in_its_table() -> None:
    known = {name for name in vars(specs) if name.startswith("tarash_")}
    assert set(re.findall(r"^\| `(tarash_\w+)\(", GUIDE, re.MULTILINE)) == known
