"""A chain of providers with a bar for each attempt, on a terminal.

Run it::

    pip install rich
    python fallback_bar.py "A red fox in fresh snow" fox.mp4
"""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from tarash_core import TarashException, VideoGenerationConfig, VideoGenerationUpdate, generate_video

CHAIN = VideoGenerationConfig.from_string(
    "fal/fal-ai/veo3.1",
    on_unsupported="nearest",
    timeout=900,
    fallback_configs=["runway/gen4.5", "replicate/google/veo-3.1"],
)


class Bars:
    """A progress callback: each look at a job moves the bar of its attempt."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.tasks: dict[int, TaskID] = {}

    def __call__(self, update: VideoGenerationUpdate) -> None:
        """Called by Tarash with every look at the job."""
        number = update.attempt_number
        if number not in self.tasks:
            self.tasks[number] = self.progress.add_task(f"{update.provider}/{update.model}", total=100, status="")
        percent = 100 if update.status == "completed" else update.progress_percent
        self.progress.update(self.tasks[number], completed=percent, status=words_of(update))


def words_of(update: VideoGenerationUpdate) -> str:
    """The state of a job, and its place in the queue where the vendor tells it."""
    place = f", {update.queue_position} before it" if update.queue_position is not None else ""
    return f"{update.status}{place}"


def main(prompt: str, path: str, console: Console) -> int:
    """Makes a clip with the first provider of the chain that can."""
    columns = (TextColumn("{task.description}"), BarColumn(20), TextColumn("{task.fields[status]}"))
    try:
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            response = generate_video(CHAIN, prompt=prompt, duration_seconds=8, on_progress=Bars(progress))
        response.video.save(path)
    except TarashException as error:
        console.print(f"{error}\ncharged: {error.charged}", markup=False)
        return 1
    for attempt in response.execution_metadata.attempts:
        reason = f": {attempt.error_message}" if attempt.error_message else ""
        console.print(f"{attempt.provider} {attempt.status}{reason}", markup=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], Console(stderr=True)))
