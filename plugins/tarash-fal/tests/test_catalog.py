"""The whole catalogue against the schemas that fal publishes; whose facts they are stands at their head."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from tarash_fal import provider
from tarash_fal.models import CATALOG

from tarash_core.catalog.building import held_of
from tarash_core.catalog.lookup import find_model
from tarash_core.cli.group import tarash
from tarash_core.errors import UnsupportedParameterError
from tarash_core.fields.planning import make_plan
from tarash_core.models.request import request_of

HELD = held_of(provider)
IMAGE = "https://files.example/a.png"


def test_how_much_is_held_against_them() -> None:
    report = HELD.report()
    assert report.models == report.ways == 978


def test_the_catalogue_is_what_its_sources_make() -> None:
    result = CliRunner().invoke(tarash, ["catalog", "build", "fal", "--check"])
    assert (result.exit_code, "up to date" in result.output) == (0, True), result.output


@pytest.mark.parametrize("id", HELD.ids)
def test_what_a_plan_accepts_keeps_the_published_schema(id: str) -> None:
    HELD.check(id)


def test_what_left_the_list_is_a_notice_and_no_refusal() -> None:
    left = [model for model, spec in CATALOG.items() if spec.lifecycle and spec.lifecycle.delisted]
    assert len(left) == 89
    life = CATALOG["fal-ai/veo2"].lifecycle
    assert life is not None and str(life.delisted) == "2026-08-02"
    assert life.source and life.checked and life.replacement == "fal-ai/veo3.1"
    request = request_of("video", {"prompt": "A fox"})
    plan = make_plan(provider="fal", model="fal-ai/veo2", spec=CATALOG["fal-ai/veo2"], request=request, policy="error")
    assert ["left the vendor's list" in notice.message for notice in plan.notices if notice.code == "lifecycle"] == [
        True
    ]


def test_whose_facts_the_schemas_are_is_said() -> None:
    about = HELD.published.about
    assert about["whose"] and about["generated"]
    assert about["unsure"] == ["minimax/h3-max-turbo/image-to-video", "minimax/h3-max/text-to-video"]
    assert all("unsure" in str(HELD.endpoints[id].facts["source"]) for id in about["unsure"])


@pytest.mark.parametrize("model", ["fal-ai/veo3.1/unknown", "fal-ai/veo30", "fal-ai/veo3.1:5c7d"])
def test_a_model_that_nobody_lists_borrows_from_no_other(model: str) -> None:
    found = find_model("fal", CATALOG, model)
    assert found.spec is CATALOG.generic
    assert [notice.code for notice in found.notices] == ["unknown_model"]


@pytest.mark.parametrize("policy", ["error", "warn", "nearest"])
@pytest.mark.parametrize("model", ["fal-ai/veo3.1", "fal-ai/flux/dev", "fal-ai/kling-video/v3/pro/text-to-video"])
def test_an_edit_never_becomes_a_picture_of_text_alone(model: str, policy: str) -> None:
    spec = CATALOG[model]
    request = request_of(spec.variants[0].kind, {"prompt": "Make it night", "image_list": [IMAGE]})
    with pytest.raises(UnsupportedParameterError, match="images cannot be given to"):
        make_plan(provider="fal", model=model, spec=spec, request=request, policy=policy)  # type: ignore[arg-type]
