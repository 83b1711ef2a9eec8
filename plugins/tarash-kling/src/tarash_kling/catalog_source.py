"""What ``tarash catalog audit`` holds Kling's models against: each model at each of its paths is one published way."""

from __future__ import annotations

from tarash_core.catalog.building.published import PublishedSource

SOURCE = PublishedSource(
    package="tarash_kling",
    # A restyle keeps the size of its picture, and with a picture there is no negative prompt.
    left_out={"kling-v2-new/image-generation": ("aspect_ratio", "negative_prompt")},
    passes_on=True,
)
