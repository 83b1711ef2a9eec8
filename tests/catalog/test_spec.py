import pytest

from tarash_core.catalog import ModelSpec, Variant
from tarash_core.errors import ValidationError
from tarash_core.fields import passthrough_field_mapper
from tarash_core.fields.names import FOLLOWING, VIDEO_MODES
from tarash_core.fields.planning import make_plan
from tarash_core.models.request import MODES, VideoGenerationRequest

FIELDS = {"prompt": passthrough_field_mapper("prompt")}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"modes": {"video-to-video"}}, "video-to-video"),
        ({"modes": ()}, "not none"),
        ({"modes": {"text-to-video", "text-to-image"}}, "videos or images"),
        ({"body": "xml"}, "'json' or 'multipart'"),
    ],
)
def test_a_variant_is_checked(wrong, words):
    with pytest.raises(ValidationError, match=words):
        Variant(**{"modes": {"text-to-video"}, "fields": FIELDS, **wrong})


@pytest.mark.parametrize("fields", [{"a..b": FIELDS["prompt"]}, {"prompt": "prompt"}])
def test_its_fields_are_checked_when_they_are_read(fields):
    with pytest.raises(ValidationError):
        _ = Variant(modes={"text-to-video"}, fields=fields).layout


def test_kind_and_modes():
    spec = ModelSpec(
        variants=(
            Variant(modes={"inpaint", "image-to-image"}, fields=FIELDS),
            Variant(modes="text-to-video", fields=FIELDS),
        )
    )
    assert [variant.kind for variant in spec.variants] == ["image", "video"]
    assert spec.modes == ("text-to-video", "image-to-image", "inpaint")
    with pytest.raises(ValidationError, match="at least one Variant"):
        ModelSpec(variants=())


def test_the_layout_is_read_once():
    variant = Variant(modes={"text-to-video"}, fields=FIELDS)
    assert variant.layout is variant.layout


def test_the_lists_of_modes_agree():
    assert set(MODES) >= VIDEO_MODES and set(MODES) >= FOLLOWING
    assert {mode for mode in MODES if "video" in mode} <= VIDEO_MODES
    assert {mode for mode in MODES if "image" in mode and "video" not in mode}.isdisjoint(VIDEO_MODES)


def test_a_model_that_nobody_can_call_needs_no_variant():
    spec = ModelSpec(variants=(), uncallable="its inputs are not published; use fox-3")
    assert spec.modes == ()
    with pytest.raises(ValidationError, match=r"acme/fox-4 cannot be called: its inputs .*; use fox-3\."):
        make_plan(
            provider="acme",
            model="fox-4",
            spec=spec,
            request=VideoGenerationRequest(prompt="A fox", duration_seconds=5),
            policy="warn",
        )
