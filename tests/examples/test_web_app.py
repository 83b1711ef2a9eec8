from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tarash_core.testing import Simulators, faults

ORDER = {"prompt": "A red fox in fresh snow", "duration_seconds": 8}


@pytest.fixture
def client(
    program: ModuleType, tarash_simulators: Simulators, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    monkeypatch.setenv("PUBLIC_URL", "https://clips.example")
    with TestClient(program.create_app(str(tmp_path / "jobs.db"))) as client:
        yield client


def finish(simulators: Simulators) -> None:
    """The vendor brings every job to its end, whether anybody asks or not."""
    simulators["replicate"].advance(300)


def call_back(simulators: Simulators, client: TestClient, body: bytes | None = None) -> list[Any]:
    """The vendor sends the callbacks that are due."""
    due = simulators["replicate"].due()
    return [client.post(one.url, content=body or one.content, headers=dict(one.headers)) for one in due]


def test_a_clip_is_ordered_called_back_and_streamed(client: TestClient, tarash_simulators: Simulators) -> None:
    vendor = tarash_simulators["replicate"]
    answer = client.post("/videos", json=ORDER)
    assert answer.status_code == 202
    order = answer.json()
    assert client.get(order["file"]).status_code == 409
    finish(tarash_simulators)
    assert [(one.status_code, one.json()) for one in call_back(tarash_simulators, client)] == [
        (200, {"status": "completed"})
    ]
    asked = len(vendor.asked("poll"))
    assert client.get(order["status"]).json()["status"] == "completed"
    assert len(vendor.asked("poll")) == asked, "the callback has told everything"
    clip = client.get(order["file"])
    assert (clip.headers["content-type"], clip.content[4:8]) == ("video/mp4", b"ftyp"), clip.text
    assert vendor.bought == [order["id"]]


def test_a_lost_callback_costs_a_question(client: TestClient, tarash_simulators: Simulators) -> None:
    order = client.post("/videos", json=ORDER).json()
    finish(tarash_simulators)
    assert client.get(order["status"]).json()["status"] == "completed"


def test_a_forged_callback_changes_nothing(client: TestClient, tarash_simulators: Simulators) -> None:
    client.post("/videos", json=ORDER)
    finish(tarash_simulators)
    (answer,) = call_back(tarash_simulators, client, body=b'{"id": "x", "status": "succeeded"}')
    assert answer.status_code == 400 and "signature" in answer.json()["error"]


def test_a_callback_that_comes_twice_is_answered_and_ignored(client: TestClient, tarash_simulators: Simulators) -> None:
    client.post("/videos", json=ORDER)
    finish(tarash_simulators)
    (due,) = tarash_simulators["replicate"].due()
    told = [client.post(due.url, content=due.content, headers=dict(due.headers)).status_code for _ in range(2)]
    assert told == [200, 200]


def test_a_callback_before_the_receipt_is_asked_for_again(
    client: TestClient, program: ModuleType, tarash_simulators: Simulators, tmp_path: Path
) -> None:
    client.post("/videos", json=ORDER)
    finish(tarash_simulators)
    with TestClient(program.create_app(str(tmp_path / "other.db"))) as other:
        assert [one.status_code for one in call_back(tarash_simulators, other)] == [503]


def test_a_restart_keeps_the_jobs(
    client: TestClient, program: ModuleType, tarash_simulators: Simulators, tmp_path: Path
) -> None:
    order = client.post("/videos", json=ORDER).json()
    finish(tarash_simulators)
    with TestClient(program.create_app(str(tmp_path / "jobs.db"))) as restarted:
        assert restarted.get(order["status"]).json()["status"] == "completed"
        assert restarted.get(order["file"]).content[4:8] == b"ftyp"


@pytest.mark.parametrize("wrong", [{"prompt": ""}, {"prompt": "A fox", "first_frame": "/etc/passwd"}, {"promt": "A"}])
def test_what_no_request_can_be_is_refused(client: TestClient, wrong: dict[str, str]) -> None:
    assert client.post("/videos", json=wrong).status_code == 422


def test_what_the_model_lacks_is_refused_before_it_costs(client: TestClient, tarash_simulators: Simulators) -> None:
    answer = client.post("/videos", json={**ORDER, "duration_seconds": 3})
    assert (answer.status_code, answer.json()["charged"]) == (422, "no")
    assert tarash_simulators["replicate"].bought == []


def test_a_failed_job_is_told_and_has_no_file(client: TestClient, tarash_simulators: Simulators) -> None:
    tarash_simulators.script("replicate", faults.failed())
    order = client.post("/videos", json=ORDER).json()
    finish(tarash_simulators)
    assert client.get(order["status"]).json()["status"] == "failed"
    assert client.get(order["file"]).status_code == 409


def test_the_vendor_is_down(client: TestClient, tarash_simulators: Simulators) -> None:
    tarash_simulators.script("replicate", *[faults.server_error(on="submit")] * 9)
    assert client.post("/videos", json=ORDER).status_code == 502


def test_an_unknown_job_is_told(client: TestClient) -> None:
    assert client.get("/videos/none").status_code == 404


def test_a_file_that_has_gone_is_an_error_not_a_broken_stream(
    client: TestClient, tarash_simulators: Simulators
) -> None:
    order = client.post("/videos", json=ORDER).json()
    finish(tarash_simulators)
    client.get(order["status"])
    tarash_simulators.script("replicate", faults.expired_url(times=None))
    assert client.get(order["file"]).status_code == 502
