"""The API of tarash-gateway on the engine of Tarash, for moving a program step by step.

Write ``tarash_core.compat`` where the program imports ``tarash.tarash_gateway``, also in the names of its submodules:
``tarash_core.compat.models``, ``.exceptions``, ``.mock``, ``.registry``, ``.image_format`` and
``.providers.field_mappers``. Each habit that Tarash itself does not have gives a DeprecationWarning that names the way
which it has. Sound is out of scope.
"""

from __future__ import annotations

import tarash_core
from tarash_core.compat.api import (
    generate_image,
    generate_image_async,
    generate_sts,
    generate_sts_async,
    generate_tts,
    generate_tts_async,
    generate_video,
    generate_video_async,
    get_provider_field_mapping,
    register_provider,
    register_provider_field_mapping,
)
from tarash_core.compat.habits import note
from tarash_core.compat.mock import MockConfig, MockPollingConfig, MockResponse
from tarash_core.compat.models import (
    AspectRatio,
    AttemptMetadata,
    AudioGenerationConfig,
    AudioOutputFormat,
    ExecutionMetadata,
    ImageGenerationConfig,
    ImageGenerationRequest,
    ImageGenerationResponse,
    ImageGenerationUpdate,
    ImageType,
    MediaContent,
    MediaType,
    ProviderHandler,
    Resolution,
    STSRequest,
    STSResponse,
    STSUpdate,
    TTSRequest,
    TTSResponse,
    TTSUpdate,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
    VideoGenerationUpdate,
    format_to_content_type,
)
from tarash_core.errors import (
    ContentModerationError,
    GenerationFailedError,
    HTTPConnectionError,
    HTTPError,
    TarashException,
    TimeoutError,
    ValidationError,
)

__version__: str = tarash_core.__version__  # type: ignore[attr-defined]

note("import")

__all__ = [
    "AspectRatio",
    "AttemptMetadata",
    "AudioGenerationConfig",
    "AudioOutputFormat",
    "ContentModerationError",
    "ExecutionMetadata",
    "GenerationFailedError",
    "HTTPConnectionError",
    "HTTPError",
    "ImageGenerationConfig",
    "ImageGenerationRequest",
    "ImageGenerationResponse",
    "ImageGenerationUpdate",
    "ImageType",
    "MediaContent",
    "MediaType",
    "MockConfig",
    "MockPollingConfig",
    "MockResponse",
    "ProviderHandler",
    "Resolution",
    "STSRequest",
    "STSResponse",
    "STSUpdate",
    "TTSRequest",
    "TTSResponse",
    "TTSUpdate",
    "TarashException",
    "TimeoutError",
    "ValidationError",
    "VideoGenerationConfig",
    "VideoGenerationRequest",
    "VideoGenerationResponse",
    "VideoGenerationUpdate",
    "__version__",
    "format_to_content_type",
    "generate_image",
    "generate_image_async",
    "generate_sts",
    "generate_sts_async",
    "generate_tts",
    "generate_tts_async",
    "generate_video",
    "generate_video_async",
    "get_provider_field_mapping",
    "register_provider",
    "register_provider_field_mapping",
]
