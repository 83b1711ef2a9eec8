"""What an endpoint does, in our closed list of modes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tarash_core.catalog.building.endpoint import Endpoint
from tarash_core.fields import names
from tarash_core.models.request import MODES

_WORDS = {
    "lipsync": "lip-sync",
    "lipsync-video": "lip-sync",
    "video-upscale": "upscale-video",
    "image-upscale": "upscale-image",
    "reference-to-image": "image-to-image",
    "video-to-video": "edit-video",
    "video-audio": "edit-video",
    "video-utility": "edit-video",
}
_BY_PATH = {
    "reframe": "reframe-video",
    "long-reframe": "reframe-video",
    "motion-control": "motion-control",
    "remix": "remix-video",
    "extend": "extend-video",
    "extend-video": "extend-video",
    "upscale": "upscale-video",
}


def modes_of(endpoint: Endpoint, fields: Mapping[str, Mapping[str, object]]) -> list[str]:
    """The modes of an endpoint whose fields are known, in the order of the list."""
    sources = {str(raw["source"]): bool(raw.get("required")) for raw in fields.values() if "source" in raw}
    told = {_WORDS.get(word, word) for word in endpoint.modality} & set(MODES)
    kin = {mode for mode in told if (mode in names.VIDEO_MODES) == (endpoint.kind == "video")}
    found = set(_of_video(endpoint, kin, sources) if endpoint.kind == "video" else _of_image(kin, sources))
    return [mode for mode in MODES if mode in found]


def _of_video(endpoint: Endpoint, told: set[str], sources: Mapping[str, bool]) -> Iterable[str]:
    """Frames tell more than the collection's word; whatever else takes a video edits it."""
    told = told or _guessed(sources)
    if "edit-video" in told or ("text-to-video" in told and sources.get("video")):
        yield _edit(endpoint, sources)
        told = told - {"edit-video", "text-to-video"}
    yield from told
    if "image-to-video" in told and "last_frame" in sources:
        yield "first-last-frame"


def _guessed(sources: Mapping[str, bool]) -> set[str]:
    """For an endpoint of which nobody says what it does."""
    if sources.get("video"):
        return {"edit-video"}
    if sources.get("first_frame") or sources.get(names.ANY_IMAGE):
        return {"image-to-video"}
    optional = {"image-to-video"} if {"first_frame", names.ANY_IMAGE} & set(sources) else set()
    references = {"reference-to-video"} if "reference_images" in sources else set()
    return {"text-to-video", *optional, *references} if not sources.get("reference_images") else references


def _edit(endpoint: Endpoint, sources: Mapping[str, bool]) -> str:
    if "video" not in sources and "last_frame" in sources:
        return "first-last-frame"
    if "video" not in sources and names.ANY_IMAGE in sources:
        return "image-to-video"
    path = endpoint.id.split("/")
    return next((_BY_PATH[part] for part in reversed(path) if part in _BY_PATH), "edit-video")


def _of_image(told: set[str], sources: Mapping[str, bool]) -> Iterable[str]:
    """An image model by what it needs; one whose image may be left out makes images of text too."""
    pictures = {name: needed for name, needed in sources.items() if name == names.ANY_IMAGE or name in names.ROLES}
    if "upscale-image" in told:
        yield "upscale-image"
    elif sources.get("mask_image") or "inpaint" in told:
        yield "inpaint"
    elif sources.get("control_images"):
        yield "control-image"
    elif any(pictures.values()):
        yield "image-to-image"
        yield from ("inpaint",) if "mask_image" in sources else ()
    else:
        yield from ("image-to-image",) if pictures else ()
        yield from ("text-to-image",) if not pictures or "text-to-image" in told or not told else ()
