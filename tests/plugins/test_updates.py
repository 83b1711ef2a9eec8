"""A vendor's words for the state of a job, and ours."""

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
