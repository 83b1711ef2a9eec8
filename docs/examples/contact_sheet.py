"""Two providers side by side: the same request to both, and a contact sheet with a row of stills for each.

Run it::

    pip install "tarash-core[media]"
    python contact_sheet.py "A red fox in fresh snow" sheet.png
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph
from av.video.frame import VideoFrame

from tarash_core import Gateway, TarashException, VideoGenerationConfig, VideoGenerationResponse

MODELS = ("fal/fal-ai/veo3.1", "runway/gen4.5")
STILLS, WIDTH, HEIGHT = 4, 320, 180
SAME_SIZE = (
    ("scale", f"{WIDTH}:{HEIGHT}:force_original_aspect_ratio=decrease"),
    ("pad", f"{WIDTH}:{HEIGHT}:-1:-1"),
    ("format", "rgb24"),
)


def clips(prompt: str) -> list[VideoGenerationResponse | TarashException]:
    """What each model makes of the prompt, at the same time; an error in the place of a clip."""

    def clip(model: str) -> VideoGenerationResponse | TarashException:
        config = VideoGenerationConfig.from_string(model, on_unsupported="nearest")
        try:
            return gateway.generate_video(config, prompt=prompt, duration_seconds=8, aspect_ratio="16:9")
        except TarashException as error:
            return error

    with Gateway() as gateway, ThreadPoolExecutor(len(MODELS)) as pool:
        return list(pool.map(clip, MODELS))


def stills(content: bytes) -> Iterator[VideoFrame]:
    """Frames at even distances over the length of a clip."""
    with av.open(io.BytesIO(content), "r") as container:
        for number in range(STILLS):
            moment = (container.duration or 0) * number // STILLS
            container.seek(moment)
            yield next(frame for frame in container.decode(video=0) if frame.time >= moment / av.time_base)


def filtered(frames: Iterable[VideoFrame], steps: Sequence[tuple[str, str]]) -> list[VideoFrame]:
    """Frames of one size sent through filters."""
    given = list(frames)
    graph, first = Graph(), given[0]
    source = graph.add_buffer(
        width=first.width, height=first.height, format=first.format, time_base=Fraction(1, STILLS)
    )
    graph.link_nodes(source, *(graph.add(*step) for step in steps), graph.add("buffersink")).configure()
    for number, frame in enumerate(given):
        frame.pts, frame.time_base = number, Fraction(1, STILLS)
        graph.vpush(frame)
    graph.vpush(None)
    return list(pulled(graph))


def pulled(graph: Graph) -> Iterator[VideoFrame]:
    """Everything that comes out of a graph."""
    while True:
        try:
            yield graph.vpull()
        except (av.EOFError, av.BlockingIOError):
            return


def sheet(contents: Sequence[bytes]) -> bytes:
    """A PNG with a row for each clip."""
    tiles = [tile for content in contents for tile in filtered(stills(content), SAME_SIZE)]
    picture = filtered(tiles, [("tile", f"{STILLS}x{len(contents)}:padding=4:margin=4")])[0]
    context = av.CodecContext.create("png", "w")
    context.width, context.height = picture.width, picture.height
    context.pix_fmt, context.time_base = "rgb24", Fraction(1, 1)
    return b"".join(bytes(packet) for packet in [*context.encode(picture), *context.encode(None)])


def price_of(clip: VideoGenerationResponse) -> str:
    """What a clip costs, as far as anybody tells."""
    return f"{clip.cost.usd} USD" if clip.cost and clip.cost.usd is not None else "price unknown"


def main(prompt: str, path: Path) -> int:
    """Writes the sheet and says which row is whose."""
    made = list(zip(MODELS, clips(prompt), strict=True))
    rows = [(model, clip) for model, clip in made if not isinstance(clip, TarashException)]
    for model, clip in made:
        print(f"{model}: {clip if isinstance(clip, TarashException) else price_of(clip)}")
    if not rows:
        return 1
    path.write_bytes(sheet([clip.video.read() for _, clip in rows]))
    print(f"{path}, from top to bottom: {', '.join(model for model, _ in rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
