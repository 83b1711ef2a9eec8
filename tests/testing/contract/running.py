"""Runs single tests of the contract kit by hand, as pytest would."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tarash_core.catalog.lifecycle import set_today
from tarash_core.testing import ProviderContract
from tarash_core.testing.contract.base import installed

from .acme import Acme


def contract_for(acme: Acme, **attributes: Any) -> type[ProviderContract]:
    """A test class as an author would write it."""
    return type("TestAcme", (ProviderContract,), {"provider": acme, "__module__": __name__, **attributes})


def arguments(contract: type[ProviderContract], test: Any) -> Iterator[dict[str, Any]]:
    """Everything with which pytest would call a test."""
    asked = set(inspect.signature(test).parameters)
    known = {"sample": contract.all_samples, "documented": contract.documented_errors, "recording": contract.recordings}
    columns = [
        [{name: one} for one in (values() if callable(values) else values)]
        for name, values in known.items()
        if name in asked
    ]
    for mark in getattr(test, "pytestmark", ()):
        names = [mark.args[0]] if isinstance(mark.args[0], str) else list(mark.args[0])
        rows = [row if len(names) > 1 else [row] for row in mark.args[1]]
        columns.append([dict(zip(names, row, strict=True)) for row in rows])
    for parts in itertools.product(*columns):
        yield {name: value for part in parts for name, value in part.items()}


def lessons(contract: type[ProviderContract], name: str) -> list[str]:
    """What a contract test has to say of a provider; empty when it passes."""
    found = []
    set_today(contract.day())
    try:
        with installed(contract.provider):
            for given in arguments(contract, getattr(contract, name)):
                try:
                    getattr(contract(), name)(**given)
                except pytest.fail.Exception as lesson:
                    found.append(str(lesson))
                except pytest.skip.Exception:
                    continue
    finally:
        set_today(None)
    return found
