"""Veo's codec: ``predictLongRunning`` and its operation, alike on Vertex and on the Gemini API (dossier, 2B and 4B)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tarash_core.plugins import (
    Accepted,
    Done,
    Expired,
    Failed,
    HttpRequest,
    Output,
    Running,
    Steps,
    Update,
)
from tarash_veo.answers import output_of, without_bytes
from tarash_veo.errors import failure_of, moderated
from tarash_veo.vertex import GEMINI, authorized, host_of

_LOCATION = re.compile(r"/locations/([^/]+)/")


def submit(url: str, payload: Mapping[str, Any], output_uri: str | None, webhook_url: str | None) -> Steps[Accepted]:
    """Starts an operation, whose name is the job's id; without a bucket Vertex delivers within its answer."""
    body = {**payload}
    if output_uri is not None:
        body["parameters"] = {**(body.get("parameters") or {}), "storageUri": output_uri}
    if webhook_url is not None:
        body["webhookConfig"] = {"uris": [webhook_url]}
    response = yield from authorized(HttpRequest("POST", url, json=body, effect="buy"))
    return Accepted(str(response.json()["name"]))


def poll(name: str) -> Steps[Update]:
    """Asks for an operation by its name, which tells where."""
    response = yield from authorized(_question(name))
    if response.status == 404:
        return Expired(raw=response.text)
    return update_of(response.json())


def _question(name: str) -> HttpRequest:
    found = _LOCATION.search(name)
    if found is None:
        return HttpRequest("GET", f"{GEMINI}/v1beta/{name}", expect=(404,))
    resource = name.rpartition("/operations/")[0]
    url = f"{host_of(found[1])}/v1/{resource}:fetchPredictOperation"
    return HttpRequest("POST", url, json={"operationName": name}, expect=(404,))


def update_of(told: Mapping[str, Any]) -> Update:
    """What an operation says. Done without a video is what the filters kept back, never a success."""
    raw = without_bytes(told)
    if not told.get("done"):
        return Running(raw=raw)
    if told.get("error"):
        return Failed(failure_of(told["error"], raw), raw=raw)
    answer = told.get("response") or {}
    answer = answer.get("generateVideoResponse") or answer
    outputs = [*_videos(answer)]
    if outputs:
        return Done(*outputs, raw=raw)
    return Failed(moderated("; ".join(map(str, answer.get("raiMediaFilteredReasons") or ())), raw), raw=raw)


def _videos(answer: Mapping[str, Any]) -> Iterator[Output]:
    """The videos under any of the names that were seen."""
    samples = [item.get("video") or item for item in answer.get("generatedSamples") or ()]
    for video in (*(answer.get("videos") or ()), *samples):
        address, encoded = video.get("gcsUri") or video.get("uri"), video.get("bytesBase64Encoded")
        if address or encoded:
            yield output_of(address, encoded, video.get("mimeType") or "video/mp4")
