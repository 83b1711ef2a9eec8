import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tarash_core import DeliveryError, Gateway
from tarash_core.catalog import Lifecycle, ModelSpec, Variant
from tarash_core.catalog.registry import registry
from tarash_core.cli.simulators import simulator_of
from tarash_core.engine.measure import measure
from tarash_core.fields import passthrough_field_mapper
from tarash_core.ledger import default_path
from tarash_core.plugins import hookimpl, register_extension, unregister_extension
from tarash_core.testing import background, faults

FAL, REPLICATE = "fal/fal-ai/veo3.1", "replicate/google/veo-3.1"
OUT = ("-o", "fox.mp4")
QUICK = ("--poll-interval", "0")


@pytest.fixture
def replicate(monkeypatch):
    """A vendor that is no simulator to the command: reached by its variable, with a key."""
    simulator = simulator_of("replicate")
    with background(simulator) as url:
        monkeypatch.setenv("TARASH_REPLICATE_BASE_URL", url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_test")
        yield simulator


@pytest.fixture
def retired():
    """A model of fal that was switched off."""
    spec = ModelSpec(
        variants=Variant(modes="text-to-video", fields={"prompt": passthrough_field_mapper("prompt")}),
        lifecycle=Lifecycle(retired="2020-01-01", replacement="fal-ai/veo3.1"),
    )

    registry.add_models("fal", {"fal-ai/old": spec})
    yield "fal/fal-ai/old"
    registry.clear()


def test_a_mocked_clip_is_what_was_asked(run):
    result = run("generate", "A fox", "-m", FAL, "--mock", "--duration", "6", "--resolution", "1080p", *OUT)
    assert result.exit_code == 0, result.stderr
    found = measure("fox.mp4")
    assert (found.duration_seconds, found.width, found.height) == (pytest.approx(6, abs=0.2), 1920, 1080)
    assert result.stdout.startswith("Saved fox.mp4 (6.0 s, 1920x1080, video/mp4")
    assert "fal/fal-ai/veo3.1: completed" in result.stderr


def test_a_simulated_clip_comes_over_http_without_a_key(run):
    result = run("generate", "A fox", "-m", FAL, "--simulate", "--duration", "4", *QUICK, *OUT)
    assert result.exit_code == 0, result.stderr
    assert measure("fox.mp4").duration_seconds == pytest.approx(4, abs=0.2)
    assert "fal/fal-ai/veo3.1: queued, position 0" in result.stderr


def test_a_simulator_never_sees_the_real_key(run, monkeypatch):
    seen = []
    monkeypatch.setenv("FAL_KEY", "real-id:real-secret")

    class Watcher:
        @hookimpl
        def tarash_submitting(self, attempt):
            seen.append(attempt)

    simulator = simulator_of("fal")
    monkeypatch.setattr("tarash_core.cli.simulators.simulator_of", lambda name: simulator)
    register_extension(watcher := Watcher())
    try:
        assert run("generate", "A fox", "-m", FAL, "--simulate", *QUICK, *OUT).exit_code == 0
    finally:
        unregister_extension(watcher)
    assert len(seen) == 1 and simulator.bought
    assert not any("real" in value for request in simulator.log for value in request.headers.values())


def test_a_retired_model_is_refused_by_simulate_too(run, retired):
    result = run("generate", "A fox", "-m", retired, "--simulate", *OUT)
    assert result.exit_code == 2
    assert "was retired on 2020-01-01; use fal-ai/veo3.1" in result.stderr


def test_a_retired_model_on_another_host_is_a_note(run, retired, replicate):
    with background(simulator_of("fal", models=["fal-ai/old"])) as url:
        result = run("generate", "A fox", "-m", retired, "--base-url", url, "--api-key", "a:b", *QUICK, *OUT)
    assert result.exit_code == 0, result.stderr
    assert "Note: fal/fal-ai/old was retired on 2020-01-01" in result.stderr


def test_the_second_model_is_asked_when_the_first_fails(run, replicate, monkeypatch):
    monkeypatch.setenv("FAL_KEY", "a:b")
    with background(down := simulator_of("fal")) as url:
        down.script(faults.failed("generation_timeout"))
        monkeypatch.setenv("TARASH_FAL_BASE_URL", url)
        result = run("generate", "A fox", "-m", FAL, "-m", REPLICATE, "--json", *QUICK, *OUT)
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert [(a["provider"], a["status"]) for a in told["attempts"]] == [("fal", "failed"), ("replicate", "success")]
    assert (told["provider"], told["files"][0]["path"]) == ("replicate", "fox.mp4")
    assert told["files"][0]["size_bytes"] == Path("fox.mp4").stat().st_size


def test_quiet_prints_nothing(run):
    result = run("generate", "A fox", "-m", FAL, "--mock", "-q", *OUT)
    assert (result.exit_code, result.output) == (0, "")
    assert Path("fox.mp4").is_file()


def test_a_file_of_the_user_is_sent(run, replicate):
    from tarash_core.testing import render_image

    Path("fox.png").write_bytes(render_image(64, 64))
    result = run("generate", "It turns", "-m", REPLICATE, "--first-frame", "fox.png", *QUICK, *OUT)
    assert result.exit_code == 0, result.stderr
    (job,) = replicate.jobs.values()
    assert job.body["input"]["image"].startswith("data:image/png;base64,")


def test_own_parameters_are_sent(run, replicate):
    result = run("generate", "A fox", "-m", "replicate/some/one:" + "a" * 64, "--param", "steps=4", *QUICK, *OUT)
    assert result.exit_code == 0, result.stderr
    (job,) = replicate.jobs.values()
    assert job.body["input"]["steps"] == 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["-m", "fall/x"], 2, "There is no provider 'fall'; did you mean 'fal'?"),
        (["-m", "nimbus/cloud-1"], 2, "pip install tarash-nimbus"),
        (["-m", "veo3.1"], 2, "A target must read 'provider/model'"),
        (["-m", FAL], 3, "No key for fal: set FAL_KEY"),
        (["-m", FAL, "--mock", "--duration", "7"], 2, "duration_seconds"),
        (["-m", FAL, "--mock", "--duration", "-1"], 2, "duration_seconds must be"),
        (["-m", FAL, "--mock", "--aspect-ratio", "wide open"], 2, "aspect_ratio must be"),
        (["-m", FAL, "--mock", "--mode", "texttovideo"], 2, "mode must be one of"),
        (["-m", FAL, "--mock", "--first-frame", "nope.png"], 2, "there is no file 'nope.png'"),
        (["-m", FAL, "--mock", "--duraton", "4"], 2, "--duration"),
        (["-m", FAL, "--mock", "--seed", "x"], 2, "'x' is not a valid integer"),
        (["-m", FAL, "--mock", "--simulate"], 2, "exclude each other"),
        (["-m", FAL, "--mock", "--param", "x"], 2, "KEY=VALUE"),
        (["-m", FAL, "--base-url", "nonsense"], 2, "base_url must be"),
        (["-m", FAL, "--resume", "job.json"], 2, "leave out the prompt"),
        ([], 2, "Name a model with --model"),
        (["-m", FAL, "--profile", "cheap"], 2, "--profile names the models"),
        (["--profile", "cheap"], 2, "There is no profile 'cheap'"),
        (["-m", FAL, "--mock", "--attach"], 2, "--attach looks for what was bought"),
        (["-m", REPLICATE, "--simulate", "--max-cost", "1"], 2, "--allow-unknown-cost"),
    ],
)
def test_bad_input_is_one_clear_error(run, words, code, said):
    result = run("generate", "A fox", *words, *OUT)
    assert result.exit_code == code, result.stderr
    assert said in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.output
    assert not Path("fox.mp4").exists()


def test_the_folder_of_the_result_is_checked_before_anything_is_bought(run, replicate):
    result = run("generate", "A fox", "-m", REPLICATE, "-o", "nowhere/fox.mp4")
    assert result.exit_code == 2
    assert "there is no folder 'nowhere'" in result.stderr
    assert not replicate.log


def test_a_wrong_key_is_exit_code_three_and_an_outage_four(run, replicate, monkeypatch):
    replicate.script(faults.server_error(503, on="submit", times=None))
    assert run("generate", "A fox", "-m", REPLICATE, *OUT).exit_code == 4
    with background(simulator_of("fal")) as url:
        refused = run("generate", "A fox", "-m", FAL, "--base-url", url, *OUT)
    assert refused.exit_code == 3
    assert "check the key" in refused.stderr


def test_an_outage_that_may_have_bought_is_exit_code_five(run, replicate):
    replicate.script(faults.server_error(500, on="submit"))
    assert run("generate", "A fox", "-m", REPLICATE, *OUT).exit_code == 5


def test_a_failed_job_is_exit_code_one_and_has_no_receipt(run, replicate):
    replicate.script(faults.failed("It broke."))
    result = run("generate", "A fox", "-m", REPLICATE, "--json", *QUICK, *OUT)
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["error"]["type"] == "GenerationFailedError"
    assert told["job"]["provider"] == "replicate"
    assert not Path("fox.mp4.job.json").exists()


def test_a_result_that_cannot_be_fetched_leaves_a_receipt_that_is_taken_up(run, replicate):
    replicate.script(faults.expired_url(404, times=2))
    result = run("generate", "A fox", "-m", REPLICATE, *QUICK, *OUT)
    assert result.exit_code == 5
    last = result.stderr.splitlines()[-1]
    assert last == "To take it up: tarash generate --resume fox.mp4.job.json -o fox.mp4"
    resumed = run(*last.partition("tarash ")[2].split())
    assert resumed.exit_code == 0, resumed.stderr
    assert Path("fox.mp4").is_file()
    assert len(replicate.bought) == 1


@pytest.fixture
def pressed(replicate, monkeypatch):
    """Ctrl-C at the first look at a job that gets nowhere."""
    replicate.script(faults.stuck())

    def press(self, update):
        raise KeyboardInterrupt

    monkeypatch.setattr("tarash_core.cli.progress.Lines.seen", press)


def test_ctrl_c_that_the_vendor_does_not_confirm_prints_the_receipt_and_how_to_go_on(run, replicate, pressed):
    replicate.cancel = lambda job: None
    result = run("generate", "A fox", "-m", REPLICATE, *QUICK, *OUT)
    assert result.exit_code == 130
    lines = result.stderr.splitlines()
    assert "Interrupted." in lines
    assert lines[-1] == "To take it up: tarash generate --resume fox.mp4.job.json -o fox.mp4"
    (receipt,) = [line for line in lines if line.startswith("The receipt of job")]
    job = json.loads(Path("fox.mp4.job.json").read_text(encoding="utf-8"))
    assert job == json.loads(receipt.partition(": ")[2])
    assert job["id"] in replicate.bought
    assert replicate.asked("cancel")


def test_ctrl_c_that_the_vendor_confirms_leaves_nothing_to_take_up(run, replicate, pressed):
    result = run("generate", "A fox", "-m", REPLICATE, *QUICK, *OUT)
    assert result.exit_code == 130
    (id,) = replicate.bought
    assert result.stderr.splitlines()[-1] == f"Job {id} at replicate was stopped."
    assert not list(Path().glob("*.job.json"))


@pytest.mark.skipif(os.name == "nt", reason="a process cannot be sent Ctrl-C alone there")
def test_a_real_ctrl_c_asks_the_vendor_to_stop_and_ends_with_the_way_on(replicate, tmp_path):
    replicate.script(faults.stuck())
    replicate.cancel = lambda job: None
    words = ["generate", "A fox", "-m", REPLICATE, *QUICK, "-o", "a fox.mp4"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tarash_core", *words], stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    try:
        assert process.stderr is not None
        assert any("processing" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        lines = process.stderr.read().splitlines()
        assert process.wait(30) == 130
    finally:
        process.kill()
        process.communicate()
    assert lines[-1] == "To take it up: tarash generate --resume 'a fox.mp4.job.json' -o 'a fox.mp4'"
    assert (tmp_path / "a fox.mp4.job.json").is_file()
    assert replicate.asked("cancel")


def test_ctrl_c_of_a_simulated_job_leaves_no_receipt(run, monkeypatch):
    def press(self, update):
        raise KeyboardInterrupt

    monkeypatch.setattr("tarash_core.cli.progress.Lines.seen", press)
    result = run("generate", "A fox", "-m", REPLICATE, "--simulate", *OUT)
    assert result.exit_code == 130
    assert not list(Path().glob("*.job.json"))
    assert result.stderr.splitlines()[-1] == "Interrupted."


def test_a_receipt_is_taken_up_from_stdin(run, replicate):
    with Gateway() as gateway:
        job = gateway.submit_video(REPLICATE, prompt="A fox", duration_seconds=4)
    result = run("generate", "--resume", "-", *QUICK, *OUT, stdin=job.to_json())
    assert result.exit_code == 0, result.stderr
    assert measure("fox.mp4").duration_seconds == pytest.approx(4, abs=0.2)
    assert len(replicate.bought) == 1


@pytest.mark.parametrize("text", ["{}", "no json", '{"kind": "image", "provider": "fal", "model": "m", "id": "1"}'])
def test_what_is_no_receipt_of_a_video_is_refused(run, text):
    Path("job.json").write_text(text, encoding="utf-8")
    result = run("generate", "--resume", "job.json", *OUT)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")


def test_a_missing_receipt_is_refused(run):
    result = run("generate", "--resume", "nope.json", *OUT)
    assert result.exit_code == 2
    assert "The receipt 'nope.json' cannot be read" in result.stderr


def test_no_secret_is_printed(run, replicate, monkeypatch):
    result = run("generate", "A fox", "-m", REPLICATE, "--api-key", "r8_very_secret_1", "--json", *QUICK, *OUT)
    assert result.exit_code == 0
    assert "r8_very_secret_1" not in result.output


def test_a_profile_names_models_and_settings(run, monkeypatch):
    text = '[profiles.cheap]\nchain = ["fal/fal-ai/veo3.1", "replicate/google/veo-3.1"]\non_unsupported = "nearest"\n'
    Path("tarash.toml").write_text(text + 'api_key_env = "STUDIO_KEY"', encoding="utf-8")
    without = run("generate", "A fox", "--profile", "cheap", *OUT)
    assert without.exit_code == 3 and "names STUDIO_KEY, which is not set" in without.stderr
    with background(simulator := simulator_of("fal")) as url:
        monkeypatch.setenv("TARASH_FAL_BASE_URL", url)
        monkeypatch.setenv("STUDIO_KEY", "id:of-the-studio")
        result = run("generate", "A fox", "--profile", "cheap", "--duration", "7", *QUICK, *OUT)
    assert result.exit_code == 0, result.stderr
    assert "is moved from 7 to 6" in result.stderr
    assert any("of-the-studio" in value for request in simulator.log for value in request.headers.values())
    assert "of-the-studio" not in result.output


def test_options_win_over_the_profile(run):
    Path("tarash.toml").write_text(f'[profiles.strict]\nmodel = "{FAL}"\non_unsupported = "error"', encoding="utf-8")
    words = ("generate", "A fox", "--profile", "strict", "--mock", "--duration", "7", *OUT)
    assert run(*words).exit_code == 2
    assert run(*words, "--on-unsupported", "nearest").exit_code == 0


def test_a_default_of_the_model_is_told_only_when_asked(run):
    words = ("generate", "A fox", "-m", FAL, "--mock", "--style", "noir", *OUT)
    usual, verbose = run(*words).stderr, run(*words, "--verbose").stderr
    assert "Note: style" in usual and "is not given; the model takes" not in usual
    assert "Note: style" in verbose and "is not given; the model takes" in verbose


def test_a_name_that_was_asked_for_is_kept_and_what_it_holds_is_said(run):
    result = run("generate", "A fox", "-m", FAL, "--mock", "-o", "fox.png")
    assert result.exit_code == 0 and Path("fox.png").is_file()
    said = "fox.png holds video/mp4 under the name that you gave it; a file of this kind is usually called fox.mp4."
    assert f"Note: {said}" in result.stderr.splitlines()
    told = json.loads(run("generate", "A fox", "-m", FAL, "--mock", "--json", "-o", "fox.png").stdout)
    assert told["notices"][-1] == {"code": "other_kind", "field": None, "message": said}


@pytest.mark.parametrize("name", ["fox", "fox.mp4", "fox.MP4", "fox.clip"])
def test_a_name_that_fits_or_says_nothing_is_not_remarked_upon(run, name):
    assert "holds" not in run("generate", "A fox", "-m", FAL, "--mock", "-o", name).stderr


@pytest.mark.parametrize(("words", "bought"), [(["--attach"], 1), ([], 2)])
def test_attach_waits_for_an_equal_job_and_buys_none(run, replicate, words, bought):
    with Gateway(ledger=default_path()) as gateway:
        gateway.submit_video(REPLICATE, prompt="A fox")
    result = run("generate", "A fox", "-m", REPLICATE, *words, *QUICK, *OUT)
    assert result.exit_code == 0, result.stderr
    assert len(replicate.bought) == bought


def test_attach_needs_a_ledger(run, monkeypatch):
    monkeypatch.setenv("TARASH_LEDGER", "")
    result = run("generate", "A fox", "-m", REPLICATE, "--attach", *OUT)
    assert result.exit_code == 2 and "which an empty TARASH_LEDGER switches off" in result.stderr


@pytest.mark.parametrize("words", [["--allow-unknown-cost"], []])
def test_the_limit_on_a_price_refuses_what_nobody_knows(run, words):
    result = run("generate", "A fox", "-m", REPLICATE, "--mock", "--max-cost", "1", *words, *OUT)
    assert result.exit_code == (0 if words else 2), result.stderr


def test_a_slash_at_the_end_says_that_it_is_a_folder(run):
    result = run("generate", "A fox", "-m", FAL, "--mock", "-o", "clips/")
    assert result.exit_code == 2 and "there is no folder 'clips'" in result.stderr
    Path("clips").mkdir()
    assert run("generate", "A fox", "-m", FAL, "--mock", "-o", "clips/").exit_code == 0
    assert [path.suffix for path in Path("clips").iterdir()] == [".mp4"]


def test_a_dash_reads_the_prompt_from_the_input(run, replicate):
    result = run("generate", "-", "-m", REPLICATE, *QUICK, *OUT, stdin="A hare\nin tall grass\n")
    assert result.exit_code == 0, result.stderr
    assert [job.body["input"]["prompt"] for job in replicate.jobs.values()] == ["A hare\nin tall grass"]


@pytest.mark.parametrize("command", ["generate", "image"])
def test_a_prompt_without_quotes_gets_the_likely_reason(run, command):
    result = run(command, "A", "red", "fox", "-m", FAL, "--mock", *OUT)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].endswith("(red fox). Put the prompt in quotes.")


def test_what_a_plan_notes_is_told_once_and_before_the_purchase(run, replicate):
    replicate.script(faults.server_error(503, on="submit", times=None))
    refused = run("generate", "A fox", "-m", "replicate/acme/fox-1", *QUICK, *OUT)
    first, *others = refused.stderr.splitlines()
    assert first.startswith("Note: replicate/acme/fox-1 is in no catalogue") and "--discover fetches" in first
    assert others[0] == "replicate/acme/fox-1: submitting" and "Note:" not in "".join(others)
    made = run("generate", "A fox", "-m", FAL, "--mock", "--duration", "7", "--on-unsupported", "nearest", *OUT)
    assert made.stderr.count("is moved from 7 to 6") == 1
    assert made.stderr.startswith("Note: ")


def test_the_command_says_its_own_options_where_a_call_has_keywords(run):
    refused = run("generate", "A fox", "-m", FAL, "--mock", "--duration", "7", *OUT)
    assert refused.stderr.endswith("; --on-unsupported nearest would take 6.\n")
    assert "use tarash generate." in run("image", "A fox", "-m", FAL, "--mock", "-o", "fox.png").stderr


def test_json_of_an_error_has_what_was_noted_before_it(run, replicate):
    replicate.script(faults.server_error(503, on="submit", times=None))
    told = json.loads(run("generate", "A fox", "-m", "replicate/acme/fox-1", "--json", *QUICK, *OUT).stdout)
    assert "unknown_model" in [notice["code"] for notice in told["notices"]]


def test_the_way_on_begins_as_the_command_was_begun(run, replicate, monkeypatch):
    monkeypatch.setenv("UV", "/usr/bin/uv")
    replicate.script(faults.expired_url(404, times=2))
    last = run("generate", "A fox", "-m", REPLICATE, *QUICK, *OUT).stderr.splitlines()[-1]
    assert last.startswith("To take it up: uv run tarash generate --resume ")


def test_a_mock_never_says_that_it_was_charged(run, monkeypatch):
    monkeypatch.setattr("tarash_core.models.media.Media.save", lambda self, target: torn())

    def torn():
        raise DeliveryError("fox.mp4 cannot be written.", charged="yes")

    result = run("generate", "A fox", "-m", FAL, "--mock", *OUT)
    assert result.exit_code == 5 and result.stderr.endswith("Error: fox.mp4 cannot be written.\n")


def test_a_result_is_not_written_to_the_output(run):
    result = run("generate", "A fox", "-m", FAL, "--mock", "-o", "-")
    assert result.exit_code == 2 and "name a file or a folder" in result.stderr
