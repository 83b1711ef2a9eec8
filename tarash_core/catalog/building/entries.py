"""From a published endpoint and the overrides to what a catalogue stores of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tarash_core.catalog.building.decoding import decode
from tarash_core.catalog.building.endpoint import Endpoint
from tarash_core.catalog.building.fields import Field, field_of
from tarash_core.catalog.building.modes import modes_of
from tarash_core.catalog.building.openapi import read_openapi
from tarash_core.catalog.building.overrides import Overrides
from tarash_core.catalog.building.roles import roles_of
from tarash_core.catalog.building.ways import split
from tarash_core.fields import values
from tarash_core.models.job import Kind

if TYPE_CHECKING:
    from tarash_core.catalog.spec import ModelSpec

_ORDER = (
    "prompt", "negative_prompt", "image_list", "first_frame", "last_frame", "reference_images", "asset_images",
    "style_images", "control_images", "video", "audio", "mask_image", "duration_seconds", "fps", "aspect_ratio",
    "resolution", "size", "generate_audio", "n", "quality", "style", "enhance_prompt", "seed",
)  # fmt: skip
_LIFE = ("listed", "delisted", "retires", "retired", "replacement", "source", "checked")


def spec_of_openapi(
    document: Mapping[str, Any],
    overrides: Overrides | None = None,
    id: str = "",
    *,
    kind: Kind | None = None,
    modality: tuple[str, ...] = (),
    forms: tuple[str, ...] = ("url", "data_uri"),
) -> ModelSpec:
    """A model that nobody listed, from its published OpenAPI document.

    Args:
        document: The document, parsed; of a Replicate version its ``openapi_schema``.
        overrides: The plugin's table.
        id: The model id; the document's own when empty.
        kind: ``video`` or ``image``; read from the document when None.
        modality: What the model does, where the caller knows.
        forms: Forms in which media are taken, the preferred one first.

    Raises:
        ValidationError: The document describes no input.
    """
    endpoint = read_openapi(document, id, kind=kind, modality=modality)
    return decode(endpoint.id, entry_of(endpoint, overrides or Overrides()), forms=forms)


def entry_of(endpoint: Endpoint, overrides: Overrides) -> dict[str, Any]:
    """What a catalogue stores of an endpoint; :func:`~tarash_core.catalog.building.decoding.decode` reads it."""
    told = overrides.of(endpoint.id)
    fields = dict(_fields(endpoint, told))
    entry: dict[str, Any] = {}
    if title := told.get("title"):
        entry["title"] = title
    ways = split(fields, endpoint.kind, endpoint.modality) if told.get("split") and not told.get("modes") else None
    if ways is None:
        entry |= {"modes": told.get("modes") or modes_of(endpoint, fields), "fields": fields}
    else:
        entry |= {"fields": ways[0], "ways": list(_corrected(ways[1], told.get("ways", {})))}
    entry |= {key: told[key] for key in ("endpoint", "fixed", "rules", "price") if told.get(key)}
    if "price" in endpoint.facts:
        entry.setdefault("price", endpoint.facts["price"])
    own = sorted(set(endpoint.properties) - {_root(path) for path in _paths(entry)})
    if own:
        entry["also"] = own
    if life := _life(endpoint, told):
        entry["lifecycle"] = life
    return entry


def _corrected(ways: list[dict[str, Any]], told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The ways with what the overrides say of a mode alone, and the ways that only these know."""
    known = {way["modes"][0] for way in ways}
    for way in (*ways, *({"modes": [mode], "fields": {}} for mode in told if mode not in known)):
        more = told.get(way["modes"][0], {})
        fields = {**way["fields"], **more.get("fields", {})}
        rules = [*way.get("rules", ()), *more.get("rules", ())]
        yield {**way, "fields": fields, **({"rules": rules} if rules else {})}


def _paths(entry: Mapping[str, Any]) -> Iterator[str]:
    yield from entry["fields"]
    for way in entry.get("ways", ()):
        yield from way["fields"]


def _root(path: str) -> str:
    return path.partition("[")[0].partition(".")[0]


def _fields(endpoint: Endpoint, told: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field in the order in which people read them."""
    correct = told.get("correct", {})
    props = {name: {**schema, **correct.get(name, {})} for name, schema in endpoint.properties.items()}
    roles = roles_of(endpoint, told.get("roles"))
    rate = next((props[name].get("default") for name, role in roles.items() if role == "fps"), None)
    made = []
    for name in sorted(props):
        if props[name].get("deprecated"):
            continue
        field = Field(
            name, roles[name], props[name], name in endpoint.required,
            told.get("words", {}).get(name), told.get("frames"), _number(rate),
        )  # fmt: skip
        made.append(field_of(field))
    return iter(sorted(made, key=_rank))


def _number(text: Any) -> float | None:
    return float(text) if values.is_number(text) or (isinstance(text, str) and text.isdigit()) else None


def _rank(pair: tuple[str, Mapping[str, Any]]) -> tuple[int, str]:
    source = pair[1].get("source")
    return (_ORDER.index(source) if source in _ORDER else len(_ORDER), pair[0])


def _life(endpoint: Endpoint, told: Mapping[str, Any]) -> dict[str, Any]:
    known = {**endpoint.facts, **told.get("lifecycle", {})}
    return {key: known[key] for key in _LIFE if known.get(key)}
