"""The original's ``providers``: field mappers, and its registries of models."""

from __future__ import annotations

from typing import Any

from tarash_core.compat.habits import note
from tarash_core.errors import ValidationError

_REGISTRY = "_MODEL_REGISTRY"


def __getattr__(name: str) -> Any:
    """``FAL_MODEL_REGISTRY`` and its like; the handlers of the original are no part of Tarash.

    Raises:
        AttributeError: There is no such name; for a handler or a table of mappers with the way out.
    """
    if name.endswith(_REGISTRY):
        return _registry(name.removesuffix(_REGISTRY).lower())
    if name.endswith(("ProviderHandler", "_FIELD_MAPPERS")):
        raise AttributeError(
            f"{name} is not part of Tarash: a provider is a package of its own, found by name; "
            "get_provider_field_mapping(provider) tells the fields of its models."
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _registry(provider: str) -> Any:
    from tarash_core.api import get_provider_field_mapping

    note("model registry")
    try:
        return get_provider_field_mapping(provider)
    except ValidationError as error:
        raise AttributeError(str(error)) from error
