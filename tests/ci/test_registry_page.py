"""What a registry shows of a package: its README, rendered without the repository around it."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from readme_renderer import markdown

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", *sorted(ROOT.glob("plugins/*/README.md"))]


class _Links(HTMLParser):
    """Every address on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name in ("href", "src") and value]


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_a_readme_renders_and_leads_nowhere_that_only_a_checkout_has(readme):
    html = markdown.render(readme.read_text("utf-8"))
    assert html is not None
    assert "<h1" in html and "<pre" in html
    links = _Links()
    links.feed(html)
    assert [link for link in links.found if not link.startswith(("https://", "#"))] == []


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_a_link_into_the_repository_names_a_file_that_is_there(readme):
    links = _Links()
    links.feed(markdown.render(readme.read_text("utf-8")) or "")
    start = "https://github.com/vertexcover-io/tarash/blob/main/"
    paths = [link.removeprefix(start).partition("#")[0] for link in links.found if link.startswith(start)]
    assert [path for path in paths if not (ROOT / path).is_file()] == []
