"""A chain: when fal fails, Replicate is asked."""

from tarash.tarash_gateway import TarashException, VideoGenerationConfig, VideoGenerationRequest, generate_video

config = VideoGenerationConfig(
    provider="fal",
    model="fal-ai/veo3.1",
    api_key="fal-id:fal-secret",
    fallback_configs=[VideoGenerationConfig(provider="replicate", model="google/veo-3.1", api_key="r8_secret")],
)

try:
    response = generate_video(config, VideoGenerationRequest(prompt="A red fox in fresh snow", duration_seconds=8))
except TarashException as error:
    print("failed:", error.message, error.provider)
    raise

metadata = response.execution_metadata
print(metadata.total_attempts, metadata.successful_attempt, metadata.fallback_triggered, metadata.configs_in_chain)
for attempt in metadata.attempts:
    print(attempt.attempt_number, attempt.provider, attempt.status, attempt.error_type)
