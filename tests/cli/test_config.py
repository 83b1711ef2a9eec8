import json
from pathlib import Path

import pytest

from tarash_core.catalog import Lifecycle, ModelSpec, Variant
from tarash_core.catalog.registry import registry
from tarash_core.fields import passthrough_field_mapper

TWO = """
[profiles.cheap]
chain = ["fal/fal-ai/veo3.1/fast", "replicate/google/veo-3.1-fast"]
timeout = 300

[profiles.careful]
extends = "cheap"
on_unsupported = "error"
"""


@pytest.fixture
def two() -> Path:
    path = Path("tarash.toml")
    path.write_text(TWO, encoding="utf-8")
    return path.absolute()


@pytest.mark.parametrize("words", [(), ("show",)])
def test_it_shows_file_chains_and_where_each_value_was_written(run, two, words):
    result = run("config", *words)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(str(two))
    assert "careful asks fal/fal-ai/veo3.1/fast, then replicate/google/veo-3.1-fast" in result.stdout
    lines = [line.split() for line in result.stdout.partition("careful asks")[2].splitlines()]
    assert ["timeout", "300", "profiles.cheap.timeout"] in lines
    assert ["on_unsupported", "error", "profiles.careful.on_unsupported"] in lines


def test_as_json_one_profile(run, two):
    told = json.loads(run("config", "show", "careful", "--json").stdout)
    assert (told["file"], list(told["profiles"])) == (str(two), ["careful"])
    assert told["profiles"]["careful"]["settings"]["timeout"] == {"value": 300, "from": "profiles.cheap.timeout"}
    assert "TARASH_LEDGER" in told["variables"]


def test_variables_are_shown_without_what_is_secret_in_them(run, monkeypatch):
    monkeypatch.setenv("TARASH_FAL_BASE_URL", "https://me:secret-1@proxy.example/?token=secret-2")
    result = run("config")
    assert "TARASH_FAL_BASE_URL=https://" in result.stdout
    assert "secret" not in result.output


def test_path_prints_the_file_or_leaves_with_one(run, two):
    assert run("config", "path").stdout.strip() == str(two)
    two.unlink()
    without = run("config", "path")
    assert (without.exit_code, without.stdout) == (1, "")
    assert "make a tarash.toml" in without.stderr
    assert "There is no tarash.toml" in run("config").stdout


def test_a_clean_file_checks(run, two):
    result = run("config", "check")
    assert (result.exit_code, result.stdout) == (0, "cheap: ok\ncareful: ok\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('model = "fal/m"\ntimeot = 3', "did you mean 'timeout'?"),
        ('model = "nimbus/cloud-1"', "nimbus/cloud-1: The provider 'nimbus' is not installed"),
        ('model = "fal/fal-ai/old"', "fal-ai/old: fal/fal-ai/old was retired on 2020-01-01; use fal-ai/veo3.1"),
    ],
)
def test_what_cannot_work_is_told_and_leaves_with_one(run, text, said):
    spec = ModelSpec(
        variants=Variant(modes="text-to-video", fields={"prompt": passthrough_field_mapper("prompt")}),
        lifecycle=Lifecycle(retired="2020-01-01", replacement="fal-ai/veo3.1"),
    )
    registry.add_models("fal", {"fal-ai/old": spec})
    Path("tarash.toml").write_text(f"[profiles.x]\n{text}", encoding="utf-8")
    try:
        result, as_json = run("config", "check"), run("config", "check", "x", "--json")
    finally:
        registry.clear()
    assert (result.exit_code, as_json.exit_code) == (1, 1)
    assert result.stdout.startswith("x: cannot work\n") and said in result.stdout
    assert said in json.loads(as_json.stdout)["profiles"]["x"]["errors"][0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('model = "fal/who/knows"', "fal/who/knows is in no catalogue"),
        ('model = "fal/fal-ai/veo3.1"\napi_key_env = "NO_SUCH_KEY"', "names NO_SUCH_KEY, which is not set"),
    ],
)
def test_what_may_work_is_noted(run, text, said):
    Path("tarash.toml").write_text(f"[profiles.x]\n{text}", encoding="utf-8")
    result = run("config", "check")
    assert result.exit_code == 0
    assert result.stdout.startswith("x: ok\n") and said in result.stdout


def test_a_file_that_cannot_be_read_is_one_line_and_exit_code_two(run):
    Path("tarash.toml").write_text("profiles = ", encoding="utf-8")
    for words in ([], ["show"], ["check"], ["show", "--json"]):
        result = run("config", *words)
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: ") and "is not valid TOML" in result.stderr
