"""Google's models for Tarash; the core finds `provider` through the entry point ``tarash.providers``."""

from tarash_veo.provider import Veo

provider = Veo()

__all__ = ["Veo", "provider"]
