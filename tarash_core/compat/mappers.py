"""The original's field mappers: a source, a converter and whether it is required.

What a builder makes also holds ``core``, the mapper of ``tarash_core.fields`` that checks and describes the field; it
counts wherever a mapping is registered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from attrs import field, frozen

from tarash_core import fields
from tarash_core.compat.habits import note
from tarash_core.compat.image_format import ImageInputFormat, ensure_image_format
from tarash_core.compat.media import text_of
from tarash_core.compat.models import request_view
from tarash_core.errors import UnsupportedParameterError, ValidationError
from tarash_core.fields import names

Converter = Callable[[Any, Any], Any]
_FORMS = ("url", "data_uri")
_FORM_OF = {"url": "url", "base64": "data_uri", "bytes": "file"}


@frozen
class FieldMapper:
    """How one wire field gets its value.

    Attributes:
        source_field: The field of the request that is read.
        converter: ``converter(request, value)`` gives the wire value; None writes nothing.
        required: The model cannot be called without it.
        core: The mapper of ``tarash_core.fields``; made of the converter where it is None.
    """

    source_field: str
    converter: Converter
    required: bool = False
    core: fields.FieldMapper | None = field(default=None, kw_only=True, repr=False, eq=False)


def core_mapper(mapper: FieldMapper | fields.FieldMapper) -> fields.FieldMapper:
    """The mapper of ``tarash_core.fields`` for one of this package.

    Raises:
        ValidationError: It reads what no request has.
    """
    if isinstance(mapper, fields.FieldMapper):
        return mapper
    if mapper.core is not None:
        return mapper.core
    note("converter")
    if mapper.source_field == names.EXTRA:
        raise ValidationError("A mapper that reads all of extra_params is written extra_params_field_mapper(name).")
    return fields.FieldMapper(mapper.source_field, _with_view(mapper), mapper.required)


def _with_view(mapper: FieldMapper) -> Converter:
    """The converter, shown request and media in the shapes that it was written for."""

    def convert(request: Any, value: Any) -> Any:
        view = request_view(request)
        shown = getattr(view, mapper.source_field, None) if mapper.source_field in names.MEDIA else value
        return mapper.converter(view, shown)

    return convert


def apply_field_mappers(field_mappers: Mapping[str, FieldMapper], request: Any) -> dict[str, Any]:
    """The wire fields of a request; what is None or empty is left out.

    Raises:
        ValidationError: A required field is missing, or a value is none that the model has.
    """
    found = {name: _applied(name, mapper, request) for name, mapper in field_mappers.items()}
    return {name: value for name, value in found.items() if value is not None and value != [] and value != {}}


def _applied(name: str, mapper: FieldMapper, request: Any) -> Any:
    value = getattr(request, mapper.source_field, None)
    wire = None if mapper.required and value is None else mapper.converter(request, value)
    if mapper.required and wire is None:
        raise ValidationError(f"{name} is required; give {mapper.source_field} in the request.")
    return wire


def get_field_mappers_from_registry(
    model_name: str,
    registry: Mapping[str, Mapping[str, FieldMapper]],
    fallback_mappers: Mapping[str, FieldMapper],
) -> Mapping[str, FieldMapper]:
    """The mappers of a model: under its id, else under the longest beginning of it, else the fallback."""
    keys = [key for key in registry if model_name.startswith(key)]
    return registry[max(keys, key=len)] if keys else fallback_mappers


def _checked(core: fields.FieldMapper) -> FieldMapper:
    """A mapper of this package that converts by a mapper of ours."""

    def convert(request: Any, value: Any) -> Any:
        if value is None:
            return None
        if (allowed := core.refusal(value)) is not None:
            sentence = f"{core.name}={value!r} is not possible; allowed is {allowed}."
            raise UnsupportedParameterError(sentence, field=core.name, value=value, allowed=allowed)
        return core.write(value, request)

    return FieldMapper(core.source_field or "", convert, core.required, core=core)


def duration_field_mapper(
    field_type: Literal["str", "int"],
    allowed_values: Sequence[Any] | None = None,
    provider: str = "unknown",
    model: str | None = None,
    add_suffix: bool = True,
) -> FieldMapper:
    """Writes ``duration_seconds``; ``allowed_values`` are lengths in seconds, also as text such as ``"6s"``."""
    lengths = None if allowed_values is None else [_seconds(value) for value in allowed_values]
    return _checked(fields.duration_field_mapper(field_type, lengths, add_suffix=add_suffix))


def _seconds(value: Any) -> Any:
    bare = value.removesuffix("s") if isinstance(value, str) else value
    return int(bare) if isinstance(bare, str) and bare.isdigit() else bare


def passthrough_field_mapper(source: str, required: bool = False) -> FieldMapper:
    """Writes a field of the request as it is; one that a request never has writes nothing."""
    if source not in names.VALUES | names.MEDIA:
        return FieldMapper(source, lambda request, value: value, required)
    core = fields.passthrough_field_mapper(source, required, forms=_FORMS if source in names.MEDIA else ())
    return FieldMapper(source, lambda request, value: value, required, core=core)


def extra_params_field_mapper(name: str, required: bool = False) -> FieldMapper:
    """Writes ``extra_params[name]``."""
    core = fields.extra_params_field_mapper(name, required)
    return FieldMapper(names.EXTRA, lambda request, extra: (extra or {}).get(name), required, core=core)


def single_image_field_mapper(
    required: bool = False,
    image_type: str = "reference",
    strict: bool = True,
    accepted_formats: Sequence[ImageInputFormat] | None = None,
    provider: str = "unknown",
) -> FieldMapper:
    """Writes the one image of a type; of several, none where it is not ``strict``."""
    core = fields.single_image_field_mapper(required, image_type, strict, forms=_forms(accepted_formats))

    def convert(request: Any, images: Any) -> Any:
        found = _of_type(images, image_type)
        if len(found) > 1 and strict:
            raise ValidationError(f"Only one image of the type {image_type} is taken, and {len(found)} are given.")
        return _in_form(found[0], accepted_formats, provider) if len(found) == 1 else None

    return FieldMapper(names.ANY_IMAGE, convert, required, core=core)


def image_list_field_mapper(
    image_type: str | None = None,
    required: bool = False,
    accepted_formats: Sequence[ImageInputFormat] | None = None,
    provider: str = "unknown",
) -> FieldMapper:
    """Writes all images of a type, or of any, as a list."""
    core = fields.image_list_field_mapper(image_type, required, forms=_forms(accepted_formats))

    def convert(request: Any, images: Any) -> Any:
        return [_in_form(image, accepted_formats, provider) for image in _of_type(images, image_type)]

    return FieldMapper(names.ANY_IMAGE, convert, required, core=core)


def _forms(accepted: Sequence[ImageInputFormat] | None) -> Sequence[str]:
    return _FORMS if accepted is None else [_FORM_OF[ImageInputFormat(form).value] for form in accepted]


def _of_type(images: Any, image_type: str | None) -> list[Any]:
    """The images of a type; a first frame stands for a reference, as it did."""
    types = ("reference", "first_frame") if image_type == "reference" else (image_type,)
    return [item["image"] for item in images or () if image_type is None or item.get("type") in types]


def _in_form(image: Any, accepted: Sequence[ImageInputFormat] | None, provider: str) -> Any:
    return text_of(image if accepted is None else ensure_image_format(image, accepted, provider))


def video_url_field_mapper(required: bool = False) -> FieldMapper:
    """Writes the input video as its address or a data URI."""
    return _single_medium("video", fields.video_url_field_mapper(required, forms=_FORMS))


def mask_image_field_mapper(required: bool = False, *ignored: Any, **also_ignored: Any) -> FieldMapper:
    """Writes the mask of an edit as its address or a data URI."""
    return _single_medium("mask_image", fields.mask_image_field_mapper(required, forms=_FORMS))


def _single_medium(source: str, core: fields.FieldMapper) -> FieldMapper:
    def convert(request: Any, value: Any) -> Any:
        return None if value is None else text_of(value)

    return FieldMapper(source, convert, core.required, core=core)


def image_input_field_mapper(required: bool = False, *ignored: Any, **also_ignored: Any) -> FieldMapper:
    """Writes the first image, of whatever type, as its address or a data URI."""

    def convert(request: Any, images: Any) -> Any:
        return text_of(images[0]["image"]) if images else None

    core = fields.image_input_field_mapper(required, forms=_FORMS)
    return FieldMapper(names.ANY_IMAGE, convert, required, core=core)


def size_field_mapper(
    allowed_values: Sequence[str] | None = None, provider: str = "unknown", model: str | None = None
) -> FieldMapper:
    """Writes ``size``."""
    core = fields.size_field_mapper(allowed_values)

    def convert(request: Any, value: Any) -> Any:
        if value is None or allowed_values is None or value in allowed_values:
            return value
        allowed = ", ".join(allowed_values)
        raise UnsupportedParameterError(
            f"size={value!r} is not possible; allowed is {allowed}.", field="size", value=value, allowed=allowed
        )

    return FieldMapper("size", convert, core=core)


def quality_field_mapper(
    allowed_values: Sequence[str] | None = None, provider: str = "unknown", model: str | None = None
) -> FieldMapper:
    """Writes ``quality``."""
    return _checked(fields.quality_field_mapper(allowed_values))


def style_field_mapper(
    allowed_values: Sequence[str] | None = None, provider: str = "unknown", model: str | None = None
) -> FieldMapper:
    """Writes ``style``."""
    return _checked(fields.style_field_mapper(allowed_values))


def n_images_field_mapper(min_n: int = 1, max_n: int = 10, provider: str = "unknown") -> FieldMapper:
    """Writes ``n``."""
    return _checked(fields.n_images_field_mapper(min_n, max_n))
