"""The way to one provider's account: where requests may go, and what is added to them."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from tarash_core.engine import pools
from tarash_core.engine.clocks import Clock
from tarash_core.errors import AuthenticationError, PluginError, ValidationError
from tarash_core.models.config import Account, Config
from tarash_core.plugins.credentials import Credential
from tarash_core.plugins.http import Headers, HttpRequest
from tarash_core.plugins.provider import Provider

USER_AGENT = "tarash"
_AGENT = Headers({"user-agent": USER_AGENT})

RECORD_VARIABLE = "TARASH_RECORD"
"""Names the file, or the folder, in which every exchange of the process is recorded."""

SIMULATED_KEY = "tarash-simulator-key"
"""What simulators are shown in the place of a key."""


def base_url_variable(provider: str) -> str:
    """The variable that moves a provider to another host, such as ``TARASH_FAL_BASE_URL``."""
    return f"TARASH_{provider.upper().replace('-', '_')}_BASE_URL"


@frozen(kw_only=True)
class Access:
    """A provider, the account that pays, and the connections to use.

    Attributes:
        provider: The provider.
        clock: The clock of the session.
        credential: The key; None where the provider needs none.
        base_url: The host to use instead of the provider's own.
        own_host: Whether the provider's own hosts are meant, which alone a model's lifecycle binds.
        account: Alias of the account.
        settings: The provider's own settings.
        hidden: Secrets that are not the key and yet must not be shown, such as that of the callbacks.
        session: The session whose connections are used.
    """

    provider: Provider
    clock: Clock
    credential: Credential | None = field(default=None, repr=False)
    base_url: str | None = None
    own_host: bool = True
    account: str | None = None
    settings: Mapping[str, Any] = field(factory=dict, repr=False)
    hidden: tuple[str, ...] = field(default=(), repr=False)
    session: Any = field(default=None, repr=False)

    @functools.cached_property
    def origin(self) -> str | None:
        """The host that stands for the provider's own, without what may be secret in its URL; None for its own."""
        if self.base_url is None:
            return None
        scheme, host, port = origin_of(self.base_url)
        usual = {"http": 80, "https": 443}.get(scheme)
        shown = f"[{host}]" if ":" in host else host
        return f"{scheme}://{shown}" if port == usual else f"{scheme}://{shown}:{port}"

    def __reduce__(self) -> tuple[type, tuple[()]]:
        """A key is never pickled: a copy in another process reads its own."""
        return type(None), ()

    def __deepcopy__(self, memo: dict[int, Any]) -> Access:
        return self

    @functools.cached_property
    def secrets(self) -> tuple[str, ...]:
        """Every secret text that might turn up in an answer."""
        return (*self._keys, *self.hidden)

    @functools.cached_property
    def record_to(self) -> str | None:
        """The file or folder that ``TARASH_RECORD`` names; looked up once for all exchanges of a call."""
        return os.environ.get(RECORD_VARIABLE)

    @property
    def _keys(self) -> tuple[str, ...]:
        return self.credential.values() if self.credential else ()

    @property
    def payer(self) -> str:
        """A hash of who pays and where: the key, the host and the kind of provider."""
        told = (type(self.provider).__qualname__, self.base_url, self.account, *self._keys)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]

    def meant(self, config: Config) -> Config:
        """The config with the host and the settings that the account or a variable adds; the provider's own is none.

        Raises:
            ValidationError: The provider knows no such setting, or cannot call anybody back.
        """
        settings = {**self.settings, **config.provider_config}
        self.provider.check(settings, config.webhook_url)
        base_url = None if self.own_host else config.base_url or self.base_url
        if base_url == config.base_url and not self.settings:
            return config
        return evolve(config, base_url=base_url, provider_config=settings, given=config.given)

    def ready(self, request: HttpRequest) -> HttpRequest:
        """The request as it is sent: moved to ``base_url``, and with the key if it is signed.

        Raises:
            PluginError: A signed request leads out of the provider's origins.
        """
        url = self.moved(request.url)
        if not request.signed:
            return request.sent_to(url, request.headers.joined(_AGENT))
        if not self.owns(url):
            raise PluginError(
                f"{self.provider.name} wants to send its key to {origin_of(url)[1]}, which is none of its "
                "origins; a job's state may have been changed."
            )
        keys = self.provider.authorize(request, self.credential, self.clock.now()) if self.credential else {}
        return request.sent_to(url, request.headers.joined(_AGENT, keys))

    def moved(self, url: str) -> str:
        """The URL below ``base_url`` where it stands below one of the provider's origins."""
        if self.base_url is None or below(url, self.base_url):
            return url
        for origin in self.provider.origins:
            if below(url, origin):
                return self.base_url.rstrip("/") + url[len(origin.rstrip("/")) :]
        return url

    def owns(self, url: str) -> bool:
        """Whether the key may go to a URL."""
        return url.startswith(self._beginnings) or origin_of(url) in self._origins

    @functools.cached_property
    def _beginnings(self) -> tuple[str, ...]:
        return tuple(f"{origin.rstrip('/')}/" for origin in self._own)

    @functools.cached_property
    def _origins(self) -> frozenset[tuple[str, str, int | None]]:
        return frozenset(map(origin_of, self._own))

    @property
    def _own(self) -> tuple[str, ...]:
        return self.provider.origins if self.base_url is None else (self.base_url,)


def below(url: str, origin: str) -> bool:
    """Whether a URL is an origin or stands below it."""
    base = origin.rstrip("/")
    return url == base or url.startswith((base + "/", base + "?"))


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL."""
    return _origin_of(pools.origin_of(url))


@functools.lru_cache(maxsize=64)
def _origin_of(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:  # it names no host, and so is like nothing but itself
        return "", url, None
    return parts.scheme, (parts.hostname or "").lower(), port


def find_base_url(provider: Provider, config: Config, account: Account | None) -> str | None:
    """The host to use: the config's, the account's, then the variable's."""
    named = config.base_url or (account.base_url if account else None)
    return named or os.environ.get(base_url_variable(provider.name)) or None


def find_credential(
    provider: Provider, config: Config, account: Account | None, on_own_host: bool
) -> Credential | None:
    """The key: the config's, the account's, then the vendor's variable.

    Raises:
        AuthenticationError: There is none; the sentence names the variables. Another host may do without.
    """
    if config.api_key:
        return Credential(api_key=config.api_key)
    if account and (account.api_key or account.secrets):
        return Credential(api_key=account.api_key, secrets=account.secrets)
    found = provider.credentials.find(os.environ)
    if found is None and not provider.credentials.optional and on_own_host:
        raise AuthenticationError(
            f"No key for {provider.title or provider.name}: set {provider.credentials.describe()}, or pass api_key=.",
            provider=provider.name,
            model=config.model,
        )
    return found


def simulated_credential(provider: Provider) -> Credential:
    """The stand-in for a key that a simulator is shown; the real one never leaves for it."""
    names = provider.credentials.alternatives[0] if provider.credentials.alternatives else ()
    return Credential(api_key=SIMULATED_KEY, secrets=dict.fromkeys(names, SIMULATED_KEY))


def find_account(accounts: Any, config: Config, provider: Provider) -> Account | None:
    """The account that a config names, from the gateway's mapping or function.

    Raises:
        ValidationError: The gateway knows no such account.
    """
    alias = config.account
    found = accounts(provider.name, alias) if callable(accounts) else _listed(accounts, provider.name, alias)
    if alias is not None and found is None:
        raise ValidationError(
            f"No account {alias!r} is known; give it to Gateway(accounts={{{alias!r}: Account(...)}})."
        )
    return Account(api_key=found) if isinstance(found, str) else found


def _listed(accounts: Mapping[str, Any] | None, provider: str, alias: str | None) -> Any:
    if not accounts or alias is None:
        return None
    return accounts.get(f"{provider}:{alias}", accounts.get(alias))
