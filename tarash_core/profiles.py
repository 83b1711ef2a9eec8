"""Named configs of a project: ``VideoGenerationConfig.from_profile("cheap")`` and ``--profile cheap``.

They stand in the file that ``TARASH_CONFIG`` names, else in the nearest ``tarash.toml``, or ``pyproject.toml`` with a
table ``[tool.tarash]``, of the current folder or one above it. One file is read; files are not merged::

    [profiles.cheap]
    chain = ["fal/fal-ai/veo3.1/fast", "replicate/google/veo-3.1-fast"]
    on_unsupported = "nearest"
    timeout = 300

    [profiles.best]
    extends = "cheap"
    chain = ["fal/fal-ai/veo3.1", "cheap"]

Keys are the fields of a config and three more: ``chain`` lists what is asked in turn, each ``provider/model``, the name
of a profile, or a table of such keys; ``extends`` takes over the keys of another profile; ``api_key_env`` names the
variable that holds the key. A file never holds a key itself.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from tarash_core.errors import AuthenticationError, TarashException, ValidationError
from tarash_core.models.base import field_names, unknown_name
from tarash_core.models.config import CONFIGS, Config, split_target
from tarash_core.models.job import Kind

VARIABLE = "TARASH_CONFIG"
"""Names the file; empty means none."""

CHAIN, EXTENDS, KEY_VARIABLE = "chain", "extends", "api_key_env"
_TARGET = ("provider", "model")
_ELSEWHERE = ("base_url", "webhook_url")
_REFUSED = {
    "api_key": f'a key does not belong in a file; name the variable that holds it with {KEY_VARIABLE} = "…"',
    "fallback_configs": f"the models to ask in turn are written {CHAIN} = [first, second, …]",
}


def profile_keys() -> list[str]:
    """Every key that a profile may have."""
    fields = [name for name in field_names(CONFIGS["video"]) if name not in _REFUSED]
    return [EXTENDS, CHAIN, KEY_VARIABLE, *fields]


@frozen
class Setting:
    """A value of a profile, and where it was written.

    Attributes:
        value: The value as TOML has it.
        place: The key in the file, such as ``profiles.cheap.timeout``.
    """

    value: Any
    place: str


Settings = Mapping[str, Setting]


def find_file(start: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The file with the profiles; None where there is none.

    Args:
        start: The folder to begin in; the current one when None.
        environ: The variables; ``TARASH_CONFIG`` is taken at its word, whether there is such a file or not.

    Raises:
        ValidationError: A ``pyproject.toml`` on the way cannot be read.
    """
    named = environ.get(VARIABLE)
    if named is not None:
        return Path(named).expanduser() if named.strip() else None
    folder = (start or Path.cwd()).absolute()
    every = (path for one in (folder, *folder.parents) for path in (one / "tarash.toml", one / "pyproject.toml"))
    return next((path for path in every if path.is_file() and _is_ours(path)), None)


def _is_ours(path: Path) -> bool:
    return path.name == "tarash.toml" or "tarash" in _tools(_read(path))


def _tools(data: Mapping[str, Any]) -> Mapping[str, Any]:
    tools = data.get("tool")
    return tools if isinstance(tools, Mapping) else {}


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ValidationError(f"There is no file {path}; make it, or change {VARIABLE}, which names it.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ValidationError(f"{path} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ValidationError(f"{path} is not valid TOML: {error}.") from error


def read_profiles(file: str | os.PathLike[str] | None = None) -> Profiles:
    """The profiles of a file.

    Args:
        file: The file; the one that :func:`find_file` finds when None.

    Raises:
        ValidationError: It cannot be read, is no TOML, or has a key that nobody knows.
    """
    path = find_file() if file is None else Path(file)
    if path is None:
        return Profiles(None, {}, "", trusted=False)
    trusted = file is not None or bool(os.environ.get(VARIABLE, "").strip())
    in_project = path.name == "pyproject.toml"
    data: Any = _tools(_read(path)).get("tarash", {}) if in_project else _read(path)
    prefix = "tool.tarash." if in_project else ""
    known = ["profiles"]
    for name in _table(path, data, prefix.rstrip(".") or "the file"):
        if name not in known:
            raise ValidationError(unknown_name(f"{path}: there is no key", prefix + name, known))
    return Profiles(path, _table(path, data.get("profiles", {}), f"{prefix}profiles"), prefix, trusted=trusted)


def _table(path: Path | None, value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValidationError(f"{path}: {place} must be a table, not {value!r:.60}.")
    return value


class Profiles:
    """The profiles of one file; :func:`read_profiles` makes it.

    Attributes:
        path: The file; None where there is none, and then there are no profiles.
        trusted: Whether somebody named the file. One that was found by search may not say where keys and results go.
    """

    def __init__(self, path: Path | None, tables: Mapping[str, Any], prefix: str, *, trusted: bool) -> None:
        self.path, self.trusted = path, trusted
        self._tables, self._prefix = tables, prefix

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the profiles, as they stand in the file."""
        return tuple(self._tables)

    def settings(self, name: str) -> Settings:
        """Every key of a profile, those that it extends among them, each with its place.

        Raises:
            ValidationError: There is no such profile, or a key cannot work.
        """
        return self._named(name, ())

    def config(self, kind: Kind, name: str, *, needs_key: bool = True) -> Config:
        """The config of a profile, its chain in ``fallback_configs``.

        Args:
            kind: ``video`` or ``image``.
            name: The profile.
            needs_key: Whether a variable of ``api_key_env`` must be set; without it the key is left out.

        Raises:
            ValidationError: There is no such profile, or a key cannot work; the sentence names file and key.
            AuthenticationError: The variable of an ``api_key_env`` is not set.
        """
        return self._config(kind, self._named(name, ()), (name,), needs_key)

    def targets(self, name: str) -> tuple[str, ...]:
        """Each ``provider/model`` of a profile's chain, in the order in which they are asked."""
        return tuple(f"{one.provider}/{one.model}" for one in _walked(self.config("video", name, needs_key=False)))

    def key_variables(self) -> Mapping[str, tuple[str, ...]]:
        """The variables that ``api_key_env`` names, each with the places that name it."""
        found: dict[str, tuple[str, ...]] = {}
        for variable, place in self._key_variables(self._tables, f"{self._prefix}profiles"):
            found[variable] = (*found.get(variable, ()), place)
        return found

    def _key_variables(self, value: Any, place: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, Mapping):
            if isinstance(value.get(KEY_VARIABLE), str):
                yield value[KEY_VARIABLE], f"{place}.{KEY_VARIABLE}"
            for key, inner in value.items():
                yield from self._key_variables(inner, f"{place}.{key}")
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                yield from self._key_variables(inner, f"{place}[{number}]")

    def _named(self, name: str, before: tuple[str, ...]) -> Settings:
        if self.path is None:
            raise ValidationError(
                f"There is no profile {name!r}, as there is no tarash.toml and no pyproject.toml with [tool.tarash] in "
                f"this folder or above it; make one, or name a file with {VARIABLE}."
            )
        if name not in self._tables:
            raise ValidationError(unknown_name(f"{self.path} has no profile", name, list(self.names) or ["none"]))
        if name in before:
            raise ValidationError(f"{self.path}: the profile {name!r} leads back to itself: {_way(before, name)}.")
        return self._extended(self._tables[name], f"{self._prefix}profiles.{name}", (*before, name))

    def _extended(self, table: Any, place: str, before: tuple[str, ...]) -> Settings:
        own = {key: Setting(value, f"{place}.{key}") for key, value in _table(self.path, table, place).items()}
        for key, setting in own.items():
            self._check_key(key, setting)
        base = own.pop(EXTENDS, None)
        if base is None:
            return own
        inherited = self._named(self._text(base), before)
        replaced = {CHAIN, *_TARGET} if own.keys() & {CHAIN, *_TARGET} else set()
        return {**{key: setting for key, setting in inherited.items() if key not in replaced}, **own}

    def _check_key(self, key: str, setting: Setting) -> None:
        if key in _REFUSED:
            raise ValidationError(f"{self.path}: {setting.place}: {_REFUSED[key]}.")
        if key not in profile_keys():
            place = setting.place.removesuffix(f".{key}")
            raise ValidationError(unknown_name(f"{self.path}: {place} has no key", key, profile_keys()))
        if not self.trusted and _leads_elsewhere(key, setting.value):
            raise ValidationError(
                f"{self.path}: {setting.place} says where keys or results go, which a file found by search may not; "
                f"name the file with {VARIABLE}, or pass {key} in the call."
            )

    def _text(self, setting: Setting) -> str:
        if not isinstance(setting.value, str) or not setting.value.strip():
            raise ValidationError(f"{self.path}: {setting.place} must be a text, not {setting.value!r:.60}.")
        return setting.value

    def _config(self, kind: Kind, settings: Settings, before: tuple[str, ...], needs_key: bool) -> Config:
        own = dict(settings)
        chain = own.pop(CHAIN, None)
        if chain is None:
            return self._single(kind, own, before, needs_key)
        if clash := next((own[name] for name in _TARGET if name in own), None):
            raise ValidationError(f"{self.path}: {clash.place} and {chain.place} exclude each other; leave one out.")
        if not isinstance(chain.value, list) or not chain.value:
            raise ValidationError(f"{self.path}: {chain.place} must list what is asked, not {chain.value!r:.60}.")
        items = (Setting(value, f"{chain.place}[{number}]") for number, value in enumerate(chain.value))
        head, *others = (self._item(kind, item, before, needs_key) for item in items)
        fields = self._values(kind, own, needs_key)
        return head.replace(**fields, fallback_configs=(*head.fallback_configs, *others))

    def _item(self, kind: Kind, item: Setting, before: tuple[str, ...], needs_key: bool) -> Config:
        """The config of one place of a chain."""
        if isinstance(item.value, Mapping):
            return self._config(kind, self._extended(item.value, item.place, before), before, needs_key)
        text = self._text(item)
        if "/" in text:
            return self._single(kind, {"model": Setting(text, item.place)}, before, needs_key)
        return self._config(kind, self._named(text, before), (*before, text), needs_key)

    def _single(self, kind: Kind, own: Settings, before: tuple[str, ...], needs_key: bool) -> Config:
        model = own.get("model")
        if model is None:
            where = f"the profile {before[-1]!r}"
            raise ValidationError(
                f'{self.path}: {where} names no model; write model = "provider/model", or {CHAIN} = […].'
            )
        others = {name: setting for name, setting in own.items() if name not in _TARGET}
        fields = self._values(kind, others, needs_key)
        if "provider" in own:
            return CONFIGS[kind](provider=self._text(own["provider"]), model=self._text(model), **fields)
        try:
            provider, id = split_target(self._text(model))
        except ValidationError as error:
            raise ValidationError(f"{self.path}: {model.place}: {error}") from error
        return CONFIGS[kind](provider=provider, model=id, **fields)

    def _values(self, kind: Kind, own: Settings, needs_key: bool) -> dict[str, Any]:
        """The fields of a config, the key in place of the variable that holds it."""
        fields = {name: self._value(kind, name, setting) for name, setting in own.items() if name != KEY_VARIABLE}
        named = own.get(KEY_VARIABLE)
        key = os.environ.get(self._text(named), "").strip() if named else ""
        if named and not key and needs_key:
            raise AuthenticationError(f"No key: {self.path}: {named.place} names {named.value}, which is not set.")
        if named and key:
            fields["api_key"] = self._value(kind, "api_key", Setting(key, named.place))
        return fields

    def _value(self, kind: Kind, name: str, setting: Setting) -> Any:
        """The value of one field as the config has it; tried alone, so that an error can name its key."""
        cls = CONFIGS[kind]
        sample = {"provider": "a", "model": "a", name: setting.value}
        try:
            return getattr(cls.from_dict(sample) if name == "fallback_on" else cls(**sample), name)
        except TarashException as error:
            raise ValidationError(f"{self.path}: {setting.place}: {error}") from error


def _leads_elsewhere(key: str, value: Any) -> bool:
    """Whether a key says where keys or results go; a setting of a provider does with an address, such as a bucket's."""
    return key in _ELSEWHERE or (key == "provider_config" and "://" in str(value))


def _way(before: tuple[str, ...], name: str) -> str:
    return " → ".join((*before[before.index(name) :], name))


def _walked(config: Config) -> Iterator[Config]:
    yield config
    for fallback in config.fallback_configs:
        yield from _walked(fallback)


def everywhere(config: Config, changes: Mapping[str, Any]) -> Config:
    """A chain with the same changes in each of its configs."""
    fallbacks = tuple(everywhere(fallback, changes) for fallback in config.fallback_configs)
    return evolve(config, **changes, fallback_configs=fallbacks, given=config.given | changes.keys())
