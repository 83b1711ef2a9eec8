"""What would be sent, and why: the result of ``plan_video`` and ``plan_image``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field, frozen

from tarash_core.models.base import Value, masked, to_tuple
from tarash_core.models.cost import Cost
from tarash_core.models.job import Kind
from tarash_core.models.limits import ImageLimits
from tarash_core.models.media import Media
from tarash_core.models.notice import Notice
from tarash_core.models.request import Request


@frozen
class MediaForm:
    """One way in which a wire field takes a medium.

    Attributes:
        kind: ``url``, ``data_uri``, ``base64``, ``file`` (a multipart part), ``job_id`` (of an earlier result), or a
            vendor's own URI scheme such as ``gs``.
        write: The object to write, with ``"$value"`` and ``"$content_type"`` as holes; None writes the bare value.
    """

    kind: str
    write: Mapping[str, Any] | None = field(default=None, hash=False)


@frozen(repr=False)
class MediaLeaf:
    """A hole in a payload that the engine fills after the plan, when a file must be read, encoded or uploaded.

    Attributes:
        media: The medium.
        forms: The forms that the wire field takes, the preferred one first.
        field: The field of our request that it came from.
        limits: What the wire field takes of an image.
    """

    media: Media
    forms: Sequence[MediaForm]
    field: str
    limits: ImageLimits | None = None

    def __repr__(self) -> str:
        return f"<{self.field}: {self.media!r}>"

    def __str__(self) -> str:
        return repr(self)


@frozen(kw_only=True)
class Plan(Value):
    """What would be sent. ``generate`` is a plan and its execution, nothing else.

    Attributes:
        kind: ``video`` or ``image``.
        provider: Canonical name of the provider.
        model: The model id.
        variant: The way of calling the model, as its mode.
        endpoint: The path or id that the request goes to.
        payload: The exact body. Media that must still be read or uploaded stand in it as holes.
        body: ``json`` or ``multipart``.
        notices: What was dropped, moved or defaulted, and what the catalogue warns of.
        estimated_cost: What the job should cost by the dated price list; None where no price is known.
        fallbacks: One plan for each further config of the chain that could take the request.
        request: The request that it was made from.
        effective: The values that count, by our names: given, moved or default.
        surface: The surface of the provider that was chosen, where it has several.
        settings: What the catalogue says about this way of calling for the provider's own use.
    """

    kind: Kind
    provider: str
    model: str
    variant: str
    endpoint: str
    payload: Mapping[str, Any] = field(factory=dict, repr=masked, hash=False)
    body: str = "json"
    notices: tuple[Notice, ...] = field(default=(), converter=to_tuple)
    estimated_cost: Cost | None = None
    fallbacks: tuple[Plan, ...] = field(default=(), converter=to_tuple)
    request: Request = field(repr=False)
    effective: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)
    surface: str | None = None
    settings: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)
