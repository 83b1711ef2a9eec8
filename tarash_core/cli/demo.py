"""``tarash demo``: a provider that is down, another that answers, and the clip that comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tarash_core.cli.errors import program
from tarash_core.cli.options import JSON, QUIET, OutputType

if TYPE_CHECKING:
    from tarash_core.gateway import Gateway

PROMPT = "A red fox in fresh snow"
MODELS = ("fal/fal-ai/veo3.1", "replicate/google/veo-3.1")
SECONDS, WIDTH, HEIGHT = 8.0, 1280, 720

_TOLERANCE_SECONDS = 0.2
_LOOK_EVERY_SECONDS = 0.4
_NEXT = f"""Next:
  {{program}} generate "{PROMPT}" --model {MODELS[0]} --simulate -o fox.mp4   (no key needed)
  {{program}} generate "{PROMPT}" --model {MODELS[0]} -o fox.mp4              (with your FAL_KEY)
  {{program}} --help"""


@click.command()
@click.option(
    "--output", "-o", type=OutputType(), default="tarash-demo.mp4", show_default=True, help="Save the clip here."
)
@JSON
@QUIET
def demo(output: Path, as_json: bool, quiet: bool) -> None:
    """Show a failover without a key and without the network.

    The simulators of fal and Replicate run on this machine. fal's is down, so the job goes to Replicate's, over real
    HTTP; the clip that comes of it is saved and measured.
    """
    from tarash_core.cli import tables
    from tarash_core.cli.progress import progress_for
    from tarash_core.cli.running import generated, saved, tell
    from tarash_core.models.config import VideoGenerationConfig
    from tarash_core.models.mock import MockConfig
    from tarash_core.models.request import VideoGenerationRequest

    second = VideoGenerationConfig.from_string(MODELS[1], poll_interval=_LOOK_EVERY_SECONDS)
    # The demo shows HTTP also where TARASH_MOCK mocks all else.
    config = VideoGenerationConfig.from_string(MODELS[0], fallback_configs=[second], mock=MockConfig(enabled=False))
    request = VideoGenerationRequest(prompt=PROMPT, duration_seconds=SECONDS, resolution="720p", aspect_ratio="16:9")
    in_words = not (as_json or quiet)
    if in_words:
        click.echo(f"Asking {MODELS[0]}, whose simulator is down, and then {MODELS[1]}, for {PROMPT!r}.\n")
    progress = progress_for(not in_words)
    with _one_is_down() as gateway:
        response = generated(gateway, config, request, progress)
        paths = saved(response, output)
    if in_words:
        tables.show(tables.attempts(response.execution_metadata))
    else:
        tell(response, paths, progress.notes, as_json=as_json, quiet=quiet)
    compare(paths[0], quiet=not in_words)
    if in_words:
        click.echo("\n" + _NEXT.format(program=" ".join(program())))


@contextmanager
def _one_is_down() -> Iterator[Gateway]:
    """A gateway to both simulators, of which fal's answers every submit with 503."""
    from tarash_core.cli.simulators import served, simulator_of
    from tarash_core.gateway import Gateway
    from tarash_core.testing import faults

    fal, replicate = simulator_of("fal"), simulator_of("replicate", polls_to_finish=4)
    fal.script(faults.server_error(503, on="submit", times=None))
    with served({"fal": fal, "replicate": replicate}) as urls, Gateway(simulators=urls) as gateway:
        yield gateway


def compare(path: Path, *, quiet: bool = False) -> None:
    """Says what was asked and what the saved file measures; only a difference when ``quiet``.

    Raises:
        SystemExit: With 1: the file was measured and is not what was asked.
    """
    from tarash_core.cli.outcome import measured

    found = measured(path)
    seconds, size = found["duration_seconds"], f"{found['width']}x{found['height']}"
    without = 'not without PyAV; run: pip install "tarash-core[media]" (this is a small sample)'
    known = without if found["width"] is None else f"{seconds:.1f} s, {size}"
    if not quiet:
        click.echo(f"\nSaved {path}\n  asked:    {SECONDS:.1f} s, {WIDTH}x{HEIGHT}\n  measured: {known}")
    if found["width"] is None:
        return
    if abs(seconds - SECONDS) > _TOLERANCE_SECONDS or (found["width"], found["height"]) != (WIDTH, HEIGHT):
        click.echo("Error: the clip is not what was asked.", err=True)
        raise SystemExit(1)
