"""The suite itself on trial: an engine that is made worse on purpose is found out."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import evolve

from tarash_core.engine import attempt, fallback, interruption, polling, record, results, retry
from tarash_core.errors import HTTPError, LostAnswerError, TarashException
from tarash_core.plugins import hooks, updates
from tarash_core.testing.scripts import Target, check_scripts, table

Patch = pytest.MonkeyPatch


def repeats_every_lost_purchase(patch: Patch) -> None:
    sound = retry.may_repeat
    patch.setattr(retry, "may_repeat", lambda effect, error: isinstance(error, LostAnswerError) or sound(effect, error))


def repeats_purchases_on_5xx(patch: Patch) -> None:
    sound = retry.may_repeat
    patch.setattr(retry, "may_repeat", lambda effect, error: isinstance(error, HTTPError) or sound(effect, error))


def calls_no_answer_lost(patch: Patch) -> None:
    patch.setattr(attempt, "_answer_is_lost", lambda error: False)


def takes_every_error_for_a_refusal(patch: Patch) -> None:
    patch.setattr("tarash_core.engine.exchange.bought_nothing", lambda error: True)


def goes_on_although_unsettled(patch: Patch) -> None:
    patch.setattr(fallback.Chain, "_goes_on", lambda self, error, last: fallback.falls_back(self.head, error))


def calls_everything_settled(patch: Patch) -> None:
    patch.setattr(record.Record, "unsettled", False)


def takes_a_cancel_for_its_confirmation(patch: Patch) -> None:
    def settle(access: Any, job: Any, grace_seconds: float) -> Iterator[Any]:
        told = yield from polling._asked_to_stop(access, job, polling.Deadline.after(access.clock, grace_seconds))
        return None if told is None else updates.Cancelled(charged="no")

    patch.setattr(attempt, "settle", settle)


def buys_again_after_a_timeout(patch: Patch) -> None:
    sound = attempt.finish

    def finish(run: Any, job: Any) -> Iterator[Any]:
        try:
            return (yield from sound(run, job))
        except TarashException:
            return (yield from sound(run, (yield from attempt.submit(run))))

    patch.setattr(attempt, "finish", finish)


def looks_at_5xx_only_once(patch: Patch) -> None:
    sound = polling.Watcher.look

    def look(self: Any) -> Iterator[Any]:
        seen = yield from sound(self)
        if seen is None:
            raise HTTPError("The status cannot be had.", status_code=503)
        return seen

    patch.setattr(polling.Watcher, "look", look)


def forgets_what_was_left_behind(patch: Patch) -> None:
    patch.setattr(interruption, "leave_word", lambda original, end: None)


def puts_its_own_error_before_the_interruption(patch: Patch) -> None:
    sound = interruption.Departure.leave
    patch.setattr(
        interruption.Departure, "leave", lambda self, end: None if isinstance(end, Exception) else sound(self, end)
    )


def tears_off_a_purchase_on_ctrl_c(patch: Patch) -> None:
    patch.setattr(interruption.BlockingDeparture, "_purchase", lambda self, carry_out: self._listening(carry_out))


def tears_off_a_purchase_when_cancelled(patch: Patch) -> None:
    async def purchase(self: Any, carry_out: Callable[[], Any]) -> Any:
        try:
            return await carry_out()
        except BaseException as error:
            raise self._cancelled(error) from None

    patch.setattr(interruption.AsyncDeparture, "_purchase", purchase)


def says_that_nothing_is_charged(patch: Patch) -> None:
    patch.setattr(results, "charge_of", lambda update: "no")
    sound = record.Record.close
    patch.setattr(record.Record, "close", lambda self, *given: evolve(sound(self, *given), charged="no"))


def cancels_without_end(patch: Patch) -> None:
    patch.setattr(attempt, "GRACE_SECONDS", 500.0)
    patch.setattr(attempt, "settle", lambda access, job, grace: polling.settle(access, job, grace))


def loses_the_receipt_of_a_job(patch: Patch) -> None:
    sound = record.Record.close
    patch.setattr(record.Record, "close", lambda self, *given: evolve(sound(self, *given), job=None))
    patch.setattr(record.Record, "blame", lambda self, error: error)


def lets_foreign_errors_through(patch: Patch) -> None:
    patch.setattr("tarash_core.engine.exchange.unreadable", lambda line, last, error: error)


def tells_nobody_of_the_intent(patch: Patch) -> None:
    patch.setattr(hooks, "submitting", lambda attempt, extensions: None)


def tells_nobody_of_the_receipt(patch: Patch) -> None:
    patch.setattr(hooks, "job_accepted", lambda attempt, job, extensions: None)


def tells_nobody_of_the_end(patch: Patch) -> None:
    patch.setattr(hooks, "attempt_finished", lambda record, extensions: None)


FIRST_STOP = next(row for row, script in enumerate(table()) if script.stop is not None)
FIRST_CANCEL = next(
    row for row, script in enumerate(table()) if script.faults[0][-1:] and script.faults[0][-1].on == "cancel"
)
BY_FAULT, BY_CANCEL, BY_STOP, BY_CHANCE = (
    range(0, 2 * FIRST_STOP),
    range(2 * FIRST_CANCEL, 2 * FIRST_STOP),
    range(2 * FIRST_STOP, 2 * len(table())),
    range(2 * len(table()), 2 * len(table()) + 300),
)

MUTATIONS = {
    repeats_every_lost_purchase: BY_FAULT,
    repeats_purchases_on_5xx: BY_FAULT,
    calls_no_answer_lost: BY_FAULT,
    takes_every_error_for_a_refusal: BY_FAULT,
    goes_on_although_unsettled: BY_CHANCE,
    calls_everything_settled: BY_FAULT,
    takes_a_cancel_for_its_confirmation: BY_CANCEL,
    buys_again_after_a_timeout: BY_FAULT,
    looks_at_5xx_only_once: BY_FAULT,
    forgets_what_was_left_behind: BY_STOP,
    puts_its_own_error_before_the_interruption: BY_STOP,
    tears_off_a_purchase_on_ctrl_c: BY_STOP,
    tears_off_a_purchase_when_cancelled: BY_STOP,
    says_that_nothing_is_charged: BY_FAULT,
    cancels_without_end: BY_CANCEL,
    loses_the_receipt_of_a_job: BY_FAULT,
    lets_foreign_errors_through: BY_FAULT,
    tells_nobody_of_the_intent: BY_STOP,
    tells_nobody_of_the_receipt: BY_STOP,
    tells_nobody_of_the_end: BY_FAULT,
}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_worse_engine_is_found_out(
    targets: list[Target], mutation: Callable[[Patch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation(monkeypatch)
    with pytest.raises(AssertionError, match="ended badly"):
        check_scripts(targets, MUTATIONS[mutation])
