"""The paragraph on policy, sentence by sentence."""

import pytest

from tarash_core.errors import UnsupportedParameterError
from tarash_core.fields import (
    choice_field_mapper,
    duration_field_mapper,
    image_list_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    quality_field_mapper,
    single_image_field_mapper,
    style_field_mapper,
    video_url_field_mapper,
)

from .models import CLIP, FOX, VEO, codes, one_way, plan, plan_image

POLICIES = ["error", "warn", "nearest"]
PLAIN = one_way({})
HINTS = [
    {"seed": 3},
    {"negative_prompt": "fog"},
    {"enhance_prompt": True},
    {"enhance_prompt": False},
    {"fps": 24},
    {"style": "anime"},
    {"generate_audio": True},
]
WISHES = [{"duration_seconds": 5}, {"resolution": "720p"}, {"aspect_ratio": "16:9"}]


def refused(spec, make=plan, **asked):
    with pytest.raises(UnsupportedParameterError) as caught:
        make(spec, **asked)
    error = caught.value
    assert error.provider == "acme" and error.model == "acme-1"
    assert error.allowed and str(error.allowed) in str(error)
    assert str(error).endswith(".") and "\n" not in str(error)
    return error


@pytest.mark.parametrize("policy", ["warn", "nearest"])
@pytest.mark.parametrize("hint", HINTS, ids=str)
def test_a_hint_without_an_input_is_dropped_with_a_notice(hint, policy):
    dropped = plan(PLAIN, policy=policy, **hint)
    assert dropped.payload == {"prompt": "a fox"}
    (notice,) = dropped.notices
    assert (notice.code, notice.field) == ("dropped", *hint)
    assert repr(*hint.values()) in notice.message
    assert not hint.keys() & dropped.effective.keys()


@pytest.mark.parametrize("hint", HINTS, ids=str)
def test_a_hint_without_an_input_is_refused_under_error(hint):
    error = refused(PLAIN, policy="error", **hint)
    assert [error.field] == list(hint) and [error.value] == list(hint.values())
    assert "on_unsupported='warn' would drop it" in str(error)


@pytest.mark.parametrize("policy", ["warn", "nearest"])
def test_a_hint_with_a_value_that_the_model_lacks_is_dropped_too(policy):
    spec = one_way({"style": style_field_mapper(["oil"]), "seed": passthrough_field_mapper("seed", maximum=9)})
    dropped = plan(spec, policy=policy, style="anime", seed=10)
    assert dropped.payload == {"prompt": "a fox"}
    assert codes(dropped) == [("dropped", "style"), ("dropped", "seed")]
    assert refused(spec, policy="error", style="anime").allowed == "oil"


def test_quality_is_a_hint_of_images():
    spec = one_way({"quality": quality_field_mapper(["low", "high"])}, mode="text-to-image")
    assert plan_image(spec, quality="high").payload["quality"] == "high"
    assert codes(plan_image(spec, quality="best")) == [("dropped", "quality")]


@pytest.mark.parametrize("policy", ["error", "warn"])
@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_a_wish_without_an_input_is_refused_under_error_and_warn(wish, policy):
    error = refused(PLAIN, policy=policy, **wish)
    assert [error.field] == list(wish)
    assert "on_unsupported='nearest' would drop it" in str(error)


@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_a_wish_without_an_input_is_dropped_under_nearest(wish):
    dropped = plan(PLAIN, policy="nearest", **wish)
    assert dropped.payload == {"prompt": "a fox"}
    assert codes(dropped) == [("dropped", *wish)]


@pytest.mark.parametrize("policy", ["error", "warn"])
@pytest.mark.parametrize(
    ("wish", "near"),
    [({"duration_seconds": 5}, "4"), ({"resolution": "480p"}, "'720p'"), ({"aspect_ratio": "1:1"}, "'9:16'")],
)
def test_a_wish_that_the_model_lacks_is_refused_and_the_nearest_named(wish, near, policy):
    error = refused(VEO, policy=policy, **wish)
    assert [error.field, error.value] == [*wish, *wish.values()]
    assert f"on_unsupported='nearest' would take {near}" in str(error)


@pytest.mark.parametrize(
    ("wish", "wire", "value"),
    [
        ({"duration_seconds": 5}, "duration", "4s"),  # a tie goes to the shorter
        ({"duration_seconds": 5.1}, "duration", "6s"),
        ({"duration_seconds": 60}, "duration", "8s"),
        ({"resolution": "900p"}, "resolution", "720p"),  # a tie goes to the smaller
        ({"resolution": "1440p"}, "resolution", "1080p"),
        ({"aspect_ratio": "4:3"}, "aspect_ratio", "16:9"),
        ({"aspect_ratio": "1:1"}, "aspect_ratio", "9:16"),
    ],
)
def test_a_wish_that_the_model_lacks_is_moved_under_nearest(wish, wire, value):
    moved = plan(VEO, policy="nearest", **wish)
    assert moved.payload[wire] == value
    assert codes(moved, "moved") == [("moved", *wish)]


def test_a_fixed_value_meets_a_wish():
    spec = one_way({}, fixed={"duration_seconds": 5, "resolution": "720p"})
    for policy in POLICIES:
        assert plan(spec, policy=policy, duration_seconds=5, resolution="720p").notices == ()
    assert refused(spec, duration_seconds=8).allowed == "5"
    moved = plan(spec, policy="nearest", duration_seconds=8)
    assert codes(moved) == [("moved", "duration_seconds")] and moved.effective["duration_seconds"] == 5


@pytest.mark.parametrize("policy", POLICIES)
def test_a_prompt_is_never_dropped_or_moved(policy):
    short = one_way({})
    spec = type(short)(
        variants=type(short.variants[0])(
            modes=["text-to-video"], fields={"p": passthrough_field_mapper("prompt", max_length=5)}
        )
    )
    error = refused(spec, policy=policy, prompt="a red fox")
    assert error.field == "prompt" and error.value == "a red fox" and "9 characters" in str(error)
    mute = type(short)(
        variants=type(short.variants[0])(modes=["upscale-video"], fields={"video": video_url_field_mapper(True)})
    )
    assert refused(mute, policy=policy, video=CLIP).field == "prompt"
    assert plan(mute, policy=policy, prompt=None, video=CLIP).payload == {"video": CLIP}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    "media",
    [
        {"first_frame": FOX},
        {"last_frame": FOX},
        {"image_list": [FOX]},
        {"image_list": [{"image": FOX, "type": "style"}]},
        {"mask_image": FOX},
        {"video": CLIP},
        {"audio": "https://example.com/fox.mp3"},
    ],
    ids=lambda media: next(iter(media)),
)
def test_no_medium_is_ever_dropped(media, policy):
    error = refused(PLAIN, policy=policy, **media)
    assert error.field in (*media, "image_list")


@pytest.mark.parametrize("policy", POLICIES)
def test_an_edit_never_becomes_a_generation_from_text(policy):
    spec = one_way({"n": n_images_field_mapper(default=1)}, mode="text-to-image")
    assert refused(spec, plan_image, policy=policy, image_list=[FOX]).field == "image_list"


@pytest.mark.parametrize("policy", POLICIES)
def test_the_number_of_outputs_is_never_dropped_or_moved(policy):
    assert refused(PLAIN, policy=policy, number_of_videos=2).allowed == "1"
    assert plan(PLAIN, policy=policy).payload == {"prompt": "a fox"}
    counting = one_way({"count": n_images_field_mapper(1, 4)})
    assert plan(counting, policy=policy, number_of_videos=3).payload["count"] == 3
    assert refused(counting, policy=policy, number_of_videos=5).field == "number_of_videos"
    images = one_way({}, mode="text-to-image")
    assert plan_image(images, policy=policy, n=1).payload == {"prompt": "a fox"}
    assert refused(images, plan_image, policy=policy, n=2).field == "n"


def test_one_output_is_written_where_the_vendors_habit_is_another_or_unknown():
    assert plan(one_way({"count": n_images_field_mapper(default=4)})).payload["count"] == 1
    assert plan(one_way({"count": n_images_field_mapper()})).payload["count"] == 1
    assert "count" not in plan(one_way({"count": n_images_field_mapper(default=1)})).payload


@pytest.mark.parametrize("policy", POLICIES)
def test_silence_is_never_dropped(policy):
    assert refused(PLAIN, policy=policy, generate_audio=False).field == "generate_audio"
    silent = one_way({}, fixed={"generate_audio": False})
    assert plan(silent, policy=policy, generate_audio=False).notices == ()
    assert plan(VEO, policy=policy, generate_audio=False).payload["generate_audio"] is False
    loud = one_way({}, fixed={"generate_audio": True})
    assert refused(loud, policy=policy, generate_audio=False).allowed == "True"


def test_sound_from_a_silent_model_is_a_hint():
    silent = one_way({}, fixed={"generate_audio": False})
    assert codes(plan(silent, generate_audio=True)) == [("dropped", "generate_audio")]
    refused(silent, policy="error", generate_audio=True)


FRAME = {"image": single_image_field_mapper(True, "first_frame")}


def test_a_ratio_is_a_hint_where_the_output_follows_an_input():
    following = one_way(FRAME, mode="image-to-video")
    for policy in ("warn", "nearest"):
        assert codes(plan(following, policy=policy, first_frame=FOX, aspect_ratio="16:9")) == [
            ("dropped", "aspect_ratio")
        ]
    assert refused(following, policy="error", first_frame=FOX, aspect_ratio="16:9").field == "aspect_ratio"
    auto = one_way(
        {**FRAME, "ratio": choice_field_mapper("aspect_ratio", ["auto", "16:9"], default="auto")}, mode="image-to-video"
    )
    assert codes(plan(auto, first_frame=FOX, aspect_ratio="1:1")) == [("dropped", "aspect_ratio")]


def test_a_ratio_is_a_wish_where_the_model_has_one_of_its_own():
    own = one_way(
        {**FRAME, "ratio": choice_field_mapper("aspect_ratio", ["9:16", "16:9"], default="16:9")}, mode="image-to-video"
    )
    assert refused(own, first_frame=FOX, aspect_ratio="1:1").field == "aspect_ratio"
    assert plan(own, policy="nearest", first_frame=FOX, aspect_ratio="1:1").payload["ratio"] == "9:16"
    reference = one_way({"images": image_list_field_mapper("reference", True)}, mode="reference-to-video")
    assert refused(reference, image_list=[FOX], aspect_ratio="1:1").field == "aspect_ratio"


def test_what_is_required_and_missing_is_refused():
    error = refused(one_way({"d": duration_field_mapper("int", [5, 10], required=True)}))
    assert error.field == "duration_seconds" and error.allowed == "5 or 10"
    spec = type(VEO)(variants=VEO.variants)
    assert refused(spec, prompt=None).field == "prompt"


def test_defaults_are_said_and_left_to_the_vendor():
    defaulted = plan(VEO)
    assert defaulted.payload == {"prompt": "a fox"}
    assert defaulted.effective["duration_seconds"] == 8 and defaulted.effective["generate_audio"] is True
    assert codes(defaulted) == [
        ("defaulted", name) for name in ("duration_seconds", "resolution", "aspect_ratio", "generate_audio")
    ]


def test_a_default_is_written_where_the_catalogue_says_so_or_the_model_needs_it():
    written = one_way({"d": duration_field_mapper("int", [5, 10], default=5, write_default=True)})
    needed = one_way({"d": duration_field_mapper("int", [5, 10], default=5, required=True)})
    assert plan(written).payload["d"] == plan(needed).payload["d"] == 5


def test_seconds_are_written_as_frames_at_the_rate_that_is_asked():
    spec = one_way(
        {
            "num_frames": duration_field_mapper("int", frames=16),
            "fps": passthrough_field_mapper("fps", minimum=8, maximum=30),
        }
    )
    assert plan(spec, duration_seconds=5).payload["num_frames"] == 80
    assert plan(spec, duration_seconds=5, fps=24).payload == {"prompt": "a fox", "num_frames": 120, "fps": 24}
