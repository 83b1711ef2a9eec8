"""The group ``tarash``: a command's module is imported when the command is used or listed."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from tarash_core.cli.errors import EXIT_CODES, echo_error, reported

COMMANDS = {
    "generate": "Make a video of PROMPT and save it.",
    "image": "Make one or more images of PROMPT and save them.",
    "explain": "Show what a request would send to MODEL, and why; nothing is sent and no key is needed.",
    "models": "List the models that can do all of what is asked for.",
    "jobs": "Look after what was bought.",
    "demo": "Show a failover without a key and without the network.",
    "simulate": "Serve the providers' simulators on this machine until Ctrl-C.",
    "doctor": "Tell what this machine has and lacks; leaves with 1 where something will fail.",
    "config": "Show the profiles, and where each of their values was written.",
    "plugins": "List the installed providers and extensions.",
    "catalog": "Build and check a provider's catalogue of models; for those who maintain one.",
    "new-provider": "Make a package for a provider of your own.",
    "completion": "Print the script that completes the words of this command in SHELL.",
}
"""Each is the command of that name, with ``_`` for ``-``, in the module ``tarash_core.cli.<name>``, and the first
sentence of its help: told here too, so that the list of commands imports none of them. A test keeps them equal."""


_AS_JSON = "tarash_core.cli.as_json"


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
            name = cmd_name.replace("-", "_")
            found: click.Command = getattr(import_module(f"tarash_core.cli.{name}"), name)
            return found
        self._extend()
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their sentences; ours without importing them."""
        names = self.list_commands(ctx)
        others = {name: command for name in names if (command := self.commands.get(name)) and name not in COMMANDS}
        sentences = {**COMMANDS, **{name: command.get_short_help_str(80) for name, command in others.items()}}
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentences[name]) for name in names])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As in click, and a word that is no command gets the nearest one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(error.message + _meant(args[0], self.list_commands(ctx)), ctx) from error

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The exit codes."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in EXIT_CODES.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As in click; remembers whether the words ask for JSON, as errors before a command begins are told so too."""
        ctx.meta[_AS_JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """As in click, with our errors as one line and a documented exit code; with ``--json`` as JSON too."""
        as_json = ctx.meta[_AS_JSON]
        with reported(as_json=as_json, quiet=as_json):
            try:
                return super().invoke(ctx)
            except click.ClickException as error:
                if as_json:
                    echo_error(error)
                raise

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


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "--version", package_name="tarash-core", message="%(prog)s %(version)s")
def tarash() -> None:
    """Make videos and images with many providers through one command.

    Keys are read from the vendors' own variables, such as FAL_KEY. With --simulate or --mock no key is needed and
    nothing is bought; "tarash demo" is the shortest way to see it work.
    """
