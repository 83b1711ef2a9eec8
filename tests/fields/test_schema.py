import jsonschema
import pytest
from hypothesis import given

from tarash_core.catalog import ModelSpec, Variant
from tarash_core.errors import UnsupportedParameterError
from tarash_core.fields import (
    Frames,
    duration_field_mapper,
    excludes,
    extra_params_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
)
from tarash_core.fields.schema import schema_of, variant_schema

from .models import EDIT, FOX, KLING, RUNWAY, VEO, VERTEX, one_way, plan
from .test_planning import REQUESTS, specs

ALL = [VEO, KLING, VERTEX, RUNWAY, EDIT]


def takes(schema, **asked):
    return jsonschema.Draft202012Validator(schema).is_valid({"prompt": "a fox", **asked})


@pytest.mark.parametrize("spec", ALL)
def test_it_is_a_schema(spec):
    jsonschema.Draft202012Validator.check_schema(schema_of(spec))


@pytest.mark.parametrize(
    ("spec", "asked", "fits"),
    [
        (VEO, {"duration_seconds": 8, "resolution": "720p"}, True),
        (VEO, {"duration_seconds": 5}, False),
        (VEO, {"resolution": "4k", "duration_seconds": 6}, False),
        (VEO, {"resolution": "4k", "duration_seconds": 8}, True),
        (VEO, {"first_frame": FOX}, False),
        (VEO, {"prompt": 5}, False),
        (KLING, {"first_frame": FOX, "last_frame": FOX}, True),
        (KLING, {"image_list": [{"image": FOX, "type": "reference"}]}, True),
        (KLING, {"image_list": [{"image": FOX, "type": "reference"}] * 8}, False),
        (RUNWAY, {"aspect_ratio": "16:9", "resolution": "1080p"}, True),
        (RUNWAY, {"aspect_ratio": "1:1"}, False),
        (VERTEX, {"number_of_videos": 4}, True),
        (VERTEX, {"number_of_videos": 5}, False),
    ],
)
def test_it_says_what_planning_says(spec, asked, fits):
    assert takes(schema_of(spec), **asked) == fits
    if fits:
        plan(spec, **asked)
    else:
        with pytest.raises(UnsupportedParameterError):
            plan(spec, **{"prompt": "a fox", **asked})


@given(specs(), REQUESTS)
def test_a_plain_request_that_fits_the_schema_is_accepted(spec, asked):
    plain = {name: value for name, value in asked.items() if not isinstance(value, bytes) and value is not None}
    if not takes(variant_schema(spec.variants[0]), **plain):
        return
    try:
        plan(spec, **{"prompt": "a fox", **plain})
    except UnsupportedParameterError as error:
        # What one property cannot say: an image that is needed, pairs of a table, and rules on defaults.
        assert error.field in ("first_frame", "resolution", "duration_seconds", "aspect_ratio")


def test_limits_of_all_sorts():
    spec = one_way(
        {
            "frames": duration_field_mapper("int", frames=Frames(per_second=10, minimum=20, maximum=50)),
            "cfg": extra_params_field_mapper("cfg", True, type="float", minimum=0, maximum=1),
            "negative": passthrough_field_mapper("negative_prompt", max_length=5),
            "seed": passthrough_field_mapper("seed"),
            "images": image_list_field_mapper("reference", max_items=2),
        },
        mode="reference-to-video",
        rules=[excludes("seed", "negative_prompt")],
        fixed={"resolution": "720p"},
    )
    schema = schema_of(spec)
    fine = {"extra_params": {"cfg": 0.5}}
    assert takes(schema, **fine, duration_seconds=3.5, resolution="720p")
    assert not takes(schema) and not takes(schema, extra_params={"cfg": 2})
    assert not takes(schema, **fine, duration_seconds=6) and not takes(schema, **fine, resolution="1080p")
    assert not takes(schema, **fine, negative_prompt="long fog") and not takes(
        schema, **fine, seed=1, negative_prompt="x"
    )
    assert schema["x-rules"] == ["seed cannot be combined with negative_prompt"]


def test_one_of_several_ways():
    both = ModelSpec(variants=(*KLING.variants, Variant(modes={"text-to-image"}, fields=KLING.variants[0].fields)))
    assert len(schema_of(both)["anyOf"]) == 4
