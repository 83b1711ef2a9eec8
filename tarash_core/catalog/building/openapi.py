"""Reading OpenAPI documents: that of an endpoint on fal's queue, and the ``openapi_schema`` of a Replicate version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tarash_core.catalog.building.endpoint import Endpoint
from tarash_core.errors import ValidationError
from tarash_core.models.job import Kind

_KEPT = (
    "type", "format", "enum", "default", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems",
    "required", "deprecated",
)  # fmt: skip
_DEEP = 12
_TELLING = {
    "video": {
        "duration", "fps", "num_frames", "frames_per_second", "generate_audio", "video", "video_url", "start_image",
        "end_image", "first_frame_image", "last_frame_image", "last_frame", "video_length", "seconds",
    },
}  # fmt: skip


def read_openapi(
    document: Mapping[str, Any], id: str = "", *, kind: Kind | None = None, modality: tuple[str, ...] = ()
) -> Endpoint:
    """The endpoint that a document describes.

    Args:
        document: The OpenAPI document, parsed.
        id: The model id; the document's own (``x-fal-metadata``) when empty.
        kind: ``video`` or ``image``; when None it is read from the output, the category or the inputs.
        modality: What the endpoint does; the document's own category when empty.

    Raises:
        ValidationError: The document describes no input.
    """
    known = document.get("info", {}).get("x-fal-metadata") or {}
    id = id or known.get("endpointId") or ""
    inputs = resolved(document, _input(document, id))
    if "properties" not in inputs:
        raise ValidationError(f"The OpenAPI document of {id or 'this model'} describes no input; give extra_params.")
    told = modality or tuple(filter(None, (known.get("category"),)))
    kind = kind or _kind(told, _output(document), inputs)
    return Endpoint(id=id, kind=kind, modality=told, schema=inputs)


def _schemas(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = document.get("components", {}).get("schemas", {})
    return found


def _input(document: Mapping[str, Any], id: str) -> Mapping[str, Any]:
    posts = {path: item["post"] for path, item in document.get("paths", {}).items() if "post" in item}
    post = posts.get(f"/{id}") or (next(iter(posts.values())) if len(posts) == 1 else {})
    found: Mapping[str, Any] = (
        post.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    )
    return _schemas(document).get("Input") or found


def _output(document: Mapping[str, Any]) -> Mapping[str, Any]:
    schemas = _schemas(document)
    none: Mapping[str, Any] = {}
    found = schemas.get("Output") or next((s for name, s in schemas.items() if name.endswith("Output")), none)
    return resolved(document, found)


def _kind(modality: tuple[str, ...], output: Mapping[str, Any], inputs: Mapping[str, Any]) -> Kind:
    """The kind by the output's names, then by the category, then by inputs that only videos have."""
    files = set(output.get("properties", {}))
    if files & {"video", "videos"}:
        return "video"
    if files & {"image", "images"}:
        return "image"
    for word in modality:
        if word.endswith(("video", "image")):
            return "video" if word.endswith("video") else "image"
    return "video" if _TELLING["video"] & set(inputs["properties"]) else "image"


def resolved(document: Mapping[str, Any], schema: Mapping[str, Any], deep: int = 0) -> dict[str, Any]:
    """A schema without references, titles and null alternatives; what is nested too deep is left open."""
    if deep > _DEEP:
        return {}
    schema = _flat(document, schema, deep)
    found = {key: schema[key] for key in _KEPT if schema.get(key) is not None}
    if "properties" in schema:
        found["properties"] = {
            name: resolved(document, part, deep + 1) for name, part in _ordered(schema["properties"])
        }
    if isinstance(schema.get("items"), Mapping):
        found["items"] = resolved(document, schema["items"], deep + 1)
    if "anyOf" in schema:
        found["anyOf"] = [resolved(document, part, deep + 1) for part in schema["anyOf"]]
    return found


def _flat(document: Mapping[str, Any], schema: Mapping[str, Any], deep: int) -> dict[str, Any]:
    """References followed, ``allOf`` joined, ``oneOf`` taken for ``anyOf``, null alternatives left out."""
    flat = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "anyOf", "oneOf")}
    for part in (*_referred(document, schema), *schema.get("allOf", ())):
        flat = {**_flat(document, part, deep + 1), **flat} if deep <= _DEEP else flat
    ways = [way for way in schema.get("anyOf") or schema.get("oneOf") or () if way.get("type") != "null"]
    if len(ways) == 1:
        return {**_flat(document, ways[0], deep + 1), **flat} if deep <= _DEEP else flat
    return {**flat, "anyOf": ways} if ways else flat


def _referred(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if isinstance(reference := schema.get("$ref"), str):
        yield _schemas(document).get(reference.rsplit("/", 1)[-1], {})


def _ordered(properties: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """In the order of ``x-order``, where a document has it."""
    return sorted(properties.items(), key=lambda pair: pair[1].get("x-order", 0))
