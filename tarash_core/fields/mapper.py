"""One wire field as data: where its value comes from, what it may be, and how it is written."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from tarash_core.errors import ValidationError
from tarash_core.fields import names, values
from tarash_core.fields.shapes import Shapes
from tarash_core.models.limits import ImageLimits
from tarash_core.models.plan import MediaForm

Converter = Callable[[Any, Any], Any]
"""``converter(request, value)`` gives the wire value; None writes nothing."""


@frozen(kw_only=True)
class Frames:
    """Seconds that are written as a number of frames.

    Attributes:
        per_second: Frames a second, unless the request gives ``fps`` and the model takes it.
        plus: Frames beyond the seconds; many models make 81 for five seconds at 16.
        multiple: The count without ``plus`` is a multiple of this.
        minimum: The fewest frames.
        maximum: The most frames.
    """

    per_second: float
    plus: int = 0
    multiple: int = 1
    minimum: int | None = None
    maximum: int | None = None

    def count(self, seconds: float, fps: float | None = None) -> int:
        """The number of frames for a length, at most half a multiple away from it."""
        return round(seconds * (fps or self.per_second) / self.multiple) * self.multiple + self.plus

    def seconds(self, count: int, fps: float | None = None) -> float:
        """The length of that many frames in seconds."""
        return round((count - self.plus) / (fps or self.per_second), 3)

    def fits(self, seconds: float, fps: float | None = None) -> bool:
        """Whether the model makes that many frames."""
        count = self.count(seconds, fps)
        return count >= (self.minimum or 1) and count <= (self.maximum or math.inf)

    def clip(self, seconds: float, fps: float | None = None) -> float:
        """The nearest length that the model makes."""
        low = -(-((self.minimum or 1 + self.plus) - self.plus) // self.multiple) * self.multiple + self.plus
        high = ((self.maximum or 10**9) - self.plus) // self.multiple * self.multiple + self.plus
        return self.seconds(min(max(self.count(seconds, fps), low), high), fps)

    def allowed(self, fps: float | None = None) -> str:
        """The lengths in words."""
        low = self.seconds(self.minimum, fps) if self.minimum else None
        high = self.seconds(self.maximum, fps) if self.maximum else None
        return f"{values.between(low, high) or 'any number of'} seconds"


def _forms(given: Any) -> tuple[MediaForm, ...]:
    return tuple(form if isinstance(form, MediaForm) else MediaForm(str(form)) for form in given or ())


def _choices(given: Any) -> Sequence[Any] | None:
    return given if given is None or isinstance(given, range) else tuple(given)


@frozen(repr=False)
class FieldMapper:
    """How one wire field gets its value. It is data: ask it what it takes, and what it would write.

    The builders make the usual ones; this is the form for a converter of your own::

        FieldMapper("prompt", lambda request, prompt: {"text": prompt, "lang": "en"}, required=True)

    Attributes:
        source_field: The field of our request; ``first_frame``, ``last_frame``, ``reference_images``,
            ``asset_images``, ``style_images``, ``control_images`` or ``image_list`` (of any type) for images;
            ``extra_params.NAME`` for one of the model's own parameters; None for a constant.
        converter: ``converter(request, value)`` gives the wire value; None as its answer writes nothing.
        required: The model cannot be called without it.
        type: The wire type.
        choices: The legal values in our words; a range for whole numbers.
        wire_words: What is written for a choice, where that is another word.
        minimum: The smallest number.
        maximum: The largest number.
        min_length: The fewest characters.
        max_length: The most characters.
        many: Takes several media as a list.
        min_items: The fewest media.
        max_items: The most media.
        index: Which image of its type, or from which one on; 0 is the first.
        default: What the vendor takes when nothing is given; counts for rules and prices.
        write_default: Write the default instead of leaving it to the vendor. A required field always does.
        suffix: Follows a number on the wire, such as ``s`` in ``"8s"``.
        frames: Seconds are written as a number of frames.
        forms: Forms in which a medium is taken, the preferred one first.
        limits: What is taken of an image that is given as a file.
        item: Further keys of a list's items, each with the attribute of ``ImageInput`` it takes: ``name``, ``weight``.
        shapes: Ratio, resolution and size in one value.
        constant: What a constant writes; ``"$model"`` is the model's id.
        when: A constant is written only together with this source.
    """

    source_field: str | None
    converter: Converter | None = None
    required: bool = False
    type: values.WireType | None = field(default=None, kw_only=True)
    choices: Sequence[Any] | None = field(default=None, kw_only=True, converter=_choices)
    wire_words: Mapping[Any, Any] | None = field(default=None, kw_only=True, hash=False)
    minimum: float | None = field(default=None, kw_only=True)
    maximum: float | None = field(default=None, kw_only=True)
    min_length: int | None = field(default=None, kw_only=True)
    max_length: int | None = field(default=None, kw_only=True)
    many: bool = field(default=False, kw_only=True)
    min_items: int | None = field(default=None, kw_only=True)
    max_items: int | None = field(default=None, kw_only=True)
    index: int = field(default=0, kw_only=True)
    default: Any = field(default=None, kw_only=True, hash=False)
    write_default: bool = field(default=False, kw_only=True)
    suffix: str = field(default="", kw_only=True)
    frames: Frames | None = field(default=None, kw_only=True)
    forms: tuple[MediaForm, ...] = field(default=(), kw_only=True, converter=_forms)
    limits: ImageLimits | None = field(default=None, kw_only=True)
    item: Mapping[str, str] = field(factory=dict, kw_only=True, hash=False)
    shapes: Shapes | None = field(default=None, kw_only=True, hash=False)
    constant: Any = field(default=None, kw_only=True, hash=False)
    when: str | None = field(default=None, kw_only=True)
    _index: Mapping[Any, Any] | None = field(default=None, init=False, eq=False, hash=False)

    def __attrs_post_init__(self) -> None:
        _check_source(self)
        set_field = object.__setattr__
        if self.type is None:
            set_field(self, "type", self._usual_type())
        if self.is_media and not self.forms and self.converter is None:
            set_field(self, "forms", (MediaForm("url"),))
        if self.choices is not None and not isinstance(self.choices, range):
            set_field(self, "_index", {values.key_of(self.source_field, c): c for c in self.choices})
        if self.default is not None and self.choices is not None and self.refusal(self.default) is not None:
            raise ValidationError(f"The default {self.default!r} of {self.source_field} is not among its choices.")

    def _usual_type(self) -> values.WireType:
        if self.is_media:
            return "media"
        if self.is_extra or self.shapes or self.source_field is None or self.wire_words:
            return "any"
        return names.TYPES.get(self.source_field, "str")

    @functools.cached_property
    def is_media(self) -> bool:
        """Whether the value is a medium."""
        return self.source_field in names.MEDIA

    @functools.cached_property
    def is_extra(self) -> bool:
        """Whether the value is one of the model's own parameters."""
        return self.source_field is not None and self.source_field.startswith(names.EXTRA + ".")

    @property
    def name(self) -> str:
        """The field of our request, for errors and notices."""
        if self.is_extra:
            return f"{names.EXTRA}[{self.extra_name!r}]"
        return names.field_of(self.source_field or "")

    @property
    def extra_name(self) -> str:
        """The key in ``extra_params`` that is read."""
        return (self.source_field or "").removeprefix(names.EXTRA + ".")

    @property
    def capacity(self) -> tuple[int, float]:
        """The fewest and the most images of its type that this mapper reaches."""
        least = self.index + (self.min_items or 1) if self.required else 0
        return least, self.index + (self.max_items or math.inf) if self.many else self.index + 1

    def __repr__(self) -> str:
        parts = [repr(self.source_field), f"type={self.type!r}"]
        parts += [f"{name}={value!r}" for name in ("choices", "default", "required") if (value := getattr(self, name))]
        return f"FieldMapper({', '.join(parts)})"

    def match(self, value: Any) -> Any:
        """The legal value that means the same; None if there is none. Without choices, the value itself."""
        if self._index is not None:
            try:
                return self._index.get(values.key_of(self.source_field, value))
            except TypeError:  # a list or an object is none of the choices
                return None
        if isinstance(self.choices, range):
            return int(value) if values.is_number(value) and value in self.choices else None
        return value

    def refusal(self, value: Any, fps: float | None = None) -> str | None:
        """What is allowed instead, if the value is not; None if it is."""
        if not self._has_type(value) or self.match(value) is None:
            return self.allowed(fps)
        if self.frames and values.is_number(value):
            return None if self.frames.fits(value, fps) else self.allowed(fps)
        return None if self._within(value) else self.allowed(fps)

    def _has_type(self, value: Any) -> bool:
        if self.is_extra and self.type is not None:
            return values.has_type(self.type, value)
        whole = self.type == "int" and values.is_number(value) and not self.frames and self.choices is None
        return not whole or float(value).is_integer()

    def _within(self, value: Any) -> bool:
        if values.is_number(value):
            return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)
        if isinstance(value, str):
            return (self.min_length or 0) <= len(value) <= (self.max_length or math.inf)
        return True

    def allowed(self, fps: float | None = None) -> str:
        """What the field takes, in words."""
        if self.shapes:
            return self.shapes.allowed
        if self.is_media:
            return self._allowed_media()
        if self.frames:
            return self.frames.allowed(fps)
        if self.choices is not None:
            return _words_of_choices(self.choices)
        return self._allowed_values()

    def _allowed_media(self) -> str:
        few = values.between(self.min_items, self.max_items) if self.many else ""
        one = "one" if not self.many else f"{few or 'any number of'}"
        taken = f"{one} as {values.listed(form.kind for form in self.forms)}" if self.forms else one
        return taken if self.limits is None else f"{taken}; {self.limits}"

    def _allowed_values(self) -> str:
        length = values.between(self.min_length, self.max_length)
        if length:
            return f"{length} characters"
        if self.type == "bool":
            return "True or False"
        kinds = {"int": "whole numbers", "float": "numbers", "number": "numbers", "str": "any text", "list": "a list"}
        bounds = values.between(self.minimum, self.maximum)
        kind = kinds.get(self.type or "", "any value")
        return f"{kind}, {bounds}" if bounds else kind

    def nearest(self, value: Any, fps: float | None = None) -> Any:
        """The legal value that is closest, the shorter or smaller of two; None if nothing is comparable."""
        if self.frames and values.is_number(value):
            return self.frames.clip(value, fps)
        if self.choices is not None:
            return values.nearest(self.source_field, self.choices, value)
        if not values.is_number(value):
            return None
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        moved = min(max(value, low), high)
        return values.plain_number(_whole(moved, low) if self.type == "int" else moved)

    def write(self, value: Any, request: Any = None, fps: float | None = None) -> Any:
        """The wire value of a legal value.

        Args:
            value: A value that :meth:`refusal` does not object to.
            request: The request, for a converter.
            fps: Frames a second of this request, for a count of frames.

        Raises:
            ValidationError: The converter refuses the value.
        """
        if self.converter is not None:
            return self._convert(request, value)
        if self.frames and values.is_number(value):
            return values.to_wire(self.type or "int", self.frames.count(value, fps))
        matched = self.match(value)
        if self.wire_words is not None:
            return self.wire_words[matched]
        return values.to_wire(self.type or "any", matched, self.suffix)

    def _convert(self, request: Any, value: Any) -> Any:
        assert self.converter is not None
        try:
            return self.converter(request, value)
        except (ValueError, TypeError, LookupError) as error:
            raise ValidationError(f"{self.name}={values.shown(value)} could not be converted: {error}") from error


def _whole(value: float, low: float) -> float:
    """The nearest whole number, the smaller of two, but not below the bound."""
    down = math.ceil(value - 0.5)
    return down if down >= low else math.ceil(low)


def _words_of_choices(choices: Iterable[Any]) -> str:
    if isinstance(choices, range) and choices.step == 1 and len(choices) > 2:
        return f"{choices[0]} to {choices[-1]}"
    return values.listed(choices)


def _check_source(mapper: FieldMapper) -> None:
    """A source that the request has not would write nothing, ever, and nobody would notice."""
    name = mapper.source_field
    if name is None or name in names.MEDIA or name in names.VALUES or mapper.is_extra:
        return
    from tarash_core.models.base import unknown_name

    known = sorted((*names.VALUES, *names.MEDIA))
    raise ValidationError(
        unknown_name("A request has no field", name, known)
        + f" For a parameter of the model's own write extra_params_field_mapper({name!r})."
    )
