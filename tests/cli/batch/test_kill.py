"""Processes of ``tarash generate --from`` that are killed: nothing is bought twice, and nothing is forgotten."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")

ROWS = 200
TARASH = (sys.executable, "-m", "tarash_core")
BATCH = (
    *TARASH, "generate", "--from", "prompts.jsonl", "--out-dir", "out", "-m", "replicate/google/veo-3.1",
    "--poll-interval", "0",
)  # fmt: skip


@contextmanager
def simulating(monkeypatch):
    """``tarash simulate`` as its own process."""
    words = (*TARASH, "simulate", "--provider", "replicate")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            for _ in range(2):
                name, _, value = process.stdout.readline().strip().partition("=")
                monkeypatch.setenv(name, value)
            yield
        finally:
            process.kill()


def sold(url, key):
    """How often the vendor has sold each prompt, by its own list of predictions."""
    request = urllib.request.Request(f"{url}/v1/predictions", headers={"authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request) as answer:
        return Counter(one["input"]["prompt"] for one in json.load(answer)["results"])


def stopped_after(count, ask, number):
    """Runs the batch until the vendor has sold so many, and sends it a signal; its exit code and what it told."""
    process = subprocess.Popen([*BATCH, "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while sum(ask().values()) < count:
        assert process.poll() is None
        time.sleep(0.03)
    process.send_signal(number)
    _, told = process.communicate(timeout=30)
    return process.returncode, told


@pytest.fixture
def vendor(monkeypatch):
    """The simulator as its own process; how often it has sold each prompt."""
    lines = (json.dumps({"prompt": f"Fox {number}"}) + "\n" for number in range(ROWS))
    Path("prompts.jsonl").write_text("".join(lines))
    with simulating(monkeypatch):
        yield lambda: sold(os.environ["TARASH_REPLICATE_BASE_URL"], os.environ["REPLICATE_API_TOKEN"])


def test_ctrl_c_tells_how_to_go_on_and_what_was_stopped_is_bought_again(vendor):
    code, told = stopped_after(20, vendor, signal.SIGINT)
    assert code == 130 and "The same command again goes on with the batch." in told
    before = {row["prompt"]: row["status"] for row in json.loads(Path("out/index.json").read_text())}
    assert set(before.values()) <= {"delivered", "accepted", "failed", "not sent"}
    assert subprocess.run([*BATCH, "-q", "--retry-failed"], timeout=120).returncode == 0
    bought = vendor()
    assert len(bought) == ROWS
    assert {prompt for prompt, times in bought.items() if times > 1} <= {
        p for p in before if before[p] in ("failed", "not sent")
    }


def test_killed_half_way_and_started_again_it_buys_each_row_at_most_once(vendor):
    for share in (0.25, 0.5, 0.75):
        assert stopped_after(ROWS * share, vendor, signal.SIGKILL)[0] == -signal.SIGKILL
    end = subprocess.run([*BATCH, "--json"], capture_output=True, text=True, timeout=120)
    bought = vendor()
    index = json.loads(Path("out/index.json").read_text())
    status = {row["prompt"]: row["status"] for row in index}
    unsettled = {prompt for prompt, state in status.items() if state == "unsettled"}
    never_sent = unsettled - set(bought)
    assert len(status) == ROWS and set(status.values()) <= {"delivered", "unsettled"}
    assert max(bought.values()) == 1 and sum(bought.values()) <= ROWS
    assert sum(bought.values()) + len(never_sent) == ROWS
    assert set(bought) - {prompt for prompt, state in status.items() if state == "delivered"} <= unsettled
    assert all(Path(file).stat().st_size > 0 for row in index for file in row["files"])
    assert sum(len(row["files"]) for row in index) == ROWS - len(unsettled)
    assert end.returncode == (5 if unsettled else 0), end.stderr
    lines = [json.loads(line) for line in end.stdout.splitlines()]
    assert {line["row"] for line in lines[:-1] if line["status"] == "unsettled"} == {
        row["row"] for row in index if row["prompt"] in unsettled
    }
