"""Nine packages, one minor version: what the release script writes, and what it finds wrong."""

import importlib.util
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def load(name):
    spec = importlib.util.spec_from_file_location(f"tarash_ci_{name}", ROOT / ".ci" / f"{name}.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


release = load("release")


@pytest.fixture
def copy(tmp_path):
    """The repository's own package files, to be changed."""
    for file in (ROOT / "pyproject.toml", ROOT / "CHANGELOG.md", *ROOT.glob("plugins/*/pyproject.toml")):
        target = tmp_path / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    return tmp_path


def test_this_repository_agrees(capsys):
    assert release.main(ROOT, ["check"]) == 0
    assert "9 packages agree" in capsys.readouterr().out


def test_a_minor_version_moves_every_package_and_every_range(copy):
    before = release.read(ROOT)
    release.main(copy, ["minor"])
    after = release.read(copy)
    major, minor, _ = before["tarash-core"].version
    assert {package.version for package in after.values()} == {(major, minor + 1, 0)}
    asked = [one for package in after.values() for one in package.ranges]
    assert len(asked) == len([one for package in before.values() for one in package.ranges]) == 16
    assert all(one.endswith(f">={major}.{minor + 1},<{major}.{minor + 2}") for one in asked)
    assert release.main(copy, ["check"]) == 0


def test_a_minor_version_opens_a_section_of_the_changelog(copy):
    release.main(copy, ["date"])
    release.main(copy, ["minor"])
    text = (copy / "CHANGELOG.md").read_text("utf-8")
    major, minor, _ = release.read(copy)["tarash-core"].version
    assert f"## {major}.{minor}.0 (not released yet)\n\n## {major}.{minor - 1}.0 ({date.today():%Y-%m-%d})\n" in text


def test_a_patch_version_moves_only_the_package_named(copy):
    before = {name: package.version for name, package in release.read(copy).items()}
    release.main(copy, ["patch", "tarash-fal"])
    after = {name: package.version for name, package in release.read(copy).items()}
    *minor, patch = before["tarash-fal"]
    assert after == {**before, "tarash-fal": (*minor, patch + 1)}
    assert release.main(copy, ["check"]) == 0


def test_nothing_but_the_numbers_changes(copy):
    release.main(copy, ["minor"])
    for file in copy.glob("plugins/*/pyproject.toml"):
        old, new = (path.read_text("utf-8").splitlines() for path in (ROOT / file.relative_to(copy), file))
        changed = [now for was, now in zip(old, new, strict=True) if was != now]
        assert [line.split("=")[0].strip() for line in changed] == ["version", "dependencies"]


def test_an_unknown_package_is_named(copy):
    with pytest.raises(SystemExit, match="There is no package tarash-pika; there are tarash-core, tarash-fal"):
        release.main(copy, ["patch", "tarash-pika"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "0.1.0"', 'version = "0.2.0"', "tarash-kling is 0.2.0, which is not of the core's minor version."),
        ("tarash-core>=0.1,<0.2", "tarash-core>=0.1,<0.3", "tarash-kling asks for tarash-core>=0.1,<0.3."),
    ],
)
def test_what_does_not_agree_is_said(copy, capsys, old, new, said):
    file = copy / "plugins" / "tarash-kling" / "pyproject.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    assert release.main(copy, ["check"]) == 1
    assert capsys.readouterr().out.splitlines() == [said]


def test_the_notes_are_the_section_of_the_version(copy, capsys):
    release.main(copy, ["notes"])
    told = capsys.readouterr().out
    assert told.startswith("### Added")
    assert "## 0." not in told


def test_a_version_without_a_section_is_found(copy):
    (copy / "CHANGELOG.md").write_text("# Changelog\n\n## 0.0.9 (2026-01-01)\n", "utf-8")
    assert release.main(copy, ["check"]) == 1


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("v0.0.1", "The tag v0.0.1 is not that of tarash-core, which is "),
        ("tarash-fal-v9.9.9", "The tag tarash-fal-v9.9.9 is not that of tarash-fal"),
        ("tarash-pika-v0.1.0", "The tag tarash-pika-v0.1.0 names no package"),
    ],
)
def test_a_tag_of_no_version_is_refused(copy, capsys, tag, said):
    release.main(copy, ["date"])
    capsys.readouterr()
    assert release.main(copy, ["tag", tag]) == 1
    assert capsys.readouterr().out.startswith(said)


def test_a_tag_needs_a_dated_changelog(copy, capsys):
    versions = {name: ".".join(map(str, package.version)) for name, package in release.read(copy).items()}
    log = copy / "CHANGELOG.md"
    log.write_text(f"# Changelog\n\n## {versions['tarash-core']} (not released yet)\n\n- A.\n", "utf-8")
    tags = [f"v{versions['tarash-core']}", f"tarash-fal-v{versions['tarash-fal']}"]
    assert release.main(copy, ["tag", *tags]) == 1
    assert "python .ci/release.py date" in capsys.readouterr().out
    release.main(copy, ["date"])
    assert release.main(copy, ["tag", *tags]) == 0
