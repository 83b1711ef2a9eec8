"""A provider of one's own: a handler with the eight methods, as the last of a chain and on its own."""

import asyncio

from tarash.tarash_gateway import (
    AudioGenerationConfig,
    ImageGenerationConfig,
    ImageGenerationRequest,
    ImageGenerationResponse,
    STSRequest,
    STSResponse,
    TTSRequest,
    TTSResponse,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
    VideoGenerationUpdate,
    generate_image,
    generate_video,
    generate_video_async,
    register_provider,
)
from tarash.tarash_gateway.exceptions import HTTPError, handle_video_generation_errors
from tarash.tarash_gateway.providers.field_mappers import (
    FieldMapper,
    apply_field_mappers,
    duration_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
)

MAPPERS = {
    "text": passthrough_field_mapper("prompt", required=True),
    "seconds": duration_field_mapper("str", ["4s", "8s"], provider="acme"),
    "start": single_image_field_mapper(image_type="first_frame"),
    "camera": FieldMapper(source_field="extra_params", converter=lambda request, extra: extra.get("camera")),
}


class AcmeHandler:
    """Talks to a service that exists only in this program."""

    def __init__(self):
        self.sent = []

    def _video(self, config: VideoGenerationConfig, body: dict) -> VideoGenerationResponse:
        self.sent.append((config.model, config.api_key, body))
        if config.model == "acme-broken":
            raise HTTPError("Out of order", provider="acme", model=config.model, status_code=503)
        return VideoGenerationResponse(
            request_id=f"acme-{len(self.sent)}",
            video="https://acme.example/fox.mp4",
            content_type="video/mp4",
            duration=8.0,
            resolution="720p",
            status="completed",
            raw_response={"body": body},
        )

    @handle_video_generation_errors
    def generate_video(self, config: VideoGenerationConfig, request: VideoGenerationRequest, on_progress=None):
        if on_progress:
            on_progress(VideoGenerationUpdate(request_id="acme", status="processing", progress_percent=50, update={}))
        return self._video(config, apply_field_mappers(MAPPERS, request))

    @handle_video_generation_errors
    async def generate_video_async(
        self, config: VideoGenerationConfig, request: VideoGenerationRequest, on_progress=None
    ):
        if on_progress:
            await on_progress(VideoGenerationUpdate(request_id="acme", status="processing", update={"step": 1}))
        await asyncio.sleep(0)
        return self._video(config, apply_field_mappers(MAPPERS, request))

    def generate_image(self, config: ImageGenerationConfig, request: ImageGenerationRequest, on_progress=None):
        return ImageGenerationResponse(
            request_id="acme-image", images=["https://acme.example/fox.png"], status="completed", raw_response={}
        )

    async def generate_image_async(
        self, config: ImageGenerationConfig, request: ImageGenerationRequest, on_progress=None
    ):
        return self.generate_image(config, request, on_progress)

    def generate_tts(self, config: AudioGenerationConfig, request: TTSRequest, on_progress=None) -> TTSResponse:
        raise NotImplementedError

    async def generate_tts_async(
        self, config: AudioGenerationConfig, request: TTSRequest, on_progress=None
    ) -> TTSResponse:
        raise NotImplementedError

    def generate_sts(self, config: AudioGenerationConfig, request: STSRequest, on_progress=None) -> STSResponse:
        raise NotImplementedError

    async def generate_sts_async(
        self, config: AudioGenerationConfig, request: STSRequest, on_progress=None
    ) -> STSResponse:
        raise NotImplementedError


handler = AcmeHandler()
register_provider("acme", handler)

request = VideoGenerationRequest(
    prompt="A red fox in fresh snow",
    duration_seconds=8,
    image_list=[{"image": "https://pictures.example/fox.png", "type": "first_frame"}],
    extra_params={"camera": "slow"},
)
working = VideoGenerationConfig(provider="acme", model="acme-1", api_key="acme-secret")
broken = VideoGenerationConfig(provider="acme", model="acme-broken", api_key="acme-secret", fallback_configs=[working])

seen, seen_async = [], []


async def note(update):
    seen_async.append(update.update)


response = generate_video(working, request, on_progress=seen.append)
chained = generate_video(broken, request)
awaited = asyncio.run(generate_video_async(working, request, on_progress=note))
picture = generate_image(ImageGenerationConfig(provider="acme", model="acme-1"), ImageGenerationRequest(prompt="A fox"))

print(response.request_id, response.video, response.resolution)
print([attempt.status for attempt in chained.execution_metadata.attempts], chained.request_id)
print(awaited.request_id, picture.images)
