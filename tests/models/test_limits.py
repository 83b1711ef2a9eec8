import pytest

from tarash_core.fields import ImageLimits

LIMITS = ImageLimits(least_side=64, most_side=2000, least_pixels=10_000, most_pixels=1_000_000, most_ratio=2.5)


@pytest.mark.parametrize(
    ("width", "height", "fits"),
    [
        (1000, 1000, True),
        (1000, 1001, False),
        (64, 160, True),
        (63, 150, False),
        (100, 99, False),
        (250, 100, True),
        (100, 251, False),
        (2001, 499, False),
    ],
)
def test_every_bound_holds_for_either_side(width: int, height: int, fits: bool) -> None:
    assert LIMITS.fit(width, height) is fits


def test_only_certain_sizes() -> None:
    limits = ImageLimits(sizes=("1024x576", "576x1024"))
    assert limits.fit(576, 1024) and not limits.fit(1024, 1024)
    assert str(limits) == "1024x576 or 576x1024"


def test_bytes() -> None:
    assert ImageLimits(most_bytes=10).fit_bytes(10) and not ImageLimits(most_bytes=10).fit_bytes(11)
    assert ImageLimits().fit_bytes(10**9) and ImageLimits().fit(1, 10**6)


def test_the_limits_in_words() -> None:
    assert str(LIMITS) == ("sides of 64 to 2,000 pixels, 10,000 to 1,000,000 pixels in all, a ratio of at most 2.5:1")
    assert str(ImageLimits(least_side=300, most_bytes=5000)) == "sides of at least 300 pixels, at most 5,000 bytes"
    assert str(ImageLimits(most_pixels=5000)) == "at most 5,000 pixels in all"
