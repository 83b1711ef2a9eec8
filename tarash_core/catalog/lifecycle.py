"""When a model came, left the vendor's list, and was or will be switched off."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

from attrs import field, frozen

from tarash_core.errors import RetiredModelError, ValidationError
from tarash_core.models.base import Value
from tarash_core.models.notice import Notice

WARN_DAYS = 60
"""A model that retires within so many days is a notice."""

_today: date | None = None


def to_day(value: Any) -> date | None:
    """A date of a date or an ISO text.

    Raises:
        ValidationError: It is neither.
    """
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValidationError(f"A date must be ISO text such as '2026-11-22', not {value!r}.") from error


def today() -> date:
    """Today, unless :func:`set_today` or the variable ``TARASH_TODAY`` (ISO) says otherwise."""
    named = os.environ.get("TARASH_TODAY")
    return _today or (to_day(named) if named else None) or date.today()


def set_today(day: date | str | None) -> None:
    """Fixes the date that lifecycles are judged by, for tests and docs; None lets time run again."""
    global _today
    _today = to_day(day)


@frozen(kw_only=True)
class Lifecycle(Value):
    """Dates in the life of a model or of one way to call it. Each is a date or ISO text.

    Attributes:
        listed: First seen in the vendor's list.
        delisted: Gone from the vendor's list; not proven to be switched off.
        retires: The vendor will switch it off on that day.
        retired: The vendor has switched it off.
        replacement: The vendor's successor, as a model id.
        note: What else to know once it has ended, and other ways on: a clause for the error's sentence.
        source: Where this is said.
        checked: When somebody last looked.
    """

    listed: date | None = field(default=None, converter=to_day)
    delisted: date | None = field(default=None, converter=to_day)
    retires: date | None = field(default=None, converter=to_day)
    retired: date | None = field(default=None, converter=to_day)
    replacement: str | None = None
    note: str | None = None
    source: str | None = None
    checked: date | None = field(default=None, converter=to_day)

    @property
    def ends(self) -> date | None:
        """The day on which it stops working, past or to come; None if none is known."""
        return self.retired or self.retires

    def has_ended(self, day: date | None = None) -> bool:
        """Whether it is switched off on a day, today when None."""
        return self.ends is not None and self.ends <= (day or today())


def check_lifecycle(
    lifecycle: Lifecycle | None, what: str, *, own_host: bool = True, allow_retired: bool = False
) -> tuple[Notice, ...]:
    """What a caller should know about the life of a model.

    Args:
        lifecycle: Its dates; None gives no notice.
        what: The model in words, such as ``kling/kling-v2-1``.
        own_host: Whether the request goes to the vendor's own hosts, which alone the dates bind.
        allow_retired: Whether to go on all the same.

    Raises:
        RetiredModelError: It is switched off on the vendor's own hosts, and the caller did not insist.
    """
    if lifecycle is None:
        return ()
    ends = lifecycle.ends
    if ends is not None and lifecycle.has_ended():
        return (_ended(lifecycle, ends, what, refuse=own_host and not allow_retired),)
    if ends is not None and ends - today() <= timedelta(days=WARN_DAYS):
        return (Notice("lifecycle", None, f"{what} retires on {ends}{_instead(lifecycle)}."),)
    if lifecycle.delisted is not None:
        return (
            Notice(
                "lifecycle", None, f"{what} left the vendor's list by {lifecycle.delisted}; it may no longer answer."
            ),
        )
    return ()


def _ended(lifecycle: Lifecycle, ends: date, what: str, refuse: bool) -> Notice:
    note = f"; {lifecycle.note}" if lifecycle.note else ""
    sentence = f"{what} was retired on {ends}{_instead(lifecycle)}{note}"
    if refuse:
        way_out = "" if lifecycle.replacement or lifecycle.note else "; choose another model"
        raise RetiredModelError(
            f"{sentence}{way_out}, or pass allow_retired=True to send it all the same.",
            replacement=lifecycle.replacement,
        )
    return Notice("lifecycle", None, sentence + ".")


def _instead(lifecycle: Lifecycle) -> str:
    return f"; use {lifecycle.replacement}" if lifecycle.replacement else ""
