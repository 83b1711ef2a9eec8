"""The command ``tarash``; it needs the extra ``cli``."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence


def _print_anything() -> None:
    """Lets a character that the output cannot show, as on a pipe of Windows, be written by its number."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


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
    _print_anything()
    tarash.main(args=arguments, prog_name="tarash")
