"""What Replicate publishes of a model: the inputs of a version, and which models are served.

A deployment is described as its current release; one that is changed later must be discovered again. A version alone,
without the model's name, cannot be discovered, as Replicate has no road to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlsplit

from attrs import evolve

from tarash_core.errors import ValidationError
from tarash_core.plugins import HttpRequest, Steps
from tarash_replicate.predictions import ORIGIN
from tarash_replicate.routes import parts_of, route_of

if TYPE_CHECKING:
    from tarash_core.catalog import ModelSpec

COLLECTIONS = ("text-to-video", "image-to-video", "text-to-image", "official")
"""Replicate's own selections in which new models of ours turn up; one that is missing is passed over."""

_KINDS: Mapping[str, Literal["video", "image"]] = {
    **dict.fromkeys(("mp4", "webm", "mov", "gif"), "video"),
    **dict.fromkeys(("png", "jpg", "jpeg", "webp", "avif", "svg"), "image"),
}


def schema_of(model: str) -> Steps[ModelSpec]:
    """The model that a version's ``openapi_schema`` describes.

    Raises:
        ValidationError: The id is a version alone, or the model has no version that could be described.
    """
    from tarash_core.catalog.building import read_overrides, spec_of_openapi

    name, version, is_deployment = parts_of(model)
    if name is None:
        raise ValidationError("A version alone names no model that could be asked; write owner/name:version.")
    if is_deployment:
        release = (yield _get(f"/v1/deployments/{name}")).json().get("current_release") or {}
        name, version = release.get("model") or name, release.get("version")
    described = (yield _get(f"/v1/models/{name}")).json()
    shown = described.get("latest_version") or {}
    if version is not None and version != shown.get("id"):
        shown = (yield _get(f"/v1/models/{name}/versions/{quote(version, safe='')}")).json()
    if not shown.get("openapi_schema"):
        raise ValidationError(f"Replicate publishes no inputs of {model}; give them through extra_params.")
    overrides = read_overrides("tarash_replicate")
    spec = spec_of_openapi(shown["openapi_schema"], overrides, name, kind=_kind_of_example(described))
    path, _ = route_of(model)
    return evolve(spec, variants=[evolve(way, endpoint=path) for way in spec.variants])


def served(known: Collection[str]) -> Steps[frozenset[str]]:
    """The official models of Replicate's selections, and whatever of the known ones still answers."""
    found: set[str] = set()
    for slug in COLLECTIONS:
        response = yield _get(f"/v1/collections/{slug}", expect=(404,))
        models = response.json().get("models") or () if response.status < 400 else ()
        named = {f"{model['owner']}/{model['name']}": model.get("is_official") for model in models}
        found |= {name for name, official in named.items() if official or name in known}
    for id in sorted(set(known) - found):
        name, version, _ = parts_of(id)
        path = f"/v1/models/{name}" + (f"/versions/{version}" if version else "")
        if (yield _get(path, expect=(404,))).status < 400:
            found.add(id)
    return frozenset(found)


def _get(path: str, expect: tuple[int, ...] = ()) -> HttpRequest:
    return HttpRequest("GET", ORIGIN + path, expect=expect)


def _kind_of_example(described: Mapping[str, Any]) -> Literal["video", "image"] | None:
    """What the model's own example made, by the name of its file; the schema says only that it is a URL."""
    output = (described.get("default_example") or {}).get("output")
    first = next(iter(output), None) if isinstance(output, (list, tuple)) else output
    suffix = re.search(r"\.(\w+)$", urlsplit(first).path) if isinstance(first, str) else None
    return _KINDS.get(suffix[1].lower()) if suffix else None
