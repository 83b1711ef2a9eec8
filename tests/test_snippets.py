"""What the documentation shows is run, against simulators on this machine: no network, no key, no waiting.

The Python blocks of a page share their names, in order, as a reader's session would. A block that cannot be run is
preceded by ``<!-- not run: reason -->``. Commands are run where they end by themselves, else their options are read.
"""

from __future__ import annotations

import ast
import asyncio
import functools
import inspect
import io
import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import Any

import click
import pytest

from tarash_core.cli.group import COMMANDS, tarash
from tarash_core.cli.simulators import simulator_of
from tarash_core.engine.access import base_url_variable
from tarash_core.plugins.loader import load_provider
from tarash_core.testing import Simulator, background, sample_image, sample_video

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")])
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w+)[^\n]*\n(?P<text>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r"<!-- not run: .+ -->\s*\Z")
SHELLS = ("sh", "console", "powershell")
PROVIDERS = sorted(path.parent.name.removeprefix("tarash-") for path in ROOT.glob("plugins/*/pyproject.toml"))
KEY = "snippet-id:snippet-secret"
ENDLESS = ("simulate", "demo")


def fences(page: Path) -> Iterator[tuple[str, int, str, bool]]:
    """Language, line, text and whether it is run, of every fenced block of a page."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        lines = [line.removeprefix(found["indent"]) for line in found["text"].splitlines()]
        is_run = not NOT_RUN.search(text, 0, found.start())
        yield found["language"], text.count("\n", 0, found.start()) + 2, "\n".join(lines), is_run


def python_blocks(page: Path) -> list[tuple[int, str]]:
    return [(line, text) for language, line, text, is_run in fences(page) if language == "python" and is_run]


def commands(page: Path) -> Iterator[tuple[int, list[str]]]:
    """Every call of ``tarash`` in the shell blocks of a page, as its line and its words."""
    for language, start, text, is_run in fences(page):
        if language in SHELLS and is_run:
            for number, line in enumerate(text.splitlines(), start):
                for part in re.split(r"&&|;", line.removeprefix("$ ")):
                    words = shlex.split(part, comments=True)
                    words = words[2:] if words[:2] == ["uv", "run"] else words
                    if words[:1] == ["tarash"]:
                        yield number, words[1:]


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def run_block(page: Path, line: int, text: str, names: dict[str, Any]) -> None:
    """Runs one block; a traceback shows the line of the page."""
    code = compile("\n" * (line - 1) + text, str(page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(code, names)
    if inspect.iscoroutine(result):
        asyncio.run(result)


ELSEWHERE = "https://proxy.example"
"""How pages write the host of a compatible service."""


class World:
    """Simulators in the place of the vendors, each started when a snippet first speaks of its provider."""

    def __init__(self) -> None:
        self.simulators: dict[str, Simulator] = {}
        self.urls: dict[str, str] = {}
        self.stack = ExitStack()

    def prepare(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Sets key and host of each provider that a text names, and makes the files that it reads."""
        for name, kind in re.findall(r'(?:Path\("|--[a-z-]+ )([\w-]+\.(png|mp4))', text):
            Path(name).write_bytes(sample_image() if kind == "png" else sample_video())
        for name in PROVIDERS:
            if re.search(rf"\b{name}(/|\"|$)", text):
                monkeypatch.setenv(base_url_variable(name), self.url_of(name))
                for variable in load_provider(name).credentials.alternatives[0]:
                    monkeypatch.setenv(variable, KEY)
        self.point_vendors_clients(text, monkeypatch)

    def point_vendors_clients(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lets the vendors' own clients, where a text imports them, speak to the simulators."""
        if "import fal_client" in text:
            import fal_client

            monkeypatch.setattr("fal_client.client.QUEUE_URL_FORMAT", f"{self.url_of('fal')}/")
            self.stack.callback(lambda: vars(fal_client.sync_client).pop("_client").close())
        if "import replicate" in text:
            import replicate

            client = replicate.Client(api_token=KEY, base_url=self.url_of("replicate"))._client
            self.stack.callback(client.close)
            # The module's own client keeps the connections that it made first, and with them the host of that time.
            monkeypatch.setattr(replicate.default_client, "_Client__client", client)

    def reachable(self, page: Path, text: str) -> str:
        """The text with a host of somebody else's replaced by the simulator of the provider whose page it is."""
        if ELSEWHERE not in text:
            return text
        return text.replace(ELSEWHERE, self.url_of(page.parent.name.removeprefix("tarash-")))

    def url_of(self, name: str) -> str:
        if name not in self.urls:
            self.simulators[name] = simulator_of(name, render=False)
            self.urls[name] = self.stack.enter_context(background(self.simulators[name]))
        return self.urls[name]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World()
    with made.stack:
        yield made


@pytest.fixture
def ready(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_waiting: None) -> Any:
    """Call it with a text to be ready for its snippets: hosts, keys, files, and no waiting."""
    monkeypatch.delenv("TARASH_MOCK", raising=False)
    monkeypatch.chdir(tmp_path)
    return functools.partial(world.prepare, monkeypatch=monkeypatch)


@pytest.mark.parametrize("page", [page for page in PAGES if python_blocks(page)], ids=named)
def test_every_python_block_runs(page: Path, ready: Any, world: World) -> None:
    ready("\n".join(text for _, text in python_blocks(page)))
    names: dict[str, Any] = {"__name__": "__main__"}
    for line, text in python_blocks(page):
        run_block(page, line, world.reachable(page, text), names)


def test_few_blocks_are_not_run() -> None:
    skipped = [(named(page), line) for page in PAGES for _, line, _, is_run in fences(page) if not is_run]
    assert len(skipped) <= 5


def parsed(words: list[str]) -> click.Context:
    """A command with its options read but nothing done.

    Raises:
        click.UsageError: There is no such command or option.
    """
    command = tarash.get_command(click.Context(tarash), words[0])
    if command is None:
        raise click.UsageError(f"there is no command {words[0]!r}")
    return command.make_context(words[0], words[1:])


CALLS = [
    pytest.param(words, id=f"{named(page)}:{line}:{' '.join(words)[:40]}")
    for page in PAGES
    for line, words in commands(page)
]


@pytest.mark.parametrize("words", CALLS)
def test_every_command_runs(words: list[str], ready: Any) -> None:
    ready(" ".join(words))
    with parsed(words):
        pass
    if words[0] not in ENDLESS:
        with redirect_stdout(io.StringIO()):
            tarash.main(words, prog_name="tarash", standalone_mode=False)


def options_of(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}


def all_options() -> set[str]:
    context = click.Context(tarash)
    return set().union(*(options_of(tarash.get_command(context, name)) for name in COMMANDS))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_and_options_in_the_text_exist(page: Path) -> None:
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    spans = re.findall(r"`([^`\n]+)`", prose)
    calls = [span.split() for span in spans if span.startswith("tarash ")]
    assert [words for words in calls if words[1] not in (*COMMANDS, "--version", "--help")] == []
    options = {word.partition("=")[0] for words in [*calls, *map(str.split, spans)] for word in words}
    mentioned = {option for option in options if re.fullmatch(r"--[a-z][a-z-]+", option)}
    assert mentioned - all_options() - {"--version"} == set()


FIRST_EXAMPLE = python_blocks(ROOT / "README.md")[0]
ONE_LINE = python_blocks(ROOT / "README.md")[1]


def run_example(text: str, world: World) -> dict[str, int]:
    """Runs a block of the README by itself; how many jobs each simulator has sold in it."""
    before = {name: len(simulator.bought) for name, simulator in world.simulators.items()}
    run_block(ROOT / "README.md", 1, text, {})
    assert Path("fox.mp4").stat().st_size > 0
    return {name: len(world.simulators[name].bought) - before[name] for name in ("fal", "replicate")}


def duration_sold_last(simulator: Simulator) -> Any:
    body = simulator.jobs[simulator.bought[-1]].body
    return body.get("input", body)["duration"]


def changes(text: str, switched: str) -> int:
    return sum(old != new for old, new in zip(text.split('"'), switched.split('"'), strict=True))


def test_switching_the_first_example_changes_two_fields(world: World, ready: Any) -> None:
    _, text = FIRST_EXAMPLE
    switched = text.replace('provider="fal"', 'provider="replicate"').replace('"fal-ai/veo3.1"', '"google/veo-3.1"')
    ready(text + switched)
    assert changes(text, switched) == 2
    assert run_example(text, world) == {"fal": 1, "replicate": 0}
    assert run_example(switched, world) == {"fal": 0, "replicate": 1}
    assert [duration_sold_last(world.simulators[name]) for name in ("fal", "replicate")] == ["8s", 8]


def test_switching_the_one_line_changes_one_string(world: World, ready: Any) -> None:
    _, text = ONE_LINE
    switched = text.replace('"fal/fal-ai/veo3.1"', '"replicate/google/veo-3.1"')
    ready(text + switched)
    assert changes(text, switched) == 1
    assert run_example(text, world) == {"fal": 1, "replicate": 0}
    assert run_example(switched, world) == {"fal": 0, "replicate": 1}


DESIGNED = """
import logging
from pathlib import Path

from tarash_core import (
    ImageInput, TarashException, VideoGenerationConfig, VideoGenerationRequest, VideoJob, generate_image,
    generate_video, plan_video, submit_video, wait_job,
)

log, KEY, stored = logging.getLogger().info, "r8_snippet", []
store = stored.append

generate_video("fal/fal-ai/veo3.1", prompt="A red fox in fresh snow", duration_seconds=8).video.save("fox.mp4")

config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1")
request = VideoGenerationRequest(prompt="A red fox in fresh snow", duration_seconds=8, aspect_ratio="16:9")
generate_video(config, request); generate_video(config.replace(provider="replicate", model="google/veo-3.1"), request)

chain = VideoGenerationConfig.from_string("fal/fal-ai/veo3.1", on_unsupported="nearest", timeout=900,
            fallback_configs=["replicate/google/veo-3.1", VideoGenerationConfig(provider="replicate",
                              model="kwaivgi/kling-v3-video", api_key=KEY)])
try:
    response = generate_video(chain, request, on_progress=print)
except TarashException as error:
    log(error.charged, error.execution_metadata)
    if error.job: store(error.job.to_json())
plan = plan_video(chain, request); print(plan.payload, plan.notices, plan.estimated_cost); generate_video(chain, plan)

generate_image("fal/fal-ai/flux-pro/kontext", prompt="Make it night", image_list=[ImageInput(Path("fox.png"))])
generate_image("fal/fal-ai/flux-pro/v1/fill", prompt="Make it night", image_list=[ImageInput(Path("fox.png"))],
               mask_image=Path("sky.png"))
generate_video("replicate/google/veo-3.1", prompt="The fox turns", first_frame=Path("a.png"), last_frame=Path("b.png"))

text = submit_video(config, request).to_json()
assert "snippet-secret" not in text
wait_job(VideoJob.from_json(text)).video.save("later.mp4")
"""


def test_the_call_forms_of_the_design_run(ready: Any) -> None:
    names: dict[str, Any] = {}
    ready(DESIGNED)
    run_block(Path(__file__), 1, DESIGNED, names)
    assert [len(names["response"].execution_metadata.attempts), len(names["plan"].fallbacks), names["stored"]] == [
        1,
        2,
        [],
    ]
    assert Path("later.mp4").stat().st_size > 0
