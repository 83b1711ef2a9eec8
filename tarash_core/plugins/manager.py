"""Who implements which hook: a pluggy manager that drops an unfit plugin, and the one of this process."""

from __future__ import annotations

import inspect
import threading
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from attrs import frozen
from pluggy import HookImpl, PluginManager, PluginValidationError

from tarash_core.errors import PluginError
from tarash_core.imports import importing
from tarash_core.models.base import unknown_name
from tarash_core.plugins import entry_points, specs
from tarash_core.plugins.warnings import warn

if TYPE_CHECKING:
    from importlib_metadata import EntryPoint
    from pluggy import HookimplOpts

_HOOKS = tuple(name for name in vars(specs) if name.startswith("tarash_"))
_LAZY = (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction)
_FUNCTIONS = (staticmethod, classmethod, types.FunctionType, types.MethodType)


@frozen
class HookCall:
    """One implementation of a hook.

    Attributes:
        plugin: The name under which its plugin is registered.
        function: The implementation.
        arguments: The arguments of the hook that it takes.
    """

    plugin: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]

    def __call__(self, given: dict[str, Any]) -> Any:
        """Calls the implementation by keyword, with those of the given arguments that it takes."""
        takes_all = len(self.arguments) == len(given)
        return self.function(**(given if takes_all else {name: given[name] for name in self.arguments}))


class HookManager(PluginManager):
    """A pluggy manager that knows our hooks and refuses a plugin that would silently never be called."""

    def __init__(self) -> None:
        super().__init__("tarash")
        self._lock = threading.RLock()
        self._calls: dict[str, tuple[HookCall, ...]] = {}
        self.add_hookspecs(specs)

    def calls(self, hook: str) -> tuple[HookCall, ...]:
        """The implementations of a hook, the one to be called first in front."""
        found = self._calls.get(hook)
        return self._collected(hook) if found is None else found

    def _collected(self, hook: str) -> tuple[HookCall, ...]:
        with self._lock:
            caller = getattr(self.hook, hook)
            known = caller.spec.argnames
            made = tuple(_call_of(impl, known) for impl in reversed(caller.get_hookimpls()))
            self._calls[hook] = made
        return made

    def add(self, plugin: object, name: str | None = None) -> None:
        """Registers a plugin once, under another name where its own is taken.

        Raises:
            PluginError: It has a hook that does not exist or that could not be called; it is not registered.
        """
        with self._lock:
            if any(plugin is known for _, known in self.list_name_plugin()):
                return
            name = self._free(name or _name_of(plugin))
            try:
                self.register(plugin, name)
            except (PluginValidationError, ValueError, TypeError) as error:
                reason = " ".join(str(error).split())
                raise PluginError(f"The plugin {name!r} is left out, its hooks do not fit: {reason}.") from error
            if problem := next(self._problems(plugin), None):
                self.unregister(plugin)
                raise PluginError(f"The plugin {name!r} is left out: {problem}")

    def remove(self, plugin: object) -> None:
        """Unregisters a plugin; one that is not registered is passed over."""
        with self._lock:
            for name, known in self.list_name_plugin():
                if known is plugin:
                    self.unregister(name=name)

    def register(self, plugin: object, name: str | None = None) -> str | None:
        """As in pluggy; the next call of any hook sees the plugin."""
        with self._lock:
            try:
                return super().register(plugin, name)
            finally:
                self._calls.clear()

    def unregister(self, plugin: object | None = None, name: str | None = None) -> Any:
        """As in pluggy; the next call of any hook no longer sees the plugin."""
        with self._lock:
            try:
                return super().unregister(plugin, name)
            finally:
                self._calls.clear()

    def parse_hookimpl_opts(self, plugin: object, name: str) -> HookimplOpts | None:
        """As in pluggy, but never evaluates an attribute that is no function: a catalogue may be a lazy one."""
        static = inspect.getattr_static(plugin, name, None)
        return super().parse_hookimpl_opts(plugin, name) if isinstance(static, _FUNCTIONS) else None

    def _free(self, name: str) -> str:
        number, free = 1, name
        while self.has_plugin(free):
            number += 1
            free = f"{name} ({number})"
        return free

    def _problems(self, plugin: object) -> Iterator[str]:
        implemented = set()
        for caller in self.get_hookcallers(plugin) or ():
            implemented.add(caller.name)
            for impl in caller.get_hookimpls():
                if impl.plugin is plugin:
                    yield from _problems_of(impl, caller.name, caller.has_spec())
        for name in sorted(set(_HOOKS) - implemented):
            if inspect.isroutine(inspect.getattr_static(plugin, name, None)):
                yield f"{name} lacks the mark @hookimpl and would never be called."


def _problems_of(impl: HookImpl, hook: str, known: bool) -> Iterator[str]:
    if not known and not impl.optionalhook:
        yield unknown_name("there is no hook", hook, list(_HOOKS))
    if impl.wrapper or impl.hookwrapper:
        yield f"{hook} is a wrapper, which Tarash does not call; write an ordinary function."
    elif any(is_lazy(impl.function) for is_lazy in _LAZY):
        yield f"{hook} is async or a generator, of which a call runs nothing; write an ordinary function."


def _call_of(impl: HookImpl, known: tuple[str, ...]) -> HookCall:
    takes = tuple(name for name in (*impl.argnames, *impl.kwargnames) if name in known)
    return HookCall(impl.plugin_name, impl.function, takes)


def _name_of(plugin: object) -> str:
    return str(getattr(plugin, "__name__", None) or type(plugin).__name__)


def make_plugin_manager() -> HookManager:
    """A fresh manager with our hooks and no plugins, for tests."""
    return HookManager()


class _Extensions:
    """The manager of this process, and the state of loading the extensions into it."""

    def __init__(self) -> None:
        self.manager = HookManager()
        self.lock = threading.RLock()
        self.ready = False
        self.loading = False
        self.loaded: list[object] = []
        self.failures: dict[tuple[str, str], str] = {}


_extensions = _Extensions()


def plugin_manager() -> HookManager:
    """The manager of this process, with every installed extension in it."""
    return _extensions.manager if _extensions.ready else _with_extensions()


def _offer_models() -> None:
    """Lets the catalogue ask the extensions for their models."""
    from tarash_core.catalog.registry import registry
    from tarash_core.plugins.hooks import register_models

    registry.extensions = register_models


def _with_extensions() -> HookManager:
    with _extensions.lock:
        # An extension that asks for the manager while it is imported gets it as it is.
        if not _extensions.ready and not _extensions.loading:
            _extensions.loading = True
            try:
                _load_extensions()
                _offer_models()
                _extensions.ready = True
            finally:
                _extensions.loading = False
    return _extensions.manager


def _load_extensions() -> None:
    for entries in entry_points.installed("tarash.plugins").values():
        for entry in entries:
            if entry_points.switched_off_by(entry) is None:
                _load_extension(entry)


def _load_extension(entry: EntryPoint) -> None:
    distribution = entry_points.distribution_of(entry)
    try:
        with importing():
            plugin = _instance(entry.load())
        _extensions.manager.add(plugin, entry.name)
    except PluginError as error:
        _left_out(entry.name, distribution, error.message)
    except (Exception, SystemExit) as error:
        cause = f"{type(error).__name__}: {error}"
        _left_out(entry.name, distribution, f"The plugin {entry.name!r} of {distribution} cannot be loaded: {cause}")
    else:
        _extensions.loaded.append(plugin)


def _left_out(name: str, distribution: str, sentence: str) -> None:
    _extensions.failures[name, distribution] = sentence
    warn(sentence)


def extension_failures() -> dict[tuple[str, str], str]:
    """Why an installed extension is left out, by its name and package."""
    return dict(_extensions.failures)


def forget_extensions() -> None:
    """Drops the installed extensions; the next call of a hook loads them anew. Those of ``register_extension`` stay."""
    with _extensions.lock:
        for plugin in _extensions.loaded:
            _extensions.manager.remove(plugin)
        _extensions.loaded.clear()
        _extensions.failures.clear()
        _extensions.ready = False


def register_extension(plugin: object, name: str | None = None) -> None:
    """Lets a module, an object, or a class that is instantiated, take part in the hooks of this process.

    A plugin with a hook that does not exist or could not be called is left out with a logged warning.

    Args:
        plugin: What implements the hooks.
        name: The name that a warning shows; the plugin's own when None.
    """
    add_or_warn(_instance(plugin), name)


def unregister_extension(plugin: object) -> None:
    """Takes a plugin out of the hooks again; a class takes out its instances."""
    manager = _extensions.manager
    for _, known in manager.list_name_plugin():
        if known is plugin or (isinstance(plugin, type) and type(known) is plugin):
            manager.remove(known)


def add_or_warn(plugin: object, name: str | None) -> None:
    """Registers a plugin with this process's manager; an unfit one becomes a logged warning."""
    try:
        _extensions.manager.add(plugin, name)
    except PluginError as error:
        warn(error.message)


def remove_plugin(plugin: object) -> None:
    """Unregisters a plugin from this process's manager."""
    _extensions.manager.remove(plugin)


def _instance(plugin: object) -> object:
    return plugin() if isinstance(plugin, type) else plugin
