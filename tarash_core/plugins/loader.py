"""From the name of a provider to the provider: only the package that is named is ever imported."""

from __future__ import annotations

import os
import re
import threading
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from tarash_core.errors import PluginError, ProviderNotInstalledError, ValidationError
from tarash_core.imports import importing
from tarash_core.models.base import unknown_name
from tarash_core.plugins import entry_points, manager
from tarash_core.plugins.provider import CONTRACT_VERSION, Provider

if TYPE_CHECKING:
    from importlib_metadata import EntryPoint

OURS = ("fal", "runway", "veo", "sora", "kling", "replicate", "stability", "luma")
"""The providers that Tarash itself publishes, each as ``tarash-<name>``."""

ALIASES = {"google": "veo", "openai": "sora"}
"""Further names of ours, known without importing anything."""

_lock = threading.RLock()
_loaded: dict[str, Provider] = {}
_at_run_time: dict[str, Provider] = {}
_failures: dict[tuple[str, str], str] = {}


@frozen(kw_only=True)
class PluginInfo:
    """An installed provider or extension, as ``tarash plugins`` shows it.

    Attributes:
        name: The name under which it is registered.
        kind: ``provider`` or ``extension``.
        aliases: Further names, as far as they are known without importing it.
        distribution: The package that it came with; None if it was registered at run time.
        version: The version of that package.
        value: What the entry point names, as ``module:object``.
        path: The folder in which the package is installed.
        switched_off_by: The variable that forbids loading it; None if it may be loaded.
        failure: Why it cannot be used, as far as that is known.
    """

    name: str
    kind: Literal["provider", "extension"]
    aliases: tuple[str, ...] = ()
    distribution: str | None = None
    version: str | None = None
    value: str = ""
    path: str | None = None
    switched_off_by: str | None = None
    failure: str | None = None

    @property
    def location(self) -> str:
        """What is loaded and from where, in one phrase."""
        return f"{self.value} in {self.path}" if self.path else self.value


def load_provider(name: str) -> Provider:
    """The provider of that name or alias; imported on first use, and no other package with it.

    Raises:
        ProviderNotInstalledError: Nothing that is installed has the name, or it is switched off by a variable.
        PluginError: Two packages have it, or its package is broken or written for another version of Tarash.
    """
    found = _loaded.get(name)
    return _load(name) if found is None else found


def _load(name: str) -> Provider:
    canonical = name if name in entry_points.installed("tarash.providers") else ALIASES.get(name, name)
    if (found := _loaded.get(canonical)) is not None:
        return found
    entry = _chosen(canonical)
    try:
        provider = _admitted(canonical, entry, _imported(entry))
    except PluginError as error:
        _failures[_key(entry)] = error.message
        raise
    _failures.pop(_key(entry), None)
    return provider


def _key(entry: EntryPoint) -> tuple[str, str]:
    return entry.name, entry_points.distribution_of(entry)


def _chosen(name: str) -> EntryPoint:
    """The one entry point that answers to a name."""
    entries = entry_points.installed("tarash.providers").get(name, ())
    allowed = [entry for entry in entries if entry_points.switched_off_by(entry) is None]
    if not entries:
        raise _not_installed(name)
    if not allowed:
        variable = entry_points.switched_off_by(entries[0])
        sentence = f"The provider {name!r} is installed but switched off by {variable}; change that variable to use it."
        raise ProviderNotInstalledError(sentence, provider=name)
    wanted = os.environ.get(_choice_variable(name), "").strip()
    if wanted:
        return _wanted(name, allowed, wanted)
    if len(allowed) > 1:
        raise _claimed_twice(name, allowed)
    return allowed[0]


def _choice_variable(name: str) -> str:
    return f"TARASH_PROVIDER_{re.sub(r'[^A-Za-z0-9]', '_', name).upper()}"


def _wanted(name: str, entries: list[EntryPoint], wanted: str) -> EntryPoint:
    for entry in entries:
        if entry_points.plain(entry_points.distribution_of(entry)) == entry_points.plain(wanted):
            return entry
    variable, choice = _choice_variable(name), _distributions(entries)
    raise PluginError(f"{variable} asks for {wanted!r}, but {name!r} is provided by {choice}.", provider=name)


def _claimed_twice(name: str, entries: list[EntryPoint]) -> PluginError:
    first = entry_points.distribution_of(entries[0])
    return PluginError(
        f"The provider {name!r} is claimed by {_distributions(entries)}; "
        f"uninstall all but one, or choose with {_choice_variable(name)}={first}.",
        provider=name,
    )


def _distributions(entries: list[EntryPoint]) -> str:
    return " and ".join(sorted(entry_points.distribution_of(entry) for entry in entries))


def _not_installed(name: str) -> ProviderNotInstalledError:
    if name in OURS:
        sentence = f"The provider {name!r} is not installed; run: pip install tarash-{name}"
        return ProviderNotInstalledError(sentence, provider=name)
    installed = sorted({*entry_points.installed("tarash.providers"), *_at_run_time})
    hint = _meant(name, {*installed, *OURS, *ALIASES})
    sentence = f"There is no provider {name!r}{hint} Installed: {', '.join(installed) or 'none'}."
    return ProviderNotInstalledError(sentence, provider=name)


def _meant(name: str, known: set[str]) -> str:
    import difflib

    by_lower_case = {item.lower(): item for item in sorted(known)}
    near = difflib.get_close_matches(name.lower(), by_lower_case, n=1)
    return f"; did you mean {by_lower_case[near[0]]!r}?" if near else "."


def _imported(entry: EntryPoint) -> Any:
    """What the entry point names; a class of providers is instantiated later, under the lock."""
    try:
        with importing():
            return entry.load()
    except (Exception, SystemExit) as error:
        raise _broken(entry, error) from error


def _broken(entry: EntryPoint, error: BaseException) -> PluginError:
    cause = f"{type(error).__name__}: {error}".rstrip(".")
    sentence = f"{_package(entry)} cannot be loaded as the provider {entry.name!r}: {cause}; reinstall or remove it."
    return PluginError(sentence, provider=entry.name)


def _package(entry: EntryPoint) -> str:
    return " ".join(filter(None, (entry_points.distribution_of(entry), entry_points.version_of(entry))))


def _admitted(name: str, entry: EntryPoint, target: Any) -> Provider:
    with _lock:
        if name not in _loaded:
            try:
                provider = _instance(target, f"{_package(entry)}: {entry.value!r}")
            except PluginError:
                raise
            except Exception as error:
                raise _broken(entry, error) from error
            _check_version(provider, _package(entry), entry_points.distribution_of(entry))
            _remember(_under_its_name(name, entry, provider), name)
        return _loaded[name]


def _instance(target: Any, what: str) -> Provider:
    made = target() if isinstance(target, type) and issubclass(target, Provider) else target
    if isinstance(made, Provider):
        return _with_aliases(made, what)
    raise PluginError(
        f"{what} is of type {type(made).__name__} and no Provider; give an instance of a subclass of Provider."
    )


def _with_aliases(provider: Provider, what: str) -> Provider:
    aliases: Any = provider.aliases
    if isinstance(aliases, tuple) and all(isinstance(alias, str) for alias in aliases):
        return provider
    raise PluginError(f"{what} has the aliases {aliases!r:.80}; they must be a tuple of names, such as ('name',).")


def _check_version(provider: Provider, what: str, distribution: str | None) -> None:
    written: Any = provider.contract_version
    if not isinstance(written, int) or isinstance(written, bool):
        raise PluginError(
            f"{what} has the contract_version {written!r}; it must be the whole number {CONTRACT_VERSION}."
        )
    spoken = sorted({max(1, CONTRACT_VERSION - 1), CONTRACT_VERSION})
    if written in spoken:
        return
    update = "tarash-core" if written > CONTRACT_VERSION else distribution
    way_out = f"run: pip install -U {update}" if update else f"write it for version {CONTRACT_VERSION}"
    speaks = " and ".join(map(str, spoken))
    raise PluginError(f"{what} is written for contract version {written}, this tarash-core speaks {speaks}; {way_out}.")


def _under_its_name(name: str, entry: EntryPoint, provider: Provider) -> Provider:
    """The provider that an entry point of its own name or of an alias of it stands for."""
    own: Any = getattr(provider, "name", None)
    if own == name:
        return provider
    if name not in provider.aliases:
        raise PluginError(
            f"{_package(entry)} is registered as {name!r}, but its provider calls itself {own!r}; make them equal."
        )
    # Else a package could take over another provider's name, and its key, through an alias.
    main = entry_points.installed("tarash.providers").get(own, ())
    if not main or entry_points.distribution_of(_chosen(own)) != entry_points.distribution_of(entry):
        raise PluginError(
            f"{_package(entry)} registers the alias {name!r} of {own!r} and not {own!r} itself; register both."
        )
    return load_provider(own)


def _remember(provider: Provider, name: str) -> None:
    _loaded[name] = _loaded[provider.name] = provider
    for alias in provider.aliases:
        if _may_have(provider, alias):
            _loaded.setdefault(alias, provider)
    manager.add_or_warn(provider, provider.name)


def _may_have(provider: Provider, alias: str) -> bool:
    """An alias never takes a name of ours, nor one that an entry point has."""
    ours = alias in OURS or ALIASES.get(alias, provider.name) != provider.name
    return not ours and alias not in entry_points.installed("tarash.providers")


def register_provider(name: str, provider: Provider | type[Provider], *, replace: bool = False) -> None:
    """Registers a provider for this process; an installed one of that name is then no longer asked.

    Args:
        name: The provider's own name.
        provider: An instance, or a class that is instantiated.
        replace: Whether a name that is taken may be taken over.

    Raises:
        PluginError: It is no provider, is called otherwise, or is written for another version of Tarash.
        ValidationError: The name is taken and ``replace`` is not set.
    """
    made = _instance(provider, f"The provider {name!r}")
    _check_version(made, f"The provider {name!r}", None)
    own: Any = getattr(made, "name", None)
    if own != name:
        raise PluginError(f"The provider calls itself {own!r}; register it under that name, not as {name!r}.")
    with _lock:
        taken = name in _loaded or name in entry_points.installed("tarash.providers")
        if taken and not replace:
            raise ValidationError(f"The provider {name!r} exists already; pass replace=True to take its place.")
        _forget(_loaded.get(name))
        _at_run_time[name] = made
        _remember(made, name)


def unregister_provider(name: str) -> None:
    """Takes back :func:`register_provider`; an installed provider of that name answers again.

    Raises:
        ValidationError: Nothing was registered at run time under that name.
    """
    with _lock:
        if name not in _at_run_time:
            raise ValidationError(unknown_name("No provider was registered at run time as", name, sorted(_at_run_time)))
        _forget(_at_run_time.pop(name))


def _forget(provider: Provider | None) -> None:
    for name in [name for name, known in _loaded.items() if known is provider]:
        del _loaded[name]
    if provider is not None:
        manager.remove_plugin(provider)


def refresh() -> None:
    """Forgets what is installed and what was loaded of it, for a package installed since; run-time providers stay."""
    with _lock:
        for provider in list(_loaded.values()):
            if provider not in _at_run_time.values():
                _forget(provider)
        _failures.clear()
        entry_points.forget()
        manager.forget_extensions()


def installed_providers(check: bool = False) -> tuple[PluginInfo, ...]:
    """All providers and extensions that are installed or were registered at run time, by kind and name.

    Args:
        check: Import every one that is not switched off, so that the broken ones show their failure.
    """
    if check:
        _try_all()
    providers = [
        _provider_info(entry) for entries in entry_points.installed("tarash.providers").values() for entry in entries
    ]
    failures = manager.extension_failures()
    extensions = [
        _info(entry, "extension", failure=failures.get(_key(entry)))
        for entries in entry_points.installed("tarash.plugins").values()
        for entry in entries
    ]
    return tuple(sorted([*providers, *map(_run_time_info, _at_run_time.values()), *extensions], key=_rank))


def _rank(info: PluginInfo) -> tuple[bool, str, str]:
    return info.kind == "extension", info.name, info.distribution or ""


def _try_all() -> None:
    for name in entry_points.installed("tarash.providers"):
        try:
            load_provider(name)
        except (PluginError, ProviderNotInstalledError):
            continue  # remembered, and shown with the provider
    manager.plugin_manager()


def _provider_info(entry: EntryPoint) -> PluginInfo:
    provider = _loaded.get(entry.name)
    static = tuple(alias for alias, name in ALIASES.items() if name == entry.name)
    failure = _failures.get(_key(entry))
    if provider is None and failure is None:
        failure = _ambiguity(entry.name)
    return _info(entry, "provider", aliases=tuple(provider.aliases) if provider else static, failure=failure)


def _ambiguity(name: str) -> str | None:
    try:
        _chosen(name)
    except PluginError as error:
        return error.message
    except ProviderNotInstalledError:
        return None
    return None


def _info(entry: EntryPoint, kind: Literal["provider", "extension"], **known: Any) -> PluginInfo:
    distribution = entry.dist
    return PluginInfo(
        name=entry.name,
        kind=kind,
        distribution=entry_points.distribution_of(entry),
        version=entry_points.version_of(entry),
        value=entry.value,
        path=str(distribution.locate_file("")) if distribution else None,
        switched_off_by=entry_points.switched_off_by(entry),
        **known,
    )


def _run_time_info(provider: Provider) -> PluginInfo:
    cls = type(provider)
    value = f"{cls.__module__}:{cls.__qualname__}"
    return PluginInfo(name=provider.name, kind="provider", aliases=tuple(provider.aliases), value=value)
