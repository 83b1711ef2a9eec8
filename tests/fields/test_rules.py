import pytest

from tarash_core.errors import PluginError, UnsupportedParameterError
from tarash_core.fields import (
    at_least_one_of,
    choice_field_mapper,
    duration_field_mapper,
    excludes,
    passthrough_field_mapper,
    requires,
    rule,
)

from .models import FOX, VEO, codes, one_way, plan


def test_requires():
    four_k = requires("resolution", "4k", duration_seconds=8)
    assert four_k.sentence == "resolution='4k' requires duration_seconds=8"
    assert four_k.holds({"resolution": "4k", "duration_seconds": 8.0})
    assert four_k.holds({"resolution": "720p", "duration_seconds": 4})
    assert not four_k.holds({"resolution": "2160p", "duration_seconds": 4})
    assert not four_k.holds({"resolution": "4k"})
    assert four_k.fix({"resolution": "4k", "duration_seconds": 4}) == {"duration_seconds": 8}


def test_requires_one_of_several_takes_the_nearest():
    either = requires("resolution", ["1080p", "4k"], duration_seconds=[6, 8])
    assert either.holds({"resolution": "4k", "duration_seconds": 6})
    assert either.fix({"resolution": "4k", "duration_seconds": 5}) == {"duration_seconds": 6}
    assert "6 or 8" in either.sentence


def test_anything_given():
    both = requires("last_frame", ..., first_frame=...)
    assert both.holds({"first_frame": 1, "last_frame": 1}) and both.holds({"first_frame": 1})
    assert not both.holds({"last_frame": 1})


def test_excludes_and_at_least_one_of():
    assert not excludes("seed", "negative_prompt").holds({"seed": 1, "negative_prompt": "fog"})
    assert excludes("seed", "negative_prompt").holds({"seed": 1})
    assert at_least_one_of("prompt", "first_frame").holds({"first_frame": 1})
    assert not at_least_one_of("prompt", "first_frame").holds({"seed": 3})


@pytest.mark.parametrize("policy", ["error", "warn"])
def test_a_broken_rule_refuses_with_its_sentence(policy):
    with pytest.raises(UnsupportedParameterError) as caught:
        plan(VEO, policy=policy, resolution="4k", duration_seconds=6)
    assert caught.value.field == "duration_seconds" and caught.value.value == 6
    assert "resolution='4k' requires duration_seconds=8" in str(caught.value)
    assert "nearest" in str(caught.value)


def test_defaults_count_for_rules():
    assert plan(VEO, resolution="4k").payload["resolution"] == "4k"  # the vendor's own length is 8


def test_nearest_mends_a_rule_and_says_why_once():
    mended = plan(VEO, policy="nearest", resolution="4k", duration_seconds=5)
    assert mended.payload["duration"] == "8s" and mended.payload["resolution"] == "4k"
    assert codes(mended, "moved") == [("moved", "duration_seconds")]
    assert "from 5 to 8: resolution='4k' requires" in next(n for n in mended.notices if n.code == "moved").message


def test_nearest_drops_a_hint_that_a_rule_excludes():
    fields = {"seed": passthrough_field_mapper("seed"), "negative": passthrough_field_mapper("negative_prompt")}
    spec = one_way(fields, rules=[excludes("seed", "negative_prompt")])
    dropped = plan(spec, policy="nearest", seed=1, negative_prompt="fog")
    assert dropped.payload == {"prompt": "a fox", "seed": 1}
    assert codes(dropped) == [("dropped", "negative_prompt")]
    with pytest.raises(UnsupportedParameterError, match="cannot be combined"):
        plan(spec, seed=1, negative_prompt="fog")


def test_nearest_never_mends_a_rule_by_touching_what_is_firm():
    spec = one_way({"audio": passthrough_field_mapper("generate_audio")}, rules=[excludes("prompt", "generate_audio")])
    spec2 = one_way({}, rules=[rule("no prompt on Sundays", lambda effective: "prompt" not in effective, "prompt")])
    assert plan(spec, policy="nearest", generate_audio=True).payload == {"prompt": "a fox"}
    with pytest.raises(UnsupportedParameterError, match="no prompt on Sundays") as caught:
        plan(spec2, policy="nearest")
    assert caught.value.field == "prompt"


def test_rules_that_contradict_each_other_end_in_a_refusal():
    lengths = {"d": duration_field_mapper("int", [4, 8]), "r": choice_field_mapper("resolution", ["720p", "4k"])}
    spec = one_way(
        lengths,
        rules=[requires("resolution", "4k", duration_seconds=8), requires("resolution", "4k", duration_seconds=4)],
    )
    with pytest.raises(UnsupportedParameterError, match="requires"):
        plan(spec, policy="nearest", resolution="4k", duration_seconds=4)


def test_a_rule_sees_media_and_the_models_own_parameters():
    seen = {}
    spec = one_way({}, rules=[rule("look", lambda effective: seen.update(effective) or True)])
    plan(spec, extra_params={"cfg": 3})
    assert seen["extra_params"] == {"cfg": 3} and seen["prompt"] == "a fox"


def test_a_rule_that_breaks_is_the_catalogues_fault():
    spec = one_way({}, rules=[rule("broken", lambda effective: effective["nothing"] > 3)])
    with pytest.raises(PluginError, match="'broken'"):
        plan(spec)


def test_media_are_counted():
    from .models import KLING

    counted = plan(KLING, image_list=[{"image": FOX, "type": "reference"}] * 3)
    assert counted.effective["reference_images"] == counted.effective["image_list"] == 3
