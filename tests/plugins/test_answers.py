from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tarash_core import errors
from tarash_core.models import job
from tarash_core.plugins import (
    HttpResponse,
    body_of,
    charged_of,
    cost_of_tokens,
    error_object,
    error_of_status,
    events_in,
    is_refusal,
    leaves_of,
    number_of,
    retry_after_seconds,
    values_at,
    without,
    words_of,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("plain text ", "plain text"),
        ("<!doctype html><html>Bad gateway</html>", ""),
        ("", ""),
        ({"detail": "no credit"}, "no credit"),
        (
            {"detail": [{"loc": ["body", "prompt"], "msg": "field required"}, {"msg": "too long"}]},
            "prompt: field required; too long",
        ),
        ({"error": {"message": "bad ratio", "code": 3}}, "bad ratio"),
        ({"error": "invalid_request", "message": "the ratio is wrong"}, "the ratio is wrong"),
        ({"errors": ["first", "second"], "name": "bad_request"}, "first; second"),
        ({"title": "Bad Request", "detail": "seed must be positive"}, "seed must be positive"),
        ({"title": "Bad Request"}, "Bad Request"),
        ({"code": 1201, "message": "", "error": "fallen back to"}, "fallen back to"),
        ({"message": {"reason": "nested"}}, "nested"),
        ({"status": "failed"}, ""),
        ({"message": 5}, ""),
        (None, ""),
        (7, ""),
        ([], ""),
    ],
)
def test_the_vendors_words_in_any_shape(body: Any, words: str) -> None:
    assert words_of(body) == words


def test_long_words_are_cut() -> None:
    assert words_of("fox " * 2000) == "fox " * 125


@pytest.mark.parametrize("place", [440, 490, 499, 500])
def test_a_cut_leaves_no_part_of_a_key(place: int) -> None:
    key = "canary-" + "A1b2C3d4" * 6
    words = words_of({"detail": f"{'x ' * (place // 2)}{key}, {'x ' * 500}"})
    assert len(words) > 400
    assert key in words or "canary" not in words


def test_a_body_is_json_or_else_text() -> None:
    assert body_of(HttpResponse(200, content=b'{"a": 1}')) == {"a": 1}
    assert body_of(HttpResponse(502, content=b"<html>")) == "<html>"
    assert body_of(HttpResponse(502, content=b"\xff")) == "\ufffd"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5", 5.0), ("0.5", 0.5), ("-3", 0.0), ("", None), ("soon", None), ("nan", None), ("inf", None)],
)
def test_retry_after_in_seconds(text: str, seconds: float | None) -> None:
    assert retry_after_seconds(HttpResponse(429, {"Retry-After": text})) == seconds


def test_retry_after_as_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "now", lambda: NOW)
    for delta, seconds in ((90, 90.0), (-90, 0.0)):
        text = format_datetime(NOW + timedelta(seconds=delta), usegmt=True)
        assert retry_after_seconds(HttpResponse(429, {"retry-after": text})) == seconds
    assert retry_after_seconds(HttpResponse(429)) is None


def test_a_date_counts_from_the_vendors_own_clock() -> None:
    told = format_datetime(NOW - timedelta(days=1), usegmt=True)
    late = format_datetime(NOW - timedelta(days=1) + timedelta(seconds=9), usegmt=True)
    assert retry_after_seconds(HttpResponse(429, {"retry-after": late, "date": told})) == 9.0
    assert retry_after_seconds(HttpResponse(429, {"retry-after": late, "date": "yesterday"})) == 0.0


@pytest.mark.parametrize(
    ("status", "cls", "retryable"),
    [
        (400, errors.HTTPError, False),
        (401, errors.AuthenticationError, False),
        (402, errors.InsufficientCreditsError, False),
        (403, errors.AuthenticationError, False),
        (404, errors.HTTPError, False),
        (422, errors.HTTPError, False),
        (429, errors.RateLimitError, True),
        (500, errors.HTTPError, True),
        (503, errors.HTTPError, True),
    ],
)
def test_the_class_of_an_error_by_its_status(status: int, cls: type[errors.HTTPError], retryable: bool) -> None:
    error = error_of_status(HttpResponse.of_json({"detail": "said."}, status), "poll")
    assert type(error) is cls and isinstance(error, errors.HTTPError)
    assert (error.status_code, error.retryable, error.charged) == (status, retryable, "no")
    assert str(error) == f"The provider answered {status}: said."
    assert error.raw_response == {"detail": "said."}


def test_without_words_the_sentence_says_what_to_do() -> None:
    said = {status: str(error_of_status(HttpResponse(status), "submit")) for status in (401, 402, 429, 500)}
    assert "check the key" in said[401] and "add credit" in said[402] and "less often" in said[429]
    assert said[500] == "The provider answered 500: the submit request failed."


def test_a_rate_limit_keeps_the_wait() -> None:
    error = error_of_status(HttpResponse.of_json({}, 429, retry_after="7"), "submit")
    assert isinstance(error, errors.RateLimitError) and error.retry_after_seconds == 7.0


def test_the_provider_may_know_better_where_the_words_stand() -> None:
    assert "better" in str(error_of_status(HttpResponse.of_json({"detail": "worse"}, 400), "submit", "better"))


def test_an_error_shows_no_secret() -> None:
    body = {
        "message": "Incorrect API key provided: sk-canary-0123456789",
        "token": "canary",
        "url": "https://a.b/c?sig=canary",
    }
    error = error_of_status(HttpResponse.of_json(body, 401), "submit")
    assert "canary" not in f"{error} {error.raw_response}"


def test_milliseconds_are_more_exact() -> None:
    response = HttpResponse(429, {"Retry-After-Ms": "1500", "Retry-After": "9", "Poll-After-Ms": "250"})
    assert retry_after_seconds(response) == 1.5
    assert retry_after_seconds(response, "poll-after-ms") == 0.25
    assert retry_after_seconds(HttpResponse(429, {"Retry-After-Ms": "soon", "Retry-After": "9"})) == 9.0


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"error": {"code": 3}}, {"code": 3}),
        ({"error": "no"}, {"message": "no"}),
        ([{"error": {"code": 3}}], {"code": 3}),
        ({"error": ["no"]}, {}),
        (["no"], {}),
        ([], {}),
        ("no", {}),
        ({}, {}),
    ],
)
def test_the_error_in_a_body(body: Any, told: dict[str, Any]) -> None:
    assert error_object(body) == told


STEPS = {
    "steps": [
        {"type": "input", "content": [{"text": "a"}]},
        {"type": "output", "content": [{"text": "b", "kind": "x"}, {"text": None}, "stray", {"text": "c"}]},
    ]
}


@pytest.mark.parametrize(
    ("paths", "values"),
    [
        (["steps.content.text"], ["a", "b", "c"]),
        (["steps[type=output].content.text"], ["b", "c"]),
        (["steps[type=output].content[kind=x].text"], ["b"]),
        (["steps.type", "steps[type=none].type"], ["input", "output"]),
        (["nothing.at.all", "steps.type.deeper"], []),
    ],
)
def test_what_stands_at_some_paths(paths: list[str], values: list[str]) -> None:
    assert list(values_at(STEPS, *paths)) == values
    assert list(values_at(None, *paths)) == []


def test_an_answer_without_its_files() -> None:
    body = {"a": [{"data": "xxxx", "type": "video"}], "data": 1}
    assert without(body, "data") == {"a": [{"type": "video"}]}
    assert body["data"] == 1


@pytest.mark.parametrize(
    ("value", "number"),
    [(4, 4.0), ("4.5", 4.5), (None, None), ("four", None), (True, None), ("inf", None), ([], None), (10**400, None)],
)
def test_numbers_as_vendors_write_them(value: Any, number: float | None) -> None:
    assert number_of(value) == number


def test_a_stream_of_events() -> None:
    text = 'event: a\ndata: {"n": 1}\n\n: a comment\ndata:{"n": 2}\n\ndata: [DONE]\n'
    assert events_in(text) == [{"n": 1}, {"n": 2}]


def test_tokens_cost_what_the_list_says() -> None:
    cost = cost_of_tokens([10, 20], ["5", "30"], "2026-11-22")
    assert cost is not None and (float(cost.amount), cost.unit, float(cost.usd or 0)) == (30.0, "tokens", 0.00065)
    assert cost.source == "catalog"
    lists: list[tuple[list[Any], list[Any]]] = [([10], ["5", "30"]), ([10, "20"], ["5", "30"]), ([0, 0], ["5", "30"])]
    for counts, rates in (*lists, ([10], []), ([10, 20], ["5"]), ([10, 20], ["5", None])):
        assert cost_of_tokens(counts, rates, None) is None


@pytest.mark.parametrize(
    ("response", "refused"),
    [
        (HttpResponse(400), True),
        (HttpResponse.of_json({"detail": "busy"}, 503), True),
        (HttpResponse(503, content=b"<html>Bad gateway</html>"), False),
        (HttpResponse.of_json({"detail": "oh"}, 500), False),
    ],
)
def test_what_is_refused_for_sure(response: HttpResponse, refused: bool) -> None:
    assert is_refusal(response) is refused


def test_whether_an_amount_was_charged() -> None:
    assert [charged_of(amount) for amount in (None, 0, 0.0, 2.5)] == ["unknown", "no", "no", "yes"]


def test_every_leaf_is_told_with_the_keys_that_lead_to_it() -> None:
    body = {"video": [{"url": "a"}, "b"], "n": None, "deep": {"audio": ("c",)}, "none": []}
    found = [(("video", "url"), "a"), (("video",), "b"), (("n",), None), (("deep", "audio"), "c")]
    assert list(leaves_of(body)) == found
    assert list(leaves_of("alone")) == [((), "alone")]


def test_words_of_several_lines_make_one_sentence() -> None:
    error = error_of_status(HttpResponse.of_json({"detail": "- no\n- good\n"}, 400), "submit")
    assert "400: - no - good." in str(error)
