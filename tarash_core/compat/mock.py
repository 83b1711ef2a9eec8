"""The original's mock settings; what they do is that of :class:`tarash_core.MockConfig`."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from tarash_core.compat.base import Held, lenient
from tarash_core.errors import GenerationFailedError, TarashException
from tarash_core.models import mock


def _error_of(error: BaseException | None) -> TarashException | None:
    """The error to raise; the original took any class."""
    if error is None or isinstance(error, TarashException):
        return error
    made = GenerationFailedError(f"{type(error).__name__}: {error}")
    made.__cause__ = error
    return made


@lenient(None)
@frozen(kw_only=True)
class MockResponse(Held):
    """One answer that the mock may give; see :class:`tarash_core.MockResponse`."""

    weight: float = 1.0
    mock_response: Any = field(default=None, hash=False)
    output_video: Any = field(default=None, hash=False)
    output_video_type: str = "url"
    error: BaseException | None = field(default=None, hash=False)

    def settle(self) -> None:
        """Makes the value of ``tarash_core``."""
        told = getattr(self.mock_response, "core", self.mock_response)
        shape, kind, error = self.output_video, self.output_video_type, _error_of(self.error)
        self.hold(mock.MockResponse(self.weight, told, shape, kind, error=error))


@lenient(None)
@frozen(kw_only=True)
class MockPollingConfig(Held):
    """The progress that the mock shows; see :class:`tarash_core.MockPollingConfig`."""

    enabled: bool = True
    status_sequence: list[str] = field(factory=lambda: ["queued", "processing", "completed"], hash=False)
    delay_between_updates: float = 0.5
    progress_percentages: list[int] | None = field(default=None, hash=False)
    custom_updates: list[dict[str, Any]] | None = field(default=None, hash=False)

    def settle(self) -> None:
        """Makes the value of ``tarash_core``."""
        told = {name: getattr(self, name) for name in self.given}
        self.hold(mock.MockPollingConfig(**told))


@lenient(None)
@frozen(kw_only=True)
class MockConfig(Held):
    """Switches a config to the mock; see :class:`tarash_core.MockConfig`."""

    enabled: bool
    responses: list[MockResponse] | None = field(default=None, hash=False)
    polling: MockPollingConfig | None = None

    def settle(self) -> None:
        """Makes the value of ``tarash_core``."""
        answers = None if self.responses is None else [getattr(answer, "core", answer) for answer in self.responses]
        polling: Any = getattr(self.polling, "core", self.polling)
        self.hold(mock.MockConfig(self.enabled, responses=answers, polling=polling))
