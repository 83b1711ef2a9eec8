"""Hundreds of installed packages, some of them bad, seen from a fresh process as a user's program sees them."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Install = Callable[..., Path]
Source = Callable[..., str]

COUNT = 300
PRINTS = "import sys\nprint('hello from the plugin')\nsys.stdout.write('and again\\n')\n"
SLEEPS = "import time\ntime.sleep(60)\n"
BROKEN = "raise RuntimeError('half installed')\n"


@pytest.fixture
def crowd(install: Install, source: Source, tmp_path: Path) -> Path:
    """Three hundred distributions in a folder, among them a few that misbehave."""
    for number in range(COUNT - 8):
        install(f"many-{number}", {f"p{number}": f"many_{number}:provider"})
    install("acme-broken", {"broken": "acme_broken:provider"}, code=BROKEN)
    install("acme-loud", {"loud": "acme_loud:provider"}, code=PRINTS + source("loud"))
    install("acme-slow", {"slow": "acme_slow:provider"}, code=SLEEPS + source("slow"))
    install("acme-old", {"old": "acme_old:provider"}, code=source("old", contract_version=0))
    install("acme-new", {"new": "acme_new:provider"}, code=source("new", contract_version=9))
    install("acme-two", {"twice": "acme_two:provider"}, code=source("twice"))
    install("acme-too", {"twice": "acme_too:provider"}, code=source("twice"))
    install("acme-extra", {}, {"extra": "acme_extra"}, code=BROKEN)
    return tmp_path


def run(crowd: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs Python beside the crowd; nothing else of tarash's is installed but what is."""
    path = os.pathsep.join([str(crowd), *filter(None, [os.environ.get("PYTHONPATH")])])
    variables = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **variables}
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, env=variables, timeout=50)


def after(crowd: Path, code: str, **variables: str) -> tuple[Any, str]:
    """What a program prints as its last line, read as a literal, and its standard error."""
    mine = "sorted(n for n in sys.modules if n.startswith(('many_', 'acme_')))"
    done = run(crowd, "-c", f"import sys\n{code}\nprint(repr((said, {mine})))", **variables)
    assert done.returncode == 0, done.stderr
    return ast.literal_eval(done.stdout.splitlines()[-1]), done.stderr


LOAD = "from tarash_core.plugins import load_provider\nsaid = load_provider({!r}).name"
REFUSED = (
    "from tarash_core.plugins import load_provider\nfrom tarash_core.errors import TarashException\n"
    "try:\n    said = load_provider({!r}).name\nexcept TarashException as error:\n    said = str(error)"
)
CALL = """
from tarash_core import generate_video
from tarash_core.testing import simulating
with simulating() as simulators:
    said = generate_video("fal/fal-ai/veo3.1", prompt="A fox").request_id in simulators["fal"].bought
"""


def test_naming_one_provider_imports_that_one_and_says_nothing(crowd: Path) -> None:
    assert after(crowd, LOAD.format("p150")) == (("p150", ["many_150"]), "")


def test_a_broken_neighbour_costs_a_job_one_line_of_warning(crowd: Path) -> None:
    (said, modules), warned = after(crowd, CALL)
    assert said is True
    assert modules == []
    lines = warned.splitlines()
    assert len(lines) == 1, warned
    assert "acme-extra" in lines[0] and "RuntimeError: half installed" in lines[0]


def test_a_neighbour_that_is_switched_off_costs_nothing(crowd: Path) -> None:
    assert after(crowd, CALL, TARASH_DISABLE_PLUGINS="acme-extra") == ((True, []), "")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("broken", "acme-broken 1.0 cannot be loaded as the provider 'broken': RuntimeError: half installed"),
        ("twice", "acme-too and acme-two"),
        ("old", "pip install -U acme-old"),
        ("new", "pip install -U tarash-core"),
        ("p9999", "There is no provider 'p9999'; did you mean 'p"),
    ],
)
def test_a_bad_one_is_an_error_only_when_it_is_named(crowd: Path, name: str, says: str) -> None:
    (said, _), warned = after(crowd, REFUSED.format(name))
    assert says in said
    assert warned == ""


def test_one_of_two_under_a_name_can_be_chosen(crowd: Path) -> None:
    assert after(crowd, LOAD.format("twice"), TARASH_PROVIDER_TWICE="acme-too") == (("twice", ["acme_too"]), "")


@pytest.mark.parametrize("variables", [{"TARASH_DISABLE_PLUGINS": "p150"}, {"TARASH_LOAD_PLUGINS": "p1,fal"}])
def test_what_is_switched_off_is_never_imported(crowd: Path, variables: dict[str, str]) -> None:
    (said, modules), warned = after(crowd, REFUSED.format("p150"), **variables)
    assert f"switched off by {next(iter(variables))}" in said
    assert (modules, warned) == ([], "")


def test_listing_all_of_them_imports_none_and_waits_for_none(crowd: Path) -> None:
    start = time.monotonic()
    code = "from tarash_core.plugins import installed_providers\nsaid = len(installed_providers())"
    (said, modules), warned = after(crowd, code)
    assert said >= COUNT
    assert (modules, warned) == ([], "")
    assert time.monotonic() - start < 30  # one of them sleeps for a minute when it is imported


def test_a_plugin_that_prints_spoils_no_output_that_is_read(crowd: Path) -> None:
    done = run(crowd, "-m", "tarash_core", "plugins", "--json", TARASH_LOAD_PLUGINS="loud,p1,broken,twice")
    assert done.returncode == 0, done.stderr
    shown = {info["distribution"]: info for info in json.loads(done.stdout)}
    assert "hello from the plugin" in done.stderr
    assert shown["acme-loud"]["failure"] is None
    assert "RuntimeError: half installed" in shown["acme-broken"]["failure"]
    assert "acme-too and acme-two" in shown["acme-two"]["failure"]
    assert shown["acme-slow"]["switched_off_by"] == "TARASH_LOAD_PLUGINS"


def test_a_plugin_that_prints_is_not_hushed_in_a_program(crowd: Path) -> None:
    done = run(crowd, "-c", LOAD.format("loud"))
    assert done.stdout == "hello from the plugin\nand again\n"


def test_a_slow_one_keeps_only_those_waiting_who_named_it(crowd: Path, source: Source) -> None:
    (crowd / "acme_slow.py").write_text(SLEEPS.replace("60", "0.5") + source("slow"))
    code = (
        "import threading, time\nfrom tarash_core.plugins import load_provider\n"
        "slow = threading.Thread(target=load_provider, args=('slow',))\nslow.start()\ntime.sleep(0.05)\n"
        "load_provider('p7')\nsaid = slow.is_alive()\nslow.join()"
    )
    (said, modules), _ = after(crowd, code)
    assert said is True
    assert modules == ["acme_slow", "many_7"]
