"""The models against Google's published inputs; whose facts they are stands at their head."""

from __future__ import annotations

import pytest
from tarash_veo import provider

from tarash_core.catalog.building import held_of

HELD = held_of(provider)


def test_how_much_is_held_against_them() -> None:
    report = HELD.report()
    assert (report.models, report.ways) == (21, 94)


@pytest.mark.parametrize("id", HELD.ids)
def test_whatever_a_way_accepts_is_valid_by_the_published_schema(id: str) -> None:
    HELD.check(id)


def test_what_is_retired_names_its_replacement() -> None:
    lives = [life for spec in HELD.models.values() for life in (spec.lifecycle, *(v.lifecycle for v in spec.variants))]
    retired = [life for life in lives if life and life.retired]
    assert retired and all(life.replacement for life in retired)
