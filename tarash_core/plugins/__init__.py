"""Everything that the author of a provider or an extension imports."""

from tarash_core.plugins.answers import body_of, error_of_status, retry_after_seconds, words_of
from tarash_core.plugins.credentials import Credential, Credentials
from tarash_core.plugins.forms import Multipart, multipart
from tarash_core.plugins.http import FilePart, FileParts, Headers, HttpRequest, HttpResponse
from tarash_core.plugins.loader import (
    PluginInfo,
    installed_providers,
    load_provider,
    refresh,
    register_provider,
    unregister_provider,
)
from tarash_core.plugins.manager import make_plugin_manager, plugin_manager, register_extension, unregister_extension
from tarash_core.plugins.provider import (
    CONTRACT_VERSION,
    Attempt,
    Blocking,
    Cadence,
    Callback,
    Phase,
    Provider,
    Steps,
    blocking,
)
from tarash_core.plugins.specs import Postponed, hookimpl, hookspec
from tarash_core.plugins.updates import Accepted, Cancelled, Done, Expired, Failed, Output, Queued, Running, Update

__all__ = [
    "CONTRACT_VERSION",
    "Accepted",
    "Attempt",
    "Blocking",
    "Cadence",
    "Callback",
    "Cancelled",
    "Credential",
    "Credentials",
    "Done",
    "Expired",
    "Failed",
    "FilePart",
    "FileParts",
    "Headers",
    "HttpRequest",
    "HttpResponse",
    "Multipart",
    "Output",
    "Phase",
    "PluginInfo",
    "Postponed",
    "Provider",
    "Queued",
    "Running",
    "Steps",
    "Update",
    "blocking",
    "body_of",
    "error_of_status",
    "hookimpl",
    "hookspec",
    "installed_providers",
    "load_provider",
    "make_plugin_manager",
    "multipart",
    "plugin_manager",
    "refresh",
    "register_extension",
    "register_provider",
    "retry_after_seconds",
    "unregister_extension",
    "unregister_provider",
    "words_of",
]
