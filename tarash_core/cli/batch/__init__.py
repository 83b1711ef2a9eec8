"""``--from`` of ``generate`` and ``image``: many prompts of a file, resumable through the ledger."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from tarash_core.models.job import Kind

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--from", "source", metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
        help="Make one of each line: a JSON object of request fields, or in a .txt file a prompt; - reads the input.",
    ),
    click.option(
        "--out-dir", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
        help="With --from, save the results and their index in this folder; the same command again goes on there.",
    ),
    click.option(
        "--concurrency", type=click.IntRange(1), default=20, show_default=True, help="With --from, run so many at once."
    ),
    click.option(
        "--retry-unsettled", is_flag=True,
        help="With --from, buy again the rows whose answer was lost, which may have been bought already.",
    ),
    click.option("--retry-failed", is_flag=True, help="With --from, buy again the rows whose job failed."),
)  # fmt: skip
_OWN = ("source", "out_dir", "concurrency", "retry_unsettled", "retry_failed")


def batch_options(kind: Kind) -> Callable[[F], F]:
    """Adds the options of a batch to a command that makes one result, which stays as it is without ``--from``."""

    def add(function: F) -> F:
        @functools.wraps(function)
        def command(**given: Any) -> Any:
            own = {name: given.pop(name) for name in _OWN}
            if own["source"] is None:
                _check_single(given, own)
                return function(**given)
            check(given, own)
            from tarash_core.cli.batch.work import run

            return run(kind, given, **own)

        for option in reversed(_OPTIONS):
            option(command)
        return command  # type: ignore[return-value]

    return add


def _check_single(given: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    for name in ("out_dir", "retry_unsettled", "retry_failed"):
        if own[name]:
            raise click.UsageError(f"--{name.replace('_', '-')} belongs to --from FILE.")
    if given["output"] is None:
        context = click.get_current_context()
        [option] = (option for option in context.command.params if option.name == "output")
        raise click.MissingParameter(ctx=context, param=option)


def check(given: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Refuses what a batch has no use for.

    Raises:
        UsageError: An option or the prompt does not fit, or the folder is missing.
    """
    from tarash_core.cli.options import check_together

    wrong = [f"--{name}" for name in ("output", "resume") if given[name] is not None]
    if given["prompt"] is not None or wrong:
        raise click.UsageError(f"--from takes the prompts from its file; leave out {' and '.join(wrong) or 'PROMPT'}.")
    if own["out_dir"] is None:
        raise click.UsageError("Say with --out-dir DIR where the results of --from go.")
    check_together(given)
