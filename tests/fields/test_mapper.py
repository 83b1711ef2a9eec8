import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarash_core.errors import ValidationError
from tarash_core.fields import (
    FieldMapper,
    Frames,
    MediaForm,
    choice_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    image_input_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    quality_field_mapper,
    single_image_field_mapper,
    style_field_mapper,
)


@pytest.mark.parametrize(
    ("mapper", "seconds", "wire"),
    [
        (duration_field_mapper("int", [4, 8, 12]), 8.0, 8),
        (duration_field_mapper("int", range(3, 16)), 3, 3),
        (duration_field_mapper("str", [4, 6, 8]), 4, "4s"),
        (duration_field_mapper("str", [4, 6, 8], "fal", "veo3", False), 4, "4"),
        (duration_field_mapper("float", minimum=1, maximum=10), 8, 8.0),
        (duration_field_mapper("number"), 8.0, 8),
        (duration_field_mapper("number"), 7.5, 7.5),
        (duration_field_mapper("str"), 7.5, "7.5s"),
        (duration_field_mapper("int", frames=Frames(per_second=16, plus=1)), 5, 81),
        (duration_field_mapper("int", frames=24), 5, 120),
        (duration_field_mapper("int", ["auto", 4, 8], default="auto"), 4, 4),
    ],
)
def test_a_length_is_written_in_the_wire_type(mapper, seconds, wire):
    assert mapper.refusal(seconds) is None
    written = mapper.write(seconds)
    assert written == wire and type(written) is type(wire)


@pytest.mark.parametrize(
    ("mapper", "seconds", "allowed", "near"),
    [
        (duration_field_mapper("int", [4, 8, 12]), 5, "4, 8 or 12", 4),
        (duration_field_mapper("int", [4, 8, 12]), 6, "4, 8 or 12", 4),
        (duration_field_mapper("int", [4, 8, 12]), 99, "4, 8 or 12", 12),
        (duration_field_mapper("int", range(3, 16)), 5.5, "3 to 15", 5),
        (duration_field_mapper("int", range(3, 16)), 2, "3 to 15", 3),
        (duration_field_mapper("int", minimum=2, maximum=10), 2.5, "whole numbers, 2 to 10", 2),
        (duration_field_mapper("float", minimum=2, maximum=10), 11, "numbers, 2 to 10", 10),
        (duration_field_mapper("str", ["auto", 5]), 9, "auto or 5", 5),
        (duration_field_mapper("int", frames=Frames(per_second=10, minimum=20, maximum=50)), 9, "2 to 5 seconds", 5),
        (duration_field_mapper("int", frames=Frames(per_second=10, minimum=20, maximum=50)), 1, "2 to 5 seconds", 2),
    ],
)
def test_a_length_that_the_model_lacks_has_a_nearest_one(mapper, seconds, allowed, near):
    assert mapper.refusal(seconds) == allowed
    assert mapper.nearest(seconds) == near
    assert mapper.refusal(near) is None


@given(st.floats(0.1, 500), st.lists(st.integers(1, 60), min_size=1), st.sampled_from(["int", "str", "number"]))
def test_the_nearest_length_is_legal_and_no_other_is_nearer(seconds, lengths, wire):
    mapper = duration_field_mapper(wire, lengths)
    near = mapper.nearest(seconds)
    assert near in lengths
    assert abs(near - seconds) <= min(abs(length - seconds) for length in lengths) + 1e-6


@given(st.floats(0.1, 500), st.floats(5, 60), st.integers(0, 1), st.sampled_from([1, 4, 8]))
def test_the_nearest_length_in_frames_is_legal(seconds, fps, plus, multiple):
    frames = Frames(per_second=fps, plus=plus, multiple=multiple, minimum=17, maximum=161)
    near = frames.clip(seconds)
    assert frames.fits(near)
    assert (frames.count(near) - plus) % multiple == 0
    if frames.fits(seconds):
        assert frames.count(near) == frames.count(seconds)


@pytest.mark.parametrize(
    ("choices", "given_value", "written"),
    [
        (["720p", "1080p", "4k"], "4K", "4k"),
        (["720P", "1080P"], "1080p", "1080P"),
        (["1K", "2K", "4K"], "2160p", "4K"),
        (["720p", "2160p"], "4k", "2160p"),
        ({"480p": 480, "720p": 720}, "720p", 720),
        ({"480p": "sd"}, "480P", "sd"),
    ],
)
def test_resolutions_that_mean_the_same_match(choices, given_value, written):
    assert choice_field_mapper("resolution", choices).write(given_value) == written


def test_ratios_match_by_their_value():
    mapper = choice_field_mapper("aspect_ratio", ["16:9", "9:16", "auto"])
    assert mapper.write("32:18") == "16:9"
    assert mapper.write("AUTO") == "auto"
    assert mapper.refusal("1:1") == "16:9, 9:16 or auto"
    assert mapper.nearest("3:2") == "16:9"
    assert mapper.nearest("1:1") == "9:16"
    assert mapper.nearest("cinema") is None


def test_numbers_and_texts_are_not_the_same_in_the_models_own_parameters():
    number, text = extra_params_field_mapper("n", type="int"), extra_params_field_mapper("n", type="str", choices=["5"])
    assert number.refusal(5) is None and text.refusal("5") is None
    assert number.refusal("5") and number.refusal(True) and number.refusal(5.5)
    assert text.refusal(5) == "5"


def test_a_switch_may_have_words_of_its_own():
    mapper = choice_field_mapper("generate_audio", {True: "on", False: "off"})
    assert mapper.write(False) == "off" and mapper.write(True) == "on"


def test_names_of_the_model_are_taken_as_they_are():
    assert style_field_mapper(["Anime"]).refusal("anime") == "Anime"
    assert quality_field_mapper().refusal("high") is None


def test_a_source_that_the_request_lacks_is_refused_at_once():
    with pytest.raises(ValidationError, match=r"keep_audio.*extra_params_field_mapper\('keep_audio'\)"):
        passthrough_field_mapper("keep_audio")
    with pytest.raises(ValidationError, match="did you mean 'duration_seconds'"):
        passthrough_field_mapper("duration_second")


def test_a_default_must_be_legal():
    with pytest.raises(ValidationError, match="default 5"):
        duration_field_mapper("int", [4, 8], default=5)


def test_the_originals_arguments_are_taken():
    one = single_image_field_mapper(True, "first_frame", False, ["url", "bytes"], "fal")
    assert one.required and one.source_field == "first_frame"
    assert [form.kind for form in one.forms] == ["url", "file"]
    assert image_list_field_mapper().source_field == image_input_field_mapper().source_field == "image_list"
    with pytest.raises(ValidationError, match="image_type must be one of"):
        single_image_field_mapper(image_type="hero")


def test_a_converter_of_ones_own():
    mapper = FieldMapper("prompt", lambda request, prompt: {"text": prompt, "seed": request}, True)
    assert mapper.required and mapper.write("a fox", 7) == {"text": "a fox", "seed": 7}

    def picky(request, value):
        raise ValueError("only haiku")

    with pytest.raises(ValidationError, match="prompt='a fox' could not be converted: only haiku"):
        FieldMapper("prompt", picky).write("a fox")


def test_mappers_are_values():
    assert duration_field_mapper("int", [4, 8]) == duration_field_mapper("int", [4, 8])
    assert single_image_field_mapper(forms=["url"]).forms == (MediaForm("url"),)
    assert "4, 8" in repr(duration_field_mapper("int", [4, 8]))
