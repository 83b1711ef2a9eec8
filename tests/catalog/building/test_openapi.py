from __future__ import annotations

from typing import Any

import pytest

from tarash_core.catalog.building import Overrides, read_openapi, spec_of_openapi
from tarash_core.errors import ValidationError
from tarash_core.fields.planning import make_plan
from tarash_core.models.request import request_of

INPUTS = {
    "type": "object",
    "required": ["prompt"],
    "properties": {
        "duration": {"allOf": [{"$ref": "#/components/schemas/duration"}], "default": 5, "x-order": 2},
        "prompt": {"type": "string", "title": "Prompt", "x-order": 0},
        "seed": {"anyOf": [{"type": "integer"}, {"type": "null"}], "x-order": 3},
        "start_image": {"type": "string", "format": "uri", "x-order": 1},
        "size": {"anyOf": [{"$ref": "#/components/schemas/Size"}, {"type": "string", "enum": ["square"]}]},
    },
}
DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "Input": INPUTS,
            "duration": {"type": "integer", "enum": [5, 10], "description": "An enumeration."},
            "Size": {"type": "object", "properties": {"width": {"type": "integer"}, "height": {"type": "integer"}}},
        }
    }
}


def queue_document(**output: Any) -> dict[str, Any]:
    schemas = {"FoxInput": INPUTS, "FoxOutput": {"type": "object", "properties": output}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/FoxInput"}}}}
    return {
        "info": {"x-fal-metadata": {"endpointId": "acme/fox", "category": "text-to-image"}},
        "paths": {"/acme/fox": {"post": {"requestBody": body}}, "/acme/fox/requests/{request_id}": {"get": {}}},
        "components": {"schemas": {**DOCUMENT["components"]["schemas"], **schemas, "Input": None}},
    }


def test_references_are_followed_and_null_is_left_out() -> None:
    endpoint = read_openapi(DOCUMENT, "acme/fox")
    assert endpoint.properties["duration"] == {"type": "integer", "enum": [5, 10], "default": 5}
    assert endpoint.properties["seed"] == {"type": "integer"}
    assert endpoint.properties["size"]["anyOf"][0]["properties"]["width"] == {"type": "integer"}
    assert endpoint.required == {"prompt"}


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (DOCUMENT, "video"),
        (queue_document(video={"type": "object"}), "video"),
        (queue_document(images={"type": "array"}), "image"),
        (queue_document(), "image"),
    ],
)
def test_the_kind_is_read_from_the_output_the_category_or_the_inputs(document: dict[str, Any], kind: str) -> None:
    assert read_openapi(document, "acme/fox").kind == kind


def test_a_queue_document_names_its_own_endpoint() -> None:
    endpoint = read_openapi(queue_document(video={}))
    assert (endpoint.id, endpoint.modality) == ("acme/fox", ("text-to-image",))


@pytest.mark.parametrize("document", [{}, {"paths": {}}, {"components": {"schemas": {"Input": {"type": "object"}}}}])
def test_a_document_without_an_input_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="describes no input"):
        read_openapi(document, "acme/fox")


def test_a_schema_that_refers_to_itself_ends() -> None:
    loop = {"type": "object", "properties": {"part": {"$ref": "#/components/schemas/Part"}}}
    again = {"allOf": [{"$ref": "#/components/schemas/Again"}]}
    schemas = {"Input": {**loop, "required": []}, "Part": loop, "Again": again}
    assert read_openapi({"components": {"schemas": schemas}}, "acme/fox").properties["part"]


def test_a_discovered_model_can_be_planned() -> None:
    spec = spec_of_openapi(DOCUMENT, Overrides(), "acme/fox")
    request = request_of("video", {"prompt": "A fox", "duration_seconds": 10, "first_frame": "https://x.test/a.png"})
    plan = make_plan(provider="acme", model="acme/fox", spec=spec, request=request, policy="error")
    assert plan.payload == {"prompt": "A fox", "start_image": "https://x.test/a.png", "duration": 10}
