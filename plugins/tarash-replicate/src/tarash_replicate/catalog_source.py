"""What ``tarash catalog`` needs of Replicate: how each known model is asked for its inputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tarash_core.catalog.building.source import CatalogSource, Fetched, read_all
from tarash_core.plugins import HttpRequest, Steps
from tarash_replicate.predictions import ORIGIN

_FACTS = {"source": "GET /v1/models/{owner}/{name}", "complete": True}


def fetch(known: Collection[str]) -> Steps[Fetched]:
    """The inputs of the latest version of each known model; Replicate has no list of all that are worth knowing."""
    documents: dict[str, Mapping[str, Any]] = {}
    for id in sorted(known):
        response = yield HttpRequest("GET", f"{ORIGIN}/v1/models/{id}", expect=(404,))
        if response.status < 400:
            documents[id] = (response.json().get("latest_version") or {}).get("openapi_schema") or {}
    return read_all(documents, set(known) - documents.keys(), lambda id: _FACTS)


SOURCE = CatalogSource(
    package="tarash_replicate",
    about="Built by 'tarash catalog build replicate' from the inputs that Replicate publishes and overrides.toml.",
    fetch=fetch,
)
