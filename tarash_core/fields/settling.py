"""Settling what counts: every field checked, moved, dropped or defaulted, and the rules between them kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarash_core.errors import PluginError, UnsupportedParameterError
from tarash_core.fields import names, policy
from tarash_core.fields.desk import Context, Desk
from tarash_core.fields.media_fields import count_media, settle_media
from tarash_core.fields.rules import Rule
from tarash_core.fields.shape_fields import settle_shape, split_size
from tarash_core.fields.value_fields import settle_constant, settle_extra, settle_left_over, settle_value


def settle(context: Context) -> Desk:
    """What counts for a request, by its policy.

    Under ``nearest`` a broken rule is mended by its fix and all fields are settled again, at most once a rule.

    Raises:
        UnsupportedParameterError: The model lacks a value, or a rule is broken, and the policy does not help.
    """
    return _attempt(context, dict(context.asked.values), {}, len(context.chosen.variant.rules))


def _attempt(context: Context, given: dict[str, Any], why: dict[str, str], mends: int) -> Desk:
    desk = _settled(context, given, why)
    broken = next((rule for rule in context.chosen.variant.rules if not _holds(rule, desk.effective)), None)
    if broken is None:
        return desk
    if not mends:
        raise _refusal(broken, desk)
    _mend(broken, desk, given, why)
    return _attempt(context, given, why, mends - 1)


def _settled(context: Context, given: Mapping[str, Any], why: Mapping[str, str]) -> Desk:
    fps = given.get("fps") if "fps" in context.layout.reads else None
    desk = Desk(context, dict(given), why, dict(context.chosen.variant.fixed), follows=context.follows, fps=fps)
    if context.asked.extra:
        desk.effective[names.EXTRA] = dict(context.asked.extra)
    count_media(desk)
    split_size(desk)
    for entry in context.layout.entries:
        mapper = entry.mapper
        if mapper.source_field is None:
            settle_constant(desk, entry)
        elif mapper.is_media:
            settle_media(desk, entry)
        elif mapper.shapes is not None:
            settle_shape(desk, entry)
        elif mapper.is_extra:
            settle_extra(desk, entry)
        else:
            settle_value(desk, entry)
    settle_left_over(desk)
    _note_fixes(desk)
    return desk


def _holds(rule: Rule, effective: Mapping[str, Any]) -> bool:
    try:
        return rule.holds(effective)
    except Exception as error:
        raise PluginError(f"The rule {rule.sentence!r} of the catalogue could not be checked: {error!r}.") from error


def _mend(rule: Rule, desk: Desk, given: dict[str, Any], why: dict[str, str]) -> None:
    """Changes what is given so that a rule holds: wishes move or go, hints go, all else stays and is refused."""
    changes = rule.fix(desk.effective) if rule.fix and desk.context.policy == "nearest" else None
    if not changes or not all(_may_change(desk, name, value) for name, value in changes.items()):
        raise _refusal(rule, desk)
    for name, value in changes.items():
        given.pop(name, None)
        if value is not None:
            given[name] = value
        why[name] = rule.sentence


def _may_change(desk: Desk, name: str, value: Any) -> bool:
    standing = policy.standing_of(name, desk.effective.get(name), desk.follows)
    return value is not ... and (standing == "wish" or (standing == "hint" and value is None))


def _refusal(rule: Rule, desk: Desk) -> UnsupportedParameterError:
    source = next((name for name in rule.names if name in desk.effective), rule.names[0] if rule.names else None)
    name = names.field_of(source) if source else None
    value = desk.effective.get(source) if source else None
    what = policy.said(name, value) if name else "this request"
    may_help = rule.fix is not None and desk.context.policy != "nearest" and name in names.WISHES
    help = "; on_unsupported='nearest' would find a way" if may_help else ""
    sentence = f"{what} is not possible with {desk.context.where}: {rule.sentence}{help}."
    return UnsupportedParameterError(sentence, field=name, value=value, allowed=rule.sentence)


def _note_fixes(desk: Desk) -> None:
    """Says what the rules have changed."""
    for name, sentence in desk.why.items():
        before, now = desk.context.asked.values.get(name), desk.effective.get(name)
        if before is not None and name not in desk.given:
            desk.note_drop(name, before, sentence)
        elif before != now:
            desk.note_change(name, before, now, sentence)
