"""A limit per period: refused before the buy, counted with what is in flight, kept by everybody at once."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from tarash_core import (
    Cost,
    Gateway,
    ImageGenerationConfig,
    ValidationError,
    VideoGenerationConfig,
    VideoJob,
    errors,
)
from tarash_core.ledger import Ledger
from tarash_core.plugins.loader import load_provider
from tarash_core.testing import VirtualClock, faults

FOX = {"prompt": "A fox", "duration_seconds": 4}  # 2 USD


@pytest.fixture
def limited(path, clock, acme):
    with (
        Ledger(path, budget_usd=5, clock=clock) as ledger,
        Gateway(transport=acme, clock=clock, ledger=ledger) as gateway,
    ):
        yield gateway


def test_refused_before_the_buy(limited, acme):
    limited.generate_video("acme/acme-1", **FOX)
    limited.submit_video("acme/acme-1", **FOX)
    asked = len(acme.log)
    with pytest.raises(errors.BudgetExceededError, match="budget of 5 USD in 24 hours 4 USD are spent or reserved"):
        limited.generate_video("acme/acme-1", **FOX)
    assert len(acme.log) == asked


def test_the_period_moves_on(limited, clock, acme):
    limited.generate_video("acme/acme-1", **FOX)
    limited.generate_video("acme/acme-1", **FOX)
    clock.advance(timedelta(days=1).total_seconds())
    limited.generate_video("acme/acme-1", **FOX)
    assert len(acme.bought) == 3


def test_what_was_not_charged_does_not_count_and_what_is_unknown_does(limited, acme, path):
    acme.script(faults.failed(times=3))
    for _ in range(3):
        with pytest.raises(errors.GenerationFailedError):
            limited.generate_video("acme/acme-1", **FOX)
    acme.script(faults.lost_answer(times=2))
    for _ in range(2):
        with pytest.raises(errors.LostAnswerError):
            limited.generate_video("acme/acme-1", **FOX)
    with pytest.raises(errors.BudgetExceededError):
        limited.generate_video("acme/acme-1", **FOX)


def test_joining_costs_nothing(limited, acme):
    for _ in range(2):
        limited.submit_video("acme/acme-1", **FOX)
    assert limited.generate_video("acme/acme-1", **FOX, attach_if_running=True).request_id in acme.bought
    assert len(acme.bought) == 2
    with pytest.raises(errors.BudgetExceededError):
        limited.submit_video("acme/acme-1", prompt="A dog", attach_if_running=True)


def test_an_unknown_price_is_refused_unless_it_is_allowed(limited, acme):
    with pytest.raises(errors.BudgetExceededError, match="allow_unknown_cost=True"):
        limited.generate_image("acme/acme-image", prompt="A fox")
    assert acme.bought == []
    allowed = ImageGenerationConfig.from_string("acme/acme-image", allow_unknown_cost=True)
    limited.generate_image(allowed, prompt="A fox")
    assert len(acme.bought) == 1


def test_the_head_allows_it_for_its_chain(limited, acme):
    allowed = ImageGenerationConfig.from_string(
        "nobody/at-all", allow_unknown_cost=True, fallback_configs=["acme/acme-image"]
    )
    limited.generate_image(allowed, prompt="A fox")
    assert len(acme.bought) == 1


def test_a_chain_ends_at_the_budget(limited, acme):
    limited.submit_video("acme/acme-1", **FOX)
    limited.submit_video("acme/acme-1", **FOX)
    with pytest.raises(errors.BudgetExceededError) as caught:
        limited.generate_video(["acme/acme-1", "acme/acme-1"], **FOX)
    assert caught.value.execution_metadata.total_attempts == 1


def test_a_per_call_limit_stands_beside_it(limited, acme):
    with pytest.raises(errors.BudgetExceededError, match="max_cost_usd"):
        limited.generate_video(VideoGenerationConfig.from_string("acme/acme-1", max_cost_usd=1), **FOX)


def test_threads_at_once_cannot_overspend(acme, path):
    refused, start = [], threading.Barrier(8)

    def buy():
        with Ledger(path, budget_usd="7") as ledger, Gateway(transport=acme, ledger=ledger) as gateway:
            start.wait()
            try:
                gateway.submit_video("acme/acme-1", **FOX)
            except errors.BudgetExceededError as error:
                refused.append(error)

    threads = [threading.Thread(target=buy) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(acme.bought), len(refused)) == (3, 5)
    with Ledger(path) as ledger:
        assert ledger.spent_usd() == Decimal(6)


@pytest.mark.parametrize("wrong", [{"budget_usd": -1}, {"budget_usd": "much"}, {"budget_usd": "nan"}])
def test_a_budget_is_an_amount(path, wrong):
    with pytest.raises(ValidationError):
        Ledger(path, **wrong)


def test_a_period_is_some_time(path):
    with pytest.raises(ValidationError):
        Ledger(path, budget_usd=1, period=timedelta(0))


def test_a_budget_of_nothing_buys_nothing(acme, path):
    gateway = Gateway(transport=acme, ledger=Ledger(path, budget_usd=0))
    with gateway, pytest.raises(errors.BudgetExceededError):
        gateway.generate_video("acme/acme-1", **FOX)
    assert acme.bought == []


def test_the_clock_of_the_gateway_counts(acme, path):
    clock = VirtualClock()
    with Gateway(transport=acme, clock=clock, ledger=path) as gateway:
        gateway.submit_video("acme/acme-1", **FOX)
    with Ledger(path, clock=clock) as ledger:
        assert ledger.entries()[0].created_at == clock.now()


def test_the_vendors_own_estimate_replaces_that_of_the_price_list(path, clock, acme, monkeypatch):
    announced = Cost(3, source="vendor-estimate")
    provider = load_provider("acme")

    def submit(plan, attempt):
        accepted = yield from type(provider).submit(provider, plan, attempt)
        return evolve(accepted, estimate=announced)

    monkeypatch.setattr(provider, "submit", submit)
    with Ledger(path, clock=clock) as ledger, Gateway(transport=acme, clock=clock, ledger=ledger) as gateway:
        job = VideoJob.from_json(gateway.submit_video("acme/acme-1", **FOX).to_json())
        assert job.estimated_cost == announced
        assert ledger.spent_usd() == Decimal(3)
        assert ledger.entry(job.id).estimated_usd == Decimal(3)
        assert gateway.wait_job(job).cost == announced


def test_a_plan_is_held_against_the_limit_of_its_config(limited, acme):
    plan = limited.plan_video("acme/acme-1", **FOX)
    capped = VideoGenerationConfig.from_string("acme/acme-1", max_cost_usd=1)
    for buy in (limited.generate_video, limited.submit_video):
        with pytest.raises(errors.BudgetExceededError, match="max_cost_usd"):
            buy(capped, plan)
    assert acme.bought == []


def test_a_period_from_before_the_first_year_counts_all(path, acme, clock):
    with (
        Ledger(path, budget_usd=5, period=timedelta.max, clock=clock) as ledger,
        Gateway(transport=acme, clock=clock, ledger=ledger) as gateway,
    ):
        gateway.submit_video("acme/acme-1", **FOX)
        assert ledger.spent_usd() == Decimal(2)
