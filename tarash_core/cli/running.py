"""One generation from the options to the saved files; the same for videos and images."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tarash_core.cli.errors import reported
from tarash_core.cli.options import check_together, config_of, request_of, settings_of
from tarash_core.cli.outcome import about, notices_of, of_response
from tarash_core.cli.progress import Notes, Progress, progress_for, watched

if TYPE_CHECKING:
    from tarash_core.gateway import Gateway
    from tarash_core.ledger import Ledger
    from tarash_core.models.config import Config
    from tarash_core.models.job import Job, Kind
    from tarash_core.models.media import Media
    from tarash_core.models.request import Request
    from tarash_core.models.response import Response


def run(kind: Kind, given: Mapping[str, Any]) -> None:
    """Carries out ``generate`` or ``image``: buys or takes up a job, saves its files, tells of them.

    Args:
        kind: What is made.
        given: The options by name.
    """
    check_together(given)
    as_json, quiet = given["as_json"], given["quiet"] or given["as_json"]
    # A simulated job ends with this process, so there is no receipt to keep.
    output = None if given["simulate"] or given["mock"] else given["output"]
    progress = progress_for(quiet)
    with reported(output, as_json=as_json, quiet=quiet, notices=progress.notes.seen):
        response = (_resumed if given["resume"] else _bought)(kind, given, progress)
        tell(*response, progress.notes, as_json=as_json, quiet=quiet, verbose=given["verbose"])


def _bought(kind: Kind, given: Mapping[str, Any], progress: Progress) -> tuple[Response, list[Path]]:
    config, request = config_of(kind, given), request_of(kind, given)
    with ExitStack() as stack:
        ledger = None if given["simulate"] or given["mock"] else stack.enter_context(users_ledger())
        gateway = stack.enter_context(simulated(config) if given["simulate"] else direct(ledger))
        response = generated(gateway, config, request, progress, attach=given["attach"])
        return response, kept(ledger, response, given["output"])


@contextmanager
def users_ledger() -> Iterator[Ledger | None]:
    """The user's ledger, in which a result counts as handed over once it is saved; None where it is switched off."""
    from tarash_core.ledger import Ledger, default_path

    path = default_path()
    with nullcontext() if path is None else Ledger(path, hands_over=False) as ledger:
        yield ledger


@contextmanager
def direct(ledger: Ledger | None) -> Iterator[Gateway]:
    """A gateway to the vendors; what it buys is written in the ledger, if there is one."""
    from tarash_core.gateway import Gateway

    with Gateway(ledger=ledger) as gateway:
        yield gateway


@contextmanager
def simulated(config: Config) -> Iterator[Gateway]:
    """A gateway to simulators of the chain's providers, on this machine."""
    from tarash_core.cli.simulators import served, simulators_for
    from tarash_core.engine.fallback import flattened
    from tarash_core.gateway import Gateway

    with served(simulators_for(flattened(config))) as urls, Gateway(simulators=urls) as gateway:
        yield gateway


def generated(
    gateway: Gateway, config: Config, request: Request, progress: Progress, *, attach: bool = False
) -> Response:
    """Runs a chain; its results are to be saved while the connections are open.

    Args:
        gateway: The way to the vendors.
        config: The chain.
        request: What is wanted.
        progress: What is shown meanwhile.
        attach: Whether an equal job that is at work by the ledger is waited for and not bought again.

    Raises:
        TarashException: With the job, where one was accepted.
    """
    call: Any = gateway.generate_image if request.kind == "image" else gateway.generate_video
    with watched(progress):
        response: Response = call(config, request, on_progress=progress.seen, attach_if_running=attach)
    return response


def _resumed(kind: Kind, given: Mapping[str, Any], progress: Progress) -> tuple[Response, list[Path]]:
    from tarash_core.models.config import CONFIGS

    job, settings = receipt(kind, given["resume"]), settings_of(given)
    config = CONFIGS[kind](provider=job.provider, model=job.model, account=job.account, **settings)
    with users_ledger() as ledger, direct(ledger) as gateway:
        wait: Any = gateway.wait_job
        with progress:
            told = {"on_progress": progress.seen, "timeout": given["timeout"], "config": config if settings else None}
            response: Response = wait(job, **told)
        return response, kept(ledger, response, given["output"])


def receipt(kind: Kind, source: str) -> Job:
    """The job of a receipt, from a file or, for a dash, from the standard input.

    Raises:
        ValidationError: It cannot be read, or is no receipt.
    """
    from tarash_core.errors import ValidationError
    from tarash_core.models.job import ImageJob, VideoJob

    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ValidationError(f"The receipt {source!r} cannot be read: {reason}.") from error
    return ImageJob.from_json(text) if kind == "image" else VideoJob.from_json(text)


def kept(ledger: Ledger | None, response: Response, output: Path) -> list[Path]:
    """Saves every output of a response, and then says in the ledger that it was handed over.

    Raises:
        TarashException: A file cannot be had; the result stays to be collected.
    """
    from tarash_core.errors import ValidationError

    paths = saved(response, output)
    if ledger is not None and response.job is not None:
        with suppress(ValidationError):  # the files are there; they can only be collected once more
            ledger.hand_over(response.job)
    return paths


def saved(response: Response, output: Path) -> list[Path]:
    """Saves every output of a response.

    Raises:
        TarashException: A file cannot be had; the error carries the job, which is paid for.
    """
    from tarash_core.errors import TarashException

    try:
        targets = names_for(response.outputs, output)
        return [media.save(target) for media, target in zip(response.outputs, targets, strict=True)]
    except (TarashException, KeyboardInterrupt) as error:
        error.job = getattr(error, "job", None) or response.job  # type: ignore[union-attr]
        raise


def names_for(outputs: Iterable[Media], output: Path) -> list[Path]:
    """Where each output goes: ``fox.png``, or ``fox-1.png``, ``fox-2.png`` … where there are several.

    Args:
        outputs: The outputs.
        output: A file name, which is kept whatever the file holds; a folder takes the files under the provider's names.
    """
    from tarash_core.engine.delivery import file_name

    every = list(outputs)
    bases = [output / file_name(media) if output.is_dir() else output for media in every]
    if len(every) == 1:
        return bases
    return [base.with_name(f"{base.stem}-{number}{base.suffix}") for number, base in enumerate(bases, 1)]


def tell(
    response: Response, paths: list[Path], notes: Notes, *, as_json: bool, quiet: bool, verbose: bool = False
) -> None:
    """Says what was saved, and what should be known about it.

    Args:
        response: What came of the job.
        paths: The saved files.
        notes: What was noted before; none of it is told again.
        as_json: Prints JSON in place of text.
        quiet: Prints no text.
        verbose: Tells the model's own defaults too.
    """
    if as_json:
        import json

        click.echo(json.dumps(of_response(response, paths)))
    elif not quiet:
        _tell_people(response, paths, notes.untold([*response.notices, *notices_of(paths)], defaults=verbose))


def _tell_people(response: Response, paths: list[Path], notes: Iterable[str]) -> None:
    metadata = response.execution_metadata
    if metadata.fallback_triggered:
        from tarash_core.cli import tables

        tables.show(tables.attempts(metadata), err=True)
    for note in notes:
        click.echo(note, err=True)
    for path in paths:
        click.echo(f"Saved {path} ({about(path)})")
