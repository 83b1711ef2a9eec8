"""A README is shown away from the repository too, on the page of its package: its links have to work there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = sorted([ROOT / "README.md", *ROOT.glob("plugins/*/README.md")])
HERE = "https://github.com/vertexcover-io/tarash/"
INLINE = re.compile(r"\]\(([^)\s]+)\)")
DEFINED = re.compile(r"^\[([^\]]+)\]: (\S+)$", re.MULTILINE)
USED = re.compile(r"\]\[([^\]]+)\]")


def targets(text: str) -> list[str]:
    return INLINE.findall(text) + [url for _, url in DEFINED.findall(text)]


def anchors(text: str) -> set[str]:
    """The anchors that the headings of a Markdown page get."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def is_broken(url: str, text: str) -> bool:
    if url.startswith("#"):
        return url[1:] not in anchors(text)
    if not url.startswith(HERE):
        return not url.startswith("https://")
    found = re.fullmatch(r"(?:blob|tree)/main/([^#]+)(?:#(.+))?", url.removeprefix(HERE))
    if found is None:
        return url != HERE
    path = ROOT / found[1]
    return not path.exists() or bool(found[2] and found[2] not in anchors(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.parent.name)
def test_every_link_works_outside_the_repository(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [url for url in targets(text) if is_broken(url, text)] == []
    assert set(USED.findall(text)) == {label for label, _ in DEFINED.findall(text)}


@pytest.mark.parametrize("url", ["docs/jobs.md", "#nothing", f"{HERE}blob/main/no.md", f"{HERE}blob/main/README.md#no"])
def test_a_broken_link_is_found(url: str) -> None:
    assert is_broken(url, "# A page")
