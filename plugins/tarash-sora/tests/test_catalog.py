"""The models against OpenAI's published inputs; whose facts they are stands at their head."""

from __future__ import annotations

import pytest
from tarash_sora import provider
from tarash_sora.catalog_source import is_own
from tarash_sora.models import DIALECTS

from tarash_core.catalog.building import held_of

HELD = held_of(provider)


def test_how_much_is_held_against_them() -> None:
    report = HELD.report()
    assert (report.models, report.ways) == (18, 64)


@pytest.mark.parametrize("id", HELD.ids)
def test_whatever_a_way_accepts_is_valid_by_the_published_schema(id: str) -> None:
    HELD.check(id)


def test_every_own_way_is_published_once() -> None:
    own = [way for spec in HELD.models.values() for way in spec.variants if is_own(way)]
    assert len(own) == len(HELD.ids) == sum(len(part.variants) for part in HELD.parts.values())


def test_every_video_model_is_spoken_in_every_dialect() -> None:
    for model, spec in HELD.models.items():
        surfaces = {way.surface for way in spec.variants if way.kind == "video"}
        wanted = set(DIALECTS) - ({"openai", "azure"} if model == "minimax/h3" else set())
        assert surfaces in (wanted, set())


def test_prices_are_openais_own() -> None:
    priced = [way for spec in HELD.models.values() for way in spec.variants if way.price]
    assert {way.surface for way in priced} == {"openai"}
    assert all(way.price and way.price.source and way.price.checked for way in priced)
