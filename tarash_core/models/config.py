"""Who shall do it, with which key, within which limits, and who is next when it fails."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self, TypeAlias, TypeVar

from attrs import field, frozen

from tarash_core.errors import ValidationError
from tarash_core.models import checks
from tarash_core.models.base import Value, check_keywords, clear_keywords, masked
from tarash_core.models.job import Kind
from tarash_core.models.mock import MockConfig, to_mock

Policy = Literal["error", "warn", "nearest"]
_C = TypeVar("_C")
OnUnsettled = Literal["stop", "continue"]
FallbackOn: TypeAlias = Sequence[type[BaseException]] | Callable[[BaseException], bool]


def _plain(value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, Mapping):
        raise checks.refuse("The provider's own settings", value, "a dict")
    return copy.deepcopy(dict(value)) if value else {}


def _secrets(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        raise ValidationError("secrets must be a dict of texts by the vendor's variable name.")
    return dict(value)


def _deciding(value: Any) -> Any:
    """Classes of errors as a tuple, a single one too; a function as it is."""
    if value is None or (callable(value) and not isinstance(value, type)):
        return value
    classes = (value,) if isinstance(value, type) else tuple(value) if isinstance(value, Iterable) else (value,)
    if not all(isinstance(cls, type) and issubclass(cls, BaseException) for cls in classes):
        raise checks.refuse("fallback_on", value, "classes of errors, or a function of an error")
    return classes


def _unsettled(instance: Any, attribute: Any, value: Any) -> None:
    if value not in ("stop", "continue"):
        raise checks.refuse("on_unsettled", value, "'stop' or 'continue'")


def split_target(target: str) -> tuple[str, str]:
    """Provider and model of ``provider/model``, split at the first slash.

    Raises:
        ValidationError: There is no slash, or one half is empty.
    """
    provider, slash, model = target.strip().partition("/")
    if not slash or not provider or not model:
        raise ValidationError(f"A target must read 'provider/model', such as 'fal/fal-ai/veo3.1', not {target!r}.")
    return provider, model


@frozen(kw_only=True)
class Account(Value):
    """One set of credentials.

    Attributes:
        api_key: The key.
        secrets: Further secrets by the vendor's variable name, where one key is not enough.
        base_url: Another host that speaks the provider's protocol.
        settings: The provider's own settings for this account, such as a project name.
    """

    api_key: str | None = field(default=None, repr=False, validator=checks.secret, metadata={"secret": True})
    secrets: Mapping[str, str] = field(
        factory=dict, converter=_secrets, repr=False, hash=False, metadata={"secret": True}
    )
    base_url: str | None = field(default=None, repr=masked, validator=checks.web_address)
    settings: Mapping[str, Any] = field(factory=dict, converter=_plain, repr=masked, hash=False)


def _remembering(cls: type[_C]) -> type[_C]:
    """Lets a config know which fields its maker wrote: a fallback inherits only into the others."""
    original = cls.__init__

    def __init__(self: Any, **fields: Any) -> None:
        fields.setdefault("given", frozenset(fields))
        original(self, **fields)

    cls.__init__ = functools.wraps(original)(__init__)  # type: ignore[method-assign]
    return cls


@frozen(kw_only=True)
class Config(Value):
    """What video and image configs share.

    Attributes:
        provider: Name or alias of the provider, such as ``fal``.
        model: The model id in the provider's own spelling.
        api_key: The key; read from the vendor's variable when None. Never in a repr, in JSON or in a log.
        account: Alias of an account that the gateway knows.
        base_url: Another host that speaks the provider's protocol; ``TARASH_<PROVIDER>_BASE_URL`` when None.
        api_version: Version of the provider's API, where it has several.
        timeout: Seconds from submit to result, for this config alone.
        queue_timeout: Seconds that the job may wait before it runs; None for no such limit.
        total_timeout: Seconds for the whole chain; the head's counts.
        poll_interval: Seconds between two looks at the job; the vendor's cadence when None, 0 is legal.
        max_poll_attempts: At most so many looks; None for no such limit.
        mock: Answers without any network when enabled.
        fallback_configs: Configs or strings ``provider/model`` to try in order when this one fails.
        provider_config: The provider's own settings. No secrets.
        on_unsupported: What to do with a wish that the model lacks: ``error``, ``warn`` or ``nearest``.
        on_unsettled: When a failed attempt may still deliver or bill: ``stop`` or ``continue`` with the next config.
        fallback_on: Classes of errors after which the next config is tried, or a function that decides.
        allow_retired: Send to a model although the vendor has switched it off.
        discover: Fetch the published schema of a model that no catalogue lists.
        webhook_url: Where the provider shall call back.
        max_cost_usd: Refuse before buying when the estimate is higher, in US dollars.
        allow_unknown_cost: With ``max_cost_usd``, buy although no price is known.
    """

    kind: ClassVar[Kind]

    provider: str = field(validator=checks.provider_name)
    model: str = field(validator=checks.filled_text)
    api_key: str | None = field(default=None, repr=False, validator=checks.secret, metadata={"secret": True})
    account: str | None = field(default=None, validator=checks.filled_text)
    base_url: str | None = field(default=None, repr=masked, validator=checks.web_address)
    api_version: str | None = field(default=None, validator=checks.filled_text)
    timeout: float = field(default=600, validator=checks.positive_seconds)
    queue_timeout: float | None = field(default=None, validator=checks.positive_seconds)
    total_timeout: float | None = field(default=None, validator=checks.positive_seconds)
    poll_interval: float | None = field(default=None, validator=checks.seconds_or_zero)
    max_poll_attempts: int | None = field(default=None, validator=checks.positive_whole)
    mock: MockConfig | None = field(default=None, converter=to_mock)
    fallback_configs: tuple[Config, ...] = field(default=())
    provider_config: Mapping[str, Any] = field(factory=dict, converter=_plain, repr=False, hash=False)
    on_unsupported: Policy = field(default="warn", validator=checks.policy)
    on_unsettled: OnUnsettled = field(default="stop", validator=_unsettled)
    fallback_on: FallbackOn | None = field(default=None, converter=_deciding, hash=False)
    allow_retired: bool = field(default=False, validator=checks.yes_or_no)
    discover: bool = field(default=False, validator=checks.yes_or_no)
    webhook_url: str | None = field(default=None, repr=masked, validator=checks.web_address)
    max_cost_usd: float | None = field(default=None, validator=checks.seconds_or_zero)
    allow_unknown_cost: bool = field(default=False, validator=checks.yes_or_no)
    given: frozenset[str] = field(default=frozenset(), repr=False, eq=False, hash=False, metadata={"private": True})

    def __attrs_post_init__(self) -> None:
        given: Any = self.fallback_configs or ()
        targets = (given,) if isinstance(given, (str, Mapping, Config)) else given
        object.__setattr__(self, "fallback_configs", tuple(to_config(self.kind, target) for target in targets))

    @classmethod
    def from_string(cls, target: str, /, **settings: Any) -> Self:
        """A config of ``provider/model``, split at the first slash, and any further fields.

        Raises:
            ValidationError: The string has no slash, or a field is unknown or wrong.
        """
        check_keywords(cls, settings)
        provider, model = split_target(target)
        return cls(provider=provider, model=model, **settings)

    @classmethod
    def from_profile(cls, name: str, /, **settings: Any) -> Self:
        """The config of a profile of ``tarash.toml`` or ``pyproject.toml``, and any further fields over it.

        See :mod:`tarash_core.profiles` for the file.

        Raises:
            ValidationError: There is no such profile, the file cannot be read, or a field is unknown or wrong.
            AuthenticationError: The variable that the profile names for the key is not set.
        """
        from tarash_core.profiles import read_profiles

        check_keywords(cls, settings)
        needs_key = settings.keys().isdisjoint(("api_key", "mock"))
        config: Any = read_profiles().config(cls.kind, name, needs_key=needs_key)
        made: Self = config.replace(**settings)
        return made

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; another provider drops an explicit key, which would be the wrong one."""
        if changes.get("provider", self.provider) != self.provider:
            changes.setdefault("api_key", None)
        changes.setdefault("given", self.given | changes.keys())
        return super().replace(**changes)


@_remembering
@clear_keywords
@frozen(kw_only=True)
class VideoGenerationConfig(Config):
    """A model that shall make a video; see :class:`Config`."""

    kind: ClassVar[Kind] = "video"


@_remembering
@clear_keywords
@frozen(kw_only=True)
class ImageGenerationConfig(Config):
    """A model that shall make images; see :class:`Config`.

    ``timeout`` is 120 seconds unless given.
    """

    kind: ClassVar[Kind] = "image"

    timeout: float = field(default=120, validator=checks.positive_seconds)


CONFIGS: Mapping[Kind, type[VideoGenerationConfig] | type[ImageGenerationConfig]] = {
    "video": VideoGenerationConfig,
    "image": ImageGenerationConfig,
}

Target: TypeAlias = "Config | str | Sequence[Config | str]"
"""What stands in front: a config, ``provider/model``, or a list of either as a chain."""


def to_config(kind: Kind, target: Any) -> Config:
    """A config of that kind from a config, a string, a dict or a list of them.

    Raises:
        ValidationError: It is none of these, or a config of the other kind.
    """
    cls = CONFIGS[kind]
    if isinstance(target, cls):
        return target
    if isinstance(target, str):
        return cls.from_string(target)
    if isinstance(target, Mapping):
        return cls.from_dict(target)
    if isinstance(target, Sequence) and target:
        return _chained(kind, target)
    raise checks.refuse("The config", target, f"a {cls.__name__}, 'provider/model', or a list of them")


def _chained(kind: Kind, targets: Sequence[Any]) -> Config:
    head, *others = (to_config(kind, target) for target in targets)
    return head.replace(fallback_configs=(*head.fallback_configs, *others)) if others else head
