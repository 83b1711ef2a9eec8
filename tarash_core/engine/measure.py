"""What a media file is: its type by its first bytes, its size and length by its own headers."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from attrs import frozen

if TYPE_CHECKING:
    from os import PathLike

HEAD_BYTES = 512
"""As many of the first bytes as :func:`sniff` needs."""

_PREFIXES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"BM": "image/bmp",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"\x76\x2f\x31\x01": "image/x-exr",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
    b"\xff\xf3": "audio/mpeg",
    b"\xff\xf2": "audio/mpeg",
    b"\xff\xf1": "audio/aac",
    b"\xff\xf9": "audio/aac",
    b"fLaC": "audio/flac",
    b"OggS": "audio/ogg",
}
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {
    b"qt  ": "video/quicktime",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
}
_OLD_QUICKTIME = (b"moov", b"mdat", b"wide")
_JPEG_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@frozen
class Measured:
    """What a file says about itself.

    Attributes:
        duration_seconds: Length; None for a picture.
        width: Width in pixels; None for a sound.
        height: Height in pixels; None for a sound.
        content_type: The media type by the first bytes; None if they are of no known kind.
    """

    duration_seconds: float | None
    width: int | None
    height: int | None
    content_type: str | None


def sniff(head: bytes) -> str | None:
    """The media type that the first bytes of a file show (512 are plenty), or None."""
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[4:8] in _OLD_QUICKTIME:
        return "video/quicktime"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head.lstrip()[:4] == b"<svg" or (head.lstrip()[:5] == b"<?xml" and b"<svg" in head):
        return "image/svg+xml"
    return next((kind for prefix, kind in _PREFIXES.items() if head.startswith(prefix)), None)


def measure(source: bytes | str | PathLike[str]) -> Measured | None:
    """Measures a file.

    Args:
        source: The bytes of the file, or its path.

    Returns:
        What was found, or None where the file cannot be read as media. PNG, JPEG, GIF and WebP need nothing; anything
        else needs PyAV (extra ``media``) and is None without it.
    """
    with io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as file:
        head = file.read(HEAD_BYTES)
        content_type = sniff(head)
        if content_type in _SIZES:
            size = _SIZES[content_type](head, file)
            return None if size is None else Measured(None, *size, content_type)
        file.seek(0)
        return _measured_by_pyav(file, content_type)


def _measured_by_pyav(file: BinaryIO, content_type: str | None) -> Measured | None:
    try:
        import av
    except ImportError:
        return None
    try:
        with av.open(file, "r") as container:
            video = next(iter(container.streams.video), None)
            seconds = None if container.duration is None else container.duration / av.time_base
            if video is None:
                return Measured(seconds, None, None, content_type) if container.streams.audio else None
            is_still = (content_type or "").startswith("image/")
            return Measured(None if is_still else seconds, video.width, video.height, content_type)
    except (av.FFmpegError, OSError, ValueError):
        return None


def _png(head: bytes, file: BinaryIO) -> tuple[int, int] | None:
    return (int.from_bytes(head[16:20]), int.from_bytes(head[20:24])) if len(head) >= 24 else None


def _gif(head: bytes, file: BinaryIO) -> tuple[int, int] | None:
    return struct.unpack("<HH", head[6:10]) if len(head) >= 10 else None


def _webp(head: bytes, file: BinaryIO) -> tuple[int, int] | None:
    if len(head) < 30:
        return None
    match head[12:16]:
        case b"VP8 ":
            width, height = struct.unpack("<HH", head[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    return None


def _jpeg(head: bytes, file: BinaryIO) -> tuple[int, int] | None:
    place = 2
    while len(segment := _at(file, place, 9)) >= 4 and segment[0] == 0xFF:
        kind, length = segment[1], int.from_bytes(segment[2:4])
        if kind in _JPEG_FRAMES and len(segment) == 9:
            return int.from_bytes(segment[7:9]), int.from_bytes(segment[5:7])
        # 0xFF before a marker is padding; every step goes forward, whatever a broken file says.
        place += 1 if kind == 0xFF else 2 if kind in _JPEG_WITHOUT_LENGTH else 2 + max(length, 2)
    return None


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(size)


_SIZES: dict[str | None, Callable[[bytes, BinaryIO], tuple[int, int] | None]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
}
