"""Several jobs on one event loop, with an async callback."""

import asyncio

from tarash.tarash_gateway import (
    ImageGenerationConfig,
    ImageGenerationRequest,
    VideoGenerationConfig,
    VideoGenerationRequest,
    generate_image_async,
    generate_video_async,
)

statuses: list[str] = []


async def on_progress(update):
    await asyncio.sleep(0)
    statuses.append(update.status)


async def main():
    video = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", api_key="fal-id:fal-secret")
    image = ImageGenerationConfig(provider="fal", model="fal-ai/flux/dev", api_key="fal-id:fal-secret")
    return await asyncio.gather(
        generate_video_async(
            video, VideoGenerationRequest(prompt="A fox", duration_seconds=4), on_progress=on_progress
        ),
        generate_image_async(image, ImageGenerationRequest(prompt="A fox, in ink")),
    )


clip, picture = asyncio.run(main())
print(clip.video, picture.images[0])
