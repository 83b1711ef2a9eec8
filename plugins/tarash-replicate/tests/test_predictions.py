"""What a prediction says about its job."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tarash_replicate.predictions import audio_url_of, outputs_of, update_of

from tarash_core.errors import GenerationFailedError
from tarash_core.models.cost import Cost
from tarash_core.plugins import Cancelled, Done, Expired, Failed, Queued, Running, percent_in

VERSION = "a" * 64
CLIP = "https://replicate.delivery/xezq/abc/tmp1.mp4"
SOUND = "https://replicate.delivery/xezq/abc/tmp1.mp3"

urls = st.integers(0, 10**6).map(lambda number: f"https://replicate.delivery/xezq/{number}/out.webp")
files = st.binary(max_size=40).map(lambda data: f"data:image/webp;base64,{base64.b64encode(data).decode()}")
words = st.text(max_size=20).filter(lambda text: not text.startswith(("http", "data:")))
shapes = st.recursive(
    urls | files | words | st.none() | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["video", "audio", "mask"]), inner),
    max_leaves=12,
)


def prediction(status: str = "succeeded", **parts: Any) -> dict[str, Any]:
    return {"id": "p1", "model": "google/veo-3.1", "version": "hidden", "status": status, "output": None, **parts}


def files_in(value: Any) -> int:
    if isinstance(value, str):
        return value.startswith(("https://", "data:"))
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(files_in(item) for item in items)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (CLIP, [CLIP]),
        ([CLIP, CLIP + "2"], [CLIP, CLIP + "2"]),
        ({"audio": SOUND, "video": CLIP}, [CLIP, SOUND]),
        ([{"video": [CLIP]}, None, "a caption"], [CLIP]),
        ("a caption", []),
        (["tok", "en"], []),
        (None, []),
        (7, []),
        ("data:image/png;base64,!!", []),
    ],
)
def test_every_form_of_output_becomes_a_list_of_files(output: Any, expected: list[str]) -> None:
    assert [item.url for item in outputs_of(output)] == expected


def test_a_data_uri_becomes_bytes() -> None:
    (output,) = outputs_of("data:image/webp;base64," + base64.b64encode(b"RIFF").decode())
    assert (output.data, output.content_type, output.url) == (b"RIFF", "image/webp", None)


@settings(max_examples=40, deadline=None)
@given(shapes)
def test_no_file_of_an_output_is_lost_and_nothing_else_becomes_one(output: Any) -> None:
    made = outputs_of(output)
    assert len(made) == files_in(output)
    assert all((item.url is None) != (item.data is None) for item in made)


def test_result_files_are_fetched_without_the_key_and_files_of_the_api_with_it() -> None:
    free, signed = outputs_of([CLIP, "https://api.replicate.com/v1/files/abc/download"])
    assert (free.authenticated, signed.authenticated) == (False, True)
    assert free.expires_in_seconds == 3600
    assert not outputs_of("https://api.replicate.com.evil.example/x.mp4")[0].authenticated


def test_the_sound_beside_a_clip_is_told_apart() -> None:
    assert audio_url_of({"video": CLIP, "audio": SOUND}) == SOUND
    assert audio_url_of(CLIP) is None
    update = update_of(prediction(output={"audio": SOUND, "video": CLIP}))
    assert isinstance(update, Done)
    assert update.audio_url == SOUND


def test_starting_is_queued_and_processing_is_running_with_its_percentage() -> None:
    logs = "Using seed: 1\n  0%|          | 0/50\n 42%|████      | 21/50 [00:01<00:02]\n"
    assert isinstance(update_of(prediction("starting", logs="")), Queued)
    running = update_of(prediction("processing", logs=logs))
    assert isinstance(running, Running)
    assert running.percent == 42
    assert running.logs[0] == "Using seed: 1"


@pytest.mark.parametrize(
    ("logs", "percent"),
    [
        ("", None),
        (None, None),
        ("50% done", None),
        (" 7%|▋ | 7/100", 7.0),
        (" 10%|█| 1/10\n 30%|███| 3/10\nflushed", 30.0),
    ],
)
def test_the_last_progress_line_counts(logs: str | None, percent: float | None) -> None:
    assert percent_in(logs) == percent


@pytest.mark.parametrize("word", ["booting", "", "SUCCEEDED", None])
def test_an_unknown_status_waits_on(word: str | None) -> None:
    update = update_of(prediction(word))  # type: ignore[arg-type]
    assert isinstance(update, Running)
    assert update.unknown_status == str(word)


def test_an_official_model_tells_no_cost_and_a_version_tells_its_run_time() -> None:
    timed = {"output": CLIP, "metrics": {"predict_time": 12.5, "total_time": 20.0}}
    official, community = update_of(prediction(**timed)), update_of(prediction(**timed, version=VERSION))
    assert isinstance(official, Done) and isinstance(community, Done)
    assert official.cost is None
    assert community.cost == Cost(Decimal("12.5"), "seconds")
    assert community.cost.usd is None


@pytest.mark.parametrize("parts", [{"data_removed": True, "output": CLIP}, {"output": None}, {"output": []}])
def test_a_result_that_is_no_longer_kept_has_expired(parts: dict[str, Any]) -> None:
    assert isinstance(update_of(prediction(**parts)), Expired)


def test_a_model_that_answers_with_text_has_failed_and_was_charged() -> None:
    update = update_of(prediction(output=["a", " fox"]))
    assert isinstance(update, Failed)
    assert isinstance(update.error, GenerationFailedError)
    assert (update.error.charged, update.error.retryable) == ("yes", False)


@pytest.mark.parametrize(
    ("parts", "charged"),
    [
        ({"status": "aborted"}, "no"),
        ({"status": "canceled"}, "unknown"),
        ({"status": "canceled", "version": VERSION, "metrics": {"predict_time": 3.0}}, "yes"),
    ],
)
def test_cancelled_and_aborted_say_what_is_billed(parts: dict[str, Any], charged: str) -> None:
    update = update_of(prediction(**parts))
    assert isinstance(update, Cancelled)
    assert update.charged == charged
