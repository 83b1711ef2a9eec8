"""One typed function for each hook; the engine calls these and nothing of pluggy.

A hook that may veto lets its error through. Any other implementation runs in its own try: its failure is one logged
warning with the names of plugin and hook, and the job goes on.

``own`` are the extensions of one gateway, which see only its jobs; those of the process see all. The own ones
observe first and veto last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tarash_core.errors import PluginError
from tarash_core.models.job import Job
from tarash_core.plugins.manager import HookCall, HookManager, plugin_manager
from tarash_core.plugins.warnings import warn

if TYPE_CHECKING:
    import click

    from tarash_core.catalog.spec import ModelSpec
    from tarash_core.models.execution import AttemptMetadata
    from tarash_core.plugins.http import HttpRequest, HttpResponse
    from tarash_core.plugins.provider import Attempt
    from tarash_core.plugins.updates import Update


def register_models(provider: str) -> dict[str, ModelSpec]:
    """The models that extensions add to or correct of a provider, by model id."""
    name, given = "tarash_register_models", {"provider": provider}
    answers = [(call, _answer(call, name, given)) for call in plugin_manager().calls(name)]
    told = [(call, answer) for call, answer in reversed(answers) if answer is not None]
    return {model: spec for call, answer in told for model, spec in _models(call, answer).items()}


def _models(call: HookCall, answer: Any) -> Mapping[str, ModelSpec]:
    from tarash_core.catalog.spec import ModelSpec

    if isinstance(answer, Mapping) and all(isinstance(spec, ModelSpec) for spec in answer.values()):
        return answer
    warn(
        f"tarash_register_models of the plugin {call.plugin!r} must return a dict of ModelSpec; its answer is left out."
    )
    return {}


def _vetoers(hook: str, own: HookManager | None) -> tuple[HookCall, ...]:
    calls = plugin_manager().calls(hook)
    return calls if own is None else (*calls, *own.calls(hook))


def _observers(hook: str, own: HookManager | None) -> tuple[HookCall, ...]:
    calls = plugin_manager().calls(hook)
    return calls if own is None else (*own.calls(hook), *calls)


def before_submit(attempt: Attempt, own: HookManager | None = None) -> Job | None:
    """The running job to join, or None to submit.

    Raises:
        PluginError: A plugin returned something that is no job.
        Postponed: A plugin wants to be asked again later.
        BaseException: Whatever a plugin refuses with.
    """
    for call in _vetoers("tarash_before_submit", own):
        job = _vetoing(call, "tarash_before_submit", {"attempt": attempt})
        if isinstance(job, Job):
            return job
        if job is not None:
            what = type(job).__name__
            raise PluginError(f"tarash_before_submit of {call.plugin!r} must return a job or None, not {what}.")
    return None


def submitting(attempt: Attempt, own: HookManager | None = None) -> None:
    """Gives every plugin the last word before the purchase.

    Raises:
        BaseException: Whatever a plugin refuses with.
    """
    for call in _vetoers("tarash_submitting", own):
        _vetoing(call, "tarash_submitting", {"attempt": attempt})


def job_accepted(attempt: Attempt, job: Job, own: HookManager | None = None) -> None:
    """Tells that the provider has taken the job."""
    if calls := _observers("tarash_job_accepted", own):
        _observe(calls, "tarash_job_accepted", {"attempt": attempt, "job": job})


def job_updated(attempt: Attempt | None, job: Job, update: Update, own: HookManager | None = None) -> None:
    """Tells how the job is; ``attempt`` is None for a job taken up by its receipt."""
    if calls := _observers("tarash_job_updated", own):
        _observe(calls, "tarash_job_updated", {"attempt": attempt, "job": job, "update": update})


def attempt_finished(record: AttemptMetadata, own: HookManager | None = None) -> None:
    """Tells that an attempt has ended."""
    if calls := _observers("tarash_attempt_finished", own):
        _observe(calls, "tarash_attempt_finished", {"record": record})


def exchange(
    provider: str, request: HttpRequest, response: HttpResponse, seconds: float, secrets: Iterable[str] = ()
) -> None:
    """Shows an exchange to those who watch; the redacted copies are only made where somebody does.

    Args:
        provider: Canonical name of the provider.
        request: The request as it was sent.
        response: Its answer.
        seconds: How long the answer took.
        secrets: Texts that must not be seen.
    """
    if calls := plugin_manager().calls("tarash_exchange"):
        from tarash_core.engine.redaction import redact_request, redact_response

        shown = {"request": redact_request(request, secrets), "response": redact_response(response, secrets)}
        _observe(calls, "tarash_exchange", {"provider": provider, **shown, "seconds": seconds})


def register_commands(cli: click.Group) -> None:
    """Lets extensions add commands to ``tarash``."""
    if calls := plugin_manager().calls("tarash_register_commands"):
        _observe(calls, "tarash_register_commands", {"cli": cli})


def _vetoing(call: HookCall, hook: str, given: dict[str, Any]) -> Any:
    try:
        return call(given)
    except Exception as error:
        error.add_note(f"Raised by {hook} of the plugin {call.plugin!r}.")
        raise


def _observe(calls: Iterable[HookCall], hook: str, given: dict[str, Any]) -> None:
    for call in calls:
        try:
            call(given)
        except Exception as error:
            _warn_of(call, hook, error)


def _answer(call: HookCall, hook: str, given: dict[str, Any]) -> Any:
    """What a plugin answers; a failing one is a warning, and answers nothing."""
    try:
        return call(given)
    except Exception as error:
        _warn_of(call, hook, error)
        return None


def _warn_of(call: HookCall, hook: str, error: Exception) -> None:
    warn(f"{hook} of the plugin {call.plugin!r} failed: {type(error).__name__}: {error}", error)
