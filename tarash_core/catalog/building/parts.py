"""Words in which a catalogue is written by hand: fields made of parts, and the model's own parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from tarash_core.fields.builders import extra_params_field_mapper
from tarash_core.fields.mapper import FieldMapper
from tarash_core.fields.values import WireType

Fields: TypeAlias = Mapping[str, FieldMapper]
"""Wire paths with their mappers."""


def joined(*parts: Fields) -> dict[str, FieldMapper]:
    """The fields of several parts, in their order; of equal paths the last counts."""
    return {wire: mapper for part in parts for wire, mapper in part.items()}


def own(name: str, type: WireType = "str", default: Any = None, *, path: str = "", **known: Any) -> Fields:
    """A parameter of the model's own, which ``extra_params`` gives under its wire name.

    Args:
        name: The name.
        type: Its wire type.
        default: What the vendor takes where it is not given.
        path: Where it stands in the body: ``"video."``.
        **known: As for ``extra_params_field_mapper``.
    """
    return {f"{path}{name}": extra_params_field_mapper(name, type=type, default=default, **known)}


def own_value(effective: Mapping[str, Any], name: str) -> Any:
    """What ``extra_params`` gives for a parameter of the model's own, for a rule; None where it gives nothing."""
    return effective.get("extra_params", {}).get(name)


def whole_names(fields: Iterable[str]) -> set[str]:
    """The wire paths, each cut before its first list: ``settings.duration``, ``contents``."""
    return {wire.partition("[")[0] for wire in fields}


def root_of(wire: str) -> str:
    """The top-level name of a wire path: ``a`` of ``a.b`` and of ``a[0].b``."""
    return re.split(r"[.\[]", wire, maxsplit=1)[0]
