"""A catalogue written by hand beside published ways; each way of being wrong must be found."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from attrs import evolve

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Variant
from tarash_core.catalog.building import Endpoint, Held, PublishedSource, SchemaFile, dead_replacements, held_of
from tarash_core.catalog.building.endpoint import write_schemas
from tarash_core.catalog.building.source import built_source_of, source_of
from tarash_core.errors import PluginError
from tarash_core.fields import (
    constant_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    passthrough_field_mapper,
    rule,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash_core.fields.mapper import FieldMapper
from tarash_core.plugins import Provider

DAY = "2026-11-22"
SOURCE = PublishedSource(package="tarash_acme", left_out={"acme-*/image": ("sync",)}, passes_on=True)
LIFE = Lifecycle(listed="2026-01-01", source="ours", checked=DAY)
FIELDS: dict[str, FieldMapper] = {
    "model": constant_field_mapper("$model"),
    "prompt": passthrough_field_mapper("prompt", required=True, max_length=100),
    "settings.duration": duration_field_mapper("int", [4, 8]),
    "level": extra_params_field_mapper("level", type="int", minimum=1, maximum=3),
}
FRAME: dict[str, FieldMapper] = {"image": single_image_field_mapper(True, "first_frame")}
CLIP: dict[str, FieldMapper] = {"source": video_url_field_mapper(True, forms=("job_id",))}


def endpoint(model: str, name: str, more: dict[str, Any], **facts: Any) -> Endpoint:
    properties = {
        "model": {"enum": [model]},
        "prompt": {"type": "string", "maxLength": 100},
        "settings": {"type": "object", "properties": {"duration": {"enum": [4, 8]}}, "additionalProperties": False},
        "level": {"type": "integer", "minimum": 1, "maximum": 3},
        **more,
    }
    schema = {"type": "object", "properties": properties, "required": ["model", "prompt", *more]}
    facts = {"endpoint": f"/v1/{name}/{model}", "listed": "2026-01-01", **facts}
    return Endpoint(id=f"{model}/{name}", kind="video", schema=schema, facts=facts)


URL = {"type": "string", "format": "uri"}
ENDPOINTS = (
    endpoint("acme-1", "text", {}),
    endpoint("acme-1", "image", {"image": URL}),
    endpoint("acme-1", "edit", {"source": {"type": "string"}}),
    endpoint("acme-0", "text", {}, retired="2026-05-01"),
)


def way(mode: str, name: str, **fields: FieldMapper | None) -> Variant:
    kept = {path: mapper for path, mapper in {**FIELDS, **fields}.items() if mapper is not None}
    names = {path.partition("[")[0] for path in kept}
    return Variant(modes={mode}, endpoint=f"/v1/{name}/{{model}}", fields=kept, parameters=names)


def models(text: Variant | None = None, life: Lifecycle = LIFE, *more: Variant) -> dict[str, ModelSpec]:
    ways = (
        text or way("text-to-video", "text"),
        way("image-to-video", "image", **FRAME),
        way("edit-video", "edit", **CLIP),
        *more,
    )
    dead = Lifecycle(listed="2026-01-01", retired="2026-05-01", replacement="acme-1", source="ours", checked=DAY)
    old = ModelSpec(variants=way("text-to-video", "text"), lifecycle=dead)
    return {"acme-1": ModelSpec(variants=ways, lifecycle=life), "acme-0": old}


def held(known: dict[str, ModelSpec] | None = None, *more: Endpoint, source: PublishedSource = SOURCE) -> Held:
    endpoints = {each.id: each for each in (*ENDPOINTS, *more)}
    return Held("acme", known or models(), source, SchemaFile({}, endpoints))


def test_a_catalogue_that_is_right_is_clean() -> None:
    report = held().report()
    assert report.is_clean and report.wrong() == []
    assert (report.models, report.ways, report.counts) == (2, 4, (0, 0, 0, 0))
    for id in held().ids:
        held().check(id)


def test_each_published_way_is_a_part_with_the_models_name() -> None:
    part = held().parts["acme-1/image"]
    assert [variant.modes for variant in part.variants] == [("image-to-video",)]
    assert part.variants[0].fields["model"].constant == "acme-1"


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("input", {"prompt": passthrough_field_mapper("prompt")}),
        ("required", {"model": None}),
        ("name", {"settings.seconds": duration_field_mapper("int", [4])}),
        ("name", {"negative_prompt": passthrough_field_mapper("negative_prompt")}),
        ("value", {"settings.duration": duration_field_mapper("int", [4, 5])}),
        ("value", {"settings.duration": duration_field_mapper("str", [4, 8])}),
        ("value", {"level": extra_params_field_mapper("level", type="int", minimum=1, maximum=4)}),
        ("value", {"model": constant_field_mapper("acme-2")}),
    ],
)
def test_each_way_of_being_wrong_is_found(code: str, fields: dict[str, Any]) -> None:
    found = held(models(way("text-to-video", "text", **fields)))
    assert {finding.code for finding in found.report().findings} == {code}
    assert all(line.startswith(f"{code}: acme-1/text (text-to-video)") for line in found.report().wrong())


def test_what_one_side_lacks_is_told() -> None:
    more = held(models(None, LIFE, way("extend-video", "extend")), endpoint("acme-2", "text", {}))
    assert (more.report().unlisted, more.report().unknown) == (("acme-2/text",), ("acme-1 (extend-video)",))
    assert "acme-2/text is not in the catalogue" in more.report().wrong()
    apart = evolve(SOURCE, is_apart=lambda model, variant: "extend-video" in variant.modes)
    assert held(models(None, LIFE, way("extend-video", "extend")), source=apart).report().is_clean


def test_a_published_input_that_nothing_gives_is_found() -> None:
    lacking = held(models(way("text-to-video", "text", level=None)))
    assert lacking.ungiven("acme-1/text") == ["level"]
    with pytest.raises(AssertionError, match="nothing gives"):
        lacking.check("acme-1/text")


def test_what_is_left_out_is_no_fault_unless_it_is_given() -> None:
    sync = endpoint("acme-1", "image", {"image": URL, "sync": {"type": "boolean"}})
    assert held(None, sync).ungiven("acme-1/image") == []
    given = evolve(SOURCE, left_out={"*": ("level",)})
    assert held(source=given).ungiven("acme-1/text") == ["level"]


@pytest.mark.parametrize(
    ("life", "said"),
    [
        (Lifecycle(listed="2026-02-02", source="ours", checked=DAY), "listed is 2026-02-02, published is 2026-01-01"),
        (evolve(LIFE, retired="2026-05-01"), "retired is 2026-05-01, published is None"),
        (evolve(LIFE, source=None), "its lifecycle names no source"),
        (evolve(LIFE, checked=None), "its lifecycle names no source or no day"),
    ],
)
def test_a_life_that_is_not_the_published_one_is_found(life: Lifecycle, said: str) -> None:
    (fault,) = held(models(None, life)).wrong_life("acme-1/text")
    assert said in fault


def test_a_model_without_a_life_is_found() -> None:
    known = models()
    known["acme-1"] = evolve(known["acme-1"], lifecycle=None)
    assert held(known).wrong_life("acme-1/text") == ["it has no lifecycle"]
    with pytest.raises(AssertionError, match="no lifecycle"):
        held(known).check("acme-1/text")


def test_what_the_published_schema_refuses_must_not_be_accepted() -> None:
    loose = way("text-to-video", "text", level=extra_params_field_mapper("level"))
    with pytest.raises(AssertionError, match=r"acme-1/text takes no"):
        held(models(loose)).check("acme-1/text", examples=60)


def test_a_way_that_accepts_nothing_is_found() -> None:
    never = rule("nothing will do", lambda effective: False, "prompt")
    nobody = evolve(way("text-to-video", "text"), rules=(never,))
    with pytest.raises(AssertionError, match="none of 10 requests was accepted"):
        held(models(nobody)).check("acme-1/text", examples=1)


def test_dead_replacements_are_found() -> None:
    known = models()
    assert dead_replacements(known) == []
    known["acme-1"] = evolve(known["acme-1"], lifecycle=evolve(LIFE, retires=DAY, replacement="acme-9"))
    assert dead_replacements(known) == ["acme-1", "acme-9"]


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider whose package has the source and the schemas."""
    (tmp_path / "tarash_acme").mkdir()
    (tmp_path / "tarash_acme" / "__init__.py").touch()
    write_schemas(tmp_path / "tarash_acme" / "catalog.json", {}, ENDPOINTS)
    monkeypatch.syspath_prepend(tmp_path)
    module = ModuleType("tarash_acme.catalog_source")
    module.__dict__["SOURCE"] = SOURCE
    monkeypatch.setitem(sys.modules, "tarash_acme.catalog_source", module)
    acme = type("Acme", (Provider,), {"name": "acme", "catalog": Catalog(models()), "__module__": "tarash_acme.x"})
    yield acme()
    sys.modules.pop("tarash_acme", None)


def test_a_plugins_own_schemas_are_read(plugin: Provider, tmp_path: Path) -> None:
    assert held_of(plugin).ids == ("acme-0/text", "acme-1/edit", "acme-1/image", "acme-1/text")
    other = tmp_path / "other.json"
    write_schemas(other, {}, ENDPOINTS[:1])
    assert held_of(plugin, other).ids == ("acme-1/text",)


def test_a_catalogue_written_by_hand_is_not_built(plugin: Provider) -> None:
    assert source_of(plugin) is SOURCE
    with pytest.raises(PluginError, match=r"written by hand in tarash_acme\.models.*tarash catalog audit acme"):
        built_source_of(plugin)
