"""The usual field mappers, one function each.

Names, argument names and positional order of the first eleven are those of the original gateway; ``provider`` and
``model`` are taken and ignored. What is new is keyword-only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from tarash_core.errors import ValidationError
from tarash_core.fields import names
from tarash_core.fields.mapper import FieldMapper, Frames
from tarash_core.fields.shapes import AnySize, Shapes, named_shape, table_shape
from tarash_core.fields.values import WireType
from tarash_core.models.limits import ImageLimits
from tarash_core.models.plan import MediaForm

Forms = Sequence["str | MediaForm"]
"""Forms in which a medium is taken, the preferred one first."""


def duration_field_mapper(
    field_type: Literal["str", "int", "float", "number"],
    allowed_values: Sequence[Any] | None = None,
    provider: str = "unknown",
    model: str | None = None,
    add_suffix: bool = True,
    *,
    default: float | str | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    required: bool = False,
    write_default: bool = False,
    frames: float | Frames | None = None,
) -> FieldMapper:
    """Writes ``duration_seconds``.

    Args:
        field_type: The wire type. ``"str"`` writes ``"8s"``, or ``"8"`` without ``add_suffix``; ``"number"`` writes
            8 for 8.0.
        allowed_values: The lengths in seconds, also as a range; words such as ``"auto"`` may stand among them.
        provider: Ignored.
        model: Ignored.
        add_suffix: Whether ``"str"`` adds an ``s``.
        default: The length that the vendor takes when none is given.
        minimum: The shortest length in seconds.
        maximum: The longest length in seconds.
        required: The model cannot be called without it; a default is then written.
        write_default: Write the default although the vendor knows it.
        frames: Frames a second, or :class:`Frames`, where the model counts frames instead of seconds.
    """
    return FieldMapper(
        "duration_seconds",
        type=field_type,
        choices=allowed_values,
        suffix="s" if field_type == "str" and add_suffix else "",
        default=default,
        minimum=minimum,
        maximum=maximum,
        required=required,
        write_default=write_default,
        frames=frames if frames is None or isinstance(frames, Frames) else Frames(per_second=frames),
    )


def single_image_field_mapper(
    required: bool = False,
    image_type: str | None = "reference",
    strict: bool = True,
    accepted_formats: Forms | None = None,
    provider: str = "unknown",
    *,
    forms: Forms = ("url",),
    index: int = 0,
    limits: ImageLimits | None = None,
) -> FieldMapper:
    """Writes one image of a type.

    Args:
        required: The model cannot be called without it.
        image_type: Type of the image; None takes one of any type.
        strict: Ignored: an image is never dropped, so a second one of the type is always refused.
        accepted_formats: The original's word for ``forms``.
        provider: Ignored.
        forms: Forms in which the model takes it, the preferred one first: ``url``, ``data_uri``, ``base64``,
            ``file``, or a ``MediaForm`` with the object to write.
        index: Which image of the type, where the model has a field for each; 0 is the first.
        limits: What the model takes of an image that is given as a file; checked before anything is bought.
    """
    return FieldMapper(
        _image_source(image_type),
        required=required,
        forms=_either(accepted_formats, forms),
        index=index,
        limits=limits,
    )


def image_list_field_mapper(
    image_type: str | None = None,
    required: bool = False,
    accepted_formats: Forms | None = None,
    provider: str = "unknown",
    *,
    forms: Forms = ("url",),
    min_items: int | None = None,
    max_items: int | None = None,
    item: Mapping[str, str] | None = None,
    index: int = 0,
    limits: ImageLimits | None = None,
) -> FieldMapper:
    """Writes all images of a type as a list.

    Args:
        image_type: Type of the images; None takes images of any type.
        required: The model cannot be called without one.
        accepted_formats: The original's word for ``forms``.
        provider: Ignored.
        forms: As for :func:`single_image_field_mapper`.
        min_items: The fewest images, if there are any.
        max_items: The most images.
        item: Further keys of each item with the attribute of ``ImageInput`` that fills it: ``{"tag": "name"}``.
        index: From which image on, where earlier ones have fields of their own.
        limits: As for :func:`single_image_field_mapper`, for each image.
    """
    return FieldMapper(
        _image_source(image_type),
        required=required,
        many=True,
        forms=_either(accepted_formats, forms),
        min_items=min_items,
        max_items=max_items,
        item=dict(item or {}),
        index=index,
        limits=limits,
    )


def passthrough_field_mapper(
    source: str,
    required: bool = False,
    *,
    type: WireType | None = None,
    choices: Sequence[Any] | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    default: Any = None,
    write_default: bool = False,
    forms: Forms = (),
) -> FieldMapper:
    """Writes a field of the request as it is.

    Args:
        source: The field: ``prompt``, ``seed``, ``negative_prompt``, ``generate_audio`` …
        required: The model cannot be called without it.
        type: The wire type; that of the field when None.
        choices: The legal values.
        minimum: The smallest number.
        maximum: The largest number.
        min_length: The fewest characters.
        max_length: The most characters.
        default: What the vendor takes when nothing is given.
        write_default: Write the default although the vendor knows it.
        forms: Where the field is a medium, the forms in which it is taken.
    """
    return FieldMapper(
        source,
        required=required,
        type=type,
        choices=choices,
        minimum=minimum,
        maximum=maximum,
        min_length=min_length,
        max_length=max_length,
        default=default,
        write_default=write_default,
        forms=forms,
    )


def extra_params_field_mapper(
    name: str,
    required: bool = False,
    *,
    type: WireType = "any",
    choices: Sequence[Any] | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    max_length: int | None = None,
    default: Any = None,
    write_default: bool = False,
) -> FieldMapper:
    """Writes ``extra_params[name]``, a parameter of the model's own, and checks it.

    Args:
        name: The key in ``extra_params``.
        required: The model cannot be called without it; a default is then written.
        type: The wire type; a value of another type is refused.
        choices: The legal values.
        minimum: The smallest number.
        maximum: The largest number.
        max_length: The most characters.
        default: What the vendor takes when nothing is given.
        write_default: Write the default although the vendor knows it.
    """
    return FieldMapper(
        f"{names.EXTRA}.{name}",
        required=required,
        type=type,
        choices=choices,
        minimum=minimum,
        maximum=maximum,
        max_length=max_length,
        default=default,
        write_default=write_default,
    )


def video_url_field_mapper(required: bool = False, *, forms: Forms = ("url",)) -> FieldMapper:
    """Writes the input video; ``forms`` may name ``job_id`` where the model goes on from an earlier result."""
    return FieldMapper("video", required=required, forms=forms)


def size_field_mapper(
    allowed_values: Sequence[str] | None = None,
    *,
    default: str | None = None,
    required: bool = False,
    write_default: bool = False,
    any_size: AnySize | None = None,
) -> FieldMapper:
    """Writes width and height in one value; a ratio or a resolution of the request is turned into one.

    Args:
        allowed_values: The wire values: ``"1024x1024"``, ``"1280:720"``, names such as ``"landscape_16_9"``, or a word
            such as ``"auto"``. None takes any size.
        default: The wire value that the vendor takes when nothing is given.
        required: The model cannot be called without it; a default is then written.
        write_default: Write the default although the vendor knows it.
        any_size: How a size beyond the listed ones is written, and its bounds.
    """
    own = AnySize(separator="x") if allowed_values is None and any_size is None else any_size
    options = tuple(named_shape(wire) for wire in allowed_values or ())
    return _shapes_mapper(Shapes(options, own), default, required, write_default)


def quality_field_mapper(
    allowed_values: Sequence[str] | None = None, *, default: str | None = None, required: bool = False
) -> FieldMapper:
    """Writes ``quality``, by the model's own names."""
    return FieldMapper("quality", choices=allowed_values, default=default, required=required)


def style_field_mapper(
    allowed_values: Sequence[str] | None = None, *, default: str | None = None, required: bool = False
) -> FieldMapper:
    """Writes ``style``, by the model's own names."""
    return FieldMapper("style", choices=allowed_values, default=default, required=required)


def n_images_field_mapper(min_n: int = 1, max_n: int = 10, *, default: int | None = None) -> FieldMapper:
    """Writes how many outputs to make: ``n`` of an image request, ``number_of_videos`` of a video request."""
    return FieldMapper("n", minimum=min_n, maximum=max_n, default=default)


def image_input_field_mapper(
    required: bool = False, *, forms: Forms = ("url",), limits: ImageLimits | None = None
) -> FieldMapper:
    """Writes the one image to edit, of whatever type it is given as; ``limits`` are those of its file."""
    return FieldMapper(names.ANY_IMAGE, required=required, forms=forms, limits=limits)


def mask_image_field_mapper(required: bool = False, *, forms: Forms = ("url",)) -> FieldMapper:
    """Writes the mask of an edit: an image, or a video where the model edits videos."""
    return FieldMapper("mask_image", required=required, forms=forms)


def audio_url_field_mapper(required: bool = False, *, forms: Forms = ("url",)) -> FieldMapper:
    """Writes the input sound."""
    return FieldMapper("audio", required=required, forms=forms)


def choice_field_mapper(
    source: str,
    choices: Sequence[Any] | Mapping[Any, Any],
    *,
    default: Any = None,
    required: bool = False,
    write_default: bool = False,
    type: WireType | None = None,
) -> FieldMapper:
    """Writes one of a few values.

    Args:
        source: The field of the request.
        choices: The legal values; a mapping gives each one's word on the wire. Ratios and resolutions that mean the
            same match: ``4k`` finds ``"4K"`` and ``"2160p"``, and the wire gets the choice.
        default: The choice that the vendor takes when nothing is given.
        required: The model cannot be called without it; a default is then written.
        write_default: Write the default although the vendor knows it.
        type: The wire type; that of the field when None.
    """
    return FieldMapper(
        source,
        required=required,
        type=type,
        choices=tuple(choices),
        wire_words=dict(choices) if isinstance(choices, Mapping) else None,
        default=default,
        write_default=write_default,
    )


def constant_field_mapper(value: Any, *, when: str | None = None) -> FieldMapper:
    """Writes a value that never changes.

    Args:
        value: The value; ``"$model"`` writes the id of the model.
        when: Write it only where this source is written too, such as ``"first_frame"``.
    """
    return FieldMapper(None, constant=value, when=when)


def size_table_field_mapper(
    table: Mapping[Any, Any],
    *,
    default: Any = None,
    required: bool = False,
    write_default: bool = False,
) -> FieldMapper:
    """Writes one value for a ratio and a resolution together.

    Args:
        table: The wire value for each ``(ratio, resolution)``, or for each ratio:
            ``{("16:9", "720p"): "1280:720"}``. A size in pixels finds its entry too.
        default: The key or the wire value that the vendor takes when nothing is given.
        required: The model cannot be called without it; a default is then written.
        write_default: Write the default although the vendor knows it.
    """
    shapes = Shapes(tuple(table_shape(key, wire) for key, wire in table.items()))
    wire = table[default] if isinstance(default, (str, tuple)) and default in table else default
    return _shapes_mapper(shapes, wire, required, write_default)


def _shapes_mapper(shapes: Shapes, default: Any, required: bool, write_default: bool) -> FieldMapper:
    shape = None if default is None else next((s for s in shapes.options if s.wire == default), named_shape(default))
    return FieldMapper("size", required=required, shapes=shapes, default=shape, write_default=write_default)


def _image_source(image_type: str | None) -> str:
    if image_type is None:
        return names.ANY_IMAGE
    if image_type not in names.IMAGE_SOURCES:
        raise ValidationError(
            f"image_type must be one of {', '.join(names.IMAGE_SOURCES)} or None, not {image_type!r}."
        )
    return names.IMAGE_SOURCES[image_type]


_ORIGINAL_FORMS = {"bytes": "file"}


def _either(accepted_formats: Forms | None, forms: Forms) -> Forms:
    if accepted_formats is None:
        return forms
    words = [
        form if isinstance(form, MediaForm) else str(getattr(form, "value", form)).lower() for form in accepted_formats
    ]
    return [word if isinstance(word, MediaForm) else _ORIGINAL_FORMS.get(word, word) for word in words]
