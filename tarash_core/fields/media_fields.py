"""Settling media: each in the form that the model takes, or as a hole that the engine fills."""

from __future__ import annotations

from typing import Any

from tarash_core.fields import names, paths, policy
from tarash_core.fields.desk import Desk, Write
from tarash_core.fields.forms import allowed_forms, usable_forms, write_media
from tarash_core.fields.layout import Entry
from tarash_core.fields.mapper import FieldMapper
from tarash_core.models.media import ImageInput


def count_media(desk: Desk) -> None:
    """Makes media count for rules and prices, images by their type and all together."""
    chosen, images = desk.context.chosen.media, desk.context.asked.images
    for taken, media in chosen.items():
        desk.effective[taken] = len(media)
    for source, _ in images:
        if source and source not in chosen:
            desk.effective[source] = desk.effective.get(source, 0) + 1
    if images:
        desk.effective[names.ANY_IMAGE] = len(images)


def settle_media(desk: Desk, entry: Entry) -> None:
    """Puts down the media of one field."""
    mapper = entry.mapper
    media = desk.context.chosen.media.get(mapper.source_field or "", ())
    if mapper.converter is not None:
        desk.write(entry, mapper.write(media, desk.context.asked.request) if media else None)
        return
    reached = media[mapper.index :] if mapper.many else media[mapper.index : mapper.index + 1]
    if not reached:
        return
    items = tuple((_written(desk, mapper, medium), _item(desk, mapper, medium)) for medium in reached)
    if paths.has_each(entry.steps):
        desk.writes.append(Write(entry, items=items))
    else:
        desk.write(entry, [value for value, _ in items] if mapper.many else items[0][0])


def _written(desk: Desk, mapper: FieldMapper, medium: Any) -> Any:
    media = medium.image if isinstance(medium, ImageInput) else medium
    forms = usable_forms(media, mapper.forms, desk.context.provider)
    if not forms:
        raise policy.lacking(mapper.name, media, allowed_forms(mapper.forms), desk.context.where, "firm", None)
    return write_media(media, forms, mapper.name, mapper.limits)


def _item(desk: Desk, mapper: FieldMapper, medium: Any) -> dict[str, Any]:
    """The further keys of an item; a name or weight that the model does not take is a hint."""
    if not isinstance(medium, ImageInput) or (medium.name is None and medium.weight is None):
        return {}
    told = {attr: value for attr in ("name", "weight") if (value := getattr(medium, attr)) is not None}
    for attr in told.keys() - set(mapper.item.values()):
        name = f"{mapper.name}.{attr}"
        if desk.context.policy == "error":
            raise policy.no_input(name, told[attr], desk.context.where, "hint")
        desk.note_drop(name, told[attr], f"{desk.context.where} has no such input")
    return {key: told[attr] for key, attr in mapper.item.items() if attr in told}
