"""Checks of single fields; each refuses with one sentence that names the field, the value and the way out."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tarash_core.errors import UnsupportedParameterError, ValidationError

if TYPE_CHECKING:
    from attrs import Attribute

    Check = Callable[[Any, Attribute[Any], Any], None]

_RATIO = re.compile(r"[1-9]\d*(\.\d+)?:[1-9]\d*(\.\d+)?")
_RESOLUTION = re.compile(r"[0-9]+(\.[0-9]+)?\s?([pP]|[kK]|MP)|[1-9]\d{1,4}x[1-9]\d{1,4}")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*")
_SIZE = re.compile(r"[1-9]\d{1,4}x[1-9]\d{1,4}")


def refuse(name: str, value: Any, needed: str) -> UnsupportedParameterError:
    """The error for a value that no model can take."""
    shown = repr(value)
    shown = shown if len(shown) <= 80 else shown[:77] + "..."
    return UnsupportedParameterError(f"{name} must be {needed}, not {shown}.", field=name, value=value, allowed=needed)


def check(needed: str, holds: Callable[[Any], bool]) -> Check:
    """A validator of whatever ``holds``, and of None where that is the default; ``needed`` completes 'must be …'."""

    def validate(instance: Any, attribute: Attribute[Any], value: Any) -> None:
        if (value is not None or attribute.default is not None) and not holds(value):
            raise refuse(attribute.name, value, needed)

    return validate


def is_number(value: Any) -> bool:
    """True for a finite int or float; a bool is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: Any) -> bool:
    """True for an int; a bool is none."""
    return isinstance(value, int) and not isinstance(value, bool)


positive_seconds = check("a number of seconds above 0", lambda v: is_number(v) and v > 0)
seconds_or_zero = check("a number of seconds, 0 or above", lambda v: is_number(v) and v >= 0)
positive_number = check("a number above 0", lambda v: is_number(v) and v > 0)
positive_whole = check("a whole number above 0", lambda v: is_whole(v) and v > 0)
whole = check("a whole number", is_whole)
yes_or_no = check("True or False", lambda v: isinstance(v, bool))
text = check("a text", lambda v: isinstance(v, str))
filled_text = check("a text that is not empty", lambda v: isinstance(v, str) and bool(v.strip()))
ratio = check(
    "a ratio such as '16:9', or a model's own word such as 'auto'",
    lambda v: isinstance(v, str) and (bool(_RATIO.fullmatch(v)) or v.isidentifier()),
)
resolution = check(
    "a resolution such as '720p', '4k' or '1280x720'", lambda v: isinstance(v, str) and bool(_RESOLUTION.fullmatch(v))
)
size = check(
    "a size such as '1024x1024', or 'auto'", lambda v: v == "auto" or (isinstance(v, str) and bool(_SIZE.fullmatch(v)))
)
provider_name = check(
    "the name of a provider, such as 'fal'", lambda v: isinstance(v, str) and bool(v.strip()) and "/" not in v
)
web_address = check("an http(s) URL", lambda v: isinstance(v, str) and bool(_WEB_ADDRESS.fullmatch(v)))
policy = check("'error', 'warn' or 'nearest'", lambda v: v in ("error", "warn", "nearest"))


def prompt(instance: Any, attribute: Attribute[Any], value: Any) -> None:
    """A prompt is a text with something in it, or None where the job has none."""
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise refuse(attribute.name, value, "a text that is not empty, or None for a job that has no prompt")


def secret(instance: Any, attribute: Attribute[Any], value: Any) -> None:
    """A key is a text that can stand in a header; the message never shows it."""
    if value is None:
        return
    if not isinstance(value, str) or not (value.isascii() and value.isprintable() and value == value.strip() != ""):
        raise ValidationError(
            f"{attribute.name} must be one line of ASCII text without spaces around it; "
            "check that the variable holds the whole key and nothing else."
        )
