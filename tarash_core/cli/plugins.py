"""``tarash plugins``: what is installed, from where, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tarash_core.cli.options import JSON

if TYPE_CHECKING:
    from tarash_core.plugins.loader import PluginInfo


@click.command()
@JSON
def plugins(as_json: bool) -> None:
    """List the installed providers and extensions.

    Each is imported once, so that a broken one shows why it cannot be used. A broken one is no error of this command.
    """
    from tarash_core.plugins.loader import installed_providers

    infos = installed_providers(check=True)
    if as_json:
        import json

        click.echo(json.dumps([_plain(info) for info in infos], indent=2))
    elif infos:
        from tarash_core.cli import tables

        tables.show(tables.plugins(infos))
    else:
        click.echo("No provider is installed; run: pip install tarash-fal")


def _plain(info: PluginInfo) -> dict[str, Any]:
    from attrs import asdict

    return {**asdict(info), "location": info.location}
