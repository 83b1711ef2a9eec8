"""What is read of a vendor's own lists."""

from __future__ import annotations

from typing import Any

from tarash_core.catalog.building.source import read_all


def document(**inputs: Any) -> dict[str, Any]:
    return {"components": {"schemas": {"Input": {"type": "object", "properties": inputs}}}}


def test_every_document_becomes_an_endpoint_or_is_told_as_unread() -> None:
    documents = {"acme/clip": document(prompt={"type": "string"}, fps={"type": "integer"}), "acme/odd": {}}
    read = read_all(documents, {"acme/old"}, lambda id: {"source": f"GET /{id}"})
    (endpoint,) = read.endpoints
    assert (endpoint.id, endpoint.kind, endpoint.modality) == ("acme/clip", "video", ())
    assert endpoint.facts == {"source": "GET /acme/clip"} and set(endpoint.properties) == {"prompt", "fps"}
    assert read.gone == {"acme/old"} and list(read.unread) == ["acme/odd"]
    assert "describes no input" in read.unread["acme/odd"]


def test_the_vendors_own_words_say_what_a_model_does() -> None:
    documents = {"acme/pic": document(prompt={"type": "string"})}
    (endpoint,) = read_all(documents, (), lambda id: {}, lambda id: ("text-to-video",)).endpoints
    assert (endpoint.kind, endpoint.modality) == ("video", ("text-to-video",))
