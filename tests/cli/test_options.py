from pathlib import Path

import click
import pytest

from tarash_core.cli.options import ASSIGNMENT, IMAGE, MEDIUM, config_of, request_fields

NOTHING = {"mock": False, "simulate": False, "resume": None, "as_json": False, "quiet": False, "output": Path("x.mp4")}
UNSET = dict.fromkeys(["on_unsupported", "timeout", "poll_interval", "allow_retired", "api_key", "base_url"])


def given(**options):
    return {**NOTHING, **UNSET, "provider_config": (), "prompt": "A fox", "models": ("fal/fal-ai/veo3.1",), **options}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=1", 1),
        ("a=true", True),
        ('a={"b": [1]}', {"b": [1]}),
        ("a=fast", "fast"),
        ("a=x=y", "x=y"),
        ("a=", ""),
    ],
)
def test_a_value_is_json_where_it_is_json(text, value):
    assert ASSIGNMENT.convert(text, None, None) == ("a", value)


@pytest.mark.parametrize("text", ["a", "=1", ""])
def test_an_assignment_needs_a_key_and_an_equals_sign(text):
    with pytest.raises(click.BadParameter, match="KEY=VALUE"):
        ASSIGNMENT.convert(text, None, None)


def test_an_existing_file_is_a_path_and_a_url_stays_text(tmp_path):
    file = tmp_path / "a=b.png"
    file.write_bytes(b"x")
    assert MEDIUM.convert(str(file), None, None) == file
    assert MEDIUM.convert("https://a.example/x.png", None, None) == "https://a.example/x.png"
    assert MEDIUM.convert("data:image/png;base64,AAAA", None, None) == "data:image/png;base64,AAAA"


@pytest.mark.parametrize("name", ["nope.png", "."])
def test_what_is_no_file_is_refused(name):
    with pytest.raises(click.BadParameter, match="there is no file"):
        MEDIUM.convert(name, None, None)


def test_an_image_takes_its_role_from_in_front(tmp_path):
    file = tmp_path / "look.png"
    file.write_bytes(b"x")
    assert IMAGE.convert(f"style={file}", None, None).type == "style"
    plain = IMAGE.convert("https://a.example/x.png?style=1", None, None)
    assert (plain.type, plain.image.url) == (None, "https://a.example/x.png?style=1")


def test_models_become_a_chain_in_their_order():
    config = config_of("video", given(models=("fal/a/b", "replicate/c/d"), poll_interval=0.0, api_key="k"))
    assert (config.provider, config.model, config.api_key) == ("fal", "a/b", "k")
    (second,) = config.fallback_configs
    assert (second.provider, second.model, second.poll_interval, second.api_key) == ("replicate", "c/d", 0.0, None)


def test_options_that_were_not_given_leave_the_defaults():
    config = config_of("image", given())
    assert config.given == {"provider", "model", "fallback_configs"}
    assert request_fields(given(seed=None, image_list=())) == {}


def test_own_settings_and_parameters_become_dicts():
    config = config_of("video", given(provider_config=(("priority", "low"),)))
    assert config.provider_config == {"priority": "low"}
    assert request_fields(given(extra_params=(("a", 1),), seed=0)) == {"extra_params": {"a": 1}, "seed": 0}
