"""The whole catalogue against the inputs that Replicate publishes; whose facts they are stands at their head."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from tarash_replicate import provider
from tarash_replicate.models import CATALOG
from tarash_replicate.simulator_schemas import published

from tarash_core.catalog.building import held_of
from tarash_core.cli.group import tarash

HELD = held_of(provider)


def test_how_much_is_held_against_them() -> None:
    report = HELD.report()
    assert report.models == report.ways == 75


def test_the_catalogue_is_what_its_sources_make() -> None:
    result = CliRunner().invoke(tarash, ["catalog", "build", "replicate", "--check"])
    assert (result.exit_code, "up to date" in result.output) == (0, True), result.output


@pytest.mark.parametrize("id", HELD.ids)
def test_what_a_plan_accepts_keeps_the_published_schema(id: str) -> None:
    HELD.check(id)


@pytest.mark.parametrize("model", HELD.ids)
def test_every_model_has_its_versions(model: str) -> None:
    spec, versions = CATALOG[model], CATALOG[f"{model}:"]
    assert versions.family and versions.modes == spec.modes
    assert {way.endpoint_for(model) for way in spec.variants} == {f"/v1/models/{model}/predictions"}


@pytest.mark.parametrize("model", published())
def test_the_simulator_knows_inputs_as_they_are_published(model: str) -> None:
    known, endpoint = published()[model], HELD.endpoints[model]
    assert set(known["required"]) == set(endpoint.schema["required"])
    assert known["input"].keys() == endpoint.properties.keys()
    for name, schema in known["input"].items():
        assert {fact: endpoint.properties[name].get(fact) for fact in schema} == schema


def test_whose_facts_the_schemas_are_is_said() -> None:
    about = HELD.published.about
    assert about["whose"] and about["generated"]
    assert len(about["unsure"]) == 21 and set(about["unsure"]) < set(HELD.ids)
