"""Google's hosts, codes and models as data: Gemini Omni, Veo, Gemini's image models and Imagen, by their surfaces.

The inputs are those of the dossier veo.md, sections 2 and 9. What a model takes besides our words is listed under
Google's name, and is given through ``extra_params``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Price, Variant
from tarash_core.fields import (
    FieldMapper,
    Rule,
    at_least_one_of,
    choice_field_mapper,
    constant_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    mask_image_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    requires,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash_core.models.plan import MediaForm

Fields = Mapping[str, FieldMapper]

CHECKED = "2026-11-22"
GEMINI, VERTEX = "gemini", "vertex"
SURFACES = (GEMINI, VERTEX)

_REGIONS = (
    "us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west4",
    "northamerica-northeast1", "southamerica-east1",
    "europe-central2", "europe-north1", "europe-southwest1", "europe-west1", "europe-west2", "europe-west3",
    "europe-west4", "europe-west6", "europe-west8", "europe-west9",
    "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast3", "asia-south1", "asia-southeast1",
    "australia-southeast1", "me-central1", "me-central2", "me-west1",
)  # fmt: skip
HOSTS: Mapping[str, str] = {
    "global": "https://aiplatform.googleapis.com",
    "us": "https://aiplatform.us.rep.googleapis.com",
    "eu": "https://aiplatform.eu.rep.googleapis.com",
    **{region: f"https://{region}-aiplatform.googleapis.com" for region in _REGIONS},
}
"""The host of each location (dossier veo.md, section 1)."""

SUPPORT_CODES: Mapping[str, str] = {
    code: category
    for category, codes in {
        "child": "58061214 17301594",
        "celebrity": "29310472 15236754",
        "video safety": "64151117 42237218",
        "dangerous content": "62263041",
        "hate": "57734940 22137204",
        "other": "74803281 29578790 42876398",
        "prohibited content": "89371032 49114662 72817394 60599140 63429089",
        "third-party content": "35561574 35561575",
        "sexual": "90789179 43188360",
        "toxic": "78610348",
        "violence": "61493863 56562880",
        "vulgar": "32635315",
        "people or faces": "39322892",
        "personal information": "92201652",
    }.items()
    for code in codes.split()
}
"""The category of each support code of the safety filters."""

_RATIOS = ("16:9", "9:16")
_TEN = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
_FOURTEEN = (*_TEN, "1:4", "4:1", "1:8", "8:1")
_SEED = passthrough_field_mapper("seed", minimum=0, maximum=2**32 - 1)
_LOUD: Mapping[str, Any] = {"generate_audio": True}
_DOCS = "Google's model pages"


def _merged(*parts: Fields) -> Fields:
    return {wire: mapper for part in parts for wire, mapper in part.items()}


def _extras(where: str, **types: Any) -> Fields:
    """Parameters of the model's own; each is given by its last name."""
    return {f"{where}{name}": extra_params_field_mapper(name, **_known(known)) for name, known in types.items()}


def _known(given: Any) -> dict[str, Any]:
    return {"choices": given} if isinstance(given, (tuple, range)) else {"type": given}


def _variant(
    modes: str | Iterable[str],
    surface: str,
    endpoint: str,
    fields: Fields,
    *more: str,
    added: Mapping[str, Any] | None = None,
    **known: Any,
) -> Variant:
    """A way of calling a model.

    Args:
        modes: What it does.
        surface: The surface.
        endpoint: The path.
        fields: Its inputs by wire path.
        more: Further wire paths that Google takes and nobody writes.
        added: What the provider itself writes: where a bucket goes on Vertex, a callback's address elsewhere.
        known: As for ``Variant``; ``location`` is the one of Vertex that serves it.
    """
    location = known.pop("location", None)
    settings = {"added": added or {}, **({"location": location} if location else {})}
    names = {wire.partition("[")[0] if "[" in wire else wire for wire in fields} | {*more, *(added or {})}
    known |= {"parameters": names, "settings": settings}
    return Variant(modes=modes, surface=surface, endpoint=endpoint, fields=fields, **known)


# Gemini Omni, by the Interactions API

_INTERACTIONS = {
    GEMINI: "/v1beta/interactions",
    VERTEX: "/v1beta1/projects/{project}/locations/{location}/interactions",
}
USD_PER_MILLION_TOKENS = Decimal("17.50")
"""Of video that Omni makes; so many tokens a second."""

_TOKENS = {"360p": 1931, "720p": 5792, "1080p": 8688}
_OMNI_PRICE = Price(
    usd_per_second={tier: USD_PER_MILLION_TOKENS * tokens / 1_000_000 for tier, tokens in _TOKENS.items()},
    by="resolution",
    source="Google's price of video tokens",
    checked=CHECKED,
)
_INTERACTIONS_ADDED: Mapping[str, Mapping[str, Any]] = {
    GEMINI: {"webhook_config.uris": ["$value"]},
    VERTEX: {"response_format.delivery": "uri", "response_format.gcs_uri": "$value"},
}

_TIERS = ("360p", "720p", "1080p", "4k")
_PROMPT: Fields = {"input[type=text].text": passthrough_field_mapper("prompt", required=True)}


def _part(kind: str, surface: str) -> list[MediaForm]:
    """A picture or clip among the inputs: its bytes, on Vertex also one in a bucket."""
    known = {"type": kind, "mime_type": "$content_type"}
    inline = MediaForm("base64", {**known, "data": "$value"})
    return [MediaForm("gs", {**known, "uri": "$value"}), inline] if surface == VERTEX else [inline]


def _frame(place: int, role: str, surface: str) -> Fields:
    return {f"input[{place}]": single_image_field_mapper(True, role, forms=_part("image", surface))}


def _references(most: int, surface: str, required: bool = False) -> Fields:
    return {"input[]": image_list_field_mapper("reference", required, forms=_part("image", surface), max_items=most)}


def _clip(surface: str, required: bool = True) -> Fields:
    return {"input[1]": video_url_field_mapper(required, forms=_part("video", surface))}


_Call = tuple[str, str | None, Fields, Mapping[str, Any]]
"""A mode, Google's word for its task, the inputs, and what else is known of it."""


def _omni_ways(
    surface: str, longest: int, tiers: Sequence[str], *, seeded: bool, extends: str | None, **known: Any
) -> Iterable[Variant]:
    """Every way to call an Omni model on a surface.

    Args:
        surface: The surface.
        longest: The most seconds of a new clip.
        tiers: The resolutions.
        seeded: Whether it takes a seed and labels.
        extends: How long an extension is: ``chosen`` or ``fixed``; None where there is none.
        known: Lifecycle and price.
    """
    tier: Fields = {"response_format.resolution": choice_field_mapper("resolution", tiers, default="720p")}
    common = _merged(tier, _omni_common(surface, seeded))
    told = {"fixed": _LOUD, "location": "global" if surface == VERTEX else None, **known}
    path, added = _INTERACTIONS[surface], _INTERACTIONS_ADDED[surface]
    for mode, task, inputs, more in (
        *_new_clips(surface, tiers == _TIERS, _merged(_new_shape(longest), common)),
        *_later_clips(surface, extends, common),
    ):
        named: Fields = {"generation_config.video_config.task": constant_field_mapper(task)} if task else {}
        yield _variant(mode, surface, path, _merged(_PROMPT, inputs, named), added=added, **{**told, **more})


def _new_shape(longest: int) -> Fields:
    # The length is written also where nobody asks: what 1.2 makes by itself is not published, and 10 s is on 1.1.
    length = duration_field_mapper("str", minimum=3, maximum=longest, default=10, write_default=True)
    return {
        "response_format.duration": length,
        "response_format.aspect_ratio": choice_field_mapper("aspect_ratio", _RATIOS, default="16:9"),
    }


def _new_clips(surface: str, two_frames: bool, shape: Fields) -> Iterable[_Call]:
    first, last = _frame(1, "first_frame", surface), _frame(2, "last_frame", surface)
    refer = _merged(_clip(surface, False), _references(10, surface))
    yield "text-to-video", "text_to_video", shape, {}
    yield "image-to-video", "image_to_video", _merged(first, shape), {}
    if two_frames:
        yield "first-last-frame", "image_to_video", _merged(first, last, shape), {}
    either = {"rules": [at_least_one_of("reference_images", "video")]}
    yield "reference-to-video", "reference_to_video", _merged(refer, shape), either


def _later_clips(surface: str, extends: str | None, common: Fields) -> Iterable[_Call]:
    # A turn that goes on from an earlier result names no task, so only an edit is safe.
    earlier: Fields = {"previous_interaction_id": video_url_field_mapper(True, forms=["job_id"])}
    clip = _clip(surface)
    yield "edit-video", None, _merged(earlier, common), {}
    # With and without pictures, so that a clip alone does not tell an edit from an extension.
    yield "edit-video", "edit", _merged(clip, common), {}
    yield "edit-video", "edit", _merged(clip, _references(6, surface, True), common), {}
    if extends == "chosen":
        length: Fields = {"response_format.duration": duration_field_mapper("str", minimum=3, maximum=10)}
        yield "extend-video", "extend", _merged(clip, length, common), {}
    elif extends == "fixed":
        yield "extend-video", "extend", _merged(clip, common), {"fixed": {**_LOUD, "duration_seconds": 10}}


def _omni_common(surface: str, seeded: bool) -> Fields:
    """What every call of an Omni model has; on Vertex a video comes within the answer unless a bucket is named."""
    fields: dict[str, FieldMapper] = {
        "model": constant_field_mapper("$model"),
        "background": constant_field_mapper(True),
        "response_format.type": constant_field_mapper("video"),
    }
    if surface == GEMINI:
        fields["response_format.delivery"] = constant_field_mapper("uri")
        fields["webhook_config.user_metadata"] = extra_params_field_mapper("user_metadata", type="object")
    if seeded:
        fields["generation_config.seed"] = passthrough_field_mapper("seed")
        fields["labels"] = extra_params_field_mapper("labels", type="object")
    fields["service_tier"] = extra_params_field_mapper(
        "service_tier", choices=("flex", "standard", "priority", "deferred")
    )
    return fields


def _omni(
    surfaces: Iterable[str],
    longest: int,
    life: Mapping[str, Lifecycle],
    *,
    tiers: Sequence[str] = _TIERS,
    seeded: bool = False,
    fixed_extension: bool = False,
) -> ModelSpec:
    extends = None if tiers != _TIERS else "fixed" if fixed_extension else "chosen"
    ways = [
        way
        for surface in surfaces
        for way in _omni_ways(
            surface, longest, tiers, seeded=seeded, extends=extends, lifecycle=life[surface], price=_OMNI_PRICE
        )
    ]
    return ModelSpec(variants=ways)


# Veo, by predictLongRunning

_PREDICT = {
    GEMINI: "/v1beta/models/{model}:predictLongRunning",
    VERTEX: "/v1/projects/{project}/locations/{location}/publishers/google/models/{model}:predictLongRunning",
}


_PREDICT_ADDED: Mapping[str, Mapping[str, Any]] = {
    GEMINI: {"webhookConfig.uris": ["$value"]},
    VERTEX: {"parameters.storageUri": "$value"},
}


def _object(key: str, surface: str, **more: Any) -> list[MediaForm]:
    """A picture or clip as an object: its bytes, on Vertex also one in a bucket."""
    inline = MediaForm("base64", _wrapped(key, {"bytesBase64Encoded": "$value", "mimeType": "$content_type"}, more))
    stored = MediaForm("gs", _wrapped(key, {"gcsUri": "$value", "mimeType": "$content_type"}, more))
    return [stored, inline] if surface == VERTEX else [inline]


def _wrapped(key: str, inner: Mapping[str, Any], more: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: inner, **more} if key else {**inner, **more}


def _veo_image(name: str, role: str, surface: str) -> Fields:
    return {f"instances[0].{name}": single_image_field_mapper(True, role, forms=_object("", surface))}


def _veo_references(role: str, most: int, surface: str) -> Fields:
    kind = {"reference": "ASSET", "style": "STYLE"}[role]
    forms = _object("image", surface, referenceType=kind)
    mapper = image_list_field_mapper(role, True, forms=forms, max_items=most)
    return {"instances[0].referenceImages[]": mapper}


def _veo_said(required: bool) -> Fields:
    return {"instances[0].prompt": passthrough_field_mapper("prompt", required)}


def _parameter(name: str, mapper: FieldMapper) -> Fields:
    return {f"parameters.{name}": mapper}


def _veo_common(surface: str, people: Sequence[str], sound: bool | None, resize: bool) -> Fields:
    """What every call of a Veo model takes; ``sound`` is whether the switch must be written, None where it has none."""
    if surface == GEMINI:
        return _merged(
            _parameter("negativePrompt", passthrough_field_mapper("negative_prompt")),
            _extras("parameters.", personGeneration=tuple(people)),
        )
    audio = passthrough_field_mapper("generate_audio", bool(sound), default=True)
    return _merged(
        _parameter("generateAudio", audio) if sound is not None else {},
        _parameter("sampleCount", n_images_field_mapper(1, 4, default=1)),
        _parameter("seed", _SEED),
        _parameter("negativePrompt", passthrough_field_mapper("negative_prompt")),
        _parameter("enhancePrompt", passthrough_field_mapper("enhance_prompt")),
        _extras(
            "parameters.",
            personGeneration=tuple(people),
            compressionQuality=("OPTIMIZED", "LOSSLESS"),
            pubsubTopic="str",
            **({"resizeMode": ("PAD", "CROP")} if resize else {}),
        ),
        _extras("", labels="object"),
    )


_PEOPLE = ("allow_adult", "disallow", "dont_allow", "allow_all")


def _veo_way(
    surface: str, mode: str, *parts: Fields, people: Sequence[str] = _PEOPLE, sound: bool | None = False, **known: Any
) -> Variant:
    resize = mode in ("image-to-video", "first-last-frame")
    ratio = _parameter("aspectRatio", choice_field_mapper("aspect_ratio", _RATIOS, default="16:9"))
    fields = _merged(*parts, ratio, _veo_common(surface, people, sound, resize))
    names = ("parameters.fps",) if surface == VERTEX else ()
    if surface == GEMINI:
        known.setdefault("fixed", _LOUD)
    location = "us-central1" if surface == VERTEX else None
    return _variant(
        mode, surface, _PREDICT[surface], fields, *names, added=_PREDICT_ADDED[surface], location=location, **known
    )


def _tiers_of(names: Sequence[str]) -> Fields:
    return _parameter("resolution", choice_field_mapper("resolution", names, default="720p"))


def _seconds(allowed: Sequence[int], default: int = 8, **known: Any) -> Fields:
    return _parameter("durationSeconds", duration_field_mapper("int", allowed, default=default, **known))


def _veo_3(
    surface: str,
    tiers: Sequence[str],
    usd: Mapping[str, str],
    life: Lifecycle,
    *,
    last_frame: bool = True,
    more: bool = True,
    sound: bool = False,
) -> ModelSpec:
    """Veo 3 and 3.1: lengths of 4, 6 and 8 s, of 8 s alone above 720p.

    Args:
        surface: The surface.
        tiers: The resolutions.
        usd: US dollars a second by resolution.
        life: Its life.
        last_frame: Whether it takes a last frame.
        more: Whether it takes references and extends.
        sound: Whether the switch for sound must be written.
    """
    price = Price(usd_per_second=usd, by="resolution", source=_DOCS, checked=CHECKED)
    rules: list[Rule] = [requires("resolution", [t for t in tiers if t != "720p"], duration_seconds=8)]
    adult = ("allow_adult",) if surface == GEMINI else _PEOPLE
    everyone = ("allow_all",) if surface == GEMINI else _PEOPLE
    size, length = _tiers_of(tiers), _seconds((4, 6, 8))
    first, last = _veo_image("image", "first_frame", surface), _veo_image("lastFrame", "last_frame", surface)

    def way(mode: str, *parts: Fields, **told: Any) -> Variant:
        return _veo_way(surface, mode, *parts, price=price, sound=sound, **told)

    said = _veo_said(False)
    ways = [
        way("text-to-video", _veo_said(True), length, size, rules=rules, people=everyone),
        way("image-to-video", said, first, length, size, rules=rules, people=adult),
    ]
    if last_frame:
        ways.append(way("first-last-frame", said, first, last, length, size, rules=rules, people=adult))
    if more:
        refer = _veo_references("reference", 3, surface)
        ways.append(way("reference-to-video", _veo_said(True), refer, _seconds((8,)), size, people=adult))
        ways.append(way("extend-video", said, *_extension(surface), people=everyone))
    return ModelSpec(variants=ways, lifecycle=life)


def _extension(surface: str) -> tuple[Fields, ...]:
    """A clip that Veo made, and seven seconds more in 720p; the Gemini API counts them as eight."""
    stored = [MediaForm("url", {"uri": "$value"})] if surface == GEMINI else _object("", surface)
    clip: Fields = {"instances[0].video": video_url_field_mapper(True, forms=stored)}
    made = 8 if surface == GEMINI else 7
    return clip, _seconds((made,), made), _tiers_of(("720p",))


def _veo_2(life: Lifecycle) -> ModelSpec:
    """Veo 2 is silent, and makes 5 to 8 s of 720p."""
    price = Price(usd_per_second="0.50", source=_DOCS, checked=CHECKED)
    fixed = {"generate_audio": False, "resolution": "720p"}
    length, said = _seconds(range(5, 9), required=True), _veo_said(False)
    first, last = _veo_image("image", "first_frame", VERTEX), _veo_image("lastFrame", "last_frame", VERTEX)
    clip: Fields = {"instances[0].video": video_url_field_mapper(True, forms=_object("", VERTEX))}
    # Of its four ways with a mask, the one that puts something in.
    mask: Fields = {"instances[0].mask": mask_image_field_mapper(True, forms=_object("", VERTEX, maskMode="INSERT"))}
    known: dict[str, Any] = {"price": price, "sound": None, "fixed": fixed}
    ways = [
        _veo_way(VERTEX, "text-to-video", _veo_said(True), length, **known),
        _veo_way(VERTEX, "image-to-video", said, first, length, **known),
        _veo_way(VERTEX, "first-last-frame", said, first, last, length, **known),
        *(
            _veo_way(
                VERTEX, "reference-to-video", _veo_said(True), _veo_references(role, most, VERTEX), length, **known
            )
            for role, most in (("reference", 3), ("style", 1))
        ),
        _veo_way(VERTEX, "extend-video", said, clip, _seconds(range(4, 8), 7), **known),
        _veo_way(VERTEX, "edit-video", said, clip, mask, length, **known),
    ]
    return ModelSpec(variants=ways, lifecycle=life)


# Gemini's image models, by generateContent

_GENERATE = {
    GEMINI: "/v1beta/models/{model}:generateContent",
    VERTEX: "/v1/projects/{project}/locations/{location}/publishers/google/models/{model}:generateContent",
}


def _picture_parts(surface: str) -> list[MediaForm]:
    inline = MediaForm("base64", {"inlineData": {"mimeType": "$content_type", "data": "$value"}})
    stored = MediaForm("gs", {"fileData": {"mimeType": "$content_type", "fileUri": "$value"}})
    return [stored, inline] if surface == VERTEX else [inline]


def _image_ways(
    surface: str, ratios: Sequence[str], sizes: Sequence[str], most: int, thinks: bool, life: Lifecycle
) -> Iterable[Variant]:
    said: Fields = {
        "contents[0].role": constant_field_mapper("user"),
        "contents[0].parts[0].text": passthrough_field_mapper("prompt", required=True),
    }
    pictures: Fields = {
        "contents[0].parts[]": image_list_field_mapper(None, True, forms=_picture_parts(surface), max_items=most)
    }
    config = "generationConfig.imageConfig."
    size = choice_field_mapper("resolution", sizes, default="1K") if sizes else None
    common = _merged(
        {"generationConfig.responseModalities": constant_field_mapper(["IMAGE"])},
        {f"{config}imageSize": size} if size else {},
        _extras("generationConfig.thinkingConfig.", thinkingLevel=("minimal", "medium", "high")) if thinks else {},
        _vertex_image(config) if surface == VERTEX else {},
    )
    square: Fields = {f"{config}aspectRatio": choice_field_mapper("aspect_ratio", ratios, default="1:1")}
    follows: Fields = {f"{config}aspectRatio": choice_field_mapper("aspect_ratio", ratios)}
    known: dict[str, Any] = {"lifecycle": life, "fixed": {} if sizes else {"resolution": "1K"}}
    path = _GENERATE[surface]
    yield _variant("text-to-image", surface, path, _merged(said, common, square), **known)
    yield _variant("image-to-image", surface, path, _merged(said, pictures, common, follows), **known)


def _vertex_image(config: str) -> Fields:
    return _merged(
        _extras(
            config,
            personGeneration=("ALLOW_ALL", "ALLOW_ADULT", "ALLOW_NONE"),
            prominentPeople=("ALLOW_PROMINENT_PEOPLE", "BLOCK_PROMINENT_PEOPLE"),
        ),
        _extras(f"{config}imageOutputOptions.", mimeType="str", compressionQuality=range(101)),
    )


def _image(
    usd: Mapping[str, str] | str,
    life: Mapping[str, Lifecycle],
    *,
    ratios: Sequence[str] = _FOURTEEN,
    sizes: Sequence[str] = ("1K", "2K", "4K"),
    most: int = 14,
    thinks: bool = False,
) -> ModelSpec:
    by = () if isinstance(usd, str) else ("resolution",)
    price = Price(usd_per_output=usd, by=by, source=_DOCS, checked=CHECKED)
    ways = [way for surface in SURFACES for way in _image_ways(surface, ratios, sizes, most, thinks, life[surface])]
    return ModelSpec(variants=ways, price=price)


# Imagen, by predict

_IMAGEN = {
    GEMINI: "/v1beta/models/{model}:predict",
    VERTEX: "/v1/projects/{project}/locations/{location}/publishers/google/models/{model}:predict",
}


def _imagen(sizes: Sequence[str], life: Mapping[str, Lifecycle]) -> ModelSpec:
    fields = _merged(
        {"instances[0].prompt": passthrough_field_mapper("prompt", required=True)},
        # The server makes four unless it is told.
        _parameter("sampleCount", FieldMapper("n", type="int", minimum=1, maximum=4, default=1, write_default=True)),
        _parameter("aspectRatio", choice_field_mapper("aspect_ratio", ("1:1", "3:4", "4:3", *_RATIOS), default="1:1")),
        _parameter("sampleImageSize", choice_field_mapper("resolution", sizes, default="1K")),
        _parameter("negativePrompt", passthrough_field_mapper("negative_prompt")),
        _parameter("seed", _SEED),
        _parameter("enhancePrompt", passthrough_field_mapper("enhance_prompt")),
        _extras(
            "parameters.",
            guidanceScale="number",
            addWatermark="bool",
            includeRaiReason="bool",
            personGeneration=("DONT_ALLOW", "ALLOW_ADULT", "ALLOW_ALL"),
            safetySetting=("BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE"),
            language=("auto", "en", "ja", "ko", "hi", "zh", "pt", "es"),
        ),
        _extras("parameters.outputOptions.", mimeType=("image/png", "image/jpeg"), compressionQuality=range(101)),
        _extras("", labels="object"),
    )
    names = ("parameters.includeSafetyAttributes", "parameters.storageUri")
    ways = [
        _variant("text-to-image", surface, _IMAGEN[surface], fields, *names, lifecycle=life[surface])
        for surface in SURFACES
    ]
    return ModelSpec(variants=ways)


# lives (dossier, section 10)


def _life(source: str = _DOCS, **days: Any) -> Lifecycle:
    return Lifecycle(source=source, checked=CHECKED, **days)


def _both(life: Lifecycle) -> Mapping[str, Lifecycle]:
    return dict.fromkeys(SURFACES, life)


_VEO_31 = _life(f"{_DOCS}: not retired before 2026-11-17; unsure whether it still answers", listed="2025-11-17")
_SHUT = {"replacement": "gemini-omni-1.1-flash", "source": "Google's shutdown notice for Veo on the Gemini API"}
_GEMINI_VEO = _life(**_SHUT, retired="2026-10-22")
_OLD_VEO = _life(retired="2026-06-30", replacement="veo-3.1-generate-001")
_OLD_FAST = _life(retired="2026-06-30", replacement="veo-3.1-fast-generate-001")
_OMNI_PREVIEW = {
    GEMINI: _life(retired="2026-09-30", replacement="gemini-omni-1.1-flash"),
    VERTEX: _life(retires="2027-06-30", replacement="gemini-omni-1.2-flash"),
}
_IMAGEN_LIFE = {
    GEMINI: _life(retired="2026-08-17", replacement="gemini-nano-banana-2.1"),
    VERTEX: _life(retired="2026-06-30", replacement="gemini-nano-banana-2.1"),
}
_HD, _UHD = ("720p", "1080p"), ("720p", "1080p", "4k")
_FULL = {"720p": "0.40", "1080p": "0.40", "4k": "0.60"}
_FAST = {"720p": "0.10", "1080p": "0.12", "4k": "0.30"}
_LITE = {"720p": "0.05", "1080p": "0.08"}
_EQUAL = {"720p": "0.40", "1080p": "0.40"}
_EQUAL_FAST = {"720p": "0.10", "1080p": "0.10"}
_OLDER: dict[str, Any] = {"last_frame": False, "more": False, "sound": True}

CATALOG = Catalog(
    {
        "gemini-omni-1.2-flash": _omni(SURFACES, 15, _both(_life()), seeded=True),
        "gemini-omni-1.1-flash": _omni([GEMINI], 10, {GEMINI: _life(listed="2026-08-27")}),
        "gemini-omni-1.1-flash-preview": _omni([VERTEX], 10, {VERTEX: _life()}, fixed_extension=True),
        "gemini-omni-flash-preview": _omni(SURFACES, 10, _OMNI_PREVIEW, tiers=("720p",)),
        "veo-3.1-generate-001": _veo_3(VERTEX, _UHD, _FULL, _VEO_31),
        "veo-3.1-fast-generate-001": _veo_3(VERTEX, _UHD, _FAST, _VEO_31),
        "veo-3.1-lite-generate-001": _veo_3(VERTEX, _HD, _LITE, _life(listed="2026-04-02"), more=False),
        "veo-3.0-generate-001": _veo_3(VERTEX, _HD, _EQUAL, _OLD_VEO, **_OLDER),
        "veo-3.0-fast-generate-001": _veo_3(VERTEX, _HD, _EQUAL_FAST, _OLD_FAST, **_OLDER),
        "veo-2.0-generate-001": _veo_2(_OLD_VEO),
        "veo-3.1-generate-preview": _veo_3(GEMINI, _UHD, _FULL, _GEMINI_VEO),
        "veo-3.1-fast-generate-preview": _veo_3(GEMINI, _UHD, _FAST, _GEMINI_VEO),
        "veo-3.1-lite-generate-preview": _veo_3(GEMINI, _HD, _LITE, _GEMINI_VEO, more=False),
        "gemini-nano-banana-2.1": _image({"1K": "0.0336"}, _both(_life(listed="2026-10-06")), thinks=True),
        "gemini-3-pro-image": _image({"1K": "0.134", "2K": "0.134"}, _both(_life(listed="2026-05-28")), ratios=_TEN),
        "gemini-3.1-flash-image": _image(
            {"512": "0.045", "1K": "0.067"},
            _both(_life(f"{_DOCS}: deprecated in October 2026, no day of shutdown yet")),
            sizes=("512", "1K", "2K", "4K"),
        ),
        "gemini-3.1-flash-lite-image": _image("0.0336", _both(_life(listed="2026-06-30")), sizes=("1K",)),
        "gemini-2.5-flash-image": _image(
            "0.039",
            _both(
                _life(
                    f"{_DOCS}: Vertex until 2027-03-15; the Gemini API not before 2026-10-02, unsure",
                    retires="2027-03-15",
                    replacement="gemini-nano-banana-2.1",
                )
            ),
            ratios=_TEN,
            sizes=(),
            most=3,
        ),
        "imagen-4.0-generate-001": _imagen(("1K", "2K"), _IMAGEN_LIFE),
        "imagen-4.0-ultra-generate-001": _imagen(("1K", "2K"), _IMAGEN_LIFE),
        "imagen-4.0-fast-generate-001": _imagen(("1K",), _IMAGEN_LIFE),
    },
    generic=None,
)
"""Every model of the dossier with video or image output. How an unlisted one is asked for, nobody can guess."""
