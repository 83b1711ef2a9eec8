"""Comparing a catalogue with published schemas, by a JSON-Schema library.

Four counts, each of which must be zero: required prompts and media that nothing fills, other required inputs that
nothing fills, wire names that the schema lacks, and values outside its enums or types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from attrs import asdict, field, frozen

from tarash_core.catalog.building import samples
from tarash_core.catalog.building.endpoint import Endpoint, compact
from tarash_core.catalog.building.roles import PROMPTS, is_medium
from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.fields import paths
from tarash_core.fields.layout import Entry

Code = Literal["input", "required", "name", "value"]
CODES: Mapping[Code, str] = {
    "input": "required prompts and media that nothing fills",
    "required": "other required inputs that nothing fills",
    "name": "wire names that the schema lacks",
    "value": "values outside its enums or types",
}


@frozen
class Finding:
    """One thing that is wrong.

    Attributes:
        code: Which of the four counts it belongs to.
        model: The model.
        mode: The first mode of the way to call it.
        path: The wire path.
        said: What is wrong, in words.
    """

    code: Code
    model: str
    mode: str
    path: str
    said: str

    def __str__(self) -> str:
        return f"{self.model} ({self.mode}) {self.path}: {self.said}"


@frozen
class Report:
    """What an audit found.

    Attributes:
        entries: How many ways there are, by mode.
        models: How many models were compared.
        ways: In how many published ways; as many as models where each has one schema.
        beside: How many required prompts and media a declared ``extra_params`` field fills.
        findings: Everything that is wrong.
        unlisted: Published endpoints that the catalogue lacks.
        unknown: Models of the catalogue without a published schema.
    """

    entries: Mapping[str, int]
    models: int
    ways: int
    beside: int
    findings: tuple[Finding, ...]
    unlisted: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def counts(self) -> tuple[int, ...]:
        """The four counts in their order."""
        found = Counter(finding.code for finding in self.findings)
        return tuple(found[code] for code in CODES)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong and nothing is missing."""
        return not (self.findings or self.unlisted or self.unknown)

    def wrong(self) -> list[str]:
        """Everything that is wrong or missing, a sentence each; empty where nothing is."""
        return [
            *(f"{finding.code}: {finding}" for finding in self.findings),
            *(f"{id} is not in the catalogue" for id in self.unlisted),
            *(f"{id} is without a published schema" for id in self.unknown),
        ]

    def plain(self) -> dict[str, Any]:
        """The report as JSON."""
        known = asdict(self, filter=lambda attribute, _: attribute.name != "findings")
        return {
            **known,
            "counts": dict(zip(CODES, self.counts, strict=True)),
            "findings": [{**asdict(finding), "message": str(finding)} for finding in self.findings],
        }

    def by_mode(self) -> Iterator[tuple[str, int, tuple[int, ...]]]:
        """For each mode its entries and the four counts."""
        for mode, count in self.entries.items():
            found = Counter(finding.code for finding in self.findings if finding.mode == mode)
            yield mode, count, tuple(found[code] for code in CODES)


def audit(
    specs: Mapping[str, ModelSpec],
    endpoints: Mapping[str, Endpoint],
    model_of: Callable[[Endpoint], str] = lambda endpoint: endpoint.id,
) -> Report:
    """Compares models with their published schemas.

    Args:
        specs: The models, or the parts of models that have a schema of their own, by id.
        endpoints: The published endpoints by id.
        model_of: The model that an endpoint belongs to.
    """
    both = [id for id in specs if id in endpoints]
    audits = [_Way(id, variant, endpoints[id]) for id in both for variant in specs[id].variants]
    entries = Counter(mode for way in audits for mode in way.variant.modes)
    return Report(
        dict(sorted(entries.items())),
        len({model_of(endpoints[id]) for id in both}),
        len(both),
        sum(way.beside() for way in audits),
        tuple(finding for way in audits for finding in way.findings()),
        tuple(sorted(set(endpoints) - set(specs))),
        tuple(sorted(set(specs) - set(endpoints))),
    )


def closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A published schema that takes no wire name which it does not list."""
    return {**schema, "additionalProperties": False}


def validator(schema: Mapping[str, Any]) -> Any:
    """A validator of the JSON-Schema library, which is a development dependency."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema)


@frozen
class _Way:
    """One way to call a model beside its schema."""

    model: str
    variant: Variant
    endpoint: Endpoint
    _checked: dict[str, Any] = field(factory=dict, repr=False)

    def findings(self) -> Iterator[Finding]:
        yield from self._unfilled()
        for entry in self.variant.layout.entries:
            unknown = lacking(self.endpoint.schema, entry.steps)
            if unknown:
                yield self._finding("name", entry.path, f"the schema has no {unknown!r}")
            else:
                yield from self._bad_values(entry)
        for name in sorted(self.variant.parameters or ()):
            if lacking(self.endpoint.schema, paths.parse(name)):
                yield self._finding("name", name, "the schema has no such parameter")

    def beside(self) -> int:
        """Required prompts and media that a field of ``extra_params`` fills."""
        filled = {_root(e): e.mapper.is_extra for e in self.variant.layout.entries if _fills(e)}
        return sum(filled.get(name, False) for name in self.endpoint.required if self._is_input(name))

    def _is_input(self, name: str) -> bool:
        return name in PROMPTS or is_medium(name, self.endpoint.properties.get(name, {}))

    def _finding(self, code: Code, path: str, said: str) -> Finding:
        return Finding(code, self.model, self.variant.modes[0], path, said)

    def _unfilled(self) -> Iterator[Finding]:
        """What is missing from a body of all that must be given."""
        body: dict[str, Any] = {}
        for entry in self.variant.layout.entries:
            value = samples.least(entry.mapper) if _fills(entry) else None
            if value is not None or entry.mapper.type == "any":
                _put(body, entry, value)
        for name in sorted(self.endpoint.required - set(body)):
            code: Code = "input" if self._is_input(name) else "required"
            yield self._finding(code, name, "it is required, and nothing fills it")
        own = {_root(entry) for entry in self.variant.layout.entries if entry.mapper.is_extra}
        for error in validator(self.endpoint.schema).iter_errors(body):
            name = str(error.absolute_path[0]) if error.absolute_path else ""
            if error.validator == "required" and name and name not in own:
                code = "input" if self._is_input(name) else "required"
                yield self._finding(code, name, error.message)

    def _bad_values(self, entry: Entry) -> Iterator[Finding]:
        checks = validator(self.endpoint.properties[_root(entry)])
        for value in samples.written(entry.mapper):
            body = self._body_with(entry, value)
            wrong = [e for e in checks.iter_errors(body[_root(entry)]) if e.validator != "required"]
            if wrong:
                yield self._finding("value", entry.path, f"{compact(value)[:60]}: {wrong[0].message[:120]}")

    def _body_with(self, entry: Entry, value: Any) -> dict[str, Any]:
        """A value in its place, among what always stands under the same key."""
        body: dict[str, Any] = {}
        for other in self.variant.layout.entries:
            if other is entry:
                _put(body, entry, value)
            elif _root(other) == _root(entry) and _fills(other):
                _put(body, other, samples.least(other.mapper))
        return body


def _put(body: dict[str, Any], entry: Entry, value: Any) -> None:
    if paths.has_each(entry.steps) and isinstance(value, list):
        paths.put_each(body, entry.steps, [(item, {}) for item in value])
    else:
        paths.put(body, entry.steps, value)


def _root(entry: Entry) -> str:
    return paths.keys_of(entry.steps)[0]


def _fills(entry: Entry) -> bool:
    """Whether a plan that is not refused always has the field."""
    mapper = entry.mapper
    constant = mapper.source_field is None and mapper.when is None
    return constant or mapper.required or (mapper.write_default and mapper.default is not None)


def lacking(schema: Mapping[str, Any], steps: Sequence[paths.Step]) -> str | None:
    """The first key of a path that a schema does not list; None if it lists them all."""
    for place, step in enumerate(steps, start=1):
        if not parts_at(schema, steps[:place]):
            return step.name if isinstance(step, paths.Key) else "list"
    return None


def parts_at(schema: Mapping[str, Any], steps: Iterable[paths.Step]) -> list[Mapping[str, Any]]:
    """The schemas of what may stand at a path: more than one behind alternatives, none where nothing may."""
    here: list[Mapping[str, Any]] = [schema]
    for step in steps:
        ways = [way for part in here for way in (part, *part.get("anyOf", ()))]
        if isinstance(step, paths.Key):
            here = [way["properties"][step.name] for way in ways if step.name in way.get("properties", {})]
        else:
            here = [way["items"] for way in ways if isinstance(way.get("items"), Mapping)]
    return here
