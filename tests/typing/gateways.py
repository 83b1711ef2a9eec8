"""Read by mypy and basedpyright, never run: gateways and accounts."""

# pyright: strict

from collections.abc import AsyncIterator
from typing import assert_type

from tarash_core import (
    Account,
    AsyncGateway,
    BatchItem,
    Gateway,
    ImageGenerationResponse,
    Plan,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
    VideoGenerationUpdate,
    VideoJob,
)

request = VideoGenerationRequest(prompt="A red fox in fresh snow", duration_seconds=8)
config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", account="customer-42")


def account_of(provider: str, alias: str | None) -> Account | None:
    return Account(api_key=f"{provider}:{alias}") if alias else None


async def show_async(update: VideoGenerationUpdate) -> None:
    print(update.status)


with Gateway(accounts={"customer-42": Account(api_key="id:secret")}) as gateway:
    assert_type(gateway.generate_video(config, request), VideoGenerationResponse)
    assert_type(gateway.generate_image("fal/fal-ai/flux/dev", prompt="A fox"), ImageGenerationResponse)
    assert_type(gateway.plan_video(config, request), Plan)
    job = gateway.submit_video(config, prompt="A fox")
    assert_type(job, VideoJob)
    assert_type(gateway.wait_job(job), VideoGenerationResponse)
    for update in gateway.watch_job(job):
        print(update.status)
    print(gateway.refresh_job(job).status, gateway.cancel_job(job).status)
    with gateway.batch_video(
        config, [request, job], concurrency=5, on_accepted=lambda index, job: print(job.id)
    ) as rows:
        for item in rows:
            assert_type(item, BatchItem)


async def requests() -> AsyncIterator[VideoGenerationRequest]:
    yield request


async def main() -> None:
    async with AsyncGateway(accounts=account_of) as gateway:
        assert_type(await gateway.generate_video(config, request, on_progress=show_async), VideoGenerationResponse)
        assert_type(await gateway.generate_image("fal/fal-ai/flux/dev", prompt="A fox"), ImageGenerationResponse)
        assert_type(gateway.plan_video(config, request), Plan)
        job = await gateway.submit_video(config, prompt="A fox")
        assert_type(await gateway.wait_job(job, timeout=60), VideoGenerationResponse)
        async for update in gateway.watch_job(job):
            print(update.status)
        async with gateway.batch_video(config, requests(), provider_concurrency={"fal": 2}) as rows:
            async for item in rows:
                assert_type(item, BatchItem)
