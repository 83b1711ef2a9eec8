from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from tarash_core import errors
from tarash_core.plugins import (
    Attempt,
    Cadence,
    Cancelled,
    Done,
    Expired,
    HttpRequest,
    HttpResponse,
    Provider,
    Running,
    Steps,
    Update,
    blocking,
    look,
    stop,
)
from tarash_core.plugins.provider import Blocking


class Bare(Provider):
    name = "bare"


class Able(Bare):
    def cancel(self, job: Any) -> Steps[Update]:
        return Running()
        yield


def test_a_capability_is_a_method_overridden() -> None:
    capabilities = ("cancel", "upload", "webhook", "schema")
    assert [name for name in capabilities if Able().can(name)] == ["cancel"]
    assert not any(Bare().can(name) for name in capabilities)


@pytest.mark.parametrize("name", ["submit", "poll", "cancel", "upload", "webhook", "schema"])
def test_what_is_not_overridden_says_so(name: str) -> None:
    method: Any = getattr(Bare(), name)
    with pytest.raises(NotImplementedError, match=rf"Bare .*{name}\(\)"):
        method(*[None] * (method.__code__.co_argcount - 1))


def test_cadence_grows_from_first_to_most() -> None:
    cadence = Cadence(first=1, most=5, growth=2)
    assert [cadence.wait(looks) for looks in range(5)] == [1, 2, 4, 5, 5]
    assert cadence.wait(10**6) == 5


def test_blocking_yields_the_call_and_returns_its_result() -> None:
    steps: Any = blocking(lambda: "token")
    ask = next(steps)
    assert isinstance(ask, Blocking)
    with pytest.raises(StopIteration) as stopped:
        steps.send(ask.function())
    assert stopped.value.value == "token"


def test_the_usual_key_is_a_bearer_header() -> None:
    from datetime import UTC, datetime

    from tarash_core.plugins import Credential, HttpRequest

    request = HttpRequest("GET", "https://a.example")
    headers = Bare().authorize(request, Credential(api_key="k"), datetime.now(UTC))
    assert headers == {"authorization": "Bearer k"}


def test_errors_are_read_by_status_unless_the_provider_knows_better() -> None:
    assert isinstance(Bare().error(HttpResponse(429), "poll"), errors.RateLimitError)


def test_an_attempt_hides_its_settings() -> None:
    attempt = Attempt(id="1", plan=Any, fingerprint="f", idempotency_key="k", settings={"project": "canary"})
    assert "canary" not in repr(attempt)


@pytest.mark.parametrize(
    ("response", "update"),
    [
        (HttpResponse.of_json({"detail": "gone"}, 404), Expired(raw={"detail": "gone"})),
        (HttpResponse(404, content=b"no such job"), Expired(raw="no such job")),
        (HttpResponse.of_json({"at": 40}), Running(percent=40)),
    ],
)
def test_a_job_that_the_vendor_no_longer_knows_has_expired(response: HttpResponse, update: Update) -> None:
    steps = look(HttpRequest("GET", "https://a.b/c", expect=(409,)), lambda told: Running(percent=told.json()["at"]))
    assert next(steps) == HttpRequest("GET", "https://a.b/c", expect=(409, 404))
    with pytest.raises(StopIteration) as ended:
        steps.send(response)
    assert ended.value.value == update


class Picky(Bare):
    title = "Picky Video"
    settings = ("region", "project")
    takes_no_webhook = "register it in the console"


class Open(Bare):
    settings = None


def test_settings_are_those_that_the_provider_names() -> None:
    Picky().check({"region": "eu"}, None)
    Open().check({"anything": 1}, None)
    with pytest.raises(errors.ValidationError, match="Picky Video has no setting 'colour'; it has region, project"):
        Picky().check({"colour": "red"}, None)


def test_a_callback_that_a_request_cannot_name_is_refused() -> None:
    with pytest.raises(errors.ValidationError, match="takes no webhook_url with a request: register it in the console"):
        Picky().check({}, "https://a.b")


def test_a_vendor_that_calls_nobody_back_is_not_asked_to() -> None:
    with pytest.raises(errors.ValidationError, match="takes no webhook_url with a request: leave it out"):
        Bare().check({}, "https://a.b")


def test_a_setting_may_be_one_of_some_words() -> None:
    class Choosy(Bare):
        settings: ClassVar[Mapping[str, tuple[str, ...]]] = {"region": ("eu", "us"), "project": ()}

    Choosy().check({"region": "eu", "project": "any"}, None)
    Choosy().check({"region": None}, None)
    with pytest.raises(errors.ValidationError, match="region must be one of eu, us, not 'mars'"):
        Choosy().check({"region": "mars"}, None)
    with pytest.raises(errors.ValidationError, match="no setting 'colour'; it has region, project"):
        Choosy().check({"colour": "red"}, None)


@pytest.mark.parametrize(
    ("looks", "status", "expected", "asked"),
    [
        ([Done()], 200, Done(), 0),
        ([Running()], 200, Cancelled(), 1),
        ([Running(), Done()], 409, Done(), 1),
    ],
)
def test_only_what_has_not_ended_is_stopped(looks: list[Update], status: int, expected: Update, asked: int) -> None:
    remaining, sent = iter(looks), []

    def looked() -> Steps[Update]:
        yield from ()
        return next(remaining)

    def read(response: HttpResponse) -> Update | None:
        return Cancelled() if response.status < 400 else None

    request = HttpRequest("DELETE", "https://a.example/1", effect="write", expect=(409,))
    steps, answer = stop(looked, request, read), None
    try:
        while True:
            sent.append(steps.send(answer))  # type: ignore[arg-type]
            answer = HttpResponse(status)
    except StopIteration as stopped:
        assert stopped.value == expected
    assert sent == [request] * asked
