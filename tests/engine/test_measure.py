from __future__ import annotations

import struct
import sys

import pytest

from tarash_core.engine.measure import Measured, measure, sniff
from tarash_core.testing import sample_image, sample_video


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x14ftypavif", "image/avif"),
        (b"\0\0\0\x14ftypM4A ", "audio/mp4"),
        (b"\0\0\0\x08wide\0\0", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9fB\x82\x88matroska", "video/x-matroska"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"\xff\xf1\x50", "audio/aac"),
        (b"OggS\0", "audio/ogg"),
        (b"fLaC", "audio/flac"),
        (b"  <svg xmlns=''>", "image/svg+xml"),
        (b"<?xml version='1.0'?><svg>", "image/svg+xml"),
        (b"<?xml version='1.0'?><Error>", None),
        (b"<!doctype html>", None),
        (b"RIFF\0\0\0\0????", None),
        (b"{}", None),
        (b"", None),
    ],
)
def test_a_type_is_known_by_its_first_bytes(head, expected):
    assert sniff(head) == expected


def webp(kind: bytes, rest: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBP" + kind + rest.ljust(30, b"\0")


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480), (640, 480)),
        (b"GIF89a" + struct.pack("<HH", 640, 480), (640, 480)),
        (b"\xff\xd8\xff\xe0\0\x04xx\xff\xff\xc2\0\x11\x08" + struct.pack(">HH", 480, 640), (640, 480)),
        (webp(b"VP8 ", b"\0" * 10 + struct.pack("<HH", 640, 480)), (640, 480)),
        (webp(b"VP8L", b"\0" * 5 + (639 | 479 << 14).to_bytes(4, "little")), (640, 480)),
        (webp(b"VP8X", b"\0" * 8 + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")), (640, 480)),
    ],
)
def test_pictures_are_measured_without_pyav(monkeypatch, content, size):
    monkeypatch.setitem(sys.modules, "av", None)
    found = measure(content)
    assert found is not None and (found.width, found.height, found.duration_seconds) == (*size, None)


def test_a_jpeg_behind_a_large_header_is_measured(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    content = b"\xff\xd8" + b"\xff\xe2\xff\xff" + b"\0" * 65533 + b"\xff\xc0\0\x11\x08\x01\xe0\x02\x80"
    assert measure(content) == Measured(None, 640, 480, "image/jpeg")


def test_a_clip_is_measured_from_bytes_and_from_a_file(tmp_path):
    pytest.importorskip("av")
    file = tmp_path / "clip.mp4"
    file.write_bytes(sample_video())
    assert measure(sample_video()) == measure(file) == measure(str(file)) == Measured(2.0, 320, 180, "video/mp4")


def test_a_clip_is_not_measured_without_pyav(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    assert measure(sample_video()) is None
    assert measure(sample_image()) == Measured(None, 320, 180, "image/png")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no media",
        sample_video()[:300],
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"\xff\xd8" + b"\xff\xe0\0\0" * 100,
        b"\xff\xd8" + b"\xff" * 100,
        b"GIF89a",
        b"RIFF\0\0\0\0WEBPVP9 ".ljust(64),
    ],
)
def test_what_cannot_be_read_is_none(content):
    assert measure(content) is None
