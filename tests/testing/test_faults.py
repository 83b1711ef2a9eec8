from __future__ import annotations

import pytest

from tarash_core.plugins.http import HttpRequest
from tarash_core.testing import Fault, Reply, faults

ORIGIN = "https://api.acme.example"


def send(acme, method="POST", path="/v1/videos", **body):
    return acme.handle(HttpRequest(method, ORIGIN + path, json=body or None))


def test_too_many_requests_buys_nothing_and_says_when_to_come_back(acme):
    acme.script(faults.too_many_requests(retry_after=2))
    response = send(acme, prompt="x").response
    assert (response.status, response.headers["retry-after"], acme.bought) == (429, "2", [])
    assert send(acme, prompt="x").response.status == 200


def test_too_many_requests_may_keep_silent_about_the_time(acme):
    acme.script(faults.too_many_requests())
    assert "retry-after" not in send(acme, prompt="x").response.headers


@pytest.mark.parametrize(("handled", "jobs"), [(False, 0), (True, 1)])
def test_a_server_error_may_hide_a_purchase(acme, handled, jobs):
    acme.script(faults.server_error(502, html=True, handled=handled, on="submit"))
    response = send(acme, prompt="x").response
    assert response.status == 502 and response.headers["content-type"] == "text/html"
    assert len(acme.bought) == jobs


def test_a_server_error_has_the_shape_of_the_vendor(acme):
    acme.script(faults.server_error())
    assert send(acme, prompt="x").response.json()["error"]["status"] == 503


def test_a_lost_answer_is_a_purchase_and_a_reset_is_none(acme):
    acme.script(faults.lost_answer(), faults.reset())
    assert send(acme, prompt="x") == send(acme, prompt="x") == Reply(None)
    assert len(acme.bought) == 1


def test_a_refused_connection_buys_nothing(acme):
    acme.script(faults.refused())
    with pytest.raises(ConnectionRefusedError):
        send(acme, prompt="x")
    assert acme.bought == [] and len(acme.log) == 1


def test_a_truncated_body_never_arrives_whole(acme):
    id = acme.store(b"0123456789")
    acme.script(faults.truncated(4), faults.truncated(4000))
    cut, almost, whole = (send(acme, "GET", f"/files/{id}") for _ in range(3))
    assert cut.is_cut and b"".join(piece for _, piece in cut.pieces()) == b"0123"
    assert almost.is_cut and b"".join(piece for _, piece in almost.pieces()) == b"012345678"
    assert not whole.is_cut and b"".join(piece for _, piece in whole.pieces()) == b"0123456789"


def test_a_truncated_answer_without_a_body_is_lost(acme):
    acme.script(faults.truncated(4))
    assert send(acme, "GET", f"/files/{acme.store(b'')}") == Reply(None)


def test_late_and_dripping_answers_are_handled_in_full(acme):
    id = acme.store(b"abcde")
    acme.script(faults.late(30, on="download"), faults.dripping(2, 5.0))
    late, dripping = (send(acme, "GET", f"/files/{id}") for _ in range(2))
    assert (late.after, late.response.content) == (30, b"abcde")
    assert (late.seconds, dripping.seconds) == (30, 15)
    assert list(dripping.pieces()) == [(5.0, b"ab"), (5.0, b"cd"), (5.0, b"e")]


def test_an_expired_url_and_a_redirect_are_about_downloads(acme):
    id = acme.store(b"abc")
    acme.script(faults.expired_url(), faults.redirect("https://cdn.acme.example/x", 307))
    assert send(acme, prompt="x").response.status == 200
    expired, moved, served = (send(acme, "GET", f"/files/{id}").response for _ in range(3))
    assert (expired.status, moved.status, served.status) == (403, 307, 200)
    assert moved.headers["location"] == "https://cdn.acme.example/x"


@pytest.mark.parametrize("html", [True, False])
def test_garbage_is_a_success_that_cannot_be_read(acme, html):
    acme.script(faults.garbage(html=html))
    response = send(acme, prompt="x").response
    assert response.status == 200 and len(acme.bought) == 1
    with pytest.raises(ValueError, match=r"Expecting"):
        response.json()


def test_an_empty_answer_hides_a_purchase(acme):
    acme.script(faults.empty())
    response = send(acme, prompt="x").response
    assert (response.status, response.content, len(acme.bought)) == (200, b"", 1)


@pytest.mark.parametrize(
    ("fault", "stage", "reason"),
    [
        (faults.failed("Out of paint."), "failed", "Out of paint."),
        (faults.moderated("A face."), "moderated", "A face."),
        (faults.called_off("Maintenance."), "cancelled", "Maintenance."),
        (faults.stuck(), "running", ""),
        (faults.stuck("queued"), "queued", ""),
    ],
)
def test_a_job_fault_meets_the_next_job_only(acme, ask, buy, fault, stage, reason):
    acme.script(fault)
    ids = [buy(), buy()]
    acme.advance(1e9)
    answers = [ask("GET", f"/v1/videos/{id}").json() for id in ids]
    assert (answers[0]["status"], answers[0]["error"]) == (stage, reason)
    assert (answers[1]["status"], answers[1]["error"]) == ("succeeded", "")


def test_a_vendor_that_has_forgotten_its_jobs_sells_others(acme, ask, buy):
    acme.script(faults.vanished(skip=1))
    id = buy()
    assert ask("GET", f"/v1/videos/{id}").json()["status"] == "queued"
    assert ask("GET", f"/v1/videos/{id}").status == 404
    assert ask("GET", f"/v1/videos/{buy()}").status == 200
    assert len(acme.bought) == 2


def test_faults_of_one_phase_take_turns_and_others_wait(acme):
    acme.script(
        faults.server_error(500, on="poll"), faults.too_many_requests(times=2), faults.server_error(504, on="submit")
    )
    assert [send(acme, prompt="x").response.status for _ in range(4)] == [429, 429, 504, 200]
    assert [fault.name for fault in acme.unused_faults] == ["server_error(500)"]
    send(acme, "GET", f"/v1/videos/{acme.bought[0]}")
    assert acme.unused_faults == []


def test_a_fault_can_let_some_requests_pass_first_and_last_for_ever(acme):
    acme.script(faults.server_error(on="submit", skip=2, times=None))
    assert [send(acme, prompt="x").response.status for _ in range(5)] == [200, 200, 503, 503, 503]


@pytest.mark.parametrize("on", ["GET /v1/videos/{id}", lambda request: request.url.endswith("/videos/none")])
def test_a_fault_can_be_about_a_path_or_a_predicate(acme, on):
    acme.script(faults.server_error(on=on))
    assert send(acme, prompt="x").response.status == 200
    assert send(acme, "GET", "/v1/videos/none").response.status == 503


def test_a_fault_that_could_never_fire_is_refused():
    with pytest.raises(ValueError, match="on='submitt' names no request; use one of submit, poll"):
        faults.server_error(on="submitt")


def test_a_fault_of_ones_own_may_do_anything(acme):
    def late_lie(simulator, request, proceed):
        return Reply(proceed().response, after=simulator.next_number())

    acme.script(Fault(on="submit", act=late_lie))
    assert send(acme, prompt="x").after == 2


def test_one_fault_serves_several_simulators(make_acme):
    fault = faults.lost_answer()
    for acme in (make_acme(), make_acme()):
        acme.script(fault)
        assert send(acme, prompt="x") == Reply(None)
