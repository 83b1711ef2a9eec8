"""Whether a delivered file is what was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from tarash_core.models.media import Media
from tarash_core.models.notice import Notice
from tarash_core.models.plan import Plan

_SECONDS = 0.5
# Vendors round sizes to what their model likes: 1280x704 passes for 16:9, and 832x480 for 480p.
_RATIO = 0.05
_SIDE, _AREA = 0.9, 0.8
_LINES = {"4k": 2160, "8k": 4320}
_OTHER_LENGTH = ("extend-video",)


def mismatches(plan: Plan, media: Media) -> tuple[Notice, ...]:
    """What differs between a measured file and the values that the plan counted on: length, ratio, resolution.

    A value that was neither asked for nor measured is not compared.
    """
    return (*_length(plan, media), *_size(plan, media))


def _notice(field: str, wanted: object, found: str) -> Notice:
    return Notice("mismatch", field, f"The file differs from the request: {field} is {found}, not {wanted}.")


def _length(plan: Plan, media: Media) -> Iterator[Notice]:
    wanted, found = plan.effective.get("duration_seconds"), media.duration_seconds
    if not isinstance(wanted, (int, float)) or found is None or plan.variant in _OTHER_LENGTH:
        return
    if abs(found - wanted) > _SECONDS:
        yield _notice("duration_seconds", wanted, f"{found:.2f}")


def _size(plan: Plan, media: Media) -> Iterator[Notice]:
    if not media.width or not media.height:
        return
    found = f"{media.width}x{media.height}"
    exact = _pair(plan.effective.get("size"), "x")
    if exact is not None:
        if exact != (media.width, media.height):
            yield _notice("size", plan.effective["size"], found)
        return
    ratio, lines = _pair(plan.effective.get("aspect_ratio"), ":"), _lines(plan.effective.get("resolution"))
    if ratio is not None and abs(media.width / media.height * ratio[1] / ratio[0] - 1) > _RATIO:
        yield _notice("aspect_ratio", plan.effective["aspect_ratio"], found)
    if lines is not None and _is_smaller(media.width, media.height, lines):
        yield _notice("resolution", plan.effective["resolution"], found)


def _pair(value: object, between: str) -> tuple[int, int] | None:
    """Width and height of ``1024x768`` or ``16:9``; None for a word such as ``auto``."""
    first, found, second = str(value).lower().partition(between)
    if not found or not first.isdecimal() or not second.isdecimal() or not int(first) or not int(second):
        return None
    return int(first), int(second)


def _lines(value: object) -> int | None:
    word = str(value).lower()
    number = word.removesuffix("p")
    return int(number) if number != word and number.isdecimal() else _LINES.get(word)


def _is_smaller(width: int, height: int, lines: int) -> bool:
    """Whether a picture has less than a resolution promises, in its shorter side and in its area alike."""
    return min(width, height) < _SIDE * lines and width * height < _AREA * lines * lines * 16 / 9
