"""Writes each notebook of the documentation as a page beside it: ``python .ci/notebook_page.py``.

The site shows the page, so that it needs no notebook software; the outputs are those that are saved in the notebook.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "docs/notebooks"


def page_of(notebook: Path) -> str:
    """The notebook as Markdown: its texts, its code, and under each cell what it showed."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    parts = [part for cell in cells for part in _parts(cell)]
    source = f"This page is made of the notebook [{notebook.name}]({notebook.name})."
    return "\n\n".join([parts[0], source, *parts[1:]]) + "\n"


def _parts(cell: dict[str, Any]) -> list[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return source.split("\n\n")
    return [f"```python\n{source}\n```", *filter(None, map(_output, cell["outputs"]))]


def _output(output: dict[str, Any]) -> str:
    """HTML in one line where there is any, for Markdown ends it at an empty one; else the text."""
    data = output.get("data", {"text/plain": output.get("text", "")})
    html = "".join(data.get("text/html", ""))
    if html:
        return f'<div class="output">{html}</div>'.replace("\n", " ")
    text = "".join(data["text/plain"])
    return f"```text\n{text}\n```"


def main() -> None:
    """Writes the pages."""
    for notebook in FOLDER.glob("*.ipynb"):
        notebook.with_suffix(".md").write_text(page_of(notebook), encoding="utf-8")


if __name__ == "__main__":
    main()
