"""What a simulator says to one request, including the ways in which a real network fails to say it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen

from tarash_core.plugins.http import HttpResponse


@frozen
class Reply:
    """An answer together with what happens to it on its way.

    Attributes:
        response: The answer; None is a connection reset in its place: whether the request was handled stays unknown.
        after: Seconds of the simulator's clock that pass before the answer starts.
        cut_after: Bytes of the body that arrive before the connection is reset; None lets all of it through.
        drip: ``(bytes, seconds)``: the body comes in pieces of so many bytes with a pause before each.
    """

    response: HttpResponse | None
    after: float = 0.0
    cut_after: int | None = None
    drip: tuple[int, float] | None = field(default=None, kw_only=True)

    @property
    def is_cut(self) -> bool:
        """Whether the connection is reset before the whole body has arrived."""
        return self.cut_after is not None and self.response is not None and self.cut_after < len(self.response.content)

    @property
    def seconds(self) -> float:
        """Seconds of the simulator's clock until the last byte has arrived."""
        return self.after + sum(pause for pause, _ in self.pieces())

    def pieces(self) -> Iterator[tuple[float, bytes]]:
        """Yields the body as ``(seconds to wait, bytes)``, without the part that is cut off."""
        content = b"" if self.response is None else self.response.content[: self.cut_after]
        size, pause = self.drip or (len(content), 0.0)
        for start in range(0, len(content), max(size, 1)):
            yield pause, content[start : start + max(size, 1)]
