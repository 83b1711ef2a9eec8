from collections.abc import Callable
from types import ModuleType

import pytest
from tarash_replicate.simulator import ReplicateSimulator

from tarash_core import ValidationError, generate_video, plan_video
from tarash_core.cli.group import tarash
from tarash_core.testing import Simulators

FOX = "replicate/acme/fox"


@pytest.fixture
def more_models(install: Callable[[str], ModuleType]) -> ModuleType:
    return install("more-models")


def test_the_model_is_planned_by_its_own_fields(more_models: ModuleType) -> None:
    plan = plan_video(FOX, prompt="A fox", duration_seconds=8, resolution="1080p")
    assert plan.payload == {"prompt": "A fox", "seconds": 8, "resolution": "1080p"}
    assert plan.estimated_cost is not None and str(plan.estimated_cost.usd) == "0.40"
    assert plan_video(FOX, prompt="A fox", first_frame="https://pictures.example/a.png").variant == "image-to-video"


def test_a_version_of_it_is_the_same_model(more_models: ModuleType) -> None:
    assert plan_video(f"{FOX}:{'0' * 64}", prompt="A fox", duration_seconds=12).payload["seconds"] == 12


@pytest.mark.parametrize("wrong", [{"duration_seconds": 5}, {"duration_seconds": 12, "resolution": "1080p"}])
def test_what_it_lacks_is_refused(more_models: ModuleType, wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        plan_video(FOX, prompt="A fox", **wrong)  # type: ignore[call-overload]


def test_the_provider_makes_the_clip(more_models: ModuleType, tarash_simulators: Simulators) -> None:
    vendor = tarash_simulators["replicate"]
    assert isinstance(vendor, ReplicateSimulator)
    vendor.new.add("acme/fox")
    response = generate_video(FOX, prompt="A fox", duration_seconds=8)
    assert response.video.read()[4:8] == b"ftyp"
    assert vendor.bought == [response.request_id]
    assert vendor.jobs[response.request_id].body["input"] == {"prompt": "A fox", "seconds": 8}


def test_it_is_listed_like_any_other(more_models: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    tarash.main(["models", "--provider", "replicate", "--duration", "12", "--json"], standalone_mode=False)
    assert '"acme/fox"' in capsys.readouterr().out


def test_without_the_package_it_is_nobodys(tarash_simulators: Simulators) -> None:
    assert any("no catalogue" in n.message or "not list" in n.message for n in plan_video(FOX, prompt="A fox").notices)
