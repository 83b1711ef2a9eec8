"""A purchase whose fate is not clear, and what the caller still holds when everything else goes wrong."""

import signal

import anyio
import pytest

from tarash_core import (
    AsyncGateway,
    ContentModerationError,
    Gateway,
    GenerationFailedError,
    HTTPError,
    LostAnswerError,
    PluginError,
    TarashException,
    ValidationError,
    VideoGenerationConfig,
    errors,
)
from tarash_core.plugins import Accepted, HttpRequest, blocking, hookimpl, register_extension, unregister_extension
from tarash_core.plugins.loader import load_provider, register_provider
from tarash_core.testing import InProcess, VirtualClock, faults

ORIGIN = "https://api.acme.example"
CHAIN = ["acme/acme-1", "other/acme-1"]


@pytest.fixture
def altered(acme):
    """Replaces methods of the provider by functions."""

    def alter(**methods):
        base = type(load_provider("acme"))
        register_provider("acme", type("Altered", (base,), methods)(), replace=True)

    return alter


@pytest.fixture
def both(acme, other, clock, monkeypatch):
    """A gateway whose two vendors answer at hosts of their own."""
    monkeypatch.setenv("TARASH_OTHER_BASE_URL", "https://other.example")
    network = InProcess({ORIGIN: acme, "https://other.example": other})
    with Gateway(transport=network, clock=clock) as gateway:
        yield gateway


@pytest.fixture
def gateway(acme, clock):
    with Gateway(transport=acme, clock=clock) as opened:
        yield opened


def generate(gateway, **settings):
    return gateway.generate_video(VideoGenerationConfig.from_string("acme/acme-1", **settings), prompt="A fox")


def assert_lost(error, acme, other=None):
    assert len(acme.bought) == 1
    assert error.charged == "unknown"
    assert [attempt.unsettled for attempt in error.execution_metadata.attempts] == [True]
    assert other is None or other.bought == []


# a purchase of which nobody knows


def test_an_error_that_does_not_say_that_nothing_was_bought_stops_the_chain(both, acme, other):
    acme.script(faults.server_error(500, html=True, handled=True, on="submit"))
    with pytest.raises(LostAnswerError) as caught:
        both.generate_video(CHAIN, prompt="A fox")
    assert_lost(caught.value, acme, other)


def test_an_answer_that_is_too_large_to_be_read_is_a_lost_one(gateway, acme, monkeypatch):
    monkeypatch.setattr("tarash_core.engine.exchange.MAX_ANSWER_BYTES", 3)
    monkeypatch.setattr("tarash_core.engine.exchange.send.__defaults__", (None, 3))
    with pytest.raises(LostAnswerError) as caught:
        generate(gateway)
    assert_lost(caught.value, acme)


def buys_then_asks(self, plan, attempt):
    """A vendor that sells with one request and tells the job's id with another."""
    yield HttpRequest("POST", ORIGIN + plan.endpoint, json=plan.payload, effect="buy")
    response = yield HttpRequest("GET", f"{ORIGIN}/v1/videos/latest")
    return Accepted(response.json()["id"])


@pytest.mark.parametrize("status", [404, 429, 500])
def test_trouble_after_the_purchase_was_answered_is_no_refusal(both, acme, other, altered, status):
    altered(submit=buys_then_asks)
    acme.script(faults.server_error(status, on="poll", times=None))
    with pytest.raises(LostAnswerError) as caught:
        both.generate_video(CHAIN, prompt="A fox")
    assert_lost(caught.value, acme, other)


def asks_after_a_refusal(self, plan, attempt):
    """A vendor that must be asked for something when it refuses the first form of the purchase."""
    yield HttpRequest("POST", ORIGIN + plan.endpoint, json=plan.payload, effect="buy", expect=(404,))
    yield HttpRequest("GET", f"{ORIGIN}/v1/videos/latest")


def test_a_lost_answer_after_a_refused_purchase_is_no_lost_purchase(both, acme, other, altered):
    altered(submit=asks_after_a_refusal)
    acme.script(faults.server_error(404, on="submit"), faults.reset(on="poll", times=None))
    response = both.generate_video(CHAIN, prompt="A fox")
    assert (acme.bought, other.bought) == ([], [response.request_id])
    assert not response.execution_metadata.attempts[0].unsettled


def returns(value):
    def submit(self, plan, attempt):
        yield HttpRequest("POST", ORIGIN + plan.endpoint, json=plan.payload, effect="buy")
        return value

    return submit


@pytest.mark.parametrize("value", [None, {}, Accepted(None), Accepted(""), Accepted("1", state=None)])
def test_a_provider_that_returns_nonsense_has_bought_all_the_same(both, acme, other, altered, value):
    altered(submit=returns(value))
    with pytest.raises(LostAnswerError) as caught:
        both.generate_video(CHAIN, prompt="A fox")
    assert_lost(caught.value, acme, other)


def test_a_refusal_that_the_answer_spells_out_is_none_that_is_lost(both, acme, other, altered):
    def refuses(self, plan, attempt):
        yield HttpRequest("POST", ORIGIN + plan.endpoint, json=plan.payload, effect="buy")
        raise ContentModerationError("No foxes.", charged="no")

    altered(submit=refuses)
    with pytest.raises(ContentModerationError) as caught:
        both.generate_video(CHAIN, prompt="A fox")
    assert caught.value.charged == "no"
    assert not caught.value.execution_metadata.attempts[0].unsettled


def test_a_purchase_that_leaves_late_is_given_time_to_be_answered(gateway, acme):
    acme.script(faults.late(58, on="upload"), faults.late(4, on="submit"))
    config = VideoGenerationConfig.from_string("acme/acme-1", timeout=60)
    with pytest.raises(errors.TimeoutError, match="was stopped") as caught:
        gateway.generate_video(config, prompt="A fox", first_frame=b"\x89PNG\r\n\x1a\n")
    assert [caught.value.job.id] == acme.bought
    assert caught.value.charged == "no"


def test_the_total_clock_counts_for_a_submission_too(gateway, acme):
    acme.script(faults.late(40, on="submit"))
    config = VideoGenerationConfig.from_string("acme/acme-1", timeout=60, total_timeout=30)
    with pytest.raises(LostAnswerError):
        gateway.submit_video(config, prompt="A fox")


@pytest.mark.parametrize("ending", [ContentModerationError, GenerationFailedError])
def test_an_answer_that_tells_the_end_is_none_that_is_lost(both, acme, other, altered, ending):
    def ends(self, plan, attempt):
        yield HttpRequest("POST", ORIGIN + plan.endpoint, json=plan.payload, effect="buy")
        raise ending("Made, and kept back.", charged="unknown")

    altered(submit=ends)
    with pytest.raises(ending) as caught:
        both.generate_video("acme/acme-1", prompt="A fox")
    assert caught.value.charged == "unknown"
    assert not caught.value.execution_metadata.attempts[0].unsettled


# code of others that fails


def fails(*given):
    raise KeyError("a bug")


def fails_when_asked(self, request, credential, now):
    return fails() if request.method == "GET" else {}


@pytest.mark.parametrize(
    "methods",
    [
        {"authorize": fails_when_asked},
        {"error": fails},
        {"poll": lambda self, job: fails()},
        {"poll": lambda self, job: (yield from blocking(fails))},
    ],
    ids=["authorize", "error", "poll", "blocking"],
)
def test_a_bug_of_the_provider_after_acceptance_loses_nothing(both, acme, other, altered, methods):
    altered(**methods)
    acme.script(faults.server_error(on="poll", times=None))
    with pytest.raises(TarashException) as caught:
        both.generate_video(CHAIN, prompt="A fox")
    assert [caught.value.job.id] == acme.bought
    assert caught.value.charged == "unknown"
    assert caught.value.execution_metadata.attempts[0].unsettled
    assert other.bought == []


class Broken:
    """A transport of the user's that fails in its own way once the vendor has handled a request."""

    def __init__(self, simulator, method):
        self.simulator, self.method = simulator, method

    def handle(self, request):
        reply = self.simulator.handle(request)
        if request.method == self.method:
            raise ZeroDivisionError("a bug in the transport")
        return reply


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_bug_of_the_transport_is_an_error_of_the_tree(acme, clock, method):
    with Gateway(transport=Broken(acme, method), clock=clock) as gateway, pytest.raises(TarashException) as caught:
        generate(gateway)
    assert_lost(caught.value, acme)
    assert isinstance(caught.value.__cause__ or caught.value.__context__, Exception)
    assert "ZeroDivisionError" in str(caught.value)


@pytest.mark.anyio
async def test_a_blocking_call_that_fails_is_thrown_into_the_provider(acme, clock, altered):
    def poll(self, job):
        try:
            yield from blocking(fails)
        except KeyError:
            raise PluginError("No token.") from None

    altered(poll=poll)
    async with AsyncGateway(transport=acme, clock=clock) as gateway:
        with pytest.raises(PluginError, match="No token") as caught:
            await generate(gateway)
    assert [caught.value.job.id] == acme.bought


@pytest.mark.parametrize("chain", [["acme/acme-1"], CHAIN])
def test_a_file_that_is_missing_is_a_refusal_before_anything_is_sent(both, acme, chain, tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    request = {"prompt": "A fox", "first_frame": picture}
    plan = both.plan_video(chain, **request)
    picture.unlink()
    with pytest.raises(ValidationError, match=r"a\.png"):
        both.generate_video(chain, plan)
    assert acme.log == []


def test_a_folder_that_cannot_be_made_is_a_delivery_error_with_the_job(gateway, acme, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("")
    with pytest.raises(errors.DeliveryError, match="taken") as caught:
        gateway.generate_video("acme/acme-1", prompt="A fox", download_to=taken)
    assert [caught.value.job.id] == acme.bought
    assert caught.value.charged == "yes"


def test_a_result_that_cannot_be_fetched_says_whose_it_is_and_that_it_is_paid_for(gateway, acme):
    media = generate(gateway).video
    acme.script(faults.server_error(400, on="download", times=None))
    with pytest.raises(errors.DeliveryError) as caught:
        media.read()
    assert ([caught.value.job.id], caught.value.charged) == (acme.bought, "yes")


def test_a_job_that_fails_while_it_is_cancelled_has_failed(gateway, acme):
    acme.confirms_cancel = False
    acme.polls_to_finish = 6
    acme.script(faults.moderated("No foxes."))
    with pytest.raises(ContentModerationError, match="No foxes") as caught:
        generate(gateway, timeout=4, poll_interval=1)
    assert caught.value.charged == "no"
    assert not caught.value.execution_metadata.attempts[0].unsettled


def test_a_cancel_that_is_answered_with_not_found_is_no_confirmation(gateway, acme, altered):
    from tarash_core.plugins import Expired

    def cancel(self, job):
        yield HttpRequest("DELETE", f"{ORIGIN}/v1/nothing", effect="write", expect=(404,))
        return Expired()

    altered(cancel=cancel)
    acme.script(faults.stuck())
    with pytest.raises(errors.TimeoutError, match="unfinished") as caught:
        generate(gateway, timeout=20)
    assert caught.value.execution_metadata.attempts[0].unsettled


# leaving


class Pressed(VirtualClock):
    """A clock on which Ctrl-C is pressed in some of the waits, counted from 0."""

    def __init__(self, *numbers):
        super().__init__()
        self.numbers = numbers

    def sleep(self, seconds):
        super().sleep(seconds)
        if len(self.slept) - 1 in self.numbers:
            raise KeyboardInterrupt


class Pressing:
    """A simulator during whose first answer to one method Ctrl-C is pressed."""

    def __init__(self, simulator, method="POST"):
        self.simulator, self.method = simulator, method

    def handle(self, request):
        reply = self.simulator.handle(request)
        if request.method == self.method:
            self.method = None
            signal.raise_signal(signal.SIGINT)
        return reply


def interrupted(transport, clock, call, **known):
    with Gateway(transport=transport, clock=clock) as gateway, pytest.raises(KeyboardInterrupt) as caught:
        call(gateway, **known)
    return caught.value


def submit(gateway):
    gateway.submit_video("acme/acme-1", prompt="A fox")


def make_image(gateway):
    gateway.generate_image("acme/acme-image", prompt="A fox")


@pytest.mark.parametrize("call", [submit, generate, make_image])
def test_ctrl_c_during_the_purchase_hands_over_its_receipt(acme, clock, call):
    error = interrupted(Pressing(acme), clock, call)
    assert len(acme.bought) == 1
    assert error.job is not None
    assert error.job.id in error.__notes__[0]


def test_a_receipt_that_a_callback_was_too_late_for_is_handed_over(acme, clock):
    def call(gateway):
        gateway.submit_video("acme/acme-1", prompt="A fox", on_accepted=lambda job: None)

    assert [interrupted(Pressing(acme), clock, call).job.id] == acme.bought


def test_a_result_that_came_with_the_purchase_is_no_job_that_goes_on(acme, clock):
    def call(gateway):
        gateway.generate_image("acme/acme-image", prompt="A fox", on_accepted=lambda job: None)

    error = interrupted(Pressing(acme), clock, call)
    (attempt,) = error.execution_metadata.attempts
    assert (attempt.charged, attempt.unsettled) == ("yes", False)
    assert error.job.result is not None


@pytest.mark.parametrize("call", [submit, generate])
def test_ctrl_c_stays_ctrl_c_when_the_purchase_is_lost(acme, clock, call):
    acme.script(faults.lost_answer())
    error = interrupted(Pressing(acme), clock, call)
    assert "may have taken the job" in error.__notes__[0]
    assert [attempt.charged for attempt in error.execution_metadata.attempts] == ["unknown"]
    assert error.execution_metadata.attempts[0].unsettled


@pytest.mark.parametrize("call", [submit, generate])
def test_a_purchase_that_is_torn_off_says_that_it_may_have_been_carried_out(acme, call):
    acme.script(faults.late(1, on="submit"))
    error = interrupted(acme, Pressed(0), call)
    assert len(acme.bought) == 1
    assert "may have" in error.__notes__[0]
    assert error.execution_metadata.attempts[0].unsettled


def test_a_second_ctrl_c_still_hands_over_the_receipt(acme):
    acme.script(faults.late(1, on="cancel"))
    error = interrupted(acme, Pressed(0, 1), generate)
    assert [error.job.id] == acme.bought
    assert error.execution_metadata.attempts[0].unsettled


def test_a_job_that_was_stopped_is_not_said_to_go_on(acme):
    error = interrupted(acme, Pressed(0), generate)
    assert "goes on" not in error.__notes__[0]
    assert acme.jobs[error.job.id].cancelled


def test_ctrl_c_in_a_download_hands_over_the_receipt(acme, clock, tmp_path):
    class PressingInDownload(Pressing):
        def handle(self, request):
            self.method = "GET" if "/files/" in request.url else "none"
            return super().handle(request)

    error = interrupted(
        PressingInDownload(acme),
        clock,
        lambda gateway: gateway.generate_video("acme/acme-1", prompt="A fox", download_to=tmp_path),
    )
    assert [error.job.id] == acme.bought
    assert error.execution_metadata.successful_attempt == 1


def test_ctrl_c_in_a_later_config_names_the_jobs_that_were_left_behind(acme, other, monkeypatch):
    monkeypatch.setenv("TARASH_OTHER_BASE_URL", "https://other.example")
    acme.confirms_cancel = False
    acme.script(faults.stuck())
    chain = VideoGenerationConfig.from_string(
        "acme/acme-1", max_poll_attempts=2, on_unsettled="continue", fallback_configs=CHAIN[1:]
    )
    network = InProcess({ORIGIN: acme, "https://other.example": Pressing(other, "GET")})
    error = interrupted(network, VirtualClock(), lambda gateway: gateway.generate_video(chain, prompt="A fox"))
    assert [error.job.id] == other.bought
    assert [job.id for job in error.execution_metadata.abandoned_jobs] == acme.bought
    assert any(acme.bought[0] in note for note in error.__notes__)


class PressesWhenAccepted:
    """An extension that is at work, as a ledger is, when Ctrl-C is pressed."""

    @hookimpl
    def tarash_job_accepted(self, attempt, job):
        signal.raise_signal(signal.SIGINT)


class PressesAtTheEnd:
    @hookimpl
    def tarash_attempt_finished(self, record):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize(("extension", "cancelled"), [(PressesWhenAccepted(), True), (PressesAtTheEnd(), False)])
def test_ctrl_c_in_a_hook_hands_over_the_receipt(acme, clock, extension, cancelled):
    register_extension(extension)
    try:
        error = interrupted(acme, clock, generate)
    finally:
        unregister_extension(extension)
    assert [error.job.id] == acme.bought
    assert acme.jobs[error.job.id].cancelled is cancelled
    assert len(error.execution_metadata.attempts) == 1


@pytest.mark.anyio
async def test_a_cancelled_purchase_that_is_lost_stays_cancelled(acme, clock):
    acme.script(faults.lost_answer())
    raised = []

    class Cancelling:
        def handle(self, request):
            scope.cancel()
            return acme.handle(request)

    with anyio.CancelScope() as scope:
        try:
            async with AsyncGateway(transport=Cancelling(), clock=clock) as gateway:
                await generate(gateway)
        except BaseException as error:
            raised.append(error)
            raise
    assert scope.cancelled_caught
    assert "may have taken the job" in raised[0].__notes__[0]
    assert raised[0].execution_metadata.attempts[0].unsettled


def test_an_error_of_the_vendor_that_nobody_explains_is_told_as_it_is_before_the_purchase(gateway, acme):
    acme.script(faults.server_error(500, on="upload", times=None))
    with pytest.raises(HTTPError) as caught:
        gateway.generate_video("acme/acme-1", prompt="A fox", first_frame=b"\x89PNG\r\n\x1a\n")
    assert caught.value.charged == "no"
    assert acme.bought == []
