"""Looks through the built documentation: `python .ci/check_links.py SITE`.

Every link and every anchor within the site has to lead somewhere, and no page may make a browser fetch anything from
another host: the site works offline, and tells nobody who reads it.
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

LOADING = {"src", "srcset", "poster", "data"}
"""The attributes whose address a browser fetches by itself, on every tag."""
LOADING_LINKS = {"use", "image", "feImage"}
"""The tags of SVG that fetch what their ``href`` names."""
NAMED_ONLY = {"alternate", "author", "canonical", "help", "license", "me", "next", "prev"}
"""What a ``<link>`` may be for without being fetched."""
CALLS_OUT = {
    "data-md-component": ("source", "the theme asks the repository's host about it"),
    "class": ("mermaid", "the theme fetches the program that draws it"),
}
"""Marks that make the theme's script speak to another host: attribute, word in it, and what happens."""
IN_STYLES = re.compile(r"""(?:url\(|@import)\s*["']?([^"')\s;]+)""")


class Link(NamedTuple):
    """An address on a page; ``loads`` when the browser fetches it without a click."""

    line: int
    url: str
    loads: bool


class Page(HTMLParser):
    """What one page names, links to and loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[Link] = []
        self.calls: list[tuple[int, str]] = []
        self._in_style = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes the addresses and the names of a tag."""
        given = {name: value or "" for name, value in attrs}
        self._in_style = tag == "style"
        self.ids.update(given[name] for name in ("id", "name") if given.get(name))
        for name, value in given.items():
            if name in ("href", "xlink:href"):
                self._add(value, tag in LOADING_LINKS or (tag == "link" and not _is_named_only(given)))
            elif name in LOADING and tag not in ("a", "meta"):
                for part in value.split(",") if name == "srcset" else [value]:
                    self._add(part.split()[0] if part.strip() else "", True)
        self._add_styles(given.get("style", ""))
        for name, (word, why) in CALLS_OUT.items():
            if word in given.get(name, "").split():
                self.calls.append((self.getpos()[0], f'{name}="{word}": {why}'))

    def handle_data(self, data: str) -> None:
        """Notes the addresses in a style sheet within the page."""
        if self._in_style:
            self._add_styles(data)

    def _add(self, url: str, loads: bool) -> None:
        self.links.append(Link(self.getpos()[0], url, loads))

    def _add_styles(self, text: str) -> None:
        for url in IN_STYLES.findall(text):
            self._add(url, True)


def _is_named_only(given: dict[str, str]) -> bool:
    return set(given.get("rel", "").split()) <= NAMED_ONLY


class Site:
    """A folder of built pages.

    Args:
        root: The folder.

    Raises:
        SystemExit: There is no page in it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(self.root.rglob("*.html"))}
        if not self.pages:
            raise SystemExit(f"{root} holds no page; build the site first: mkdocs build --site-dir {root}")

    def faults(self) -> Iterator[str]:
        """What is wrong, a sentence each."""
        for path, page in self.pages.items():
            yield from (f"{self._named(path)}:{line}: {what}" for line, what in page.calls)
            yield from self._faults_of(path, page.links)
        for path in sorted(self.root.rglob("*.css")):
            urls = IN_STYLES.findall(path.read_text(encoding="utf-8"))
            yield from self._faults_of(path, [Link(1, url, True) for url in urls])

    def _named(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _faults_of(self, path: Path, links: list[Link]) -> Iterator[str]:
        for line, url, loads in links:
            what = _of_others(url, loads) if _is_elsewhere(url) else self._missing(path, url)
            if what:
                yield f"{self._named(path)}:{line}: {what}"

    def _missing(self, path: Path, url: str) -> str:
        """What a link within the site lacks; empty when it leads somewhere."""
        parts = urlsplit(url)
        if parts.scheme:  # data:, mailto:, tel:
            return ""
        place = unquote(parts.path)
        start = self.root if place.startswith("/") else path.parent
        target = (start / place.lstrip("/")).resolve() if place else path
        target = target / "index.html" if target.is_dir() else target
        if not target.is_file() or not target.is_relative_to(self.root):
            return f"{url} leads nowhere"
        anchor, page = unquote(parts.fragment), self.pages.get(target)
        if anchor and page is not None and anchor not in page.ids:
            return f"{url}: {self._named(target)} has no anchor {anchor!r}"
        return ""


def _is_elsewhere(url: str) -> bool:
    return url.startswith("//") or urlsplit(url).scheme in ("http", "https")


def _of_others(url: str, loads: bool) -> str:
    return f"{url} is loaded from another host; keep a copy in docs/" if loads else ""


def main(arguments: list[str]) -> int:
    """Prints what is wrong with the site in the folder that is named; 1 if there is anything."""
    if len(arguments) != 1:
        raise SystemExit("usage: check_links.py SITE")
    site = Site(Path(arguments[0]))
    found = list(site.faults())
    print(*found, sep="\n", end="\n" if found else "")
    links = sum(len(page.links) for page in site.pages.values())
    print(f"{len(site.pages)} pages, {links} links, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
