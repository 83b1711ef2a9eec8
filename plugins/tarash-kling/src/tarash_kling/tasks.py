"""Reading a task of either standard: the same few facts under other names (dossier kling.md, section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from tarash_core.models.cost import Cost
from tarash_core.plugins import (
    Done,
    Failed,
    HttpResponse,
    Output,
    Phase,
    Queued,
    Running,
    States,
    Update,
    number_of,
    update_by,
)
from tarash_kling.errors import error_of, error_of_failure

KEPT_SECONDS = 30 * 86_400.0
"""Files are deleted after 30 days."""

Task = Mapping[str, Any]
STATES: States = {
    "submitted": Queued, "processing": Running, "succeed": Done, "succeeded": Done, "failed": Failed
}  # fmt: skip
"""Kling's words; both for success count in both standards."""


def tasks_of(response: HttpResponse, phase: Phase) -> list[Task]:
    """The tasks in an answer: one of the older standard, or a list of the new one.

    Raises:
        TarashException: The answer says 200 and holds an error code.
    """
    body = response.json()
    if body.get("code", 0) != 0:
        raise error_of(response, phase)
    found = body["data"]
    return found if isinstance(found, list) else [found]


def id_of(task: Task) -> str:
    """The id of a task.

    Raises:
        KeyError: It has none.
    """
    found = task.get("task_id") or task.get("id")
    if not found:
        raise KeyError("task_id")
    return str(found)


def update_of(task: Task) -> Update:
    """What a task says; a word that nobody knows is a running task."""
    words = str(task.get("task_status_msg") or task.get("message") or "")
    return update_by(
        STATES,
        str(task.get("task_status") or task.get("status")),
        task,
        done=lambda: Done(*map(_output, _files(task)), cost=_cost(task), raw=task),
        failed=lambda: error_of_failure(task, words, "yes" if _cost(task) else "no"),
    )


def _files(task: Task) -> Iterator[Mapping[str, Any]]:
    """Every video or picture; of a new task's outputs, whose ``type`` may be missing, those with a ``url``."""
    result = task.get("task_result") or {}
    for kind in ("videos", "images", "series_images"):
        yield from _with_url(result.get(kind) or ())
    yield from _with_url(task.get("outputs") or ())


def _with_url(items: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    """The items with a URL; a series may hold its pictures one level deeper."""
    for item in items:
        if isinstance(item, Mapping) and item.get("url"):
            yield item
        else:
            yield from _with_url(item if isinstance(item, list) else item.get("images") or ())


def _output(file: Mapping[str, Any]) -> Output:
    length = number_of(file.get("duration"))
    return Output(str(file["url"]), expires_in_seconds=KEPT_SECONDS, duration_seconds=length)


def _cost(task: Task) -> Cost | None:
    """What was taken: units of a pack, or money."""
    if units := number_of(task.get("final_unit_deduction")):
        return Cost(units, "units")
    bills = [bill for bill in task.get("billing") or () if isinstance(bill, Mapping) and number_of(bill.get("amount"))]
    if not bills:
        return None
    is_money = all(bill.get("charge_type") == "cash" for bill in bills)
    unit = str(bills[0].get("currency") or "cash").lower() if is_money else "units"
    return Cost(sum((Decimal(str(bill["amount"])) for bill in bills), Decimal(0)), unit)
