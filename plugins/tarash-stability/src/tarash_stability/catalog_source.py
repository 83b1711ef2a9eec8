"""What ``tarash catalog audit`` holds Stability's models against: each mode of a model is one published way."""

from __future__ import annotations

from tarash_core.catalog.building.endpoint import Endpoint
from tarash_core.catalog.building.published import PublishedSource, on_path
from tarash_core.catalog.spec import Variant
from tarash_core.models.request import MODES


def is_way(endpoint: Endpoint, variant: Variant) -> bool:
    """Whether a variant is a published way: by its path and, where one path has several, its mode."""
    name = endpoint.id.partition("/")[2]
    return on_path(endpoint, variant) and (name not in MODES or name in variant.modes)


SOURCE = PublishedSource(package="tarash_stability", is_way=is_way)
