"""What programs do with the values themselves, as they were pydantic's."""

import json

from tarash.tarash_gateway.models import VideoGenerationConfig, VideoGenerationRequest

request = VideoGenerationRequest(prompt="A fox", duration_seconds=8, cfg_scale=0.5, extra_params={"shift": 3})
config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", api_key="fal-id:fal-secret", timeout=300)

dumped = request.model_dump(exclude_none=True)
longer = request.model_copy(update={"duration_seconds": 4})
again = VideoGenerationRequest.model_validate_json(request.model_dump_json())
copied = VideoGenerationConfig.model_validate(config.model_dump())
stored = json.loads(config.model_dump_json(indent=2))
names = list(VideoGenerationRequest.model_fields)
