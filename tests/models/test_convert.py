import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarash_core import errors
from tarash_core.errors import TarashException, ValidationError
from tarash_core.models.config import Account, Config, ImageGenerationConfig, VideoGenerationConfig
from tarash_core.models.execution import AttemptMetadata
from tarash_core.models.job import ImageJob, Job, VideoJob, now
from tarash_core.models.media import IMAGE_TYPES, ImageInput, Media
from tarash_core.models.mock import MockConfig, MockResponse
from tarash_core.models.request import MODES, ImageGenerationRequest, Request, VideoGenerationRequest
from tarash_core.models.response import VideoGenerationResponse
from tarash_core.models.update import VideoGenerationUpdate

URL = "https://a.example/fox.mp4?sig=1"

words = st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
jobs = st.builds(
    VideoJob,
    provider=words,
    model=words,
    id=words,
    state=st.dictionaries(words, plain, max_size=3),
    account=st.none() | words,
    submitted_at=moments,
)
media = st.builds(
    Media,
    st.just(URL) | st.binary(max_size=30) | st.just("data:image/png;base64,YWJj") | st.just("gs://bucket/fox"),
    content_type=st.none() | st.just("image/png"),
    expires_at=st.none() | moments,
    width=st.none() | st.integers(1, 9000),
    duration_seconds=st.none() | st.floats(0, 100),
    job=st.none() | jobs,
    authenticated=st.booleans(),
)
images = st.builds(ImageInput, media, st.none() | st.sampled_from(["reference", "style", "asset", "control"]))
requests = st.builds(
    VideoGenerationRequest,
    prompt=st.none() | words,
    duration_seconds=st.none() | st.integers(1, 60) | st.floats(0.5, 60),
    aspect_ratio=st.none() | st.sampled_from(["16:9", "auto"]),
    image_list=st.lists(images, max_size=2),
    first_frame=st.none() | media,
    seed=st.none() | st.integers(),
    generate_audio=st.none() | st.booleans(),
    mode=st.none() | st.sampled_from(MODES),
    extra_params=st.dictionaries(words, plain, max_size=3),
)
configs = st.builds(
    VideoGenerationConfig,
    provider=st.sampled_from(["fal", "kling"]),
    model=words,
    timeout=st.floats(0.5, 9000) | st.integers(1, 9000),
    poll_interval=st.none() | st.just(0),
    mock=st.none() | st.booleans(),
    fallback_configs=st.lists(st.just("kling/kling-3.0"), max_size=2),
    fallback_on=st.none() | st.lists(st.sampled_from([errors.HTTPError, errors.TimeoutError]), max_size=2),
    provider_config=st.dictionaries(words, plain, max_size=2),
)


@settings(max_examples=60, deadline=None)
@given(st.one_of(jobs, media, requests, configs))
def test_json_brings_back_an_equal_value(value: Any) -> None:
    again = type(value).from_json(value.to_json())
    assert again == value
    assert again.to_json() == value.to_json()
    assert json.loads(value.to_json()) == value.to_dict()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duration_seconds", "7"),
        ("seed", "4"),
        ("seed", 4.0),
        ("seed", True),
        ("generate_audio", "no"),
        ("generate_audio", 0),
        ("prompt", 5),
        ("negative_prompt", ["a"]),
        ("extra_params", []),
        ("number_of_videos", None),
        ("image_list", {"a": 1}),
        ("image_list", 5),
        ("first_frame", 5),
        ("first_frame", ["https://a.example"]),
    ],
)
def test_nothing_is_coerced(field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        VideoGenerationRequest.from_dict({"prompt": "a fox", field: value})


def test_a_whole_number_of_seconds_is_a_number_of_seconds() -> None:
    assert VideoGenerationRequest.from_dict({"prompt": "a fox", "duration_seconds": 8}).duration_seconds == 8


@pytest.mark.parametrize("data", [None, 5, "text", [], [("prompt", "a fox")]])
def test_only_a_dict_describes_a_value(data: Any) -> None:
    with pytest.raises(ValidationError, match="is made from a dict"):
        VideoGenerationRequest.from_dict(data)


@pytest.mark.parametrize("text", ["", "{", "nonsense", b"\xff", "[]", "3"])
def test_what_is_no_json_object_is_our_error(text: str | bytes) -> None:
    with pytest.raises(ValidationError):
        VideoGenerationRequest.from_json(text)


def test_the_sentence_names_the_field() -> None:
    with pytest.raises(ValidationError, match=r"expected float, not str @ VideoGenerationRequest.duration_seconds"):
        VideoGenerationRequest.from_dict({"prompt": "a fox", "duration_seconds": "7"})
    with pytest.raises(ValidationError, match="'prompt' is missing"):
        VideoGenerationRequest.from_dict({})
    with pytest.raises(ValidationError, match="VideoGenerationRequest has no field 'promt'; did you mean 'prompt'"):
        VideoGenerationRequest.from_dict({"promt": "a fox"})
    with pytest.raises(ValidationError, match="ImageInput has no field 'typ'; did you mean 'type'"):
        VideoGenerationRequest.from_dict({"prompt": "a", "image_list": [{"image": URL, "typ": "style"}]})


def test_a_check_of_the_class_speaks_for_itself() -> None:
    with pytest.raises(errors.UnsupportedParameterError) as caught:
        VideoGenerationRequest.from_dict({"prompt": ""})
    assert caught.value.field == "prompt"


@pytest.mark.parametrize(
    "image", ["/etc/passwd", "fox.png", "file:///etc/passwd", {"path": "/etc/passwd"}, {"url": "/etc/passwd"}]
)
def test_json_never_opens_a_local_path(image: Any) -> None:
    with pytest.raises(ValidationError):
        Media.from_json(json.dumps(image if isinstance(image, dict) else {"url": image}))
    for field in ("first_frame", "video", "audio", "mask_image"):
        with pytest.raises(ValidationError):
            VideoGenerationRequest.from_dict({"prompt": "a fox", field: image})
    with pytest.raises(ValidationError):
        VideoGenerationRequest.from_dict({"prompt": "a fox", "image_list": [image]})


def test_a_path_can_be_written_but_not_read(tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(b"fox")
    text = VideoGenerationRequest(prompt="a fox", first_frame=path).to_json()
    assert json.loads(text)["first_frame"] == {"path": str(path)}
    with pytest.raises(ValidationError, match="never read from JSON"):
        VideoGenerationRequest.from_json(text)


def test_secrets_and_private_parts_are_never_written() -> None:
    config = VideoGenerationConfig(
        provider="fal",
        model="m",
        api_key="canary",
        fallback_configs=[VideoGenerationConfig(provider="kling", model="k", api_key="canary")],
    )
    account = Account(api_key="canary", secrets={"SECRET": "canary"}, base_url="https://a.example")
    job = VideoJob(provider="fal", model="m", id="1", access="canary")
    made = Media(URL, access="canary", job=job)
    attempt = AttemptMetadata(provider="fal", model="m", attempt_number=1, started_at=now(), error=ValueError("canary"))
    for value in (config, account, job, made, attempt):
        assert "canary" not in value.to_json()
        assert not {"access", "given", "api_key", "secrets"} & value.to_dict().keys()


def test_every_private_field_is_left_out() -> None:
    from tarash_core.models import convert

    for cls in {cls for module in convert._MODULES for cls in vars(module).values() if isinstance(cls, type)}:
        if attrs.has(cls) and cls.__module__.startswith("tarash_core"):
            names = {field.name for field in attrs.fields(cls)}
            hidden = {field.name for field in attrs.fields(cls) if {"private", "secret"} & set(field.metadata)}
            assert {"access", "api_key", "secrets", "given"} & names <= hidden


def test_a_key_may_be_read_from_a_dict_and_private_parts_may_not() -> None:
    assert VideoGenerationConfig.from_dict({"provider": "fal", "model": "m", "api_key": "k"}).api_key == "k"
    for cls, name in ((VideoGenerationConfig, "given"), (VideoJob, "access")):
        with pytest.raises(ValidationError, match=f"no field '{name}'"):
            cls.from_dict({"provider": "fal", "model": "m", "id": "1"} | {name: ["x"]})  # type: ignore[attr-defined]


def test_what_is_default_is_not_written() -> None:
    assert VideoGenerationRequest(prompt="a fox").to_dict() == {"kind": "video", "prompt": "a fox"}
    assert VideoGenerationConfig.from_string("fal/m").to_dict() == {"kind": "video", "provider": "fal", "model": "m"}
    response = VideoGenerationResponse(request_id="1", video=URL)
    assert response.to_dict() == {"kind": "video", "request_id": "1", "video": {"url": URL}}


def test_the_base_class_reads_either_kind() -> None:
    job = ImageJob(provider="sora", model="m", id="1")
    assert Job.from_json(job.to_json()) == job
    assert Request.from_dict({"kind": "image", "prompt": "a", "n": 2}) == ImageGenerationRequest(prompt="a", n=2)
    assert isinstance(Config.from_dict({"kind": "image", "provider": "sora", "model": "m"}), ImageGenerationConfig)
    with pytest.raises(ValidationError, match="'kind'"):
        Job.from_dict({"provider": "sora", "model": "m", "id": "1"})


def test_the_other_kind_is_refused() -> None:
    text = VideoJob(provider="fal", model="m", id="1").to_json()
    with pytest.raises(ValidationError, match="ImageJob cannot be made of a dict of the kind 'video'"):
        ImageJob.from_json(text)
    with pytest.raises(ValidationError):
        VideoGenerationConfig.from_dict(
            {"provider": "fal", "model": "m", "fallback_configs": [{"kind": "image", "provider": "sora", "model": "m"}]}
        )


def test_fallbacks_may_be_strings_or_dicts_without_a_kind() -> None:
    config = VideoGenerationConfig.from_dict(
        {"provider": "fal", "model": "m", "fallback_configs": ["kling/k", {"provider": "runway", "model": "r"}]}
    )
    assert [fallback.provider for fallback in config.fallback_configs] == ["kling", "runway"]
    assert config.given == {"provider", "model", "fallback_configs"}


def test_fallback_on_is_written_by_name_and_a_function_not_at_all() -> None:
    config = VideoGenerationConfig(provider="fal", model="m", fallback_on=[errors.RateLimitError])
    assert config.to_dict()["fallback_on"] == ["RateLimitError"]
    assert VideoGenerationConfig.from_json(config.to_json()).fallback_on == (errors.RateLimitError,)
    decided = VideoGenerationConfig(provider="fal", model="m", fallback_on=lambda error: True)
    assert VideoGenerationConfig.from_json(decided.to_json()).fallback_on is None
    with pytest.raises(ValidationError, match="fallback_on lists classes"):
        VideoGenerationConfig.from_dict({"provider": "fal", "model": "m", "fallback_on": ["NoSuchError"]})


def test_errors_are_written_by_class_and_sentence() -> None:
    update = VideoGenerationUpdate(status="failed", error=errors.HTTPError("no", status_code=500))
    again = VideoGenerationUpdate.from_json(update.to_json()).error
    assert isinstance(again, errors.HTTPError) and (again.status_code, str(again)) == (500, "no")
    mock = MockConfig(
        responses=[MockResponse(error=errors.RateLimitError("slow")), MockResponse(error=errors.TimeoutError("late"))]
    )
    read = MockConfig.from_json(mock.to_json()).responses
    assert read is not None and [type(item.error) for item in read] == [errors.RateLimitError, errors.TimeoutError]
    for kind in ("KeyError", "complete", "NoSuchError", ""):
        with pytest.raises(ValidationError, match="An error is written"):
            MockConfig.from_dict({"responses": [{"error": {"type": kind, "message": "x"}}]})


def test_a_wrong_word_of_a_closed_list_is_refused() -> None:
    with pytest.raises(TarashException):
        VideoGenerationUpdate.from_dict({"status": "done"})
    with pytest.raises(ValidationError):
        ImageInput.from_dict({"image": URL, "type": "bogus"})
    assert set(IMAGE_TYPES) >= {"reference", "first_frame"}


def test_converting_never_changes_what_it_was_given() -> None:
    data = {
        "prompt": "a fox",
        "image_list": [{"image": {"url": URL}, "type": "style"}],
        "extra_params": {"a": {"b": 1}},
    }
    before = json.dumps(data)
    request = VideoGenerationRequest.from_dict(data)
    request.to_dict()["extra_params"]["a"]["b"] = 2
    assert json.dumps(data) == before and request.extra_params == {"a": {"b": 1}}


def test_importing_the_values_loads_no_converter() -> None:
    code = (
        "import sys\n"
        "from tarash_core.models import config, request\n"
        "heavy = ('cattrs', 'asyncio', 'httpx', 'pluggy', 'importlib_metadata')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
