"""Chains: who is tried next, what each inherits, and that every job bought is accounted for."""

import contextlib
from types import SimpleNamespace

import pytest
from attrs import evolve

from tarash_core import (
    AuthenticationError,
    ContentModerationError,
    Gateway,
    GenerationFailedError,
    HTTPError,
    LostAnswerError,
    ProviderNotInstalledError,
    ValidationError,
    VideoGenerationConfig,
    errors,
)
from tarash_core.catalog import Lifecycle
from tarash_core.engine.fallback import flattened
from tarash_core.plugins import HttpRequest, hookimpl, register_extension, unregister_extension
from tarash_core.plugins.loader import load_provider
from tarash_core.testing import InProcess, faults

CHAIN = ["acme/acme-1", "other/acme-1"]


def my_bug(update):
    raise RuntimeError("my bug")


@pytest.fixture
def both(acme, other, clock, monkeypatch):
    """A gateway whose two vendors answer at hosts of their own."""
    monkeypatch.setenv("TARASH_OTHER_BASE_URL", "https://other.example")
    network = InProcess({"https://api.acme.example": acme, "https://other.example": other})
    with Gateway(transport=network, clock=clock) as gateway:
        yield gateway


def statuses(metadata):
    return [(attempt.provider, attempt.status, attempt.charged) for attempt in metadata.attempts]


@pytest.mark.parametrize(
    "fault",
    [
        faults.server_error(on="submit", times=None),
        faults.too_many_requests(retry_after=1, on="submit", times=None),
        faults.refused(times=None),
        faults.failed("No GPU."),
    ],
)
def test_a_settled_failure_tries_the_next(both, acme, other, fault):
    acme.script(fault)
    response = both.generate_video(CHAIN, prompt="A fox")
    assert response.request_id == other.bought[0]
    assert [row[:2] for row in statuses(response.execution_metadata)] == [("acme", "failed"), ("other", "success")]
    assert response.execution_metadata.fallback_triggered
    assert response.execution_metadata.successful_attempt == 2
    assert response.execution_metadata.abandoned_jobs == ()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [(faults.moderated("No."), ContentModerationError), (faults.server_error(400, on="submit"), HTTPError)],
)
def test_a_refusal_that_would_repeat_itself_does_not(both, acme, other, fault, expected):
    acme.script(fault)
    with pytest.raises(expected):
        both.generate_video(CHAIN, prompt="A fox")
    assert other.bought == []


def test_a_lost_answer_stops_the_chain_and_says_so(both, acme, other):
    acme.script(faults.lost_answer())
    with pytest.raises(LostAnswerError) as caught:
        both.generate_video(CHAIN, prompt="A fox")
    assert (len(acme.bought), other.bought) == (1, [])
    assert caught.value.charged == "unknown"
    assert statuses(caught.value.execution_metadata) == [("acme", "failed", "unknown")]


def test_a_lost_answer_may_be_left_behind_on_request(both, acme, other):
    acme.script(faults.lost_answer())
    chain = VideoGenerationConfig.from_string("acme/acme-1", on_unsettled="continue", fallback_configs=CHAIN[1:])
    response = both.generate_video(chain, prompt="A fox")
    assert response.request_id == other.bought[0]
    assert response.execution_metadata.attempts[0].unsettled


def test_a_timeout_that_the_vendor_confirms_falls_back(both, acme, other):
    acme.script(faults.stuck())
    chain = VideoGenerationConfig.from_string("acme/acme-1", timeout=20, fallback_configs=CHAIN[1:])
    response = both.generate_video(chain, prompt="A fox")
    assert response.request_id == other.bought[0]
    assert len(acme.asked("cancel")) == 1
    assert statuses(response.execution_metadata)[0] == ("acme", "failed", "no")
    assert response.execution_metadata.abandoned_jobs == ()


def test_a_timeout_that_nobody_confirms_stops_and_hands_over_the_job(both, acme, other):
    acme.confirms_cancel = False
    acme.script(faults.stuck())
    chain = VideoGenerationConfig.from_string("acme/acme-1", timeout=20, fallback_configs=CHAIN[1:])
    with pytest.raises(errors.TimeoutError) as caught:
        both.generate_video(chain, prompt="A fox")
    assert other.bought == []
    assert caught.value.job.id == acme.bought[0]
    assert [job.id for job in caught.value.execution_metadata.abandoned_jobs] == acme.bought


def test_a_job_that_finishes_while_it_is_cancelled_is_delivered(both, acme):
    acme.confirms_cancel = False
    acme.polls_to_finish = 6
    config = VideoGenerationConfig.from_string("acme/acme-1", timeout=4, poll_interval=1)
    assert both.generate_video(config, prompt="A fox").request_id == acme.bought[0]
    assert len(acme.asked("cancel")) == 1


def test_fallback_on_takes_classes_or_a_function(both, acme, other):
    for rule in ([ContentModerationError], lambda error: "No." in str(error)):
        acme.script(faults.moderated("No."))
        chain = VideoGenerationConfig.from_string("acme/acme-1", fallback_on=rule, fallback_configs=CHAIN[1:])
        assert both.generate_video(chain, prompt="A fox").execution_metadata.successful_attempt == 2


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.setattr("tarash_core.plugins.entry_points.installed", lambda group: {})
    monkeypatch.setattr("tarash_core.plugins.loader._loaded", {})  # by tests that ran before


@pytest.mark.usefixtures("nothing_installed")
def test_what_is_not_installed_or_has_no_key_is_skipped_anywhere(both, acme):
    chain = ["stability/x", "acme/acme-1"]
    response = both.generate_video(chain, prompt="A fox")
    assert [row[:2] for row in statuses(response.execution_metadata)] == [("stability", "skipped"), ("acme", "success")]
    assert response.execution_metadata.attempts[0].error_type == "ProviderNotInstalledError"


@pytest.mark.usefixtures("nothing_installed")
def test_a_chain_of_skipped_configs_raises_the_heads_error(both):
    with pytest.raises(ProviderNotInstalledError, match="tarash-stability"):
        both.generate_video(["stability/x", "luma/y"], prompt="A fox")


def test_the_heads_refusal_raises_and_a_later_one_is_skipped(both, acme, other):
    with pytest.raises(ValidationError, match="duration_seconds"):
        both.generate_video(CHAIN, prompt="A fox", duration_seconds=5)
    acme.script(faults.failed())
    with pytest.raises(GenerationFailedError) as caught:
        both.generate_video(["acme/acme-1", "other/acme-image"], prompt="A fox", duration_seconds=8)
    assert [attempt.status for attempt in caught.value.execution_metadata.attempts] == ["failed", "skipped"]


@pytest.fixture(params=["tarash_before_submit", "tarash_submitting"])
def guarded(request):
    """Has the purchases at a vendor refused by a hook, the early or the late one."""
    with contextlib.ExitStack() as put_back:

        def guard(provider, error):
            def refuse(attempt):
                if attempt.plan.provider == provider:
                    raise error

            extension = SimpleNamespace(**{request.param: hookimpl(refuse)})
            register_extension(extension)
            put_back.callback(unregister_extension, extension)

        yield guard


OVER = errors.BudgetExceededError("Enough for today.")
THREE = ["acme/acme-1", "other/acme-1", "acme/acme-1"]


def test_a_budget_that_refuses_a_later_config_skips_it(both, acme, other, guarded):
    guarded("other", OVER)
    acme.script(faults.failed("one"))
    response = both.generate_video(THREE, prompt="A fox")
    assert (len(acme.bought), other.bought) == (2, [])
    attempts = response.execution_metadata.attempts
    assert [attempt.status for attempt in attempts] == ["failed", "skipped", "success"]
    assert attempts[1].error_message == "Enough for today."


def test_a_chain_whose_rest_is_over_budget_raises_what_failed(both, acme, other, guarded):
    guarded("other", OVER)
    acme.script(faults.failed("one"))
    with pytest.raises(GenerationFailedError, match="one") as caught:
        both.generate_video(CHAIN, prompt="A fox")
    assert [row[:2] for row in statuses(caught.value.execution_metadata)] == [("acme", "failed"), ("other", "skipped")]


def test_a_budget_that_refuses_the_head_ends_the_chain(both, acme, other, guarded):
    guarded("acme", OVER)
    with pytest.raises(errors.BudgetExceededError):
        both.generate_video(CHAIN, prompt="A fox")
    assert (acme.bought, other.bought) == ([], [])


def test_what_a_vendor_cannot_be_sent_skips_a_later_config(both, acme, other, monkeypatch):
    def submit(self, plan, attempt):
        raise ValidationError("The picture is too large for Other.")
        yield

    monkeypatch.setattr(type(load_provider("other")), "submit", submit)
    acme.script(faults.failed("one"))
    assert both.generate_video(THREE, prompt="A fox").execution_metadata.successful_attempt == 3


def test_an_error_after_the_purchase_is_never_a_skip(both, acme, other, monkeypatch):
    def submit(self, plan, attempt):
        yield HttpRequest("POST", "https://api.acme.example/v1/videos", json=plan.payload, effect="buy")
        raise ValidationError("The answer is odd.")

    monkeypatch.setattr(type(load_provider("other")), "submit", submit)
    acme.script(faults.failed("one"))
    with pytest.raises(LostAnswerError, match="The answer is odd"):
        both.generate_video(THREE, prompt="A fox")
    assert (len(acme.bought), len(other.bought)) == (1, 1)


def test_an_unauthorised_answer_does_not_fall_back(both, acme, other):
    acme.script(faults.server_error(401, on="submit"))
    with pytest.raises(AuthenticationError):
        both.generate_video(CHAIN, prompt="A fox")
    assert other.bought == []


def test_every_attempt_is_on_the_last_error(both, acme, other):
    acme.script(faults.failed("one"))
    other.script(faults.failed("two"))
    with pytest.raises(GenerationFailedError, match="two") as caught:
        both.generate_video(CHAIN, prompt="A fox")
    metadata = caught.value.execution_metadata
    assert [attempt.error_message for attempt in metadata.attempts] == ["one", "two"]
    assert [attempt.request_id for attempt in metadata.attempts] == [acme.bought[0], other.bought[0]]
    assert all(attempt.ended_at >= attempt.started_at for attempt in metadata.attempts)


def test_the_total_clock_bounds_the_chain(both, acme, other):
    acme.script(faults.stuck())
    chain = VideoGenerationConfig.from_string("acme/acme-1", total_timeout=10, fallback_configs=CHAIN[1:])
    with pytest.raises(errors.TimeoutError):
        both.generate_video(chain, prompt="A fox")
    assert other.bought == []


def test_chains_are_flattened_depth_first_and_inherit_only_what_is_not_set():
    chain = VideoGenerationConfig.from_string(
        "a/1",
        timeout=900,
        on_unsupported="nearest",
        api_key="secret",
        fallback_configs=[
            VideoGenerationConfig(provider="b", model="2", timeout=60, fallback_configs=["c/3"]),
            "d/4",
        ],
    )
    assert [(c.provider, c.timeout, c.on_unsupported, c.api_key) for c in flattened(chain)] == [
        ("a", 900, "nearest", "secret"),
        ("b", 60, "nearest", None),
        ("c", 60, "nearest", None),
        ("d", 900, "nearest", None),
    ]


def test_submit_tries_the_head_only(both, acme, other):
    acme.script(faults.server_error(on="submit", times=None))
    with pytest.raises(HTTPError) as caught:
        both.submit_video(CHAIN, prompt="A fox")
    assert (acme.bought, other.bought) == ([], [])
    assert caught.value.provider == "acme"


def test_a_failed_submission_is_reported_like_any_attempt(acme, clock):
    acme.script(faults.lost_answer())
    with Gateway(transport=acme, clock=clock) as gateway, pytest.raises(LostAnswerError) as caught:
        gateway.submit_video("acme/acme-1", prompt="A fox")
    (attempt,) = caught.value.execution_metadata.attempts
    assert (attempt.status, attempt.charged, attempt.unsettled) == ("failed", "unknown", True)


def test_a_key_that_is_missed_only_when_it_is_asked_for_is_passed_over_too(both, acme, other, monkeypatch):
    def authorize(self, request, credential, now):
        raise AuthenticationError("No key for Acme.")

    monkeypatch.setattr(type(load_provider("acme")), "authorize", authorize)
    monkeypatch.setattr(type(load_provider("other")), "authorize", lambda self, request, credential, now: {})
    response = both.generate_video(CHAIN, prompt="A fox")
    assert response.request_id == other.bought[0]
    assert acme.log == []


def test_what_was_noticed_is_told_with_its_attempt(both, acme):
    acme.script(faults.failed())
    response = both.generate_video(CHAIN, prompt="A fox", on_progress=my_bug)
    noticed = [[notice.code for notice in attempt.notices] for attempt in response.execution_metadata.attempts]
    assert noticed == [["progress_callback_failed"], ["progress_callback_failed"]]
    assert type(response.execution_metadata).from_json(response.execution_metadata.to_json()).attempts[0].notices


def test_an_error_tells_what_was_noticed_before_it(both, acme):
    acme.script(faults.failed())
    with pytest.raises(GenerationFailedError) as caught:
        both.generate_video("acme/acme-1", prompt="A fox", on_progress=my_bug)
    [attempt] = caught.value.execution_metadata.attempts
    assert ["my bug" in notice.message for notice in attempt.notices] == [True]


class Refusing:
    """A user's function, or plugin, that fails once a job was bought and left behind."""

    def __init__(self, acme):
        self.acme = acme

    @hookimpl
    def tarash_submitting(self, attempt):
        if self.acme.bought:
            raise RuntimeError("my veto")


LEFT_BEHIND = {"timeout": 20, "on_unsettled": "continue", "fallback_configs": CHAIN[1:]}


@pytest.mark.parametrize("way", ["veto", "rule"])
def test_what_was_bought_before_a_function_of_the_users_failed_goes_with_its_error(both, acme, other, extension, way):
    acme.confirms_cancel = False
    acme.script(faults.stuck())
    rule = {"fallback_on": lambda error: 1 / 0} if way == "rule" else {}
    if way == "veto":
        extension(Refusing(acme))
    with pytest.raises((RuntimeError, ZeroDivisionError)) as caught:
        both.generate_video(VideoGenerationConfig.from_string("acme/acme-1", **LEFT_BEHIND, **rule), prompt="A fox")
    assert other.bought == []
    assert [job.id for job in caught.value.execution_metadata.abandoned_jobs] == acme.bought
    assert caught.value.job.id == acme.bought[0]
    assert any(acme.bought[0] in note and "wait_job" in note for note in caught.value.__notes__)


def test_a_plan_for_what_is_retired_by_now_is_refused(both, acme, extension):
    spec = load_provider("acme").catalog["acme-1"]

    class Extension:
        @hookimpl
        def tarash_register_models(self, provider):
            gone = Lifecycle(listed="2025-01-01", retired="2026-01-01", source="ours", checked="2026-01-02")
            return {"acme-old": evolve(spec, lifecycle=gone)} if provider == "acme" else {}

    extension(Extension())
    allowed = VideoGenerationConfig.from_string("acme/acme-old", allow_retired=True)
    plan = both.plan_video(allowed, prompt="A fox")
    with pytest.raises(errors.RetiredModelError):
        both.generate_video("acme/acme-old", plan)
    assert acme.bought == []
    assert both.generate_video(allowed, plan).request_id == acme.bought[0]


def test_the_last_error_of_a_chain_tells_of_the_job_that_was_left_behind(both, acme, other):
    acme.confirms_cancel = False
    acme.script(faults.stuck())
    other.script(faults.too_many_requests(on="submit", times=None))
    with pytest.raises(errors.RateLimitError) as caught:
        both.generate_video(VideoGenerationConfig.from_string("acme/acme-1", **LEFT_BEHIND), prompt="A fox")
    assert (caught.value.job.id, caught.value.charged) == (acme.bought[0], "unknown")
    assert caught.value.execution_metadata.attempts[-1].charged == "no"
