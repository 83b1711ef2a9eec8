"""One row of a batch."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from tarash_core.errors import TarashException
from tarash_core.models.job import Job
from tarash_core.models.plan import Plan
from tarash_core.models.request import Request


@frozen(kw_only=True)
class BatchItem:
    """A row of a batch and what came of it: a response or an error, never both.

    Attributes:
        index: Place of the row in the batch, from 0.
        request: The request, plan or job, as it was given.
        response: The response, if it succeeded.
        error: The error, if it failed.
    """

    index: int
    request: Request | Plan | Job
    response: Any = None
    error: TarashException | None = field(default=None)
