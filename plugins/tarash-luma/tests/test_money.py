"""Scripts of faults on both APIs: after each, every job bought is answered for."""

from __future__ import annotations

import pytest

from tarash_core.testing.scripts import Target, check_scripts

TARGETS = {model: Target(provider="luma", model=model) for model in ("ray-3.2", "ray-2")}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARASH_TODAY", "2026-11-22")


@pytest.mark.parametrize("model", TARGETS)
def test_every_job_bought_is_answered_for(model: str) -> None:
    assert check_scripts([TARGETS[model]], range(0, 400, 10)) == 40


def test_also_when_one_api_follows_the_other() -> None:
    assert check_scripts(list(TARGETS.values()), range(5, 400, 10)) == 40
