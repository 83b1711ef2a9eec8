"""Rules between fields: a sentence, a check on what counts, and a way out where one is known.

Rules see *effective* values by our names: given, else default, else fixed. Media count as how many there are:
``first_frame``, ``reference_images``, ``image_list`` (all images), ``video``, ``audio``, ``mask_image``.
The model's own parameters stand as they were given, as a dict under ``extra_params``. ``...`` stands for "anything that
is given".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import EllipsisType
from typing import Any

from attrs import field, frozen

from tarash_core.fields import names, values

Effective = Mapping[str, Any]


@frozen
class Rule:
    """One rule of a model.

    Attributes:
        sentence: What the rule says; it becomes the error.
        check: Whether it holds for effective values.
        names: The fields that it speaks of; the first is the one an error names.
        fix: New values of wishes that make it hold, for ``on_unsupported="nearest"``; None as a value leaves one out.
        schema: The rule as JSON Schema of our request, where it can be said so.
    """

    sentence: str
    check: Callable[[Effective], bool]
    names: tuple[str, ...] = ()
    fix: Callable[[Effective], Mapping[str, Any]] | None = None
    schema: Mapping[str, Any] | None = field(default=None, hash=False)

    def holds(self, effective: Effective) -> bool:
        """Whether the values keep the rule."""
        return bool(self.check(effective))

    def __str__(self) -> str:
        return self.sentence


def rule(sentence: str, check: Callable[[Effective], bool], *names: str) -> Rule:
    """A rule of your own: a sentence, a check on the effective values, and the fields it speaks of."""
    return Rule(sentence, check, names)


def requires(name: str, value: Any, /, **then: Any) -> Rule:
    """If a field has this value, others must have theirs: ``requires("resolution", "4k", duration_seconds=8)``.

    Args:
        name: The field.
        value: Its value; several as a list, tuple, set or range; ``...`` for any.
        **then: What the others must be; several values as above.
    """

    def check(effective: Effective) -> bool:
        return not _is(name, effective, value) or all(_is(n, effective, v) for n, v in then.items())

    def fix(effective: Effective) -> Mapping[str, Any]:
        return {n: _closest(n, v, effective.get(n)) for n, v in then.items() if not _is(n, effective, v)}

    sentence = f"{_said(name, value)} requires {' and '.join(_said(n, v) for n, v in then.items())}"
    return Rule(sentence, check, (*then, name), fix, _if_then(name, value, then))


def excludes(name: str, *others: str) -> Rule:
    """Fields that cannot be given together with the first: ``excludes("video", "first_frame")``."""

    def check(effective: Effective) -> bool:
        return not _given(name, effective) or not any(_given(other, effective) for other in others)

    def fix(effective: Effective) -> Mapping[str, Any]:
        return {other: None for other in others if _given(other, effective)}

    sentence = f"{_word(name)} cannot be combined with {values.listed(map(_word, others))}"
    return Rule(
        sentence, check, (*others, name), fix, None if names.MEDIA & {name, *others} else _not_both(name, others)
    )


def at_least_one_of(*fields: str) -> Rule:
    """One of these fields must be given."""

    def check(effective: Effective) -> bool:
        return any(_given(name, effective) for name in fields)

    return Rule(f"at least one of {values.listed(map(_word, fields))} is needed", check, fields)


def _word(name: str) -> str:
    return names.words_of(name) if name in names.ROLES or name == names.ANY_IMAGE else name


def _given(name: str, effective: Effective) -> bool:
    return effective.get(name) not in (None, False, 0)


def _options(value: Any) -> tuple[Any, ...] | None:
    return tuple(value) if isinstance(value, (list, tuple, set, frozenset, range)) else None


def _is(name: str, effective: Effective, value: Any) -> bool:
    if isinstance(value, EllipsisType):
        return _given(name, effective)
    if name not in effective:
        return False
    here = values.key_of(name, effective[name])
    return any(here == values.key_of(name, option) for option in (_options(value) or (value,)))


def _closest(name: str, value: Any, here: Any) -> Any:
    options = _options(value) or (value,)
    near = values.nearest(name, options, here) if here is not None else None
    return options[0] if near is None else near


def _said(name: str, value: Any) -> str:
    if isinstance(value, EllipsisType):
        return _word(name)
    options = _options(value)
    return f"{_word(name)} {values.listed(options)}" if options else f"{_word(name)}={values.shown(value)}"


def _if_then(name: str, value: Any, then: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if names.MEDIA & {name, *then} or any(isinstance(v, EllipsisType) for v in (value, *then.values())):
        return None
    others = {"properties": {n: {"enum": list(_options(v) or (v,))} for n, v in then.items()}}
    return {
        "if": {"properties": {name: {"enum": list(_options(value) or (value,))}}, "required": [name]},
        "then": others,
    }


def _not_both(name: str, others: tuple[str, ...]) -> Mapping[str, Any]:
    given: Mapping[str, Any] = {"not": {"enum": [None, False, 0]}}
    return {
        "not": {
            "properties": {name: given},
            "required": [name],
            "anyOf": [{"properties": {other: given}, "required": [other]} for other in others],
        }
    }
