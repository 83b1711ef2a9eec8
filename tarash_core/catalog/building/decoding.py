"""Reading a stored catalogue: the file once, a model when it is asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tarash_core.catalog.building.nested import nested_rule, wire_rule
from tarash_core.catalog.catalog import Catalog
from tarash_core.catalog.generic import GENERIC
from tarash_core.catalog.lifecycle import Lifecycle
from tarash_core.catalog.price import Price
from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.errors import PluginError
from tarash_core.fields import names, rules
from tarash_core.fields.builders import size_field_mapper
from tarash_core.fields.mapper import FieldMapper, Frames
from tarash_core.fields.shapes import AnySize

Raw = Mapping[str, Any]
FORMS = ("url", "data_uri")
"""The forms in which media are taken where a catalogue says nothing else."""

_RULES: Mapping[str, Callable[..., rules.Rule]] = {
    "excludes": rules.excludes,
    "at_least_one_of": rules.at_least_one_of,
    "requires": lambda name, value, then: rules.requires(name, value, **then),
}


class StoredCatalog:
    """The text of a ``catalog.json``, read once.

    Attributes:
        models: The raw entries by id; what they share with others stands as a tag that begins with ``$``.
        forms: The forms in which media are taken.
    """

    def __init__(self, text: str) -> None:
        import json

        document = json.loads(text)
        self.models: dict[str, dict[str, Any]] = document["models"]
        self.forms: tuple[str, ...] = tuple(document.get("forms", FORMS))
        self._shared: Mapping[str, Any] = document["shared"]
        self._usual: Raw = document.get("lifecycle", {})
        self._known: dict[str, Any] = {}

    def whole(self, entry: Raw) -> dict[str, Any]:
        """An entry with what it shares with others put in."""
        found: dict[str, Any] = self._put_in(entry)
        life = {**self._usual, **found.get("lifecycle", {})}
        return {**found, "lifecycle": life} if life else found

    def _put_in(self, part: Any) -> Any:
        if isinstance(part, str):
            return self._of_tag(part) if part[:1] == "$" and part in self._shared else part
        if isinstance(part, dict):
            return {key: self._put_in(value) for key, value in part.items()}
        return [self._put_in(value) for value in part] if isinstance(part, list) else part

    def _of_tag(self, tag: str) -> Any:
        if tag not in self._known:
            self._known[tag] = self._put_in(self._shared[tag])
        return self._known[tag]


def stored_catalog(
    package: str,
    *,
    name: str = "catalog.json",
    generic: ModelSpec | None = GENERIC,
    more: Callable[[Mapping[str, Raw]], Mapping[str, Raw]] | None = None,
) -> Catalog:
    """The catalogue that a package carries; it is read when the first model is looked up.

    Args:
        package: The package that holds the file.
        name: The file.
        generic: Stands in for models that nobody listed.
        more: Makes further raw entries of those in the file.
    """

    @functools.cache
    def stored() -> StoredCatalog:
        from importlib.resources import files

        return StoredCatalog(files(package).joinpath(name).read_text("utf-8"))

    def entries() -> Mapping[str, Raw]:
        models = stored().models
        return {**models, **more(models)} if more else models

    def decoded(id: str, entry: Raw) -> ModelSpec:
        return decode(id, stored().whole(entry), forms=stored().forms)

    return Catalog(entries, decode=decoded, generic=generic)


def decode(id: str, entry: Raw, *, forms: Sequence[str] = FORMS) -> ModelSpec:
    """The model that a raw entry means.

    Args:
        id: The model's id, for errors.
        entry: What a catalogue stores of it, nothing shared left out.
        forms: Forms in which media are taken, the preferred one first.

    Raises:
        PluginError: The entry cannot be read.
    """
    try:
        variants = tuple(_variants(entry, forms))
        known = {key: entry[key] for key in ("title", "family") if key in entry}
        life = Lifecycle(**entry["lifecycle"]) if entry.get("lifecycle") else None
        return ModelSpec(variants=variants, lifecycle=life, price=_price(entry.get("price")), **known)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PluginError(f"The catalogue entry of {id} cannot be read: {error}; build the catalogue anew.") from error


def _variants(entry: Raw, forms: Sequence[str]) -> Iterator[Variant]:
    shared: Raw = entry["fields"]
    ways = entry.get("ways") or ({"modes": entry["modes"], "fields": {}},)
    every = {path: raw for fields in (shared, *(way["fields"] for way in ways)) for path, raw in fields.items()}
    known = {_root(path) for path in every}
    for way in ways:
        fields = {**shared, **way["fields"]}
        mappers = {path: field_mapper(path, raw, forms) for path, raw in _ordered(fields)}
        yield Variant(
            modes=way["modes"],
            endpoint=entry.get("endpoint", ""),
            fields=mappers,
            rules=[*_rules(entry), *_rules(way), *_extras({**every, **fields}, forms)],
            fixed={**entry.get("fixed", {}), **way.get("fixed", {})},
            parameters=known | set(entry.get("also", ())),
        )


def _ordered(fields: Raw) -> list[tuple[str, Raw]]:
    """The prompt first, media next, then all else, as it stood."""
    return sorted(fields.items(), key=lambda pair: _stage(pair[1].get("source")))


def _stage(source: str | None) -> int:
    return 0 if source in ("prompt", "negative_prompt") else 1 if source in names.MEDIA else 2


def _root(path: str) -> str:
    return path.partition("[")[0].partition(".")[0]


def _rules(part: Raw) -> Iterator[rules.Rule]:
    for name, *arguments in part.get("rules", ()):
        yield _RULES[name](*arguments)


def _extras(fields: Raw, forms: Sequence[str]) -> Iterator[rules.Rule]:
    """Rules for what is given in ``extra_params`` under a wire name, where its own field does not check it already."""
    for path, raw in fields.items():
        name = _root(path)
        if "inner" in raw:
            yield nested_rule(name, raw["inner"])
        elif path == name and "source" in raw:
            yield wire_rule(name, field_mapper(path, raw, forms))


def _price(raw: Raw | None) -> Price | None:
    if raw is None:
        return None
    tables = {key: _table(value) for key, value in raw.items()}
    return Price(**tables)


def _table(value: Any) -> Any:
    """A table of prices stands as pairs of keys and amount, for JSON knows only texts as keys."""
    is_table = isinstance(value, list) and value and isinstance(value[0], list)
    return {tuple(keys): amount for keys, amount in value} if is_table else value


def field_mapper(path: str, raw: Raw, forms: Sequence[str] = FORMS) -> FieldMapper:
    """The mapper that a raw field means.

    Args:
        path: Its wire path.
        raw: What is stored of it; without a source it is the model's own parameter of that name.
        forms: Forms in which media are taken.
    """
    if "sizes" in raw:
        return _size(raw)
    known = {key: value for key, value in raw.items() if key not in ("source", "inner", "words", "frames")}
    source = raw.get("source", f"{names.EXTRA}.{path}")
    if source in names.MEDIA and "constant" not in raw:
        known.setdefault("forms", forms)
    if "words" in raw:
        known |= {"choices": [ours for ours, _ in raw["words"]], "wire_words": dict(map(tuple, raw["words"]))}
    if "frames" in raw:
        known["frames"] = Frames(**raw["frames"])
    if _is_run(known.get("choices")):
        known["choices"] = range(known["choices"][0], known["choices"][-1] + 1)
    return FieldMapper(source, **known)


def _is_run(choices: Any) -> bool:
    """Whether choices are whole numbers without a gap, which read better as a range."""
    whole = isinstance(choices, list) and len(choices) > 2 and all(type(choice) is int for choice in choices)
    return whole and choices == list(range(choices[0], choices[-1] + 1))


def _size(raw: Raw) -> FieldMapper:
    options = {key: raw[key] for key in ("default", "required", "write_default") if key in raw}
    any_size = AnySize(**raw["any_size"]) if "any_size" in raw else None
    return size_field_mapper(raw["sizes"], any_size=any_size, **options)
