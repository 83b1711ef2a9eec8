import json
import socket
from pathlib import Path

import pytest

from tarash_core.catalog import set_today

FOX = "https://example.com/fox.png"


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """No network and a fixed day; keys are unset for all of these tests."""

    def refuse(*args, **kwargs):
        raise AssertionError("explain opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    set_today("2026-11-22")
    yield
    set_today(None)


def rows(result):
    """The lines of a result by their first word, their cells apart."""
    lines = [[cell for cell in line.split("  ") if cell.strip()] for line in result.stdout.splitlines() if line.strip()]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in lines}


def test_what_is_sent_and_why(run):
    result = run(
        "explain", "fal/fal-ai/veo3.1", "A fox", "--duration", "7", "--fps", "30", "--seed", "4",
        "--on-unsupported", "nearest",
    )  # fmt: skip
    assert result.exit_code == 0 and result.stderr == ""
    table = rows(result)
    assert table["prompt"] == ["prompt", "A fox"] and table["seed"] == ["seed", "4"]
    assert table["duration_seconds"][:2] == ["duration", "6s"] and "moved from 7 to 6" in table["duration_seconds"][2]
    assert table["fps"][0] == "(not sent)" and "fps=30 is dropped" in table["fps"][1]


def test_what_was_not_given_stands_with_its_limits(run):
    table = rows(run("explain", "fal/fal-ai/veo3.1", "A fox"))
    assert table["resolution"] == ["resolution", "720p, 1080p or 4k", "720p"]
    assert table["extra_params['safety_tolerance']"][:2] == ["safety_tolerance", "1, 2, 3, 4, 5 or 6"]
    assert table["endpoint"] == ["fal-ai/veo3.1"] and table["cost"] == ["not known"]
    assert table["lifecycle"][0].startswith("listed 2025-10-17; checked 2026-11-22; source: ")
    assert table["variant"] == ["text-to-video, the only way to call it"]


def test_why_a_variant_was_chosen(run):
    model = "replicate/google/veo-3.1"
    assert rows(run("explain", model, "A fox", "--first-frame", FOX, "--last-frame", FOX))["variant"] == [
        "first-last-frame, for first_frame and last_frame; "
        "other ways: text-to-video, image-to-video, reference-to-video"
    ]
    asked = run("explain", model, "A fox", "--mode", "image-to-video", "--first-frame", FOX)
    assert rows(asked)["variant"] == ["image-to-video, the mode that was asked for"]


def test_a_prompt_is_made_up_where_one_is_needed_and_none_is_given(run):
    result = run("explain", "fal/fal-ai/veo3.1")
    assert result.exit_code == 0 and "stands in for it" in result.stderr
    assert rows(result)["prompt"] == ["prompt", "A red fox in fresh snow"]
    assert "A red fox" not in run("explain", "fal/fal-ai/unheard-of").stdout


def test_images_are_explained_by_the_same_command(run):
    table = rows(run("explain", "fal/fal-ai/flux-2", "A fox", "--n", "3", "--size", "1024x768"))
    assert table["n"][:2] == ["num_images", "3"] and "1024" in str(table) and "text-to-image" in table["variant"][0]


def test_the_options_tell_the_kind_where_the_model_does_not(run):
    assert "text-to-image" in run("explain", "replicate/acme/unheard-of", "A fox", "--mode", "text-to-image").stdout
    assert "text-to-video" in run("explain", "replicate/acme/unheard-of", "A fox").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["fal/fal-ai/veo3.1", "A fox", "--duration", "7"],
            "duration_seconds=7 is not possible with fal/fal-ai/veo3.1",
        ),
        (["fal/fal-ai/veo3.1", "A fox", "--fps", "9", "--on-unsupported", "error"], "fps=9 is not possible"),
        (["fal/fal-ai/flux-2", "A fox", "--duration", "7"], "makes images, not videos; use tarash image."),
        (["fal/fal-ai/veo3.1", "A fox", "--video", "https://x.example/a.mp4"], "video cannot be given to"),
        (["fal/fal-ai/veo3.1", ""], "prompt must be a text that is not empty"),
        (["veo", "A fox"], "A target must read 'provider/model'"),
        (["nowhere/veo", "A fox"], "There is no provider 'nowhere'"),
        (["nimbus/cloud-1", "A fox"], "pip install tarash-nimbus"),
    ],
)
def test_a_refusal_is_one_sentence_and_bad_input(run, words, sentence):
    result = run("explain", *words)
    assert result.exit_code == 2 and result.stdout == ""
    assert sentence in result.stderr and len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Name a model, such as: tarash explain"),
        (["fal/fal-ai/veo3.1", "A fox", "--first-frame", "no.png"], "there is no file 'no.png'"),
        (["fal/fal-ai/veo3.1", "A fox", "--param", "seven"], "must read KEY=VALUE"),
        (["fal/fal-ai/veo3.1", "A fox", "--durations", "7"], "--duration"),
    ],
)
def test_options_that_cannot_be_read(run, words, sentence):
    result = run("explain", *words)
    assert result.exit_code == 2 and sentence in result.stderr


def test_the_plan_as_json(run):
    result = run("explain", "fal/fal-ai/veo3.1", "A fox", "--duration", "8", "--param", "auto_fix=false", "--json")
    told = json.loads(result.stdout)
    assert told["payload"] == {"prompt": "A fox", "duration": "8s", "auto_fix": False}
    assert told["endpoint"] == "fal-ai/veo3.1" and told["effective"]["duration_seconds"] == 8
    assert told["estimated_cost"] is None and told["lifecycle"]["listed"] == "2025-10-17"
    assert {notice["field"] for notice in told["notices"] if notice["code"] == "defaulted"} >= {"resolution"}
    assert told["fallbacks"] == [] and told["skipped"] == []


def test_a_refusal_as_json(run):
    result = run("explain", "fal/fal-ai/veo3.1", "A fox", "--duration", "7", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 2 and told["error"]["type"] == "UnsupportedParameterError"


def test_a_local_file_is_not_read_into_the_json(run, tmp_path):
    (tmp_path / "fox.png").write_bytes(b"\x89PNG" + b"0" * 5000)
    result = run("explain", "fal/fal-ai/veo3.1/image-to-video", "A fox", "--first-frame", "fox.png", "--json")
    assert "fox.png" in json.loads(result.stdout)["payload"]["image_url"] and len(result.stdout) < 5000


def test_every_config_of_a_chain_has_its_table(run):
    words = ["explain", "fal/fal-ai/veo3.1", "A fox", "-m", "replicate/google/veo-3.1", "-m", "fal/fal-ai/flux-2"]
    result = run(*words)
    assert result.exit_code == 0
    heads = [line for line in result.stdout.splitlines() if line.startswith(("fal/", "replicate/"))]
    assert heads == ["fal/fal-ai/veo3.1", "replicate/google/veo-3.1", "fal/fal-ai/flux-2"]
    assert "  skipped: fal/fal-ai/flux-2 makes images" in result.stdout
    told = json.loads(run(*words, "--json").stdout)
    assert [plan["model"] for plan in (told, *told["fallbacks"])] == ["fal-ai/veo3.1", "google/veo-3.1"]
    assert [config["model"] for config in told["skipped"]] == ["fal-ai/flux-2"]


def test_a_head_that_is_not_installed_is_passed_over(run):
    result = run("explain", "nimbus/cloud-1", "A fox", "-m", "fal/fal-ai/veo3.1")
    assert result.exit_code == 0 and "pip install tarash-nimbus" in result.stdout


def test_an_unlisted_model_says_how_its_schema_is_had(run):
    result = run("explain", "fal/fal-ai/unheard-of", "A fox")
    assert result.exit_code == 0 and "discover_model or discover=True" in rows(result)["note"][0]


def test_a_profile_stands_for_the_models_and_its_terms(run):
    text = '[profiles.cheap]\nchain = ["fal/fal-ai/veo3.1", "replicate/google/veo-3.1"]\non_unsupported = "nearest"'
    Path("tarash.toml").write_text(text, encoding="utf-8")
    result = run("explain", "A grey owl", "--profile", "cheap", "--duration", "7", "--json")
    assert result.exit_code == 0, result.stderr
    plan = json.loads(result.stdout)
    assert (plan["payload"]["prompt"], plan["payload"]["duration"]) == ("A grey owl", "6s")
    assert [(one["provider"], one["model"]) for one in plan["fallbacks"]] == [("replicate", "google/veo-3.1")]


@pytest.mark.parametrize("words", [["fal/fal-ai/veo3.1", "A fox"], ["A fox", "-m", "fal/fal-ai/veo3.1"]])
def test_a_profile_and_a_model_exclude_each_other(run, words):
    result = run("explain", *words, "--profile", "cheap")
    assert result.exit_code == 2 and "--profile names the models" in result.stderr


@pytest.mark.parametrize(
    "words", [("A grey owl", "-m", "fal/fal-ai/veo3.1"), ("-m", "fal/fal-ai/veo3.1", "A grey owl")]
)
def test_the_words_of_generate_are_understood(run, words):
    told = json.loads(run("explain", *words, "--json").stdout)
    assert told["model"] == "fal-ai/veo3.1" and told["payload"]["prompt"] == "A grey owl" and told["fallbacks"] == []


def test_a_model_as_a_word_and_another_by_option_are_a_chain(run):
    told = json.loads(run("explain", "fal/fal-ai/veo3.1", "-m", "replicate/google/veo-3.1", "--json").stdout)
    assert [plan["provider"] for plan in (told, *told["fallbacks"])] == ["fal", "replicate"]
