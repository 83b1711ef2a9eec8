"""Replicate for Tarash; the core finds `provider` through the entry point ``tarash.providers``."""

from tarash_replicate.provider import Replicate

provider = Replicate()

__all__ = ["Replicate", "provider"]
