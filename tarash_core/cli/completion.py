"""``tarash completion``: the script with which a shell completes the words of this command."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")

_EXAMPLE = """\b
Load it where your shell starts:
  bash  echo 'eval "$(tarash completion bash)"' >> ~/.bashrc
  zsh   echo 'eval "$(tarash completion zsh)"' >> ~/.zshrc
  fish  tarash completion fish > ~/.config/fish/completions/tarash.fish"""


@click.command(epilog=_EXAMPLE)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes the words of this command in SHELL.

    Commands, options and files are completed, and also providers, models, modes, profiles and purchases.
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(ctx.find_root().command, {}, "tarash", "_TARASH_COMPLETE").source())
