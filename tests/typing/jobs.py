"""Read by mypy and basedpyright, never run: jobs, blocking and asynchronous."""

# pyright: strict

from typing import assert_type

from tarash_core import (
    TarashException,
    VideoGenerationResponse,
    VideoJob,
    cancel_job,
    cancel_job_async,
    generate_video,
    generate_video_async,
    plan_video_async,
    refresh_job,
    refresh_job_async,
    submit_video,
    submit_video_async,
    wait_job,
    wait_job_async,
    watch_job,
    watch_job_async,
)

job = submit_video("fal/fal-ai/veo3.1", prompt="A red fox in fresh snow", duration_seconds=8)
assert_type(job, VideoJob)
assert_type(VideoJob.from_json(job.to_json()), VideoJob)
assert_type(wait_job(job), VideoGenerationResponse)
print(refresh_job(job).status, cancel_job(job).status)
for update in watch_job(job, timeout=60):
    print(update.status, update.queue_position, update.eta_seconds)

try:
    generate_video("fal/fal-ai/veo3.1", prompt="A red fox in fresh snow")
except TarashException as error:
    if error.job:
        print(error.job.id, error.job.submitted_at)


async def main() -> None:
    response = await generate_video_async("fal/fal-ai/veo3.1", prompt="A fox", duration_seconds=8)
    assert_type(response, VideoGenerationResponse)
    await response.video.save_async("fox.mp4")
    plan = await plan_video_async("fal/fal-ai/veo3.1", prompt="A fox")
    job = await submit_video_async("fal/fal-ai/veo3.1", plan)
    assert_type(await wait_job_async(job), VideoGenerationResponse)
    print((await refresh_job_async(job)).status, (await cancel_job_async(job)).status)
    async for update in watch_job_async(job):
        print(update.status)
