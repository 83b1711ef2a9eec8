"""fal for Tarash: install it and write ``provider="fal"``."""

from tarash_fal.provider import FalProvider, provider

__all__ = ["FalProvider", "provider"]
