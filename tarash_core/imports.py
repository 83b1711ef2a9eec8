"""What surrounds the import of a plugin."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from typing import Any

output_is_data = False
"""Whether a program reads what this process writes, as with the command: then a plugin that prints while it is
imported prints to the standard error."""


def importing() -> AbstractContextManager[Any]:
    """Surrounds the import of a plugin."""
    return redirect_stdout(sys.stderr) if output_is_data else nullcontext()
