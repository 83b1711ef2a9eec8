"""CPU per generation, submit, three polls and result: ours against a bare httpx loop of the same five requests."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
from measuring import Comparison, best_in_turns
from server import served

from tarash_core import AsyncGateway, Gateway, VideoGenerationConfig, VideoGenerationRequest, generate_video
from tarash_core.ledger import Ledger

MODEL = "fal-ai/veo3.1"
KEY = "benchmark-id:benchmark-secret"
PROMPT = "A red fox in fresh snow"
REQUEST = VideoGenerationRequest(prompt=PROMPT, duration_seconds=8, aspect_ratio="16:9")
BODY = {"prompt": PROMPT, "duration": "8s", "aspect_ratio": "16:9"}
HEADERS = {"authorization": f"Key {KEY}"}

Work = Callable[[int], object]


def config_for(url: str) -> VideoGenerationConfig:
    """fal at another host, looked at without a pause."""
    return VideoGenerationConfig(provider="fal", model=MODEL, api_key=KEY, base_url=url, poll_interval=0)


def bare(client: httpx.Client, url: str) -> Any:
    """One generation, written by hand."""
    job = client.post(f"{url}/{MODEL}", json=BODY, headers=HEADERS).raise_for_status().json()
    while True:
        told = client.get(f"{job['status_url']}?logs=1", headers=HEADERS).raise_for_status().json()
        if told["status"] == "COMPLETED":
            return client.get(job["response_url"], headers=HEADERS).raise_for_status().json()["video"]["url"]


async def bare_async(client: httpx.AsyncClient, url: str) -> Any:
    """The same on an event loop."""
    job = (await client.post(f"{url}/{MODEL}", json=BODY, headers=HEADERS)).raise_for_status().json()
    while True:
        answer = await client.get(f"{job['status_url']}?logs=1", headers=HEADERS)
        if answer.raise_for_status().json()["status"] == "COMPLETED":
            result = await client.get(job["response_url"], headers=HEADERS)
            return result.raise_for_status().json()["video"]["url"]


def kept_open(stack: ExitStack, url: str, ledger: Ledger | None = None) -> dict[str, Work]:
    """A gateway for many jobs against a client for many jobs."""
    gateway, client = stack.enter_context(Gateway(ledger=ledger)), stack.enter_context(httpx.Client())
    config = config_for(url)
    return {
        "bare": lambda count: [bare(client, url) for _ in range(count)],
        "ours": lambda count: [gateway.generate_video(config, REQUEST).video.url for _ in range(count)],
    }


def with_a_ledger(stack: ExitStack, url: str) -> dict[str, Work]:
    """The same with every purchase written into a file, from the intent to the outcome."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
    return kept_open(stack, url, stack.enter_context(Ledger(os.path.join(folder, "jobs.db"))))


def one_by_one(stack: ExitStack, url: str) -> dict[str, Work]:
    """The module function against a client for each job; both find their TLS context ready."""
    context, config = httpx.create_ssl_context(), config_for(url)

    def bare_once() -> Any:
        with httpx.Client(verify=context) as client:
            return bare(client, url)

    return {
        "bare": lambda count: [bare_once() for _ in range(count)],
        "ours": lambda count: [generate_video(config, REQUEST).video.url for _ in range(count)],
    }


def on_a_loop(stack: ExitStack, url: str) -> dict[str, Work]:
    """An async gateway for many jobs against an async client for many jobs, on one event loop."""
    runner, config = stack.enter_context(asyncio.Runner()), config_for(url)
    client, gateway = httpx.AsyncClient(), AsyncGateway()

    async def bare_many(count: int) -> None:
        for _ in range(count):
            await bare_async(client, url)

    async def ours_many(count: int) -> None:
        for _ in range(count):
            assert (await gateway.generate_video(config, REQUEST)).video.url

    stack.callback(lambda: runner.run(gateway.close()))
    stack.callback(lambda: runner.run(client.aclose()))
    return {"bare": lambda count: runner.run(bare_many(count)), "ours": lambda count: runner.run(ours_many(count))}


CASES = {
    "Gateway : httpx.Client, kept open": (kept_open, 1.0),
    "AsyncGateway : httpx.AsyncClient, kept open": (on_a_loop, 1.0),
    "generate_video : a client per job": (one_by_one, 1.0),
    "Gateway with a ledger : httpx.Client": (with_a_ledger, 1.15),
}


def compare(rounds: int, count: int) -> list[Comparison]:
    """Every case, in one run, against one server."""
    found = []
    with served() as url:
        for name, (case, target) in CASES.items():
            with ExitStack() as stack:
                best = best_in_turns(case(stack, url), rounds, count)
            found.append(Comparison(f"CPU per generation, {name}", best["ours"], best["bare"], target))
    return found
