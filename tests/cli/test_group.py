import subprocess
import sys

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
sys.exit(",".join(sorted(heavy & set(sys.modules))) or 0)
"""


def python(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60)


def test_help_names_every_command_and_exit_code(run):
    result = run("--help")
    assert result.exit_code == 0
    assert all(f"\n  {name} " in result.stdout for name in COMMANDS)
    assert all(meaning in result.stdout for meaning in EXIT_CODES.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_text_is_full_sentences(name):
    command = tarash.get_command(click.Context(tarash), name)
    assert command is not None and command.help is not None
    texts = [command.help.split("\n\n")[0], *(p.help for p in command.params if isinstance(p, click.Option))]
    assert all(text and text[0].isupper() and text.endswith(".") for text in texts), texts


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
        assert group.get_command(context, "greet") is group.commands["greet"]
        assert group.get_command(context, "demo") is tarash.get_command(context, "demo")
    finally:
        unregister_extension(extension)
