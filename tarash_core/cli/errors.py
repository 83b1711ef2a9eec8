"""How the command ends badly: one line, what was tried, how to go on, and a documented exit code."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tarash_core.errors import TarashException
    from tarash_core.models.job import Job
    from tarash_core.models.notice import Notice

EXIT_CODES = {
    0: "All went well; of generate and image, every file is there.",
    1: "The job failed, ran out of time or was refused for its content; of catalog, config and doctor, a check is not "
    "clean.",
    2: "The request, an option or an installed plugin cannot work; nothing was bought for it.",
    3: "A key is missing or refused, or its account has no credit.",
    4: "The provider could not be reached or answered with an error.",
    5: "A job may still deliver or bill, or its result could not be fetched; the last lines say how to go on.",
    130: "Ctrl-C was pressed; if a job may still deliver, the last line says how to take it up.",
}
"""What each exit code of ``tarash`` says; part of its help."""

CHARGED = {"no": "", "yes": " It was charged.", "unknown": " It is not known whether it was charged."}
"""What is said of the money."""

NOT_CLEAN, INTERRUPTED = 1, 130
_BY_CLASS = {
    "AuthenticationError": 3,
    "InsufficientCreditsError": 3,
    "LostAnswerError": 5,
    "DeliveryError": 5,
    "ValidationError": 2,
    "PluginError": 2,
    "HTTPError": 4,
    "HTTPConnectionError": 4,
}


def exit_code_of(error: BaseException) -> int:
    """The exit code for an error: of a job left behind, else by its nearest class in the tree."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        return error.exit_code
    if resumable(error):
        return 5
    return next((_BY_CLASS[cls.__name__] for cls in type(error).__mro__ if cls.__name__ in _BY_CLASS), 1)


def resumable(error: BaseException) -> bool:
    """Whether the error left a job behind that may still deliver."""
    from tarash_core import errors

    if getattr(error, "job", None) is None:
        return False
    if isinstance(error, errors.DeliveryError):
        return True
    metadata = getattr(error, "execution_metadata", None)
    if metadata is not None and metadata.attempts:
        last = metadata.attempts[-1]
        # A job that ended well while Ctrl-C was pressed is settled, and its result is still to be had.
        return bool(last.unsettled or (isinstance(error, KeyboardInterrupt) and last.charged == "yes"))
    return not isinstance(error, (errors.GenerationFailedError, errors.ContentModerationError))


@contextmanager
def reported(
    output: Path | None = None, *, as_json: bool = False, quiet: bool = False, notices: Sequence[Notice] = ()
) -> Iterator[None]:
    """Turns our errors and Ctrl-C into their report and exit code.

    Args:
        output: Where the result was to be saved; the receipt of a job left behind is saved beside it. None where no
            job can outlive the process.
        as_json: Writes the report as JSON to the standard output too.
        quiet: Leaves out everything but the error and the way on.
        notices: What is noted meanwhile; part of the JSON.
    """
    from tarash_core.errors import TarashException

    try:
        yield
    except KeyboardInterrupt as error:
        told: BaseException = error
        click.echo("\nInterrupted.", err=True)
    except TarashException as error:
        told = error
        _tell(error, quiet, of_a_purchase=output is not None)
    else:
        return
    if as_json:
        echo_error(told, notices)
    _tell_the_way_on(told, output)
    raise SystemExit(exit_code_of(told))


def echo_error(error: BaseException, notices: Sequence[Notice] = ()) -> None:
    """Prints an error as JSON, with what was noted before it."""
    import json

    from tarash_core.cli.outcome import of_error

    click.echo(json.dumps(of_error(error, notices)))


def _tell(error: TarashException, quiet: bool, of_a_purchase: bool) -> None:
    metadata = error.execution_metadata
    if not quiet and metadata is not None and len(metadata.attempts) > 1:
        from tarash_core.cli import tables

        tables.show(tables.attempts(metadata), err=True)
    charged = CHARGED[error.charged] if of_a_purchase else ""
    click.echo(f"Error: {in_shell(one_line(error))}{charged}{_hint(error)}", err=True)


def one_line(error: BaseException) -> str:
    """The sentence of an error, on one line."""
    return " ".join(str(error).split()) or type(error).__name__


_OPTIONS = {
    "api_key=.": "--api-key.",
    "allow_retired=True": "--allow-retired",
    "allow_unknown_cost=True": "--allow-unknown-cost",
    "max_cost_usd=": "--max-cost ",
    "on_unsupported='warn'": "--on-unsupported warn",
    "on_unsupported='nearest'": "--on-unsupported nearest",
    "use generate_image.": "use tarash image.",
    "use generate_video.": "use tarash generate.",
    "discover_model or discover=True fetches": "--discover fetches",
}


def in_shell(sentence: str) -> str:
    """A sentence that names keywords of a call, with the options that stand for them."""
    for keyword, option in _OPTIONS.items():
        sentence = sentence.replace(keyword, option)
    return sentence


def _hint(error: TarashException) -> str:
    from tarash_core.errors import AuthenticationError

    context = click.get_current_context(silent=True)
    can_simulate = context is not None and "simulate" in context.params
    without_key = isinstance(error, AuthenticationError) and error.status_code is None
    return " To try it without a key, add --simulate." if without_key and can_simulate else ""


def _tell_the_way_on(error: BaseException, output: Path | None) -> None:
    """The receipt of a job left behind and, as the last line, the command that takes it up; or that it was stopped."""
    job = getattr(error, "job", None)
    if output is None or job is None:
        return
    if not resumable(error):
        if isinstance(error, KeyboardInterrupt):
            click.echo(f"Job {job.id} at {job.provider} was stopped.", err=True)
        return
    click.echo(f"The receipt of job {job.id} at {job.provider}: {job.to_json()}", err=True)
    click.echo(f"To take it up: {_command(job, output, _saved(job, output))}", err=True)


def _saved(job: Job, output: Path) -> str:
    """The file that the receipt was saved in; a dash where the disk refused it, for then it must be piped in."""
    beside = output / job.id if output.is_dir() else output
    path = beside.with_name(f"{beside.name}.job.json")
    try:
        path.write_text(job.to_json(), encoding="utf-8")
    except OSError:
        return "-"
    return str(path)


def program() -> list[str]:
    """How the user's shell calls this command: by uv where that has started it, as the shell may find no other way."""
    return ["uv", "run", "tarash"] if os.environ.get("UV") else ["tarash"]


def _command(job: Job, output: Path, receipt: str) -> str:
    """A line for the user's shell."""
    words = [*program(), "image" if job.kind == "image" else "generate", "--resume", receipt, "-o", str(output)]
    if os.name == "nt":
        import subprocess

        return subprocess.list2cmdline(words)
    import shlex

    return shlex.join(words)
