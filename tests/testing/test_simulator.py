from __future__ import annotations

import doctest
from concurrent.futures import ThreadPoolExecutor

import pytest

from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.testing import Abort, Reply, Simulator, route, sample_video, simulator


def test_the_simulator_in_the_docstring_works():
    result = doctest.testmod(simulator)
    assert result.attempted > 5 and result.failed == 0


def test_a_job_is_queued_then_runs_then_is_done(ask, buy):
    id = buy()
    stages = [ask("GET", f"/v1/videos/{id}").json()["status"] for _ in range(4)]
    assert stages == ["queued", "running", "succeeded", "succeeded"]


@pytest.mark.parametrize(
    ("polls", "expected"),
    [(0, ["succeeded"]), (1, ["succeeded"]), (2, ["queued", "succeeded"]), (5, ["queued"] + ["running"] * 3)],
)
def test_the_number_of_status_calls_can_be_chosen(acme, ask, buy, polls, expected):
    acme.polls_to_finish = polls
    id = buy()
    assert [ask("GET", f"/v1/videos/{id}").json()["status"] for _ in expected] == expected


def test_a_job_of_no_polls_is_done_when_it_is_bought(make_acme):
    acme = make_acme(polls_to_finish=0)
    assert acme.stage(acme.buy()) == "succeeded"
    assert make_acme(polls_to_finish=0).percent(acme.jobs[acme.bought[0]]) == 100


def test_ids_differ_where_simulators_count_from_different_numbers(make_acme):
    one, other, late = make_acme(), make_acme(), make_acme()
    late.number_from(1000)
    assert one.buy().id == other.buy().id != late.buy().id


def test_progress_grows_while_a_job_runs(acme, ask, buy):
    acme.polls_to_finish = 6
    id = buy()
    percents = [ask("GET", f"/v1/videos/{id}").json()["percent"] for _ in range(6)]
    assert percents[0] == 0 and percents == sorted(percents) and percents[-1] == 100


def test_jobs_age_with_the_clock_too(acme, buy):
    job = acme.jobs[buy()]
    acme.advance(job.queue_seconds)
    assert acme.stage(job) == "running"
    acme.advance(job.run_seconds)
    assert acme.stage(job) == "succeeded"
    assert job.finished_at == job.total_seconds


def test_with_speed_status_calls_do_not_move_a_job(make_acme):
    acme = make_acme(speed=0.001)
    job = acme.buy()
    assert [acme.polled(job) for _ in range(5)] == ["queued"] * 5
    acme.advance(job.total_seconds)
    assert acme.stage(job) == "succeeded"


def test_with_speed_real_time_moves_a_job(make_acme):
    acme = make_acme(speed=1e12)
    job = acme.buy()
    while acme.stage(job) != "succeeded":
        pass
    assert acme.clock >= job.total_seconds


def test_jobs_bought_are_counted_in_order_with_the_same_ids_in_each_run(make_acme):
    first, second = make_acme(), make_acme()
    for each in (first, second):
        for number in range(3):
            each.buy({"n": number})
    assert first.bought == second.bought and len(set(first.bought)) == 3
    assert [first.jobs[id].body["n"] for id in first.bought] == [0, 1, 2]


def test_urls_start_with_the_origin_that_was_asked(acme, ask):
    for origin in ("http://127.0.0.1:8000", "https://eu.acme.example"):
        url = ask("POST", f"{origin}/v1/files", content=b"x", headers={"content-type": "text/plain"}).json()["url"]
        assert url.startswith(f"{origin}/files/")


def test_an_upload_is_served_with_its_type(ask):
    url = ask("POST", "/v1/files", content=b"\0png", headers={"content-type": "image/png"}).json()["url"]
    served = ask("GET", url)
    assert (served.content, served.headers["content-type"]) == (b"\0png", "image/png")


def test_a_head_request_tells_the_length_only(ask):
    url = ask("POST", "/v1/files", content=b"12345", headers={"content-type": "text/plain"}).json()["url"]
    answer = ask("HEAD", url)
    assert (answer.status, answer.headers["content-length"], answer.content) == (200, "5", b"")


def test_an_output_is_served_and_its_url_expires(acme, ask, buy):
    acme.polls_to_finish = 1
    url = ask("GET", f"/v1/videos/{buy()}").json()["url"]
    assert ask("GET", url).content == sample_video()
    acme.advance(3600)
    assert ask("GET", url).status == 403


def test_unknown_paths_files_and_jobs_are_404(ask):
    assert [ask("GET", path).status for path in ("/nowhere", "/files/nothing", "/v1/videos/none")] == [404] * 3
    assert ask("PUT", "/v1/videos").status == 404


def test_every_request_is_logged_and_can_be_asked_for_by_phase(acme, ask, buy):
    id = buy()
    ask("GET", f"/v1/videos/{id}")
    ask("GET", "/nowhere")
    assert [request.method for request in acme.log] == ["POST", "GET", "GET"]
    assert [request.url for request in acme.asked("poll")] == [f"https://api.acme.example/v1/videos/{id}"]
    assert len(acme.asked("submit")) == len(acme.asked("other")) == 1


def test_a_job_can_be_cancelled_until_it_has_ended(acme, ask, buy):
    running, done = buy(), buy()
    acme.polls_to_finish = 1
    ask("GET", f"/v1/videos/{done}")
    assert [ask("DELETE", f"/v1/videos/{id}").status for id in (running, done)] == [204, 409]
    assert ask("GET", f"/v1/videos/{running}").json()["status"] == "cancelled"


def test_callbacks_are_made_once_for_each_stage_that_is_seen(acme, ask, buy):
    id = buy(webhook="http://127.0.0.1:9/hook")
    buy()
    for _ in range(4):
        ask("GET", f"/v1/videos/{id}")
    assert [callback.json["status"] for callback in acme.outbox] == ["running", "succeeded"]
    assert len(acme.due()) == 2 and acme.due() == [] == acme.outbox


def test_callbacks_become_due_when_the_clock_moves(acme, buy):
    buy(webhook="http://127.0.0.1:9/hook")
    acme.advance(1000)
    assert [callback.json["status"] for callback in acme.due()] == ["succeeded"]


def test_the_guard_refuses_before_the_route(acme, ask, monkeypatch):
    monkeypatch.setattr(acme, "guard", lambda request, phase: HttpResponse(401) if phase == "submit" else None)
    assert ask("POST", "/v1/videos", json={}).status == 401
    assert acme.bought == []


def test_routes_may_answer_with_lists_replies_and_aborts():
    class Small(Simulator):
        @route("GET", "/list")
        def listed(self, request):
            return [1, 2]

        @route("GET", "/late")
        def late(self, request):
            return Reply(HttpResponse(200), 3.0)

        @route("GET", "/abort")
        def aborted(self, request):
            raise Abort(self.problem(418, "No coffee."))

    small = Small()
    replies = [small.handle(HttpRequest("GET", f"https://a.example/{path}")) for path in ("list", "late", "abort")]
    assert replies[0].response.json() == [1, 2]
    assert replies[1].after == 3.0
    assert replies[2].response.status == 418 and "No coffee." in replies[2].response.text


def test_a_mistake_in_a_route_is_not_hidden():
    class Broken(Simulator):
        @route("GET", "/")
        def broken(self, request):
            raise KeyError("bug")

    with pytest.raises(KeyError, match="bug"):
        Broken().handle(HttpRequest("GET", "https://a.example/"))


def test_times_are_written_from_the_clock(make_acme):
    acme = make_acme(start=0)
    acme.advance(61.5)
    assert (acme.timestamp(), acme.iso(), acme.iso(0)) == (
        61.5,
        "1970-01-01T00:01:01.500000Z",
        "1970-01-01T00:00:00.000000Z",
    )


def test_many_threads_buy_no_job_twice(acme, buy):
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: buy(), range(100)))
    assert len(set(ids)) == len(acme.bought) == 100


@pytest.mark.parametrize(
    ("content", "lenient", "expected"),
    [
        (b'{"a": 1}', False, {"a": 1}),
        (b"[1]", True, {}),
        (b"", True, {}),
        (b"[1]", False, None),
        (b"", False, None),
        (b"{", True, None),
    ],
)
def test_a_body_that_is_no_object_is_answered_at_once(acme, content, lenient, expected):
    request = HttpRequest("POST", "https://acme.test/v1", content=content)
    try:
        found = acme.json_object(request, lambda: acme.problem(400, "no object"), lenient=lenient)
    except Abort as abort:
        found = None if abort.response.status == 400 else "other"
    assert found == expected
