"""The ledger: every purchase in a SQLite file, from the intent before it to its outcome.

Off by default in the library, on in the ``tarash`` command. For one gateway: ``Gateway(ledger="jobs.db")``. For every
job of the process: ``tarash_core.ledger.enable()``. It holds no prompt, no media and no key.
"""

from __future__ import annotations

import threading
from os import PathLike

from tarash_core.ledger.entry import FINISHED, Entry, State
from tarash_core.ledger.ledger import Ledger
from tarash_core.ledger.places import default_path

__all__ = ["FINISHED", "Entry", "Ledger", "State", "default_path", "disable", "enable", "enabled"]


class _Process:
    """The ledger that sees every job of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.ledger: Ledger | None = None
        self.made_here = False


_process = _Process()


def enable(ledger: str | PathLike[str] | Ledger | None = None) -> Ledger | None:
    """Writes down every job of this process from now on; another call replaces the ledger of the first.

    Args:
        ledger: A file, or a Ledger. When None, ``TARASH_LEDGER`` or else a file in the user's state folder.

    Returns:
        The ledger; None when ``TARASH_LEDGER`` is set and empty, which means off.

    Raises:
        ValidationError: The file cannot be opened.
    """
    from tarash_core.plugins.manager import register_extension

    wanted = default_path() if ledger is None else ledger
    disable()
    if wanted is None:
        return None
    with _process.lock:
        _process.made_here = not isinstance(wanted, Ledger)
        _process.ledger = wanted if isinstance(wanted, Ledger) else Ledger(wanted)
        register_extension(_process.ledger, "ledger")
        return _process.ledger


def disable() -> None:
    """Takes the process's ledger out again; those of gateways stay."""
    from tarash_core.plugins.manager import unregister_extension

    with _process.lock:
        ledger, _process.ledger = _process.ledger, None
        if ledger is None:
            return
        unregister_extension(ledger)
        if _process.made_here:
            ledger.close()


def enabled() -> Ledger | None:
    """The ledger of this process; None while there is none."""
    return _process.ledger
