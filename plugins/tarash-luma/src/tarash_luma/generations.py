"""Reading a generation of either API: the same few facts under other names (dossier luma.md, sections 2 to 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tarash_core.plugins import Done, Failed, Output, Queued, Running, States, Update, update_by
from tarash_luma.errors import error_of_failure

URL_SECONDS = 3600.0
"""How long Agents serves the URL of an output; asking for the generation again gives a fresh one."""

Generation = Mapping[str, Any]
STATES: States = {"queued": Queued, "dreaming": Running, "processing": Running, "completed": Done, "failed": Failed}


def update_of(generation: Generation) -> Update:
    """What a generation says; a word that nobody knows is a running one."""
    return update_by(
        STATES,
        str(generation.get("state")),
        generation,
        done=lambda: Done(*_outputs(generation), raw=generation),
        failed=lambda: error_of_failure(generation),
    )


def _outputs(generation: Generation) -> Iterator[Output]:
    """The files: those of Agents in their order, else the one that Dream Machine made, not its thumbnail."""
    for item in generation.get("output") or ():
        if isinstance(item, Mapping) and item.get("url"):
            yield Output(item["url"], expires_in_seconds=URL_SECONDS)
    assets = generation.get("assets") or {}
    kinds = ("image", "video") if generation.get("generation_type") == "image" else ("video", "image")
    url = next(filter(None, map(assets.get, kinds)), None)
    if url:
        yield Output(url)
