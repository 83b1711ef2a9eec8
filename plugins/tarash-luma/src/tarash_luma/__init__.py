"""Luma for Tarash; the core finds `provider` through the entry point ``tarash.providers``."""

from tarash_luma.provider import Luma

provider = Luma()

__all__ = ["Luma", "provider"]
