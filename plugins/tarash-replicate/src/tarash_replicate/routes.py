"""The forms of a model id, and the path on which each is bought."""

from __future__ import annotations

import re
from typing import NamedTuple

from tarash_core.errors import ValidationError

PREDICTIONS = "/v1/predictions"

_MODEL = re.compile(
    r"(?P<deployment>deployments/)?(?P<name>\w[\w.-]*/\w[\w.-]*)(:(?P<version>[0-9a-fA-F]{64}))?", re.ASCII
)
_VERSION = re.compile(r"[0-9a-fA-F]{64}")


class Parts(NamedTuple):
    """A model id, taken apart.

    Attributes:
        name: ``owner/name``; None for a version alone.
        version: 64 hex digits; None for whatever is the latest.
        is_deployment: Whether the name is a deployment's.
    """

    name: str | None
    version: str | None
    is_deployment: bool = False


def parts_of(model: str) -> Parts:
    """The parts of ``owner/name``, ``owner/name:<version>``, a bare version, or ``deployments/owner/name``.

    Raises:
        ValidationError: The id has none of these forms.
    """
    if _VERSION.fullmatch(model):
        return Parts(None, model.lower())
    found = _MODEL.fullmatch(model)
    if found is None or (found["deployment"] and found["version"]):
        raise ValidationError(
            f"Replicate has no model ids like {model!r}; write owner/name, owner/name:<version of 64 hex digits>, "
            "that version alone, or deployments/owner/name."
        )
    return Parts(found["name"], found["version"] and found["version"].lower(), bool(found["deployment"]))


def route_of(model: str) -> tuple[str, str | None]:
    """The path that creates predictions of a model, and the version to name in the body, if any.

    Raises:
        ValidationError: The id has none of the forms that :func:`parts_of` reads.
    """
    name, version, is_deployment = parts_of(model)
    if version is not None:
        return PREDICTIONS, version
    return f"/v1/{'deployments' if is_deployment else 'models'}/{name}/predictions", None
