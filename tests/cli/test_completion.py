import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from tarash_core.cli.completion import SHELLS
from tarash_core.cli.group import tarash
from tarash_core.ledger import Ledger

LOADED = """
import os, sys
os.environ.update(_TARASH_COMPLETE="bash_complete", COMP_WORDS="tarash generate --model {word}", COMP_CWORD="3")
from tarash_core.cli import main
try:
    main([])
except SystemExit:
    pass
print("loaded:", *sorted(name for name in sys.modules if name.startswith("tarash_") and "." not in name))
"""


def completed(*words: str) -> list[str]:
    """What the shell is offered for the last of the words."""
    *before, last = words
    found = ShellComplete(tarash, {}, "tarash", "_TARASH_COMPLETE").get_completions(before, last)
    return [item.value for item in found]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_each_shell_is_printed(run, shell):
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_TARASH_COMPLETE" in result.stdout and f"{shell}_complete" in result.stdout


def test_other_shells_are_refused(run):
    result = run("completion", "cmd")
    assert result.exit_code == 2 and "'bash'" in result.stderr


def test_commands_and_options_are_completed():
    assert completed("gen") == ["generate"]
    assert "--profile" in completed("generate", "--pro")


def test_providers_are_completed_where_one_is_wanted():
    assert completed("models", "--provider", "r") == ["replicate", "runway"]
    assert completed("catalog", "diff", "fa") == ["fal"]


def test_models_are_completed_provider_by_provider():
    assert completed("generate", "-m", "r") == ["replicate/", "runway/"]
    assert {word.partition("/")[0] for word in completed("explain", "fa")} == {"fal"}
    every = completed("image", "--model", "fal/fal-ai/veo3.1/f")
    assert "fal/fal-ai/veo3.1/fast" in every
    assert all(word.startswith("fal/fal-ai/veo3.1/f") for word in every)


def test_modes_and_profiles_are_completed():
    Path("tarash.toml").write_text("[profiles.cheap]\n[profiles.best]", encoding="utf-8")
    assert completed("generate", "--mode", "text-to-v") == ["text-to-video"]
    assert completed("generate", "--profile", "") == ["cheap", "best"]
    assert completed("config", "show", "b") == ["best"]


def test_files_are_left_to_the_shell():
    for option in ("--output", "--first-frame", "--resume"):
        found = ShellComplete(tarash, {}, "tarash", "_TARASH_COMPLETE").get_completions(["generate", option], "fo")
        assert [item.type for item in found] == ["file"]


def test_purchases_are_completed_and_no_ledger_is_made_for_it(tmp_path):
    assert completed("jobs", "show", "") == []
    assert not (tmp_path / "state").exists()
    (tmp_path / "state").mkdir()
    Ledger(tmp_path / "state" / "jobs.db").close()
    assert completed("jobs", "show", "") == []


@pytest.mark.parametrize(
    "words", [("generate", "--profile", ""), ("generate", "-m", "nowhere/x"), ("jobs", "show", "")]
)
def test_a_fault_is_silence(words, tmp_path, capfd):
    Path("tarash.toml").write_text("[broken", encoding="utf-8")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "jobs.db").write_text("this is no database, but text" * 100, encoding="utf-8")
    assert completed(*words) == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("word", "packages"), [("r", ["tarash_core"]), ("kling/", ["tarash_core", "tarash_kling"])])
def test_only_the_provider_that_is_named_is_imported(word, packages):
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(word=word)],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        timeout=60,
    )
    assert done.stdout.splitlines()[-1].split()[1:] == packages, done.stderr
