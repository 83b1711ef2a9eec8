"""Contract: the key goes to the provider's own origins and nowhere else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from tarash_core.engine.access import origin_of
from tarash_core.errors import PluginError, TarashException
from tarash_core.plugins.http import HttpRequest
from tarash_core.testing.contract.base import ContractBase
from tarash_core.testing.contract.bench import Bench, Tape
from tarash_core.testing.contract.marks import since
from tarash_core.testing.contract.samples import Sample
from tarash_core.testing.contract.teaching import broken, listed

ELSEWHERE = "https://elsewhere.example"
EVIL = "https://evil.example"
ASTRAY = "../../account?spend=1"


class Keys(ContractBase):
    """Where the key is seen, with the vendor's hosts and with another one."""

    @since(1)
    def test_key_goes_only_to_its_origins(self, sample: Sample) -> None:
        """The key stands in headers of signed requests to the provider's origins, and in no other place."""
        bench, tape = self.bench, Tape(self.bench.simulator(sample))
        _generated(bench, sample, tape)
        own = {origin_of(origin) for origin in (sample.config.get("base_url"), *bench.provider.origins) if origin}
        found = [line for request, _ in tape.exchanges for line in _leaks(bench, request, own)]
        if found:
            broken(
                f"{bench.name} shows its key where it must not:\n{listed(found)}",
                rule="only authorize() sees the key, and only its headers, sent to `origins`, carry it.",
                change="return the key from authorize() as a header; write signed=False on requests to other hosts.",
                see="keys",
            )

    @since(1)
    def test_tampered_receipt_leads_nowhere(self, sample: Sample) -> None:
        """A receipt that came back with other addresses, or a strange id, leads the key nowhere else."""
        bench, tape = self.bench, Tape(self.bench.simulator(sample))
        job = bench.submit(sample, tape)
        if job.result is not None:
            pytest.skip("it answers the purchase with the result.")
        config = bench.config_to_wait(sample)
        bought = len(tape.exchanges)
        strange_id = job.replace(id=ASTRAY, access=None)
        for changed in (job.replace(state=_tampered(job.state), access=None), strange_id, strange_id.replace(state={})):
            with bench.gateway(tape) as gateway, contextlib.suppress(TarashException):
                gateway.refresh_job(changed, config=config)
        strange = [
            f"{asked.method} {asked.url}"
            for asked, _ in tape.exchanges[bought:]
            if _place(asked) == EVIL or "/../" in asked.url or ASTRAY.partition("?")[2] in urlsplit(asked.url).query
        ]
        if strange:
            broken(
                f"{bench.name} follows a receipt that was changed:\n{listed(strange)}",
                rule="a job comes back from users' databases: what stands in it is quoted, and never trusted.",
                change='put ids into paths with quote(job.id, safe=""), and signed=True on what asks for the job.',
                see="the-job",
            )

    @since(1)
    def test_base_url_takes_every_request(self, sample: Sample) -> None:
        """With ``base_url`` nothing goes to the vendor's own hosts any more."""
        if "base_url" in sample.config:
            pytest.skip("the sample has a base_url of its own.")
        bench, tape = self.bench, Tape(self.bench.simulator(sample))
        _generated(bench, sample, tape, base_url=ELSEWHERE)
        away = sorted({_place(request) for request, _ in tape.exchanges if _place(request) != ELSEWHERE})
        if away:
            broken(
                f"{bench.name} still asks {', '.join(away)} although base_url is {ELSEWHERE}.",
                rule="whoever sets base_url means a proxy or a test server: every URL of the vendor moves there.",
                change="write URLs with an origin that is listed in `origins`; the engine moves those.",
                see="keys",
            )


def _tampered(value: Any) -> Any:
    """A job's state with every address led elsewhere."""
    if isinstance(value, str):
        return f"{EVIL}/{value.partition('://')[2]}" if "://" in value else value
    if isinstance(value, Mapping):
        return {name: _tampered(item) for name, item in value.items()}
    return [_tampered(item) for item in value] if isinstance(value, (list, tuple)) else value


def _generated(bench: Bench, sample: Sample, tape: Tape, **config: str) -> None:
    try:
        response = bench.generate(sample, tape, **config)
        response.outputs[0].read()
    except PluginError as error:
        broken(
            f"{bench.name}: {error}",
            rule="a signed request goes to one of the provider's origins.",
            change="add the vendor's host to `origins`, or write signed=False on the request.",
            see="keys",
        )


def _place(request: HttpRequest) -> str:
    scheme, host, port = origin_of(request.url)
    usual = {"http": 80, "https": 443}.get(scheme)
    return f"{scheme}://{host}" + ("" if port in (None, usual) else f":{port}")


def _leaks(bench: Bench, request: HttpRequest, own: set[tuple[str, str, int | None]]) -> Iterator[str]:
    secrets = bench.credential.values()
    body = json.dumps([request.json, request.form and dict(request.form)], default=str)
    body += repr(request.content or b"")
    what = f"{request.method} {request.url.partition('?')[0]}"
    headers = " ".join(request.headers.values())
    for secret in secrets:
        if secret in request.url:
            yield f"{what}: in the URL, which is logged by everyone on the way"
        if secret in body:
            yield f"{what}: in the body"
        if secret in headers and not request.signed:
            yield f"{what}: in a header of a request with signed=False"
        if secret in headers and origin_of(request.url) not in own:
            yield f"{what}: sent to a host that is none of its origins"
