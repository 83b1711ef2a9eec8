"""A job that a provider has accepted: the receipt with which any process can take the work up again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import field, frozen

from tarash_core.errors import ValidationError
from tarash_core.models import checks
from tarash_core.models.base import Value

if TYPE_CHECKING:
    from datetime import datetime

    from tarash_core.models.cost import Cost

Kind = Literal["video", "image"]


def to_moment(value: Any) -> datetime | None:
    """A datetime in UTC of a datetime or an ISO text; a naive one is taken as UTC."""
    if value is None:
        return None
    from datetime import UTC, datetime

    if isinstance(value, datetime) and value.tzinfo is UTC:
        return value

    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValidationError(f"A time must be ISO 8601 text, not {value!r}.") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def now() -> datetime:
    """The present moment in UTC."""
    from datetime import UTC, datetime

    return datetime.now(UTC)


@frozen(kw_only=True)
class Job(Value):
    """The receipt of an accepted job. It is JSON and holds no secret.

    Attributes:
        provider: Canonical name of the provider.
        model: The model id.
        id: The provider's id of the job.
        variant: The way of calling the model that was chosen, as its mode.
        state: What the provider needs to ask about the job again: JSON, such as its URLs.
        account: The alias of the account that pays; None for the default key.
        submitted_at: When the provider accepted it (UTC).
        contract_version: The version of the provider contract that wrote ``state``.
        result: The outputs of a vendor that answers at once, as JSON; None while the job must be asked for.
        estimated_cost: What it should cost by the word of the vendor that took it; None where it does not tell.
        origin: The host that took it, such as ``https://proxy.example``, where a ``base_url`` named another than the
            vendor's own; no other is asked for it. It is never gone to because it stands here.
    """

    kind: ClassVar[Kind]

    provider: str = field(validator=checks.filled_text)
    model: str = field(validator=checks.filled_text)
    id: str = field(validator=checks.filled_text)
    variant: str | None = None
    state: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)
    account: str | None = None
    submitted_at: datetime = field(factory=now, converter=to_moment)
    contract_version: int = 1
    result: Mapping[str, Any] | None = field(default=None, repr=False, hash=False)
    estimated_cost: Cost | None = None
    origin: str | None = None
    # The key and the pool of the process that bought it: never written out, never pickled.
    access: Any = field(default=None, repr=False, eq=False, hash=False, metadata={"private": True, "live": True})


@frozen(kw_only=True)
class VideoJob(Job):
    """The receipt of an accepted video job; see :class:`Job`."""

    kind: ClassVar[Kind] = "video"


@frozen(kw_only=True)
class ImageJob(Job):
    """The receipt of an accepted image job; see :class:`Job`."""

    kind: ClassVar[Kind] = "image"
