"""What a job says on its way, to a plain function."""

from tarash.tarash_gateway import (
    ImageGenerationConfig,
    ImageGenerationRequest,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationUpdate,
    generate_image,
    generate_video,
)

seen: list[VideoGenerationUpdate] = []
images = []


def on_progress(update: VideoGenerationUpdate) -> None:
    seen.append(update)
    print(update.request_id, update.status, update.progress_percent, update.error)


generate_video(
    VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", api_key="fal-id:fal-secret", poll_interval=1),
    VideoGenerationRequest(prompt="A red fox in fresh snow", duration_seconds=8),
    on_progress=on_progress,
)
generate_image(
    ImageGenerationConfig(provider="fal", model="fal-ai/flux/dev", api_key="fal-id:fal-secret"),
    ImageGenerationRequest(prompt="A fox, in ink"),
    on_progress=images.append,
)
