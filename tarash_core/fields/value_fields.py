"""Settling single values: prompts, lengths, choices, switches, constants and the model's own parameters."""

from __future__ import annotations

from typing import Any

from tarash_core.fields import names, policy, values
from tarash_core.fields.desk import Desk
from tarash_core.fields.layout import Entry


def settle_value(desk: Desk, entry: Entry) -> None:
    """Checks one field of the request and puts it down; takes the default where it is not given."""
    mapper = entry.mapper
    name = mapper.source_field or ""
    value = desk.given.get(name)
    desk.consumed.add(name)
    if value is None:
        _default(desk, entry, name)
        return
    allowed = mapper.refusal(value, desk.fps)
    if allowed is not None:
        value = desk.lacking(name, value, allowed, mapper.nearest(value, desk.fps))
    if value is not None:
        _take(desk, entry, name, value)
    elif mapper.required and mapper.default is None:
        raise policy.lacking(name, desk.given[name], str(allowed), desk.context.where, "firm", None)


def _take(desk: Desk, entry: Entry, name: str, value: Any) -> None:
    mapper = entry.mapper
    desk.effective[name] = mapper.match(value)
    if name in names.COUNTS and value == mapper.default:
        return
    written = mapper.write(value, desk.context.asked.request, desk.fps)
    desk.write(entry, written)
    if mapper.frames and values.is_number(value):
        made = mapper.frames.seconds(int(written), desk.fps)
        if abs(made - value) * (desk.fps or mapper.frames.per_second) > 1:
            desk.note("moved", name, f"{values.shown(value)} seconds are written as {written} frames, {made} seconds.")


def _default(desk: Desk, entry: Entry, name: str) -> None:
    mapper = entry.mapper
    if desk.is_written_by_extra(entry):
        return
    if mapper.default is None:
        if mapper.required:
            raise policy.missing(name, mapper.allowed(desk.fps), desk.context.where)
        return
    if name not in desk.effective:
        desk.effective[name] = mapper.default
        desk.note_default(name, mapper.default)
    if mapper.required or mapper.write_default:
        desk.write(entry, mapper.write(mapper.default, desk.context.asked.request, desk.fps))


def settle_constant(desk: Desk, entry: Entry) -> None:
    """Puts down a constant, where what it goes with is given."""
    mapper = entry.mapper
    if mapper.when is None or mapper.when in desk.given or mapper.when in desk.context.chosen.media:
        desk.write(entry, desk.context.model if mapper.constant == "$model" else mapper.constant)


def settle_extra(desk: Desk, entry: Entry) -> None:
    """Checks one key of ``extra_params`` that the catalogue knows, and puts it down."""
    mapper, extra = entry.mapper, desk.context.asked.extra
    if mapper.extra_name in extra:
        value = extra[mapper.extra_name]
        allowed = mapper.refusal(value)
        if allowed is not None:
            raise policy.lacking(mapper.name, value, allowed, desk.context.where, "firm", None)
        desk.write(entry, mapper.write(value, desk.context.asked.request))
    elif mapper.default is None and mapper.required:
        raise policy.missing(mapper.name, mapper.allowed(), desk.context.where)
    elif mapper.required or mapper.write_default:
        desk.write(entry, mapper.write(mapper.default, desk.context.asked.request))


def settle_left_over(desk: Desk) -> None:
    """What no field has taken: fixed to the same value, dropped with a notice, or refused."""
    for name, value in desk.given.items():
        if name in desk.consumed:
            continue
        if name in names.COUNTS and value == 1:
            desk.effective[name] = 1
        elif name in desk.context.chosen.variant.fixed:
            _fixed(desk, name, value)
        else:
            _no_input(desk, name, value)


def _fixed(desk: Desk, name: str, value: Any) -> None:
    fixed = desk.context.chosen.variant.fixed[name]
    if values.key_of(name, fixed) != values.key_of(name, value):
        desk.lacking(name, value, values.listed((fixed,)), fixed)


def _no_input(desk: Desk, name: str, value: Any) -> None:
    standing = policy.standing_of(name, value, desk.follows)
    if not policy.may_drop(standing, desk.context.policy, has_input=False):
        raise policy.no_input(name, value, desk.context.where, standing)
    desk.note_drop(name, value, f"{desk.context.where} has no such input")
