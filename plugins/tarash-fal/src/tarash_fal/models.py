"""fal's models as data: each endpoint id is one model with one way of being called.

``catalog.json`` is built from the published input types of every endpoint and from ``overrides.toml``, by
``tarash catalog build fal``; both are read only when a model is looked up.
"""

from __future__ import annotations

from tarash_core.catalog.building.decoding import stored_catalog

PRESETS = ("square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9")
"""The names of shapes that nearly every image model of fal takes."""

CATALOG = stored_catalog("tarash_fal")
