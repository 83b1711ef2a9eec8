"""The outcome of a job for programs: what ``--json`` prints, every key always there, no secret in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tarash_core.cli.errors import exit_code_of, one_line

if TYPE_CHECKING:
    from tarash_core.models.execution import AttemptMetadata, ExecutionMetadata
    from tarash_core.models.notice import Notice
    from tarash_core.models.response import Response


def of_response(response: Response, paths: list[Path]) -> dict[str, Any]:
    """A job that delivered: files, provider, cost, notices, attempts and the receipt."""
    job = response.job
    return {
        "status": response.status,
        "request_id": response.request_id,
        "provider": job.provider if job else None,
        "model": job.model if job else None,
        "is_mock": response.is_mock,
        "files": [measured(path) for path in paths],
        "cost": response.cost.to_dict() if response.cost else None,
        "notices": [_notice(notice) for notice in (*response.notices, *notices_of(paths))],
        "attempts": attempts(response.execution_metadata),
        "job": job.to_dict() if job else None,
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {"code": notice.code, "field": notice.field, "message": notice.message}


def of_error(error: BaseException, notices: Iterable[Notice] = ()) -> dict[str, Any]:
    """One that did not: the error with its exit code, attempts and, if one was accepted, the receipt."""
    job = getattr(error, "job", None)
    known = {name: getattr(error, name, None) for name in ("provider", "model", "request_id", "charged", "retryable")}
    told = {"type": type(error).__name__, "message": one_line(error), "exit_code": exit_code_of(error), **known}
    return {
        "status": "failed",
        "error": told,
        "notices": [_notice(notice) for notice in notices],
        "attempts": attempts(getattr(error, "execution_metadata", None)),
        "job": job.to_dict() if job else None,
    }


def attempts(metadata: ExecutionMetadata | None) -> list[dict[str, Any]]:
    """Every config that was tried or skipped."""
    return [_attempt(attempt) for attempt in metadata.attempts] if metadata else []


def _attempt(attempt: AttemptMetadata) -> dict[str, Any]:
    names = ("attempt_number", "provider", "model", "status", "error_type", "error_message", "charged", "request_id")
    return {
        **{name: getattr(attempt, name) for name in (*names, "unsettled")},
        "started_at": attempt.started_at.isoformat(),
        "elapsed_seconds": attempt.elapsed_seconds,
    }


def measured(path: Path) -> dict[str, Any]:
    """What a saved file says about itself; None for whatever cannot be measured."""
    from tarash_core.engine.measure import measure, sniff

    found = measure(path)
    with path.open("rb") as file:
        content_type = sniff(file.read(512))
    return {
        "path": str(path),
        "content_type": content_type,
        "duration_seconds": found.duration_seconds if found else None,
        "width": found.width if found else None,
        "height": found.height if found else None,
        "size_bytes": path.stat().st_size,
    }


def notices_of(paths: Iterable[Path]) -> Iterator[Notice]:
    """A notice for each file whose name says something else than it holds: a name that was asked for is kept."""
    import mimetypes

    from tarash_core.models.notice import Notice

    for path in paths:
        said, held = mimetypes.guess_type(path.name, strict=False)[0], measured(path)["content_type"]
        if said is not None and held is not None and said != held:
            suffix = mimetypes.guess_extension(held, strict=False)
            usual = f"; a file of this kind is usually called {path.with_suffix(suffix).name}" if suffix else ""
            yield Notice("other_kind", None, f"{path.name} holds {held} under the name that you gave it{usual}.")


def about(path: Path) -> str:
    """The same for people: length, size and kind as far as they can be measured, and the bytes."""
    known, parts = measured(path), []
    if known["duration_seconds"] is not None:
        parts.append(f"{known['duration_seconds']:.1f} s")
    if known["width"] is not None:
        parts.append(f"{known['width']}x{known['height']}")
    return ", ".join([*parts, known["content_type"] or "unknown kind", f"{known['size_bytes']} bytes"])
