"""What a field can write: a few legal values of each mapper, as they stand on the wire."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from tarash_core.fields import names
from tarash_core.fields.mapper import FieldMapper
from tarash_core.fields.payload import write_form

URL = "https://files.example/input"
"""Stands for every medium."""

_BY_TYPE: dict[str, tuple[Any, ...]] = {
    "str": ("x",),
    "int": (1,),
    "float": (1.0, 1.5),
    "number": (1, 1.5),
    "bool": (True, False),
    "list": ([],),
    "object": ({},),
}
_LENGTHS = (1.0, 5.0, 1e6)


def written(mapper: FieldMapper) -> list[Any]:
    """Values that a mapper writes: every choice, the bounds, the default, and a plain value of its type."""
    found = list(_written(mapper))
    if mapper.default is not None and not mapper.shapes:
        found.append(mapper.write(mapper.default))
    return found


def least(mapper: FieldMapper) -> Any:
    """One value that a mapper writes when it must; None where it knows none."""
    found = written(mapper)
    return found[0] if found else None


def _written(mapper: FieldMapper) -> Iterator[Any]:
    if mapper.source_field is None:
        yield mapper.constant
    elif mapper.is_media:
        yield from _media(mapper)
    elif mapper.shapes is not None:
        yield from _shapes(mapper)
    elif mapper.frames is not None:
        yield from (mapper.write(mapper.frames.clip(seconds)) for seconds in _LENGTHS)
    elif mapper.choices is not None:
        yield from map(mapper.write, mapper.choices)
    else:
        yield from map(mapper.write, _plain(mapper))


def _media(mapper: FieldMapper) -> Iterator[Any]:
    for form in mapper.forms:
        value = write_form(form, URL, "image/png")
        yield [value] * (mapper.min_items or 1) if mapper.many else value
        if mapper.many and mapper.max_items:
            yield [value] * mapper.max_items


def _shapes(mapper: FieldMapper) -> Iterator[Any]:
    assert mapper.shapes is not None
    yield from (shape.wire for shape in mapper.shapes.options)
    if any_size := mapper.shapes.any_size:
        for side in (any_size.minimum or 512, any_size.maximum or 1024):
            yield any_size.write(*any_size.clip(side, side))


def _plain(mapper: FieldMapper) -> Iterator[Any]:
    low, high = mapper.minimum, mapper.maximum
    known = [bound for bound in (low, high) if bound is not None]
    kind = mapper.type or "any"
    # A number that is written as text is still a number of ours.
    for value in _BY_TYPE.get(names.TYPES.get(mapper.source_field or "", kind) if kind == "str" else kind, ()):
        if isinstance(value, str):
            size = min(max(mapper.min_length or 1, 1), int(min(mapper.max_length or math.inf, 10**6)))
            yield "x" * size
        elif not isinstance(value, (int, float)) or isinstance(value, bool) or mapper.refusal(value) is None:
            yield value
    yield from (int(bound) if mapper.type == "int" else bound for bound in known)
