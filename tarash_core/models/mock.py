"""How the mock provider shall answer: scripted, weighted, or simply well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

from tarash_core.errors import TarashException, ValidationError
from tarash_core.models import checks
from tarash_core.models.base import Value, to_tuple

if TYPE_CHECKING:
    from tarash_core.models.response import ImageGenerationResponse, VideoGenerationResponse

_STATUSES = ("queued", "processing", "completed", "failed")


def _statuses(instance: Any, attribute: Any, value: Sequence[str]) -> None:
    if not value or any(status not in _STATUSES for status in value):
        raise checks.refuse("status_sequence", list(value), "a list of " + ", ".join(_STATUSES) + " that is not empty")


def _tuple_or_none(value: Any) -> Any:
    return None if value is None else tuple(value)


def _error(instance: Any, attribute: Any, value: Any) -> None:
    if value is not None and not isinstance(value, TarashException):
        raise checks.refuse("error", value, "an error of tarash_core.errors")


@frozen
class MockResponse(Value):
    """One answer that the mock may give.

    Attributes:
        weight: How often it is chosen among several, relative to the others; the choice is by hash, never random.
        mock_response: A whole response to return.
        output_video: The clip to return instead of a rendered one: a URL, bytes, a Path.
        output_video_type: ``"url"`` or ``"content"``, as the original had it; the source itself decides.
        error: An exception to raise instead; a fresh copy is raised each time.
        at: When the error is raised: at ``submit``, or while the job is looked after (``poll``).
    """

    weight: float = field(default=1.0, validator=checks.positive_number)
    mock_response: VideoGenerationResponse | ImageGenerationResponse | None = None
    output_video: Any = None
    output_video_type: str = "url"
    error: TarashException | None = field(default=None, validator=_error, kw_only=True)
    at: Literal["submit", "poll"] = field(default="submit", kw_only=True)


@frozen
class MockPollingConfig(Value):
    """The progress that the mock shows before it answers.

    Attributes:
        enabled: Whether any progress is shown.
        status_sequence: The statuses, in order.
        delay_between_updates: Seconds between two of them.
        progress_percentages: The percentages, one a status; spread evenly when None.
        custom_updates: The ``update`` dicts to hand to the callback, one a status.
    """

    enabled: bool = True
    status_sequence: tuple[str, ...] = field(
        default=("queued", "processing", "completed"), converter=to_tuple, validator=_statuses
    )
    delay_between_updates: float = field(default=0.5, validator=checks.seconds_or_zero)
    progress_percentages: tuple[int, ...] | None = field(default=None, converter=_tuple_or_none)
    custom_updates: tuple[Mapping[str, Any], ...] | None = field(default=None, converter=_tuple_or_none, hash=False)


@frozen
class MockConfig(Value):
    """Switches a config to the mock: no network, the same answer for the same request, the mapping still checked.

    Attributes:
        enabled: Whether the mock answers.
        responses: The answers to choose from; a rendered clip or picture when None. A list that was given is
            chosen from by weight, through a hash of the request and ``seed``.
        polling: Progress to show; none when None.
        seed: Changes the choice among ``responses``.
    """

    enabled: bool = field(default=True, validator=checks.yes_or_no)
    responses: tuple[MockResponse, ...] | None = field(default=None, kw_only=True, converter=_tuple_or_none)
    polling: MockPollingConfig | None = field(default=None, kw_only=True)
    seed: int = field(default=0, kw_only=True, validator=checks.whole)

    def __attrs_post_init__(self) -> None:
        if self.responses is not None and not self.responses:
            raise ValidationError("MockConfig(responses=[]) leaves the mock no answer; give one, or None.")


def to_mock(value: Any) -> MockConfig | None:
    """A MockConfig of one, of True or False, or of a dict."""
    if value is None or isinstance(value, MockConfig):
        return value
    if isinstance(value, bool):
        return MockConfig(value)
    if isinstance(value, Mapping):
        return MockConfig.from_dict(value)
    raise checks.refuse("mock", value, "a MockConfig, True or False")
