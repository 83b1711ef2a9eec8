"""What ``tarash catalog audit`` holds Runway's models against: each model at each of its paths is one published way."""

from __future__ import annotations

from tarash_core.catalog.building.published import PublishedSource

SOURCE = PublishedSource(package="tarash_runway")
