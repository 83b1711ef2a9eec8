"""A delivered file is compared with what was asked for, and only a real difference is told."""

from typing import Any

import pytest

from tarash_core.engine.comparing import mismatches
from tarash_core.models.media import Media
from tarash_core.models.plan import Plan
from tarash_core.models.request import VideoGenerationRequest


def fields(effective: dict[str, Any], variant: str = "text-to-video", **measured: Any) -> list[str | None]:
    plan = Plan(
        kind="video", provider="acme", model="acme-1", variant=variant, endpoint="/v1/videos", effective=effective,
        request=VideoGenerationRequest(prompt="A fox"),
    )  # fmt: skip
    notices = mismatches(plan, Media(b"clip", **measured))
    assert all(notice.code == "mismatch" for notice in notices)
    return [notice.field for notice in notices]


@pytest.mark.parametrize(
    ("asked", "found", "differs"),
    [(8, 8.04, False), (8, 7.5, False), (8, 7.4, True), (8, 5.0, True), ("auto", 5.0, False), (None, 5.0, False),
     (8, None, False)],
)  # fmt: skip
def test_the_length(asked: Any, found: Any, differs: bool) -> None:
    assert fields({"duration_seconds": asked}, duration_seconds=found) == (["duration_seconds"] if differs else [])


def test_an_extended_clip_is_longer_than_what_was_asked_for() -> None:
    assert fields({"duration_seconds": 7}, "extend-video", duration_seconds=15.0) == []


@pytest.mark.parametrize(
    ("asked", "width", "height", "differs"),
    [("16:9", 1280, 720, False), ("16:9", 1280, 704, False), ("9:16", 1280, 720, True), ("1:1", 960, 960, False),
     ("4:3", 1280, 1024, True), ("auto", 1280, 720, False), ("16:9", None, None, False)],
)  # fmt: skip
def test_the_ratio(asked: str, width: Any, height: Any, differs: bool) -> None:
    assert fields({"aspect_ratio": asked}, width=width, height=height) == (["aspect_ratio"] if differs else [])


@pytest.mark.parametrize(
    ("asked", "width", "height", "differs"),
    [("720p", 1280, 720, False), ("720p", 960, 960, False), ("720p", 1470, 630, False), ("480p", 832, 480, False),
     ("1080p", 1280, 720, True), ("4k", 3840, 2160, False), ("4k", 1920, 1080, True), ("hd", 64, 64, False)],
)  # fmt: skip
def test_the_resolution(asked: str, width: int, height: int, differs: bool) -> None:
    assert fields({"resolution": asked}, width=width, height=height) == (["resolution"] if differs else [])


@pytest.mark.parametrize(("asked", "differs"), [("1024x768", False), ("1024x1024", True), ("auto", False)])
def test_an_exact_size(asked: str, differs: bool) -> None:
    assert fields({"size": asked, "aspect_ratio": "4:3"}, width=1024, height=768) == (["size"] if differs else [])


def test_the_sentence_names_both() -> None:
    plan = Plan(
        kind="video", provider="acme", model="acme-1", variant="text-to-video", endpoint="/",
        effective={"duration_seconds": 8}, request=VideoGenerationRequest(prompt="A fox"),
    )  # fmt: skip
    (notice,) = mismatches(plan, Media(b"clip", duration_seconds=5.0))
    assert "5.00" in str(notice) and "8" in str(notice)
