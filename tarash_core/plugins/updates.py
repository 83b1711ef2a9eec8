"""What a provider says about a job: accepted, and then one of six states."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from attrs import field, frozen

from tarash_core.errors import TarashException
from tarash_core.models.base import masked, to_tuple
from tarash_core.models.cost import Cost
from tarash_core.models.execution import Charged


@frozen
class Accepted:
    """The provider has taken the job.

    Attributes:
        id: The provider's id of it.
        state: What is needed to ask about it again: JSON, no secret.
        estimate: What it should cost, or cost at most, where the vendor says so when it takes the job.
    """

    id: str
    state: Mapping[str, Any] = field(factory=dict, kw_only=True, repr=masked)
    estimate: Cost | None = field(default=None, kw_only=True)


@frozen
class Output:
    """One finished file.

    Attributes:
        url: Where it can be fetched; None when ``data`` holds it.
        data: Its bytes, of a vendor that answers with them.
        content_type: Its media type, where the vendor tells.
        expires_in_seconds: For how long the URL is served.
        authenticated: Whether fetching it needs the key; only ever sent to the provider's own origins.
        width: Width in pixels, where the vendor tells.
        height: Height in pixels, where the vendor tells.
        duration_seconds: Length in seconds, where the vendor tells.
        size_bytes: Size in bytes, where the vendor tells.
    """

    url: str | None = field(default=None, repr=masked)
    data: bytes | None = field(default=None, kw_only=True, repr=False)
    content_type: str | None = field(default=None, kw_only=True)
    expires_in_seconds: float | None = field(default=None, kw_only=True)
    authenticated: bool = field(default=False, kw_only=True)
    width: int | None = field(default=None, kw_only=True)
    height: int | None = field(default=None, kw_only=True)
    duration_seconds: float | None = field(default=None, kw_only=True)
    size_bytes: int | None = field(default=None, kw_only=True)

    @classmethod
    def at(cls, address: str, **known: Any) -> Output:
        """A file by the address that a vendor gives: a URL, or a data URI, which holds the file itself.

        Args:
            address: The URL or data URI.
            **known: Further attributes; how long it is served, and to whom, is said of a URL alone.

        Raises:
            ValidationError: A data URI cannot be read.
        """
        if not address.startswith("data:"):
            return cls(address, **known)
        from tarash_core.models.media import Media

        kind = known.pop("content_type", None) or address[5:].partition(",")[0].partition(";")[0] or None
        known |= {"expires_in_seconds": None, "authenticated": False}
        return cls(data=b"".join(Media(address).chunks()), content_type=kind, **known)


@frozen(kw_only=True)
class Queued:
    """The job waits. ``position`` counts the jobs before it; ``retry_after_seconds`` is the vendor's wish."""

    position: int | None = None
    eta_seconds: float | None = None
    retry_after_seconds: float | None = None
    logs: tuple[str, ...] = field(default=(), converter=to_tuple)
    raw: Any = field(default=None, repr=False)


@frozen(kw_only=True)
class Running:
    """The job runs, or says a word that nobody knows: then ``unknown_status`` holds it and the clock ends the wait."""

    percent: float | None = None
    eta_seconds: float | None = None
    retry_after_seconds: float | None = None
    logs: tuple[str, ...] = field(default=(), converter=to_tuple)
    unknown_status: str | None = None
    raw: Any = field(default=None, repr=False)


@frozen(init=False)
class Done:
    """The job has finished with these outputs. ``cost`` is what the vendor says it cost."""

    outputs: tuple[Output, ...]
    cost: Cost | None
    raw: Any = field(repr=False)
    audio_url: str | None = field(repr=masked)
    revised_prompt: str | None

    def __init__(
        self,
        *outputs: Output,
        cost: Cost | None = None,
        raw: Any = None,
        audio_url: str | None = None,
        revised_prompt: str | None = None,
    ) -> None:
        self.__attrs_init__(outputs, cost, raw, audio_url, revised_prompt)


@frozen
class Failed:
    """The job has ended without a result; ``error`` says why, and whether it was charged if the vendor tells."""

    error: TarashException
    raw: Any = field(default=None, kw_only=True, repr=False)


@frozen(kw_only=True)
class Cancelled:
    """The vendor confirms that the job was cancelled; ``charged`` where it tells."""

    charged: Charged = "unknown"
    raw: Any = field(default=None, repr=False)


@frozen(kw_only=True)
class Expired:
    """The vendor no longer knows the job, or no longer keeps its result."""

    raw: Any = field(default=None, repr=False)


Update: TypeAlias = Queued | Running | Done | Failed | Cancelled | Expired
"""Any answer to 'how is the job?'."""

States: TypeAlias = Mapping[str, type[Update]]
"""A vendor's words for the state of a job, and ours."""


def update_by(
    states: States,
    word: str,
    raw: Any,
    *,
    done: Callable[[], Update],
    failed: Callable[[], TarashException],
    percent: float | None = None,
    position: int | None = None,
    logs: str | Iterable[str] = (),
    charged: Charged = "unknown",
    retry_after_seconds: float | None = None,
) -> Update:
    """What a job says by the vendor's word for its state; a word that nobody knows is a running job.

    Args:
        states: The words that are known.
        word: The vendor's word.
        raw: What the vendor told.
        done: Reads the outputs, where the word means ``Done``.
        failed: Reads the error, where it means ``Failed``.
        percent: How far a running job is; what the logs show where nothing else tells.
        position: How many jobs are before one that waits.
        logs: What the job has logged, as lines or as one text.
        charged: Whether a cancelled job was charged.
        retry_after_seconds: When the vendor wants to be asked again.
    """
    lines = tuple(logs.splitlines() if isinstance(logs, str) else logs)
    state = states.get(word, Running)
    if state is Done:
        return done()
    if state is Failed:
        return Failed(failed(), raw=raw)
    if state is Queued:
        return Queued(position=position, retry_after_seconds=retry_after_seconds, logs=lines, raw=raw)
    if state is Cancelled:
        return Cancelled(charged=charged, raw=raw)
    if state is Expired:
        return Expired(raw=raw)
    return Running(
        percent=percent_in("\n".join(lines)) if percent is None else percent,
        retry_after_seconds=retry_after_seconds,
        logs=lines,
        unknown_status=None if word in states else word,
        raw=raw,
    )


_PROGRESS = re.compile(r"(\d{1,3})%\s*\|")


def percent_in(log: str | None) -> float | None:
    """The percentage that the last bar of progress in a log shows, from 0 to 100; None where there is no bar.

    Args:
        log: Such as ``" 40%|████      | 20/50 [00:02<00:03]"``.
    """
    found = _PROGRESS.findall(log or "")
    return min(float(found[-1]), 100.0) if found else None


ENDED = (Done, Failed, Cancelled, Expired)
"""The states after which nothing more happens."""
