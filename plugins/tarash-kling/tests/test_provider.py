"""The requests that Kling is sent: keys, paths and bodies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from tarash_kling import provider
from tarash_kling.provider import endpoint_of, token_of

from tarash_core.errors import AuthenticationError
from tarash_core.models.job import ImageJob, VideoJob
from tarash_core.plugins import Accepted, Credential, HttpRequest, HttpResponse
from tarash_core.testing import Driven, attempt_of, in_turn

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "s" * 32
OLDER = HttpRequest("POST", "https://api-singapore.klingai.com/v1/videos/text2video")
NEW = HttpRequest("POST", "https://api-singapore.klingai.com/text-to-video/kling-3.0")


def bearer(credential: Credential, request: HttpRequest = OLDER, now: datetime = NOW) -> str:
    return provider.authorize(request, credential, now)["authorization"].removeprefix("Bearer ")


@pytest.mark.parametrize("maker", ["KLING", "KLINGAI"])
def test_a_key_pair_becomes_a_token_with_exactly_the_documented_claims(maker: str) -> None:
    token = bearer(Credential(secrets={f"{maker}_ACCESS_KEY": "ak", f"{maker}_SECRET_KEY": SECRET}))
    moment = int(NOW.timestamp())
    unchecked = {"verify_exp": False, "verify_nbf": False}
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    assert jwt.decode(token, SECRET, algorithms=["HS256"], options=unchecked) == {
        "iss": "ak", "exp": moment + 1800, "nbf": moment - 5,
    }  # fmt: skip


def test_a_token_is_made_for_each_request() -> None:
    assert token_of("ak", SECRET, NOW) != token_of("ak", SECRET, NOW + timedelta(seconds=1))


def test_an_api_key_goes_as_it_is_and_before_a_pair() -> None:
    both = Credential(api_key="k", secrets={"KLING_ACCESS_KEY": "ak", "KLING_SECRET_KEY": SECRET})
    assert bearer(both) == bearer(both, NEW) == "k"


@pytest.mark.parametrize(
    "secrets", [{}, {"KLING_ACCESS_KEY": "ak"}, {"KLING_ACCESS_KEY": "ak", "KLINGAI_SECRET_KEY": SECRET}]
)
def test_half_a_pair_is_no_key(secrets: dict[str, str]) -> None:
    with pytest.raises(AuthenticationError, match="KLING_SECRET_KEY"):
        bearer(Credential(secrets=secrets))


def test_a_pair_never_goes_to_the_new_standard() -> None:
    with pytest.raises(AuthenticationError, match="kling-v3") as caught:
        bearer(Credential(secrets={"KLING_ACCESS_KEY": "ak", "KLING_SECRET_KEY": SECRET}), NEW)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"KLING_API_KEY": "a", "KLINGAI_API_KEY": "b"}, "a"),
        ({"KLING_API_KEY": " ", "KLINGAI_API_KEY": "b"}, "b"),
        ({"KLINGAI_ACCESS_KEY": "ak", "KLINGAI_SECRET_KEY": SECRET}, None),
    ],
)
def test_the_vendors_variables(variables: dict[str, str], found: str | None) -> None:
    credential = provider.credentials.find(variables)
    assert credential is not None and credential.api_key == found


def submitted(endpoint: str, payload: dict[str, Any], *answers: HttpResponse, **known: Any) -> tuple[Accepted, Driven]:
    attempt = attempt_of("kling", "m", payload, endpoint=endpoint, **known)
    driver = Driven(provider, in_turn(*answers))
    return driver(provider.submit(attempt.plan, attempt)), driver


def created(data: dict[str, Any]) -> HttpResponse:
    return HttpResponse.of_json({"code": 0, "message": "SUCCEED", "data": data})


def test_the_key_of_the_attempt_and_the_callback_stand_where_the_standard_wants_them() -> None:
    accepted, driver = submitted(
        "/text-to-video/kling-3.0", {"prompt": "A fox"}, created({"id": "1", "status": "submitted"}),
        webhook_url="https://mine.example/hook",
    )  # fmt: skip
    assert driver.asked[0].json == {
        "prompt": "A fox", "options": {"external_task_id": "k", "callback_url": "https://mine.example/hook"},
    }  # fmt: skip
    assert accepted.state == {"url": "https://api-singapore.klingai.com/tasks?task_ids=1"}
    accepted, driver = submitted(
        "/v1/videos/text2video", {"prompt": "A fox"}, created({"task_id": "1"}), settings={"region": "beijing"}
    )
    assert driver.asked[0].json == {"prompt": "A fox", "external_task_id": "k"}
    assert driver.asked[0].effect == "buy"
    assert accepted.state == {"url": "https://api-beijing.klingai.com/v1/videos/text2video/1"}


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("/text-to-video/kling-3.0", "https://api-singapore.klingai.com/tasks?external_task_ids=k"),
        ("/v1/videos/text2video", "https://api-singapore.klingai.com/v1/videos/text2video/k"),
    ],
)
def test_a_doubtful_purchase_is_looked_up_by_the_key_of_the_attempt(endpoint: str, url: str) -> None:
    trouble = HttpResponse.of_json({"code": 5000, "message": "server error"}, 500)
    accepted, driver = submitted(endpoint, {"prompt": "A fox"}, trouble, created({"id": "7"}))
    assert accepted.id == "7"
    assert [request.effect for request in driver.asked] == ["buy", "read"]
    assert driver.asked[1].url == url


@pytest.mark.parametrize(
    ("job", "endpoint"),
    [
        (VideoJob(provider="kling", model="kling-3.0", id="1"), "/text-to-video/kling-3.0"),
        (VideoJob(provider="kling", model="kling-v2-6", id="1", variant="image-to-video"), "/v1/videos/image2video"),
        (VideoJob(provider="kling", model="kling-v3", id="1", variant="motion-control"), "/v1/videos/motion-control"),
        (ImageJob(provider="kling", model="kling-v3", id="1"), "/v1/images/generations"),
        (ImageJob(provider="kling", model="kling-v3-omni", id="1"), "/v1/images/omni-image"),
        (VideoJob(provider="kling", model="kling-9", id="1"), ""),
        (VideoJob(provider="kling", model="kling-4.0", id="1"), ""),
    ],
)
def test_the_path_of_a_job_is_known_by_its_model_and_mode(job: Any, endpoint: str) -> None:
    assert endpoint_of(job) == endpoint
