"""What an import brings along, seen from a fresh process."""

import ast
import subprocess
import sys

import pytest

QUICKSTART = "from tarash_core import VideoGenerationConfig, VideoGenerationRequest, generate_video"
HEAVY = {"httpx", "httpcore", "h11", "cattrs", "asyncio", "anyio", "trio", "pluggy", "importlib_metadata", "click"}
AVOIDABLE = {"json", "pathlib", "datetime", "decimal", "base64", "logging", "tempfile", "urllib.parse", "ssl", "uuid"}


def modules_after(statement: str, before: str = "") -> set[str]:
    """The modules that a statement adds in a new interpreter to those that were there before it."""
    code = f"import sys\n{before}\nbefore = set(sys.modules)\n{statement}\nprint(sorted(set(sys.modules) - before))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ast.literal_eval(shown.stdout))


def test_importing_the_package_loads_nothing_else():
    assert modules_after("import tarash_core") == {"tarash_core"}


def test_the_quickstart_names_load_values_and_nothing_that_does_the_work():
    added = modules_after(QUICKSTART, before="import attrs, math")
    assert not added & HEAVY
    assert not added & AVOIDABLE
    assert not [name for name in added if not name.startswith("tarash_core")]
    assert not [name for name in added if name.startswith(("tarash_core.engine", "tarash_core.fields"))]


@pytest.mark.parametrize("statement", ["import tarash_core.plugins", "import tarash_core.fields, tarash_core.catalog"])
def test_what_a_provider_imports_loads_no_http_library_and_no_event_loop(statement):
    assert not modules_after(statement) & (HEAVY - {"pluggy", "importlib_metadata"})


@pytest.mark.parametrize("provider", ["tarash_fal.provider", "tarash_replicate.provider"])
def test_a_provider_loads_no_http_library_and_no_event_loop(provider):
    added = modules_after(f"import {provider}")
    assert not added & (HEAVY - {"pluggy", "importlib_metadata"})
    assert not [name for name in added if name.startswith("tarash_core.testing")]


def test_a_plan_needs_no_http_library():
    plan = "plan_video('fal/fal-ai/veo3.1', prompt='A fox', duration_seconds=8)"
    added = modules_after(f"from tarash_core import plan_video; {plan}")
    assert not added & {"httpx", "httpcore", "h11", "cattrs", "asyncio", "trio"}
