"""One way to call a vendor, as its published schema tells it: the normal form that every reader makes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from tarash_core.errors import ValidationError
from tarash_core.models.job import Kind


def _words(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


@frozen(kw_only=True)
class Endpoint:
    """One published endpoint.

    Attributes:
        id: The model id, as a caller writes it.
        kind: ``video`` or ``image``.
        modality: What the vendor, or who collected the schema, says that it does: ``text-to-video``, ``lipsync`` …
        schema: JSON Schema of its input: an object with ``properties`` and ``required``, without references.
        facts: What is known of its life: ``listed``, ``delisted``, ``source``, ``checked``, ``unsure`` …
    """

    id: str
    kind: Kind
    modality: tuple[str, ...] = field(default=(), converter=_words)
    schema: Mapping[str, Any] = field(factory=dict, hash=False)
    facts: Mapping[str, Any] = field(factory=dict, hash=False)

    @property
    def properties(self) -> Mapping[str, Mapping[str, Any]]:
        """The schema of each input by its wire name."""
        found: Mapping[str, Mapping[str, Any]] = self.schema.get("properties", {})
        return found

    @property
    def required(self) -> frozenset[str]:
        """The wire names that a call cannot do without."""
        return frozenset(self.schema.get("required", ()))


@frozen
class SchemaFile:
    """A file of published schemas.

    Attributes:
        about: Whose facts they are, when they were read, and what is unsure.
        endpoints: Every endpoint by its id.
    """

    about: Mapping[str, Any]
    endpoints: Mapping[str, Endpoint]


def read_schemas(path: Path) -> SchemaFile:
    """Reads a file that :func:`write_schemas` wrote.

    Raises:
        ValidationError: The file is missing or is no such file.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        endpoints = {id: _endpoint(id, entry) for id, entry in document["models"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValidationError(f"{path} holds no schemas ({error}); write it with 'tarash catalog fetch'.") from error
    return SchemaFile(document["about"], endpoints)


def _endpoint(id: str, entry: Mapping[str, Any]) -> Endpoint:
    facts = {key: value for key, value in entry.items() if key not in ("kind", "modality", "input")}
    return Endpoint(id=id, kind=entry["kind"], modality=entry["modality"], schema=entry["input"], facts=facts)


def write_schemas(path: Path, about: Mapping[str, Any], endpoints: Iterable[Endpoint]) -> None:
    """Writes endpoints as compact JSON, sorted, one a line."""
    lines = {endpoint.id: compact(_line(endpoint)) for endpoint in endpoints}
    models = ",\n".join(f"{json.dumps(id)}:{lines[id]}" for id in sorted(lines))
    path.write_text(f'{{"about":{json.dumps(about, indent=1)},\n"models":{{\n{models}\n}}}}\n', "utf-8", newline="\n")


def _line(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "kind": endpoint.kind,
        "modality": list(endpoint.modality),
        **endpoint.facts,
        "input": endpoint.schema,
    }


def compact(value: Any) -> str:
    """JSON without blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
