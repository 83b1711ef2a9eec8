import pytest

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Price, Variant
from tarash_core.catalog.registry import add_models, registry
from tarash_core.catalog.search import search_models
from tarash_core.fields import (
    choice_field_mapper,
    duration_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    size_table_field_mapper,
)


def way(mode, fields=None, **more):
    return Variant(modes={mode}, fields={"prompt": passthrough_field_mapper("prompt"), **(fields or {})}, **more)


LENGTH = {"d": duration_field_mapper("int", [4, 8], default=4)}
CATALOG = Catalog(
    {
        "long": ModelSpec(
            variants=way("text-to-video", {**LENGTH, "r": choice_field_mapper("resolution", ["720p", "1080p"])}),
            price=Price(usd_per_second="0.1"),
        ),
        "framed": ModelSpec(
            variants=way(
                "image-to-video",
                {
                    **LENGTH,
                    "image": single_image_field_mapper(True, "first_frame"),
                    "size": size_table_field_mapper({("16:9", "1080p"): "1920:1080"}),
                },
            ),
            price=Price(usd_per_job=2),
        ),
        "fixed": ModelSpec(variants=way("text-to-video", fixed={"duration_seconds": 5, "resolution": "720p"})),
        "dead": ModelSpec(variants=way("text-to-video", LENGTH), lifecycle=Lifecycle(retired="2020-01-01")),
        "edit": ModelSpec(variants=way("image-to-image", {"images": image_list_field_mapper()})),
    }
)


@pytest.fixture(autouse=True)
def clean():
    registry.clear()
    yield
    registry.clear()


@pytest.mark.parametrize(
    ("criteria", "ids"),
    [
        ({}, ["long", "framed", "fixed", "edit"]),
        ({"retired": True, "duration_seconds": 4}, ["long", "framed", "dead"]),
        ({"kind": "image"}, ["edit"]),
        ({"mode": "image-to-video"}, ["framed"]),
        ({"duration_seconds": 8}, ["long", "framed"]),
        ({"duration_seconds": 5}, ["fixed"]),
        ({"resolution": "1080P"}, ["long", "framed"]),
        ({"aspect_ratio": "16:9"}, ["framed"]),
        ({"inputs": ["first_frame"]}, ["framed", "edit"]),
        ({"inputs": ["image"]}, ["framed", "edit"]),
        ({"inputs": ["video"]}, []),
        ({"max_usd": 1}, ["long"]),
        ({"max_usd": 2, "duration_seconds": 8}, ["long", "framed"]),
    ],
)
def test_a_search_by_what_a_model_can_do(criteria, ids):
    assert [match.id for match in search_models("acme", CATALOG, **criteria)] == ids


def test_the_price_is_that_of_the_searched_values():
    (match,) = search_models("acme", CATALOG, mode="text-to-video", duration_seconds=8)
    assert match.price.usd == 0.8 or str(match.price.usd) == "0.8"


def test_additions_count():
    add_models("acme", {"mine": ModelSpec(variants=way("lip-sync"))})
    assert [match.id for match in search_models("acme", CATALOG, mode="lip-sync")] == ["mine"]
