"""A web service that makes clips: it takes a request, is called back when the clip is done, and streams it.

Run it::

    pip install fastapi uvicorn tarash-core tarash-replicate
    REPLICATE_API_TOKEN=… PUBLIC_URL=https://clips.example uvicorn --factory web_app:create_app
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, closing
from pathlib import Path
from typing import Annotated, Any

from fastapi import Body, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, StreamingResponse

from tarash_core import (
    AsyncGateway,
    Media,
    TarashException,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
    VideoGenerationUpdate,
    VideoJob,
    WebhookError,
)

PROVIDER, MODEL = "replicate", "google/veo-3.1"
ENDED = ("completed", "failed", "cancelled")
TABLE = "CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, job TEXT, status TEXT, result TEXT)"
KEEP = "UPDATE jobs SET status = ?, result = ? WHERE id = ? AND status NOT IN ('completed', 'failed', 'cancelled')"


class Jobs:
    """What is known about each job. Another store needs these three methods and nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._run(TABLE)

    def put(self, job: VideoJob) -> None:
        """Keeps the receipt of a job; it is JSON and holds no key."""
        self._run("INSERT OR IGNORE INTO jobs VALUES (?, ?, 'queued', NULL)", job.id, job.to_json())

    def get(self, id: str) -> tuple[VideoJob, str, VideoGenerationResponse | None] | None:
        """The receipt, the status and the result; None for an id that nobody knows."""
        rows = self._run("SELECT job, status, result FROM jobs WHERE id = ?", id)
        if not rows:
            return None
        job, status, result = rows[0]
        return VideoJob.from_json(job), status, result and VideoGenerationResponse.from_json(result)

    def note(self, id: str, update: VideoGenerationUpdate) -> None:
        """Keeps what was said about a job, unless its end is known already: callbacks may come twice or late."""
        self._run(KEEP, update.status, update.result and update.result.to_json(), id)

    def _run(self, statement: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(statement, values).fetchall()


def create_app(path: str = "jobs.db") -> FastAPI:
    """The service. PUBLIC_URL is where the vendor reaches it; without it nobody calls back and GET asks instead."""
    jobs = Jobs(Path(path))
    public = os.environ.get("PUBLIC_URL")
    config = VideoGenerationConfig(
        provider=PROVIDER, model=MODEL, webhook_url=f"{public}/hooks/{PROVIDER}" if public else None
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncGateway() as app.state.gateway:
            yield

    app = FastAPI(title="Clips", lifespan=lifespan)

    @app.post("/videos", status_code=202)
    async def order(request: Annotated[VideoGenerationRequest, Body()]) -> dict[str, str]:
        job = await app.state.gateway.submit_video(config, request)
        jobs.put(job)
        return {"id": job.id, "status": f"/videos/{job.id}", "file": f"/videos/{job.id}/file"}

    @app.post("/hooks/{provider}")
    async def called_back(provider: str, request: Request) -> dict[str, str]:
        body = await request.body()  # as it arrived: the signature is over the bytes
        event = await app.state.gateway.read_webhook(provider, request.headers, body)
        if jobs.get(event.job_id) is None:
            raise HTTPException(503, "The job is not stored yet; call again.")
        jobs.note(event.job_id, event.update)
        return {"status": event.update.status}

    @app.get("/videos/{id}")
    async def status(id: str) -> dict[str, Any]:
        job, known, result = found(id)
        if known not in ENDED:  # a callback may be on its way or lost: ask
            jobs.note(id, await app.state.gateway.refresh_job(job))
            job, known, result = found(id)
        return {"id": id, "status": known, "cost_usd": result and result.cost and result.cost.usd}

    @app.get("/videos/{id}/file")
    async def file(id: str) -> StreamingResponse:
        _, known, result = found(id)
        if result is None:
            raise HTTPException(409, f"There is no file; the job is {known}.")
        chunks = chunks_of(result.video)
        first = await anext(chunks)  # so that an expired file is an error and not a broken stream
        return StreamingResponse(joined(first, chunks), media_type=result.video.content_type or "video/mp4")

    @app.exception_handler(TarashException)
    async def told(request: Request, error: TarashException) -> JSONResponse:
        return JSONResponse({"error": str(error), "charged": error.charged}, status_of(error))

    def found(id: str) -> tuple[VideoJob, str, VideoGenerationResponse | None]:
        row = jobs.get(id)
        if row is None:
            raise HTTPException(404, "There is no such job.")
        return row

    return app


def status_of(error: TarashException) -> int:
    """The HTTP status for an error: the caller's fault, the vendor's, or a callback that was read before."""
    if isinstance(error, WebhookError):
        return 200 if error.is_repeat else 400
    return 422 if isinstance(error, ValidationError) else 502


async def chunks_of(media: Media) -> AsyncIterator[bytes]:
    """The bytes of a medium, a piece at a time; the key it may need is found by its job's account."""
    async with media.open_async() as stream:
        async for chunk in stream:
            yield chunk


async def joined(first: bytes, rest: Any) -> AsyncIterator[bytes]:
    """One stream of its first piece and the others."""
    async with aclosing(rest):
        yield first
        async for chunk in rest:
            yield chunk
