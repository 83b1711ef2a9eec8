"""``tarash simulate``: the simulators of installed providers on this machine, until Ctrl-C."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from tarash_core.cli.options import provider_options

if TYPE_CHECKING:
    from tarash_core.testing.simulator import Simulator

FORMS = {"plain": "{name}={value}", "sh": "export {name}={value}", "powershell": '$env:{name} = "{value}"'}
"""How a variable is set, by the name of the shell; ``plain`` is the form of a .env file."""


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The first port; the others follow. 0 is any.")
@provider_options
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    help="Let jobs run against real time, so many times faster than the vendor. By default each status call is a step.",
)
@click.option("--shell", type=click.Choice(list(FORMS)), default="plain", show_default=True, help="How to write them.")
@click.option("--json", "as_json", is_flag=True, help="Write them as one JSON object on one line.")
@click.option("-q", "--quiet", is_flag=True, help="Print the variables and errors, and nothing else.")
def simulate(
    port: int, providers: tuple[str, ...], speed: float | None, shell: str, as_json: bool, quiet: bool
) -> None:
    """Serve the providers' simulators on this machine until Ctrl-C.

    With a PROVIDER, only its simulator; otherwise those of all that are installed.
    The lines on the standard output are the variables that send a program there: with them set, a config without a
    base_url uses the simulator. Where no key is set, a made-up one is among them, as simulators want one too.
    """
    import anyio

    from tarash_core.cli.simulators import host
    from tarash_core.errors import ValidationError

    serve_forever, simulators = host().serve_forever, _chosen(providers, speed)
    try:
        anyio.run(serve_forever, simulators, lambda urls: _announce(urls, shell, as_json, quiet), port)
    except KeyboardInterrupt:
        if not quiet:
            click.echo("Stopped.", err=True)
    except OSError as error:
        raise ValidationError(f"Port {port} cannot be used: {error.strerror or error}; choose another.") from error


def _chosen(providers: tuple[str, ...], speed: float | None) -> Mapping[str, Simulator]:
    """The simulators of the named providers, or of all that ship one; there a broken one is told of and left out.

    Raises:
        PluginError: A named provider has none that can be loaded.
        ValidationError: There is none at all.
    """
    from tarash_core.cli.simulators import simulator_of
    from tarash_core.errors import ValidationError
    from tarash_core.plugins.loader import load_provider

    if providers:
        return {load_provider(name).name: simulator_of(name, speed=speed) for name in providers}
    found = {name: simulator for name in _installed() if (simulator := _unless_broken(name, speed)) is not None}
    if not found:
        raise ValidationError("No installed provider ships a simulator; run: pip install tarash-fal")
    return found


def _unless_broken(name: str, speed: float | None) -> Simulator | None:
    from tarash_core.cli.simulators import simulator_of
    from tarash_core.errors import PluginError

    try:
        return simulator_of(name, speed=speed)
    except PluginError as error:
        click.echo(f"Left out: {error}", err=True)
        return None


def _installed() -> Iterator[str]:
    from tarash_core.plugins.loader import installed_providers, load_provider

    for info in installed_providers(check=True):
        usable = info.kind == "provider" and not info.failure and not info.switched_off_by
        if usable and load_provider(info.name).simulator:
            yield load_provider(info.name).name


def _announce(urls: Mapping[str, str], shell: str, as_json: bool, quiet: bool) -> None:
    if as_json:
        import json

        click.echo(json.dumps(dict(_variables(urls))))
    else:
        for name, value in _variables(urls):
            click.echo(FORMS[shell].format(name=name, value=value))
    if not quiet:
        click.echo("Set these variables for your program; Ctrl-C stops the simulators.", err=True)


def _variables(urls: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    from tarash_core.engine.access import SIMULATED_KEY, base_url_variable
    from tarash_core.plugins.loader import load_provider

    for provider, url in urls.items():
        yield base_url_variable(provider), url
        credentials = load_provider(provider).credentials
        if credentials.alternatives and credentials.find(os.environ) is None:
            yield from ((name, SIMULATED_KEY) for name in credentials.alternatives[0])
