"""Progress in a notebook: ``generate_video(..., on_progress=ProgressBar())``."""

from __future__ import annotations

import sys
from html import escape
from typing import Any

from tarash_core.models.notebook import percent_html
from tarash_core.models.update import Update, status_of


class ProgressBar:
    """Shows each job of a call as a bar in the output of the cell; outside a notebook, as a line for each change.

    It needs no package beside the notebook itself. One object may serve several calls, one after another.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[int, str | None], str] = {}
        self._handle: Any = None
        self._last = ""

    def __call__(self, update: Update) -> None:
        """Shows how the job is."""
        line = f"{update.provider}/{update.model}: {status_of(update)}"
        ipython = sys.modules.get("IPython")
        if ipython is not None and ipython.get_ipython() is not None:
            self._draw(update, line)
        elif line != self._last:
            print(line)
        self._last = line

    def _draw(self, update: Update, line: str) -> None:
        """Draws all jobs anew in the place where the first one was drawn."""
        from IPython.display import HTML, display  # type: ignore[import-not-found, unused-ignore]

        ended = update.status not in ("queued", "processing")
        bar = "" if ended else percent_html(update.progress_percent)
        self._rows[update.attempt_number, update.request_id] = f"<div>{escape(line)} {bar}</div>"
        shown = HTML("".join(self._rows.values()))
        if self._handle is None:
            self._handle = display(shown, display_id=True)
        else:
            self._handle.update(shown)
