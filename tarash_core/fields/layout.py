"""The fields of a variant, read once: paths parsed, sources known, media inputs counted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from tarash_core.errors import ValidationError
from tarash_core.fields import names, paths
from tarash_core.fields.mapper import FieldMapper

_SHAPE = ("aspect_ratio", "resolution", "size")


@frozen
class Entry:
    """One wire field.

    Attributes:
        path: Its wire path.
        steps: The path, parsed.
        mapper: How it gets its value.
        sources: The names of our request that it reads.
    """

    path: str
    steps: tuple[paths.Step, ...]
    mapper: FieldMapper
    sources: tuple[str, ...]


@frozen
class Input:
    """How many media of one source a variant takes: the fewest, the most, and the fewest if there are any."""

    fewest: int
    most: float
    once_given: int = 1

    @property
    def required(self) -> bool:
        """Whether the variant cannot be called without."""
        return self.fewest > 0


@frozen
class Layout:
    """The fields of one variant.

    Attributes:
        entries: All wire fields in their order.
        reads: Every name of our request that some field reads, besides ``extra_params``.
        inputs: The media that it takes.
        extras: The keys of ``extra_params`` that have a field of their own.
        by_source: The first field that reads a name.
    """

    entries: tuple[Entry, ...]
    reads: frozenset[str]
    inputs: Mapping[str, Input]
    extras: frozenset[str]
    by_source: Mapping[str, Entry]

    @property
    def image_sources(self) -> tuple[str, ...]:
        """The sources of images that it has."""
        return tuple(name for name in self.inputs if name in names.ROLES or name == names.ANY_IMAGE)


def layout_of(fields: Mapping[str, FieldMapper], kind: str) -> Layout:
    """Reads the fields of a variant of that kind.

    Raises:
        ValidationError: A path cannot be read, a value is no mapper, or a list is written below another list.
    """
    entries = [_entry(path, mapper, kind) for path, mapper in fields.items()]
    _share_shapes(entries)
    by_source: dict[str, Entry] = {}
    for entry in entries:
        for source in entry.sources:
            by_source.setdefault(source, entry)
    extras = frozenset(entry.mapper.extra_name for entry in entries if entry.mapper.is_extra)
    return Layout(tuple(entries), frozenset(by_source), _inputs(entries), extras, by_source)


def _entry(path: str, mapper: FieldMapper, kind: str) -> Entry:
    if not isinstance(mapper, FieldMapper):
        raise ValidationError(f"The field {path!r} needs a field mapper, not {mapper!r}.")
    if mapper.source_field in names.COUNTS:
        mapper = evolve(mapper, source_field="number_of_videos" if kind == "video" else "n")
    source = mapper.source_field
    sources = () if source is None or mapper.is_extra else (source,)
    return Entry(path, paths.parse(path), mapper, sources)


def _share_shapes(entries: list[Entry]) -> None:
    """A size also reads ratio and resolution, unless these have fields of their own."""
    own = {source for entry in entries if not entry.mapper.shapes for source in entry.sources}
    for place, entry in enumerate(entries):
        if entry.mapper.shapes:
            entries[place] = evolve(entry, sources=tuple(name for name in _SHAPE if name not in own))


def _inputs(entries: Iterable[Entry]) -> dict[str, Input]:
    found: dict[str, Input] = {}
    for entry in entries:
        if not entry.mapper.is_media or entry.mapper.source_field is None:
            continue
        fewest, most = entry.mapper.capacity
        if entry.mapper.converter is not None:
            most = math.inf
        before = found.get(entry.mapper.source_field, Input(0, 0))
        once_given = max(before.once_given, fewest, entry.mapper.min_items or 1)
        found[entry.mapper.source_field] = Input(max(before.fewest, fewest), max(before.most, most), once_given)
    return found
