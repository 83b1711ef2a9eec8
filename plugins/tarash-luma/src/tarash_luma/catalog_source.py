"""What ``tarash catalog audit`` holds Luma's models against: a path, and on Agents a type, is one published way."""

from __future__ import annotations

from tarash_core.catalog.building.endpoint import Endpoint
from tarash_core.catalog.building.published import PublishedSource, on_path
from tarash_core.catalog.spec import Variant


def is_way(endpoint: Endpoint, variant: Variant) -> bool:
    """Whether a variant is a published way: by its path and, on Agents, its type."""
    type = variant.fields.get("type")
    return on_path(endpoint, variant) and (type is None or type.constant == endpoint.id.partition("/")[2])


SOURCE = PublishedSource(
    package="tarash_luma",
    is_way=is_way,
    # It left Luma's clients before the inputs were collected; it is called as ray-2 is.
    is_apart=lambda model, variant: model == "ray-1-6",
    left_out={
        # Waiting in the purchase itself, which Luma's guides advise against.
        "photon-*/image": ("sync", "sync_timeout"),
        # Has no effect: an edit follows its source.
        "ray-3.2/video_edit": ("aspect_ratio",),
    },
    passes_on=True,
)
