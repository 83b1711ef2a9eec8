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
    assert all(meaning in result.stdout for meaning in EXIT_CODES.values())


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
