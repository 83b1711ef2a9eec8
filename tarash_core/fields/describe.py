"""Saying what a model takes, and what a plan does: the tables of ``tarash explain`` and of the docs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from attrs import astuple, fields, frozen

from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.fields import names, paths, values
from tarash_core.fields.layout import Entry
from tarash_core.fields.shapes import Shape
from tarash_core.models.notice import Notice
from tarash_core.models.plan import Plan


@frozen
class FieldRow:
    """One field that a variant takes.

    Attributes:
        field: Our field; empty for a constant.
        path: The wire path.
        type: The wire type.
        allowed: What it takes, in words.
        default: What the vendor takes when nothing is given.
        required: Whether the variant cannot be called without.
    """

    field: str
    path: str
    type: str
    allowed: str
    default: str
    required: bool


@frozen
class PlanRow:
    """One field of a plan.

    Attributes:
        field: Our field; empty for a constant.
        path: The wire path; empty for what is not sent.
        value: What is sent; empty where nothing is.
        why: What was moved, dropped, converted or defaulted, and why.
    """

    field: str
    path: str
    value: str
    why: str


def describe(variant: Variant) -> tuple[FieldRow, ...]:
    """What a variant takes, a row for each wire field."""
    return tuple(_field_row(entry) for entry in variant.layout.entries)


def _field_row(entry: Entry) -> FieldRow:
    mapper = entry.mapper
    if mapper.source_field is None:
        return FieldRow("", entry.path, "constant", _brief(mapper.constant), "", False)
    default = "" if mapper.default is None else _brief(mapper.default)
    return FieldRow(_fields(entry), entry.path, mapper.type or "any", mapper.allowed(), default, mapper.required)


def _fields(entry: Entry) -> str:
    if entry.mapper.is_extra or not entry.sources:
        return entry.mapper.name if entry.mapper.source_field else ""
    return ", ".join(map(names.words_of, entry.sources))


def variant_of(plan: Plan, spec: ModelSpec) -> Variant | None:
    """The variant of a spec that a plan was made with; None if the plan is another model's."""
    return next((v for v in spec.variants if _made(plan, v)), None)


def _made(plan: Plan, variant: Variant) -> bool:
    there = variant.endpoint_for(plan.model) == plan.endpoint and plan.variant in variant.modes
    return there and variant.surface in (None, plan.surface)


def explain(plan: Plan, spec: ModelSpec) -> tuple[PlanRow, ...]:
    """What a plan sends and why, a row for each wire field; then what is not sent and what is the model's own.

    Args:
        plan: The plan.
        spec: The spec of its model.
    """
    variant = variant_of(plan, spec)
    entries = variant.layout.entries if variant else ()
    rows = [_plan_row(entry, plan) for entry in entries]
    told = {name for entry in entries for name in (*entry.sources, entry.mapper.name)}
    rows += [PlanRow(n.field or "", "", "", n.message) for n in plan.notices if n.field not in told]
    return (*rows, *_extra_rows(plan, entries))


def _plan_row(entry: Entry, plan: Plan) -> PlanRow:
    found = paths.get(plan.payload, entry.steps)
    why = " ".join(notice.message for notice in plan.notices if _is_about(notice, entry))
    return PlanRow(_fields(entry), entry.path, "" if found in (None, []) else _brief(found), why)


def _is_about(notice: Notice, entry: Entry) -> bool:
    return notice.field is not None and notice.field in (*entry.sources, entry.mapper.name)


def _extra_rows(plan: Plan, entries: Iterable[Entry]) -> Iterator[PlanRow]:
    own = {entry.mapper.extra_name for entry in entries if entry.mapper.is_extra}
    for key, value in plan.request.extra_params.items():
        if key not in own:
            yield PlanRow(f"{names.EXTRA}[{key!r}]", key, _brief(value), "")


def _brief(value: Any) -> str:
    if isinstance(value, (str, Shape)):
        return values.shown(str(value)) if len(str(value)) > 60 else str(value)
    return values.shown(value)


def as_table(rows: Sequence[FieldRow] | Sequence[PlanRow]) -> str:
    """Rows as aligned text with a heading; empty for no rows."""
    if not rows:
        return ""
    heading = [column.name for column in fields(type(rows[0]))]
    cells = [heading, *([_cell(part) for part in astuple(row)] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in cells)


def _cell(part: Any) -> str:
    return ("yes" if part else "") if isinstance(part, bool) else str(part)
