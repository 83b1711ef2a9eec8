import builtins
import copy
import inspect
import pickle
import re
from typing import Any

import pytest

from tarash_core import errors
from tarash_core.errors import TarashException, complete
from tarash_core.models.execution import AttemptMetadata, ExecutionMetadata
from tarash_core.models.job import VideoJob, now

JOB = VideoJob(provider="fal", model="m", id="1")
CLASSES = [cls for cls in vars(errors).values() if inspect.isclass(cls) and issubclass(cls, TarashException)]


def test_the_tree_is_the_one_that_is_drawn() -> None:
    drawn: dict[str, str] = {}
    above = ["TarashException"]
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"    ([│ ]*)[├└]─ (\w+)", line):
            depth = len(found[1]) // 3 + 1
            drawn[found[2]] = above[depth - 1]
            above = [*above[:depth], found[2]]
    real = {cls.__name__: cls.__mro__[1].__name__ for cls in CLASSES if cls is not TarashException}
    assert drawn == real


@pytest.mark.parametrize(
    ("cls", "base"),
    [
        (errors.ValidationError, ValueError),
        (errors.UnsupportedParameterError, ValueError),
        (errors.HTTPConnectionError, ConnectionError),
        (errors.LostAnswerError, ConnectionError),
        (errors.TimeoutError, builtins.TimeoutError),
    ],
)
def test_who_catches_the_builtin_catches_ours(cls: type[Exception], base: type[Exception]) -> None:
    assert issubclass(cls, base)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_takes_a_sentence_alone(cls: type[TarashException]) -> None:
    error = cls("Do this instead.")
    assert str(error) == error.message == error.args[0] == "Do this instead."
    assert (error.charged, error.job, error.execution_metadata, error.provider) == ("no", None, None, None)
    assert isinstance(error.retryable, bool)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_pickles_with_all_it_knows(cls: type[TarashException]) -> None:
    attempt = AttemptMetadata(provider="fal", model="m", attempt_number=1, started_at=now(), job=JOB)
    metadata = ExecutionMetadata(attempts=(attempt,))
    known: dict[str, Any] = {"provider": "fal", "model": "m", "request_id": "1", "raw_response": {"a": 1}}
    error = cls("Sentence.", **known, job=JOB, retryable=True, charged="unknown", execution_metadata=metadata)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is cls and str(again) == "Sentence."
        assert {name: getattr(again, name) for name in known} == known
        assert (again.job, again.retryable, again.charged, again.execution_metadata) == (JOB, True, "unknown", metadata)


@pytest.mark.parametrize(
    ("error", "attributes"),
    [
        (errors.UnsupportedParameterError("s", field="seed", value=1, allowed=[2]), {"field": "seed", "allowed": [2]}),
        (errors.RetiredModelError("s", replacement="n"), {"replacement": "n"}),
        (errors.HTTPError("s", "fal", "m", "1", {}, 500), {"status_code": 500, "model": "m"}),
        (errors.RateLimitError("s", retry_after_seconds=3.0, status_code=429), {"retry_after_seconds": 3.0}),
        (errors.TimeoutError("s", "fal", "m", "1", {}, 60.0), {"timeout_seconds": 60.0, "request_id": "1"}),
    ],
)
def test_what_a_class_knows_besides_survives_a_pickle(error: TarashException, attributes: dict[str, Any]) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert {name: getattr(again, name) for name in attributes} == attributes


@pytest.mark.parametrize(
    "cls", [cls for cls in CLASSES if not {"field", "replacement"} & inspect.signature(cls).parameters.keys()]
)
def test_the_positional_order_is_that_of_the_original(cls: type[TarashException]) -> None:
    error = cls("Sentence.", "fal", "m", "1", {"a": 1})
    assert (error.provider, error.model, error.request_id, error.raw_response) == ("fal", "m", "1", {"a": 1})


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (errors.HTTPError("s", status_code=400), False),
        (errors.HTTPError("s", status_code=503), True),
        (errors.HTTPError("s"), False),
        (errors.HTTPError("s", status_code=503, retryable=False), False),
        (errors.HTTPError("s", status_code=400, retryable=True), True),
        (errors.RateLimitError("s"), True),
        (errors.AuthenticationError("s", status_code=401), False),
        (errors.HTTPConnectionError("s"), True),
        (errors.LostAnswerError("s"), False),
        (errors.GenerationFailedError("s"), True),
        (errors.JobCancelledError("s"), False),
        (errors.ContentModerationError("s"), False),
        (errors.ValidationError("s"), False),
        (errors.DeliveryError("s"), True),
    ],
)
def test_whether_trying_again_may_help(error: TarashException, retryable: bool) -> None:
    assert error.retryable is retryable


def test_completing_adds_what_was_not_known_and_changes_nothing_else() -> None:
    error = errors.GenerationFailedError("s", provider="fal", charged="yes")
    other = VideoJob(provider="x", model="y", id="2")
    assert complete(error, provider="x", model="m", job=JOB, charged="unknown") is error
    assert complete(error, model="n", request_id="1", job=other) is error
    assert (error.provider, error.model, error.request_id, error.job, error.charged) == ("fal", "m", "1", JOB, "yes")


def test_an_error_shows_its_sentence_and_nothing_else() -> None:
    error = errors.HTTPError("Sentence.", raw_response={"secret": "canary"}, job=JOB)
    assert "canary" not in f"{error} {error!r}"


def test_the_second_name_of_the_timeout() -> None:
    assert errors.GenerationTimeoutError is errors.TimeoutError
