"""Read by mypy and basedpyright, never run: images."""

# pyright: strict

from pathlib import Path
from typing import assert_type

from tarash_core import (
    ImageGenerationConfig,
    ImageGenerationRequest,
    ImageGenerationResponse,
    ImageGenerationUpdate,
    ImageInput,
    ImageJob,
    Plan,
    generate_image,
    plan_image,
    submit_image,
    wait_job,
)


def show(update: ImageGenerationUpdate) -> None:
    print(update.status)


def keep(job: ImageJob) -> None:
    print(job.id)


generate_image("fal/fal-ai/flux/dev", prompt="A fox, in ink").image.save("fox.png")
response = generate_image(
    "fal/fal-ai/flux-pro/kontext",
    prompt="Make it night",
    image_list=[ImageInput(Path("fox.png"))],
    mask_image=Path("sky.png"),
    n=1,
    on_progress=show,
    on_accepted=keep,
)
assert_type(response, ImageGenerationResponse)
for image in response.images:
    print(image.url, image.width, image.size_bytes, image.expires_at)

config = ImageGenerationConfig(provider="fal", model="fal-ai/flux/dev")
request = ImageGenerationRequest(prompt="A fox, in ink", size="1024x1024")
assert_type(plan_image(config, request), Plan)
job = submit_image(config, request)
assert_type(job, ImageJob)
assert_type(wait_job(job, on_progress=show, timeout=60), ImageGenerationResponse)
