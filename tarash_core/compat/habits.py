"""The habits of tarash-gateway that this package keeps, each with the way that Tarash has for it."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from types import FrameType

HABITS: Mapping[str, str] = {
    "import": "tarash_core.compat is for programs written for tarash-gateway; import the same names from tarash_core.",
    "import field_mappers": "tarash_core.compat.providers is for moving; import field mappers from tarash_core.fields.",
    "import exceptions": "tarash_core.compat.exceptions is for moving; import errors from tarash_core.",
    "unknown keyword": "Unknown keywords of a request become extra_params here; write extra_params={...} instead.",
    "further keyword": "Unknown keywords are ignored here; leave them out, tarash_core refuses them.",
    "model_dump": "model_dump() is to_dict() in tarash_core, and both leave out the key.",
    "model_dump_json": "model_dump_json() is to_json() in tarash_core, and both leave out the key.",
    "model_copy": "model_copy(update={...}) is replace(...) in tarash_core, which checks the changes too.",
    "model_validate": "model_validate(data) is from_dict(data) in tarash_core.",
    "model_validate_json": "model_validate_json(text) is from_json(text) in tarash_core.",
    "model_fields": "model_fields is pydantic's; tarash_core's values are attrs classes, so use attrs.fields(cls).",
    "handler": "A handler with eight methods cannot be resumed or cancelled; subclass tarash_core.plugins.Provider.",
    "converter": "A converter is kept as it is; the builders of tarash_core.fields also check and describe the field.",
    "is_retryable_error": "is_retryable_error(error) is error.retryable in tarash_core.",
    "handle_errors": "Handlers need no decorator in tarash_core; a Provider overrides error() instead.",
    "model registry": "The registries of models are catalogues in tarash_core; use get_provider_field_mapping().",
    "ensure_image_format": "ensure_image_format is not needed in tarash_core; a field mapper names the forms it takes.",
}
"""One sentence for each; every warning of this package is one of them."""


def note(habit: str) -> None:
    """Warns of a habit at the line of the program that has it."""
    warnings.warn(HABITS[habit], DeprecationWarning, stacklevel=_level())


def _level() -> int:
    """How many frames above :func:`note` the program begins; the import system's do not count, as for ``warnings``."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and (_imports(frame) or _is_ours(frame)):
        level += not _imports(frame)
        frame = frame.f_back
    return level


def _imports(frame: FrameType) -> bool:
    return "importlib" in frame.f_code.co_filename and "_bootstrap" in frame.f_code.co_filename


def _is_ours(frame: FrameType) -> bool:
    # What attrs generates has the globals of its class, or none.
    return str(frame.f_globals.get("__name__", "tarash_core.compat")).startswith("tarash_core.compat")
