"""The models against Luma's published inputs; whose facts they are stands at their head."""

from __future__ import annotations

import pytest
from tarash_luma import provider

from tarash_core.catalog.building import held_of

HELD = held_of(provider)


def test_how_much_is_held_against_them() -> None:
    report = HELD.report()
    assert (report.models, report.ways) == (7, 22)


@pytest.mark.parametrize("id", HELD.ids)
def test_whatever_a_way_accepts_is_valid_by_the_published_schema(id: str) -> None:
    HELD.check(id)


def test_what_has_no_published_inputs_is_told_apart() -> None:
    published = {id.partition("/")[0] for id in HELD.ids}
    assert set(HELD.models) - published == {"ray-1-6", "ray-3", "ray-3.14"}
    for model in set(HELD.models) - published:
        life = HELD.models[model].lifecycle
        assert life is not None and life.source and life.checked
