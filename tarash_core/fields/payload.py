"""The body of a request: written from settled values, joined with ``extra_params``, its holes filled."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tarash_core.catalog.spec import Variant
from tarash_core.errors import UnsupportedParameterError
from tarash_core.fields import names, paths
from tarash_core.fields.desk import Write
from tarash_core.fields.forms import write_form
from tarash_core.models.notice import Notice
from tarash_core.models.plan import MediaLeaf

__all__ = ["fill_leaves", "join_extra", "leaves_of", "unknown_extras", "write_body", "write_form"]


def write_body(writes: Iterable[Write]) -> dict[str, Any]:
    """A fresh body with every value at its place."""
    body: dict[str, Any] = {}
    for write in writes:
        if write.items is not None:
            paths.put_each(body, write.entry.steps, write.items)
        else:
            paths.put(body, write.entry.steps, _own(write.value))
    return body


def _own(value: Any) -> Any:
    """A copy of what could be changed by somebody else; media are values and stay."""
    if isinstance(value, Mapping):
        return {key: _own(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_own(part) for part in value]
    return value


def join_extra(body: dict[str, Any], variant: Variant, extra: Mapping[str, Any], where: str) -> None:
    """Joins ``extra_params`` into a body, objects key by key; keys that have a mapper of their own are left to it.

    Raises:
        UnsupportedParameterError: A mapper writes the same key.
    """
    own = variant.layout.extras
    _join(body, {key: value for key, value in extra.items() if key not in own}, (), variant, where)


def _join(body: dict[str, Any], extra: Mapping[str, Any], above: tuple[str, ...], variant: Variant, where: str) -> None:
    for key, value in extra.items():
        there = body.get(key)
        if key not in body:
            body[key] = copy.deepcopy(value)
        elif isinstance(there, dict) and isinstance(value, Mapping):
            _join(there, value, (*above, key), variant, where)
        else:
            raise _written_twice((*above, key), value, variant, where)


def _written_twice(keys: tuple[str, ...], value: Any, variant: Variant, where: str) -> UnsupportedParameterError:
    wire = ".".join(keys)
    entries = (e for e in variant.layout.entries if paths.keys_of(e.steps)[: len(keys)] == keys)
    entry = next(entries, None)
    ours = entry.mapper.name if entry and entry.mapper.source_field else "the catalogue"
    name = f"{names.EXTRA}[{wire!r}]"
    return UnsupportedParameterError(
        f"{name}={value!r} is not possible with {where}: {ours} writes it already; allowed is one of the two.",
        field=name,
        value=value,
        allowed=f"only {ours}",
    )


def unknown_extras(variant: Variant, extra: Mapping[str, Any], where: str, policy: str) -> tuple[Notice, ...]:
    """A notice for each key that the model's published schema has not.

    Raises:
        UnsupportedParameterError: There is one and the policy is ``error``.
    """
    if variant.parameters is None or not extra:
        return ()
    known = variant.parameters | {".".join(paths.keys_of(entry.steps)) for entry in variant.layout.entries}
    own = variant.layout.extras
    unknown = [wire for wire in _wire_names(extra, ()) if wire.split(".")[0] not in own and not _known(wire, known)]
    return tuple(_unknown(wire, sorted(known), where, policy) for wire in unknown)


def _wire_names(extra: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[str]:
    for key, value in extra.items():
        if isinstance(value, Mapping) and value:
            yield from _wire_names(value, (*above, key))
        else:
            yield ".".join((*above, key))


def _known(wire: str, known: Iterable[str]) -> bool:
    return any(wire == name or wire.startswith(name + ".") or name.startswith(wire + ".") for name in known)


def _unknown(wire: str, known: list[str], where: str, policy: str) -> Notice:
    near = difflib.get_close_matches(wire, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "it may be ignored or refused."
    name = f"{names.EXTRA}[{wire!r}]"
    if policy == "error":
        allowed = near[0] if near else ", ".join(known)
        raise UnsupportedParameterError(
            f"{name} is not possible with {where}, whose schema has no such parameter; "
            + (hint if near else f"allowed is {allowed}."),
            field=name,
            value=wire,
            allowed=allowed,
        )
    return Notice("unknown_parameter", name, f"{name} is sent, but the schema of {where} has no such parameter; {hint}")


def leaves_of(payload: Any) -> list[MediaLeaf]:
    """The holes of a payload, in the order in which they stand."""
    if payload is None or isinstance(payload, (str, int, float)):
        return []
    if isinstance(payload, MediaLeaf):
        return [payload]
    parts = payload.values() if isinstance(payload, Mapping) else payload if isinstance(payload, (list, tuple)) else ()
    return [leaf for part in parts for leaf in leaves_of(part)]


def fill_leaves(payload: Any, fill: Callable[[MediaLeaf], Any]) -> Any:
    """A copy of a payload in which each hole holds what ``fill`` gives for it."""
    if isinstance(payload, MediaLeaf):
        return fill(payload)
    if isinstance(payload, Mapping):
        return {key: fill_leaves(part, fill) for key, part in payload.items()}
    if isinstance(payload, (list, tuple)):
        return [fill_leaves(part, fill) for part in payload]
    return payload
