"""Stability AI for Tarash; the core finds `provider` through the entry point ``tarash.providers``."""

from tarash_stability.provider import Stability

provider = Stability()

__all__ = ["Stability", "provider"]
