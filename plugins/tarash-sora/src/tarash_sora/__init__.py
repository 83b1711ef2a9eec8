"""OpenAI's pictures and Videos API for Tarash; the core finds `provider` by the entry point ``tarash.providers``."""

from tarash_sora.provider import Sora

provider = Sora()

__all__ = ["Sora", "provider"]
