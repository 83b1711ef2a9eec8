"""``tarash catalog``; what asks a vendor is carried out by its simulator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tarash_fal.simulator import FalSimulator

from tarash_core.catalog import Catalog, set_today
from tarash_core.catalog.building import Endpoint, held_of, read_schemas, write_schemas
from tarash_core.engine import opening
from tarash_core.engine.opening import Connections
from tarash_core.plugins import Provider, register_provider
from tarash_core.plugins.loader import load_provider, unregister_provider

EIGHT = ["fal", "kling", "luma", "replicate", "runway", "sora", "stability", "veo"]
PROMPT = {"type": "string"}


def endpoint(id: str, required: tuple[str, ...] = ("prompt",), **facts: Any) -> Endpoint:
    schema = {
        "type": "object",
        "properties": {"prompt": PROMPT, "level": {"type": "integer"}},
        "required": list(required),
    }
    return Endpoint(
        id=id, kind="video", modality=("text-to-video",), schema=schema, facts={"checked": "2026-11-22", **facts}
    )


@pytest.fixture
def schemas(tmp_path: Path) -> Path:
    path = tmp_path / "schemas.json"
    known = (endpoint("fal-ai/veo3.1", source="ours", listed="2025-10-17"), endpoint("fal-ai/never-was", source="ours"))
    write_schemas(path, {"whose": "ours"}, known)
    return path


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[FalSimulator]:
    """fal, as it is on the first of December."""
    simulator, make = FalSimulator(render=False), Connections.make

    def simulated(self: Connections, is_async: bool) -> Any:
        return make(Connections(is_async, self.clock, None, simulator), is_async)

    monkeypatch.setattr(opening.Connections, "make", simulated)
    set_today("2026-12-01")
    yield simulator
    set_today(None)


def test_a_catalogue_is_built_from_a_schema_file(run: Any, schemas: Path, tmp_path: Path) -> None:
    out = tmp_path / "catalog.json"
    assert run("catalog", "build", "fal", "--schemas", str(schemas), "--out", str(out), "--check").exit_code == 1
    result = run("catalog", "build", "fal", "--schemas", str(schemas), "--out", str(out))
    assert (result.exit_code, "2 models" in result.stdout) == (0, True)
    assert list(json.loads(out.read_text())["models"]) == ["fal-ai/never-was", "fal-ai/veo3.1"]
    assert run("catalog", "build", "fal", "--schemas", str(schemas), "--out", str(out), "--check").exit_code == 0


def test_the_difference_to_what_is_carried_is_told(run: Any, schemas: Path) -> None:
    result = run("catalog", "diff", "fal", "--schemas", str(schemas))
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert "+ fal-ai/never-was" in lines and "- fal-ai/flux/dev" in lines
    assert '~ fal-ai/veo3.1 level: nothing -> {"type":"int"}' in lines
    assert lines[-1] == "1 added, 977 removed, 1 changed."


@pytest.mark.parametrize("provider", ["fal", "replicate"])
def test_the_carried_catalogues_are_clean_and_up_to_date(run: Any, provider: str) -> None:
    audit = run("catalog", "audit", provider)
    assert (audit.exit_code, "0 / 0 / 0 / 0;" in audit.stdout) == (0, True)
    diff = run("catalog", "diff", provider)
    assert (diff.exit_code, diff.stdout) == (0, "0 added, 0 removed, 0 changed.\n")


def test_all_eight_catalogues_hold_against_what_is_published(run: Any) -> None:
    result = run("catalog", "audit", *EIGHT)
    lines = [line for line in result.stdout.splitlines() if not line.endswith("0 / 0 / 0 / 0")]
    assert result.exit_code == 0
    assert [line.partition(":")[0] for line in lines] == EIGHT
    assert all(", 0 / 0 / 0 / 0; " in line for line in lines)
    assert "kling: 24 models in 47 ways, " in result.stdout


def test_without_a_name_all_that_are_installed_are_compared(run: Any) -> None:
    found = json.loads(run("catalog", "audit", "--json").stdout)
    assert set(EIGHT) <= set(found)
    kling = found["kling"]
    assert (kling["models"], kling["ways"], kling["findings"]) == (24, 47, [])
    assert kling["counts"] == {"input": 0, "required": 0, "name": 0, "value": 0}


def test_a_provider_that_cannot_be_compared_is_told_of(run: Any) -> None:
    register_provider("shelf", type("Shelf", (Provider,), {"name": "shelf", "catalog": Catalog()})())
    try:
        alone, all = run("catalog", "audit", "shelf"), run("catalog", "audit", "--json")
    finally:
        unregister_provider("shelf")
    assert alone.exit_code == 2 and "cannot be compared with published schemas" in alone.stderr
    assert "Note: The catalogue of shelf cannot be compared" in all.stderr
    assert (all.exit_code, "shelf" in json.loads(all.stdout)) == (0, False)


def test_an_audit_of_what_is_written_by_hand_can_fail(run: Any, tmp_path: Path) -> None:
    known = held_of(load_provider("runway"))
    gen = known.endpoints["gen4.5/text_to_video"]
    wrong = {**gen.properties, "duration": {"enum": [5]}, "model": {"enum": ["gen4.6"]}, "mood": {"type": "string"}}
    wrong.pop("seed")
    schema = {**gen.schema, "properties": wrong, "required": [*gen.required, "mood"]}
    path = tmp_path / "schemas.json"
    write_schemas(path, {}, [evolve(gen, schema=schema)])
    result = run("catalog", "audit", "runway", "--schemas", str(path))
    assert result.exit_code == 1
    for line in (
        "required: gen4.5/text_to_video (text-to-video) mood: it is required, and nothing fills it",
        "name: gen4.5/text_to_video (text-to-video) seed: the schema has no 'seed'",
        "value: gen4.5/text_to_video (text-to-video) duration: 2: 2 is not one of [5]",
        "value: gen4.5/text_to_video (text-to-video) model: \"gen4.5\": 'gen4.5' is not one of ['gen4.6']",
        "gen4.5 (image-to-video) is without a published schema",
    ):
        assert line in result.stdout
    found = json.loads(run("catalog", "audit", "runway", "--schemas", str(path), "--json").stdout)["runway"]
    assert found["counts"]["required"] == 1 and found["findings"][0]["model"] == "gen4.5/text_to_video"


def test_a_schema_file_is_that_of_one_provider(run: Any, schemas: Path) -> None:
    result = run("catalog", "audit", "fal", "kling", "--schemas", str(schemas))
    assert result.exit_code == 2 and "name that one" in result.stderr


@pytest.mark.parametrize("command", ["build", "diff", "fetch"])
def test_what_is_written_by_hand_is_not_built(run: Any, command: str) -> None:
    result = run("catalog", command, "kling")
    assert result.exit_code == 2
    assert "written by hand in tarash_kling.models" in result.stderr
    assert "tarash catalog audit kling" in result.stderr


def test_an_audit_that_finds_something_leaves_with_one(run: Any, schemas: Path) -> None:
    write_schemas(schemas, {}, [endpoint("fal-ai/veo3.1", required=("prompt", "level"))])
    result = run("catalog", "audit", "fal", "--schemas", str(schemas))
    assert result.exit_code == 1
    assert "required: fal-ai/veo3.1 (text-to-video) level: it is required, and nothing fills it" in result.stdout
    assert "name: fal-ai/veo3.1 (text-to-video) duration: the schema has no 'duration'" in result.stdout
    assert "fal-ai/flux/dev is without a published schema" in result.stdout


def test_fetching_brings_a_schema_file_up_to_date(
    run: Any, schemas: Path, vendor: FalSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "kid:ksec")
    result = run("catalog", "fetch", "fal", "--schemas", str(schemas))
    assert result.exit_code == 0, result.output
    found = read_schemas(schemas)
    veo, gone = found.endpoints["fal-ai/veo3.1"], found.endpoints["fal-ai/never-was"]
    assert veo.properties["duration"]["enum"] == ["4s", "6s", "8s"]
    assert (veo.facts["listed"], veo.facts["checked"]) == ("2025-10-17", "2026-12-01")
    assert veo.facts["price"] == {"usd_per_second": "0.1", "source": "GET https://api.fal.ai/v1/models/pricing"}
    assert found.endpoints["fal-ai/flux-2/edit"].facts["listed"] == "2026-12-01"
    assert (gone.facts["delisted"], gone.properties["prompt"]) == ("2026-12-01", PROMPT)
    assert found.about["fetched"] == "2026-12-01" and found.about["unread"]
    assert {request.method for request in vendor.log} == {"GET"}


def test_without_a_key_there_are_no_prices(run: Any, schemas: Path, vendor: FalSimulator) -> None:
    assert run("catalog", "fetch", "fal", "--schemas", str(schemas)).exit_code == 0
    assert "price" not in read_schemas(schemas).endpoints["fal-ai/veo3.1"].facts


def test_the_difference_to_what_the_vendor_publishes_now(run: Any, schemas: Path, vendor: FalSimulator) -> None:
    before = schemas.read_text()
    result = run("catalog", "diff", "fal", "--schemas", str(schemas), "--live")
    assert result.exit_code == 1 and schemas.read_text() == before
    assert any(line.startswith("~ fal-ai/veo3.1 prompt:") for line in result.stdout.splitlines())


def test_a_provider_without_a_source_is_told(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tarash_core.catalog.building import source

    monkeypatch.setattr(source, "import_module", lambda name: object())
    result = run("catalog", "build", "fal")
    assert result.exit_code == 2 and "tarash_fal has no catalog_source.SOURCE" in result.stderr


def test_a_missing_schema_file_is_told(run: Any, tmp_path: Path) -> None:
    result = run("catalog", "build", "fal", "--schemas", str(tmp_path / "none.json"))
    assert result.exit_code == 2 and "tarash catalog fetch" in result.stderr
