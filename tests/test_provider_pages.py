"""The pages of the providers that are made when the docs are built."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tarash_core.catalog import set_today
from tarash_core.catalog.search import listed_ids
from tarash_core.plugins import installed_providers
from tarash_core.plugins.loader import load_provider

ROOT = Path(__file__).parents[1]
LARGEST = 1_500_000


def load_hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("provider_pages", ROOT / "docs" / "provider_pages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HOOK = load_hook()
NAMES = sorted(info.name for info in installed_providers() if info.kind == "provider" and info.distribution)


@pytest.fixture(scope="module")
def pages() -> Iterator[dict[str, str]]:
    set_today("2026-11-22")
    yield HOOK.pages()
    set_today(None)


def test_each_installed_provider_has_its_page_and_its_place_in_the_site(pages: dict[str, str]) -> None:
    ours = [name for name in NAMES if (ROOT / "plugins" / f"tarash-{name}").is_dir()]
    assert set(pages) == {"providers/index.md", *(f"providers/{name}.md" for name in ours)}
    assert len(ours) == 8
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert [path for path in pages if f": {path}\n" not in site] == []
    assert [name for name in ours if f"]({name}.md)" not in pages["providers/index.md"]] == []


@pytest.mark.parametrize("name", HOOK.NAMES)
def test_a_page_has_every_live_model(pages: dict[str, str], name: str) -> None:
    catalog, page = load_provider(name).catalog, pages[f"providers/{name}.md"]
    live = [
        id for id in listed_ids(catalog) if any(not HOOK.has_ended(catalog[id], way) for way in catalog[id].variants)
    ]
    assert live and [id for id in live if f"<code>{id}</code>" not in page] == []
    assert len(page.encode()) < LARGEST


@pytest.mark.parametrize("name", HOOK.NAMES)
def test_a_page_begins_with_the_readme_and_names_key_and_hosts(pages: dict[str, str], name: str) -> None:
    provider, page = load_provider(name), pages[f"providers/{name}.md"]
    body = (ROOT / "plugins" / f"tarash-{name}" / "README.md").read_text(encoding="utf-8").partition("\n")[2].strip()
    assert page.startswith(f"# {provider.title}\n\n{body}\n\n## In short")
    variables = [variable for names in provider.credentials.alternatives for variable in names]
    assert [word for word in (*variables, *provider.origins) if f"<code>{word}</code>" not in page] == []


@pytest.mark.parametrize("name", HOOK.NAMES)
def test_links_within_a_page_lead_to_its_headings(pages: dict[str, str], name: str) -> None:
    page = pages[f"providers/{name}.md"]
    headings = [HOOK.slugify(title.replace("`", ""), "-") for title in re.findall(r"^#+ (.+)$", page, re.MULTILINE)]
    links = re.findall(r'href="#([^"]+)"', page)
    assert set(links) <= set(headings)
    assert all(headings.count(link) == 1 for link in links)


def test_limits_prices_ends_and_parameters_are_shown(pages: dict[str, str]) -> None:
    kling, fal = pages["providers/kling.md"], pages["providers/fal.md"]
    assert re.search(r"<code>kling-3.0</code></a></td><td>text-to-video[^\n]*<td>3 to 15</td>[^\n]*from \$", kling)
    assert "retired 2026-09-15, use kling" in kling
    assert "<td><code>settings.duration</code></td><td>3 to 15</td>" in kling
    assert "none: a job whose time ran out goes on" in kling
    assert "Asks fal to stop. Its yes is only a request" in fal
    assert "<summary><code>fal-ai/veo3.1</code> " in fal
    assert "kling-4.0" in kling and "Kling has announced it" in kling
