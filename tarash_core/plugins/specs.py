"""All hooks of Tarash on one screen.

An extension is a module, a class or an object with functions of these names, marked with ``@hookimpl``. It is found
through the entry-point group ``tarash.plugins``, or registered with ``register_extension``. An installed provider may
implement hooks too. Hooks are ordinary, quick functions (no ``async def``, no wrappers) and take any subset of the
arguments. They are called in the order of pluggy: the last registered first, ``tryfirst`` before, ``trylast`` after.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pluggy import HookimplMarker, HookspecMarker

if TYPE_CHECKING:
    import click

    from tarash_core.catalog.spec import ModelSpec
    from tarash_core.models.execution import AttemptMetadata
    from tarash_core.models.job import Job
    from tarash_core.plugins.http import HttpRequest, HttpResponse
    from tarash_core.plugins.provider import Attempt
    from tarash_core.plugins.updates import Update

hookspec = HookspecMarker("tarash")
"""Marks a hook that plugins may implement; pluggy's."""
hookimpl = HookimplMarker("tarash")
"""Marks a plugin's function as the implementation of the hook of its name; pluggy's, with ``tryfirst`` and so on."""


class Postponed(Exception):
    """Raised in ``tarash_before_submit`` to be asked again later: hooks never wait themselves.

    Args:
        seconds: When to ask again.
        reason: What is waited for, for the error's sentence when the attempt's clock runs out.
    """

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds, self.reason = seconds, reason


@hookspec
def tarash_register_models(provider: str) -> Mapping[str, ModelSpec] | None:
    """Models to add to the provider of that canonical name, or to correct, by model id.

    Of two answers for one model the one asked first wins. An error is logged and the answer left out.

    .. versionadded:: 0.1
    """


@hookspec
def tarash_before_submit(attempt: Attempt) -> Job | None:
    """May refuse an attempt by raising, or join an equal running job by returning it; None lets it pass.

    Called before anything is uploaded or bought. The first job returned wins and nobody else is asked; an error
    ends the attempt as it is. A ValidationError, such as BudgetExceededError, ends no chain where the attempt is that
    of a fallback: this one is skipped. ``Postponed`` puts it off: the hook is called again after that time.

    .. versionadded:: 0.1
    """


@hookspec
def tarash_submitting(attempt: Attempt) -> None:
    """The last word before the request that buys; an error stops the purchase, as in ``tarash_before_submit``.

    .. versionadded:: 0.1
    """


@hookspec
def tarash_job_accepted(attempt: Attempt, job: Job) -> None:
    """The provider has taken the job: its receipt can be stored. Errors are logged.

    .. versionadded:: 0.1
    """


@hookspec
def tarash_job_updated(attempt: Attempt | None, job: Job, update: Update) -> None:
    """The provider told how the job is. ``attempt`` is None for a job taken up by its receipt. Errors are logged.

    .. versionadded:: 0.1
    """


@hookspec
def tarash_attempt_finished(record: AttemptMetadata) -> None:
    """An attempt has ended, well or badly, with or without a job: exactly once for each. Errors are logged.

    The attempt of ``submit_video`` and ``submit_image`` goes on when its job was accepted, perhaps in another process:
    how that job ends is told by ``tarash_job_updated``, without an attempt.

    .. versionadded:: 0.1
    """


@hookspec
def tarash_exchange(provider: str, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """A request was answered after so many seconds. Both are redacted copies. Errors are logged.

    .. versionadded:: 0.1
    """


@hookspec
def tarash_register_commands(cli: click.Group) -> None:
    """May add commands to the group of ``tarash``. Errors are logged.

    .. versionadded:: 0.1
    """
