"""What the template makes, read and run in this process; test_bake.py installs it."""

import ast
import importlib
import json
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter

from tarash_core import Gateway, errors
from tarash_core.cli.new_provider import CHOICES, QUESTIONS, bake, settled, template
from tarash_core.plugins import Provider, register_provider, unregister_provider
from tarash_core.plugins.loader import ALIASES, OURS, load_provider
from tarash_core.testing import Simulator, VirtualClock, faults

ROOT = Path(__file__).parents[2]
SIBLING = ROOT / "plugins" / "tarash-stability"
FILES = {"__init__.py", "provider.py", "models.py", "errors.py", "simulator.py", "py.typed"}
MAGIC = {"video": b"ftyp", "image": b"\x89PNG"}

Fault = Callable[[str, str], str | None]


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".ruff_cache"} & set(path.parts)
    }


def toml(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))


def statements(path: Path) -> list[ast.stmt]:
    return [
        node for node in ast.parse(path.read_text("utf-8")).body if not isinstance(node, ast.Import | ast.ImportFrom)
    ]


class TestEveryVariant:
    def test_nothing_of_the_template_is_left(self, baked: Path) -> None:
        found = [
            (name, line)
            for name, text in texts(baked).items()
            for line in [name, *text.splitlines()]
            if re.search(r"cookiecutter|\{%|(?<!\$)\{\{|\{#", line)
        ]
        assert found == []

    def test_it_has_the_files_of_its_siblings_and_no_others(self, baked: Path, variant: tuple[str, str]) -> None:
        package = {path.name for path in (baked / "src" / "tarash_acme").iterdir()} - {"__pycache__"}
        assert package == FILES | ({"jobs.py"} if variant[1] == "queue" else set())
        assert set(texts(baked)) >= {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", ".gitignore"}

    def test_every_file_compiles(self, baked: Path) -> None:
        for name, text in texts(baked).items():
            if name.endswith(".py"):
                compile(text, name, "exec")

    def test_the_provider_is_short(self, baked: Path) -> None:
        assert len((baked / "src" / "tarash_acme" / "provider.py").read_text("utf-8").splitlines()) <= 80

    def test_its_test_file_is_three_lines_plus_imports(self, baked: Path) -> None:
        path = baked / "tests" / "test_acme.py"
        lines = path.read_text("utf-8").splitlines()
        own = [line for node in statements(path) for line in lines[node.lineno - 1 : node.end_lineno]]
        assert len(own) <= 3

    def test_its_pyproject_is_that_of_its_siblings(self, baked: Path) -> None:
        ours, theirs = toml(SIBLING), toml(baked)
        assert theirs["build-system"] == ours["build-system"]
        for key in ("version", "license", "license-files", "requires-python", "dependencies", "readme"):
            assert theirs["project"][key] == ours["project"][key], key
        assert theirs["project"]["entry-points"] == {"tarash.providers": {"acme": "tarash_acme:provider"}}

    def test_its_workflows_test_it_and_publish_it_without_a_password(self, baked: Path) -> None:
        found = texts(baked / ".github" / "workflows")
        assert set(found) == {"ci.yml", "release.yml"}
        assert "${{ matrix.python }}" in found["ci.yml"]
        assert "id-token: write" in found["release.yml"] and "secrets." not in "".join(found.values())

    def test_its_licence_is_ours_with_another_name(self, baked: Path) -> None:
        ours, theirs = ((folder / "LICENSE").read_text("utf-8").splitlines() for folder in (ROOT, baked))
        assert [line for line in theirs if line not in ours] == [
            line for line in theirs if "Acme Video contributors" in line
        ]


@pytest.fixture
def provider(baked: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The provider of a package that is imported where it lies."""
    monkeypatch.syspath_prepend(str(baked / "src"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("ACME_API_KEY", "acme-test")
    monkeypatch.delenv("TARASH_ACME_BASE_URL", raising=False)
    found: Provider = importlib.import_module("tarash_acme").provider
    register_provider("acme", found)
    yield found
    unregister_provider("acme")
    for name in [name for name in sys.modules if name.partition(".")[0] == "tarash_acme"]:
        del sys.modules[name]


@pytest.fixture
def simulator(provider: Provider) -> Simulator:
    assert provider.simulator is not None
    module, _, name = provider.simulator.partition(":")
    made: Simulator = getattr(importlib.import_module(module), name)(render=False)
    return made


def generated(simulator: Simulator, variant: tuple[str, str]) -> bytes:
    """The first bytes of a result, of what the variant makes first."""
    gateway = Gateway(transport=simulator, clock=VirtualClock())
    make = gateway.generate_image if variant[0] == "image" else gateway.generate_video
    response = make("acme/acme-1", prompt="A red fox in fresh snow")
    assert response.cost is not None and response.cost.usd
    outputs: Any = getattr(response, "image" if variant[0] == "image" else "video")
    content: bytes = outputs.read()
    return content[:12]


class TestProvider:
    def test_it_generates_at_once(self, simulator: Simulator, variant: tuple[str, str]) -> None:
        assert MAGIC["image" if variant[0] == "image" else "video"] in generated(simulator, variant)
        assert len(simulator.bought) == 1

    def test_both_kinds_come_from_one_model(self, simulator: Simulator, variant: tuple[str, str]) -> None:
        kinds = {mode.rpartition("-")[2] for mode in load_provider("acme").catalog["acme-1"].modes}
        assert kinds == ({"video", "image"} if variant[0] == "both" else {variant[0]})

    def test_refused_content_is_told_and_not_charged(self, simulator: Simulator, variant: tuple[str, str]) -> None:
        simulator.script(faults.moderated())
        with pytest.raises(errors.ContentModerationError) as caught:
            generated(simulator, variant)
        assert caught.value.charged == "no" and "flagged" in str(caught.value)

    def test_a_lost_purchase_is_not_repeated(self, simulator: Simulator, variant: tuple[str, str]) -> None:
        simulator.script(faults.server_error(500, handled=True, on="submit"))
        with pytest.raises(errors.LostAnswerError):
            generated(simulator, variant)
        assert len(simulator.bought) == 1

    def test_a_job_that_is_stuck_is_left(self, simulator: Simulator, variant: tuple[str, str]) -> None:
        simulator.script(faults.stuck())
        with pytest.raises(errors.TimeoutError if variant[1] == "queue" else errors.LostAnswerError):
            generated(simulator, variant)
        assert [job.cancelled for job in simulator.jobs.values()] == [variant[1] == "queue"]

    def test_its_contract_version_is_its_own(self, provider: Provider) -> None:
        assert "contract_version" in vars(type(provider))


@pytest.fixture(scope="module")
def fault() -> Fault:
    """The check of the hook."""
    found: Fault = runpy.run_path(str(template() / "hooks" / "pre_gen_project.py"))["fault"]
    return found


BAD_NAMES = [
    *OURS, *ALIASES, "runwayml", "core", "mock", "class", "import", "Acme", "acme video", "acme-video", "1acme",
    "_acme", "acme_", "ac__me", "acme.video", "ácme", "tarash_acme", "tarash-acme", "", "a" * 25, "../acme", "{{ 7 }}",
    'a"b',
]  # fmt: skip


class TestHooks:
    @pytest.mark.parametrize("name", BAD_NAMES)
    def test_a_bad_name_is_refused_in_one_sentence(self, fault: Fault, name: str) -> None:
        said = fault("name", name)
        assert said is not None and said.endswith(".") and "\n" not in said

    def test_every_name_of_our_own_providers_is_taken(self, fault: Fault) -> None:
        names = [name for ours in OURS for name in (ours, *load_provider(ours).aliases)]
        assert [name for name in names if "own provider" not in (fault("name", name) or "")] == []

    @pytest.mark.parametrize("name", ["acme", "acme_video", "a", "studio54", "falcon", "type", "a" * 24])
    def test_a_good_name_is_taken(self, fault: Fault, name: str) -> None:
        assert fault("name", name) is None

    @pytest.mark.parametrize(
        "text", ["", " Acme", 'The "Acme"', "Acme\\", "{{ x }}", "Acme\nVideo", "<acme>", "$(acme)", "`acme`", "a" * 61]
    )
    @pytest.mark.parametrize("question", ["title", "author"])
    def test_a_text_that_would_break_the_code_is_refused(self, fault: Fault, question: str, text: str) -> None:
        assert (fault(question, text) or "").endswith(".")

    @pytest.mark.parametrize("text", ["Acme", "Änne's Vidéos & Co.", "株式会社アクメ"])
    def test_a_text_of_any_script_is_taken(self, fault: Fault, text: str) -> None:
        assert fault("title", text) is None and fault("author", text) is None

    def test_the_template_itself_refuses(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(FailedHookException):
            bake(settled({"name": "openai"}), tmp_path)
        assert "'openai' is a name of Tarash's own provider sora; choose another." in capfd.readouterr().err
        assert list(tmp_path.iterdir()) == []

    def test_what_an_installation_compiled_is_not_copied(self, tmp_path: Path) -> None:
        copy = tmp_path / "template"
        shutil.copytree(template(), copy)
        stray = copy / "{{cookiecutter.__distribution}}" / "src" / "__pycache__"
        stray.mkdir()
        (stray / "x.pyc").write_bytes(b"\0\1\2")
        config = tmp_path / "config.yaml"
        config.write_text(f"replay_dir: {(tmp_path / 'replay').as_posix()!r}\n", "utf-8")
        made = cookiecutter(str(copy), no_input=True, output_dir=str(tmp_path), config_file=str(config))
        assert list(Path(made).rglob("__pycache__")) == []


def test_the_longest_answers_keep_to_the_style(variant: tuple[str, str], tmp_path: Path) -> None:
    kind, api = variant
    answers = {"name": "abcdefghijklmnopqrst_uvw", "title": "W" * 40, "author": "W" * 60, "kind": kind, "api": api}
    folder = bake(settled(answers), tmp_path)
    for words in (["check"], ["format", "--check", "--diff"]):
        subprocess.run([sys.executable, "-m", "ruff", *words, "--no-cache", "--quiet", "."], cwd=folder, check=True)


def test_the_command_asks_what_the_template_asks() -> None:
    asked = json.loads((template() / "cookiecutter.json").read_text("utf-8"))
    assert tuple(name for name in asked if not name.startswith("_")) == QUESTIONS == tuple(asked["__prompts__"])
    assert {name: tuple(asked[name]) for name in CHOICES} == CHOICES
