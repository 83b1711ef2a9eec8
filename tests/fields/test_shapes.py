"""Ratio, resolution and size, whichever the model knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarash_core.errors import UnsupportedParameterError
from tarash_core.fields import (
    AnySize,
    choice_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    size_field_mapper,
    size_table_field_mapper,
)

from .models import FOX, RUNWAY, codes, one_way, plan, plan_image

PRESETS = ["square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"]


def image_model(**fields):
    return one_way(fields, mode="text-to-image")


FAL = image_model(
    image_size=size_field_mapper(PRESETS, default="landscape_4_3", any_size=AnySize(minimum=256, maximum=2048))
)
NAMED = image_model(image_size=size_field_mapper(PRESETS))
GPT = image_model(size=size_field_mapper(["auto", "1024x1024", "1536x1024", "1024x1536"], default="auto"))
RATIO = image_model(aspect_ratio=choice_field_mapper("aspect_ratio", ["16:9", "1:1", "9:16"]))
RATIO_AND_K = image_model(
    aspect_ratio=choice_field_mapper("aspect_ratio", ["16:9", "1:1", "9:16"]),
    resolution=choice_field_mapper("resolution", ["1K", "2K", "4K"]),
)
SIDES = image_model(
    width=size_field_mapper(any_size=AnySize(part="width", minimum=256, maximum=1440, multiple=32)),
    height=size_field_mapper(any_size=AnySize(part="height", minimum=256, maximum=1440, multiple=32)),
)


@pytest.mark.parametrize(
    ("spec", "asked", "payload"),
    [
        (FAL, {"aspect_ratio": "16:9"}, {"image_size": "landscape_16_9"}),
        (FAL, {"aspect_ratio": "3:4"}, {"image_size": "portrait_4_3"}),
        (FAL, {"aspect_ratio": "1:1"}, {"image_size": "square_hd"}),
        (FAL, {"size": "1280x720"}, {"image_size": {"width": 1280, "height": 720}}),
        (FAL, {"aspect_ratio": "21:9"}, {"image_size": {"width": 1568, "height": 672}}),
        (GPT, {"aspect_ratio": "3:2"}, {"size": "1536x1024"}),
        (GPT, {"size": "1024x1536"}, {"size": "1024x1536"}),
        (GPT, {"size": "auto"}, {"size": "auto"}),
        (GPT, {}, {}),
        (RATIO_AND_K, {"size": "2048x2048"}, {"aspect_ratio": "1:1", "resolution": "2K"}),
        (RATIO_AND_K, {"aspect_ratio": "16:9", "resolution": "4k"}, {"aspect_ratio": "16:9", "resolution": "4K"}),
        (SIDES, {"size": "1024x768"}, {"width": 1024, "height": 768}),
        (SIDES, {"aspect_ratio": "1:1"}, {"width": 1024, "height": 1024}),
    ],
)
def test_an_image_shape_is_said_in_the_models_words(spec, asked, payload):
    assert plan_image(spec, policy="error", **asked).payload == {"prompt": "a fox", **payload}


@pytest.mark.parametrize(
    ("asked", "ratio"),
    [
        ({"aspect_ratio": "16:9", "resolution": "720p"}, "1280:720"),
        ({"aspect_ratio": "16:9"}, "1280:720"),
        ({"aspect_ratio": "9:16"}, "720:1280"),
        ({"resolution": "1080p"}, "1920:1080"),
        ({"resolution": "1920x1080"}, "1920:1080"),
        ({}, "1280:720"),
    ],
)
def test_one_value_for_ratio_and_resolution(asked, ratio):
    assert plan(RUNWAY, policy="error", **asked).payload["ratio"] == ratio


def test_a_table_tells_all_three():
    effective = plan(RUNWAY, resolution="1080p").effective
    assert (effective["aspect_ratio"], effective["resolution"], effective["size"]) == ("16:9", "1080p", "1920x1080")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"aspect_ratio": "1:1"}, "aspect_ratio"),
        ({"resolution": "480p"}, "resolution"),
        ({"aspect_ratio": "9:16", "resolution": "1080p"}, "resolution"),
        ({"resolution": "640x640"}, "resolution"),
    ],
)
def test_what_the_table_lacks_is_refused(asked, field):
    with pytest.raises(UnsupportedParameterError) as caught:
        plan(RUNWAY, **asked)
    assert caught.value.field == field and "1280:720" in caught.value.allowed


@pytest.mark.parametrize(
    ("asked", "ratio"),
    [
        ({"aspect_ratio": "1:1"}, "720:1280"),
        ({"aspect_ratio": "21:9"}, "1280:720"),
        ({"resolution": "480p"}, "1280:720"),
        ({"resolution": "4k"}, "1920:1080"),
        ({"aspect_ratio": "9:16", "resolution": "1080p"}, "720:1280"),
    ],
)
def test_nearest_keeps_the_ratio_first(asked, ratio):
    moved = plan(RUNWAY, policy="nearest", **asked)
    assert moved.payload["ratio"] == ratio and codes(moved, "moved")


@pytest.mark.parametrize(("spec", "payload"), [(RATIO, {"aspect_ratio": "1:1"}), (NAMED, {"image_size": "square_hd"})])
def test_a_size_for_a_model_that_knows_only_ratios(spec, payload):
    converted = plan_image(spec, size="1024x1024")
    assert converted.payload == {"prompt": "a fox", **payload}
    assert codes(converted) == [("converted", "size")]
    with pytest.raises(UnsupportedParameterError, match="1024x1024"):
        plan_image(spec, policy="error", size="1024x1024")


def test_a_size_of_another_ratio_is_refused_or_moved():
    with pytest.raises(UnsupportedParameterError, match=r"size='1024x768'.*aspect_ratio 16:9, 1:1 or 9:16"):
        plan_image(RATIO, size="1024x768")
    moved = plan_image(RATIO, policy="nearest", size="1024x768")
    assert moved.payload["aspect_ratio"] == "1:1" and codes(moved) == [("moved", "size")]


def test_pixels_as_the_resolution_of_a_video():
    spec = one_way(
        {
            "ratio": choice_field_mapper("aspect_ratio", ["16:9", "9:16"]),
            "resolution": choice_field_mapper("resolution", ["720p", "1080p"]),
        }
    )
    assert plan(spec, resolution="1280x720").payload == {"prompt": "a fox", "ratio": "16:9", "resolution": "720p"}
    assert plan(spec, resolution="1080x1920").payload["resolution"] == "1080p"


def test_a_ratio_beside_a_size_must_be_its_own():
    with pytest.raises(UnsupportedParameterError) as caught:
        plan_image(FAL, size="1280x720", aspect_ratio="1:1")
    assert caught.value.field == "aspect_ratio" and "16:9" in caught.value.allowed
    assert plan_image(FAL, size="1280x720", aspect_ratio="16:9").payload["image_size"]["width"] == 1280


def test_a_table_of_ratios_only_and_a_resolution_of_its_own():
    spec = one_way(
        {
            "shape": size_table_field_mapper({"16:9": "wide", "9:16": "tall"}, default="16:9"),
            "quality": choice_field_mapper("resolution", ["720p", "1080p"]),
        }
    )
    assert plan(spec, aspect_ratio="9:16", resolution="1080p").payload == {
        "prompt": "a fox",
        "shape": "tall",
        "quality": "1080p",
    }


def test_a_ratio_that_follows_an_input_is_dropped_from_a_size():
    spec = one_way(
        {
            "image": single_image_field_mapper(True, "first_frame"),
            "size": size_table_field_mapper({("16:9", "720p"): "1280x720", ("16:9", "1080p"): "1920x1080"}),
        },
        mode="image-to-video",
    )
    dropped = plan(spec, first_frame=FOX, aspect_ratio="1:1", resolution="1080p")
    assert dropped.payload["size"] == "1920x1080" and codes(dropped) == [("dropped", "aspect_ratio")]


def test_any_size_as_text():
    spec = image_model(size=size_field_mapper())
    assert plan_image(spec, size="1000x500").payload["size"] == "1000x500"
    assert plan_image(spec, aspect_ratio="1:1", resolution="2K").payload["size"] == "2048x2048"
    assert (
        plan(one_way({"size": size_field_mapper()}), aspect_ratio="16:9", resolution="720p").payload["size"]
        == "1280x720"
    )


def test_a_size_that_passes_through():
    assert plan_image(image_model(size=passthrough_field_mapper("size")), size="640x480").payload["size"] == "640x480"


@given(st.integers(64, 4000), st.integers(64, 4000), st.sampled_from(["warn", "nearest"]))
def test_every_size_that_is_written_lies_within_the_bounds(width, height, policy):
    try:
        payload = plan_image(SIDES, policy=policy, size=f"{width}x{height}").payload
    except UnsupportedParameterError as error:
        assert policy == "warn" and error.field == "size" and "256 to 1440" in error.allowed
        return
    for side in (payload["width"], payload["height"]):
        assert 256 <= side <= 1440 and side % 32 == 0
