"""The check of the built site: what it lets pass, and each thing that it finds."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]


check_links = SimpleNamespace(**runpy.run_path(str(ROOT / ".ci/check_links.py")))

GOOD = """<html><head><link rel="stylesheet" href="style.css"><link rel="canonical" href="https://docs.example/"></head>
<body><h1 id="top-of-it">A</h1><a href="b/">B</a> <a href="b/#half%20way">B</a> <a href="#top-of-it">A</a>
<a href="#">up</a> <a href="/b/index.html">B</a> <a href="https://example.com/x">X</a>
<a href="mailto:a@example.com">M</a>
<img src="data:image/png;base64,AA=="> <svg><use href="#top-of-it"></use></svg></body></html>"""
OTHER = '<h2 id="half way">B</h2><a href="..">A</a> <a name="old"></a> <a href="?q=1">again</a>'


@pytest.fixture
def faults(tmp_path):
    """What is found in a good site of two pages with something added to the first or to its style sheet."""

    def found(page="", style=""):
        (tmp_path / "b").mkdir()
        (tmp_path / "index.html").write_text(GOOD + page, encoding="utf-8")
        (tmp_path / "b/index.html").write_text(OTHER, encoding="utf-8")
        (tmp_path / "style.css").write_text("a { background: url(b/index.html) }" + style, encoding="utf-8")
        return list(check_links.Site(tmp_path).faults())

    return found


def test_a_good_site_passes(faults, tmp_path, capsys):
    assert faults() == []
    assert check_links.main([str(tmp_path)]) == 0
    assert "2 pages" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ('<a href="c/">', "c/ leads nowhere"),
        ('<a href="../index.html">', "leads nowhere"),
        ('<a href="#nothing">', "no anchor 'nothing'"),
        ('<a href="b/#top-of-it">', "b/index.html has no anchor"),
        ('<img src="fox.png">', "fox.png leads nowhere"),
        ('<script src="https://cdn.example/x.js"></script>', "loaded from another host"),
        ('<script src="//cdn.example/x.js"></script>', "loaded from another host"),
        ('<link rel="stylesheet" href="https://fonts.example/css">', "loaded from another host"),
        ('<link rel="preconnect" href="https://fonts.example">', "loaded from another host"),
        ('<img srcset="b/ 1x, https://cdn.example/2.png 2x">', "https://cdn.example/2.png is loaded"),
        ('<svg><use href="https://cdn.example/i.svg#a"></use></svg>', "loaded from another host"),
        ('<p style="background: url(https://cdn.example/a.png)">', "loaded from another host"),
        ("<style>@import 'https://fonts.example/css';</style>", "loaded from another host"),
        ('<a class="md-source" data-md-component="source">', "repository's host"),
        ('<pre class="x mermaid">', "the program that draws it"),
    ],
)
def test_each_fault_is_found(faults, tmp_path, capsys, page, told):
    found = faults(page)
    assert len(found) == 1 and told in found[0] and found[0].startswith("index.html:")
    assert check_links.main([str(tmp_path)]) == 1
    assert told in capsys.readouterr().out


@pytest.mark.parametrize("style", ["a { b: url('https://cdn.example/a.woff') }", '@import "//fonts.example/css";'])
def test_a_style_sheet_is_read_too(faults, style):
    assert len(faults(style=style)) == 1


def test_a_folder_without_pages_is_no_clean_site(tmp_path):
    with pytest.raises(SystemExit, match="build the site first"):
        check_links.main([str(tmp_path)])
    with pytest.raises(SystemExit, match="usage"):
        check_links.main([])


def test_the_whole_check_runs_it():
    assert ".ci/check_links.py" in (ROOT / ".ci/run").read_text(encoding="utf-8")
