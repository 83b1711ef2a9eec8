"""Models as data: what each one takes, what it costs, and whether it still lives."""

from tarash_core.catalog.catalog import Catalog
from tarash_core.catalog.lifecycle import Lifecycle, set_today, today
from tarash_core.catalog.price import Price
from tarash_core.catalog.spec import ModelSpec, Variant

__all__ = ["Catalog", "Lifecycle", "ModelSpec", "Price", "Variant", "set_today", "today"]
