"""``tarash doctor``: why it does not work on this machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from tarash_core.cli.errors import NOT_CLEAN
from tarash_core.cli.options import JSON, QUIET, provider_options

if TYPE_CHECKING:
    from tarash_core.cli.checkup import Finding

_MARKS = {"ok": "ok", "note": "note", "problem": "PROBLEM"}
_STYLES = {"note": "yellow", "problem": "red"}


@click.command()
@provider_options
@click.option("--reach", is_flag=True, help="Ask each provider's host whether it answers; sends no key.")
@JSON
@QUIET
def doctor(providers: tuple[str, ...], reach: bool, as_json: bool, quiet: bool) -> None:
    """Tell what this machine has and lacks; leaves with 1 where something will fail.

    With a PROVIDER, only what concerns it; otherwise all that are installed.
    Keys are told by the name of their variable, never by their value. Nothing is sent, but for --reach. A missing key
    or extra is no problem, only a note; with --quiet only problems are printed.
    """
    from tarash_core.cli import checkup

    found = list(checkup.findings(providers))
    if reach:
        found += checkup.reached(checkup.usable(providers))
    problems = [finding for finding in found if finding.state == "problem"]
    if as_json:
        import json

        from attrs import asdict

        click.echo(json.dumps({"ok": not problems, "findings": [asdict(finding) for finding in found]}, indent=2))
    else:
        _show(problems if quiet else found)
    if not as_json and not quiet:
        from tarash_core.cli.facts import counted

        counts = Counter(finding.state for finding in found)
        click.echo(f"\n{counted(counts['problem'], 'problem')}, {counted(counts['note'], 'note')}.")
    if problems:
        raise click.exceptions.Exit(NOT_CLEAN)


def _show(found: Iterable[Finding]) -> None:
    """A line for each finding, below the name of its section."""
    from rich.text import Text

    from tarash_core.cli import tables

    where, section = tables.console(), ""
    for finding in found:
        if finding.section != section:
            where.print(Text(f"\n{finding.section}" if section else finding.section, style="bold"))
            section = finding.section
        line = Text(f"  {_MARKS[finding.state]:<8}", style=_STYLES.get(finding.state, "green"))
        where.print(line.append(f"{finding.name:<14} {finding.message}", style="default"))
