"""Our values as fields of pydantic and FastAPI models; imported only when pydantic asks.

In FastAPI a value that is the whole body is written ``Annotated[VideoGenerationRequest, Body()]``, for FastAPI takes
every class that it does not know for a query parameter.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import Any

import attrs
from pydantic_core import CoreSchema, core_schema

from tarash_core.models.base import Value
from tarash_core.models.convert import from_plain, to_plain

_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}


def core_schema_of(cls: type[Value]) -> CoreSchema:
    """A schema that takes an instance or what ``from_dict`` takes, and writes what ``to_dict`` writes."""
    return core_schema.no_info_plain_validator_function(
        lambda value: value if isinstance(value, cls) else from_plain(cls, value),
        serialization=core_schema.plain_serializer_function_ser_schema(to_plain),
    )


def json_schema_of(cls: type[Value]) -> dict[str, Any]:
    """The JSON Schema of ``to_dict``, for generated API documentation."""
    to_plain(None)  # resolves the annotations
    made: Any = cls
    fields = [field for field in attrs.fields(made) if not {"private", "secret"} & set(field.metadata)]
    required = [field.name for field in fields if field.default is attrs.NOTHING]
    return {
        "title": cls.__name__,
        "type": "object",
        "properties": {**_kind(cls), **{field.name: _of_type(field.type) for field in fields}},
        "required": required,
        "additionalProperties": False,
    }


def _kind(cls: type[Value]) -> dict[str, Any]:
    word = getattr(cls, "kind", None)
    return {"kind": {"enum": [word]}} if isinstance(word, str) else {}


def _of_type(hint: Any) -> dict[str, Any]:
    if hint in _SCALARS:
        return {"type": _SCALARS[hint]}
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_of_type(part) for part in typing.get_args(hint)]}
    if hint is type(None):
        return {"type": "null"}
    if origin is tuple:
        return {"type": "array", "items": _of_type(typing.get_args(hint)[0])}
    if origin is typing.Literal:
        return {"enum": list(typing.get_args(hint))}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object"}
    return _of_class(hint)


def _of_class(hint: Any) -> dict[str, Any]:
    name = getattr(hint, "__name__", "")
    if name in ("Media", "ImageInput"):
        return {"anyOf": [{"type": "string"}, {"type": "object"}], "title": name}
    return {"title": name, "type": "object"} if attrs.has(hint) else {}
