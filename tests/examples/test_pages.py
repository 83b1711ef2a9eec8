import re
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PROGRAMS = sorted(EXAMPLES.glob("*.py"))
PACKAGES = sorted(path.parent for path in EXAMPLES.glob("*/pyproject.toml"))
PAGES = [*(path.with_suffix(".md") for path in PROGRAMS), *(folder / "README.md" for folder in PACKAGES)]


def module_of(page: Path) -> str:
    """What a page shows, as the include of it."""
    if page.name != "README.md":
        return f"{page.stem}.py"
    (package,) = page.parent.glob("src/*/__init__.py")
    return package.relative_to(EXAMPLES).as_posix()


def test_there_are_examples() -> None:
    assert len(PROGRAMS) >= 5 and len(PACKAGES) >= 2


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(EXAMPLES).as_posix())
def test_each_has_a_page_that_shows_it_and_a_test_that_runs_it(page: Path) -> None:
    assert re.findall(r'^--8<-- "(.+)"$', page.read_text("utf-8"), re.MULTILINE) == [module_of(page)]
    name = page.stem if page.name != "README.md" else page.parent.name.replace("-", "_")
    assert Path(__file__).with_name(f"test_{name}.py").is_file()


def test_the_overview_has_them_all() -> None:
    linked = re.findall(r"^\| \[.+?\]\((.+?\.md)\)", (EXAMPLES / "index.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(linked) == sorted(page.relative_to(EXAMPLES).as_posix() for page in PAGES)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_a_program_says_how_it_is_run(path: Path) -> None:
    assert re.search(rf"^    .*(python {path.name}|uvicorn .*{path.stem}:)", path.read_text("utf-8"), re.MULTILINE)
