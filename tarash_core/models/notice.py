"""What the caller should know although nothing failed."""

from __future__ import annotations

from attrs import frozen

from tarash_core.models.base import Value


@frozen
class Notice(Value):
    """One thing that was dropped, moved, defaulted, or that will soon matter.

    Attributes:
        code: A stable word for programs: ``dropped``, ``moved``, ``defaulted``, ``lifecycle``, ``unknown_model``,
            ``unknown_parameter``, ``unknown_status``, ``progress_callback_failed``, ``mismatch`` …
        field: The field of the request that it is about; None for the whole job.
        message: One sentence for people.
    """

    code: str
    field: str | None
    message: str

    def __str__(self) -> str:
        return self.message
