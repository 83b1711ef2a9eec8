import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tarash_core.cli.errors import EXIT_CODES
from tarash_core.cli.group import COMMANDS, LazyGroup, tarash
from tarash_core.plugins import hookimpl, register_extension, unregister_extension

WITHOUT_EXTRA = """
import sys
sys.modules[{missing!r}] = None
from tarash_core.cli import main
main(["--help"])
"""
IMPORTED = """
import sys
from tarash_core.cli import main
try:
    main(["--help"])
except SystemExit as leaving:
    assert leaving.code == 0, leaving.code
heavy = {"httpx", "cattrs", "asyncio", "anyio", "pluggy", "attr", "av", "h11", "rich.progress", "rich.table"}
heavy |= {f"tarash_core.cli.{name}" for name in ("options", "generate", "doctor", "config")}
sys.exit(",".join(sorted(heavy & set(sys.modules))) or 0)
"""


def python(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60)


def test_help_names_every_command_and_exit_code(run):
    result = run("--help")
    assert result.exit_code == 0
    assert all(f"\n  {name} " in result.stdout for name in COMMANDS)
    told = " ".join(result.stdout.split())
    assert all(f"{code} {meaning}" in told for code, meaning in EXIT_CODES.items())
    assert max(map(len, result.stdout.splitlines())) <= 80


def walked(command: click.Command, *names: str) -> Iterator[tuple[str, click.Command]]:
    """A command and every one below it."""
    yield " ".join(names), command
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            below = command.get_command(click.Context(command), name)
            assert below is not None
            yield from walked(below, *names, name)


EVERY = dict(walked(tarash, "tarash"))


def is_sentences(text: str | None) -> bool:
    return (
        bool(text)
        and text.lstrip('"')[0].isalpha()
        and (text[0].isupper() or text[0] == '"')
        and text.endswith(".")
        and "  " not in text
    )


@pytest.mark.parametrize("name", EVERY)
def test_every_help_text_is_full_sentences(name):
    command = EVERY[name]
    assert command.help is not None
    paragraphs = [" ".join(part.split()) for part in command.help.split("\n\n")]
    options = {p.name: p.help for p in command.params if isinstance(p, click.Option)}
    assert [part for part in paragraphs if not is_sentences(part)] == []
    assert {name: text for name, text in options.items() if not is_sentences(text)} == {}


def test_the_list_of_commands_has_the_first_sentence_of_each_help():
    assert {name: EVERY[f"tarash {name}"].get_short_help_str(1000) for name in COMMANDS} == COMMANDS


@pytest.mark.parametrize("name", EVERY)
def test_every_command_shows_its_help(run, name):
    result = run(*name.split()[1:], "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: {name} ")


WITHOUT_JSON = {"tarash completion", "tarash new-provider", "tarash config path"}
WITHOUT_JSON |= {"tarash catalog build", "tarash catalog fetch"}  # a line of progress; the file is the result


def test_whatever_tells_something_can_tell_it_as_json():
    leaves = {name: command for name, command in EVERY.items() if not isinstance(command, click.Group)}
    without = {name for name, command in leaves.items() if not any("--json" in p.opts for p in command.params)}
    assert without == WITHOUT_JSON


def test_the_documentation_has_the_exit_codes_of_the_command():
    page = Path(__file__).parents[2] / "docs" / "cli.md"
    rows = re.findall(r"^\| (\d+) \| (.+?) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert {int(code): meaning for code, meaning in rows} == EXIT_CODES


def test_help_imports_nothing_heavy():
    done = python("-c", IMPORTED)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_the_extra_it_says_how_to_install_it(missing):
    done = python("-c", WITHOUT_EXTRA.format(missing=missing))
    assert done.returncode == 2
    assert 'pip install "tarash-core[cli]"' in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_module_is_the_command():
    done = python("-m", "tarash_core", "--version")
    assert done.returncode == 0
    assert done.stdout.startswith("tarash 0.")


def test_unknown_command_names_the_nearest(run):
    result = run("generat")
    assert result.exit_code == 2
    assert "Did you mean 'generate'?" in result.stderr


def test_an_extension_adds_a_command_and_takes_none_of_ours():
    class Greeting:
        @hookimpl
        def tarash_register_commands(self, cli: click.Group) -> None:
            for name in ("greet", "demo"):
                cli.add_command(click.Command(name, callback=lambda: click.echo("hello")))

    group = LazyGroup("tarash")
    register_extension(extension := Greeting())
    try:
        context = click.Context(group)
        assert group.list_commands(context) == [*COMMANDS, "greet"]
        assert "\n  greet" in group.get_help(context) and "\n  demo " in group.get_help(context)
        assert group.get_command(context, "greet") is group.commands["greet"]
        assert group.get_command(context, "demo") is tarash.get_command(context, "demo")
    finally:
        unregister_extension(extension)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["generate", "A fox", "-m", "fal/fal-ai/veo3.1", "--json"], 2, "Missing parameter: output"),
        (["generate", "A fox", "--durration", "8", "--json"], 2, "No such option '--durration'."),
        (["jobs", "show", "nothing", "--json"], 2, "has no entry 'nothing'"),
        (["models", "nowhere", "--json"], 2, "There is no provider 'nowhere'"),
        (["doctor", "nowhere", "--json"], 2, "There is no provider 'nowhere'"),
        (["config", "show", "cheap", "--json"], 2, "There is no profile 'cheap'"),
        (["genrate", "--json"], 2, "Did you mean 'generate'?"),
    ],
)
def test_an_error_of_any_command_is_json_where_that_is_asked_for(run, words, code, says):
    result = run(*words)
    assert result.exit_code == code
    told = json.loads(result.stdout)
    assert says in told["error"]["message"] and told["error"]["exit_code"] == code
    assert "Error: " in result.stderr


@pytest.mark.parametrize("name", ["catalog", "jobs"])
def test_a_group_tells_its_commands_in_whole_sentences(run, name):
    told = " ".join(run(name, "--help").stdout.split())
    assert all(EVERY[below].get_short_help_str(1000) in told for below in EVERY if below.startswith(f"tarash {name} "))


@pytest.mark.parametrize("name", ["models", "doctor", "simulate"])
def test_a_model_in_the_place_of_a_provider_is_told_apart(run, name):
    result = run(name, "fal/fal-ai/veo3.1")
    assert result.exit_code == 2
    assert "is a model, not a provider; to look at it: tarash explain fal/fal-ai/veo3.1" in result.stderr


def test_what_the_output_cannot_show_is_written_by_its_number(tmp_path):
    words = ["-m", "tarash_core", "explain", "fal/fal-ai/veo3.1", "\u65e5\u672c"]
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    )
    assert done.returncode == 0, done.stderr
    assert b"\\u65e5\\u672c" in done.stdout
