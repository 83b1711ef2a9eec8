import sys
from pathlib import Path
from typing import Any

import pytest


def test_flags_alone_make_a_package(run: Any, tmp_path: Path) -> None:
    result = run(
        "new-provider",
        "--name",
        "acme",
        "--title",
        "Acme Video",
        "--author",
        "Ann",
        "--kind",
        "image",
        "--api",
        "queue",
    )
    assert result.exit_code == 0
    assert (tmp_path / "tarash-acme" / "src" / "tarash_acme" / "jobs.py").is_file()
    assert "Copyright" in (text := (tmp_path / "tarash-acme" / "LICENSE").read_text("utf-8")) and "Ann" in text
    assert '  tarash image "A red fox in fresh snow" --model acme/acme-1 --simulate -o fox.png\n' in result.stdout


def test_yes_takes_the_usual_answers(run: Any, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    result = run("new-provider", "--name", "red_fox", "--yes", "--output-dir", "there")
    assert result.exit_code == 0 and "--model red_fox/red-fox-1" in result.stdout
    made = tmp_path / "there" / "tarash-red-fox"
    assert 'title = "Red Fox"' in (made / "src" / "tarash_red_fox" / "provider.py").read_text("utf-8")
    assert "Red Fox contributors" in (made / "LICENSE").read_text("utf-8")


def test_what_is_not_given_is_asked_and_asked_again(run: Any, tmp_path: Path) -> None:
    result = run("new-provider", "--api", "synchronous", stdin="fal\nacme\nAcme Video\n\nboth\n")
    assert result.exit_code == 0
    assert "Error: 'fal' is a name of Tarash's own provider fal; choose another." in result.stdout
    assert "Who publishes the package [Acme Video contributors]" in result.stdout
    assert not (tmp_path / "tarash-acme" / "src" / "tarash_acme" / "jobs.py").exists()
    assert "/v1/images" in (tmp_path / "tarash-acme" / "src" / "tarash_acme" / "models.py").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--yes",), "--name acme"),
        (("--yes", "--name", "runway"), "own provider runway"),
        (("--yes", "--name", "acme", "--title", "{{ 7 }}"), "leave it out"),
        (("--yes", "--name", "acme", "--kind", "sound"), "'sound'"),
        (("--yes", "--name", "acme", "--output-dir", "nowhere"), "'nowhere'"),
    ],
)
def test_what_cannot_work_makes_nothing(run: Any, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    result = run("new-provider", *words)
    assert result.exit_code == 2 and said in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_kept(run: Any, tmp_path: Path) -> None:
    (tmp_path / "tarash-acme").mkdir()
    result = run("new-provider", "--yes", "--name", "acme")
    assert result.exit_code == 2 and "'tarash-acme' already; remove it" in result.stderr
    assert list((tmp_path / "tarash-acme").iterdir()) == []


def test_without_the_extra_it_says_how_to_install_it(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "cookiecutter"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cookiecutter", None)
    result = run("new-provider", "--yes", "--name", "acme")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        'Error: The command new-provider needs cookiecutter; run: pip install "tarash-core[new-provider]"'
    ]
