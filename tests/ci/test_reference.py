"""The API reference of the site: each module whose names are promised has its place."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MARKDOWN = [ROOT / "docs/reference.md", *ROOT.glob("docs/reference/*.md")]
SHOWN = {
    name for page in MARKDOWN for name in re.findall(r"^::: (\S+)", page.read_text(encoding="utf-8"), re.MULTILINE)
}
PROMISED = runpy.run_path(str(ROOT / ".ci/check_api.py"))["PUBLIC"]


@pytest.mark.parametrize("suffix", [*PROMISED, ".notebook", ".profiles", ".testing.faults", ".testing.pytest_plugin"])
def test_every_promised_module_stands_in_it(suffix):
    assert f"tarash_core{suffix}" in SHOWN


def test_roles_of_docstrings_become_code_and_links():
    on_page_content = runpy.run_path(str(ROOT / "docs/roles.py"))["on_page_content"]
    page = '<h3 id="tarash_core.plan_video"></h3> :func:<code>plan_video</code> :meth:<code>save</code> <code>x</code>'
    assert on_page_content(page) == (
        '<h3 id="tarash_core.plan_video"></h3> <a href="#tarash_core.plan_video"><code>plan_video</code></a> '
        "<code>save</code> <code>x</code>"
    )
