"""The desk at which a request is settled: what is known, what is wished, and what has been decided so far."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from attrs import define, field

from tarash_core.fields import names, paths, policy, shapes, values
from tarash_core.fields.choosing import Chosen
from tarash_core.fields.layout import Entry, Layout
from tarash_core.fields.sources import Asked
from tarash_core.models.notice import Notice

_NOTED_DEFAULTS = names.WISHES | {"fps", "generate_audio"}


@functools.lru_cache(maxsize=512)
def _defaulted(name: str, shown: str) -> Notice:
    return Notice("defaulted", name, f"{name} is not given; the model takes {shown}.")


@define(eq=False)
class Context:
    """What settling a request needs to know."""

    chosen: Chosen
    asked: Asked
    policy: str
    provider: str
    model: str
    where: str

    @property
    def layout(self) -> Layout:
        """The fields of the chosen variant."""
        return self.chosen.variant.layout

    @property
    def follows(self) -> bool:
        """Whether the output has the shape of an input: the mode says so, and the model has no ratio of its own."""
        if self.chosen.mode not in names.FOLLOWING or not self.asked.has_media:
            return False
        entry = self.layout.by_source.get("aspect_ratio")
        default = entry.mapper.default if entry else None
        return (default.value if isinstance(default, shapes.Shape) else values.ratio(default)) is None


@define(eq=False)
class Write:
    """One value to write, or one item for each medium."""

    entry: Entry
    value: Any = None
    items: tuple[paths.Item, ...] | None = None


@define
class Desk:
    """One pass over a request.

    Attributes:
        context: What is known.
        given: Values by our names, as they stand after the fixes of rules; what is turned into another name leaves.
        why: The sentence of the rule that fixed a value, by name.
        effective: What counts by our names: given, moved, default or fixed; media as how many there are.
        writes: What goes where.
        notices: What was moved, dropped, converted or defaulted.
        consumed: The names that some field has taken.
        follows: Whether the output has the shape of an input.
        fps: Frames a second of this request, where the model takes them.
    """

    context: Context
    given: dict[str, Any]
    why: Mapping[str, str]
    effective: dict[str, Any] = field(factory=dict)
    writes: list[Write] = field(factory=list)
    notices: list[Notice] = field(factory=list)
    consumed: set[str] = field(factory=set)
    follows: bool = False
    fps: float | None = None

    def write(self, entry: Entry, value: Any) -> None:
        """Puts down a value, a list under ``[]`` as one item for each of its values; None writes nothing."""
        if isinstance(value, list) and paths.has_each(entry.steps):
            self.writes.append(Write(entry, items=tuple((item, {}) for item in value)))
        elif value is not None:
            self.writes.append(Write(entry, value))

    def lacking(self, name: str, value: Any, allowed: str, near: Any) -> Any:
        """The nearest value for one that the model lacks, or None where it is dropped.

        Raises:
            UnsupportedParameterError: The policy wants it refused.
        """
        standing = policy.standing_of(name, value, self.follows)
        if near is not None and policy.may_move(standing, self.context.policy):
            self.note_move(name, near, f"{self.context.where} takes {allowed}")
            return near
        if policy.may_drop(standing, self.context.policy, has_input=True):
            self.note_drop(name, value, f"{self.context.where} takes {allowed}")
            return None
        raise policy.lacking(name, value, allowed, self.context.where, standing, near)

    def is_written_by_extra(self, entry: Entry) -> bool:
        """Whether ``extra_params`` writes the field itself."""
        extra = self.context.asked.extra
        return bool(extra) and paths.has_keys(extra, paths.keys_of(entry.steps))

    def note(self, code: str, name: str, message: str) -> None:
        """Adds a notice."""
        self.notices.append(Notice(code, name, message))

    def note_default(self, name: str, value: Any) -> None:
        """Says what the vendor will take, for what a caller is likely to care about."""
        if name in _NOTED_DEFAULTS:
            self.notices.append(_defaulted(name, values.shown(value)))

    def note_move(self, name: str, now: Any, because: str) -> None:
        """Says that a value was moved; where a rule moved it before, that notice comes at the end instead."""
        if name not in self.why:
            self.note_change(name, self.context.asked.values.get(name), now, because)

    def note_change(self, name: str, before: Any, now: Any, because: str) -> None:
        """Says that a value was moved."""
        start = f"moved from {values.shown(before)} to" if before is not None else "not given; the model gets"
        self.note("moved", name, f"{name} is {start} {values.shown(now)}: {because}.")

    def note_drop(self, name: str, value: Any, because: str) -> None:
        """Says that a value was left out."""
        self.note("dropped", name, f"{policy.said(name, value)} is dropped: {because}.")
