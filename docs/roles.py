"""Turns the roles of our docstrings, such as ``:func:`plan_video```, into links where the page has the name."""

import re
from typing import Any

ROLE = re.compile(r":(?:attr|class|func|meth|mod):<code>([\w.]+)</code>")


def on_page_content(html: str, **_: Any) -> str:
    """The page with each role as code, and as a link to the name where that stands on the page."""

    def shown(found: re.Match[str]) -> str:
        name = f"<code>{found[1]}</code>"
        for anchor in (found[1], f"tarash_core.{found[1]}"):
            if f'id="{anchor}"' in html:
                return f'<a href="#{anchor}">{name}</a>'
        return name

    return ROLE.sub(shown, html)
