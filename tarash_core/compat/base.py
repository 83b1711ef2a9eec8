"""What every value of this package can do: pydantic's methods, and leniency with keywords."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

import attrs

from tarash_core.compat.habits import note
from tarash_core.errors import ValidationError
from tarash_core.models.base import Value

C = TypeVar("C", bound="type[Held]")


class _Fields:
    """``cls.model_fields``."""

    def __get__(self, instance: object, cls: type) -> dict[str, Any]:
        note("model_fields")
        return {field.name: field for field in _public(cls)}


class Model:
    """Base of the values of this package: pydantic's methods on an attrs class."""

    __slots__ = ()
    _also: ClassVar[tuple[str, ...]] = ()
    model_fields: ClassVar[Any] = _Fields()

    def model_dump(
        self,
        *,
        mode: str = "python",
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        exclude_none: bool = False,
        **ignored: Any,
    ) -> dict[str, Any]:
        """The value as a dict, without the key.

        Args:
            mode: ``"json"`` for scalars, lists and dicts alone.
            include: Only these fields.
            exclude: Not these fields.
            exclude_none: Not the fields that are None.
            **ignored: pydantic's further settings, which have no effect.
        """
        note("model_dump")
        return _selected(self, mode, include, exclude or (), exclude_none)

    def model_dump_json(self, *, indent: int | None = None, **selection: Any) -> str:
        """The same as JSON text; the selection is that of :meth:`model_dump`."""
        note("model_dump_json")
        chosen = (selection.get("include"), selection.get("exclude") or (), bool(selection.get("exclude_none")))
        return json.dumps(_selected(self, "json", *chosen), indent=indent, ensure_ascii=False)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed; they are checked, and ``deep`` makes no difference as values are frozen."""
        note("model_copy")
        given = {field.name: getattr(self, field.name) for field in _public(type(self)) if _was_given(self, field.name)}
        return type(self)(**{**given, **(update or {})})

    @classmethod
    def model_validate(cls, data: Any, **ignored: Any) -> Self:
        """A value of a dict, or the value itself.

        Raises:
            ValidationError: It is neither, or its fields are wrong.
        """
        note("model_validate")
        return cls._made_of(data)

    @classmethod
    def _made_of(cls, data: Any) -> Self:
        if isinstance(data, cls):
            return data
        if not isinstance(data, Mapping):
            raise ValidationError(f"{cls.__name__} is made from a dict, not from {type(data).__name__}.")
        return cls(**data)

    @classmethod
    def model_validate_json(cls, text: str | bytes, **ignored: Any) -> Self:
        """A value of JSON text; errors as in :meth:`model_validate`."""
        note("model_validate_json")
        try:
            data = json.loads(text)
        except ValueError as error:
            raise ValidationError(f"{cls.__name__}.model_validate_json needs JSON text: {error}.") from error
        return cls._made_of(data)


@attrs.frozen(kw_only=True)
class Held(Model):
    """A value that holds its counterpart of ``tarash_core`` as ``core``, and which fields its maker wrote."""

    given: frozenset[str] = attrs.field(
        default=frozenset(), init=False, repr=False, eq=False, hash=False, metadata={"private": True}
    )
    core: Any = attrs.field(default=None, init=False, repr=False, eq=False, hash=False, metadata={"private": True})

    def hold(self, core: Any) -> None:
        """Keeps the counterpart."""
        object.__setattr__(self, "core", core)

    def settle(self) -> None:
        """Makes the counterpart, which checks the fields; none by default."""


def lenient(into: str | None) -> Callable[[C], C]:
    """Lets a class take keywords that it has not.

    Args:
        into: The field, a dict, that they go to; None ignores them.
    """

    def decorate(cls: C) -> C:
        original: Any = cls.__init__
        known = {field.name for field in _public(cls)}
        needed = [field.name for field in _public(cls) if field.default is attrs.NOTHING]

        @functools.wraps(original)
        def __init__(self: Any, **fields: Any) -> None:
            missing = [name for name in needed if name not in fields]
            if missing:
                raise ValidationError(f"{cls.__name__} needs {' and '.join(missing)}.")
            unknown = {name: fields.pop(name) for name in list(fields) if name not in known}
            if unknown:
                _place(unknown, into, fields)
            original(self, **fields)
            object.__setattr__(self, "given", frozenset(fields))
            self.settle()

        cls.__init__ = __init__  # type: ignore[method-assign]
        return cls

    return decorate


def _place(unknown: dict[str, Any], into: str | None, fields: dict[str, Any]) -> None:
    if into == "extra_params":
        note("unknown keyword")
    elif into is None:
        note("further keyword")
    if into is not None:
        fields[into] = {**unknown, **(fields.get(into) or {})}


def _public(cls: type) -> list[attrs.Attribute[Any]]:
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(cls)
    return [field for field in fields if field.init and "private" not in field.metadata]


def _was_given(value: Any, name: str) -> bool:
    return name in getattr(value, "given", (name,))


def _selected(
    value: Any, mode: str, include: Collection[str] | None, exclude: Collection[str], exclude_none: bool
) -> dict[str, Any]:
    names = [field.name for field in _public(type(value)) if "secret" not in field.metadata]
    wanted = [name for name in (*names, *value._also) if (include is None or name in include) and name not in exclude]
    plain = {name: plain_of(getattr(value, name), mode) for name in wanted}
    return {name: item for name, item in plain.items() if not (exclude_none and item is None)}


def plain_of(value: Any, mode: str) -> Any:
    """A value as dicts, lists and scalars; bytes and times stay as they are unless the mode is ``json``."""
    if isinstance(value, Model):
        return _selected(value, mode, None, (), False)
    if isinstance(value, Value):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: plain_of(item, mode) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_of(item, mode) for item in value]
    return _json_scalar(value) if mode == "json" else value


def _json_scalar(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, datetime) else str(value)
