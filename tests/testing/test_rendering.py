from __future__ import annotations

import sys

import pytest

from tarash_core.engine.measure import measure
from tarash_core.testing import Requested, render_image, render_video, sample_image, sample_video, size_of
from tarash_core.testing.rendering import render

av = pytest.importorskip("av")


@pytest.mark.parametrize(("seconds", "width", "height"), [(1, 320, 180), (2.6, 90, 160), (0.1, 64, 64), (4, 100, 102)])
def test_a_clip_has_the_length_and_size_that_were_asked_for(seconds, width, height):
    found = measure(render_video(seconds, width, height))
    assert abs(found.duration_seconds - max(seconds, 0.25)) <= 0.2
    assert (found.width, found.height, found.content_type) == (width, height, "video/mp4")


def test_odd_sizes_become_even():
    found = measure(render_video(1, 101, 55))
    assert (found.width, found.height) == (102, 56)


def test_a_clip_can_have_sound_of_its_own_length():
    import io

    with av.open(io.BytesIO(render_video(3, 64, 36, audio=True))) as clip:
        sound, video = clip.streams.audio[0], clip.streams.video[0]
        assert abs(float(sound.duration * sound.time_base) - 3) <= 0.2
        assert video.frames == 12 and sum(frame.samples for frame in clip.decode(sound)) >= 3 * 16_000


def test_a_clip_without_sound_has_no_sound_track():
    import io

    with av.open(io.BytesIO(render_video(1, 64, 36))) as clip:
        assert len(clip.streams.audio) == 0


def test_the_picture_moves():
    import io

    with av.open(io.BytesIO(render_video(1, 64, 36))) as clip:
        assert len({bytes(frame.planes[0]) for frame in clip.decode(video=0)}) == 4


def test_rendering_twice_gives_the_same_bytes():
    first = render_video(1, 64, 36, audio=True), render_image(64, 36, "webp")
    render_video.cache_clear(), render_image.cache_clear()
    assert (render_video(1, 64, 36, audio=True), render_image(64, 36, "webp")) == first


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("size", [(64, 36), (63, 35), (1, 1), (7, 300)])
def test_a_picture_has_exactly_the_size_that_was_asked_for(format, size):
    found = measure(render_image(*size, format))
    assert ((found.width, found.height), found.content_type) == (size, f"image/{format}")


def test_the_samples_are_small_and_real():
    clip, picture = measure(sample_video()), measure(sample_image())
    assert (clip.duration_seconds, clip.width, clip.height) == (2, 320, 180)
    assert (picture.content_type, picture.width, picture.height) == ("image/png", 320, 180)
    assert len(sample_video()) < 20_000 and len(sample_image()) < 20_000


def test_what_is_requested_is_rendered():
    clip = measure(render(Requested(duration_seconds=2, width=64, height=36)))
    assert (clip.duration_seconds, clip.width) == (2, 64)
    assert measure(render(Requested(width=30, height=20, format="jpeg"))).content_type == "image/jpeg"
    assert Requested(format="webp").content_type == "image/webp"


def test_without_pyav_the_samples_stand_in_and_rendering_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    assert render(Requested()) == sample_video()
    assert render(Requested(format="png")) == sample_image()
    with pytest.raises(ImportError, match=r"pip install 'tarash-core\[media\]'"):
        render_video(1.5, 64, 38)


@pytest.mark.parametrize(
    ("resolution", "ratio", "expected"),
    [
        ("720p", "16:9", (1280, 720)),
        (None, None, (1280, 720)),
        ("480p", "16:9", (854, 480)),
        ("1080p", "9:16", (1080, 1920)),
        ("1080P", "1:1", (1080, 1080)),
        ("768P", "4:3", (1024, 768)),
        ("720p", "21:9", (1680, 720)),
        ("4k", "16:9", (3840, 2160)),
        ("1K", "1:1", (1024, 1024)),
        ("4K", "1:1", (4096, 4096)),
        ("2K", "16:9", (2730, 1536)),
        ("1MP", "1:1", (1000, 1000)),
        ("1280x720", "9:16", (1280, 720)),
        ("832:1104", None, (832, 1104)),
        ("1080p", "auto", (1920, 1080)),
        ("1080", "1:1", (1080, 1080)),
        ("medium-1080p", "16:9", (1920, 1080)),
    ],
)
def test_the_words_for_a_size(resolution, ratio, expected):
    assert size_of(resolution, ratio) == expected


def test_a_resolution_that_nobody_knows_is_an_error():
    with pytest.raises(ValueError, match="'huge'; write it as '720p'"):
        size_of("huge")
