"""Tests of a program of one's own, with answers that are made up."""

from tarash.tarash_gateway import VideoGenerationConfig, VideoGenerationRequest, VideoGenerationResponse, generate_video
from tarash.tarash_gateway.exceptions import HTTPError, TarashException, is_retryable_error
from tarash.tarash_gateway.mock import MockConfig, MockPollingConfig, MockResponse

CLIP = "https://clips.example/fox.mp4"
request = VideoGenerationRequest(prompt="A red fox in fresh snow", duration_seconds=8)
made_up = VideoGenerationResponse(
    request_id="made-up", video=CLIP, status="completed", duration=8.0, raw_response={"from": "a test"}
)


def mocked(**settings):
    mock = MockConfig(enabled=True, **settings)
    return VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", api_key="unused", mock=mock)


seen = []
polling = MockPollingConfig(
    enabled=True,
    status_sequence=["queued", "processing", "processing", "completed"],
    delay_between_updates=0.0,
    progress_percentages=[0, 30, 70, 100],
)

default = generate_video(mocked(), request)
scripted = generate_video(
    mocked(responses=[MockResponse(mock_response=made_up)], polling=polling), request, seen.append
)
other_clip = generate_video(mocked(responses=[MockResponse(weight=1.0, output_video=CLIP)]), request)

try:
    generate_video(mocked(responses=[MockResponse(error=HTTPError("Overloaded", status_code=503))]), request)
except TarashException as error:
    failure = error

print(default.is_mock, scripted.request_id, scripted.video == CLIP, other_clip.video == CLIP)
print([(update.status, update.progress_percent) for update in seen])
print(type(failure).__name__, failure.status_code, is_retryable_error(failure))
