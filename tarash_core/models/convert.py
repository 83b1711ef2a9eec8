"""Between our values and plain JSON data: two private cattrs converters, never the global one."""

from __future__ import annotations

import base64
import functools
import json
import operator
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from tarash_core import errors
from tarash_core.models import batch, config, cost, execution, job, media, mock, notice, plan, request, response, update
from tarash_core.models import webhook as webhook_values
from tarash_core.models.base import Value, field_names, unknown_name

T = TypeVar("T")
_MODULES = (batch, config, cost, execution, job, media, mock, notice, plan, request, response, update, webhook_values)
_FAMILIES: Mapping[type, Mapping[str, type]] = {
    job.Job: {"video": job.VideoJob, "image": job.ImageJob},
    config.Config: {"video": config.VideoGenerationConfig, "image": config.ImageGenerationConfig},
    request.Request: {"video": request.VideoGenerationRequest, "image": request.ImageGenerationRequest},
    response.Response: {"video": response.VideoGenerationResponse, "image": response.ImageGenerationResponse},
    update.Update: {"video": update.VideoGenerationUpdate, "image": update.ImageGenerationUpdate},
}


def to_plain(value: Any) -> Any:
    """Plain dicts, lists and scalars; without secrets, private parts and fields that are still default."""
    return _converter().unstructure(value)


_encode = json.JSONEncoder(ensure_ascii=False).encode


def to_text(value: Any) -> str:
    """The same as JSON text."""
    return _encode(to_plain(value))


def from_plain(cls: type[T], data: Any) -> T:
    """The value of that class that the plain data describe.

    Raises:
        ValidationError: With one sentence about the first thing that is wrong.
    """
    if not isinstance(data, Mapping):
        raise errors.ValidationError(f"{cls.__name__} is made from a dict, not from {type(data).__name__}.")
    try:
        return _converter().structure(data, cls)
    except errors.TarashException:
        raise
    except Exception as error:
        raise _first_sentence(cls, error) from error


def _first_sentence(cls: type, error: BaseException) -> errors.ValidationError:
    for leaf in _leaves(error):
        if isinstance(leaf, errors.ValidationError):
            return leaf
        if isinstance(leaf, cattrs.ForbiddenExtraKeysError) and leaf.cl is not None:
            name = sorted(leaf.extra_fields)[0]
            return errors.ValidationError(unknown_name(f"{leaf.cl.__name__} has no field", name, field_names(leaf.cl)))
    grouped: Any = error
    sentences = cattrs.transform_error(grouped, path=cls.__name__, format_exception=_said)
    return errors.ValidationError(f"{cls.__name__} cannot be made of this: {'; '.join(sentences)}.")


def _said(error: BaseException, hint: type | None) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is missing"
    return str(error) if isinstance(error, TypeError) else cattrs.v.format_exception(error, hint)


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error]


@functools.cache
def _converter() -> cattrs.Converter:
    """One converter for both ways, built on first use."""
    converter = cattrs.Converter(forbid_extra_keys=True)
    _resolve_annotations()
    _add_scalars(converter)
    _add_values(converter)
    _add_families(converter)
    return converter


def _resolve_annotations() -> None:
    names: dict[str, Any] = {"Path": Path, "datetime": datetime}
    for module in _MODULES:
        names.update({name: item for name, item in vars(module).items() if isinstance(item, type) or name[0].isupper()})
    for item in list(names.values()):
        if isinstance(item, type) and attrs.has(item):
            own = vars(sys.modules[item.__module__])
            attrs.resolve_types(item, globalns={**names, **own}, localns=names)


def _strict(*classes: type) -> Callable[[Any, Any], Any]:
    """A hook that takes the type itself and never coerces: 'no' is no True, and '7' no 7."""

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, classes) or (isinstance(value, bool) and bool not in classes):
            raise TypeError(f"expected {classes[0].__name__}, not {type(value).__name__}")
        return value

    return hook


def _add_scalars(converter: cattrs.Converter) -> None:
    for cls in (int, bool, str):
        converter.register_structure_hook(cls, _strict(cls))
    converter.register_structure_hook(float, _strict(float, int))
    converter.register_structure_hook(datetime, lambda value, _: job.to_moment(value))
    converter.register_structure_hook(date, lambda value, _: cost.to_date(value))
    converter.register_structure_hook(Decimal, lambda value, _: cost.to_decimal(value))
    converter.register_unstructure_hook(datetime, lambda value: value.isoformat())
    converter.register_unstructure_hook(date, lambda value: value.isoformat())
    converter.register_unstructure_hook(Decimal, str)
    converter.register_unstructure_hook(bytes, lambda value: base64.b64encode(value).decode())
    converter.register_unstructure_hook(Path, str)
    converter.register_unstructure_hook(MappingProxyType, lambda value: converter.unstructure(dict(value)))
    converter.register_unstructure_hook_func(lambda cls: _is_error(cls), _error_to_plain)
    converter.register_structure_hook(errors.TarashException, lambda value, _: _error_from_plain(value))


def _is_error(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, BaseException)


def _error_to_plain(error: BaseException) -> dict[str, Any]:
    plain = {"type": type(error).__name__, "message": str(error)}
    status = getattr(error, "status_code", None)
    return plain if status is None else {**plain, "status_code": status}


def _error_from_plain(data: Any) -> errors.TarashException:
    if isinstance(data, errors.TarashException):
        return data
    fields = dict(data)
    name = str(fields.pop("type", ""))
    cls: Any = getattr(errors, name, None)
    if not isinstance(cls, type) or not issubclass(cls, errors.TarashException):
        raise errors.ValidationError(
            "An error is written {'type': name of a class of tarash_core.errors, 'message': …}."
        )
    made: errors.TarashException = cls(fields.pop("message", ""), **fields)
    return made


def _add_values(converter: cattrs.Converter) -> None:
    converter.register_structure_hook(media.Media, _media_from_plain(converter))
    converter.register_structure_hook(media.ImageInput, _image_from_plain(converter))
    converter.register_unstructure_hook(plan.MediaLeaf, str)
    converter.register_unstructure_hook_factory(_is_value, lambda cls: _writer(cls, converter))
    converter.register_structure_hook_factory(_is_plain_value, lambda cls: _reader(cls, converter))


def _is_value(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, Value) and cls is not media.Media


def _is_plain_value(cls: Any) -> bool:
    return _is_value(cls) and cls is not media.ImageInput


def _hidden(cls: type) -> dict[str, Any]:
    skipped = (field.name for field in attrs.fields(cls) if {"private", "secret"} & set(field.metadata))
    return {name: override(omit=True) for name in skipped}


def _special(cls: type) -> dict[str, Any]:
    if issubclass(cls, config.Config):
        return {"fallback_on": override(struct_hook=_classes_of_names, unstruct_hook=_names_of_classes)}
    if issubclass(cls, job.Job):
        # That moment is always told: no other job's is the same.
        always = override(omit_if_default=False)
        return {"result": override(unstruct_hook=_result_without_bytes), "submitted_at": always}
    return {}


def _writer(cls: type, converter: cattrs.Converter) -> Callable[[Any], dict[str, Any]]:
    given: dict[str, Any] = {**_hidden(cls), **_special(cls)}
    write: Callable[[Any], dict[str, Any]] = make_dict_unstructure_fn(
        cls, converter, _cattrs_omit_if_default=True, **given
    )
    kind = _kind_of(cls)
    derived = {field.name: field.metadata["derived"] for field in attrs.fields(cls) if "derived" in field.metadata}

    def unstructure(value: Any) -> dict[str, Any]:
        plain = write(value) if kind is None else {"kind": kind, **write(value)}
        for name, derive in derived.items():
            if getattr(value, name) == derive(value):
                plain.pop(name, None)
        return plain

    return unstructure


def _kind_of(cls: type) -> str | None:
    """The word that tells the video class of a family from the image class; None for a class of no family."""
    return next((kind for family in _FAMILIES.values() for kind, member in family.items() if member is cls), None)


def _reader(cls: type, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    given: dict[str, Any] = {**_readable(cls), **_special(cls)}
    read: Callable[[Any, Any], Any] = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **given)
    kind = _kind_of(cls)

    def structure(value: Any, _: Any) -> Any:
        if isinstance(value, cls):
            return value
        if not isinstance(value, Mapping):
            raise TypeError(f"expected {cls.__name__} or a dict of its fields, not {type(value).__name__}")
        if kind is None:
            return read(value, cls)
        if value.get("kind", kind) != kind:
            raise errors.ValidationError(f"{cls.__name__} cannot be made of a dict of the kind {value['kind']!r}.")
        return read({key: item for key, item in value.items() if key != "kind"}, cls)

    return structure


def _readable(cls: type) -> dict[str, Any]:
    """A key may be read from a dict although it is never written; private parts may not."""
    return {field.name: override(omit=True) for field in attrs.fields(cls) if "private" in field.metadata}


def _media_from_plain(converter: cattrs.Converter) -> Callable[[Any, Any], media.Media]:
    def hook(value: Any, _: Any) -> media.Media:
        if isinstance(value, Mapping):
            if "path" in value:
                raise errors.ValidationError("A local path is never read from JSON; pass Path(...) in code.")
            receipt = None if value.get("job") is None else converter.structure(value["job"], job.Job)
            value = {key: item for key, item in {**value, "job": receipt}.items() if item is not None}
        elif not isinstance(value, (str, media.Media)):
            raise errors.ValidationError("A medium in JSON is a URL, a data URI, base64 or a dict with 'url'.")
        return media.to_media(value)

    return hook


def _image_from_plain(converter: cattrs.Converter) -> Callable[[Any, Any], media.ImageInput]:
    def hook(value: Any, _: Any) -> media.ImageInput:
        if isinstance(value, Mapping) and "image" in value:
            value = {**value, "image": converter.structure(value["image"], media.Media)}
        elif not isinstance(value, media.ImageInput):
            value = converter.structure(value, media.Media)
        return media.to_image_input(value)

    return hook


def _media_to_plain(value: media.Media) -> dict[str, Any]:
    plain = {
        field.name: to_plain(getattr(value, field.name))
        for field in attrs.fields(media.Media)
        if field.name not in ("source", "access") and getattr(value, field.name) != field.default
    }
    if isinstance(value.source, Path):
        return {"path": str(value.source), **plain}
    if isinstance(value.source, bytes):
        return {"content": base64.b64encode(value.source).decode(), **plain}
    return {"url": value.source, **plain}


def _add_families(converter: cattrs.Converter) -> None:
    converter.register_unstructure_hook(media.Media, _media_to_plain)
    for base, by_kind in _FAMILIES.items():
        hook = _by_kind(base, by_kind, converter)
        union: Any = functools.reduce(operator.or_, by_kind.values())
        converter.register_structure_hook_func(functools.partial(operator.is_, base), hook)
        converter.register_unstructure_hook_func(functools.partial(operator.is_, base), _as_itself(converter))
        converter.register_structure_hook_func(functools.partial(operator.eq, union), hook)
        converter.register_structure_hook_func(functools.partial(operator.eq, union | None), _or_none(hook))


def _by_kind(base: type, by_kind: Mapping[str, type], converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    def hook(value: Any, _: Any) -> Any:
        if isinstance(value, base) or not isinstance(value, Mapping) or (base is config.Config and "kind" not in value):
            return value
        cls = by_kind.get(str(value.get("kind")))
        if cls is None:
            raise errors.ValidationError(f"A {base.__name__.lower()} in JSON says its 'kind': {' or '.join(by_kind)}.")
        return converter.structure(value, cls)

    return hook


def _as_itself(converter: cattrs.Converter) -> Callable[[Any], Any]:
    """A field declared as a base class is written as what it is."""
    return lambda value: converter.unstructure(value, unstructure_as=type(value))


def _or_none(hook: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda value, cls: None if value is None else hook(value, cls)


def _result_without_bytes(result: Mapping[str, Any] | None) -> Any:
    """The result that a job carries, without the bytes: a receipt stays small enough for a database row."""
    if result is None:
        return None
    return {**result, "raw": None, "outputs": [_output_without_bytes(item) for item in result.get("outputs", ())]}


def _output_without_bytes(item: Mapping[str, Any]) -> dict[str, Any]:
    if "data" not in item:
        return dict(item)
    return {**{key: value for key, value in item.items() if key != "data"}, "bytes_not_included": True}


def _names_of_classes(value: Any) -> Any:
    if value is None or callable(value):
        return None
    return [cls.__name__ for cls in value]


def _classes_of_names(value: Any, _: Any) -> Any:
    if value is None or callable(value):
        return value
    found = [getattr(errors, name, None) if isinstance(name, str) else name for name in value]
    if any(not _is_error(cls) for cls in found):
        raise errors.ValidationError(f"fallback_on lists classes of tarash_core.errors by name, not {list(value)!r}.")
    return tuple(found)
