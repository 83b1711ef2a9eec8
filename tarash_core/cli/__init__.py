"""The command ``tarash``; it needs the extra ``cli``."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and leaves with its exit code; without the extra it says how to install it and leaves with 2.

    Args:
        arguments: The words after ``tarash``; those of the process when None.
    """
    try:
        import click  # noqa: F401
        import rich  # noqa: F401
    except ImportError:
        sys.stderr.write('The command tarash needs click and rich; run: pip install "tarash-core[cli]"\n')
        raise SystemExit(2) from None
    from tarash_core import imports
    from tarash_core.cli.group import tarash

    imports.output_is_data = True
    tarash.main(args=arguments, prog_name="tarash")
