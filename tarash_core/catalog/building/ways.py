"""One endpoint as several ways to call it: where every medium may be left out, each mode has those that make it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tarash_core.fields import names

Raw = dict[str, Any]

_MAKING: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "video": (("first_frame",), ("first_frame", "last_frame"), ("reference_images", "asset_images")),
    "image": ((names.ANY_IMAGE,), (names.ANY_IMAGE, "mask_image")),
}
_MODES = {
    "first_frame": "image-to-video",
    "last_frame": "first-last-frame",
    "reference_images": "reference-to-video",
    names.ANY_IMAGE: "image-to-image",
    "mask_image": "inpaint",
}
_WITH_REFERENCES = ("video", "audio")


def split(
    fields: Mapping[str, Raw], kind: str, modality: Collection[str] = ()
) -> tuple[dict[str, Raw], list[Raw]] | None:
    """The fields that all ways share, and the ways with those that each adds.

    Args:
        fields: The raw fields by their paths.
        kind: ``video`` or ``image``.
        modality: What the collection says that the model does.

    Returns:
        None where one way is enough: no medium is there to choose, or one is needed anyway.
    """
    media = {path: raw for path, raw in fields.items() if raw.get("source") in names.MEDIA}
    sources = {raw["source"] for raw in media.values()}
    making = [group for group in _MAKING[kind] if set(group) & sources]
    if "inpaint" in modality and "image-to-image" not in modality:
        making = [group for group in making if "mask_image" in group]
    if not making or any(raw.get("required") for raw in media.values()):
        return None
    beside = set(_WITH_REFERENCES) if "reference_images" in sources else set()
    telling = beside.union(*making)
    parted = {path: raw for path, raw in media.items() if raw["source"] in telling}
    shared = {path: raw for path, raw in fields.items() if path not in parted}
    ways = [{"modes": [f"text-to-{kind}"], "fields": {}}]
    ways += _ways(making, parted, sources)
    return shared, ways


def _ways(making: list[tuple[str, ...]], media: Mapping[str, Raw], sources: set[str]) -> Iterator[Raw]:
    for group in making:
        if not set(group) & sources or (group[-1] not in sources and "reference_images" not in group):
            continue
        if "reference_images" in group:
            yield _references(media)
        else:
            yield {"modes": [_MODES[group[-1]]], "fields": dict(_needed(media, group))}


def _needed(media: Mapping[str, Raw], group: tuple[str, ...]) -> Iterator[tuple[str, Raw]]:
    for path, raw in media.items():
        if raw["source"] in group:
            yield path, {**raw, "required": True}


def _references(media: Mapping[str, Raw]) -> Raw:
    """References alone are needed; where videos and sounds may stand for them, one of all is."""
    wanted = ("reference_images", "asset_images", *_WITH_REFERENCES)
    fields = {path: raw for path, raw in media.items() if raw["source"] in wanted}
    if len(fields) == 1:
        fields = {path: {**raw, "required": True} for path, raw in fields.items()}
        return {"modes": ["reference-to-video"], "fields": fields}
    sources = sorted(raw["source"] for raw in fields.values())
    return {"modes": ["reference-to-video"], "fields": fields, "rules": [["at_least_one_of", *sources]]}
