from collections.abc import Callable
from typing import Any

import pytest

from tarash_core import errors
from tarash_core.errors import ValidationError
from tarash_core.models.config import (
    Account,
    Config,
    ImageGenerationConfig,
    VideoGenerationConfig,
    split_target,
    to_config,
)
from tarash_core.models.mock import MockConfig, MockResponse


def video(**fields: Any) -> VideoGenerationConfig:
    return VideoGenerationConfig(**{"provider": "fal", "model": "m", **fields})


def test_the_defaults() -> None:
    assert (video().timeout, ImageGenerationConfig(provider="sora", model="m").timeout) == (600, 120)
    assert (video().on_unsupported, video().on_unsettled, video().fallback_configs) == ("warn", "stop", ())


def test_a_target_splits_at_the_first_slash() -> None:
    config = VideoGenerationConfig.from_string("fal/fal-ai/veo3.1", timeout=900)
    assert (config.provider, config.model, config.timeout) == ("fal", "fal-ai/veo3.1", 900)
    assert split_target(" replicate/google/veo-3.1 ") == ("replicate", "google/veo-3.1")


@pytest.mark.parametrize("target", ["", "fal", "/m", "fal/", " "])
def test_a_target_needs_both_halves(target: str) -> None:
    with pytest.raises(ValidationError, match="must read 'provider/model'"):
        VideoGenerationConfig.from_string(target)


def test_a_misspelt_setting_gets_the_right_one() -> None:
    with pytest.raises(ValidationError, match="did you mean 'timeout'"):
        VideoGenerationConfig.from_string("fal/m", time_out=5)
    with pytest.raises(ValidationError) as caught:
        VideoGenerationConfig.from_string("fal/m", zzz=5)
    assert "given" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("provider", ""),
        ("provider", None),
        ("provider", "fal/fal-ai"),
        ("model", " "),
        ("model", 3),
        ("timeout", 0),
        ("timeout", None),
        ("timeout", "600"),
        ("queue_timeout", -1),
        ("poll_interval", -0.1),
        ("max_poll_attempts", 0),
        ("base_url", "a.example"),
        ("base_url", "https://"),
        ("webhook_url", "ftp://a.example"),
        ("on_unsupported", "ignore"),
        ("on_unsupported", None),
        ("on_unsettled", "go"),
        ("fallback_on", 3),
        ("fallback_on", ["HTTPError"]),
        ("allow_retired", "yes"),
        ("max_cost_usd", -1),
        ("provider_config", "x"),
        ("mock", "yes"),
        ("account", ""),
    ],
)
def test_a_setting_that_cannot_work_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        video(**{field: value})


@pytest.mark.parametrize("field", ["poll_interval", "max_cost_usd"])
def test_zero_is_legal(field: str) -> None:
    assert getattr(video(**{field: 0}), field) == 0


@pytest.mark.parametrize("key", ["", "  ", "canary\n", " canary", "canary\u200b", "кanary", 5])
def test_a_key_that_cannot_stand_in_a_header_is_refused_unseen(key: Any) -> None:
    for make in (lambda: video(api_key=key), lambda: Account(api_key=key)):
        with pytest.raises(ValidationError, match="whole key") as caught:
            make()
        assert "anary" not in str(caught.value)


def test_no_secret_in_a_repr() -> None:
    account = Account(api_key="canary", secrets={"SECRET": "canary"})
    config = video(api_key="canary", fallback_configs=[video(api_key="canary")], provider_config={"x": "canary"})
    assert "canary" not in f"{account!r} {config!r} {account} {config}"


def test_secrets_must_be_texts() -> None:
    with pytest.raises(ValidationError, match="dict of texts") as caught:
        Account(secrets={"SECRET": 424242})  # type: ignore[dict-item]
    assert "424242" not in str(caught.value)


def test_another_provider_drops_the_explicit_key() -> None:
    config = video(api_key="key-of-fal", timeout=5)
    assert config.replace(timeout=6).api_key == "key-of-fal"
    assert config.replace(provider="fal", model="n").api_key == "key-of-fal"
    assert config.replace(provider="runway").api_key is None
    assert config.replace(provider="runway", api_key="other").api_key == "other"
    assert config.replace(provider="runway").timeout == 5


def test_a_config_knows_what_its_maker_wrote() -> None:
    config = video(timeout=600, fallback_configs=["kling/kling-3.0"])
    assert config.given == {"provider", "model", "timeout", "fallback_configs"}
    assert config.replace(queue_timeout=5).given == config.given | {"queue_timeout"}
    assert config.fallback_configs[0].given == {"provider", "model"}
    assert config == video(fallback_configs=["kling/kling-3.0"])


@pytest.mark.parametrize(
    "given",
    [
        ["kling/k"],
        "kling/k",
        {"provider": "kling", "model": "k"},
        (VideoGenerationConfig(provider="kling", model="k"),),
    ],
)
def test_fallbacks_of_all_forms(given: Any) -> None:
    assert video(fallback_configs=given).fallback_configs == (VideoGenerationConfig(provider="kling", model="k"),)


def test_a_fallback_of_the_other_kind_is_refused() -> None:
    with pytest.raises(ValidationError, match="VideoGenerationConfig"):
        video(fallback_configs=[ImageGenerationConfig(provider="sora", model="m")])


def test_a_list_is_a_chain() -> None:
    head = video(fallback_configs=["kling/k"])
    chain = to_config("video", [head, "runway/r"])
    assert [config.provider for config in (chain, *chain.fallback_configs)] == ["fal", "kling", "runway"]
    assert to_config("video", ["fal/m"]) == video()
    assert to_config("video", head) is head
    assert to_config("video", {"provider": "fal", "model": "m"}) == video()
    assert to_config("image", "sora/m") == ImageGenerationConfig(provider="sora", model="m")


@pytest.mark.parametrize("target", [None, 3, [], ImageGenerationConfig(provider="fal", model="m"), object()])
def test_what_is_no_target_is_refused(target: Any) -> None:
    with pytest.raises(ValidationError):
        to_config("video", target)


def _decides(error: BaseException) -> bool:
    return True


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None),
        ([errors.HTTPError, errors.TimeoutError], (errors.HTTPError, errors.TimeoutError)),
        (errors.HTTPError, (errors.HTTPError,)),
        ([], ()),
        (_decides, _decides),
    ],
)
def test_fallback_on_is_classes_or_a_function(given: Any, kept: Any) -> None:
    assert video(fallback_on=given).fallback_on == kept


def test_the_callers_own_dict_is_not_shared() -> None:
    settings: dict[str, Any] = {"nested": {"a": [1]}}
    config, account = video(provider_config=settings), Account(settings=settings, secrets={"A": "b"})
    settings["nested"]["a"].append(2)
    assert config.provider_config == account.settings == {"nested": {"a": [1]}}


@pytest.mark.parametrize(
    ("given", "made"),
    [(None, None), (True, MockConfig()), (False, MockConfig(enabled=False)), ({"seed": 3}, MockConfig(seed=3))],
)
def test_a_mock_of_all_forms(given: Any, made: MockConfig | None) -> None:
    assert video(mock=given).mock == made


@pytest.mark.parametrize(
    "make",
    [
        lambda: MockConfig(responses=[]),
        lambda: MockConfig(enabled="yes"),  # type: ignore[arg-type]
        lambda: MockResponse(weight=0),
        lambda: MockResponse(error=KeyError("boom")),  # type: ignore[arg-type]
    ],
)
def test_a_mock_that_cannot_answer_is_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(ValidationError):
        make()


def test_configs_are_values() -> None:
    assert hash(video(provider_config={"a": {}})) == hash(video(provider_config={"a": {}}))
    with pytest.raises(AttributeError):
        video().timeout = 5  # type: ignore[misc]
    assert isinstance(video(), Config)
