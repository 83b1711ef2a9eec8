"""Reading tasks of both standards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tarash_kling.tasks import KEPT_SECONDS, id_of, tasks_of, update_of

from tarash_core.errors import RateLimitError
from tarash_core.plugins import Done, HttpResponse, Queued, Running

URL = "https://cdn.example/v.mp4"


def done(**task: Any) -> Done:
    update = update_of(task)
    assert isinstance(update, Done)
    return update


@pytest.mark.parametrize("key", ["status", "task_status"])
@pytest.mark.parametrize(
    ("word", "kind"), [("submitted", Queued), ("processing", Running), ("succeed", Done), ("succeeded", Done)]
)
def test_both_standards_words_are_known_in_both(key: str, word: str, kind: type) -> None:
    assert isinstance(update_of({"id": "1", key: word}), kind)


def test_a_video_of_the_older_standard() -> None:
    result = {"videos": [{"id": "v1", "url": URL, "watermark_url": "https://cdn.example/w.mp4", "duration": "5.1"}]}
    update = done(task_id="888", task_status="succeed", final_unit_deduction="2.5", task_result=result)
    (output,) = update.outputs
    assert (output.url, output.duration_seconds, output.expires_in_seconds) == (URL, 5.1, KEPT_SECONDS)
    assert update.cost is not None and (update.cost.amount, update.cost.unit) == (Decimal("2.5"), "units")


def test_images_and_a_series() -> None:
    result = {
        "images": [{"index": 0, "url": "https://cdn.example/0.png"}],
        "series_images": [
            {"index": 0, "url": "https://cdn.example/1.png"},
            {"images": [{"url": "https://cdn.example/2.png"}]},
        ],
    }
    assert [output.url for output in done(task_id="1", task_status="succeed", task_result=result).outputs] == [
        f"https://cdn.example/{number}.png" for number in range(3)
    ]


@pytest.mark.parametrize("file", [{"type": "video", "url": URL}, {"id": "v", "url": URL, "duration": None}])
def test_an_output_with_and_without_its_type(file: dict[str, Any]) -> None:
    sound = {"id": "a", "mp3_url": "https://cdn.example/a.mp3"}
    assert [output.url for output in done(id="1", status="succeeded", outputs=[file, sound]).outputs] == [URL]


@pytest.mark.parametrize(
    ("bill", "amount", "unit"),
    [
        ({"charge_type": "unit", "package_type": "video", "amount": "2.4"}, "2.4", "units"),
        ({"charge_type": "cash", "cash_type": "balance", "amount": "0.35", "currency": "USD"}, "0.35", "usd"),
        ({"charge_type": "cash", "amount": 2, "currency": "CNY"}, "2", "cny"),
    ],
)
def test_what_was_paid(bill: dict[str, Any], amount: str, unit: str) -> None:
    cost = done(id="1", status="succeeded", billing=[bill]).cost
    assert cost is not None and (cost.amount, cost.unit) == (Decimal(amount), unit)


@pytest.mark.parametrize("amount", [None, "", "free", "NaN", "0", True, {}])
def test_no_readable_amount_is_no_cost(amount: object) -> None:
    assert (
        done(id="1", status="succeeded", final_unit_deduction=amount, billing=[{"amount": amount}, None]).cost is None
    )


def test_one_task_and_a_list_are_read_alike() -> None:
    for data in ({"task_id": "1"}, [{"id": 1}]):
        (task,) = tasks_of(HttpResponse.of_json({"code": 0, "message": "SUCCEED", "data": data}), "poll")
        assert id_of(task) == "1"


def test_a_code_other_than_zero_is_an_error_on_200() -> None:
    with pytest.raises(RateLimitError):
        tasks_of(HttpResponse.of_json({"code": 1303, "message": "full"}), "submit")
    with pytest.raises(KeyError):
        id_of({"id": ""})
