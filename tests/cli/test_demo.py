import json
import os
import subprocess
import sys

import av
import pytest

from tarash_core.cli.demo import compare
from tarash_core.testing import sample_video


@pytest.fixture
def environment(tmp_path):
    """No key, an empty home, and proxies that lead nowhere: whoever wants the network fails."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TARASH_", "FAL_", "REPLICATE_"))}
    proxies = dict.fromkeys(
        ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"], "http://127.0.0.1:9"
    )
    return {**kept, **proxies, "HOME": str(tmp_path), "TARASH_MOCK": "1"}


def test_the_demo_fails_over_and_leaves_the_clip_that_was_asked(tmp_path, environment):
    done = subprocess.run(
        [sys.executable, "-m", "tarash_core", "demo"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if "veo3.1 " in line or "veo-3.1 " in line]
    (failed,) = [line for line in rows if "failed" in line]
    (succeeded,) = [line for line in rows if "succeeded" in line]
    assert "fal" in failed and "503" in failed and " no " in failed
    assert "replicate" in succeeded and " yes " in succeeded
    assert "asked:    8.0 s, 1280x720" in done.stdout
    assert "measured: 8.0 s, 1280x720" in done.stdout
    assert "tarash generate" in done.stdout.partition("Next:")[2]
    assert "replicate/google/veo-3.1: completed" in done.stderr
    with av.open(tmp_path / "tarash-demo.mp4") as clip:
        (stream,) = clip.streams.video
        assert (stream.width, stream.height) == (1280, 720)
        assert clip.duration / av.time_base == pytest.approx(8, abs=0.2)


def test_a_clip_that_is_not_what_was_asked_is_an_error(tmp_path, capsys):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(sample_video())
    with pytest.raises(SystemExit) as leaving:
        compare(clip)
    assert leaving.value.code == 1
    told = capsys.readouterr()
    assert "measured: 2.0 s, 320x180" in told.out
    assert "not what was asked" in told.err


def test_without_pyav_the_sample_is_called_one(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(sample_video())
    compare(clip)
    assert 'pip install "tarash-core[media]"' in capsys.readouterr().out


def test_a_folder_that_is_not_there_is_refused(run):
    result = run("demo", "--output", "nowhere/clip.mp4")
    assert result.exit_code == 2
    assert "there is no folder 'nowhere'" in result.stderr


def test_the_demo_as_json_is_the_outcome_alone(run, monkeypatch):
    monkeypatch.setattr("tarash_core.cli.demo._LOOK_EVERY_SECONDS", 0)
    told = json.loads(run("demo", "--json").stdout)
    assert [(one["provider"], one["status"]) for one in told["attempts"]] == [
        ("fal", "failed"),
        ("replicate", "success"),
    ]
    assert told["files"][0]["path"] == "tarash-demo.mp4"
