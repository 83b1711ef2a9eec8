"""Asking a vendor for what it publishes now; the only part of building that needs the network."""

from __future__ import annotations

from tarash_core.catalog.building.endpoint import SchemaFile
from tarash_core.catalog.building.source import CatalogSource, Fetched
from tarash_core.engine.asks import Flow
from tarash_core.engine.clocks import Deadline
from tarash_core.engine.exchange import Line, converse
from tarash_core.engine.session import Session
from tarash_core.models.config import VideoGenerationConfig

SECONDS = 3600.0
"""How long asking for a whole catalogue may take."""


def fetch(session: Session, provider_name: str, source: CatalogSource, known: SchemaFile) -> Flow[Fetched]:
    """What a vendor publishes now.

    Args:
        session: The gateway's state; a key is used where there is one.
        provider_name: Canonical name of the provider.
        source: The source of its catalogue.
        known: The schemas that are known.

    Raises:
        TarashException: The vendor cannot be asked.
    """
    config = VideoGenerationConfig(provider=provider_name, model="*")
    access = session.access(config, needs_key=False)
    line = Line(access=access, phase="schema", deadline=Deadline.after(session.clock, SECONDS))
    return (yield from converse(line, source.fetch(frozenset(known.endpoints))))
