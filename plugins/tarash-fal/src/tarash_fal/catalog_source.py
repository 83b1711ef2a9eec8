"""What ``tarash catalog`` needs of fal: where it lists its endpoints, their schemas and their prices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from tarash_core.catalog.building.source import CatalogSource, Fetched, read_all
from tarash_core.plugins import HttpRequest, Steps
from tarash_fal.discovery import API, category_of, listed

_AT_ONCE = 50
_NO_KEY = (401, 403)
_UNITS = {
    "second": "usd_per_second", "video second": "usd_per_second", "image": "usd_per_output", "video": "usd_per_output",
    "megapixel": "usd_per_megapixel", "request": "usd_per_job",
}  # fmt: skip


def fetch(known: Collection[str]) -> Steps[Fetched]:
    """Every endpoint that fal lists, with its schema, and with its price where there is a key to ask with."""
    items = yield from listed(known, expand="openapi-3.0")
    prices = yield from _prices([item["endpoint_id"] for item in items])
    source = f"GET {API}/v1/models"
    categories = {item["endpoint_id"]: tuple(filter(None, (category_of(item),))) for item in items}
    return read_all(
        {item["endpoint_id"]: item.get("openapi") or {} for item in items},
        set(known) - categories.keys(),
        lambda id: {"source": source, **({"price": prices[id]} if id in prices else {})},
        lambda id: categories[id],
    )


def _prices(ids: list[str]) -> Steps[dict[str, Mapping[str, Any]]]:
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        query = urlencode({"endpoint_id": ids[start : start + _AT_ONCE]}, doseq=True)
        response = yield HttpRequest("GET", f"{API}/v1/models/pricing?{query}", expect=_NO_KEY)
        if response.status in _NO_KEY:
            return {}
        found.update(_read(response.json().get("prices") or ()))
    return found


def _read(prices: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Prices in dollars by a unit that we know; others stay unknown."""
    known = ((price, _UNITS.get(str(price.get("unit")).lower().rstrip("s"))) for price in prices)
    return {
        price["endpoint_id"]: {unit: str(price["unit_price"]), "source": f"GET {API}/v1/models/pricing"}
        for price, unit in known
        if unit is not None and price.get("currency", "USD") == "USD"
    }


SOURCE = CatalogSource(
    package="tarash_fal",
    about="Built by 'tarash catalog build fal' from the published input types of fal's endpoints and overrides.toml.",
    fetch=fetch,
)
