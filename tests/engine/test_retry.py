"""What may be sent again, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarash_core import HTTPConnectionError, HTTPError, LostAnswerError, RateLimitError
from tarash_core.engine.retry import Retry, may_repeat

NOT_CHARGED = {"charged": "no", "retryable": True}


@pytest.mark.parametrize(
    ("effect", "error", "again"),
    [
        ("buy", HTTPConnectionError("x"), True),
        ("buy", LostAnswerError("x"), False),
        ("buy", HTTPError("x", status_code=503), False),
        ("buy", HTTPError("x", status_code=503, **NOT_CHARGED), True),
        ("buy", RateLimitError("x", status_code=429), False),
        ("buy", RateLimitError("x", status_code=429, **NOT_CHARGED), True),
        ("buy", HTTPError("x", status_code=400, charged="no"), False),
        ("write", LostAnswerError("x"), True),
        ("read", HTTPError("x", status_code=503), True),
        ("read", HTTPError("x", status_code=404), False),
    ],
)
def test_what_may_be_repeated(effect, error, again):
    assert may_repeat(effect, error) is again


def test_the_vendors_wish_is_granted_up_to_a_limit():
    retry = Retry(most_asked_seconds=60)
    assert retry.wait("read", RateLimitError("x", retry_after_seconds=42), 1) == 42
    assert retry.wait("read", RateLimitError("x", retry_after_seconds=61), 1) is None


@given(tried=st.integers(1, 20), fraction=st.floats(0, 1))
def test_the_wait_is_jittered_and_bounded(tried, fraction):
    retry = Retry(tries=100, fraction=lambda: fraction)
    wait = retry.wait("read", HTTPError("x", status_code=503), tried)
    assert 0 <= wait <= retry.most_seconds
    assert wait <= retry.first_seconds * 2 ** (tried - 1)


def test_the_tries_are_counted():
    assert Retry(tries=2).wait("read", HTTPError("x", status_code=503), 2) is None
