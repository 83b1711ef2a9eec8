"""What every value of Tarash can do: become a dict or JSON text and come back, and be copied with changes."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

import attrs

from tarash_core.errors import ValidationError

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema


V = TypeVar("V", bound="Value")


class Value:
    """Base of the frozen values; it holds no state of its own."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The value as plain dicts, lists and scalars, without secrets and without what is still default."""
        from tarash_core.models.convert import to_plain

        result: dict[str, Any] = to_plain(self)
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The value that :meth:`to_dict` described.

        Raises:
            ValidationError: A key is unknown, a value has the wrong type, or a check of the class fails.
        """
        from tarash_core.models.convert import from_plain

        return from_plain(cls, data)

    def to_json(self) -> str:
        """The same as :meth:`to_dict`, as JSON text."""
        from tarash_core.models.convert import to_text

        return to_text(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The value that :meth:`to_json` wrote. Never opens a local path.

        Raises:
            ValidationError: The text is no JSON object or does not describe this class.
        """
        import json

        try:
            data = json.loads(text)
        except ValueError as error:
            raise ValidationError(f"{cls.__name__}.from_json needs JSON text: {error}.") from error
        return cls.from_dict(data)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; every check runs again."""
        check_keywords(type(self), changes)
        return attrs.evolve(self, **changes)  # type: ignore[misc]

    def __reduce__(self) -> tuple[Any, ...]:
        """A pickle leaves out what belongs to this process: keys in use and open connections."""
        return _restored, (type(self), {field.name: getattr(self, field.name) for field in _kept(type(self))})

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        import copy

        state = {field.name: copy.deepcopy(getattr(self, field.name), memo) for field in _kept(type(self))}
        live = {field.name: getattr(self, field.name) for field in _fields(type(self)) if "live" in field.metadata}
        return _restored(type(self), {**state, **live})

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from tarash_core.models.pydantic_bridge import core_schema_of

        return core_schema_of(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        from tarash_core.models.pydantic_bridge import json_schema_of

        return json_schema_of(cls)


def _fields(cls: type) -> tuple[attrs.Attribute[Any], ...]:
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(cls)
    return fields


def _kept(cls: type) -> Iterator[attrs.Attribute[Any]]:
    return (field for field in _fields(cls) if "live" not in field.metadata)


def _restored(cls: type[V], state: Mapping[str, Any]) -> V:
    """A value as it was; its checks do not run again, for a file may be gone by now."""
    value = cls.__new__(cls)
    for field in _fields(cls):
        object.__setattr__(value, field.name, state.get(field.name))
    return value


def masked(value: Any) -> str:
    """The repr of a field that may hold a secret: URLs without their query, nothing long."""
    from tarash_core.engine import redaction

    return redaction.masked(value)


def to_tuple(value: Iterable[Any]) -> tuple[Any, ...]:
    """A tuple of anything that can be walked; the converter of fields that hold several values."""
    return value if type(value) is tuple else tuple(value)


def field_names(cls: type) -> list[str]:
    """The keywords that the constructor of an attrs class takes from users."""
    return [field.alias or field.name for field in _fields(cls) if field.init and "private" not in field.metadata]


def check_keywords(cls: type, given: Mapping[str, Any]) -> None:
    """Refuses a keyword that the class has not, and names the one that was probably meant.

    Raises:
        ValidationError: Some keyword is unknown.
    """
    known = {field.name for field in _fields(cls)}
    for name in given:
        if name not in known:
            raise ValidationError(unknown_name(f"{cls.__name__} has no field", name, field_names(cls)))


def clear_keywords(cls: type[V]) -> type[V]:
    """Turns Python's complaint about an unknown or a missing keyword into a ValidationError that helps."""
    original = cls.__init__

    @functools.wraps(original)
    def __init__(self: Any, **fields: Any) -> None:
        try:
            original(self, **fields)
        except TypeError as error:
            check_keywords(cls, fields)
            missing = [f.name for f in _fields(cls) if f.default is attrs.NOTHING and f.name not in fields]
            if not missing:
                raise
            raise ValidationError(f"{cls.__name__} needs {' and '.join(missing)}.") from error

    cls.__init__ = __init__  # type: ignore[method-assign]
    return cls


def unknown_name(what: str, name: str, known: list[str]) -> str:
    """The sentence for a name that nobody knows, with the nearest known one or all of them."""
    import difflib

    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}."
    return f"{what} {name!r}; {hint}"
