"""Choosing the way to call a model: the one whose inputs match what is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.errors import UnsupportedParameterError, ValidationError
from tarash_core.fields import names, paths, values
from tarash_core.fields.forms import usable_forms
from tarash_core.fields.layout import Input
from tarash_core.fields.sources import Asked, name_bare_images, share_media, with_bare_as
from tarash_core.models.media import ImageInput, Media
from tarash_core.models.request import MODES

Siblings = Callable[[str], Iterable[tuple[str, ModelSpec]]]
"""Models of the same line with their ids: ``Catalog.siblings``."""


@frozen
class Chosen:
    """The way to call a model for one request.

    Attributes:
        variant: The way.
        mode: What it does for these inputs.
        media: The media by the source that takes them; images as ``ImageInput``.
    """

    variant: Variant
    mode: str
    media: Mapping[str, tuple[Any, ...]]


_NOTHING = Input(0, 0)


@frozen
class _Misfit:
    """Why a variant does not fit: a source, how many are given, and how many are taken."""

    source: str
    given: int
    taken: Input

    def distance(self) -> int:
        """How far off: a wrong number is nearest, then something missing, then something that is not taken at all."""
        return 2 if not self.taken.most else int(not self.given)


def choose(
    spec: ModelSpec,
    asked: Asked,
    *,
    where: str,
    model: str,
    provider: str,
    surface: str | None,
    siblings: Siblings | None,
) -> Chosen:
    """The tightest variant that takes every medium given and needs no other.

    Raises:
        ValidationError: The model makes the other kind, or the inputs fit several modes and none was named.
        UnsupportedParameterError: No variant fits; the error lists what each needs and the sibling that fits.
    """
    candidates = _candidates(spec, asked, where, surface)
    bare = asked
    asked = name_bare_images(asked, [variant.layout for variant in candidates], where)
    fitting = [variant for variant in candidates if misfit(variant, asked) is None]
    if not fitting:
        raise _none_fits(candidates, asked, where, _sibling(bare, model, siblings))
    variant = _tightest(fitting, asked, where, provider)
    media = share_media(asked, variant.layout)
    return Chosen(variant, mode_of(variant, asked.request.mode, media), media)


def _candidates(spec: ModelSpec, asked: Asked, where: str, surface: str | None) -> Sequence[Variant]:
    kin = [variant for variant in spec.variants if variant.kind == asked.kind]
    if not kin:
        other = spec.variants[0].kind
        raise ValidationError(f"{where} makes {other}s, not {asked.kind}s; use generate_{other}.")
    near = [v for v in kin if surface is None or v.surface in (None, surface)]
    if not near:
        others = values.listed(sorted({v.surface for v in kin if v.surface}))
        raise ValidationError(f"{where} is not served by the surface {surface!r}; use {others}.")
    mode = asked.request.mode
    narrowed = [v for v in near if mode is None or mode in v.modes]
    if not narrowed:
        modes = values.listed(m for m in MODES if any(m in v.modes for v in near))
        raise UnsupportedParameterError(
            f"mode={mode!r} is not possible with {where}: allowed is {modes}.", field="mode", value=mode, allowed=modes
        )
    return narrowed


def misfit(variant: Variant, asked: Asked) -> _Misfit | None:
    """The first input that a variant lacks or cannot do without; None if it fits."""
    inputs = variant.layout.inputs
    shared = share_media(asked, variant.layout)
    for source, media in shared.items():
        taken = inputs.get(source, _NOTHING)
        if not taken.once_given <= len(media) <= taken.most:
            return _Misfit(source, len(media), taken)
    for source, taken in inputs.items():
        given = len(shared.get(source, ()))
        if given < taken.fewest and not _filled_by_extra(variant, source, asked):
            return _Misfit(source, given, taken)
    return None


def _filled_by_extra(variant: Variant, source: str, asked: Asked) -> bool:
    """Whether ``extra_params`` writes the wire field of a source itself."""
    if not asked.extra:
        return False
    entry = variant.layout.by_source[source]
    return paths.keys_of(entry.steps)[0] in asked.extra


def _tightest(fitting: Sequence[Variant], asked: Asked, where: str, provider: str) -> Variant:
    if len(fitting) == 1:
        return fitting[0]
    scores = [_score(variant, asked, provider) for variant in fitting]
    best = [variant for variant, score in zip(fitting, scores, strict=True) if score == min(scores)]
    if asked.request.mode is None and any(set(best[0].modes).isdisjoint(other.modes) for other in best[1:]):
        modes = values.listed(dict.fromkeys(mode for variant in best for mode in variant.modes))
        raise UnsupportedParameterError(
            f"mode is needed by {where}, for these inputs do not tell it: allowed is {modes}.",
            field="mode",
            value=None,
            allowed=modes,
        )
    return best[0]


def _score(variant: Variant, asked: Asked, provider: str) -> tuple[int, int, int]:
    """How much a variant differs from the request: in its prompt, in forms of media, in inputs left empty."""
    layout = variant.layout
    prompt = layout.by_source.get("prompt")
    off = prompt is None if "prompt" in asked.values else prompt is not None and prompt.mapper.required
    shared = share_media(asked, layout)
    forms = sum(not _takes(variant, source, media, provider) for source, media in shared.items())
    return int(off), forms, len(layout.inputs) - len(shared)


def _takes(variant: Variant, source: str, media: tuple[Any, ...], provider: str) -> bool:
    mapper = variant.layout.by_source[source].mapper
    return mapper.converter is not None or all(usable_forms(_bare(m), mapper.forms, provider) for m in media)


def _bare(medium: Any) -> Media:
    image: Media = medium.image if isinstance(medium, ImageInput) else medium
    return image


def mode_of(variant: Variant, asked_mode: str | None, media: Mapping[str, Any]) -> str:
    """The mode in which a variant is used: the one asked for, else the one that the inputs tell."""
    if asked_mode:
        return asked_mode
    told = next((mode for mode in _told_by(variant.kind, media) if mode in variant.modes), None)
    return told or variant.modes[0]


def _told_by(kind: str, media: Mapping[str, Any]) -> Iterable[str]:
    if kind == "image":
        yield from ("inpaint",) if "mask_image" in media else ()
        yield "image-to-image" if media else "text-to-image"
        return
    if "video" in media:
        yield from ("edit-video", "extend-video")
    if "audio" in media:
        yield from ("lip-sync",) if "video" in media else ("avatar", "audio-to-video")
    yield from (mode for source, mode in _BY_FRAME if source in media)
    yield "image-to-video" if media else "text-to-video"


_BY_FRAME = (
    ("last_frame", "first-last-frame"),
    ("first_frame", "image-to-video"),
    ("reference_images", "reference-to-video"),
)


def needs_of(variant: Variant) -> str:
    """What a variant needs, in words: ``image-to-video needs first_frame, takes last_frame``."""
    inputs = variant.layout.inputs
    needed = [names.words_of(name) for name, taken in inputs.items() if taken.required]
    taken = [names.words_of(name) for name, taken in inputs.items() if not taken.required]
    parts = [f"needs {' and '.join(needed)}"] if needed else []
    parts += [f"takes {values.listed(taken)}"] if taken else []
    return f"{'/'.join(variant.modes)} {', '.join(parts) or 'takes no media'}"


def _none_fits(
    candidates: Sequence[Variant], asked: Asked, where: str, sibling: str | None
) -> UnsupportedParameterError:
    worst = min((m for v in candidates if (m := misfit(v, asked))), key=_Misfit.distance)
    allowed = "; ".join(dict.fromkeys(map(needs_of, candidates)))
    instead = f"; use {sibling}" if sibling else ""
    return UnsupportedParameterError(
        f"{_said(worst)} {where}: {allowed}{instead}.",
        field=names.field_of(worst.source),
        value=worst.given or None,
        allowed=allowed,
    )


def _said(worst: _Misfit) -> str:
    word = names.words_of(worst.source)
    if not worst.given:
        return f"{word} is missing for"
    if not worst.taken.most:
        return f"{word} cannot be given to"
    most = int(worst.taken.most) if worst.taken.most < 1e9 else None
    count = values.between(worst.taken.once_given, most)
    return f"{word} are {worst.given} where {count} {'is' if most == 1 else 'are'} allowed by"


def _sibling(asked: Asked, model: str, siblings: Siblings | None) -> str | None:
    """The first living model of the same line that takes these inputs."""
    for id, spec in siblings(model) if siblings else ():
        alive = spec.lifecycle is None or not spec.lifecycle.has_ended()
        if alive and any(_would_take(variant, asked) for variant in spec.variants):
            return id
    return None


def _would_take(variant: Variant, asked: Asked) -> bool:
    if variant.kind != asked.kind or asked.request.mode not in (None, *variant.modes):
        return False
    sources = variant.layout.image_sources
    return misfit(variant, with_bare_as(asked, sources[0]) if len(sources) == 1 else asked) is None
