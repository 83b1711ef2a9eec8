from datetime import date

import pytest

from tarash_core.catalog import Lifecycle, set_today, today
from tarash_core.catalog.lifecycle import check_lifecycle
from tarash_core.errors import RetiredModelError, ValidationError


@pytest.fixture(autouse=True)
def clock():
    set_today(None)
    yield
    set_today(None)


def test_today_can_be_said(monkeypatch):
    assert today() == date.today()
    monkeypatch.setenv("TARASH_TODAY", "2026-01-02")
    assert today() == date(2026, 1, 2)
    set_today("2026-11-22")
    assert today() == date(2026, 11, 22)


def test_dates_are_dates_or_iso_text():
    assert Lifecycle(retires="2026-12-01") == Lifecycle(retires=date(2026, 12, 1))
    with pytest.raises(ValidationError, match="ISO text"):
        Lifecycle(retires="December")


def test_when_it_ends():
    life = Lifecycle(retires="2026-12-01")
    assert not life.has_ended(date(2026, 11, 30)) and life.has_ended(date(2026, 12, 1))
    assert not Lifecycle(delisted="2020-01-01").has_ended()


def test_a_note_tells_the_ways_on():
    life = Lifecycle(retired="2026-09-24", note="set base_url to a server that goes on")
    with pytest.raises(RetiredModelError, match="2026-09-24; set base_url to a server that goes on, or pass"):
        check_lifecycle(life, "acme/acme-1")
    (notice,) = check_lifecycle(life, "acme/acme-1", own_host=False)
    assert notice.message.endswith("goes on.")
