"""What fal publishes of its models: a schema for each endpoint, and the list of those that are served.

Both are open to everybody (dossier fal.md, section 1), so that neither carries the key.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tarash_core.plugins import HttpRequest, Steps

if TYPE_CHECKING:
    from tarash_core.catalog import ModelSpec

SITE, API = "https://fal.ai", "https://api.fal.ai"

CATEGORIES = frozenset(
    ("text-to-video", "image-to-video", "video-to-video", "audio-to-video", "text-to-image", "image-to-image")
)
"""fal's own words for endpoints that make videos or images."""

_PAGE, _MOST_PAGES = 100, 200


def schema_of(model: str) -> Steps[ModelSpec]:
    """The model that an endpoint's OpenAPI document describes."""
    from tarash_core.catalog.building import read_overrides, spec_of_openapi

    query = urlencode({"endpoint_id": model})
    response = yield HttpRequest("GET", f"{SITE}/api/openapi/queue/openapi.json?{query}", signed=False)
    return spec_of_openapi(response.json(), read_overrides("tarash_fal"), model)


def served(known: Collection[str]) -> Steps[frozenset[str]]:
    """The ids that fal lists as active: of videos and images, and whatever else is known here."""
    found: set[str] = set()
    cursor = None
    for _ in range(_MOST_PAGES):
        query = {"status": "active", "limit": _PAGE, **({"cursor": cursor} if cursor else {})}
        page = (yield HttpRequest("GET", f"{API}/v1/models?{urlencode(query)}", signed=False)).json()
        for item in page["models"]:
            id, category = item["endpoint_id"], (item.get("metadata") or {}).get("category")
            if category in CATEGORIES or id in known:
                found.add(id)
        cursor = page.get("next_cursor")
        if not page.get("has_more") or cursor is None:
            break
    return frozenset(found)
