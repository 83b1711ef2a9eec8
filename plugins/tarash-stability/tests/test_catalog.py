"""The models against Stability's published inputs; whose facts they are stands at their head."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tarash_stability import provider

from tarash_core.catalog.building import held_of

HELD = held_of(provider)


def test_how_much_is_held_against_them() -> None:
    report = HELD.report()
    assert (report.models, report.ways) == (24, 29)


@pytest.mark.parametrize("id", HELD.ids)
def test_whatever_a_way_accepts_is_valid_by_the_published_schema(id: str) -> None:
    HELD.check(id)


def test_every_way_is_published_once() -> None:
    ways = [way for spec in HELD.models.values() for way in spec.variants]
    assert len(ways) == len(HELD.ids) == sum(len(part.variants) for part in HELD.parts.values())


@pytest.mark.parametrize("id", HELD.ids)
def test_body_and_price_are_the_published_ones(id: str) -> None:
    (way,), credits = HELD.parts[id].variants, HELD.endpoints[id].facts.get("credits")
    assert way.body == "multipart"
    assert (way.price and way.price.usd_per_output) == (Decimal(str(credits)) / 100 if credits is not None else None)
    assert way.price is None or (way.price.source and way.price.checked)
