from typing import Any

import pytest

from tarash_core import errors
from tarash_core.plugins import Attempt, Cadence, HttpResponse, Provider, Running, Steps, Update, blocking
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
