"""What must hold for the repository as a whole."""

import re
import subprocess
import textwrap
import tomllib
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))
PLUGIN_FILES = (
    "__init__.py", "provider.py", "models.py", "errors.py", "simulator.py", "catalog_source.py", "catalog.json",
    "py.typed",
)  # fmt: skip
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")])
LOCK_FILES = {"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock"}
# In pieces, so that this file does not hold what it forbids.
FORBIDDEN = [
    "".join(pieces).encode()
    for pieces in (
        ("py", "pi.org"),
        ("python", "hos", "ted.org"),
        ("regis", "try.npm", "js.org"),
        ("deb", ".deb", "ian.org"),
        ("/root", "/"),
        ("/work", "/main"),
        ("/work", "/shared"),
        ("/tmp", "/venv"),
        ("/opt", "/wheels"),
        ("/opt", "/pypi"),
    )
]


def tracked() -> list[Path]:
    """The files that are or will be in the repository; an ignored file counts when it was added all the same."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True, encoding="utf-8").stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def read_toml(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def plugin_name(folder: Path) -> str:
    return folder.name.removeprefix("tarash-")


def without_name(value: Any, name: str) -> Any:
    """The same TOML value with the provider's name replaced by a placeholder."""
    if isinstance(value, dict):
        return {without_name(key, name): without_name(item, name) for key, item in value.items()}
    if isinstance(value, list):
        return [without_name(item, name) for item in value]
    if isinstance(value, str):
        return "NAME" if value == name else re.sub(rf"(?<=tarash[-_]){re.escape(name)}\b", "NAME", value)
    return value


def pattern(folder: Path) -> dict[str, Any]:
    """What all plugins share: everything but the name, the title, and the patch number."""
    project = read_toml(folder)
    project["project"]["version"] = minor(project["project"]["version"])
    # Beyond the core a plugin may need a library of its own, such as one that signs tokens, also as an extra.
    project["project"]["dependencies"] = project["project"]["dependencies"][:1]
    project["project"].pop("optional-dependencies", None)
    project["project"]["description"] = re.sub(
        r"^.+ for Tarash\.$", "TITLE for Tarash.", project["project"]["description"]
    )
    return without_name(project, plugin_name(folder))


def minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def fences(page: Path, language: str) -> Iterator[tuple[int, str]]:
    """Every fenced block of one language with the line it starts on, indented ones included."""
    text = page.read_text(encoding="utf-8")
    for match in re.finditer(rf"^([ ]*)```{language}\b[^\n]*\n(.*?)^\1```", text, re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, match.start()) + 2, textwrap.dedent(match[2])


SNIPPETS = [
    pytest.param(page, line, code, id=f"{page.relative_to(ROOT).as_posix()}:{line}")
    for page in PAGES
    for line, code in fences(page, "python")
]


def test_there_are_plugins_and_snippets_to_check() -> None:
    assert {"fal", "replicate"} <= {plugin_name(folder) for folder in PLUGINS}
    assert {page for page, _, _ in (snippet.values for snippet in SNIPPETS)} >= {ROOT / "README.md"}


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
class TestPlugin:
    def test_pyproject_follows_the_one_pattern(self, folder: Path) -> None:
        assert pattern(folder) == pattern(PLUGINS[0])

    def test_name_is_the_folder(self, folder: Path) -> None:
        project = read_toml(folder)["project"]
        assert project["name"] == folder.name
        name = plugin_name(folder)
        assert project["entry-points"] == {"tarash.providers": {name: f"tarash_{name}:provider"}}

    def test_minor_version_is_that_of_the_core(self, folder: Path) -> None:
        core, project = read_toml(ROOT)["project"], read_toml(folder)["project"]
        assert minor(project["version"]) == minor(core["version"])
        major, number = minor(core["version"]).split(".")
        assert project["dependencies"][0] == f"tarash-core>={major}.{number},<{major}.{int(number) + 1}"

    def test_requires_the_same_python_as_the_core(self, folder: Path) -> None:
        assert read_toml(folder)["project"]["requires-python"] == read_toml(ROOT)["project"]["requires-python"]

    def test_has_the_same_files_as_its_siblings(self, folder: Path) -> None:
        package = folder / "src" / folder.name.replace("-", "_")
        wanted = [package / name for name in PLUGIN_FILES] + [folder / "README.md", folder / "LICENSE"]
        assert [path.relative_to(folder).as_posix() for path in wanted if not path.is_file()] == []
        assert list(folder.glob("tests/test_*.py"))

    def test_licence_is_that_of_the_core(self, folder: Path) -> None:
        assert (folder / "LICENSE").read_text(encoding="utf-8") == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_core_offers_every_plugin_as_an_extra() -> None:
    settings = read_toml(ROOT)
    names = [plugin_name(folder) for folder in PLUGINS]
    extras = settings["project"]["optional-dependencies"]
    version = minor(settings["project"]["version"]).split(".")
    span = f">={version[0]}.{version[1]},<{version[0]}.{int(version[1]) + 1}"
    assert {name: extras.get(name) for name in names} == {name: [f"tarash-{name}{span}"] for name in names}
    assert extras["all-providers"] == [f"tarash-core[{','.join(names)}]"]


def test_uv_takes_every_member_from_the_workspace() -> None:
    members = ["tarash-core", *(folder.name for folder in PLUGINS)]
    assert read_toml(ROOT)["tool"]["uv"]["sources"] == {member: {"workspace": True} for member in members}


def test_the_core_depends_on_nothing_beyond_the_design() -> None:
    dependencies = read_toml(ROOT)["project"]["dependencies"]
    names = {re.split(r"[<>=!~\[; ]", dependency)[0] for dependency in dependencies}
    assert names == {"anyio", "attrs", "cattrs", "httpx", "importlib-metadata", "pluggy"}


def test_readme_opens_with_the_two_commands() -> None:
    blocks = re.findall(
        r"^```\w*\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert blocks[0] == "pip install uv && uv run tarash demo\npip install uv && uv run pytest\n"
    assert blocks[1] == "pip install uv; uv run tarash demo\npip install uv; uv run pytest\n"


@pytest.mark.parametrize(("page", "line", "code"), SNIPPETS)
def test_snippet_compiles(page: Path, line: int, code: str) -> None:
    compile("\n" * (line - 1) + code, str(page), "exec", PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_no_lock_file_is_tracked() -> None:
    assert [path for path in tracked() if path.name in LOCK_FILES] == []


def test_no_file_is_over_two_megabytes() -> None:
    assert [path for path in tracked() if path.stat().st_size > 2_000_000] == []


def test_no_registry_host_or_machine_path_is_tracked() -> None:
    found = [(path, word.decode()) for path in tracked() for word in FORBIDDEN if word in path.read_bytes()]
    assert found == []
