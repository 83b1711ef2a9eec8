"""A public name that breaks within a minor version is found; one that is not promised may go."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location(
    "tarash_ci_check_api", Path(__file__).parents[2] / ".ci" / "check_api.py"
)
check_api = sys.modules[_spec.name] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(check_api)

API = '''"""The functions."""

def generate(model: str, *, prompt: str, seed: int | None = None) -> str:
    """Makes a clip."""
    return model + prompt

def helper(text: str) -> str:
    """Nobody is promised this."""
    return text
'''
LIST = '''"""The package."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tarash_core.api import generate as generate

__all__ = ["generate"]
'''


def git(folder, *words):
    settings = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *settings, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def released(tmp_path):
    """A small core, released as 0.1.0."""
    package = tmp_path / "tarash_core"
    package.mkdir()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "tarash-core"\nversion = "0.1.0"\n')
    (package / "__init__.py").write_text(LIST)
    (package / "api.py").write_text(API)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    git(tmp_path, "tag", "v0.1.0")
    return tmp_path


def change(root, old, new):
    file = root / "tarash_core" / "api.py"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_before_the_first_release_nothing_can_break(released, capsys):
    git(released, "tag", "-d", "v0.1.0")
    assert check_api.main(released) == 0
    assert "no release yet" in capsys.readouterr().out


def test_what_is_added_breaks_nothing(released, capsys):
    change(released, "seed: int | None = None)", "seed: int | None = None, fps: int | None = None)")
    assert check_api.main(released) == 0
    assert capsys.readouterr().out == "Every public name of v0.1.0 is as it was.\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seed: int | None = None", "seeds: int | None = None"),
        ("*, prompt", "*, style: str, prompt"),
        ("def generate", "def make"),
    ],
)
def test_what_breaks_within_a_minor_version_is_refused(released, capsys, old, new):
    change(released, old, new)
    assert check_api.main(released) == 1
    assert "raise the minor version" in capsys.readouterr().out


def test_a_minor_version_may_break_names(released, capsys):
    change(released, "seed: int | None = None", "seeds: int | None = None")
    file = released / "pyproject.toml"
    file.write_text(file.read_text().replace("0.1.0", "0.2.0"))
    assert check_api.main(released) == 0
    assert "seed" in capsys.readouterr().out


def test_what_is_not_exported_is_not_promised(released):
    change(released, "def helper", "def other")
    assert check_api.main(released) == 0


def test_a_name_that_is_no_longer_exported_is_missed(released):
    (released / "tarash_core" / "__init__.py").write_text('"""The package."""\n')
    assert check_api.main(released) == 1


def test_the_public_modules_of_this_repository_are_there():
    root = Path(__file__).parents[2]
    package = check_api.griffe.load("tarash_core", search_paths=[root], resolve_aliases=True, try_relative_path=False)
    paths = set(check_api.promised(package))
    for name in ("generate_video", "fields.FieldMapper", "plugins.Provider", "errors.TarashException", "ledger.Ledger"):
        assert f"tarash_core.{name}" in paths
