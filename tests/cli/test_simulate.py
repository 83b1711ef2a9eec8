import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tarash_core.cli.simulate import FORMS
from tarash_core.engine.measure import measure
from tarash_core.plugins import load_provider
from tarash_core.testing import host


@contextmanager
def simulating(*words: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tarash_core", "simulate", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def variables(process: "subprocess.Popen[str]", count: int) -> dict[str, str]:
    assert process.stdout is not None
    return dict(process.stdout.readline().strip().partition("=")[::2] for _ in range(count))


def test_a_program_uses_it_by_the_lines_it_prints(run, monkeypatch):
    with simulating("--provider", "fal", "--provider", "replicate") as process:
        found = variables(process, 4)
        assert set(found) == {"TARASH_FAL_BASE_URL", "FAL_KEY", "TARASH_REPLICATE_BASE_URL", "REPLICATE_API_TOKEN"}
        for name, value in found.items():
            monkeypatch.setenv(name, value)
        for model in ("fal/fal-ai/veo3.1", "replicate/google/veo-3.1"):
            words = ("-m", model, "--duration", "4", "--poll-interval", "0", "-o", "fox.mp4")
            result = run("generate", "A fox", *words)
            assert result.exit_code == 0, result.stderr
            assert measure("fox.mp4").duration_seconds == pytest.approx(4, abs=0.2)
        if os.name != "nt":
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
            assert process.stderr is not None and "Stopped." in process.stderr.read()


def test_one_provider_on_a_port_of_ones_own_in_the_words_of_powershell(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("FAL_KEY", "a:b")
    with simulating("--provider", "fal", "--port", str(port), "--shell", "powershell", "--speed", "100") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f'$env:TARASH_FAL_BASE_URL = "http://127.0.0.1:{port}"\n'


def test_every_shell_sets_a_variable():
    assert {name: form.format(name="A", value="b") for name, form in FORMS.items()} == {
        "plain": "A=b",
        "sh": "export A=b",
        "powershell": '$env:A = "b"',
    }


def test_a_port_that_is_taken_is_one_clear_error(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("simulate", "--provider", "fal", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 2
    assert "cannot be used" in result.stderr and "choose another" in result.stderr


def test_an_unknown_provider_is_named_with_the_nearest(run):
    result = run("simulate", "--provider", "fall")
    assert result.exit_code == 2
    assert "did you mean 'fal'?" in result.stderr


def test_all_that_are_installed_are_served_and_a_broken_one_is_left_out(run, monkeypatch):
    monkeypatch.setenv("TARASH_LOAD_PLUGINS", "fal,replicate")
    monkeypatch.setattr(load_provider("replicate"), "simulator", "tarash_replicate:Missing", raising=False)
    served = []

    async def serve_forever(simulators, ready, port):
        served.extend(simulators)
        ready(dict.fromkeys(simulators, "http://127.0.0.1:1"))

    monkeypatch.setattr(host, "serve_forever", serve_forever)
    result = run("simulate")
    assert (result.exit_code, served) == (0, ["fal"]), result.stderr
    assert result.stdout.startswith("TARASH_FAL_BASE_URL=http://127.0.0.1:1\n")
    assert "Left out: The simulator tarash_replicate:Missing cannot be loaded" in result.stderr


def test_without_any_provider_it_says_what_to_install(run, monkeypatch):
    monkeypatch.setenv("TARASH_LOAD_PLUGINS", "")
    result = run("simulate")
    assert result.exit_code == 2
    assert "pip install tarash-fal" in result.stderr


def test_without_its_extra_it_says_how_to_install_it(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "h11", None)
    monkeypatch.delitem(sys.modules, "tarash_core.testing.host", raising=False)
    for words in (("simulate",), ("generate", "A fox", "-m", "fal/fal-ai/veo3.1", "--simulate", "-o", "fox.mp4")):
        result = run(*words)
        assert result.exit_code == 2
        assert "pip install 'tarash-core[simulate]'" in result.stderr
