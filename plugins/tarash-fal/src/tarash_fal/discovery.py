"""What fal publishes of its models: a schema for each endpoint, and the list of those that are served.

Both are open to everybody (dossier fal.md, section 1), so that neither carries the key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any
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
    return frozenset(item["endpoint_id"] for item in (yield from listed(known)))


def listed(known: Collection[str], **more: str) -> Steps[list[dict[str, Any]]]:
    """What fal lists as active, page by page: its videos and images, and whatever else is known here.

    Args:
        known: Ids that are wanted whatever their category.
        **more: Further words of the query: ``expand="openapi-3.0"`` gives each item its document.
    """
    found: list[dict[str, Any]] = []
    cursor = None
    for _ in range(_MOST_PAGES):
        query = {"status": "active", "limit": _PAGE, **more, **({"cursor": cursor} if cursor else {})}
        page = (yield HttpRequest("GET", f"{API}/v1/models?{urlencode(query)}", signed=False)).json()
        found += [item for item in page["models"] if item["endpoint_id"] in known or category_of(item) in CATEGORIES]
        cursor = page.get("next_cursor")
        if not page.get("has_more") or cursor is None:
            break
    return found


def category_of(item: Mapping[str, Any]) -> str | None:
    """Fal's own word for what a listed endpoint does."""
    return (item.get("metadata") or {}).get("category")
