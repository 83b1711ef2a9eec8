"""Pictures and clips of any size, made on the spot with PyAV (extra ``media``), and samples for where it is missing.

Clips have four frames a second and flat, slowly moving bars: enough to be measured, cheap enough for a test.
"""

from __future__ import annotations

import io
import re
from array import array
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from math import pi, sin, sqrt
from types import ModuleType
from typing import TYPE_CHECKING, Literal, cast

from attrs import frozen

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

ImageFormat = Literal["png", "jpeg", "webp"]
Format = Literal["mp4", "png", "jpeg", "webp"]

_ENCODERS: dict[ImageFormat, tuple[str, str]] = {
    "png": ("png", "rgb24"),
    "jpeg": ("mjpeg", "yuvj420p"),
    "webp": ("libwebp", "yuv420p"),
}
# One value per bar: for luma and the two chroma planes, and the same numbers packed as red, green and blue.
_BARS = {
    0: [bytes([value]) for value in (200, 168, 145, 120, 96, 72, 44, 30)],
    1: [bytes([value]) for value in (128, 60, 150, 70, 190, 90, 200, 128)],
    2: [bytes([value]) for value in (128, 142, 60, 70, 190, 200, 120, 128)],
}
_RGB_BARS = [bytes(rgb) for rgb in zip(*(b"".join(_BARS[plane]) for plane in (0, 1, 2)), strict=True)]
_SAMPLE_RATE = 16_000
_TONE_HZ = 500
_VIDEO_SIDES = {"4k": 2160, "2k": 1440, "8k": 4320}


@frozen(kw_only=True)
class Requested:
    """What an output should look like.

    Attributes:
        duration_seconds: Length of a clip.
        width: Width in pixels.
        height: Height in pixels.
        audio: Whether a clip has sound.
        format: ``mp4`` for a clip, else the kind of picture.
    """

    duration_seconds: float = 5.0
    width: int = 1280
    height: int = 720
    audio: bool = False
    format: Format = "mp4"

    @property
    def content_type(self) -> str:
        """The media type of the output."""
        return "video/mp4" if self.format == "mp4" else f"image/{self.format}"


def render(requested: Requested) -> bytes:
    """The output that was asked for, or the bundled `sample` where PyAV is not installed."""
    try:
        _pyav()
    except ImportError:
        return sample(requested)
    if requested.format == "mp4":
        return render_video(requested.duration_seconds, requested.width, requested.height, audio=requested.audio)
    return render_image(requested.width, requested.height, requested.format)


def sample(requested: Requested) -> bytes:
    """The bundled clip or picture that comes nearest; its size, length and kind of picture are fixed."""
    return sample_video() if requested.format == "mp4" else sample_image()


@lru_cache(maxsize=1)
def sample_video() -> bytes:
    """A bundled MP4 of 2 seconds, 320 by 180 pixels, without sound."""
    return files("tarash_core.testing").joinpath("samples/sample.mp4").read_bytes()


@lru_cache(maxsize=1)
def sample_image() -> bytes:
    """A bundled PNG of 320 by 180 pixels."""
    return files("tarash_core.testing").joinpath("samples/sample.png").read_bytes()


@lru_cache(maxsize=64)
def render_video(duration_seconds: float, width: int, height: int, *, audio: bool = False, fps: int = 4) -> bytes:
    """Renders an MP4, the same bytes for the same arguments on one machine.

    Args:
        duration_seconds: Length, rounded to whole frames, one at least.
        width: Width in pixels; an odd number becomes the next even one, as H.264 wants.
        height: Height in pixels, likewise.
        audio: Adds a quiet tone of the same length.
        fps: Frames a second.

    Raises:
        ImportError: PyAV is not installed.
    """
    buffer = io.BytesIO()
    frames = max(1, round(duration_seconds * fps))
    with _pyav().open(buffer, "w", format="mp4", options={"fflags": "bitexact"}) as container:
        video = _video_stream(container, width + width % 2, height + height % 2, fps)
        sound = container.add_stream("aac", rate=_SAMPLE_RATE, layout="mono") if audio else None
        _mux_video(container, video, frames)
        if sound is not None:
            _mux_tone(container, sound, frames / fps)
    return buffer.getvalue()


@lru_cache(maxsize=64)
def render_image(width: int, height: int, format: ImageFormat = "png") -> bytes:
    """Renders a picture of exactly this size.

    Raises:
        ImportError: PyAV is not installed.
    """
    av = _pyav()
    codec, pixels = _ENCODERS[format]
    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt, context.time_base = width, height, pixels, Fraction(1, 1)
    frame = _painted(av.VideoFrame(width, height, pixels), 0)
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])


def size_of(resolution: str | None = None, aspect_ratio: str | None = None) -> tuple[int, int]:
    """The width and height, even numbers of pixels, that a vendor's words stand for.

    Args:
        resolution: The shorter side (``720p``, ``768P``, ``1080``; ``4k`` and ``2k`` in small letters are 2160 and
            1440), an area (``1K``, ``2K``, ``4K`` in capitals: the square of 1024, 2048, 4096; ``1MP``), or a whole
            size (``1280x720``, ``1280:720``, ``1280*720``). None is 720p.
        aspect_ratio: ``16:9``; None, and words such as ``auto`` that no size can be read from, are 16:9.

    Raises:
        ValueError: The resolution is none of these.
    """
    text = (resolution or "720p").strip()
    if whole := re.fullmatch(r"(\d{2,})\s*[x:*×]\s*(\d{2,})", text):
        return _even(int(whole[1])), _even(int(whole[2]))
    ratio = _ratio(aspect_ratio)
    if (area := _area(text)) is not None:
        return _even(sqrt(area * ratio)), _even(sqrt(area / ratio))
    side = _side(text)
    return (_even(side * ratio), _even(side)) if ratio >= 1 else (_even(side), _even(side / ratio))


def _area(text: str) -> float | None:
    if thousands := re.fullmatch(r"(\d+(?:\.\d+)?)K", text):
        return (float(thousands[1]) * 1024) ** 2
    million = re.fullmatch(r"(\d+(?:\.\d+)?)\s*MP", text, re.IGNORECASE)
    return float(million[1]) * 1_000_000 if million else None


def _side(text: str) -> int:
    if text in _VIDEO_SIDES:
        return _VIDEO_SIDES[text]
    found = re.search(r"(\d{3,4})p\b", text.lower()) or re.fullmatch(r"(\d{3,4})", text)
    if found is None:
        raise ValueError(f"No size is known for the resolution {text!r}; write it as '720p', '4k', '1K' or '1280x720'.")
    return int(found[1])


def _ratio(aspect_ratio: str | None) -> float:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*[:/x]\s*(\d+(?:\.\d+)?)\s*", aspect_ratio or "16:9")
    width, height = (float(found[1]), float(found[2])) if found else (16.0, 9.0)
    return width / height if width and height else 16 / 9


def _even(pixels: float) -> int:
    return max(2, 2 * round(pixels / 2))


def _pyav() -> ModuleType:
    try:
        import av
    except ImportError as error:
        raise ImportError("Rendering needs PyAV; install it with: pip install 'tarash-core[media]'") from error
    return av


def _video_stream(container: OutputContainer, width: int, height: int, fps: int) -> VideoStream:
    codec = "libx264" if "libx264" in _pyav().codecs_available else "mpeg4"
    options = {"preset": "ultrafast", "threads": "1"} if codec == "libx264" else {}
    stream = cast("VideoStream", container.add_stream(codec, rate=fps, options=options))
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    return stream


def _mux_video(container: OutputContainer, stream: VideoStream, count: int) -> None:
    blank = _pyav().VideoFrame
    for number in range(count):
        frame = _painted(blank(stream.width, stream.height, "yuv420p"), number)
        frame.pts = number
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _painted(frame: VideoFrame, number: int) -> VideoFrame:
    """Fills each plane with bars that are one sixteenth of the width further left for each ``number``."""
    for index, plane in enumerate(frame.planes):
        colours = _RGB_BARS if frame.format.name == "rgb24" else _BARS[index]
        bar = -(-plane.width // len(colours))
        shift = number * bar // 2 % (bar * len(colours)) * len(colours[0])
        row = b"".join(colour * bar for colour in colours)
        row = (row[shift:] + row[:shift]).ljust(plane.line_size, b"\0")[: plane.line_size]
        plane.update(row * (plane.buffer_size // plane.line_size))
    return frame


def _mux_tone(container: OutputContainer, stream: AudioStream, seconds: float) -> None:
    period = _SAMPLE_RATE // _TONE_HZ
    wave = array("h", [round(2000 * sin(2 * pi * step / period)) for step in range(period)])
    samples = (wave * (round(seconds * _SAMPLE_RATE) // period)).tobytes()
    for start in range(0, len(samples), 2048):
        frame = _pyav().AudioFrame(format="s16", layout="mono", samples=len(samples[start : start + 2048]) // 2)
        frame.planes[0].update(samples[start : start + 2048].ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = _SAMPLE_RATE, start // 2, Fraction(1, _SAMPLE_RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
