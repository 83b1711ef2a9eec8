"""What programs against the original's API do on this engine."""

from pathlib import Path
from typing import Any

import pytest

from tarash_core.testing import Simulator, faults

PROGRAMS = sorted(path.stem for path in (Path(__file__).parent / "programs").glob("*.py"))


def body_of(simulator: Simulator) -> Any:
    return simulator.jobs[simulator.bought[-1]].body


def test_the_quickstart_makes_a_clip_whose_address_is_text(run: Any, fal: Simulator) -> None:
    ran = run("quickstart")
    assert ran.printed.startswith("completed video/mp4\nhttp")
    assert isinstance(ran.response.video, str)
    assert body_of(fal)["duration"] == "4s"


def test_pictures_are_a_list_of_addresses_and_an_edit_keeps_its_picture(run: Any, fal: Simulator) -> None:
    ran = run("image")
    assert [len(ran.drawn.images), ran.drawn.content_type] == [2, "image/jpeg"]
    assert body_of(fal)["image_url"] == ran.PICTURE


def test_a_chain_goes_on_after_an_outage_and_tells_both_attempts(
    run: Any, fal: Simulator, replicate: Simulator
) -> None:
    fal.script(faults.server_error(on="submit", times=4))
    bought = len(fal.bought), len(replicate.bought)
    ran = run("fallback")
    assert ran.printed.splitlines() == ["2 2 True 2", "1 fal failed HTTPError", "2 replicate success None"]
    assert fal.unused_faults == []
    assert (len(fal.bought), len(replicate.bought)) == (bought[0], bought[1] + 1)


def test_the_mock_answers_as_scripted_without_network(run: Any, fal: Simulator) -> None:
    bought = list(fal.bought)
    ran = run("mock")
    assert ran.printed.splitlines() == [
        "True made-up True True",
        "[('queued', None), ('processing', 30), ('processing', 70), ('completed', 100)]",
        "HTTPError 503 True",
    ]
    assert fal.bought == bought


def test_a_handler_with_eight_methods_serves_alone_in_a_chain_and_on_a_loop(run: Any) -> None:
    ran = run("custom_provider")
    assert ran.printed.splitlines() == [
        "acme-1 https://acme.example/fox.mp4 720p",
        "['failed', 'success'] acme-3",
        "acme-4 ['https://acme.example/fox.png']",
    ]
    body = {"text": "A red fox in fresh snow", "seconds": "8s", "start": "https://pictures.example/fox.png"}
    assert ran.handler.sent[0] == ("acme-1", "acme-secret", {**body, "camera": "slow"})
    assert [update.progress_percent for update in ran.seen][:1] == [50]
    assert ran.seen_async[:1] == [{"step": 1}]
    assert ran.response.execution_metadata.successful_attempt == 1


def test_mappers_of_ones_own_write_the_body(run: Any, replicate: Simulator) -> None:
    ran = run("field_mapping")
    body = body_of(replicate)["input"]
    pictures = body.pop("pictures")
    assert body == {"prompt": "A RED FOX", "length": 4, "look": "ink", "seed": 7}
    assert [pictures[0], pictures[1][:22]] == ["https://pictures.example/fox.png", "data:image/png;base64,"]
    assert ran.printed == "True True\n"


def test_progress_comes_in_the_originals_shape(run: Any) -> None:
    ran = run("progress")
    assert {type(update) for update in ran.seen} == {ran.VideoGenerationUpdate}
    assert ran.seen[0].status == "queued"
    assert [ran.seen[-1].status, ran.seen[-1].error] == ["completed", None]
    assert ran.images[-1].status == "completed"


def test_async_programs_run_and_their_callback_is_awaited(run: Any) -> None:
    ran = run("asynchronous")
    assert ran.clip.video.startswith("http")
    assert ran.statuses[-1] == "completed"


def test_values_have_pydantics_methods_and_never_tell_the_key(run: Any) -> None:
    ran = run("values")
    assert ran.dumped == {
        "prompt": "A fox",
        "duration_seconds": 8,
        "image_list": [],
        "number_of_videos": 1,
        "extra_params": {"cfg_scale": 0.5, "shift": 3},
    }
    assert [ran.longer.duration_seconds, ran.longer.extra_params] == [4, {"cfg_scale": 0.5, "shift": 3}]
    assert [ran.again == ran.request, ran.copied.model, ran.stored["timeout"]] == [True, "fal-ai/veo3.1", 300]
    assert "fal-secret" not in repr([ran.config, ran.copied, ran.stored])
    assert "aspect_ratio" in ran.names["names"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_warning_is_a_deprecation_that_points_into_the_program(name: str, run: Any) -> None:
    ran = run(name)
    assert {warning.category for warning in ran.warned} <= {DeprecationWarning}
    assert {
        (Path(warning.filename).stem, str(warning.message))
        for warning in ran.warned
        if Path(warning.filename).stem != name
    } == set()
