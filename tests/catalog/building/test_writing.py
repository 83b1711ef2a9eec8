from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tarash_core.catalog.building import Endpoint, Overrides, decode, read_overrides, read_schemas, write_schemas
from tarash_core.catalog.building.decoding import StoredCatalog, stored_catalog
from tarash_core.catalog.building.diffing import difference, stored_entries
from tarash_core.catalog.building.overrides import KEYS
from tarash_core.catalog.building.writing import catalog_text, entries_of
from tarash_core.errors import PluginError, ValidationError

SWITCH = {"type": "boolean", "default": True}
LORAS = {"type": "array", "items": {"type": "object", "properties": {"path": {"type": "string"}}}}


def endpoint(id: str, **more: Any) -> Endpoint:
    properties = {"prompt": {"type": "string"}, "safe": SWITCH, "loras": LORAS, **more}
    facts = {"listed": "2026-01-01", "source": "a list", "checked": "2026-11-22"}
    schema = {"type": "object", "properties": properties, "required": ["prompt"]}
    return Endpoint(id=id, kind="video", modality=("text-to-video",), schema=schema, facts=facts)


ENDPOINTS = (endpoint("acme/wolf"), endpoint("acme/fox", seed={"type": "integer"}))


def text_of(*endpoints: Endpoint, **told: Any) -> str:
    return catalog_text(entries_of(endpoints, Overrides([{"models": ["*"], **told}])), "Made up.")


def test_the_same_schemas_always_give_the_same_text() -> None:
    assert text_of(*ENDPOINTS) == text_of(*reversed(ENDPOINTS))
    assert [line.split(":")[0] for line in text_of(*ENDPOINTS).splitlines() if line.startswith('"acme')] == [
        '"acme/fox"', '"acme/wolf"',
    ]  # fmt: skip


def test_what_models_share_is_written_once_and_read_back_whole() -> None:
    entries, text = entries_of(ENDPOINTS, Overrides()), text_of(*ENDPOINTS)
    assert text.count('"path"') == 1
    assert stored_entries(text) == entries
    stored = StoredCatalog(text)
    read, made = (decode("acme/fox", one) for one in (stored.whole(stored.models["acme/fox"]), entries["acme/fox"]))
    assert (read.variants[0].fields, read.lifecycle) == (made.variants[0].fields, made.lifecycle)


def test_a_text_that_begins_with_a_dollar_stays_what_it_is() -> None:
    told = {"fields": {"model": {"constant": "$model"}, "price": {"constant": "$1"}}}
    text = text_of(*ENDPOINTS, split=True, ways={"text-to-video": told})
    entries = stored_entries(text)
    assert entries["acme/fox"] == entries_of(ENDPOINTS, Overrides())["acme/fox"]


def test_a_catalogue_is_read_when_a_model_is_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "acme_models"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    found = stored_catalog(
        "acme_models", more=lambda models: {f"{id}:": {**models[id], "family": True} for id in models}
    )
    (package / "catalog.json").write_text(text_of(*ENDPOINTS))
    spec = found["acme/fox"]
    assert spec.lifecycle is not None and spec.lifecycle.source == "a list"
    assert spec.variants[0].parameters == {"prompt", "safe", "loras", "seed"}
    assert found.family_of("acme/fox:1234") == "acme/fox:" and found["acme/fox:"].family
    assert found["acme/fox"] is spec


@pytest.mark.parametrize(
    "entry",
    [{}, {"modes": ["fly"], "fields": {}}, {"modes": ["text-to-video"], "fields": {"a": {"source": "no such field"}}}],
)
def test_an_entry_that_cannot_be_read_is_named(entry: dict[str, Any]) -> None:
    with pytest.raises(PluginError, match="acme/fox cannot be read"):
        decode("acme/fox", entry)


def test_rules_prices_and_lives_are_data() -> None:
    entry = {
        "modes": ["text-to-video"],
        "fields": {"prompt": {"source": "prompt"}, "duration": {"source": "duration_seconds", "type": "int"}},
        "rules": [["requires", "resolution", "4k", {"duration_seconds": 8}], ["excludes", "video", "audio"]],
        "price": {"usd_per_second": [[["4k"], "0.4"]], "by": ["resolution"]},
        "lifecycle": {"retires": "2027-01-01", "replacement": "acme/wolf"},
        "title": "Fox",
    }
    spec = decode("acme/fox", entry)
    assert [str(rule) for rule in spec.variants[0].rules][:2] == [
        "resolution='4k' requires duration_seconds=8", "video cannot be combined with audio",
    ]  # fmt: skip
    cost = spec.price.estimate({"resolution": "4k", "duration_seconds": 8}) if spec.price else None
    assert cost is not None and str(cost.amount) == "3.2"
    assert spec.lifecycle is not None and spec.lifecycle.replacement == "acme/wolf"


def test_a_schema_file_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "acme.json"
    write_schemas(path, {"whose": "nobody's"}, ENDPOINTS)
    found = read_schemas(path)
    assert found.about == {"whose": "nobody's"}
    assert found.endpoints == {one.id: one for one in ENDPOINTS}
    assert found.endpoints["acme/fox"].schema == ENDPOINTS[1].schema
    assert len(path.read_text().splitlines()) == 7


@pytest.mark.parametrize("text", [None, "[", "{}", '{"about":{},"models":{"a":1}}'])
def test_a_file_without_schemas_is_refused(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "acme.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ValidationError, match="tarash catalog fetch"):
        read_schemas(path)


def test_a_later_table_goes_over_an_earlier_one() -> None:
    overrides = Overrides(
        [
            {"models": ["acme/*"], "except": ["acme/cat"], "fixed": {"resolution": "720p", "generate_audio": False}},
            {"models": ["acme/fox"], "fixed": {"resolution": "1080p"}},
        ]
    )
    assert overrides.of("acme/fox") == {"fixed": {"resolution": "1080p", "generate_audio": False}}
    assert overrides.of("acme/wolf") == {"fixed": {"resolution": "720p", "generate_audio": False}}
    assert overrides.of("acme/cat") == {} == overrides.of("other/fox")


@pytest.mark.parametrize(
    ("table", "said"), [('fixd = 1\nmodels = ["*"]', "unknown key 'fixd'"), ("", "names no models")]
)
def test_a_table_that_means_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, said: str
) -> None:
    package = tmp_path / f"acme_tables_{len(table)}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "overrides.toml").write_text(f"[[for]]\n{table}\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(PluginError, match=said):
        read_overrides(package.name)
    assert "models" in KEYS


def test_what_changed_is_told_by_model_and_path() -> None:
    before = entries_of(ENDPOINTS, Overrides())
    after = entries_of((endpoint("acme/fox", seed={"type": "string"}), endpoint("acme/cat")), Overrides())
    found = difference(before, after)
    assert (found.added, found.removed) == (("acme/cat",), ("acme/wolf",))
    assert [str(change) for change in found.changes] == [
        'acme/fox seed: {"source":"seed","type":"int"} -> {"type":"str"}'
    ]
    assert not difference(before, before)
    assert json.loads(json.dumps(before)) == before
