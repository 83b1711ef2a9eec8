"""The forms of a model id, and the path on which each is bought."""

from __future__ import annotations

import re

from tarash_core.errors import ValidationError
from tarash_replicate.models import PREDICTIONS

_NAME, _HEX = r"\w[\w.-]*/\w[\w.-]*", r"[0-9a-fA-F]{64}"
_FORMS = re.compile(
    rf"(?P<deployment>deployments/{_NAME})|(?P<name>{_NAME})(:(?P<version>{_HEX}))?|(?P<alone>{_HEX})", re.ASCII
)


def parts_of(model: str) -> tuple[str, str | None]:
    """Where a model or a deployment is described, and its version in small letters.

    Args:
        model: ``owner/name``, ``owner/name:<version>``, ``deployments/owner/name``, or a version alone, which is
            described nowhere: then the path is empty.

    Raises:
        ValidationError: The id has none of these forms.
    """
    found = _FORMS.fullmatch(model)
    if found is None:
        raise ValidationError(
            f"Replicate has no model ids like {model!r}; write owner/name, owner/name:<version of 64 hex digits>, "
            "that version alone, or deployments/owner/name."
        )
    path, version = found["deployment"] or (found["name"] and f"models/{found['name']}"), found["version"]
    return f"/v1/{path}" if path else "", (version or found["alone"] or "").lower() or None


def route_of(model: str) -> tuple[str, str | None]:
    """The path that creates predictions of a model, and the version to name in the body, if any.

    Raises:
        ValidationError: The id has none of the forms that :func:`parts_of` reads.
    """
    path, version = parts_of(model)
    return (PREDICTIONS, version) if version else (f"{path}/predictions", None)
