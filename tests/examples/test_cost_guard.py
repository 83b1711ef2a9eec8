import logging
from collections.abc import Callable
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from tarash_core import BudgetExceededError, GenerationFailedError, TarashException, ValidationError, generate_video
from tarash_core.plugins import installed_providers, plugin_manager
from tarash_core.testing import Simulators, faults

RUNWAY, KLING = "runway/gen4.5", "kling/kling-3.0"
WISH: Any = {"prompt": "A red fox in fresh snow", "duration_seconds": 8, "aspect_ratio": "16:9"}
PRICE = Decimal("0.96")


@pytest.fixture
def guard(install: Callable[[str], ModuleType], caplog: pytest.LogCaptureFixture) -> Any:
    """The guard as it is once its package is installed: found by its entry point and loaded."""
    caplog.set_level(logging.INFO, "tarash_cost_guard")
    package = install("cost-guard")
    found = [plugin for _, plugin in plugin_manager().list_name_plugin() if isinstance(plugin, package.CostGuard)]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def budget(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda usd: monkeypatch.setenv("COST_GUARD_USD", usd)


def test_it_is_listed(guard: Any) -> None:
    (info,) = [info for info in installed_providers(check=True) if info.name == "cost-guard"]
    assert (info.kind, info.distribution, info.failure) == ("extension", "tarash-cost-guard", None)


def test_every_attempt_is_logged_with_its_cost(
    guard: Any, tarash_simulators: Simulators, caplog: pytest.LogCaptureFixture
) -> None:
    generate_video(RUNWAY, **WISH)
    generate_video(KLING, **WISH)
    lines = [record.getMessage() for record in caplog.records if record.name == "tarash_cost_guard"]
    assert lines == [f"{RUNWAY}: success, 0.96 USD; 0.96 USD so far", f"{KLING}: success, 0.672 USD; 1.632 USD so far"]


def test_without_a_budget_nothing_is_refused(guard: Any, tarash_simulators: Simulators) -> None:
    for _ in range(3):
        generate_video(RUNWAY, **WISH)
    assert guard.spent_usd == 3 * PRICE


def test_what_goes_over_the_budget_is_refused_before_it_is_bought(
    guard: Any, budget: Callable[[str], None], tarash_simulators: Simulators
) -> None:
    budget("1.5")
    generate_video(RUNWAY, **WISH)
    with pytest.raises(BudgetExceededError, match=r"0.96 of 1.5 USD are spent or reserved") as caught:
        generate_video(RUNWAY, **WISH)
    assert caught.value.charged == "no"
    assert len(tarash_simulators["runway"].bought) == 1


def test_what_was_not_charged_does_not_count(
    guard: Any, budget: Callable[[str], None], tarash_simulators: Simulators
) -> None:
    budget("1.5")
    tarash_simulators.script("runway", *[faults.too_many_requests(on="submit")] * 20)
    with pytest.raises(TarashException):
        generate_video(RUNWAY, **WISH)
    assert guard.spent_usd == 0
    tarash_simulators["runway"].forget_script()
    generate_video(RUNWAY, **WISH)
    assert guard.spent_usd == PRICE


def test_what_may_have_been_bought_counts(
    guard: Any, budget: Callable[[str], None], tarash_simulators: Simulators
) -> None:
    budget("1.5")
    tarash_simulators.script("runway", faults.lost_answer(on="submit"))
    with pytest.raises(TarashException):
        generate_video(RUNWAY, **WISH)
    assert guard.spent_usd == PRICE


def test_what_runs_is_reserved(guard: Any, budget: Callable[[str], None], tarash_simulators: Simulators) -> None:
    budget("1.5")
    refused = []

    def another(update: Any) -> None:
        with pytest.raises(BudgetExceededError) as caught:
            generate_video(KLING, **WISH)
        refused.append(caught.value)

    generate_video(RUNWAY, **WISH, on_progress=another)
    assert refused and tarash_simulators["kling"].bought == []


def test_a_fallback_over_the_budget_is_skipped(
    guard: Any, budget: Callable[[str], None], tarash_simulators: Simulators
) -> None:
    budget("0.8")
    tarash_simulators.script("kling", faults.failed())
    with pytest.raises(GenerationFailedError) as caught:
        generate_video([KLING, RUNWAY], **WISH)
    attempts = caught.value.execution_metadata.attempts
    assert [one.error_type for one in attempts] == ["GenerationFailedError", "BudgetExceededError"]
    assert [one.status for one in attempts] == ["failed", "skipped"]
    assert tarash_simulators["runway"].bought == []


def test_a_price_that_nobody_knows_is_refused(
    guard: Any, budget: Callable[[str], None], tarash_simulators: Simulators
) -> None:
    budget("1.5")
    with pytest.raises(BudgetExceededError, match=r"price of replicate/google/veo-3\.1 is not known"):
        generate_video("replicate/google/veo-3.1", **WISH)


def test_a_budget_that_is_no_number_stops_every_purchase(
    guard: Any, budget: Callable[[str], None], tarash_simulators: Simulators
) -> None:
    budget("ten")
    with pytest.raises(ValidationError, match="COST_GUARD_USD must be a number of US dollars, not 'ten'"):
        generate_video(RUNWAY, **WISH)
    assert tarash_simulators["runway"].bought == []
