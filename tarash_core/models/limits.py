"""What a model takes of an image that is given as a file: sides, pixels, ratio, bytes."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen


def _sizes(given: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(given)


@frozen(kw_only=True)
class ImageLimits:
    """The limits of an input image, which a file's own header tells; what is only an address is left to the vendor.

    Attributes:
        least_side: The fewest pixels of either side.
        most_side: The most pixels of either side.
        least_pixels: The fewest pixels in all.
        most_pixels: The most pixels in all.
        most_ratio: How often the shorter side may go into the longer one.
        sizes: The only sizes, as ``"1024x576"``; empty for any.
        most_bytes: The largest file.
    """

    least_side: int | None = None
    most_side: int | None = None
    least_pixels: int | None = None
    most_pixels: int | None = None
    most_ratio: float | None = None
    sizes: tuple[str, ...] = field(default=(), converter=_sizes)
    most_bytes: int | None = None

    def fit_bytes(self, count: int) -> bool:
        """Whether a file of so many bytes is taken."""
        return self.most_bytes is None or count <= self.most_bytes

    def fit(self, width: int, height: int) -> bool:
        """Whether an image of this size is taken."""
        short, long, pixels = min(width, height), max(width, height), width * height
        bounds = (
            (self.least_side, short, 1),
            (self.most_side, long, -1),
            (self.least_pixels, pixels, 1),
            (self.most_pixels, pixels, -1),
            (self.most_ratio, long / short, -1),
        )
        within = all(bound is None or sign * value >= sign * bound for bound, value, sign in bounds)
        return within and (not self.sizes or f"{width}x{height}" in self.sizes)

    def __str__(self) -> str:
        """The limits in words, for tables and errors."""
        return ", ".join(self._words())

    def _words(self) -> Iterator[str]:
        if self.sizes:
            yield " or ".join(self.sizes)
        if said := _between(self.least_side, self.most_side):
            yield f"sides of {said} pixels"
        if said := _between(self.least_pixels, self.most_pixels):
            yield f"{said} pixels in all"
        if self.most_ratio is not None:
            yield f"a ratio of at most {self.most_ratio:g}:1"
        if self.most_bytes is not None:
            yield f"at most {self.most_bytes:,} bytes"


def _between(least: int | None, most: int | None) -> str:
    if least is None or most is None:
        return f"at least {least:,}" if least is not None else f"at most {most:,}" if most is not None else ""
    return f"{least:,} to {most:,}"
