"""Processes that are killed between two steps, and processes that race."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tarash_core.ledger import Ledger
from tarash_core.testing import background, faults

WORKER = Path(__file__).with_name("worker.py")
needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")


@pytest.fixture
def vendor(acme, monkeypatch):
    with background(acme) as url:
        monkeypatch.setenv("TARASH_ACME_BASE_URL", url)
        yield acme


def started(path, *words):
    """A worker that is ready to begin."""
    command = [sys.executable, str(WORKER), str(path), *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert json.loads(process.stdout.readline()) == {"ready": True}
    return process


def ended(*processes):
    """Lets workers begin; the exit code of each and what it told."""
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    return [
        (process.returncode, [json.loads(line) for line in told.splitlines()])
        for process, told in zip(processes, outputs, strict=True)
    ]


def left_behind(path):
    with Ledger(path) as ledger:
        [entry] = ledger.entries()
    return entry


@needs_kill
def test_killed_before_the_buy_it_is_unsettled(vendor, path):
    assert ended(started(path, "generate", "intent written, nothing sent"))[0][0] == -signal.SIGKILL
    entry = left_behind(path)
    assert (entry.state, entry.charged, entry.job, vendor.bought) == ("unsettled", "unknown", None, [])


@needs_kill
def test_killed_before_the_receipt_is_written_it_is_unsettled_and_not_bought_again(vendor, path):
    assert ended(started(path, "generate", "bought, receipt not written"))[0][0] == -signal.SIGKILL
    entry = left_behind(path)
    assert (entry.state, entry.charged, entry.job, len(vendor.bought)) == ("unsettled", "unknown", None, 1)
    assert ended(started(path, "attach"))[0][0] == 1
    assert len(vendor.bought) == 1


@needs_kill
@pytest.mark.parametrize("step", ["receipt written", "finished, not handed over"])
def test_killed_after_it_another_process_gets_the_file(vendor, path, step):
    assert ended(started(path, "generate", step))[0][0] == -signal.SIGKILL
    entry = left_behind(path)
    assert entry.state in ("accepted", "running")
    assert entry.job_id == vendor.bought[0]
    assert entry.collectable
    [(code, told)] = ended(started(path, "resume"))
    assert (code, told[0]["got"]) == (0, entry.job_id)
    assert told[0]["bytes"] > 100
    assert (left_behind(path).collectable, len(vendor.bought)) == (False, 1)


def test_two_processes_that_race_buy_once(vendor, path):
    vendor.script(faults.late(0.7, on="submit"))
    results = ended(started(path, "attach"), started(path, "attach"))
    assert [code for code, _ in results] == [0, 0]
    assert len(vendor.bought) == 1
    assert {told["got"] for _, said in results for told in said if "got" in told} == set(vendor.bought)
    assert left_behind(path).state == "succeeded"
