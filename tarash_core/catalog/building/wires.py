"""Rules for what ``extra_params`` gives under a wire name that a field of ours writes too."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

from tarash_core.catalog.building.nested import nested_rule, wire_rule
from tarash_core.catalog.building.parts import Fields, root_of
from tarash_core.fields.mapper import FieldMapper
from tarash_core.fields.rules import Rule, rule

Schema = Mapping[str, Any]

_ITEM = re.compile(r"\[(?:(?P<key>\w+)=(?P<value>\w+)|\d*)\](?:\[\])?\.(?P<place>\w+)")


def without_media(fields: Fields) -> Iterator[Rule]:
    """The rules of a body that is a form: values are checked, and a medium cannot be given in this way.

    Args:
        fields: The fields of one way, by wire names.
    """
    for wire, mapper in fields.items():
        if mapper.is_media:
            yield only_as_medium(wire)
        elif mapper.source_field is not None and not mapper.is_extra:
            yield wire_rule(wire, mapper)


def only_as_medium(wire: str) -> Rule:
    """The rule that a medium is given by our word for it, and not by its wire name."""
    sentence = f"{wire} is a medium: give it as image_list, mask_image or video, not in extra_params"
    return rule(sentence, lambda effective: wire not in effective.get("extra_params", {}), "extra_params")


@frozen(kw_only=True)
class WireSchemas:
    """How a vendor's bodies hold media, so that what is given for them in ``extra_params`` can be checked.

    Attributes:
        medium: The schema of a medium.
        tag: The schema of a name that an item of a list may carry.
        bare: Wire names of lists that take a bare medium too.
    """

    medium: Schema
    tag: Schema
    bare: Collection[str] = ()

    def rules(self, ways: Iterable[Fields], inner: Mapping[str, Schema]) -> Iterator[Rule]:
        """The rules of one endpoint.

        Args:
            ways: The fields of each way that goes there.
            inner: Schemas of what no mapper writes, or writes in part, by wire name.
        """
        yield from (nested_rule(name, schema) for name, schema in inner.items())
        roots: dict[str, dict[str, FieldMapper]] = {}
        for fields in ways:
            for wire, mapper in fields.items():
                if mapper.source_field is not None and not mapper.is_extra:
                    roots.setdefault(root_of(wire), {})[wire] = mapper
        yield from (self._rule(name, fields) for name, fields in roots.items() if name not in inner)

    def _rule(self, name: str, fields: Fields) -> Rule:
        mapper = fields.get(name)
        if mapper is not None and not mapper.is_media:
            return wire_rule(name, mapper)
        return nested_rule(name, self._object(mapper) if mapper is not None else self._list(name, fields))

    def _object(self, mapper: FieldMapper) -> Schema:
        """A medium, or the object that it stands in."""
        written = mapper.forms[0].write
        if written is None:
            return self.medium
        return {
            "type": "object",
            "properties": {
                name: self.medium if word == "$value" else {"enum": [word]} for name, word in written.items()
            },
            "required": list(written),
        }

    def _list(self, name: str, fields: Fields) -> Schema:
        """The list whose items hold a medium each."""
        items = [found for wire in fields if (found := _ITEM.match(wire, len(name)))]
        keys = {item["key"] for item in items if item["key"]}
        properties: dict[str, Schema] = {item["place"]: self.medium for item in items}
        for key in keys:
            properties[key] = {"enum": [item["value"] for item in items if item["key"] == key]}
        for mapper in fields.values():
            properties |= dict.fromkeys(mapper.item, self.tag)
        always = [item["place"] for item in items[:1]]
        always += [key for key in keys if all(item["key"] == key for item in items)]
        most = [mapper.max_items for mapper in fields.values() if mapper.max_items]
        each = {"type": "object", "properties": properties, "required": always}
        listed: Schema = {"type": "array", "minItems": 1, "items": each, **({"maxItems": max(most)} if most else {})}
        return {"anyOf": [self.medium, listed]} if name in self.bare else listed
