"""Settling ratio, resolution and size, whichever of them the request and the model know."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from tarash_core.fields import policy, shapes, values
from tarash_core.fields.desk import Desk
from tarash_core.fields.layout import Entry
from tarash_core.fields.mapper import FieldMapper

_NO_WISH = shapes.Wish()


def settle_shape(desk: Desk, entry: Entry) -> None:
    """Finds the one value for ratio, resolution and size, and puts it down."""
    desk.consumed.update(entry.sources)
    wish = _wish(desk, entry)
    if wish == _NO_WISH:
        _default(desk, entry)
        return
    picked = _picked(desk, entry, wish)
    if picked is not None:
        desk.effective.update(told_by(picked))
        desk.write(entry, picked.wire)


def _wish(desk: Desk, entry: Entry) -> shapes.Wish:
    ratio, resolution, size = (
        desk.given.get(name) if name in entry.sources else None for name in ("aspect_ratio", "resolution", "size")
    )
    if size is None and values.pixels(resolution):
        size, resolution = resolution, None
    if size is None:
        return shapes.Wish(ratio=ratio, resolution=resolution)
    _agree(desk, size)
    return shapes.Wish(size=size)


def _size_name(desk: Desk) -> str:
    """The field in which pixels are given: a resolution may be ``"1280x720"`` too."""
    return "size" if "size" in desk.given else "resolution"


def _agree(desk: Desk, size: str) -> None:
    """A ratio beside a size must be its own; a word such as ``auto`` says nothing."""
    ratio = desk.given.get("aspect_ratio")
    if values.pixels(size) and values.ratio(ratio) and shapes.ratio_of_size(size, (ratio,)) is None:
        allowed = f"{shapes.ratio_of_size(size, None)}, the ratio of {_size_name(desk)}={size!r}"
        raise policy.lacking("aspect_ratio", ratio, allowed, desk.context.where, "firm", None)


def _picked(desk: Desk, entry: Entry, wish: shapes.Wish) -> shapes.Shape | None:
    known, default = _shapes_of(entry), entry.mapper.default
    picked = shapes.pick(known, wish, default, desk.context.asked.kind)
    if picked.missing is None:
        if picked.inexact:
            _note_inexact(desk, str(wish.size), f"{picked.shape}", known.allowed)
        return picked.shape
    name = _size_name(desk) if picked.missing == "size" else picked.missing
    moved = desk.lacking(name, desk.given[name], known.allowed, picked.shape and str(picked.shape))
    return picked.shape if moved is not None else _without(desk, entry, name)


def _without(desk: Desk, entry: Entry, name: str) -> shapes.Shape | None:
    """The shape for what is left after a hint was dropped."""
    del desk.given[name]
    rest = _wish(desk, entry)
    if rest != _NO_WISH:
        return _picked(desk, entry, rest)
    _default(desk, entry)
    return None


def _shapes_of(entry: Entry) -> shapes.Shapes:
    known = entry.mapper.shapes
    assert known is not None
    return known


def _note_inexact(desk: Desk, size: str, written: str, allowed: str) -> None:
    """A name that tells only the ratio was found; its pixels are the model's choice."""
    name = _size_name(desk)
    if desk.context.policy == "error":
        raise policy.lacking(name, size, allowed, desk.context.where, "wish", written)
    desk.note("converted", name, f"{name}={size!r} is written as {written}; the model chooses the pixels.")


def _default(desk: Desk, entry: Entry) -> None:
    mapper = entry.mapper
    if desk.is_written_by_extra(entry):
        return
    if mapper.default is None:
        if mapper.required:
            raise policy.missing("size", mapper.allowed(), desk.context.where)
        return
    for name, value in told_by(mapper.default).items():
        desk.effective.setdefault(name, value)
    desk.note_default("size", str(mapper.default))
    if mapper.required or mapper.write_default:
        desk.write(entry, mapper.default.wire)


def told_by(shape: shapes.Shape) -> dict[str, Any]:
    """What a shape says by our names."""
    size = f"{shape.width}x{shape.height}" if shape.pixels else None
    told = {"aspect_ratio": shape.ratio, "resolution": shape.resolution, "size": size}
    return {name: value for name, value in told.items() if value is not None}


@frozen
class _Split:
    """The mappers of a model that knows ratios, and perhaps resolutions, but no sizes."""

    ratio: FieldMapper
    resolution: FieldMapper | None

    def ratios(self) -> tuple[Any, ...] | None:
        return None if self.ratio.choices is None else tuple(self.ratio.choices)

    def resolutions(self) -> tuple[Any, ...] | None:
        return None if self.resolution is None or self.resolution.choices is None else tuple(self.resolution.choices)

    @property
    def allowed(self) -> str:
        """What can be said instead of a size."""
        both = [f"aspect_ratio {self.ratio.allowed()}"]
        both += [f"resolution {self.resolution.allowed()}"] if self.resolution else []
        return " with ".join(both)


def split_size(desk: Desk) -> None:
    """Says a size as ratio and resolution, where the model knows only these."""
    name, by_source = _size_name(desk), desk.context.layout.by_source
    size, own = desk.given.get(name), by_source.get(name)
    if values.pixels(size) is None or (own and (own.mapper.shapes or own.mapper.refusal(size) is None)):
        return
    by_ratio, by_resolution = by_source.get("aspect_ratio"), by_source.get("resolution")
    if by_ratio is None or by_ratio.mapper.shapes:
        return
    _agree(desk, str(size))
    _split(desk, name, str(size), _Split(by_ratio.mapper, by_resolution.mapper if by_resolution else None))


def _split(desk: Desk, name: str, size: str, parts: _Split) -> None:
    ratio = shapes.ratio_of_size(size, parts.ratios())
    resolution: str | None = None
    if parts.resolution is not None:
        resolution = shapes.resolution_of_size(size, parts.resolutions(), desk.context.asked.kind)
    if ratio is None or (parts.resolution is not None and resolution is None):
        ratio, resolution = _nearest_split(desk, name, size, parts)
    elif parts.resolution is None:
        _note_inexact(desk, size, f"aspect_ratio={ratio!r}", parts.allowed)
    del desk.given[name]
    desk.consumed.add(name)
    for target, value in (("aspect_ratio", ratio), ("resolution", resolution)):
        if value is not None:
            desk.given.setdefault(target, value)


def _nearest_split(desk: Desk, name: str, size: str, parts: _Split) -> tuple[str | None, str | None]:
    exact = shapes.ratio_of_size(size, None)
    ratio = exact if (ratios := parts.ratios()) is None else values.nearest("aspect_ratio", ratios, exact)
    steps = parts.resolutions()
    resolution = None if steps is None else values.nearest("resolution", steps, size)
    near = ratio if resolution is None else f"{ratio} at {resolution}"
    desk.lacking(name, size, parts.allowed, near)
    return ratio, resolution
