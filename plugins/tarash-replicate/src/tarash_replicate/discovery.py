"""What Replicate publishes of a model: the inputs of a version, and which models are served.

A deployment is described as its current release; one that is changed later must be discovered again. A version alone,
without the model's name, cannot be discovered, as Replicate has no road to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from posixpath import splitext
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from attrs import evolve

from tarash_core.errors import ValidationError
from tarash_core.plugins import HttpRequest, Steps, values_at
from tarash_replicate.models import COLLECTIONS, KINDS
from tarash_replicate.predictions import ORIGIN
from tarash_replicate.routes import parts_of, route_of

if TYPE_CHECKING:
    from tarash_core.catalog import ModelSpec
    from tarash_core.models.job import Kind


def schema_of(model: str) -> Steps[ModelSpec]:
    """The model that a version's ``openapi_schema`` describes.

    Raises:
        ValidationError: The id is a version alone, or the model has no version that could be described.
    """
    from tarash_core.catalog.building import read_overrides, spec_of_openapi

    path, version = parts_of(model)
    if not path:
        raise ValidationError("A version alone names no model that could be asked; write owner/name:version.")
    if path.startswith("/v1/deployments/"):
        release = (yield _get(path)).json()["current_release"]
        path, version = f"/v1/models/{release['model']}", release["version"]
    described = (yield _get(path)).json()
    shown = described.get("latest_version") or {}
    if version is not None and version != shown.get("id"):
        shown = (yield _get(f"{path}/versions/{quote(version, safe='')}")).json()
    if not shown.get("openapi_schema"):
        raise ValidationError(f"Replicate publishes no inputs of {model}; give them through extra_params.")
    overrides, name = read_overrides("tarash_replicate"), path.removeprefix("/v1/models/")
    spec = spec_of_openapi(shown["openapi_schema"], overrides, name, kind=_kind_of_example(described))
    return evolve(spec, variants=[evolve(way, endpoint=route_of(model)[0]) for way in spec.variants])


def served(known: Collection[str]) -> Steps[frozenset[str]]:
    """The official models of Replicate's selections, and whatever of the known ones still answers."""
    found: set[str] = set()
    for slug in COLLECTIONS:
        response = yield _get(f"/v1/collections/{slug}", expect=(404,))
        models = response.json().get("models") or () if response.status < 400 else ()
        named = {f"{model['owner']}/{model['name']}": model.get("is_official") for model in models}
        found |= {name for name, official in named.items() if official or name in known}
    for id in sorted(set(known) - found):
        path, version = parts_of(id)
        if (yield _get(path + (f"/versions/{version}" if version else ""), expect=(404,))).status < 400:
            found.add(id)
    return frozenset(found)


def _get(path: str, expect: tuple[int, ...] = ()) -> HttpRequest:
    return HttpRequest("GET", ORIGIN + path, expect=expect)


def _kind_of_example(described: Mapping[str, Any]) -> Kind | None:
    """What the model's own example made, by the name of its file; the schema says only that it is a URL."""
    file = next(values_at(described, "default_example.output"), None)
    return KINDS.get(splitext(urlsplit(str(file)).path)[1].lower())
