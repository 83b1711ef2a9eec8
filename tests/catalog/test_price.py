from datetime import date
from decimal import Decimal

import pytest

from tarash_core.catalog import Price


@pytest.mark.parametrize(
    ("price", "effective", "usd"),
    [
        (Price(usd_per_second="0.4"), {"duration_seconds": 8}, "3.2"),
        (Price(usd_per_second=0.1), {"duration_seconds": 7.5, "number_of_videos": 2}, "1.5"),
        (Price(usd_per_second=0.1), {}, None),
        (Price(usd_per_output="0.04"), {"n": 3}, "0.12"),
        (Price(usd_per_output="0.04"), {}, "0.04"),
        (Price(usd_per_job="0.5"), {"n": 3}, "0.5"),
        (Price(usd_per_job="0.5", usd_per_output="0.1"), {"n": 3}, "0.8"),
        (Price(usd_per_megapixel="0.02"), {"size": "1000x2000"}, "0.04"),
        (Price(usd_per_megapixel="0.02"), {"size": "auto"}, None),
        (Price(), {"duration_seconds": 8}, None),
    ],
)
def test_an_estimate(price, effective, usd):
    cost = price.estimate(effective)
    assert (cost and cost.usd) == (None if usd is None else Decimal(usd))


def test_a_table_by_effective_values():
    table = {("720p", True): "0.4", ("720p", False): "0.2", ("4k", True): "0.6"}
    price = Price(usd_per_second=table, by=("resolution", "generate_audio"), checked="2026-11-22", source="a page")

    def usd(**effective):
        cost = price.estimate({"duration_seconds": 10, **effective})
        return cost and cost.usd

    assert usd(resolution="720p", generate_audio=True) == 4
    assert usd(resolution="2160p", generate_audio=True) == 6
    assert usd(resolution="4k", generate_audio=False) is None
    assert usd(resolution="720p") is None
    cost = price.estimate({"duration_seconds": 1, "resolution": "720p", "generate_audio": False})
    assert (cost.source, cost.as_of, cost.unit) == ("catalog", date(2026, 11, 22), "usd")


def test_one_field_needs_no_tuple():
    assert Price(usd_per_output={"1K": 1, "4K": 2}, by="resolution").estimate({"resolution": "4k"}).usd == 2


@pytest.mark.parametrize(
    ("extra", "usd"),
    [
        ({}, 1),
        ({"hdr": False}, 1),
        ({"hdr": True}, 2),
        ({"voices": ["a"]}, 3),
        ({"voices": []}, 1),
        ({"hdr": "x"}, None),
    ],
)
def test_a_table_by_parameters_of_the_models_own(extra, usd):
    table = {(False, False): 1, (True, False): 2, (False, True): 3}
    price = Price(usd_per_job=table, by=("extra_params.hdr", "extra_params.voices"))
    cost = price.estimate({"extra_params": extra} if extra else {})
    assert (cost and cost.usd) == usd
