"""What ``tarash catalog`` needs of Replicate: how each known model is asked for its inputs."""

from __future__ import annotations

from collections.abc import Collection

from tarash_core.catalog.building.endpoint import Endpoint
from tarash_core.catalog.building.openapi import read_openapi
from tarash_core.catalog.building.source import CatalogSource, Fetched
from tarash_core.errors import ValidationError
from tarash_core.plugins import HttpRequest, Steps
from tarash_replicate.predictions import ORIGIN


def fetch(known: Collection[str]) -> Steps[Fetched]:
    """The inputs of the latest version of each known model; Replicate has no list of all that are worth knowing."""
    endpoints: list[Endpoint] = []
    gone: set[str] = set()
    unread: dict[str, str] = {}
    for id in sorted(known):
        response = yield HttpRequest("GET", f"{ORIGIN}/v1/models/{id}", expect=(404,))
        if response.status == 404:
            gone.add(id)
            continue
        document = (response.json().get("latest_version") or {}).get("openapi_schema") or {}
        try:
            read = read_openapi(document, id)
        except ValidationError as error:
            unread[id] = str(error)
        else:
            facts = {"source": "GET /v1/models/{owner}/{name}", "complete": True}
            endpoints.append(Endpoint(id=id, kind=read.kind, schema=read.schema, facts=facts))
    return Fetched(tuple(endpoints), frozenset(gone), unread)


SOURCE = CatalogSource(
    package="tarash_replicate",
    about="Built by 'tarash catalog build replicate' from the inputs that Replicate publishes and overrides.toml.",
    fetch=fetch,
)
