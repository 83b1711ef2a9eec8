"""The group ``tarash``: a command's module is imported when the command is used or listed."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from tarash_core.cli.errors import EXIT_CODES, reported

COMMANDS = ("generate", "image", "explain", "models", "jobs", "catalog", "plugins", "simulate", "demo")
"""Each is the command of that name in the module ``tarash_core.cli.<name>``."""

_EXIT_CODES = "\n".join(["\b", "Exit codes:", *(f"  {code:>3}  {meaning}" for code, meaning in EXIT_CODES.items())])


class LazyGroup(click.Group):
    """Our commands, each imported when it is needed, and those that extensions add."""

    _extended = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Ours in the order in which one meets them, then the others by name."""
        self._extend()
        return [*COMMANDS, *sorted(set(self.commands) - set(COMMANDS))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of ours, else one that an extension added; an extension never takes a name of ours."""
        if cmd_name in COMMANDS:
            found: click.Command = getattr(import_module(f"tarash_core.cli.{cmd_name}"), cmd_name)
            return found
        self._extend()
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As in click, and a word that is no command gets the nearest one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(error.message + _meant(args[0], self.list_commands(ctx)), ctx) from error

    def invoke(self, ctx: click.Context) -> Any:
        """As in click, with our errors as one line and a documented exit code."""
        with reported():
            return super().invoke(ctx)

    def _extend(self) -> None:
        if not self._extended and _there_are_extensions():
            from tarash_core.plugins import hooks

            hooks.register_commands(self)
        self._extended = True


def _there_are_extensions() -> bool:
    """Whether a hook may add commands; asked first, for the hooks take longer to import than all else here."""
    if "tarash_core.plugins.manager" in sys.modules:
        return True
    from importlib.metadata import entry_points

    return bool(entry_points(group="tarash.plugins"))


def _meant(word: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


@click.group(cls=LazyGroup, epilog=_EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "--version", package_name="tarash-core", message="%(prog)s %(version)s")
def tarash() -> None:
    """Make videos and images with many providers through one command.

    Keys are read from the vendors' own variables, such as FAL_KEY. With --simulate or --mock no key is needed and
    nothing is bought; "tarash demo" is the shortest way to see it work.
    """
