"""Read by mypy and basedpyright, never run: tests of a user's own."""

# pyright: strict

from tarash_core import (
    GenerationFailedError,
    MockConfig,
    MockPollingConfig,
    MockResponse,
    VideoGenerationConfig,
    VideoGenerationResponse,
    generate_video,
)

config = VideoGenerationConfig(
    provider="fal",
    model="fal-ai/veo3.1",
    mock=MockConfig(
        enabled=True,
        responses=[MockResponse(weight=1.0), MockResponse(error=GenerationFailedError("no"))],
        polling=MockPollingConfig(enabled=True),
    ),
)
response = generate_video(config, prompt="A red fox in fresh snow", duration_seconds=8)
assert response.is_mock
response.video.save("fox.mp4")

VideoGenerationResponse(request_id="1", video="https://example.com/fox.mp4", status="completed", raw_response={})
