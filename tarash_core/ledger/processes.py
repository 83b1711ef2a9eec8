"""Who writes a row, and whether it is still there to finish what it began."""

from __future__ import annotations

import functools
import itertools
import os
import socket
import sys
from datetime import datetime, timedelta
from pathlib import Path

PATIENCE = timedelta(hours=1)
"""For how long a process of another host, which cannot be looked for, counts as alive."""

_numbers = itertools.count(1)
_open: set[int] = set()


class Owner:
    """One open ledger of one process."""

    def __init__(self) -> None:
        self._number = next(_numbers)
        _open.add(self._number)

    def __str__(self) -> str:
        return _text_of(os.getpid(), self._number)

    def leave(self) -> None:
        """What this ledger began, nobody will finish."""
        _open.discard(self._number)


def is_alive(owner: str, seen: datetime, now: datetime) -> bool:
    """Whether the ledger that wrote a row is still open.

    Args:
        owner: The text of its :class:`Owner`.
        seen: When it last wrote the row.
        now: The present moment.
    """
    here, _, number = owner.rpartition(":")
    if here == _here(os.getpid()):
        return int(number) in _open
    host, pid, born = here.rsplit(":", 2)
    if host != socket.gethostname():
        return now - seen < PATIENCE
    return _runs(int(pid)) and (not born or _born(int(pid)) in (born, None))


@functools.lru_cache(maxsize=64)
def _text_of(pid: int, number: int) -> str:
    return f"{_here(pid)}:{number}"


@functools.lru_cache(maxsize=1)
def _here(pid: int) -> str:
    """This process in words; a fork asks anew."""
    return f"{socket.gethostname()}:{pid}:{_born(pid) or ''}"


def _born(pid: int) -> str | None:
    """When the process started, in the system's ticks; None where only the id is to be had.

    An id alone may by now belong to another process.
    """
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return "ended" if words[0] in "ZX" else words[19]


def _runs(pid: int) -> bool:
    if sys.platform == "win32":
        return _runs_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _runs_on_windows(pid: int) -> bool:
    """The same without a signal, which would end the process there."""
    import ctypes

    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined, unused-ignore]
    handle = kernel.OpenProcess(0x1000, False, pid)
    if not handle:
        return False
    code = ctypes.c_ulong()
    told = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return not told or code.value == 259
