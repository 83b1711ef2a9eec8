"""The models against Kling's published inputs; whose facts they are stands at their head."""

from __future__ import annotations

import pytest
from tarash_kling import provider

from tarash_core.catalog.building import held_of

HELD = held_of(provider)


def test_how_much_is_held_against_them() -> None:
    report = HELD.report()
    assert (report.models, report.ways) == (24, 47)


@pytest.mark.parametrize("id", HELD.ids)
def test_whatever_a_way_accepts_is_valid_by_the_published_schema(id: str) -> None:
    HELD.check(id)
