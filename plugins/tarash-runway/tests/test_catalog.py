"""The models against Runway's published inputs; whose facts they are stands at their head."""

from __future__ import annotations

import pytest
from tarash_runway import provider
from tarash_runway.models import RETIRED

from tarash_core.catalog.building import held_of

HELD = held_of(provider)


def test_how_much_is_held_against_them() -> None:
    report = HELD.report()
    assert (report.models, report.ways) == (53, 88)


@pytest.mark.parametrize("id", HELD.ids)
def test_whatever_a_way_accepts_is_valid_by_the_published_schema(id: str) -> None:
    HELD.check(id)


def test_every_model_is_published_but_the_retired_ones() -> None:
    assert set(HELD.models) == {id.partition("/")[0] for id in HELD.ids} | set(RETIRED)


@pytest.mark.parametrize("id", HELD.ids)
def test_every_published_size_can_be_asked_for(id: str) -> None:
    published = set(HELD.endpoints[id].properties.get("ratio", {}).get("enum", ()))
    mappers = [variant.fields.get("ratio") for variant in HELD.parts[id].variants]
    known = {shape.wire for mapper in mappers if mapper and mapper.shapes for shape in mapper.shapes.options}
    known |= {word for mapper in mappers if mapper and not mapper.shapes for word in mapper.choices or ()}
    # Wan's frames alone tell the shape, so that only sizes that follow them are taken there.
    missing = published - known if not id.startswith("wan3") else {w for w in published - known if "auto" in w}
    assert missing == set()
