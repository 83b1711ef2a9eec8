"""Runway for Tarash: install it and write ``provider="runway"``."""

from tarash_runway.provider import Runway

provider = Runway()

__all__ = ["Runway", "provider"]
