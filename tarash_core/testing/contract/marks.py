"""What belongs to which version of the contract, and who deviates from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_SINCE = "__tarash_since__"
_DEVIATES = "__tarash_deviates__"


def since(version: int) -> Callable[[F], F]:
    """Marks a contract test with the ``contract_version`` that promised it first; older providers are not asked.

    Args:
        version: The version of the contract.
    """

    def mark(test: F) -> F:
        setattr(test, _SINCE, version)
        return test

    return mark


def deviates(reason: str) -> Callable[[F], F]:
    """Marks a test of a subclass that replaces one of the contract.

    Args:
        reason: Why the vendor makes it necessary, in a sentence.

    Raises:
        ValueError: There is no reason.
    """
    if not str(reason or "").strip():
        raise ValueError('deviates() needs the reason as a sentence: @deviates("the vendor has no …").')

    def mark(test: F) -> F:
        setattr(test, _DEVIATES, reason)
        return test

    return mark


def since_of(test: Any) -> int:
    """The version of the contract that a test belongs to; 1 for a test of the subclass's own."""
    return int(getattr(test, _SINCE, 1))


def reason_of(test: Any) -> str | None:
    """Why a test deviates from the contract; None if it does not say."""
    return getattr(test, _DEVIATES, None)


def promised(contract: type) -> dict[str, Any]:
    """The tests of the contract itself by name."""
    return {name: test for name in dir(contract) if hasattr(test := getattr(contract, name), _SINCE)}


def overridden(cls: type, contract: type) -> Iterator[str]:
    """The contract tests that a subclass replaces without a word."""
    for name, test in promised(contract).items():
        own = getattr(cls, name, None)
        if own is not test and reason_of(own) is None:
            yield name


def check_overrides(cls: type, contract: type) -> None:
    """Refuses a subclass that replaces contract tests silently.

    Raises:
        TypeError: It does; the sentence names the test and the way out.
    """
    for name in overridden(cls, contract):
        raise TypeError(
            f"{cls.__name__}.{name} replaces a test of the contract without a reason. Give the test another name, or "
            f'say why the vendor needs it: @deviates("…") above it (from tarash_core.testing import deviates).'
        )
