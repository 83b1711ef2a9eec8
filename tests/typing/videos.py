"""Read by mypy and basedpyright, never run: the ways to make a video."""

# pyright: strict

from pathlib import Path
from typing import assert_type

from tarash_core import (
    Plan,
    TarashException,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
    VideoGenerationUpdate,
    VideoJob,
    generate_video,
    plan_video,
)

generate_video("fal/fal-ai/veo3.1", prompt="A red fox in fresh snow", duration_seconds=8).video.save("fox.mp4")

config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1")
request = VideoGenerationRequest(prompt="A red fox in fresh snow", duration_seconds=8, aspect_ratio="16:9")
assert_type(generate_video(config, request), VideoGenerationResponse)
generate_video(config.replace(provider="replicate", model="google/veo-3.1"), request)

chain = VideoGenerationConfig.from_string(
    "fal/fal-ai/veo3.1",
    on_unsupported="nearest",
    timeout=900,
    fallback_configs=["replicate/google/veo-3.1", VideoGenerationConfig(provider="fal", model="m", api_key="k")],
)


def show(update: VideoGenerationUpdate) -> None:
    print(update.status, update.progress_percent)


async def show_async(update: VideoGenerationUpdate) -> None:
    print(update.status, update.progress_percent)


def keep(job: VideoJob) -> None:
    Path("job.json").write_text(job.to_json(), encoding="utf-8")


try:
    response = generate_video(chain, request, on_progress=print)
    generate_video(chain, request, show)
    generate_video(chain, prompt="A fox", on_progress=show, on_accepted=keep, download_to=Path("videos"))
    for attempt in response.execution_metadata.attempts:
        print(attempt.attempt_number, attempt.provider, attempt.status)
except ValidationError as error:
    print(error)
except TarashException as error:
    print(error.charged, error.execution_metadata, error.retryable, error.provider, error.model)
    if error.job:
        print(error.job.to_json())

generate_video(["fal/fal-ai/veo3.1", config], request)

plan = plan_video(chain, request)
assert_type(plan, Plan)
print(plan.payload, plan.notices, plan.estimated_cost)
assert_type(generate_video(chain, plan), VideoGenerationResponse)

generate_video("replicate/google/veo-3.1", prompt="The fox turns", first_frame=Path("a.png"), last_frame=b"png")
generate_video("fal/upscaler", prompt=None, video=VideoJob(provider="fal", model="m", id="1"))
VideoGenerationRequest(prompt="The fox turns", first_frame=Path("a.png"), image_list=[{"image": b"png"}])
