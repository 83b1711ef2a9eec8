"""How a broken promise is told: what is wrong, what the contract says, what to change, and where to read more."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterable, Iterator
from typing import NoReturn

import pytest

from tarash_core.errors import TarashException

GUIDE = "docs/authors.md"
Broken = pytest.fail.Exception
_MOST_SHOWN = 10
_LONGEST = 400


def broken(found: str, *, rule: str, change: str, see: str) -> NoReturn:
    """Fails a contract test with a lesson.

    Args:
        found: What the provider did.
        rule: What the contract says.
        change: What its author should change.
        see: The section of the author's guide.
    """
    __tracebackhide__ = True
    lines = (found, f"  The contract: {rule}", f"  Change: {change}", f"  More: {GUIDE}#{see}")
    raise Broken("\n".join(lines), pytrace=False) from None


def listed(findings: Iterable[str]) -> str:
    """Findings below each other, the first ten of them."""
    found = [line if len(line) <= _LONGEST else line[:_LONGEST] + "…" for line in findings]
    more = [f"… and {len(found) - _MOST_SHOWN} more"] if len(found) > _MOST_SHOWN else []
    return "\n".join(f"  - {line}" for line in (*found[:_MOST_SHOWN], *more))


def place_of(error: BaseException) -> str:
    """File and line in which an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"


def told(error: BaseException) -> str:
    """An error in one phrase."""
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'without words'}"


@contextlib.contextmanager
def no_crash(method: str, see: str) -> Iterator[None]:
    """Tells of an error that is none of ours; errors of our tree pass."""
    __tracebackhide__ = True
    try:
        yield
    except TarashException:
        raise
    except Exception as error:
        broken(
            f"{method} raised {told(error)} at {place_of(error)}.",
            rule="a provider raises errors of tarash_core.errors only, and reads answers leniently.",
            change="read an answer with .get() where a key may be missing; raise an error of our tree on purpose.",
            see=see,
        )
