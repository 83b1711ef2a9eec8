"""OpenAPI documents in the form that fal publishes for an endpoint, for the simulator.

The inputs of listed endpoints are those of the dossier fal.md (types of fal's JavaScript client, 2026-08-02); the model
``simulated/fox-1`` exists nowhere, and no catalogue lists it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNLISTED = "simulated/fox-1/image-to-video"
"""An endpoint that the simulator serves and no catalogue lists."""

_TEXT = {"type": "string"}
_SEED = {"anyOf": [{"type": "integer"}, {"type": "null"}], "description": "The seed of the random numbers."}
_PROMPT = {"type": "string", "minLength": 1, "maxLength": 2500, "description": "What to make."}


def _words(*words: str, default: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words), "default": default}


def _switch(default: bool) -> dict[str, Any]:
    return {"type": "boolean", "default": default}


_VEO = {
    "prompt": _PROMPT,
    "aspect_ratio": _words("16:9", "9:16", default="16:9"),
    "duration": _words("4s", "6s", "8s", default="8s"),
    "resolution": _words("720p", "1080p", "4k", default="720p"),
    "generate_audio": _switch(True),
    "negative_prompt": {"anyOf": [_TEXT, {"type": "null"}]},
    "auto_fix": _switch(True),
    "safety_tolerance": _words(*"123456", default="4"),
    "seed": _SEED,
}
_EDIT = {
    "prompt": _PROMPT,
    "image_urls": {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 4},
    "image_size": {
        "anyOf": [
            {"$ref": "#/components/schemas/ImageSize"},
            {
                "type": "string",
                "enum": ["square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"],
            },
        ]
    },
    "num_images": {"type": "integer", "minimum": 1, "maximum": 4, "default": 1},
    "guidance_scale": {"type": "number", "minimum": 0, "maximum": 20, "default": 2.5},
    "output_format": _words("jpeg", "png", "webp", default="png"),
    "seed": _SEED,
}
_FOX = {
    "prompt": _PROMPT,
    "image_url": {**_TEXT, "description": "The first frame."},
    "tail_image_url": {"anyOf": [_TEXT, {"type": "null"}], "description": "The last frame."},
    "duration": _words("5", "10", default="5"),
    "resolution": _words("720p", "1080p", default="720p"),
    "generate_audio": _switch(False),
    "cfg_scale": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5},
    "seed": _SEED,
}
_KNOWN: Mapping[str, tuple[str, Mapping[str, Any], tuple[str, ...]]] = {
    "fal-ai/veo3.1": ("text-to-video", _VEO, ("prompt",)),
    "fal-ai/flux-2/edit": ("image-to-image", _EDIT, ("prompt", "image_urls")),
    UNLISTED: ("image-to-video", _FOX, ("prompt", "image_url")),
}


def document_of(endpoint: str) -> dict[str, Any] | None:
    """The document of an endpoint; None where none is kept here."""
    if endpoint not in _KNOWN:
        return None
    category, inputs, required = _KNOWN[endpoint]
    stem = "".join(part.capitalize() for part in endpoint.replace(".", "").replace("-", "/").split("/"))
    return {
        "openapi": "3.0.4",
        "info": {
            "title": f"Queue OpenAPI for {endpoint}",
            "version": "1.0.0",
            "x-fal-metadata": {"endpointId": endpoint, "category": category},
        },
        "servers": [{"url": "https://queue.fal.run"}],
        "security": [{"apiKeyAuth": []}],
        "paths": {
            f"/{endpoint}": {"post": _post(f"{stem}Input")},
            f"/{endpoint}/requests/{{request_id}}": {"get": _get(f"{stem}Output")},
            f"/{endpoint}/requests/{{request_id}}/status": {"get": _get("QueueStatus")},
        },
        "components": {"schemas": _schemas(stem, category, inputs, required)},
    }


def _post(name: str) -> dict[str, Any]:
    body = {"required": True, "content": _json(name)}
    return {"requestBody": body, "responses": {"200": {"content": _json("QueueStatus")}}}


def _get(name: str) -> dict[str, Any]:
    return {"responses": {"200": {"content": _json(name)}}}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _schemas(stem: str, category: str, inputs: Mapping[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    file: dict[str, Any] = {"$ref": "#/components/schemas/File"}
    is_video = category.endswith("video")
    outputs = {"video": file} if is_video else {"images": {"type": "array", "items": file}}
    return {
        f"{stem}Input": {
            "type": "object",
            "title": f"{stem}Input",
            "x-fal-order-properties": list(inputs),
            "properties": dict(inputs),
            "required": list(required),
        },
        f"{stem}Output": {"type": "object", "properties": outputs, "required": list(outputs)},
        "File": {"type": "object", "properties": {"url": _TEXT, "content_type": _TEXT}, "required": ["url"]},
        "ImageSize": {
            "type": "object",
            "properties": {
                side: {"type": "integer", "maximum": 14142, "exclusiveMinimum": 0, "default": 512}
                for side in ("width", "height")
            },
        },
        "QueueStatus": {
            "type": "object",
            "properties": {"status": {"enum": ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]}, "request_id": _TEXT},
            "required": ["status", "request_id"],
        },
    }
