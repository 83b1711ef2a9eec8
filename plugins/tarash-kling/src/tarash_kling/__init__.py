"""Kling for Tarash; the core finds `provider` through the entry point ``tarash.providers``."""

from tarash_kling.provider import Kling

provider = Kling()

__all__ = ["Kling", "provider"]
