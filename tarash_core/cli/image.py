"""``tarash image``: one or more images."""

from __future__ import annotations

from typing import Any

import click

from tarash_core.cli.batch import batch_options
from tarash_core.cli.options import Prompted, generation_options

_EXAMPLE = '\b\nExample:\n  tarash image "A fox, in ink" --model fal/fal-ai/flux/dev -o fox.png'

SHAPE = (
    click.option("--size", metavar="WxH", help="Ask for this size in pixels, such as 1024x1024."),
    click.option("--quality", metavar="TEXT", help="Ask for a quality by the model's own name."),
)
_COUNT = click.option("--n", type=int, help="Ask for so many images; they are saved with numbered names.")


@click.command(cls=Prompted, epilog=_EXAMPLE)
@generation_options(*SHAPE, _COUNT)
@batch_options("image")
def image(**given: Any) -> None:
    """Make one or more images of PROMPT and save them.

    For PROMPT - reads the input. Input images are given with --image by their path or as a URL, with the part that they
    play in front where the model knows several: --image style=look.png.
    """
    from tarash_core.cli.running import run

    run("image", given)
