"""Trying a catalogue: requests made at random from what each way says of itself, and what must be true of any plan.

The strategies are lists of a few legal and a few illegal values, which costs little over a thousand models.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tarash_core.catalog.building import samples
from tarash_core.catalog.building.audit import closed, parts_at, validator
from tarash_core.catalog.building.endpoint import Endpoint
from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.errors import UnsupportedParameterError, ValidationError
from tarash_core.fields import names, values
from tarash_core.fields.forms import usable_forms, write_form
from tarash_core.fields.layout import Entry
from tarash_core.fields.payload import fill_leaves
from tarash_core.fields.planning import make_plan
from tarash_core.models.job import Kind, VideoJob
from tarash_core.models.plan import MediaLeaf
from tarash_core.models.request import request_of

_ADDRESSES = ("https://files.example/a.png", "data:image/png;base64,iVBORw0KGgo=")
_STRANGE: tuple[Any, ...] = ("bogus", 0, -1, 2.5, 10**7, True, [], {}, [1], [{}], {"a": 1}, ["a", "b"])
_WISHES: Mapping[str, tuple[Any, ...]] = {
    "prompt": ("A fox", "A fox", "A fox", "x" * 60000, "A fox", None),
    "negative_prompt": ("snow",),
    "duration_seconds": (1, 4, 5, 5.5, 8, 11, 400),
    "aspect_ratio": ("16:9", "9:16", "3:2", "7:3"),
    "resolution": ("480p", "720p", "1080p", "2K", "4k", "1280x720"),
    "size": ("1024x1024", "1536x1024", "301x199", "auto"),
    "generate_audio": (True, False),
    "enhance_prompt": (True, False),
    "fps": (8, 24, 23.976),
    "seed": (0, 7, 2**40, -3),
    "quality": ("high", "bogus"),
    "style": ("anime", "bogus"),
    "n": (1, 2, 5, 100),
    "number_of_videos": (1, 2),
}
_CONTENT = ("url", "data_uri", "base64", "file")
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
_VIDEO_ONLY = {"duration_seconds", "generate_audio", "fps", "number_of_videos"}
_IMAGE_ONLY = {"size", "quality", "n"}


def try_model(
    provider: str, model: str, spec: ModelSpec, endpoint: Endpoint, examples: int = 20, *, own_only: bool = False
) -> int:
    """Tries a model with requests at random: what a plan accepts keeps the published schema, what it refuses is told.

    Args:
        provider: Canonical name of the provider.
        model: The model id.
        spec: The model.
        endpoint: Its published schema.
        examples: How many requests.
        own_only: Whether ``extra_params`` gives only what has a field of its own in the way meant, and legal objects
            and lists; for a catalogue that passes on anything else unchecked.

    Returns:
        How many requests were accepted.

    Raises:
        AssertionError: Neither is true of some request.
    """
    from hypothesis import HealthCheck, Phase, given, settings

    checks, accepted = validator(closed(endpoint.schema)), 0

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(spec, endpoint.schema, provider, own_only))
    def trial(drawn: tuple[dict[str, Any], str]) -> None:
        nonlocal accepted
        accepted += attempt(provider, model, spec, checks, *drawn) is not None

    trial()
    return accepted


def requests(spec: ModelSpec, schema: Mapping[str, Any], provider: str, own_only: bool = False) -> Any:
    """A hypothesis strategy for the fields of a request, and a policy, to a model.

    Args:
        spec: The model.
        schema: Its published schema.
        provider: Canonical name of the provider, whose earlier jobs are among the media.
        own_only: As :func:`try_model` has it.
    """
    from hypothesis import strategies as st

    ways = [_way(st, variant, schema, provider, own_only) for variant in spec.variants]
    return st.tuples(st.one_of(ways), st.sampled_from(("error", "warn", "nearest")))


def _way(st: Any, variant: Variant, schema: Mapping[str, Any], provider: str, own_only: bool) -> Any:
    """Requests that mostly fit one way: its media are given, now and then one is missing or too many."""
    other = _IMAGE_ONLY if variant.kind == "video" else _VIDEO_ONLY
    known = variant.layout.by_source
    wishes = {
        name: [*_legal(known.get(name)) * 2, *listed]
        for name, listed in _WISHES.items()
        if name not in other and name != "prompt"
    }
    prompts = _WISHES["prompt"] if "prompt" in known else (None, None, None, "A fox")
    needed = sorted(
        n for n, entry in known.items() if entry.mapper.required and entry.mapper.source_field == n in wishes
    )
    always = {"prompt": st.sampled_from(prompts), **{name: st.sampled_from(wishes.pop(name)) for name in needed}}
    modes = variant.modes if own_only else (None, *variant.modes)
    always = {**always, "media": _media(st, variant, provider), "mode": st.sampled_from(modes)}
    always = {**always, "extra_params": _extras(st, variant, schema, own_only)}
    return st.tuples(st.fixed_dictionaries(always), _some(st, wishes, most=4)).map(_joined)


def _some(st: Any, fields: Mapping[str, list[Any]], most: int) -> Any:
    """A few of many fields; so that most requests have something that can be planned."""
    pairs = [(name, value) for name, listed in fields.items() for value in listed]
    return st.lists(st.sampled_from(pairs), max_size=most).map(dict) if pairs else st.just({})


def _legal(entry: Entry | None) -> list[Any]:
    """Values of ours that a field takes."""
    if entry is None or entry.mapper.shapes is not None:
        return []
    mapper = entry.mapper
    found = list(mapper.choices or ())
    return [value for value in (*found, mapper.minimum, mapper.maximum, mapper.default) if value is not None]


def _media(st: Any, variant: Variant, provider: str) -> Any:
    """The media of each source; the right number twice as often as others."""
    drawn = {}
    for source, taken in variant.layout.inputs.items():
        most = int(min(taken.most, taken.once_given + 2))
        few = max(taken.fewest, 1 if taken.required else 0)
        counts = st.sampled_from([few, few, most, most + 1, 0])
        kinds = _kinds(variant.layout.by_source[source], provider)
        drawn[source] = st.tuples(counts, st.sampled_from(range(len(kinds)))).map(functools.partial(_turned, kinds))
    return st.fixed_dictionaries(drawn)


def _kinds(entry: Entry, provider: str) -> tuple[Any, ...]:
    """A medium of each kind that a field may take, and of two that anybody may give."""
    forms = {form.kind for form in entry.mapper.forms}
    earlier = VideoJob(provider=provider, model="earlier", id="earlier", submitted_at=_LONG_AGO)
    own = [earlier if kind == "job_id" else f"{kind}://b/a.png" for kind in sorted(forms - set(_CONTENT))]
    return (*_ADDRESSES, *own * (1 if forms & set(_CONTENT) else 4))


def _turned(kinds: Sequence[Any], drawn: tuple[int, int]) -> list[Any]:
    count, first = drawn
    return [kinds[(first + place) % len(kinds)] for place in range(count)]


def _extras(st: Any, variant: Variant, schema: Mapping[str, Any], own_only: bool) -> Any:
    """Parameters of the model's own, legal and strange ones; the needed ones mostly."""
    legal = _legal_extras(variant, schema, own_only)
    fields = {name: [*values, *_strange(values, own_only)] for name, values in legal.items()}
    entries = {entry.mapper.extra_name: entry for entry in variant.layout.entries if entry.mapper.is_extra}
    needed = {name for name, entry in entries.items() if entry.mapper.required and entry.mapper.default is None}
    always = {name: st.sampled_from([*legal[name] * 4, *fields[name]]) for name in sorted(needed & set(fields))}
    some = _some(st, {name: listed for name, listed in fields.items() if name not in needed}, most=2)
    full = st.fixed_dictionaries({name: st.sampled_from(legal[name]) for name in entries if legal[name]})
    base = st.one_of(st.just({}), st.just({}), st.just({}), full)
    return st.tuples(base, some, st.fixed_dictionaries(always)).map(lambda drawn: drawn[0] | drawn[1] | drawn[2])


def _strange(legal: list[Any], own_only: bool) -> tuple[Any, ...]:
    return () if own_only and any(isinstance(value, (dict, list)) for value in legal) else _STRANGE


def _legal_extras(variant: Variant, schema: Mapping[str, Any], own_only: bool) -> dict[str, list[Any]]:
    """Legal values of the parameters by the names under which they are given: their own, or those of the wire."""
    roots = {} if own_only else schema.get("properties", {})
    listed = {name: legal_values(part) for name, part in roots.items() if name in _names_of(variant)}
    for entry in variant.layout.entries:
        if entry.mapper.is_extra:
            parts = parts_at(schema, entry.steps)
            listed[entry.mapper.extra_name] = [value for part in parts for value in legal_values(part)]
    return listed


def _names_of(variant: Variant) -> set[str]:
    return {entry.path.partition("[")[0].partition(".")[0] for entry in variant.layout.entries}


def legal_values(schema: Mapping[str, Any]) -> list[Any]:
    """A few values that a published schema takes."""
    if "enum" in schema:
        return list(schema["enum"][:2] + schema["enum"][-1:])
    if "anyOf" in schema:
        return [value for way in schema["anyOf"] for value in legal_values(way)]
    return list(_of_type(schema))


def _of_type(schema: Mapping[str, Any]) -> Iterator[Any]:
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        yield {name: legal_values(part)[0] for name, part in schema.get("properties", {}).items()}
    elif kind == "array":
        item = legal_values(schema.get("items") or {})[0]
        yield [item] * max(schema.get("minItems", 1), 1)
    elif kind in ("integer", "number"):
        yield schema.get("minimum", schema.get("maximum", 1))
        if "minimum" in schema and "maximum" in schema:
            yield schema["maximum"]
    else:
        yield {"boolean": True, "string": "https://files.example/a"}.get(kind)


def _joined(both: tuple[Mapping[str, Any], Mapping[str, Any]]) -> dict[str, Any]:
    """The fields of a request of what was drawn; media get the types of their sources."""
    drawn, some = both
    fields = {**some, **{name: value for name, value in drawn.items() if name != "media"}}
    images: list[dict[str, Any]] = []
    for source, given in drawn["media"].items():
        if source in names.ROLES:
            images += [{"image": medium, "type": names.ROLES[source]} for medium in given]
        elif source == names.ANY_IMAGE:
            images += [{"image": medium, "type": "reference"} for medium in given]
        elif given:
            fields[source] = given[0]
    return {**fields, "image_list": images} if images else fields


def attempt(
    provider: str, model: str, spec: ModelSpec, validator: Any, fields: Mapping[str, Any], policy: Any
) -> dict[str, Any] | None:
    """Plans a request; the payload must keep the schema, or the refusal must say field, value and what is allowed.

    Args:
        provider: Canonical name of the provider.
        model: The model id.
        spec: The model.
        validator: A validator of its published schema, closed.
        fields: The fields of the request.
        policy: What happens to a value that the model cannot take.

    Returns:
        The payload; None where the request was refused.

    Raises:
        AssertionError: Neither is true.
    """
    kind: Kind = spec.variants[0].kind
    try:
        request = request_of(kind, fields)
    except ValidationError:
        return None
    try:
        plan = make_plan(provider=provider, model=model, spec=spec, request=request, policy=policy)
    except UnsupportedParameterError as error:
        _check_refusal(error, provider)
        return None
    payload: dict[str, Any] = fill_leaves(plan.payload, lambda leaf: _uploaded(leaf, provider))
    wrong = [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(payload)]
    assert not wrong, f"{model} takes no {payload}: {wrong}"
    return payload


def _uploaded(leaf: MediaLeaf, provider: str) -> Any:
    """What stands in the place of a local medium: the object of the first form that it can take."""
    form = usable_forms(leaf.media, leaf.forms, provider)[0]
    return write_form(form, samples.URL, "image/png")


def _check_refusal(error: UnsupportedParameterError, provider: str) -> None:
    sentence, field = str(error), str(error.field)
    words = {field, names.words_of(field), *map(names.words_of, names.ROLES)}
    assert error.field and any(word in sentence for word in words), f"no field: {sentence}"
    told = str(error.allowed) in sentence or "allowed is" in sentence
    assert error.allowed and told, f"not what is allowed: {sentence} / {error.allowed}"
    shown = {values.shown(error.value), repr(error.value), str(error.value), "missing", "is needed", "characters"}
    assert any(text in sentence for text in shown), f"no value: {sentence} / {error.value!r}"
    assert f"{provider}/" in sentence and sentence.endswith("."), sentence
