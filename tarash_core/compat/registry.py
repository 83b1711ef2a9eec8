"""The original's ``registry``."""

from __future__ import annotations

from tarash_core.compat.api import get_provider_field_mapping, register_provider, register_provider_field_mapping

__all__ = ["get_provider_field_mapping", "register_provider", "register_provider_field_mapping"]
