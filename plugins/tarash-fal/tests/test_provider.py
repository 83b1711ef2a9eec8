from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from tarash_fal import FalProvider, provider
from tarash_fal.provider import app_of
from tarash_fal.simulator import FalSimulator

from tarash_core import errors
from tarash_core.models.job import VideoJob
from tarash_core.models.media import Media
from tarash_core.plugins import (
    Cancelled,
    Credential,
    Done,
    Expired,
    Failed,
    Headers,
    HttpRequest,
    HttpResponse,
    Queued,
    Running,
)
from tarash_core.testing import faults

URL = "https://queue.fal.run/fal-ai/veo3.1/requests/r1"
JOB = VideoJob(provider="fal", model="fal-ai/veo3.1/fast", id="r1")
RECEIPT = {"request_id": "r1", "response_url": URL, "status_url": f"{URL}/status", "cancel_url": f"{URL}/cancel"}


def reply(body: Any, status: int = 200, **headers: str) -> HttpResponse:
    return HttpResponse.of_json(body, status, **headers)


def completed(**known: Any) -> HttpResponse:
    return reply({"status": "COMPLETED", **RECEIPT, "logs": None, **known})


@pytest.mark.parametrize(
    ("credential", "header"),
    [
        (Credential(api_key="kid:ksec"), "Key kid:ksec"),
        (Credential(secrets={"FAL_KEY_SECRET": "ksec", "FAL_KEY_ID": "kid"}), "Key kid:ksec"),
    ],
)
def test_the_key_goes_in_one_header(credential: Credential, header: str) -> None:
    from datetime import datetime

    request = HttpRequest("GET", URL)
    assert provider.authorize(request, credential, datetime.now(UTC)) == {"authorization": header}


@pytest.mark.parametrize(
    ("variables", "key"),
    [
        ({"FAL_KEY": "a:b"}, "a:b"),
        ({"FAL_KEY_ID": "a", "FAL_KEY_SECRET": "b"}, None),
        ({"FAL_KEY": "c:d", "FAL_KEY_ID": "a", "FAL_KEY_SECRET": "b"}, "c:d"),
    ],
)
def test_the_key_is_found_as_fals_own_client_finds_it(variables: dict[str, str], key: str | None) -> None:
    found = provider.credentials.find(variables)
    assert found is not None
    assert found.api_key == key


def test_half_a_key_is_none() -> None:
    assert provider.credentials.find({"FAL_KEY_ID": "a"}) is None


# dossier fal.md, section 2, "URL derivation"
@pytest.mark.parametrize(
    ("endpoint", "app"),
    [
        ("fal-ai/veo3.1", "fal-ai/veo3.1"),
        ("fal-ai/veo3.1/fast/image-to-video", "fal-ai/veo3.1"),
        ("bytedance/seedance-2.0/mini/text-to-video", "bytedance/seedance-2.0"),
        ("workflows/me/wf/sub", "workflows/me/wf"),
        ("comfy/me/graph/sub", "comfy/me/graph"),
        ("123-foo", "123/foo"),
    ],
)
def test_the_urls_of_a_bare_request_id(endpoint: str, app: str, told: Any) -> None:
    assert app_of(endpoint) == app
    drive = told(reply({"status": "NOT_FOUND"}, 404))
    drive(provider.poll(VideoJob(provider="fal", model=endpoint, id="r1")))
    assert drive.asked[0].url == f"https://queue.fal.run/{app}/requests/r1/status?logs=1"


def test_a_submit_is_one_purchase_of_the_bare_input(told: Any, make_plan: Any, make_attempt: Any) -> None:
    drive = told(reply({"status": "IN_QUEUE", **RECEIPT, "gateway_request_id": "g1", "queue_position": 0}))
    plan = make_plan("fal-ai/veo3.1/fast", duration="8s")
    accepted = drive(provider.submit(plan, make_attempt()), "submit")
    (request,) = drive.asked
    assert (request.method, request.url, request.effect) == ("POST", "https://queue.fal.run/fal-ai/veo3.1/fast", "buy")
    assert request.json == {"prompt": "A fox", "duration": "8s"}
    assert accepted.id == "r1"
    urls = {name: url for name, url in RECEIPT.items() if name != "request_id"}
    assert accepted.state == {"endpoint": "fal-ai/veo3.1/fast", **urls, "gateway_request_id": "g1"}


# dossier fal.md, section 2, "Recorded (SDK 1.0.3 …)"
def test_settings_and_webhook_are_written_as_fals_own_client_writes_them(
    told: Any, make_plan: Any, make_attempt: Any
) -> None:
    settings = {"start_timeout": 30.0, "priority": "low", "hint": "h1", "store_io": False, "no_retry": True}
    drive = told(reply(RECEIPT))
    attempt = make_attempt(settings=settings, webhook_url="https://x.test/h?a=1")
    drive(provider.submit(make_plan(), attempt), "submit")
    assert drive.asked[0].url.endswith("?fal_webhook=https%3A%2F%2Fx.test%2Fh%3Fa%3D1")
    sent = dict(drive.asked[0].headers)
    assert sent.pop("authorization").startswith("Key ")
    assert sent == {
        "x-fal-request-timeout": "30.0",
        "x-fal-queue-priority": "low",
        "x-fal-runner-hint": "h1",
        "x-fal-store-io": "0",
        "x-fal-no-retry": "1",
    }


def test_how_long_files_are_kept_is_told_as_json(told: Any, make_plan: Any, make_attempt: Any) -> None:
    drive = told(reply(RECEIPT))
    attempt = make_attempt(settings={"lifecycle": {"expiration_duration_seconds": 3600}})
    drive(provider.submit(make_plan(), attempt), "submit")
    assert drive.asked[0].headers["X-Fal-Object-Lifecycle-Preference"] == '{"expiration_duration_seconds": 3600}'


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(errors.ValidationError, match="start_timeout"):
        provider.check({"start_timout": 3}, None)


def test_a_queued_job_tells_its_place(told: Any) -> None:
    body = {"status": "IN_QUEUE", **RECEIPT, "queue_position": 3}
    assert told(reply(body, 202))(provider.poll(JOB)) == Queued(position=3, raw=body)


def test_a_running_job_tells_its_logs_and_the_share_that_they_show(told: Any) -> None:
    lines = ["loading", " 14%|#         | 4/28", " 42%|####      | 12/28"]
    items = [
        {"message": line, "level": "STDERR", "source": "USER", "timestamp": "2026-01-01T00:00:00Z"} for line in lines
    ]
    update = told(reply({"status": "IN_PROGRESS", **RECEIPT, "logs": items}, 202))(provider.poll(JOB))
    assert isinstance(update, Running)
    assert (update.percent, update.logs, update.unknown_status) == (42.0, tuple(lines), None)


@pytest.mark.parametrize("logs", [{}, {"logs": None}, {"logs": []}])
def test_a_running_job_may_log_nothing(logs: dict[str, Any], told: Any) -> None:
    update = told(reply({"status": "IN_PROGRESS", **logs}, 202))(provider.poll(JOB))
    assert isinstance(update, Running)
    assert (update.percent, update.logs) == (None, ())


def test_a_job_that_fal_does_not_know_has_expired(told: Any) -> None:
    assert told(reply({"status": "NOT_FOUND"}, 404))(provider.poll(JOB)) == Expired(raw={"status": "NOT_FOUND"})


def test_a_result_that_is_purged_has_expired(told: Any) -> None:
    assert isinstance(told(completed(), reply({"detail": "Not found"}, 404))(provider.poll(JOB)), Expired)


def test_trouble_on_the_way_to_the_result_is_no_end_of_the_job(told: Any) -> None:
    page = HttpResponse(502, Headers({"content-type": "text/html"}), b"<html>nginx</html>")
    with pytest.raises(errors.HTTPError) as caught:
        told(completed(), page)(provider.poll(JOB))
    assert caught.value.retryable


def test_a_result_that_comes_too_early_is_waited_for(told: Any) -> None:
    early = reply({"detail": "Request is still in progress"}, 400)
    assert isinstance(told(completed(), early)(provider.poll(JOB)), Running)


def test_a_locked_account_cannot_read_its_result_but_the_job_has_not_failed(told: Any) -> None:
    with pytest.raises(errors.InsufficientCreditsError):
        told(completed(), reply({"detail": "User is locked. Reason: Exhausted balance."}, 403))(provider.poll(JOB))


VIDEO = {"url": "https://v3b.fal.media/files/b/x/out.mp4", "content_type": "video/mp4", "file_size": 1234567}
IMAGE = {"url": "https://v3.fal.media/files/a.png", "content_type": "image/png", "width": 1024, "height": 768}


# dossier fal.md, section 4, "Shapes"
@pytest.mark.parametrize(
    ("body", "urls"),
    [
        ({"video": VIDEO, "seed": 42}, [VIDEO["url"]]),
        ({"video": {"url": "https://v3.fal.media/files/a.mp4"}}, ["https://v3.fal.media/files/a.mp4"]),
        ({"video": [VIDEO]}, [VIDEO["url"]]),
        ({"videos": [VIDEO, VIDEO]}, [VIDEO["url"], VIDEO["url"]]),
        ({"images": [IMAGE], "has_nsfw_concepts": [False]}, [IMAGE["url"]]),
        ({"image": IMAGE}, [IMAGE["url"]]),
        ({"video": VIDEO, "image": IMAGE}, [VIDEO["url"]]),
        ({"images": [IMAGE, IMAGE], "has_nsfw_concepts": [False, True]}, [IMAGE["url"], IMAGE["url"]]),
    ],
)
def test_every_shape_of_a_result(body: dict[str, Any], urls: list[str], told: Any) -> None:
    update = told(completed(), reply(body))(provider.poll(JOB))
    assert isinstance(update, Done)
    assert [output.url for output in update.outputs] == urls
    assert not any(output.authenticated for output in update.outputs)
    assert update.raw == body


def test_what_fal_tells_about_a_file_is_kept(told: Any) -> None:
    body = {
        "video": {**VIDEO, "width": 1280, "height": 720, "duration": 8.0, "fps": None},
        "actual_prompt": "A red fox",
    }
    update = told(completed(), reply(body, x_fal_billable_units="2"))(provider.poll(JOB))
    (output,) = update.outputs
    assert (output.content_type, output.width, output.height) == ("video/mp4", 1280, 720)
    assert (output.duration_seconds, output.size_bytes) == (8.0, 1234567)
    assert update.revised_prompt == "A red fox"
    assert (update.cost.amount, update.cost.unit, update.cost.usd) == (2, "units", None)


def test_a_picture_within_the_answer_is_bytes(told: Any) -> None:
    body = {"images": [{"url": "data:image/png;base64,iVBORw0KGgo=", "content_type": "image/png"}]}
    (output,) = told(completed(), reply(body))(provider.poll(JOB)).outputs
    assert (output.url, output.data) == (None, b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("flags", [True, [True], [True, True]])
def test_a_blacked_out_result_is_a_refusal(flags: Any, told: Any) -> None:
    update = told(completed(), reply({"images": [IMAGE], "has_nsfw_concepts": flags}))(provider.poll(JOB))
    assert isinstance(update, Failed)
    assert isinstance(update.error, errors.ContentModerationError)


@pytest.mark.parametrize("body", [{}, {"video": None}, {"images": []}])
def test_a_result_without_a_file_is_a_failure(body: dict[str, Any], told: Any) -> None:
    update = told(completed(), reply(body))(provider.poll(JOB))
    assert isinstance(update, Failed)
    assert isinstance(update.error, errors.GenerationFailedError)


POLICY = {"detail": [{"loc": ["body", "prompt"], "msg": "Flagged.", "type": "content_policy_violation"}]}


@pytest.mark.parametrize(
    ("status_body", "result", "kind"),
    [
        ({"error": "Invalid status code: 422"}, reply(POLICY, 422), errors.ContentModerationError),
        ({}, reply(POLICY, 422), errors.ContentModerationError),
        ({"error": "gone", "error_type": "runner_disconnected"}, HttpResponse(502), errors.GenerationFailedError),
        ({"error": "gone", "error_type": "runner_disconnected"}, reply({}, 404), errors.GenerationFailedError),
        ({"error": "gone"}, reply({"video": VIDEO}), errors.GenerationFailedError),
        ({}, reply({"detail": [{"msg": "x", "type": "generation_timeout"}]}, 504), errors.GenerationFailedError),
        (
            {"error": "x"},
            reply({"detail": "Boom", "error_type": "runner_server_error"}, 500),
            errors.GenerationFailedError,
        ),
        ({"error": "x"}, reply({"detail": "Not like this"}, 400), errors.HTTPError),
    ],
)
def test_a_failed_job(status_body: dict[str, str], result: HttpResponse, kind: type, told: Any) -> None:
    update = told(completed(**status_body), result)(provider.poll(JOB))
    assert isinstance(update, Failed)
    assert type(update.error) is kind


@pytest.mark.parametrize(
    ("status_body", "result"),
    [
        (
            {"error": "x", "error_type": "client_cancelled"},
            reply({"detail": "x", "error_type": "client_cancelled"}, 499),
        ),
        ({"error": "x"}, reply({"detail": "Request was cancelled"}, 499)),
        ({"error": "x", "error_type": "client_cancelled"}, reply({"detail": "Not found"}, 404)),
    ],
)
def test_a_cancelled_job_costs_nothing(status_body: dict[str, str], result: HttpResponse, told: Any) -> None:
    update = told(completed(**status_body), result)(provider.poll(JOB))
    assert isinstance(update, Cancelled)
    assert update.charged == "no"


# dossier fal.md, section 5
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply({"status": "CANCELLATION_REQUESTED"}, 202), Running),
        (reply({"success": True}), Running),
        (reply({"status": "ALREADY_COMPLETED"}, 400), Running),
        (reply({"status": "NOT_FOUND"}, 404), Expired),
    ],
)
def test_what_fal_says_to_a_cancel(answer: HttpResponse, kind: type, told: Any) -> None:
    drive = told(answer)
    assert type(drive(provider.cancel(JOB), "cancel")) is kind
    assert (drive.asked[0].method, drive.asked[0].url) == ("PUT", f"{URL}/cancel")
    assert drive.asked[0].content is None


def test_another_refusal_of_a_cancel_is_an_error(told: Any) -> None:
    with pytest.raises(errors.HTTPError):
        told(reply({"detail": "Bad request"}, 400))(provider.cancel(JOB), "cancel")


def test_an_upload_shows_the_key_to_the_storage_and_the_token_to_the_cdn(drive: Any, simulator: FalSimulator) -> None:
    url = drive(provider.upload(Media(b"\x89PNG", content_type="image/png")), "upload")
    token, stored = drive.asked
    assert token.url == "https://rest.fal.ai/storage/auth/token?storage_type=fal-cdn-v3"
    assert token.headers["authorization"] == "Key kid:ksec"
    assert (stored.url, stored.signed) == ("https://v3.fal.media/files/upload", False)
    assert stored.headers["authorization"].startswith("Bearer ")
    assert stored.headers["x-fal-file-name"] == "input.png"
    assert url.startswith("https://v3.fal.media/files/")
    assert simulator.files[url.rpartition("/")[2]].read() == b"\x89PNG"


class Small(FalProvider):
    upload_limit_bytes = 3


def test_a_file_that_fal_wants_in_parts_is_refused(told: Any) -> None:
    with pytest.raises(errors.ValidationError, match="https URL"):
        told()(Small().upload(Media(b"1234", content_type="video/mp4")), "upload")


def test_a_whole_job_against_the_simulator(drive: Any, bought: Any) -> None:
    job = bought(duration="8s")
    assert [type(drive(provider.poll(job))) for _ in range(3)] == [Queued, Running, Done]


def test_a_cancelled_job_is_confirmed_by_its_status(drive: Any, bought: Any) -> None:
    job = bought()
    assert type(drive(provider.cancel(job), "cancel")) is Running
    assert type(drive(provider.poll(job))) is Cancelled
    assert type(drive(provider.cancel(job), "cancel")) is Running


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.moderated(), errors.ContentModerationError),
        (faults.failed("generation_timeout"), errors.GenerationFailedError),
        (faults.failed("image_load_error"), errors.HTTPError),
        (faults.failed("Out of memory."), errors.GenerationFailedError),
    ],
)
def test_a_job_that_is_scripted_to_fail(
    fault: faults.Fault, kind: type, drive: Any, bought: Any, simulator: FalSimulator
) -> None:
    simulator.script(fault)
    job = bought()
    updates = [drive(provider.poll(job)) for _ in range(3)]
    assert isinstance(updates[-1], Failed)
    assert type(updates[-1].error) is kind


def test_the_provider_is_found_under_both_names_and_keeps_its_hosts() -> None:
    assert (provider.name, provider.aliases) == ("fal", ("fal-ai",))
    assert all(provider.can(capability) for capability in ("cancel", "upload", "webhook"))
    assert all(origin.startswith("https://") for origin in provider.origins)
    assert not any(origin.endswith(("v3b.fal.media", "//fal.media")) for origin in provider.origins)
