"""``tarash generate``: a video."""

from __future__ import annotations

from typing import Any

import click

from tarash_core.cli.batch import batch_options
from tarash_core.cli.options import MEDIUM, Prompted, generation_options

_EXAMPLE = '\b\nExample:\n  tarash generate "A red fox in fresh snow" --model fal/fal-ai/veo3.1 --duration 8 -o fox.mp4'

OWN = (
    click.option("--duration", "duration_seconds", type=float, metavar="SECONDS", help="Ask for this length."),
    click.option("--fps", type=float, help="Ask for so many frames per second."),
    click.option("--generate-audio/--no-audio", default=None, help="Ask for a clip with sound, or for a silent one."),
    click.option("--n", "number_of_videos", type=int, help="Ask for so many videos."),
    click.option("--first-frame", type=MEDIUM, help="Begin with this image."),
    click.option("--last-frame", type=MEDIUM, help="End with this image."),
    click.option("--video", type=MEDIUM, help="Edit, extend or otherwise use this clip."),
    click.option("--audio", type=MEDIUM, help="Use this sound, for an avatar or lip-sync."),
)


@click.command(cls=Prompted, epilog=_EXAMPLE)
@generation_options(*OWN)
@batch_options("video")
def generate(**given: Any) -> None:
    """Make a video of PROMPT and save it.

    A job without a prompt, such as an upscale, leaves PROMPT out; - reads it from the input. Files are given by their
    path or as a URL.
    """
    from tarash_core.cli.running import run

    run("video", given)
