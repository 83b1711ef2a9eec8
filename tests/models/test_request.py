from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from tarash_core.errors import UnsupportedParameterError, ValidationError
from tarash_core.models.base import field_names
from tarash_core.models.media import ImageInput
from tarash_core.models.request import (
    MODES,
    ImageFields,
    ImageGenerationRequest,
    VideoFields,
    VideoGenerationRequest,
    request_of,
)

URL = "https://a.example/fox.png"


@pytest.mark.parametrize(
    ("fields", "cls"), [(VideoFields, VideoGenerationRequest), (ImageFields, ImageGenerationRequest)]
)
def test_the_typed_keywords_are_the_fields(fields: Any, cls: type) -> None:
    hints = fields.__annotations__
    assert set(hints) == set(field_names(cls))
    assert [name for name in hints if "Required" in str(hints[name])] == ["prompt"]
    assert [field.name for field in attrs.fields(cls) if field.default is attrs.NOTHING] == ["prompt"]


def test_a_prompt_is_required_and_may_be_none() -> None:
    assert VideoGenerationRequest(prompt=None).prompt is None
    with pytest.raises(ValidationError, match="needs prompt"):
        VideoGenerationRequest()  # type: ignore[call-arg]
    with pytest.raises(ValidationError, match="prompt=None for a job that has none"):
        request_of("video", {})


@pytest.mark.parametrize("prompt", ["", "  \n", 5, b"a fox", ["a fox"]])
def test_a_prompt_that_says_nothing_is_refused(prompt: Any) -> None:
    for cls in (VideoGenerationRequest, ImageGenerationRequest):
        with pytest.raises(UnsupportedParameterError, match="None for a job that has no prompt") as caught:
            cls(prompt=prompt)
        assert caught.value.field == "prompt"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duration_seconds", 0),
        ("duration_seconds", -1),
        ("duration_seconds", "8"),
        ("duration_seconds", True),
        ("duration_seconds", float("nan")),
        ("duration_seconds", float("inf")),
        ("aspect_ratio", "wide!"),
        ("aspect_ratio", "16x9"),
        ("aspect_ratio", "0:9"),
        ("resolution", "big"),
        ("resolution", 720),
        ("seed", 1.5),
        ("seed", True),
        ("generate_audio", "yes"),
        ("generate_audio", 1),
        ("enhance_prompt", 0),
        ("fps", 0),
        ("number_of_videos", 0),
        ("number_of_videos", None),
        ("number_of_videos", "2"),
        ("mode", "text2video"),
        ("style", ""),
        ("negative_prompt", 5),
        ("extra_params", ["seed"]),
    ],
)
def test_a_value_that_no_model_takes_is_refused(field: str, value: Any) -> None:
    with pytest.raises(UnsupportedParameterError) as caught:
        VideoGenerationRequest(prompt="a fox", **{field: value})
    assert caught.value.allowed and caught.value.charged == "no"
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(("field", "value"), [("size", "big"), ("size", "1024"), ("quality", ""), ("n", 0), ("n", 1.0)])
def test_an_image_wish_that_no_model_takes_is_refused(field: str, value: Any) -> None:
    with pytest.raises(UnsupportedParameterError) as caught:
        ImageGenerationRequest(prompt="a fox", **{field: value})
    assert caught.value.field == field


@pytest.mark.parametrize(
    "fields",
    [
        {"aspect_ratio": "16:9"},
        {"aspect_ratio": "2.39:1"},
        {"aspect_ratio": "auto"},
        {"resolution": "720p"},
        {"resolution": "4k"},
        {"resolution": "4K"},
        {"resolution": "1280x720"},
        {"duration_seconds": 7.5},
        {"seed": -1},
        {"negative_prompt": ""},
        *({"mode": mode} for mode in MODES),
    ],
)
def test_a_value_that_some_model_may_take_passes(fields: dict[str, Any]) -> None:
    assert VideoGenerationRequest(prompt="a fox", **fields)


def test_an_unknown_keyword_gets_the_right_one() -> None:
    with pytest.raises(ValidationError, match="no field 'duration'; did you mean 'duration_seconds'"):
        request_of("video", {"prompt": "a fox", "duration": 8})
    with pytest.raises(ValidationError, match="VideoGenerationRequest has no field 'quality'"):
        request_of("video", {"prompt": "a fox", "quality": "high"})


def test_images_of_all_forms_become_image_inputs(tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(b"fox")
    images = [URL, path, b"fox", {"image": URL, "type": "style"}, ImageInput(URL, "asset")]
    request = VideoGenerationRequest(prompt="a fox", image_list=images)
    assert [item.type for item in request.image_list] == [None, None, None, "style", "asset"]


@pytest.mark.parametrize("role", ["first_frame", "last_frame"])
def test_a_role_given_twice_is_refused(role: str) -> None:
    image = {"image": URL, "type": role}
    with pytest.raises(ValidationError, match=f"{role} is given twice"):
        VideoGenerationRequest(prompt="a fox", image_list=[image], **{role: URL})


def test_the_callers_own_dicts_and_lists_are_not_shared() -> None:
    nested: dict[str, Any] = {"camera": {"pan": [1]}}
    images: list[Mapping[str, Any]] = [{"image": {"url": URL}, "type": "style"}]
    request = VideoGenerationRequest(prompt="a fox", extra_params=nested, image_list=images)
    nested["camera"]["pan"].append(2)
    images.clear()
    assert request.extra_params == {"camera": {"pan": [1]}}
    assert len(request.image_list) == 1
    assert VideoGenerationRequest(prompt="a fox", extra_params=None).extra_params == {}


def test_a_copy_with_changes_is_checked() -> None:
    request = VideoGenerationRequest(prompt="a fox", seed=4, first_frame=URL)
    assert request.replace(seed=5) == VideoGenerationRequest(prompt="a fox", seed=5, first_frame=URL)
    with pytest.raises(UnsupportedParameterError):
        request.replace(prompt="")
    with pytest.raises(ValidationError, match="did you mean 'seed'"):
        request.replace(sed=5)


def test_requests_are_frozen_and_compare_by_value() -> None:
    request = VideoGenerationRequest(prompt="a fox", extra_params={"a": 1})
    with pytest.raises(AttributeError):
        request.seed = 5  # type: ignore[misc]
    assert request == VideoGenerationRequest(prompt="a fox", extra_params={"a": 1})
    assert len({request, VideoGenerationRequest(prompt="a fox", extra_params={"a": 1})}) == 1
