import json

import pytest

from tarash_core.cli import tables
from tarash_core.plugins import PluginInfo


def test_the_table_lists_both_providers(run):
    result = run("plugins")
    assert result.exit_code == 0
    lines = {
        name: line for line in result.stdout.splitlines() for name in ("tarash-fal", "tarash-replicate") if name in line
    }
    assert all("provider" in line and "0.1" in line and "ok" in line for line in lines.values())
    assert "tarash_fal:provider in " in lines["tarash-fal"]
    assert set(lines) == {"tarash-fal", "tarash-replicate"}


def test_the_json_has_every_column(run):
    result = run("plugins", "--json")
    found = {info["name"]: info for info in json.loads(result.stdout)}
    fal = found["fal"]
    assert (fal["kind"], fal["distribution"], fal["failure"]) == ("provider", "tarash-fal", None)
    assert fal["location"].startswith("tarash_fal:provider in ")
    assert fal["aliases"] == ["fal-ai"]


def test_a_switched_off_provider_says_by_what(run, monkeypatch):
    monkeypatch.setenv("TARASH_DISABLE_PLUGINS", "fal")
    (line,) = [line for line in run("plugins").stdout.splitlines() if "tarash-fal" in line]
    assert "switched off by TARASH_DISABLE_PLUGINS" in line


def test_a_broken_one_is_shown_and_is_no_error(run, tmp_path, monkeypatch):
    (tmp_path / "broken_one.py").write_text("raise RuntimeError('half\\ninstalled')")
    info = tmp_path / "broken_one-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-one\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tarash.providers]\nbroken = broken_one:provider\n")
    monkeypatch.syspath_prepend(tmp_path)
    result = run("plugins")
    assert result.exit_code == 0
    (line,) = [line for line in result.stdout.splitlines() if "broken-one" in line]
    assert "broken: broken-one 1.0 cannot be loaded" in line
    assert "RuntimeError: half installed" in line
    assert any("tarash-fal" in line for line in result.stdout.splitlines())


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({}, "ok"),
        ({"failure": "It is\ntorn."}, "broken: It is torn."),
        ({"switched_off_by": "X"}, "switched off by X"),
    ],
)
def test_state(known, state):
    assert tables.state_of(PluginInfo(name="a", kind="provider", **known)) == state
