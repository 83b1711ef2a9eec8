import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from tarash_core import Gateway, VideoGenerationConfig, VideoJob, errors
from tarash_core.cli.jobs import STATES
from tarash_core.cli.simulators import simulator_of
from tarash_core.ledger import Ledger, State, default_path
from tarash_core.plugins import Done, hookimpl
from tarash_core.testing import background, faults

MODEL = "replicate/google/veo-3.1"
QUICK = VideoGenerationConfig.from_string(MODEL, poll_interval=0)


@pytest.fixture
def vendor(monkeypatch):
    """A vendor that is no simulator to the command: reached by its variable, with a key."""
    simulator = simulator_of("replicate", render=False)
    with background(simulator) as url:
        monkeypatch.setenv("TARASH_REPLICATE_BASE_URL", url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_test")
        yield simulator


@pytest.fixture
def gateway(vendor):
    with Gateway(ledger=default_path()) as opened:
        yield opened


@pytest.fixture
def left(vendor):
    """The entry of a job whose program has ended."""
    with Gateway(ledger=default_path()) as gateway:
        gateway.submit_video(QUICK, prompt="A fox")
    return only()


def only():
    with Ledger(default_path()) as ledger:
        [entry] = ledger.entries()
    return entry


def lost(gateway, vendor):
    vendor.script(faults.lost_answer())
    with pytest.raises(errors.LostAnswerError):
        gateway.generate_video(QUICK, prompt="A fox")
    return only()


def test_its_states_are_those_of_the_ledger():
    assert get_args(State) == STATES


def test_an_empty_ledger(run):
    assert run("jobs", "list").stdout == f"The ledger {default_path()} is empty.\n"
    assert run("jobs", "harvest").stdout == "Nothing is left to be collected.\n"
    assert json.loads(run("jobs", "list", "--json").stdout) == []


def test_what_the_command_buys_is_listed(run, vendor):
    made = run("generate", "A fox", "-m", MODEL, "--poll-interval", "0", "-o", "fox.mp4")
    assert made.exit_code == 0, made.stderr
    listed = run("jobs", "list").stdout
    assert "succeeded" in listed and MODEL in listed and vendor.bought[0] in listed
    [entry] = json.loads(run("jobs", "list", "--json").stdout)
    assert (entry["state"], entry["job_id"], entry["receipt"]["id"]) == ("succeeded", *vendor.bought, *vendor.bought)


@pytest.mark.parametrize("instead", ["--mock", "--simulate"])
def test_what_is_not_bought_is_not_listed(run, instead):
    made = run("generate", "A fox", "-m", MODEL, instead, "--poll-interval", "0", "-o", "fox.mp4")
    assert made.exit_code == 0, made.stderr
    assert json.loads(run("jobs", "list", "--json").stdout) == []


def test_listed_by_state(run, gateway, vendor):
    lost(gateway, vendor)
    gateway.submit_video(QUICK, prompt="A fox")
    assert "unsettled: answer unknown" in run("jobs", "list").stdout
    listed = json.loads(run("jobs", "list", "--state", "unsettled", "--json").stdout)
    assert [entry["state"] for entry in listed] == ["unsettled"]
    assert len(json.loads(run("jobs", "list", "--limit", "1", "--json").stdout)) == 1
    assert "no such entry" in run("jobs", "list", "--state", "expired").stdout
    assert run("jobs", "list", "--state", "nonsense").exit_code == 2


def test_one_is_shown_with_its_receipt(run, left):
    shown = run("jobs", "show", left.id[:8])
    assert shown.exit_code == 0
    assert "state:            accepted" in shown.stdout
    receipt = shown.stdout.rpartition("receipt:")[2]
    assert VideoJob.from_json(receipt.strip()) == left.job
    assert json.loads(run("jobs", "show", left.job_id, "--json").stdout)["id"] == left.id


def test_what_is_not_there(run, left):
    missing = run("jobs", "show", "nothing")
    assert missing.exit_code == 2
    assert "has no entry 'nothing'; see: tarash jobs list" in missing.stderr


def test_resumed_into_a_file_or_here(run, left, vendor):
    done = run("jobs", "resume", left.id[:8], "-o", "fox.mp4")
    assert done.exit_code == 0, done.stderr
    assert Path("fox.mp4").stat().st_size > 100
    assert done.stdout.startswith("Saved fox.mp4")
    assert only().state == "succeeded"
    again = json.loads(run("jobs", "resume", left.id, "--json").stdout)
    assert Path(again["files"][0]["path"]).is_file()
    assert vendor.bought == [left.job_id]


def test_resumed_with_another_key(run, left, vendor):
    assert run("jobs", "resume", left.id, "--api-key", "r8_other", "-q").exit_code == 0
    assert {request.headers["authorization"] for request in vendor.asked("poll")} == {"Bearer r8_other"}


def test_what_was_never_answered_cannot_be_resumed_and_is_forgotten_by_name(run, gateway, vendor):
    entry = lost(gateway, vendor)
    for command in ("resume", "cancel"):
        refused = run("jobs", command, entry.id)
        assert refused.exit_code == 2
        assert f"tarash jobs prune {entry.id[:12]}" in refused.stderr
    assert run("jobs", "prune", entry.id[:12]).exit_code == 0
    assert json.loads(run("jobs", "list", "--json").stdout) == []


def test_cancelled(run, left):
    assert run("jobs", "cancel", left.id).stdout.startswith(f"Job {left.job_id} was cancelled.")
    assert only().state == "cancelled"


def test_a_cancel_that_nobody_confirms_is_told_as_such(run, left, vendor):
    cancel, vendor.cancel = vendor.cancel, lambda job: None
    asked = run("jobs", "cancel", left.id)
    vendor.cancel = cancel
    assert "was asked to stop" in asked.stdout
    assert json.loads(run("jobs", "show", left.id, "--json").stdout)["state"] in ("accepted", "running")


def test_harvest_collects_what_has_finished(run, left, vendor):
    looks = [run("jobs", "harvest", "-d", "out").stdout for _ in range(3)]
    assert f"{left.job_id}: accepted" in looks[0]
    assert looks[-1].startswith(f"Saved {Path('out', left.id[:12])}")
    assert [file.parent.name for file in Path("out").glob("*/*")] == [left.id[:12]]
    assert run("jobs", "harvest").stdout == "Nothing is left to be collected.\n"


def test_a_harvest_that_cannot_be_saved_is_tried_again(run, left, vendor):
    vendor.jobs[left.job_id].polls = 10
    vendor.script(faults.expired_url(404, times=2))
    failed = run("jobs", "harvest", "--json")
    assert failed.exit_code == 5
    [told] = json.loads(failed.stdout)["jobs"]
    assert (told["state"], told["files"]) == ("succeeded", [])
    assert told["error"]
    [told] = json.loads(run("jobs", "harvest", "--json").stdout)["jobs"]
    assert (told["error"], len(told["files"])) == (None, 1)


def test_harvest_goes_on_after_an_error_and_names_what_is_unknown(run, gateway, vendor):
    entry = lost(gateway, vendor)
    gateway.close()
    with Gateway(ledger=default_path()) as other:
        for _ in range(2):
            other.submit_video(QUICK, prompt="A fox")
    vendor.script(faults.server_error(401, on="poll"))
    looked = run("jobs", "harvest")
    assert looked.exit_code == 5
    assert looked.stderr.count("Error:") == 1
    assert looked.stdout.count("accepted") == 1
    assert f"may have taken {entry.id[:12]}" in looked.stderr


def test_pruned_by_age(run, left):
    assert run("jobs", "cancel", left.id).exit_code == 0
    assert "Removed 0" in run("jobs", "prune").stdout
    assert json.loads(run("jobs", "prune", "--older-than", "0s", "--json").stdout) == {"removed": 1}
    wrong = run("jobs", "prune", "--older-than", "soon")
    assert wrong.exit_code == 2
    assert "such as 30d" in wrong.stderr


def test_another_ledger_and_none(run, vendor, monkeypatch):
    with Gateway(ledger="mine.db") as gateway:
        gateway.submit_video(QUICK, prompt="A fox")
    monkeypatch.setenv("TARASH_LEDGER", "")
    assert len(json.loads(run("jobs", "--ledger", "mine.db", "list", "--json").stdout)) == 1
    off = run("jobs", "list")
    assert off.exit_code == 2
    assert "switched off" in off.stderr
    assert run("generate", "A fox", "-m", MODEL, "--poll-interval", "0", "-o", "fox.mp4").exit_code == 0


def test_a_ledger_that_cannot_be_written_stops_the_purchase(run, vendor, monkeypatch):
    Path("file").write_text("no folder")
    monkeypatch.setenv("TARASH_LEDGER", "file/jobs.db")
    refused = run("generate", "A fox", "-m", MODEL, "-o", "fox.mp4")
    assert refused.exit_code == 2
    assert "set TARASH_LEDGER to nothing" in refused.stderr
    assert vendor.bought == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_killed_while_it_waits_and_resumed_by_another_process(vendor):
    vendor.script(faults.stuck())
    command = [sys.executable, "-m", "tarash_core"]
    words = ["generate", "A fox", "-m", MODEL, "--poll-interval", "0.02", "-o", "fox.mp4"]
    process = subprocess.Popen([*command, *words], stderr=subprocess.PIPE, text=True, encoding="utf-8")
    assert any("processing" in line for line in process.stderr)
    process.kill()
    process.communicate()
    vendor.jobs[vendor.bought[0]].outcome = faults.Outcome("success")
    entry = only()
    assert entry.state in ("accepted", "running")
    assert entry.job_id == vendor.bought[0]
    resumed = subprocess.run([*command, "jobs", "resume", entry.id, "-o", "fox.mp4"], capture_output=True, text=True)
    assert resumed.returncode == 0, resumed.stderr
    assert Path("fox.mp4").stat().st_size > 100
    assert len(vendor.bought) == 1
    assert only().state == "succeeded"


def test_a_ledger_that_is_named_must_be_there(run):
    result = run("jobs", "--ledger", "gone.db", "list")
    assert result.exit_code == 2 and "'gone.db' does not exist" in result.stderr
    assert not Path("gone.db").exists()


@pytest.mark.parametrize("command", ["resume", "harvest"])
def test_a_result_that_was_seen_but_not_saved_stays_to_be_collected(run, left, vendor, monkeypatch, command):
    def killed(self, target):
        raise SystemExit(137)  # nothing below is run, as after kill -9

    vendor.jobs[left.job_id].polls = 10
    words = {"resume": ["resume", left.id], "harvest": ["harvest"]}[command]
    with monkeypatch.context() as patched:
        patched.setattr("tarash_core.models.media.Media.save", killed)
        assert run("jobs", *words).exit_code == 137
    assert (only().state, only().collectable) == ("succeeded", True)
    [told] = json.loads(run("jobs", "harvest", "--json").stdout)["jobs"]
    assert len(told["files"]) == 1 and not only().collectable


def test_ctrl_c_right_after_the_look_leaves_the_result_to_be_collected(run, left, vendor, pressed_when_done):
    vendor.jobs[left.job_id].polls = 10
    assert run("jobs", "harvest").exit_code != 0
    assert (only().state, only().collectable) == ("succeeded", True)


@pytest.fixture
def pressed_when_done(extension):
    class Pressed:
        @hookimpl(trylast=True)
        def tarash_job_updated(self, update):
            if isinstance(update, Done):
                raise KeyboardInterrupt

    extension(Pressed())


@pytest.mark.parametrize("taken_up", [False, True])
def test_what_the_command_cannot_save_stays_to_be_collected(run, vendor, taken_up):
    if taken_up:
        with Gateway(ledger=default_path()) as gateway:
            Path("fox.job.json").write_text(gateway.submit_video(QUICK, prompt="A fox").to_json())
    words = ("--resume", "fox.job.json") if taken_up else ("A fox", "-m", MODEL)
    vendor.script(faults.expired_url(404, times=2))
    assert run("generate", *words, "--poll-interval", "0", "-o", "fox.mp4").exit_code == 5
    assert (only().state, only().collectable) == ("succeeded", True)
    assert run("generate", "--resume", "fox.mp4.job.json", "--poll-interval", "0", "-o", "fox.mp4").exit_code == 0
    assert not only().collectable and len(vendor.bought) == 1
