"""Where a request goes: OpenAI's regions, Azure's two forms of address, and servers that speak like OpenAI."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from attrs import asdict, frozen

from tarash_core.errors import ValidationError
from tarash_core.plugins import check_words
from tarash_sora.models import DIALECTS

if TYPE_CHECKING:
    from tarash_core.models.config import Config

REGIONS = {
    "global": "https://api.openai.com/v1",
    **{region: f"https://{region}.api.openai.com/v1" for region in ("us", "eu", "ae", "au", "in", "jp")},
}
SETTINGS = {"dialect": DIALECTS, "region": tuple(REGIONS), "organization": (), "project": ()}
"""What may be set, and to what."""

_HOSTS = {"api.openai.com": "openai", "openrouter.ai": "openrouter", "api.saygm.com": "saygm", "azure.com": "azure"}
_VERSION_OF_V1 = ("preview", "latest")


@frozen(kw_only=True)
class Place:
    """One server, as a job remembers it.

    Attributes:
        dialect: How it speaks, one of ``DIALECTS``.
        api_version: Azure's; None for its newest address without a version.
        region: OpenAI's, one of ``REGIONS``.
        organization: OpenAI's organization that pays.
        project: OpenAI's project.
    """

    dialect: str = "openai"
    api_version: str | None = None
    region: str = "global"
    organization: str | None = None
    project: str | None = None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Place:
        """A place from settings or from a job's state; what a place has not is left aside.

        Raises:
            ValidationError: There is no such dialect or region.
        """
        check_words(told, SETTINGS)
        return cls(**{name: told[name] for name in (*SETTINGS, "api_version") if isinstance(told.get(name), str)})

    def state(self) -> dict[str, str]:
        """What a job keeps of it."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def headers(self) -> dict[str, str]:
        """Who pays, beside the key."""
        named = {"openai-organization": self.organization, "openai-project": self.project}
        return {name: value for name, value in named.items() if value is not None}

    def url(self, path: str, model: str = "") -> str:
        """A URL below the API's root, by OpenAI's own origin.

        Args:
            path: Such as ``/videos``.
            model: The model, where Azure's dated form has the deployment in the path of pictures.
        """
        origin = REGIONS[self.region]
        if self.api_version is None or self.dialect != "azure":
            return origin + path
        root = ""
        if self.api_version not in _VERSION_OF_V1:
            root = f"/openai/deployments/{quote(model, safe='')}" if path.startswith("/images/") else "/openai"
        return f"{origin}{root}{path}?api-version={quote(self.api_version, safe='')}"


def dialect_of(config: Config) -> str:
    """The dialect that a config means: its setting, Azure by ``api_version``, else what its host tells.

    Raises:
        ValidationError: Azure's resource is not named.
    """
    base_url = config.base_url or os.environ.get("TARASH_SORA_BASE_URL")
    named = config.provider_config.get("dialect")
    if named is None:
        named = "azure" if config.api_version is not None else _by_host(base_url)
    if named == "azure" and base_url is None and config.account is None:
        raise ValidationError("Azure needs the resource too: pass base_url='https://RESOURCE.openai.azure.com'.")
    return str(named)


def _by_host(base_url: str | None) -> str:
    if base_url is None:
        return "openai"
    host = (urlsplit(base_url).hostname or "").lower()
    return next((name for end, name in _HOSTS.items() if host == end or host.endswith("." + end)), "compatible")
