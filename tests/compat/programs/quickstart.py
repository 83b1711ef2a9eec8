"""One video, as a first program against tarash-gateway asks for it."""

from tarash.tarash_gateway import generate_video
from tarash.tarash_gateway.models import VideoGenerationConfig, VideoGenerationRequest

config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", api_key="fal-id:fal-secret", timeout=600)
request = VideoGenerationRequest(prompt="A red fox in fresh snow", duration_seconds=4, aspect_ratio="16:9")

response = generate_video(config, request)
print(response.status, response.content_type)
print(response.video)
