"""Contract: recorded exchanges say where they are from, and the simulator speaks as they do."""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve

from tarash_core.engine.recording import Exchange, Recording
from tarash_core.errors import TarashException
from tarash_core.plugins.http import Headers, HttpRequest, HttpResponse
from tarash_core.testing import faults
from tarash_core.testing.contract.base import ContractBase
from tarash_core.testing.contract.bench import Bench, Tape
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.teaching import broken, listed
from tarash_core.testing.simulator import Simulator

_KEYS = re.compile(r"\b(Bearer|Basic|Key|Token) [\w.:~+/=-]{8,}|\beyJ[\w-]{10,}\.|\bsk-[\w-]{16,}")
_ENDS = (None, faults.failed, faults.moderated, faults.called_off)

Vocabulary = Mapping[str, list[Any]]


class Recordings(ContractBase):
    """Exchanges that somebody saw or transcribed, beside the simulator that stands in for the vendor."""

    @since(1)
    def test_recording_has_a_source_and_no_key(self, recording: Path) -> None:
        """A recording names the document or the client that it comes from, and holds no key."""
        made = Recording.read(recording)
        found = [] if made.source.strip() else ["it names no source"]
        found += [f"it holds a key: {hit[0][:12]}…" for hit in _KEYS.finditer(recording.read_text("utf-8"))]
        found += [] if made.exchanges else ["it has no exchange"]
        if found:
            broken(
                f"{recording.name}:\n{listed(found)}",
                rule="a recording is evidence: it says where it is from, and it is published with the package.",
                change='"source": "the document and its section, or the client"; TARASH_RECORD redacts.',
                see="recording",
            )

    @since(1)
    def test_simulator_agrees_with_recording(self, recording: Path) -> None:
        """The simulator answers each recorded request, and its JSON has the recorded names and types."""
        bench = self.bench
        spoken = _spoken(bench, tuple(self.all_samples()))
        found = [line for one in Recording.read(recording).exchanges for line in _disagreements(bench, one, spoken)]
        if found:
            broken(
                f"The simulator of {bench.name} disagrees with {recording.name}:\n{listed(found)}",
                rule="a simulator is believed because it says what the vendor was seen to say.",
                change="correct the route in simulator.py, or the recording if the vendor has changed.",
                see="recording",
            )


def _disagreements(bench: Bench, exchange: Exchange, spoken: Vocabulary) -> Iterator[str]:
    simulator, answer = bench.simulator(), exchange.answer()
    request = _request(bench, exchange)
    handler = simulator.handler_of(request)
    what = f"{request.method} {request.url.partition('?')[0]}"
    if handler is None:
        yield f"{what}: no route answers it"
    elif answer.status < 400 and (wanted := _json(answer)) is not None:
        direct = _direct(simulator, request)
        known = [*spoken.get(handler, ()), *([] if direct is None else [direct])]
        if known and not any(_alike(wanted, said) for said in known):
            yield f"{what}: recorded is {_shape(wanted)}, simulated {_shape(known[-1])}"


def _request(bench: Bench, exchange: Exchange) -> HttpRequest:
    told = exchange.request
    made = HttpRequest(
        str(told["method"]), str(told["url"]), json=told.get("json"), form=told.get("form"),
        files={} if told.get("form") and told["method"] == "POST" else None,
        headers=Headers({k: v for k, v in (told.get("headers") or {}).items() if "***" not in v}),
    )  # fmt: skip
    keys = bench.provider.authorize(made, bench.credential, _now())
    return evolve(made, headers=Headers({**made.headers, **keys}))


def _now() -> Any:
    from tarash_core.testing.clock import VirtualClock

    return VirtualClock().now()


def _direct(simulator: Simulator, request: HttpRequest) -> Any:
    """What the simulator says to the recorded request itself; None where it refuses, as ids are its own."""
    response = simulator.handle(request).response
    return _json(response) if response is not None and response.status < 400 else None


def _spoken(bench: Bench, samples: tuple[Any, ...]) -> Vocabulary:
    """The JSON answers of the simulator by the route that gave them, over whole lives of jobs."""
    found: dict[str, list[Any]] = defaultdict(list)
    for sample in samples:
        for end in _ENDS:
            simulator = bench.simulator()
            if end is not None:
                simulator.script(end())
            tape = Tape(simulator)
            with contextlib.suppress(TarashException):  # a job that ends badly speaks too
                bench.generate(sample, tape)
            for asked, answer in tape.exchanges:
                handler = simulator.handler_of(asked)
                body = _json(answer) if answer is not None and answer.status < 400 else None
                if handler is not None and body is not None:
                    found[handler].append(body)
    return found


def _json(answer: HttpResponse) -> Any:
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, (dict, list)) else None


def _alike(recorded: Any, said: Any) -> bool:
    """Whether two bodies are of one shape: of the names that both have, none differs in type, and there are some."""
    if isinstance(recorded, dict) and isinstance(said, dict):
        both = recorded.keys() & said.keys()
        return (bool(both) or not recorded) and all(_alike(recorded[name], said[name]) for name in both)
    if isinstance(recorded, list) and isinstance(said, list):
        return not recorded or not said or _alike(recorded[0], said[0])
    return recorded is None or said is None or _type(recorded) == _type(said)


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def _shape(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_type(item)}" for name, item in list(value.items())[:8]) + "}"
    return f"{_type(value)}"
