from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tarash_core import testing


def names_for_type_checkers() -> set[str]:
    tree = ast.parse(Path(testing.__file__).read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {alias.asname for line in block.body if isinstance(line, ast.ImportFrom) for alias in line.names}


def test_the_lazy_table_the_type_checkers_and_all_agree():
    assert names_for_type_checkers() == set(testing._HOMES) == set(testing.__all__) == set(dir(testing))
    assert [getattr(testing, name) for name in testing.__all__]


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Simulater"):
        _ = testing.Simulater


def test_a_simulator_needs_no_http_library_and_no_event_loop():
    code = (
        "import sys; from tarash_core.testing import Simulator, InProcess, faults; Simulator();"
        "print([name for name in ('httpx', 'h11', 'anyio', 'asyncio', 'av', 'cattrs') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
