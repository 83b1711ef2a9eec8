"""What a provider is asked for in contract tests: requests made from what its catalogue says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from attrs import evolve, field, frozen

from tarash_core.catalog.building.samples import URL
from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.errors import TarashException
from tarash_core.fields import names
from tarash_core.fields.layout import Entry
from tarash_core.fields.planning import make_plan
from tarash_core.models.config import VideoGenerationConfig
from tarash_core.models.job import Kind, VideoJob
from tarash_core.models.plan import Plan
from tarash_core.models.request import request_of
from tarash_core.plugins.http import HttpResponse
from tarash_core.plugins.provider import Phase, Provider

PROMPT = "A red fox in fresh snow"


@frozen
class Sample:
    """A request to one model, which stands for a way to call the vendor.

    Attributes:
        model: The model id.
        kind: ``video`` or ``image``; what the model makes when None.
        fields: Fields of the request; a prompt is there unless it is given as None.
        config: Settings of the config, such as ``base_url`` or ``provider_config``.
        simulator: What its simulator is made with, over ``simulator_settings`` of the test class.
    """

    model: str
    kind: Kind | None = field(default=None, kw_only=True)
    fields: Mapping[str, Any] = field(factory=dict, kw_only=True, hash=False)
    config: Mapping[str, Any] = field(factory=dict, kw_only=True, hash=False)
    simulator: Mapping[str, Any] = field(factory=dict, kw_only=True, hash=False)

    def __str__(self) -> str:
        return "-".join((str(self.kind), self.model, *map(str, self.simulator.values())))

    @property
    def asked(self) -> dict[str, Any]:
        """The fields of the request with their prompt."""
        return {"prompt": PROMPT, **self.fields}


@frozen
class Documented:
    """One error that the vendor documents, and what it means here.

    Attributes:
        name: What it is called in the test's id.
        status: The HTTP status.
        body: The body: bytes or text as they are, anything else as JSON.
        raises: The exact class of our error.
        retryable: Whether the same request may succeed later.
        charged: What it says about the bill; None where the engine decides.
        phase: What the request was for.
        headers: Headers of the answer.
        says: A part of the error's sentence; the vendor's own words should stay.
        status_code: The status of our error where it is another than the answer's, as of a code within a 200.
        retry_after_seconds: How long the error says to wait; not compared when None.
    """

    name: str
    status: int
    body: Any
    raises: type[TarashException]
    retryable: bool = field(default=False, kw_only=True)
    charged: str | None = field(default="no", kw_only=True)
    phase: Phase = field(default="submit", kw_only=True)
    headers: Mapping[str, str] = field(factory=dict, kw_only=True, hash=False)
    says: str = field(default="", kw_only=True)
    status_code: int | None = field(default=None, kw_only=True)
    retry_after_seconds: float | None = field(default=None, kw_only=True)

    @property
    def answer(self) -> HttpResponse:
        """The answer that the vendor gives."""
        if isinstance(self.body, (bytes, str)):
            content = self.body.encode() if isinstance(self.body, str) else self.body
            return HttpResponse(self.status, dict(self.headers), content)
        made = HttpResponse.of_json(self.body, self.status)
        return evolve(made, headers={**made.headers, **self.headers})


def complete(sample: Sample | str, provider: Provider) -> Sample:
    """A sample whose kind is known.

    Raises:
        LookupError: The catalogue has no such model, so that the kind must be given.
    """
    given = Sample(sample) if isinstance(sample, str) else sample
    if given.kind is not None:
        return given
    spec = provider.catalog.get(given.model) or provider.catalog.generic
    if spec is None or not spec.variants:
        raise LookupError(f"{given.model} is not in the catalogue; write Sample({given.model!r}, kind=…).")
    return evolve(given, kind=spec.variants[0].kind)


def usual(provider: Provider, day: date, skip: Mapping[str, str]) -> Iterator[Sample]:
    """The first living model of each kind and body; one that needs nothing but a prompt where there is any."""
    found: dict[tuple[Kind, str], Sample] = {}
    lesser: dict[tuple[Kind, str], Sample] = {}
    surface = provider.surface(VideoGenerationConfig(provider=provider.name, model="any"))
    for model, spec in provider.catalog.items():
        if model in skip or spec.uncallable or spec.family or _has_ended(spec, day):
            continue
        for way in spec.variants:
            key = (way.kind, way.body)
            if key in found or way.surface not in (None, surface) or _has_ended(way, day):
                continue
            fields = least(provider.name, way)
            is_plain = fields == {"prompt": PROMPT} and isinstance(
                plan_of(provider, model, spec, fields, surface), Plan
            )
            place = found if is_plain else lesser
            place.setdefault(key, Sample(model, kind=way.kind, fields={} if is_plain else fields))
    kinds = {kind for kind, _ in found}
    yield from (sample for key, sample in {**lesser, **found}.items() if key in found or key[0] not in kinds)


def _has_ended(what: ModelSpec | Variant, day: date) -> bool:
    return what.lifecycle is not None and what.lifecycle.has_ended(day)


def plan_of(
    provider: Provider, model: str, spec: ModelSpec, fields: Mapping[str, Any], surface: str | None = None
) -> Plan | TarashException:
    """The plan of a request to a model, whether it is alive or not; or the error that refuses it."""
    kind = request_kind(spec, fields)
    try:
        request = request_of(kind, fields)
        return make_plan(
            provider=provider.name,
            model=model,
            spec=spec,
            request=request,
            policy="error",
            surface=surface,
            allow_retired=True,
        )
    except TarashException as error:
        return error


def request_kind(spec: ModelSpec, fields: Mapping[str, Any]) -> Kind:
    """The kind of a request: that of its mode where one is named, else what the model makes first."""
    mode = fields.get("mode")
    ways = [way for way in spec.variants if mode in way.modes]
    return (ways or spec.variants)[0].kind


def requests_for(provider: str, way: Variant) -> Iterator[dict[str, Any]]:
    """Requests that one way should take: the least, then with one more of what it may take, then with everything."""
    for mode in way.modes:
        for fields in _richer(provider, way):
            yield {**fields, "mode": mode}


def _richer(provider: str, way: Variant) -> Iterator[dict[str, Any]]:
    base = least(provider, way)
    yield base
    optional = [name for name, taken in way.layout.inputs.items() if not taken.required]
    for name in optional:
        yield least(provider, way, (name,))
    for entry in way.layout.entries:
        if not entry.mapper.required and not entry.mapper.is_media and entry.mapper.source_field is not None:
            more: dict[str, Any] = {**base, "extra_params": dict(base.get("extra_params", {}))}
            _give(more, entry)
            yield more
    yield least(provider, way, tuple(optional))


def least(provider: str, way: Variant, more: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of the smallest request that a way takes.

    Args:
        provider: Name of the provider.
        way: The way to call a model.
        more: Media to give although they are not required.
    """
    counts = {
        name: max(taken.fewest, taken.once_given if name in more else 1)
        for name, taken in way.layout.inputs.items()
        if taken.required or name in more
    }
    prompt = PROMPT if "prompt" in way.layout.by_source else None
    fields: dict[str, Any] = {"prompt": prompt, **_media(provider, way, counts), "extra_params": {}}
    for entry in way.layout.entries:
        if entry.mapper.required and not entry.mapper.is_media and entry.mapper.default is None:
            _give(fields, entry)
    return fields if fields["extra_params"] else {k: v for k, v in fields.items() if k != "extra_params"}


def _media(provider: str, way: Variant, counts: Mapping[str, int]) -> dict[str, Any]:
    """So many media of each source, as fields of a request: links, or an earlier job where no link is taken."""
    images = [
        {"image": URL, "type": names.ROLES.get(name, "reference")}
        for name, count in counts.items()
        if name in names.ROLES or name == names.ANY_IMAGE
        for _ in range(count)
    ]
    others = {
        name: _medium(provider, way.layout.by_source[name])
        for name in counts
        if name not in names.ROLES and name != names.ANY_IMAGE
    }
    return {**others, "image_list": images} if images else others


def _medium(provider: str, entry: Entry) -> Any:
    kinds = {form.kind for form in entry.mapper.forms}
    return VideoJob(provider=provider, model="earlier", id="job-1") if kinds == {"job_id"} else URL


def _give(fields: dict[str, Any], entry: Entry) -> None:
    mapper = entry.mapper
    if mapper.is_extra:
        fields["extra_params"][mapper.extra_name] = _value(entry)
    elif entry.sources and entry.sources[0] != "prompt":
        fields[entry.sources[0]] = _value(entry)


_BY_FIELD: Mapping[str, Any] = {"aspect_ratio": "16:9", "resolution": "720p", "size": "1024x1024"}
_BY_TYPE: Mapping[str, Any] = {"int": 1, "float": 1.0, "number": 1, "bool": True, "list": [], "object": {}}


def _value(entry: Entry) -> Any:
    """A value of ours that a field takes."""
    mapper = entry.mapper
    if mapper.choices is not None:
        return next(iter(mapper.choices))
    if mapper.minimum is not None:
        least = mapper.minimum if mapper.minimum > 0 else min(1, mapper.maximum or 1)
        return int(least) if mapper.type == "int" else least
    if mapper.is_extra and mapper.forms:
        return URL
    known = _BY_FIELD.get(entry.sources[0]) if entry.sources else None
    if known is not None:
        return known
    # A number that is written as text is still a number of ours.
    kind = names.TYPES.get(mapper.source_field or "", mapper.type or "")
    return _BY_TYPE.get(kind, "x" * max(mapper.min_length or 1, 1))
