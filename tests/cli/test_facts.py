from decimal import Decimal

import pytest

from tarash_core.catalog import Lifecycle, Price, set_today
from tarash_core.cli.facts import cost_words, dollars, history_words, life_words, price_words
from tarash_core.models.cost import Cost


@pytest.fixture(autouse=True)
def day():
    set_today("2026-11-22")
    yield
    set_today(None)


@pytest.mark.parametrize(
    ("amount", "words"), [("3.2", "$3.20"), ("3.200", "$3.20"), ("0.0125", "$0.0125"), (0, "$0.00"), (1200, "$1200.00")]
)
def test_dollars(amount, words):
    assert dollars(amount) == words


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (None, ""),
        (Price(usd_per_second="0.4"), "$0.40/s"),
        (Price(usd_per_second={"720p": "0.2", "1080p": "0.4"}, by="resolution"), "from $0.20/s"),
        (Price(usd_per_output="0.01", usd_per_job="1"), "$0.01/output + $1.00/job"),
    ],
)
def test_a_price_in_short(price, words):
    assert price_words(price) == words


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (None, "not known"),
        (Cost(Decimal("3.2")), "$3.20"),
        (Cost("3.2", as_of="2026-11-01"), "$3.20 by the prices of 2026-11-01"),
        (Cost(12, "credits"), "12 credits"),
    ],
)
def test_a_cost(cost, words):
    assert cost_words(cost) == words


def test_the_life_of_a_way_goes_before_that_of_its_model():
    model, way = Lifecycle(delisted="2026-05-01", source="a list"), Lifecycle(retires="2026-12-01")
    assert life_words((way, model)) == "retires 2026-12-01"
    assert life_words((None, model)) == "delisted 2026-05-01" and life_words((None, None)) == ""
    assert history_words((None, model)) == "delisted 2026-05-01; source: a list"
    assert history_words((None, None)) == "not known"
