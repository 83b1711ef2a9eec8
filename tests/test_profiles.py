import os
from pathlib import Path

import pytest

from tarash_core import (
    AuthenticationError,
    HTTPError,
    ImageGenerationConfig,
    MockConfig,
    ValidationError,
    VideoGenerationConfig,
)
from tarash_core.models.base import field_names
from tarash_core.profiles import find_file, profile_keys, read_profiles

CHEAP = """
[profiles.cheap]
chain = ["fal/fal-ai/veo3.1/fast", "replicate/google/veo-3.1-fast"]
on_unsupported = "nearest"
timeout = 300
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder of a project, and no settings of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("TARASH_")]:
        monkeypatch.delenv(name)
    project = tmp_path / "project" / "inner"
    project.mkdir(parents=True)
    monkeypatch.chdir(project)
    return project


def written(text: str, name: str = "tarash.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path.absolute()


def targets(config):
    return [(one.provider, one.model) for one in (config, *config.fallback_configs)]


def test_a_profile_is_a_chain_with_the_settings_of_its_head():
    written(CHEAP)
    config = VideoGenerationConfig.from_profile("cheap")
    assert targets(config) == [("fal", "fal-ai/veo3.1/fast"), ("replicate", "google/veo-3.1-fast")]
    assert (config.on_unsupported, config.timeout) == ("nearest", 300)
    assert config.fallback_configs[0].given == {"provider", "model"}


def test_the_same_profile_serves_images():
    written('[profiles.ink]\nmodel = "fal/fal-ai/flux/dev"')
    config = ImageGenerationConfig.from_profile("ink")
    assert (type(config), config.provider, config.model, config.timeout) == (
        ImageGenerationConfig,
        "fal",
        "fal-ai/flux/dev",
        120,
    )


def test_fields_of_the_call_win():
    written(CHEAP)
    config = VideoGenerationConfig.from_profile("cheap", timeout=5, api_key="k")
    assert (config.timeout, config.api_key, config.on_unsupported) == (5, "k", "nearest")
    with pytest.raises(ValidationError, match="did you mean 'timeout'"):
        VideoGenerationConfig.from_profile("cheap", timeot=5)


def test_provider_and_model_may_stand_apart():
    written('[profiles.one]\nprovider = "fal"\nmodel = "fal-ai/veo3.1"')
    assert targets(VideoGenerationConfig.from_profile("one")) == [("fal", "fal-ai/veo3.1")]


def test_a_profile_extends_another_and_its_own_keys_win():
    written(CHEAP + '[profiles.careful]\nextends = "cheap"\non_unsupported = "error"')
    config = VideoGenerationConfig.from_profile("careful")
    assert (len(targets(config)), config.on_unsupported, config.timeout) == (2, "error", 300)


def test_a_model_of_its_own_replaces_the_chain_that_it_extends():
    written(CHEAP + '[profiles.one]\nextends = "cheap"\nmodel = "fal/fal-ai/veo3.1"')
    config = VideoGenerationConfig.from_profile("one")
    assert (targets(config), config.timeout) == ([("fal", "fal-ai/veo3.1")], 300)


def test_a_chain_takes_profiles_and_tables():
    written(CHEAP + '[profiles.best]\nchain = [{ model = "kling/kling-3.0", timeout = 9, account = "s" }, "cheap"]')
    config = VideoGenerationConfig.from_profile("best")
    second = config.fallback_configs[0]
    assert (config.provider, config.timeout, config.account) == ("kling", 9, "s")
    assert (second.provider, second.timeout, second.fallback_configs[0].provider) == ("fal", 300, "replicate")
    assert read_profiles().targets("best") == (
        "kling/kling-3.0",
        "fal/fal-ai/veo3.1/fast",
        "replicate/google/veo-3.1-fast",
    )


def test_a_profile_at_the_head_brings_its_fallbacks_along():
    written(CHEAP + '[profiles.long]\nchain = ["cheap", "kling/kling-3.0"]\ntimeout = 1')
    config = VideoGenerationConfig.from_profile("long")
    assert [provider for provider, _ in targets(config)] == ["fal", "replicate", "kling"]
    assert (config.timeout, config.on_unsupported) == (1, "nearest")


def test_errors_and_the_mock_are_written_plainly():
    written('[profiles.one]\nmodel = "fal/m"\nmock = true\nfallback_on = ["HTTPError"]')
    config = VideoGenerationConfig.from_profile("one")
    assert (config.mock, config.fallback_on) == (MockConfig(enabled=True), (HTTPError,))


def test_the_nearest_file_counts_and_no_other(folder):
    (folder.parent / "tarash.toml").write_text(CHEAP, encoding="utf-8")
    (folder.parent / "pyproject.toml").write_text("[tool.tarash.profiles.other]", encoding="utf-8")
    written("[project]\nname = 'x'", "pyproject.toml")
    assert find_file() == folder.parent / "tarash.toml"
    here = written('[tool.tarash.profiles.here]\nmodel = "fal/m"', "pyproject.toml")
    assert find_file() == here
    assert read_profiles().names == ("here",)
    assert read_profiles().settings("here")["model"].place == "tool.tarash.profiles.here.model"


def test_the_variable_names_the_file_or_none(monkeypatch, tmp_path):
    written(CHEAP)
    other = tmp_path / "other.toml"
    other.write_text('[profiles.x]\nmodel = "fal/m"', encoding="utf-8")
    monkeypatch.setenv("TARASH_CONFIG", str(other))
    assert read_profiles().names == ("x",)
    monkeypatch.setenv("TARASH_CONFIG", "")
    assert (find_file(), read_profiles().names) == (None, ())
    monkeypatch.setenv("TARASH_CONFIG", str(tmp_path / "gone.toml"))
    with pytest.raises(ValidationError, match=r"There is no file .*gone\.toml; make it, or change TARASH_CONFIG"):
        read_profiles()


def test_without_a_file_the_sentence_says_where_to_write_one():
    with pytest.raises(ValidationError, match=r"no profile 'cheap', as there is no tarash\.toml"):
        VideoGenerationConfig.from_profile("cheap")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[profiles.cheap]\nmodel = ", "tarash.toml is not valid TOML: "),
        ("[profile.cheap]", "there is no key 'profile'; did you mean 'profiles'?"),
        ("profiles = 3", "profiles must be a table, not 3."),
        ("[profiles]\ncheap = 3", "profiles.cheap must be a table, not 3."),
        ("[profiles.cheep]", "has no profile 'cheap'; did you mean 'cheep'?"),
        ("[profiles.cheap]", "the profile 'cheap' names no model; write model ="),
        ('[profiles.cheap]\nmodel = "fal"', "profiles.cheap.model: A target must read 'provider/model'"),
        ("[profiles.cheap]\nmodel = 3", "profiles.cheap.model must be a text, not 3."),
        ('[profiles.cheap]\nmodel = "a/b"\ntimeot = 3', "profiles.cheap has no key 'timeot'; did you mean 'timeout'?"),
        ('[profiles.cheap]\nmodel = "a/b"\ntimeout = "3"', "profiles.cheap.timeout: timeout must be a number"),
        ('[profiles.cheap]\nmodel = "a/b"\nfallback_on = ["No"]', "profiles.cheap.fallback_on: fallback_on lists"),
        ('[profiles.cheap]\nmodel = "a/b"\nchain = ["a/b"]', "profiles.cheap.model and profiles.cheap.chain exclude"),
        ("[profiles.cheap]\nchain = []", "profiles.cheap.chain must list what is asked, not []."),
        ("[profiles.cheap]\nchain = [3]", "profiles.cheap.chain[0] must be a text, not 3."),
        ('[profiles.cheap]\nchain = ["a/b", { model = "c/d", timeout = -1 }]', "profiles.cheap.chain[1].timeout: "),
        ('[profiles.cheap]\nchain = ["cheap"]', "the profile 'cheap' leads back to itself: cheap → cheap."),
        ('[profiles.cheap]\nextends = "b"\n[profiles.b]\nextends = "cheap"', "itself: cheap → b → cheap."),
        ('[profiles.cheap]\nfallback_configs = ["a/b"]', "profiles.cheap.fallback_configs: the models to ask in turn"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_file_and_key(text, said):
    path = written(text)
    with pytest.raises(ValidationError) as caught:
        VideoGenerationConfig.from_profile("cheap")
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_key_in_the_file_is_refused_and_never_repeated():
    written('[profiles.cheap]\nmodel = "fal/m"\napi_key = "very-secret"')
    with pytest.raises(ValidationError, match=r'profiles\.cheap\.api_key: .* api_key_env = "…"') as caught:
        VideoGenerationConfig.from_profile("cheap")
    assert "very-secret" not in str(caught.value)


def test_a_variable_may_hold_the_key(monkeypatch):
    written('[profiles.studio]\nmodel = "fal/m"\napi_key_env = "STUDIO_KEY"')
    monkeypatch.delenv("STUDIO_KEY", raising=False)
    with pytest.raises(AuthenticationError, match=r"profiles\.studio\.api_key_env names STUDIO_KEY, which is not set"):
        VideoGenerationConfig.from_profile("studio")
    assert VideoGenerationConfig.from_profile("studio", mock=MockConfig(enabled=True)).api_key is None
    monkeypatch.setenv("STUDIO_KEY", " studio-secret\n")
    config = VideoGenerationConfig.from_profile("studio")
    assert config.api_key == "studio-secret"
    assert "studio-secret" not in repr(config)
    assert read_profiles().key_variables() == {"STUDIO_KEY": ("profiles.studio.api_key_env",)}


@pytest.mark.parametrize("key", ["base_url", "webhook_url"])
def test_a_file_that_was_found_may_not_send_keys_or_results_elsewhere(key, monkeypatch):
    path = written(f'[profiles.x]\nmodel = "fal/m"\n{key} = "https://proxy.example"')
    with pytest.raises(ValidationError, match=f"profiles.x.{key} says where keys or results go"):
        VideoGenerationConfig.from_profile("x")
    monkeypatch.setenv("TARASH_CONFIG", str(path))
    assert getattr(VideoGenerationConfig.from_profile("x"), key) == "https://proxy.example"


def test_nor_may_a_setting_of_a_provider_in_it(monkeypatch):
    path = written('[profiles.x]\nmodel = "veo/m"\nprovider_config = { project = "p", output_uri = "gs://elsewhere/" }')
    with pytest.raises(ValidationError, match=r"profiles\.x\.provider_config says where keys or results go"):
        VideoGenerationConfig.from_profile("x")
    monkeypatch.setenv("TARASH_CONFIG", str(path))
    assert VideoGenerationConfig.from_profile("x").provider_config["output_uri"] == "gs://elsewhere/"
    monkeypatch.delenv("TARASH_CONFIG")
    written('[profiles.x]\nmodel = "veo/m"\nprovider_config = { project = "p" }')
    assert VideoGenerationConfig.from_profile("x").provider_config == {"project": "p"}


def test_a_file_may_begin_as_windows_editors_begin_it():
    Path("tarash.toml").write_bytes(b"\xef\xbb\xbf" + CHEAP.encode())
    assert read_profiles().names == ("cheap",)


def test_every_field_of_a_config_is_a_key_but_for_the_two_that_are_written_otherwise():
    left = set(field_names(VideoGenerationConfig)) - set(profile_keys())
    assert left == {"api_key", "fallback_configs"}
