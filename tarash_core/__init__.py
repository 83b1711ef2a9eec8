"""One API over many AI video and image providers.

Importing this package loads nothing else; each name is loaded when it is first used.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tarash_core.api import cancel_job as cancel_job
    from tarash_core.api import cancel_job_async as cancel_job_async
    from tarash_core.api import discover_model as discover_model
    from tarash_core.api import discover_model_async as discover_model_async
    from tarash_core.api import generate_image as generate_image
    from tarash_core.api import generate_image_async as generate_image_async
    from tarash_core.api import generate_video as generate_video
    from tarash_core.api import generate_video_async as generate_video_async
    from tarash_core.api import get_provider_field_mapping as get_provider_field_mapping
    from tarash_core.api import plan_image as plan_image
    from tarash_core.api import plan_image_async as plan_image_async
    from tarash_core.api import plan_video as plan_video
    from tarash_core.api import plan_video_async as plan_video_async
    from tarash_core.api import read_webhook as read_webhook
    from tarash_core.api import read_webhook_async as read_webhook_async
    from tarash_core.api import refresh_job as refresh_job
    from tarash_core.api import refresh_job_async as refresh_job_async
    from tarash_core.api import register_provider_field_mapping as register_provider_field_mapping
    from tarash_core.api import submit_image as submit_image
    from tarash_core.api import submit_image_async as submit_image_async
    from tarash_core.api import submit_video as submit_video
    from tarash_core.api import submit_video_async as submit_video_async
    from tarash_core.api import wait_job as wait_job
    from tarash_core.api import wait_job_async as wait_job_async
    from tarash_core.api import watch_job as watch_job
    from tarash_core.api import watch_job_async as watch_job_async
    from tarash_core.errors import AuthenticationError as AuthenticationError
    from tarash_core.errors import BudgetExceededError as BudgetExceededError
    from tarash_core.errors import ContentModerationError as ContentModerationError
    from tarash_core.errors import DeliveryError as DeliveryError
    from tarash_core.errors import GenerationFailedError as GenerationFailedError
    from tarash_core.errors import GenerationTimeoutError as GenerationTimeoutError
    from tarash_core.errors import HTTPConnectionError as HTTPConnectionError
    from tarash_core.errors import HTTPError as HTTPError
    from tarash_core.errors import InsufficientCreditsError as InsufficientCreditsError
    from tarash_core.errors import JobCancelledError as JobCancelledError
    from tarash_core.errors import JobExpiredError as JobExpiredError
    from tarash_core.errors import LostAnswerError as LostAnswerError
    from tarash_core.errors import PluginError as PluginError
    from tarash_core.errors import ProviderNotInstalledError as ProviderNotInstalledError
    from tarash_core.errors import RateLimitError as RateLimitError
    from tarash_core.errors import RetiredModelError as RetiredModelError
    from tarash_core.errors import TarashException as TarashException
    from tarash_core.errors import TimeoutError as TimeoutError
    from tarash_core.errors import UnsupportedParameterError as UnsupportedParameterError
    from tarash_core.errors import ValidationError as ValidationError
    from tarash_core.errors import WebhookError as WebhookError
    from tarash_core.gateway import AsyncGateway as AsyncGateway
    from tarash_core.gateway import Gateway as Gateway
    from tarash_core.models.batch import BatchItem as BatchItem
    from tarash_core.models.config import Account as Account
    from tarash_core.models.config import ImageGenerationConfig as ImageGenerationConfig
    from tarash_core.models.config import VideoGenerationConfig as VideoGenerationConfig
    from tarash_core.models.cost import Cost as Cost
    from tarash_core.models.execution import AttemptMetadata as AttemptMetadata
    from tarash_core.models.execution import ExecutionMetadata as ExecutionMetadata
    from tarash_core.models.job import ImageJob as ImageJob
    from tarash_core.models.job import VideoJob as VideoJob
    from tarash_core.models.media import ImageInput as ImageInput
    from tarash_core.models.media import ImageType as ImageType
    from tarash_core.models.media import Media as Media
    from tarash_core.models.mock import MockConfig as MockConfig
    from tarash_core.models.mock import MockPollingConfig as MockPollingConfig
    from tarash_core.models.mock import MockResponse as MockResponse
    from tarash_core.models.notice import Notice as Notice
    from tarash_core.models.plan import Plan as Plan
    from tarash_core.models.request import AspectRatio as AspectRatio
    from tarash_core.models.request import ImageGenerationRequest as ImageGenerationRequest
    from tarash_core.models.request import Resolution as Resolution
    from tarash_core.models.request import VideoGenerationRequest as VideoGenerationRequest
    from tarash_core.models.response import ImageGenerationResponse as ImageGenerationResponse
    from tarash_core.models.response import VideoGenerationResponse as VideoGenerationResponse
    from tarash_core.models.update import ImageGenerationUpdate as ImageGenerationUpdate
    from tarash_core.models.update import VideoGenerationUpdate as VideoGenerationUpdate
    from tarash_core.models.webhook import WebhookEvent as WebhookEvent
    from tarash_core.plugins.loader import register_provider as register_provider
else:
    # fmt: off
    _API = "cancel_job discover_model generate_image generate_video plan_image plan_video read_webhook refresh_job submit_image submit_video wait_job watch_job"  # noqa: E501
    _HOMES = {
        "api": f"""{_API} {_API.replace(" ", "_async ")}_async
            get_provider_field_mapping register_provider_field_mapping""",
        "errors": """AuthenticationError BudgetExceededError ContentModerationError DeliveryError GenerationFailedError
            GenerationTimeoutError HTTPConnectionError HTTPError InsufficientCreditsError JobCancelledError
            JobExpiredError LostAnswerError PluginError ProviderNotInstalledError RateLimitError RetiredModelError
            TarashException TimeoutError UnsupportedParameterError ValidationError WebhookError""",
        "gateway": "AsyncGateway Gateway",
        "models.batch": "BatchItem",
        "models.config": "Account ImageGenerationConfig VideoGenerationConfig",
        "models.cost": "Cost",
        "models.execution": "AttemptMetadata ExecutionMetadata",
        "models.job": "ImageJob VideoJob",
        "models.media": "ImageInput ImageType Media",
        "models.mock": "MockConfig MockPollingConfig MockResponse",
        "models.notice": "Notice",
        "models.plan": "Plan",
        "models.request": "AspectRatio ImageGenerationRequest Resolution VideoGenerationRequest",
        "models.response": "ImageGenerationResponse VideoGenerationResponse",
        "models.update": "ImageGenerationUpdate VideoGenerationUpdate",
        "models.webhook": "WebhookEvent",
        "plugins.loader": "register_provider",
    }
    # fmt: on
    _WHERE = {name: home for home, names in _HOMES.items() for name in names.split()}

    def __getattr__(name):
        """Loads a public name on its first use."""
        if name == "__version__":
            import importlib.metadata

            return importlib.metadata.version("tarash-core")
        if name not in _WHERE:
            raise AttributeError(f"module 'tarash_core' has no attribute {name!r}")
        import importlib

        value = getattr(importlib.import_module(f"tarash_core.{_WHERE[name]}"), name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *_WHERE})


__all__ = [
    "Account",
    "AspectRatio",
    "AsyncGateway",
    "AttemptMetadata",
    "AuthenticationError",
    "BatchItem",
    "BudgetExceededError",
    "ContentModerationError",
    "Cost",
    "DeliveryError",
    "ExecutionMetadata",
    "Gateway",
    "GenerationFailedError",
    "GenerationTimeoutError",
    "HTTPConnectionError",
    "HTTPError",
    "ImageGenerationConfig",
    "ImageGenerationRequest",
    "ImageGenerationResponse",
    "ImageGenerationUpdate",
    "ImageInput",
    "ImageJob",
    "ImageType",
    "InsufficientCreditsError",
    "JobCancelledError",
    "JobExpiredError",
    "LostAnswerError",
    "Media",
    "MockConfig",
    "MockPollingConfig",
    "MockResponse",
    "Notice",
    "Plan",
    "PluginError",
    "ProviderNotInstalledError",
    "RateLimitError",
    "Resolution",
    "RetiredModelError",
    "TarashException",
    "UnsupportedParameterError",
    "ValidationError",
    "VideoGenerationConfig",
    "VideoGenerationRequest",
    "VideoGenerationResponse",
    "VideoGenerationUpdate",
    "VideoJob",
    "WebhookError",
    "WebhookEvent",
    "cancel_job",
    "cancel_job_async",
    "discover_model",
    "discover_model_async",
    "generate_image",
    "generate_image_async",
    "generate_video",
    "generate_video_async",
    "get_provider_field_mapping",
    "plan_image",
    "plan_image_async",
    "plan_video",
    "plan_video_async",
    "read_webhook",
    "read_webhook_async",
    "refresh_job",
    "refresh_job_async",
    "register_provider",
    "register_provider_field_mapping",
    "submit_image",
    "submit_image_async",
    "submit_video",
    "submit_video_async",
    "wait_job",
    "wait_job_async",
    "watch_job",
    "watch_job_async",
]
