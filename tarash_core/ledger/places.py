"""Where the ledger lies when nobody says: the folder that each platform keeps for a user's state."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "TARASH_LEDGER"
"""Names another file; empty means no ledger."""


def default_path(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path | None:
    """The file of ``TARASH_LEDGER``, else ``jobs.db`` in the user's state folder; None when the variable is empty."""
    named = environ.get(VARIABLE)
    if named is not None:
        return Path(named).expanduser() if named.strip() else None
    return state_folder(environ, platform) / "jobs.db"


def state_folder(environ: Mapping[str, str], platform: str) -> Path:
    r"""``%LOCALAPPDATA%\tarash``, ``~/Library/Application Support/tarash`` or ``$XDG_STATE_HOME/tarash``."""
    if platform == "win32":
        local = environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "tarash"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "tarash"
    # The XDG specification has a relative path ignored.
    named = Path(environ.get("XDG_STATE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".local" / "state") / "tarash"
