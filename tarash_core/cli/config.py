"""``tarash config``: the profiles of the project, and the variables of Tarash that are set."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from tarash_core.cli import completing
from tarash_core.cli.errors import NOT_CLEAN, one_line
from tarash_core.cli.options import JSON, Sentences

if TYPE_CHECKING:
    from tarash_core.models.config import Config
    from tarash_core.profiles import Profiles, Setting

_NAMES = click.argument("names", metavar="[PROFILE]...", nargs=-1, shell_complete=completing.profiles)


@click.group(cls=Sentences, invoke_without_command=True)
@click.pass_context
def config(ctx: click.Context) -> None:
    """Show the profiles, and where each of their values was written.

    That is also what "show" does. Profiles stand in the file that TARASH_CONFIG names, else in the nearest tarash.toml,
    or pyproject.toml with [tool.tarash], of this folder or one above it.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(show, names=(), as_json=False)


@config.command()
@_NAMES
@JSON
def show(names: tuple[str, ...], as_json: bool) -> None:
    """Show each PROFILE, or all, with what it extends and asks in turn, and the variables that are set."""
    from tarash_core.profiles import read_profiles

    found = read_profiles()
    told = {
        "file": None if found.path is None else str(found.path),
        "profiles": {name: _plain(found, name) for name in names or found.names},
        "variables": dict(variables(os.environ)),
    }
    if as_json:
        import json

        click.echo(json.dumps(told, indent=2))
    else:
        _show(told)


@config.command()
def path() -> None:
    """Print the path of the file that is read; leaves with 1 where there is none."""
    from tarash_core.profiles import find_file

    found = find_file()
    if found is None:
        click.echo("There is no file; make a tarash.toml in this folder, or name one with TARASH_CONFIG.", err=True)
        raise click.exceptions.Exit(NOT_CLEAN)
    click.echo(found)


@config.command()
@_NAMES
@JSON
def check(names: tuple[str, ...], as_json: bool) -> None:
    """Check each PROFILE, or all: its keys, its providers and its models; leaves with 1 where one cannot work.

    Nothing is sent. A model that no catalogue lists, or that retires soon, is only noted.
    """
    from tarash_core.profiles import read_profiles

    found = read_profiles()
    told = {name: dict(zip(("errors", "notes"), checked(found, name), strict=True)) for name in names or found.names}
    if as_json:
        import json

        click.echo(json.dumps({"file": str(found.path) if found.path else None, "profiles": told}, indent=2))
    else:
        for name, result in told.items():
            click.echo(f"{name}: {'cannot work' if result['errors'] else 'ok'}")
            for sentence in (*result["errors"], *result["notes"]):
                click.echo(f"  {sentence}")
        if not told:
            click.echo(f"{found.path} has no profiles." if found.path else "There is no file, and so no profile.")
    if any(result["errors"] for result in told.values()):
        raise click.exceptions.Exit(NOT_CLEAN)


def checked(profiles: Profiles, name: str) -> tuple[list[str], list[str]]:
    """What is wrong with a profile, and what should be known about it, in sentences."""
    from tarash_core.engine.fallback import flattened
    from tarash_core.errors import AuthenticationError, TarashException

    errors: list[str] = []
    notes: list[str] = []
    try:
        profiles.config("video", name)
    except AuthenticationError as error:
        notes.append(one_line(error))
    except TarashException as error:
        return [one_line(error)], notes
    for link in flattened(profiles.config("video", name, needs_key=False)):
        try:
            notes += _known(link)
        except TarashException as error:
            errors.append(f"{link.provider}/{link.model}: {one_line(error)}")
    return errors, notes


def _known(link: Config) -> Iterator[str]:
    """What the catalogue notes about the model of a config.

    Raises:
        TarashException: Its provider is not installed, it is not listed, or it was retired.
    """
    from tarash_core.catalog.lifecycle import check_lifecycle
    from tarash_core.catalog.lookup import find_model
    from tarash_core.plugins.loader import load_provider

    provider = load_provider(link.provider)
    found = find_model(provider.name, provider.catalog, link.model)
    what, binding = f"{provider.name}/{link.model}", link.base_url is None and not link.allow_retired
    yield from (notice.message for notice in found.notices)
    yield from (notice.message for notice in check_lifecycle(found.spec.lifecycle, what, allow_retired=not binding))
    for way in found.spec.variants:
        for notice in check_lifecycle(way.lifecycle, f"{what} ({', '.join(way.modes)})", allow_retired=True):
            yield notice.message


def _plain(profiles: Profiles, name: str) -> dict[str, Any]:
    settings = profiles.settings(name)
    return {
        "asks": list(profiles.targets(name)),
        "settings": {key: _setting(setting) for key, setting in settings.items()},
    }


def _setting(setting: Setting) -> dict[str, Any]:
    from tarash_core.engine.redaction import redact

    return {"value": redact(setting.value), "from": setting.place}


def variables(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The variables of Tarash that are set, without what may be secret in them."""
    from tarash_core.engine.redaction import redact_text

    for name in sorted(environ):
        if name.startswith("TARASH_"):
            yield name, redact_text(environ[name])


def _show(told: Mapping[str, Any]) -> None:
    from tarash_core.cli import tables

    if told["file"] is None:
        click.echo("There is no tarash.toml, nor a pyproject.toml with [tool.tarash], in this folder or above it.")
    else:
        click.echo(f"{told['file']}{'' if told['profiles'] else ' has no profiles.'}")
    for name, profile in told["profiles"].items():
        click.echo(f"\n{name} asks {', then '.join(profile['asks'])}")
        table = tables.plain("  key", "value", "from")
        for key, setting in profile["settings"].items():
            table.add_row(f"  {key}", _written(setting["value"]), setting["from"])
        tables.show(table)
    if told["variables"]:
        click.echo("\nSet in the environment:")
        for name, value in told["variables"].items():
            click.echo(f"  {name}={value}")


def _written(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
