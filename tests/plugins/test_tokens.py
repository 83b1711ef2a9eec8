"""Tokens that are fetched when they are needed."""

from collections.abc import Mapping
from typing import Any

import pytest

from tarash_core.errors import AuthenticationError, HTTPError
from tarash_core.plugins import Blocking, HttpRequest, HttpResponse
from tarash_core.plugins.tokens import TokenNeeded, Tokens

ASK = HttpRequest("GET", "https://api.acme.example/jobs")


class Minted(Tokens):
    """Credentials that count the tokens they make."""

    def find(self) -> Any:
        return {"made": 0}

    def renew(self, found: Any) -> None:
        found["made"] += 1

    def written(self, found: Any) -> Mapping[str, str] | None:
        return {"authorization": f"Bearer {found['made']}"} if found["made"] else None


def driven(tokens: Tokens, needed: bool, *answers: HttpResponse | Exception) -> tuple[HttpResponse, list[Any]]:
    """The answer to a request, and what was asked on the way."""
    steps, asked, left = tokens.authorized(ASK, needed), [], list(answers)
    step = next(steps)
    while True:
        asked.append(step)
        try:
            if isinstance(step, Blocking):
                step.function()
                step = steps.send(None)  # type: ignore[arg-type]
            elif isinstance(answer := left.pop(0), Exception):
                step = steps.throw(answer)
            else:
                step = steps.send(answer)
        except StopIteration as end:
            return end.value, asked


def test_a_token_is_fetched_when_it_is_needed_and_kept() -> None:
    tokens = Minted()
    assert tokens.headers() is None
    answer, asked = driven(tokens, True, TokenNeeded("none"), HttpResponse(200))
    assert answer.status == 200 and len(asked) == 3
    assert tokens.headers() == {"authorization": "Bearer 1"}
    tokens.fetch()
    assert tokens.headers() == {"authorization": "Bearer 1"}


def test_a_token_that_is_refused_is_made_anew_once() -> None:
    tokens, refused = Minted(), AuthenticationError("no", status_code=401)
    tokens.fetch()
    driven(tokens, True, refused, HttpResponse(200))
    assert tokens.headers() == {"authorization": "Bearer 2"}
    with pytest.raises(AuthenticationError):
        driven(tokens, True, refused, AuthenticationError("still no", status_code=401))


@pytest.mark.parametrize(
    ("needed", "error"),
    [(False, AuthenticationError("no", status_code=401)), (True, AuthenticationError("no", status_code=403))],
)
def test_other_trouble_is_left_alone(needed: bool, error: HTTPError) -> None:
    tokens = Minted()
    tokens.fetch()
    with pytest.raises(AuthenticationError):
        driven(tokens, needed, error)
    assert tokens.headers() == {"authorization": "Bearer 1"}
