"""Ratio, resolution and size: three ways to say one thing, of which a model often knows only one."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import evolve, frozen

from tarash_core.fields import values

_NAMED = re.compile(r"(portrait|landscape)_(\d+)_(\d+)")
_NEAR = 0.03
_LONG_SIDES = {"0.5k": 512, "1k": 1024, "2k": 2048, "4k": 4096}


@frozen
class Shape:
    """One shape that a model makes, and how it is written.

    Attributes:
        wire: What is written.
        ratio: Width to height, such as ``"16:9"``, or the model's own word; None if it is not known.
        resolution: Such as ``"720p"``; None if it is not known.
        width: Pixels; None if they are not known.
        height: Pixels; None if they are not known.
    """

    wire: Any
    ratio: str | None = None
    resolution: str | None = None
    width: int | None = None
    height: int | None = None

    @property
    def pixels(self) -> tuple[int, int] | None:
        """Width and height where both are known."""
        return (self.width, self.height) if self.width and self.height else None

    @property
    def value(self) -> float | None:
        """Width by height as a number; None for a word such as ``auto``."""
        return self.width / self.height if self.width and self.height else values.ratio(self.ratio)

    def __str__(self) -> str:
        return str(self.wire) if isinstance(self.wire, str) else "/".join(filter(None, (self.ratio, self.resolution)))


@frozen(kw_only=True)
class AnySize:
    """Sizes of the caller's own choice, within bounds.

    Attributes:
        separator: Between width and height in a text; None writes an object with ``width`` and ``height``.
        part: ``width`` or ``height`` where the model has a number for each; None for both in one.
        minimum: Pixels of the shorter side.
        maximum: Pixels of the longer side.
        multiple: Both sides are multiples of this.
    """

    separator: str | None = None
    part: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    multiple: int = 1

    def write(self, width: int, height: int) -> Any:
        """The wire value of a size."""
        if self.part:
            return width if self.part == "width" else height
        return {"width": width, "height": height} if self.separator is None else f"{width}{self.separator}{height}"

    def takes(self, width: int, height: int) -> bool:
        """Whether a size lies within the bounds."""
        low, high = min(width, height), max(width, height)
        inside = low >= (self.minimum or 1) and high <= (self.maximum or high)
        return inside and width % self.multiple == 0 and height % self.multiple == 0

    def clip(self, width: float, height: float) -> tuple[int, int]:
        """The size within the bounds that is nearest and keeps the ratio as far as it can."""
        scale = min(1.0, (self.maximum or math.inf) / max(width, height))
        return self._side(width * scale), self._side(height * scale)

    def _side(self, length: float) -> int:
        step = self.multiple
        low = math.ceil((self.minimum or step) / step) * step
        high = math.floor(self.maximum / step) * step if self.maximum else math.inf
        return int(min(max(round(length / step) * step, low), high))

    @property
    def allowed(self) -> str:
        """The bounds in words."""
        bounds = values.between(self.minimum, self.maximum)
        step = f"multiples of {self.multiple}" if self.multiple > 1 else ""
        return "any size" + (
            f" with sides of {', '.join(filter(None, (bounds, step)))} pixels" if bounds or step else ""
        )


@frozen
class Shapes:
    """The shapes that a model makes: some by name, and perhaps any size."""

    options: tuple[Shape, ...] = ()
    any_size: AnySize | None = None

    @property
    def allowed(self) -> str:
        """What is taken, in words."""
        words = [values.listed(self.options)] if self.options else []
        return " or ".join([*words, self.any_size.allowed] if self.any_size else words)


@frozen(kw_only=True)
class Wish:
    """What a request says about the shape."""

    ratio: str | None = None
    resolution: str | None = None
    size: str | None = None


@frozen
class Picked:
    """The shape for a wish.

    Attributes:
        shape: The shape; None when the model has none and ``nearest`` is not asked for.
        missing: The field whose value the model lacks; None when the wish is met.
        inexact: Whether the pixels that were asked for are lost, since the model names only ratios.
    """

    shape: Shape | None
    missing: str | None = None
    inexact: bool = False


def named_shape(wire: Any) -> Shape:
    """The shape that a wire value tells by itself: ``1280:720``, ``1024x1024``, ``16:9``, ``landscape_4_3``."""
    if size := values.pixels(wire):
        return Shape(wire, _reduced(*size), _label(min(size)), *size)
    if isinstance(wire, str) and (found := _NAMED.match(wire)):
        low, high = sorted((int(found[2]), int(found[3])))
        return Shape(wire, f"{low}:{high}" if found[1] == "portrait" else f"{high}:{low}")
    if isinstance(wire, str) and wire.startswith("square"):
        return Shape(wire, "1:1")
    return Shape(wire, wire if isinstance(wire, str) else None)


def table_shape(key: Any, wire: Any) -> Shape:
    """The shape of one entry of a table: the key is a ratio, or a ratio and a resolution."""
    words = (key,) if isinstance(key, str) else tuple(key)
    told, own_size = named_shape(wire), values.pixels(wire)
    ratio = words[0] if words else told.ratio
    resolution = words[1] if len(words) > 1 else told.resolution
    return (
        evolve(told, ratio=ratio, resolution=resolution) if own_size else _with_pixels(Shape(wire, ratio, resolution))
    )


def _with_pixels(shape: Shape) -> Shape:
    """The pixels of ``16:9`` at ``720p``; a resolution in K is left, for vendors mean several things by it."""
    width_by_height = values.ratio(shape.ratio)
    if width_by_height is None or shape.resolution is None or not shape.resolution.lower().endswith("p"):
        return shape
    width, height = _sides(width_by_height, values.short_side(shape.resolution) or 0)
    return evolve(shape, width=width, height=height)


def _sides(width_by_height: float, short: float) -> tuple[int, int]:
    long = 2 * round(short * max(width_by_height, 1 / width_by_height) / 2)
    return (long, int(short)) if width_by_height >= 1 else (int(short), long)


def _reduced(width: int, height: int) -> str:
    divisor = math.gcd(width, height)
    return f"{width // divisor}:{height // divisor}"


def _label(short: int) -> str:
    return "4k" if short == 2160 else f"{short}p"


def _apart(first: float | None, second: float | None) -> float:
    return abs(math.log(first / second)) if first and second else math.inf


def _has_ratio(shape: Shape, wished: str) -> bool:
    value = values.ratio(wished)
    if value is None or shape.value is None:
        return shape.ratio is not None and shape.ratio.lower() == wished.lower()
    return _apart(shape.value, value) < _NEAR or values.key_of("aspect_ratio", shape.ratio) == round(value, 4)


def _has_resolution(shape: Shape, wished: str) -> bool:
    if shape.resolution and values.key_of("resolution", shape.resolution) == values.key_of("resolution", wished):
        return True
    label = wished.lower().replace(" ", "")
    return bool(shape.pixels) and label in _LONG_SIDES and min(shape.pixels or (0,)) == _LONG_SIDES[label]


def pick(shapes: Shapes, wish: Wish, default: Shape | None, kind: str) -> Picked:
    """The shape that a wish means; with what is missing and the nearest one where the model has none."""
    if wish.size is not None:
        return _by_size(shapes, wish.size)
    hits = [s for s in shapes.options if _fits(s, wish)]
    if hits:
        return Picked(_preferred(hits, default))
    made = _made(shapes.any_size, wish, default, kind)
    if made is not None:
        return Picked(made)
    return Picked(_nearest(shapes.options, wish, default), _lacking(shapes.options, wish))


def _fits(shape: Shape, wish: Wish) -> bool:
    if wish.ratio is not None and not _has_ratio(shape, wish.ratio):
        return False
    return wish.resolution is None or _has_resolution(shape, wish.resolution)


def _preferred(hits: Sequence[Shape], default: Shape | None) -> Shape:
    """The default itself, else one of the default's resolution, else the first."""
    if default in hits:
        return hits[hits.index(default)]
    same = (s for s in hits if default and s.resolution and s.resolution == default.resolution)
    return next(same, hits[0])


def _by_size(shapes: Shapes, size: str) -> Picked:
    asked = values.pixels(size)
    for shape in shapes.options:
        if shape.pixels == asked if asked else str(shape.wire).lower() == size.lower():
            return Picked(shape)
    if asked is None:
        return Picked(None, "size")
    if shapes.any_size and shapes.any_size.takes(*asked):
        return Picked(_own(shapes.any_size, *asked))
    return _of_ratio(shapes, asked)


def _of_ratio(shapes: Shapes, asked: tuple[int, int]) -> Picked:
    """A name that tells only the ratio stands for a size of that ratio, and loses its pixels."""
    if shapes.any_size:
        return Picked(_own(shapes.any_size, *shapes.any_size.clip(*asked)), "size")
    unsized = [s for s in shapes.options if s.pixels is None and _apart(s.value, asked[0] / asked[1]) < _NEAR]
    if unsized:
        return Picked(unsized[0], inexact=True)
    known = [s for s in shapes.options if s.value]
    return Picked(min(known, key=lambda s: _distance(s, asked), default=None), "size")


def _distance(shape: Shape, asked: tuple[int, int]) -> tuple[float, float, float]:
    area, here = asked[0] * asked[1], math.prod(shape.pixels or asked)
    return round(_apart(shape.value, asked[0] / asked[1]), 6), abs(here - area), here


def _own(any_size: AnySize, width: int, height: int) -> Shape:
    return Shape(any_size.write(width, height), _reduced(width, height), _label(min(width, height)), width, height)


def _made(any_size: AnySize | None, wish: Wish, default: Shape | None, kind: str) -> Shape | None:
    """A size for a ratio and a resolution where any size is taken; None if the bounds do not hold it."""
    if any_size is None:
        return None
    shape = (
        values.ratio(wish.ratio) if wish.ratio else (default and default.value) or (16 / 9 if kind == "video" else 1.0)
    )
    if not shape:
        return None
    width, height = _wanted(shape, wish.resolution, default, kind)
    sides = any_size.clip(width, height)
    close = _apart(sides[0] / sides[1], shape) < _NEAR and abs(min(sides) - min(width, height)) <= any_size.multiple
    return _own(any_size, *sides) if close or wish.resolution is None else None


def _wanted(shape: float, resolution: str | None, default: Shape | None, kind: str) -> tuple[float, float]:
    label = (resolution or "").lower().replace(" ", "")
    if resolution and not (kind == "image" and label in _LONG_SIDES):
        return _sides(shape, values.short_side(resolution) or 720)
    if resolution is None and kind == "video":
        return _sides(shape, min(default.pixels) if default and default.pixels else 720)
    side = _LONG_SIDES.get(label, 1024)
    area = math.prod(default.pixels) if default and default.pixels and not resolution else side * side
    return 16 * round(math.sqrt(area * shape) / 16), 16 * round(math.sqrt(area / shape) / 16)


def _lacking(options: Iterable[Shape], wish: Wish) -> str:
    if wish.ratio is not None and not any(_has_ratio(s, wish.ratio) for s in options):
        return "aspect_ratio"
    return "resolution" if wish.resolution is not None else "aspect_ratio"


def _nearest(options: Iterable[Shape], wish: Wish, default: Shape | None) -> Shape | None:
    """The nearest ratio counts first, then the nearest resolution, then the smaller; else the default's ratio stays."""
    ratio = values.ratio(wish.ratio) if wish.ratio else None
    short = values.short_side(wish.resolution) if wish.resolution else None
    if (wish.ratio and ratio is None) or (wish.resolution and short is None):
        return None

    def apart(shape: Shape) -> tuple[float, ...]:
        here = values.short_side(shape.resolution) if shape.resolution else None
        off = (abs(here - short) if here else math.inf) if short else 0.0
        if ratio:
            return round(_apart(shape.value, ratio), 6), off, here or 0.0, shape.value or 0.0
        return off, here or 0.0, float(default is not None and shape.ratio != default.ratio)

    return min((s for s in options if s.value or not ratio), key=apart, default=None)


@functools.lru_cache(maxsize=1024)
def ratio_of_size(size: str, choices: tuple[Any, ...] | None) -> str | None:
    """The ratio of a size in the words of a model that knows ratios; None if it has no such ratio."""
    asked = values.pixels(size)
    if asked is None:
        return None
    usual = choices or ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21", "5:4", "4:5")
    near = [(gap, c) for c in usual if (gap := _apart(values.ratio(c), asked[0] / asked[1])) < _NEAR]
    return str(min(near)[1]) if near else (None if choices else _reduced(*asked))


@functools.lru_cache(maxsize=1024)
def resolution_of_size(size: str, choices: tuple[Any, ...] | None, kind: str) -> str | None:
    """The resolution of a size in the words of a model that knows resolutions; None if it has no such resolution."""
    asked = values.pixels(size)
    if asked is None:
        return None
    for choice in choices or ():
        if size_of_resolution(str(choice), asked[0] / asked[1], kind) == asked or _has_side(str(choice), asked, kind):
            return str(choice)
    return None if choices else _label(min(asked))


def size_of_resolution(resolution: str, width_by_height: float, kind: str) -> tuple[int, int]:
    """Width and height that a resolution means at a ratio."""
    width, height = _wanted(width_by_height, resolution, None, kind)
    return round(width), round(height)


def _has_side(resolution: str, asked: tuple[int, int], kind: str) -> bool:
    label = resolution.lower().replace(" ", "")
    if kind == "image" and label in _LONG_SIDES:
        return abs(math.sqrt(asked[0] * asked[1]) / _LONG_SIDES[label] - 1) < _NEAR
    return values.short_side(resolution) == min(asked)
