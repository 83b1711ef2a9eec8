import io
import sys
from datetime import UTC, datetime

import pytest

from tarash_core import AttemptMetadata, VideoGenerationUpdate
from tarash_core.cli import progress


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def update(status, **known):
    return VideoGenerationUpdate(status=status, provider="fal", model="m", **known)


def record(status="failed", number=1, **known):
    return AttemptMetadata(
        provider="fal", model="m", attempt_number=number, started_at=MOMENT, ended_at=MOMENT, status=status, **known
    )


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (update("queued"), "queued"),
        (update("queued", queue_position=3, progress_percent=0), "queued, position 3"),
        (update("processing", progress_percent=45), "processing, 45 %"),
        (update("processing", eta_seconds=19.6), "processing, about 20 s left"),
        (update("completed", progress_percent=100, eta_seconds=0), "completed"),
    ],
)
def test_status(seen, text):
    assert progress.status_of(seen) == text


def test_lines_tell_only_what_is_new(capsys):
    lines = progress.Lines()
    with lines:
        lines.submitting(1, "fal/m")
        for seconds in (1.0, 2.0):
            lines.seen(update("processing", elapsed_seconds=seconds))
        lines.seen(update("completed", elapsed_seconds=3.0))
        lines.ended(record("success"))
    assert capsys.readouterr() == ("", "fal/m: submitting\nfal/m: processing (1 s)\nfal/m: completed (3 s)\n")


def test_lines_tell_of_a_bad_end_when_the_chain_goes_on(capsys):
    lines = progress.Lines()
    lines.ended(record(error_message="It is\ndown."))
    assert capsys.readouterr().err == ""
    lines.submitting(2, "replicate/m")
    assert capsys.readouterr().err == "fal/m: failed, It is down.\nreplicate/m: submitting\n"


def test_bars_are_live_on_a_terminal(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    bars = progress.progress_for(quiet=False)
    assert isinstance(bars, progress.Bars)
    with bars:
        bars.submitting(1, "fal/m")
        bars.ended(record(error_type="HTTPError", error_message="It is down."))
        bars.submitting(2, "replicate/m")
        bars.seen(update("processing", progress_percent=45, attempt_number=2))
        bars.ended(record("success", number=2))
    shown = screen.getvalue()
    assert "failed, HTTPError" in shown
    assert "replicate/m" in shown and "completed" in shown


def test_a_log_gets_lines_also_where_colour_is_forced(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert isinstance(progress.progress_for(quiet=False), progress.Lines)


def test_quiet_shows_nothing(capsys):
    silent = progress.progress_for(quiet=True)
    with silent:
        silent.submitting(1, "fal/m")
        silent.seen(update("queued"))
        silent.ended(record())
    assert capsys.readouterr() == ("", "")


def test_a_display_that_fails_stops_no_purchase(run, monkeypatch):
    def torn(self, *told):
        raise RuntimeError("torn")

    for name in ("submitting", "seen", "ended"):
        monkeypatch.setattr(progress.Lines, name, torn)
    result = run("generate", "A fox", "-m", "fal/fal-ai/veo3.1", "--mock", "-o", "fox.mp4")
    assert result.exit_code == 0, result.stderr
