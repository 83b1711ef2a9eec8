"""Wire paths: where in a body a value goes.

===================  =================================================
``a.b``              key b in object a
``a[0].b``           key b in the first item of list a
``a[type=x].b``      key b in the one item of list a whose ``type`` is x
``a[type=x][].b``    one such item for each value
``a[].b``            one item for each value
===================  =================================================
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from attrs import frozen

from tarash_core.errors import ValidationError


@frozen
class Key:
    """One key of an object."""

    name: str


@frozen
class Index:
    """One place in a list."""

    place: int


@frozen
class Tag:
    """The item of a list that carries a tag."""

    key: str
    value: str


@frozen
class Each:
    """One item of a list for every value, with the tag if it has one."""

    tag: Tag | None = None


Step: TypeAlias = Key | Index | Tag | Each
Item: TypeAlias = "tuple[Any, Mapping[str, Any]]"

_STEP = re.compile(
    r"(?P<dot>\.)?(?P<key>[^.\[\]]+)|\[(?P<index>\d+)\]|\[(?P<tag>[^=\[\]]+)=(?P<value>[^\]]+)\](?P<each>\[\])?|\[\]"
)


@functools.lru_cache(maxsize=8192)
def parse(path: str) -> tuple[Step, ...]:
    """The steps of a wire path.

    Raises:
        ValidationError: The text is no wire path.
    """
    steps: list[Step] = []
    place = 0
    while place < len(path):
        found = _STEP.match(path, place)
        if found is None or (bool(found["key"]) and bool(found["dot"]) != bool(steps)):
            raise _unreadable(path)
        steps.append(_step(found))
        place = found.end()
    if not steps or not isinstance(steps[0], Key) or not _writable(steps):
        raise _unreadable(path)
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if found["key"]:
        return Key(found["key"])
    if found["index"]:
        return Index(int(found["index"]))
    if found["tag"]:
        tag = Tag(found["tag"], found["value"])
        return Each(tag) if found["each"] else tag
    return Each()


def _writable(steps: Sequence[Step]) -> bool:
    """A list stands right behind a key, a tagged item needs a key, and there is one ``[]`` at most."""
    lists_follow_keys = all(isinstance(a, Key) or isinstance(b, Key) for a, b in itertools.pairwise(steps))
    tagged_last = isinstance(steps[-1], Tag) or (isinstance(steps[-1], Each) and steps[-1].tag is not None)
    return lists_follow_keys and not tagged_last and sum(isinstance(step, Each) for step in steps) <= 1


def _unreadable(path: str) -> ValidationError:
    return ValidationError(
        f"{path!r} is no wire path; write a.b, a[0].b, a[type=x].b, a[type=x][].b or a[].b with keys in between."
    )


def has_each(steps: Sequence[Step]) -> bool:
    """Whether the path makes one item for each value."""
    return any(isinstance(step, Each) for step in steps)


def put(body: dict[str, Any], steps: Sequence[Step], value: Any) -> None:
    """Writes one value into a body, making what is missing on the way."""
    _put(body, steps, 0, value, None)


def put_each(body: dict[str, Any], steps: Sequence[Step], items: Sequence[Item]) -> None:
    """Writes one item for each pair of a value and the further keys of its item."""
    _put(body, steps, 0, None, items)


def _put(node: Any, steps: Sequence[Step], at: int, value: Any, items: Sequence[Item] | None) -> None:
    while at < len(steps):
        step, last = steps[at], at + 1 == len(steps)
        if isinstance(step, Each):
            pairs = ((value, {}),) if items is None else items
            node.extend(_item(step, steps[at + 1 :], *pair) for pair in pairs)
            return
        if last:
            _place(node, step, value)
            return
        node = _enter(node, step, steps[at + 1])
        at += 1


def _item(each: Each, rest: Sequence[Step], value: Any, more: Mapping[str, Any]) -> Any:
    if not rest and not more:
        return value
    item: dict[str, Any] = {each.tag.key: each.tag.value} if each.tag else {}
    put(item, rest, value)
    item.update(more)
    return item


def _place(node: Any, step: Step, value: Any) -> None:
    if isinstance(step, Key):
        node[step.name] = value
    elif isinstance(step, Index):
        _lengthen(node, step.place)
        node[step.place] = value


def _enter(node: Any, step: Step, following: Step) -> Any:
    if isinstance(step, Key):
        return node.setdefault(step.name, {} if isinstance(following, Key) else [])
    if isinstance(step, Index):
        _lengthen(node, step.place)
        return node[step.place]
    assert isinstance(step, Tag)
    for item in node:
        if item.get(step.key) == step.value:
            return item
    node.append({step.key: step.value})
    return node[-1]


def _lengthen(items: list[Any], place: int) -> None:
    while len(items) <= place:
        items.append({})


def get(body: Any, steps: Sequence[Step]) -> Any:
    """What stands at a path: a list for a path with ``[]``; None where there is nothing."""
    for at, step in enumerate(steps):
        if isinstance(step, Each):
            rest = steps[at + 1 :]
            return [get(item, rest) for item in body or () if step.tag is None or _tagged(item, step.tag)]
        body = _child(body, step)
        if body is None:
            return None
    return body


def _child(node: Any, step: Step) -> Any:
    if isinstance(step, Key):
        return node.get(step.name) if isinstance(node, Mapping) else None
    if not isinstance(node, list):
        return None
    if isinstance(step, Index):
        return node[step.place] if step.place < len(node) else None
    return next((item for item in node if isinstance(step, Tag) and _tagged(item, step)), None)


def _tagged(item: Any, tag: Tag) -> bool:
    return isinstance(item, Mapping) and item.get(tag.key) == tag.value


def keys_of(steps: Sequence[Step]) -> tuple[str, ...]:
    """The keys up to the first list: how far a path can meet ``extra_params``."""
    keys: list[str] = []
    for step in steps:
        if not isinstance(step, Key):
            break
        keys.append(step.name)
    return tuple(keys)


def has_keys(body: Any, keys: Sequence[str]) -> bool:
    """Whether nested objects have these keys, one in the other."""
    for key in keys:
        if not isinstance(body, Mapping) or key not in body:
            return False
        body = body[key]
    return True
