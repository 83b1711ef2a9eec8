"""Single values: whether two mean the same, which is nearest, and how one is written on the wire."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable
from typing import Any, Literal

WireType = Literal["any", "str", "int", "float", "number", "bool", "list", "object", "media"]
"""What a wire field takes. ``number`` writes 8 for 8.0; ``any`` writes what was given."""

WIRE_TYPES: tuple[str, ...] = ("any", "str", "int", "float", "number", "bool", "list", "object", "media")

_RATIO = re.compile(r"(\d+(?:\.\d+)?)\s?[:/]\s?(\d+(?:\.\d+)?)")
_PIXELS = re.compile(r"(\d{2,5})\s?[x:*×]\s?(\d{2,5})")
_RESOLUTION = re.compile(r"(\d+(?:\.\d+)?)\s?(p|k|mp)", re.IGNORECASE)
_SHORT_SIDES = {0.5: 512.0, 1.0: 1024.0, 2.0: 1440.0, 4.0: 2160.0, 8.0: 4320.0}
_SAME_RESOLUTION = {"2160p": "4k", "4320p": "8k"}


def is_number(value: Any) -> bool:
    """True for an int or a float; a bool is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def plain_number(value: float) -> int | float:
    """8 for 8.0; other numbers as they are."""
    return int(value) if float(value).is_integer() else value


def pixels(text: Any) -> tuple[int, int] | None:
    """Width and height of ``"1280x720"`` or ``"1280:720"``; None for a ratio such as ``"16:9"`` or a word."""
    found = _PIXELS.fullmatch(text) if isinstance(text, str) else None
    if found is None or min(int(found[1]), int(found[2])) < 64:
        return None
    return int(found[1]), int(found[2])


@functools.lru_cache(maxsize=1024)
def ratio(text: Any) -> float | None:
    """Width by height of ``"16:9"``, ``"1280:720"`` or ``"1280x720"``; None for a word such as ``"auto"``."""
    if not isinstance(text, str):
        return None
    found = _RATIO.fullmatch(text) or _PIXELS.fullmatch(text)
    return float(found[1]) / float(found[2]) if found and float(found[2]) else None


@functools.lru_cache(maxsize=1024)
def short_side(text: Any) -> float | None:
    """The shorter side in pixels that ``"720p"``, ``"4k"``, ``"1 MP"`` or ``"1280x720"`` means; None for a word."""
    if not isinstance(text, str):
        return None
    if size := pixels(text):
        return float(min(size))
    found = _RESOLUTION.fullmatch(text)
    if found is None:
        return None
    count, unit = float(found[1]), found[2].lower()
    if unit == "mp":
        return math.sqrt(count * 1e6)
    return count if unit == "p" else _SHORT_SIDES.get(count, count * 540)


@functools.lru_cache(maxsize=1024)
def _ratio_key(text: Any) -> Any:
    value = ratio(text)
    if value is not None:
        return round(value, 4)
    return text.lower() if isinstance(text, str) else text


@functools.lru_cache(maxsize=1024)
def _resolution_key(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    word = text.lower().replace(" ", "")
    return _SAME_RESOLUTION.get(word, word)


def _size_key(text: Any) -> Any:
    return pixels(text) or (text.lower() if isinstance(text, str) else text)


_KEYS: dict[str, Callable[[Any], Any]] = {
    "aspect_ratio": _ratio_key,
    "resolution": _resolution_key,
    "size": _size_key,
}


def key_of(name: str | None, value: Any) -> Any:
    """What two values of a field share when they mean the same: ``4k``, ``4K`` and ``2160p`` do."""
    make = _KEYS.get(name or "")
    if make is not None:
        return make(value)
    return (bool, value) if isinstance(value, bool) else value


_MEASURES: dict[str, Callable[[Any], float | None]] = {
    "aspect_ratio": lambda text: (value := ratio(text)) and math.log(value),
    "resolution": short_side,
}


def measure(name: str | None, value: Any) -> float | None:
    """Where a value stands on the scale of its field, for finding the nearest; None for a word."""
    if name in _MEASURES:
        return _MEASURES[name](value)
    return float(value) if is_number(value) else None


def nearest(name: str | None, options: Iterable[Any], value: Any) -> Any:
    """The option that is closest to a value, the smaller of two; None when they cannot be compared."""
    here = measure(name, value)
    if here is None:
        return None
    scale = [(abs(there - here), there, option) for option in options if (there := measure(name, option)) is not None]
    return min(scale, key=lambda item: (round(item[0], 9), item[1]))[2] if scale else None


def has_type(kind: str, value: Any) -> bool:
    """Whether a value given under a wire name already has the wire type; ``"5"`` is no number and True is none."""
    if kind == "str":
        return isinstance(value, str)
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in ("float", "number"):
        return is_number(value)
    if kind == "bool":
        return isinstance(value, bool)
    if kind in ("list", "object"):
        return isinstance(value, (list, tuple) if kind == "list" else dict)
    return True


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(plain_number(value)) if is_number(value) else str(value)


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "str": _text,
    "int": lambda value: int(value) if is_number(value) else value,
    "float": lambda value: float(value) if is_number(value) else value,
    "number": lambda value: plain_number(value) if is_number(value) else value,
}


def to_wire(kind: str, value: Any, suffix: str = "") -> Any:
    """A value in the type of its wire field; a word such as ``"auto"`` keeps its form and takes no suffix."""
    written = _WRITERS[kind](value) if kind in _WRITERS else value
    return f"{written}{suffix}" if suffix and is_number(value) else written


def listed(options: Iterable[Any], *, most: int = 16) -> str:
    """``4, 6 or 8``; a long list is cut and says how many more there are."""
    words = [str(plain_number(option)) if is_number(option) else str(option) for option in options]
    if len(words) > most:
        return ", ".join(words[:most]) + f" and {len(words) - most} more"
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def between(minimum: float | None, maximum: float | None) -> str:
    """``3 to 15``, ``at least 3`` or ``at most 15``; empty without bounds."""
    if minimum is not None and maximum is not None:
        return f"{plain_number(minimum)} to {plain_number(maximum)}"
    if minimum is not None:
        return f"at least {plain_number(minimum)}"
    return f"at most {plain_number(maximum)}" if maximum is not None else ""


def shown(value: Any) -> str:
    """A value in an error: short, and numbers as people write them."""
    text = repr(plain_number(value)) if is_number(value) else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
