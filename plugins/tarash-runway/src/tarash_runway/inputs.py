"""The words in which models.py is written: each gives wire paths with their mappers, or a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from tarash_core.catalog import ModelSpec, Variant
from tarash_core.catalog.building.parts import Fields, joined, own, own_value, root_of
from tarash_core.catalog.building.wires import Schema, WireSchemas
from tarash_core.fields import (
    MediaForm,
    Rule,
    audio_url_field_mapper,
    constant_field_mapper,
    duration_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    rule,
    single_image_field_mapper,
    size_table_field_mapper,
    video_url_field_mapper,
)
from tarash_core.fields.values import pixels, ratio

FORMS = ("url", "runway", "data_uri")
"""How Runway takes media: an https URL, the ``runway://`` address of an upload, or a data URI."""

_BODIES = WireSchemas(
    medium={"type": "string", "minLength": 13},
    tag={"type": "string", "minLength": 3, "maxLength": 16},
    bare=("promptImage",),
)
_RATIOS = (
    "16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21", "5:4", "4:5", "2:1", "1:2", "1:4", "4:1",
    "1:8", "8:1",
)  # fmt: skip


def object_forms(field: str = "uri", **keys: str) -> tuple[MediaForm, ...]:
    """The same forms, where a medium stands in an object with these further keys."""
    return tuple(MediaForm(kind, {**keys, field: "$value"}) for kind in FORMS)


# what our words write


def prompt(limit: int | None = None, required: bool = True, least: int = 1) -> Fields:
    """The prompt with its fewest and most characters; Runway counts UTF-16 units."""
    return {"promptText": passthrough_field_mapper("prompt", required, min_length=least, max_length=limit)}


def frames(last: bool = False) -> Fields:
    """The first frame, and perhaps a last one; each item tells its position."""
    first = {"promptImage[position=first].uri": single_image_field_mapper(True, "first_frame", forms=FORMS)}
    more = {"promptImage[position=last].uri": single_image_field_mapper(False, "last_frame", forms=FORMS)}
    return {**first, **more} if last else first


def references(most: int | None = None) -> Fields:
    """Reference images of a video."""
    return {"references[].uri": image_list_field_mapper("reference", forms=FORMS, max_items=most)}


def pictures(most: int | None = None, tag: bool = False) -> Fields:
    """The images that an image model starts from; with a tag, the prompt may speak of them as ``@tag``."""
    item = {"tag": "name"} if tag else None
    mapper = image_list_field_mapper(None, True, forms=FORMS, min_items=1, max_items=most, item=item)
    return {"referenceImages[].uri": mapper}


def sound() -> Fields:
    """A reference sound."""
    return {"referenceAudio[type=audio].uri": audio_url_field_mapper(forms=FORMS)}


def clip(typed: bool = True) -> Fields:
    """A reference video; some models want its type beside it."""
    place = "type=video" if typed else "0"
    return {f"referenceVideos[{place}].uri": video_url_field_mapper(forms=FORMS)}


def source(name: str = "videoUri") -> Fields:
    """The video to work on: ``videoUri`` with some models, ``promptVideo`` with others."""
    return {name: video_url_field_mapper(True, forms=FORMS)}


def sizes(tiers: Mapping[str, str], default: str | None = None, required: bool = False) -> Fields:
    """The ratio in pixels, by ratio and resolution.

    Args:
        tiers: The wire values of each resolution; those of the empty one have no name.
        default: The wire value that is written where the model needs one and none is given.
        required: The model cannot be called without it.
    """
    table = {key: wire for tier, listed in tiers.items() for key, wire in _keyed(tier, listed.split())}
    return {"ratio": size_table_field_mapper(table, default=default, required=required)}


def _keyed(tier: str, wires: Sequence[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    for wire in wires:
        word = _ratio_of(wire)
        yield ((word, tier) if tier else (word,)), wire


def _ratio_of(wire: str) -> str:
    """The usual ratio of a size, else its own; ``auto`` for one that follows an input."""
    sides = pixels(wire)
    if sides is None:
        return "auto"
    gaps = {word: abs((ratio(word) or 1) / (sides[0] / sides[1]) - 1) for word in _RATIOS}
    near = min(gaps, key=lambda word: gaps[word])
    return near if gaps[near] < 0.03 else wire


def length(
    allowed: Iterable[int] | None = None, *, auto: bool = False, default: int | None = None, required: bool = False,
    maximum: int | None = None,
) -> Fields:  # fmt: skip
    """The length in whole seconds; ``auto`` adds the vendor's own choice, which ``extra_params`` can ask for."""
    choices = allowed if not auto else (*(allowed or ()), "auto")
    listed = choices if choices is None or isinstance(choices, range) else tuple(choices)
    mapper = duration_field_mapper("int", listed, default=default, required=required, maximum=maximum)
    return {"duration": mapper}


def audio(default: bool | None = True) -> Fields:
    """Whether the clip has sound."""
    return {"audio": passthrough_field_mapper("generate_audio", default=default)}


def seed(bounded: bool = False) -> Fields:
    """The seed; Runway's own models bound it."""
    low, high = (0, 4294967295) if bounded else (None, None)
    return {"seed": passthrough_field_mapper("seed", minimum=low, maximum=high)}


def count(most: int | None = 10) -> Fields:
    """How many images."""
    return {"outputCount": passthrough_field_mapper("n", minimum=1, maximum=most, default=1)}


# the models' own parameters


def choice(name: str, words: str, default: str | None = None) -> Fields:
    """One of a few words, given with blanks between."""
    return own(name, "str", default=default, choices=tuple(words.split()))


def whole(name: str, minimum: int | None = None, maximum: int | None = None, default: int | None = None) -> Fields:
    """A whole number."""
    return own(name, "int", default=default, minimum=minimum, maximum=maximum)


# rules


def at_least_one_reference(*wires: str) -> Rule:
    """A way of references needs one: an image, the video or the sound, or a list under its wire name."""
    given = ("reference_images", "video", "audio")

    def check(effective: Mapping[str, Any]) -> bool:
        return any(effective.get(name) for name in given) or any(own_value(effective, wire) for wire in wires)

    return rule("at least one of reference images, video or audio is needed", check, *given)


def at_most_images(most: int) -> Rule:
    """All images together, frames included."""
    sentence = f"{most} images at most, frames included"
    return rule(sentence, lambda effective: effective.get("image_list", 0) <= most, "image_list")


def profile_only_with(*formats: str) -> Rule:
    """``proresProfile`` goes with formats of ProRes alone."""

    def check(effective: Mapping[str, Any]) -> bool:
        return own_value(effective, "proresProfile") is None or own_value(effective, "outputFormat") in formats

    return rule(f"proresProfile needs outputFormat {' or '.join(formats)}", check, "extra_params")


def _shots(effective: Mapping[str, Any]) -> Any:
    return (own_value(effective, "providerSettings") or {}).get("multiPrompt")


def shots(needs_prompt: bool = False) -> tuple[Rule, ...]:
    """Kling's list of shots: how long it may be, and what it needs; it may stand in the prompt's place."""

    def lasts(effective: Mapping[str, Any]) -> bool:
        listed = _shots(effective)
        return listed is None or 3 <= sum(shot["duration"] for shot in listed) <= 15

    def is_told(effective: Mapping[str, Any]) -> bool:
        guessed = (own_value(effective, "providerSettings") or {}).get("shotType") == "intelligence"
        return effective.get("prompt") is not None or not guessed

    def is_given(effective: Mapping[str, Any]) -> bool:
        return effective.get("prompt") is not None or bool(_shots(effective))

    usual = (
        rule("the shots of multiPrompt last 3 to 15 seconds in all", lasts, "extra_params"),
        rule("shotType 'intelligence' needs a prompt", is_told, "prompt"),
    )
    either = rule("a prompt, or multiPrompt in extra_params['providerSettings'], is needed", is_given, "prompt")
    return (either, *usual) if needs_prompt else usual


def _units_of_prompt(limit: int) -> Rule:
    def check(effective: Mapping[str, Any]) -> bool:
        return len(str(effective.get("prompt", "")).encode("utf-16-le", "surrogatepass")) <= 2 * limit

    return rule(f"the prompt has {limit} UTF-16 units at most", check, "prompt")


# a way, and a model of several


@frozen
class Way:
    """One way to call a model, and the schemas of what ``extra_params`` may hold below a wire name."""

    variant: Variant
    inner: Mapping[str, Schema]


def way(
    modes: str | Iterable[str],
    path: str,
    *parts: Fields,
    inner: Mapping[str, Schema] | None = None,
    also: Iterable[str] = (),
    rules: Iterable[Rule] = (),
    **known: Any,
) -> Way:
    """One way to call a model.

    Args:
        modes: What it does.
        path: The endpoint below ``/v1/``.
        *parts: Its inputs.
        inner: Schemas of objects and lists that are given through ``extra_params``, by wire name.
        also: Further wire names that no mapper writes.
        rules: Rules between the inputs.
        **known: Further fields of the variant.
    """
    fields = joined(*parts)
    limit = fields["promptText"].max_length if "promptText" in fields else None
    checks = (*rules, *([_units_of_prompt(limit)] if limit else ()))
    parameters = {*map(root_of, fields), *(inner or {}), *also}
    variant = Variant(modes=modes, endpoint=f"/v1/{path}", fields=fields, rules=checks, parameters=parameters, **known)
    return Way(variant, inner or {})


def model(id: str, *ways: Way, **known: Any) -> ModelSpec:
    """The model of these ways, with its id in each body; ways with one endpoint know each other's inputs."""
    return ModelSpec(variants=[_of_model(id, one.variant, _kin(one, ways)) for one in ways], **known)


def _kin(one: Way, ways: Iterable[Way]) -> list[Way]:
    return [other for other in ways if other.variant.endpoint == one.variant.endpoint]


def _of_model(id: str, variant: Variant, kin: Sequence[Way]) -> Variant:
    # What stands below a wire name is checked first, so that other rules can read it.
    inner = {name: schema for other in kin for name, schema in other.inner.items()}
    rules: Any = (*_BODIES.rules([other.variant.fields for other in kin], inner), *variant.rules)
    parameters = {"model", *(name for other in kin for name in other.variant.parameters or ())}
    fields = {"model": constant_field_mapper(id), **variant.fields}
    return evolve(variant, fields=fields, parameters=parameters, rules=rules)
