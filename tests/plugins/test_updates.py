"""A vendor's words for the state of a job, and ours."""

from typing import Any

import pytest

from tarash_core.errors import GenerationFailedError, ValidationError
from tarash_core.plugins import (
    Cancelled,
    Done,
    Expired,
    Failed,
    Output,
    Queued,
    Running,
    States,
    Update,
    percent_in,
    update_by,
)

STATES: States = {"wait": Queued, "run": Running, "ok": Done, "bad": Failed, "stop": Cancelled, "gone": Expired}


def told(word: str) -> Update:
    return update_by(
        STATES,
        word,
        {"state": word},
        done=lambda: Done(Output("https://a.b/c"), raw={"state": word}),
        failed=lambda: GenerationFailedError("bad"),
        percent=40.0,
        retry_after_seconds=3.0,
    )


@pytest.mark.parametrize(("word", "kind"), STATES.items())
def test_a_known_word(word: str, kind: type) -> None:
    update = told(word)
    assert type(update) is kind and update.raw == {"state": word}
    assert getattr(update, "unknown_status", None) is None


def test_an_unknown_word_is_a_running_job() -> None:
    update = told("daydreaming")
    assert isinstance(update, Running) and (update.unknown_status, update.percent) == ("daydreaming", 40.0)


def test_the_vendors_wish_is_kept() -> None:
    for word in ("wait", "run"):
        update = told(word)
        assert isinstance(update, (Queued, Running)) and update.retry_after_seconds == 3.0


@pytest.mark.parametrize(
    ("log", "percent"),
    [
        (" 10%|█   | 1/10\n 30%|███ | 3/10\nflushed", 30.0),
        ("100% |####| 4/4", 100.0),
        ("250%|####|", 100.0),
        ("50% done", None),
        ("", None),
        (None, None),
    ],
)
def test_the_last_bar_of_progress_counts(log: str | None, percent: float | None) -> None:
    assert percent_in(log) == percent


def test_an_address_is_a_url_or_the_file_itself() -> None:
    assert Output.at("https://a.b/c.mp4", width=4) == Output("https://a.b/c.mp4", width=4)
    assert Output.at("data:image/png;base64,UE5H") == Output(data=b"PNG", content_type="image/png")
    assert Output.at("data:,PNG").content_type is None
    assert Output.at("data:image/png;base64,UE5H", content_type="image/webp").content_type == "image/webp"
    with pytest.raises(ValidationError):
        Output.at("data:image/png;base64,!!")


def test_logs_tell_how_far_a_job_is_and_what_it_waits_for() -> None:
    def read(word: str, **known: Any) -> Update:
        return update_by(STATES, word, None, done=Done, failed=lambda: GenerationFailedError("bad"), **known)

    running = read("run", logs="start\n 40%|████      | 20/50")
    assert isinstance(running, Running) and (running.percent, len(running.logs)) == (40.0, 2)
    waiting = read("wait", logs=["busy"], position=3)
    assert isinstance(waiting, Queued) and (waiting.position, waiting.logs) == (3, ("busy",))
    assert read("stop", charged="no") == Cancelled(charged="no")


def test_a_file_within_its_address_is_served_by_nobody() -> None:
    held = Output.at("data:image/png;base64,AAAA", expires_in_seconds=60, authenticated=True)
    assert (held.expires_in_seconds, held.authenticated, held.data) == (None, False, b"\0\0\0")
