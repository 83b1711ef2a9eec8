"""Gemini Omni's codec: the Interactions API, alike on the Gemini API and on Vertex (dossier veo.md, 2A and 4A)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tarash_core.models.cost import Cost
from tarash_core.plugins import (
    Accepted,
    Cancelled,
    Done,
    Expired,
    Failed,
    HttpRequest,
    HttpResponse,
    Queued,
    Running,
    Steps,
    Update,
)
from tarash_veo.answers import output_of, without_bytes
from tarash_veo.errors import failure_of, moderated
from tarash_veo.vertex import GEMINI, authorized, with_project

_USD_A_TOKEN = Decimal("17.50") / 1_000_000
_FILE = re.compile(r"/files/([a-z0-9]+)")
_UNKNOWN_NAME = "Invalid interaction name"
Interaction = Mapping[str, Any]


def submit(url: str, payload: Mapping[str, Any], output_uri: str | None, webhook_url: str | None) -> Steps[Accepted]:
    """Starts an interaction in the background; without a bucket Vertex delivers the video within its answer."""
    body = {**payload}
    if output_uri is not None:
        body["response_format"] = {**body["response_format"], "delivery": "uri", "gcs_uri": output_uri}
    if webhook_url is not None:
        body["webhook_config"] = {**(body.get("webhook_config") or {}), "uris": [webhook_url]}
    response = yield from authorized(HttpRequest("POST", url, json=body, effect="buy"))
    id = str(response.json()["id"])
    return Accepted(id, state={"url": f"{with_project(url)}/{id}"})


def poll(url: str, id: str) -> Steps[Update]:
    """Asks for an interaction, and whether its files can be fetched."""
    response = yield from authorized(HttpRequest("GET", url, expect=(404,)))
    if response.status == 404:
        return Expired(raw=_json(response))
    update = update_of(response.json())
    if isinstance(update, Done):
        return (yield from _once_ready(update))
    return update


def is_unknown(words: str) -> bool:
    """Whether Google says that it knows no such interaction; it does with a 400."""
    return _UNKNOWN_NAME.lower() in words.lower()


def cancel(url: str) -> Steps[Update]:
    """Stops an interaction; a finished one stays as it is."""
    response = yield from authorized(HttpRequest("POST", f"{url}/cancel", content=b"", effect="write"))
    return update_of(response.json())


def update_of(told: Interaction) -> Update:
    """What an interaction says; a word that nobody knows is a running one."""
    raw = without_bytes(told)
    match told.get("status"):
        case "queued":
            return Queued(raw=raw)
        case "in_progress":
            return Running(raw=raw)
        case "completed":
            return _completed(told, raw)
        case "cancelled":
            return Cancelled(raw=raw)
        case "failed" | "incomplete" | "budget_exceeded" as status:
            return Failed(_failure(told, str(status), raw), raw=raw)
        case status:
            return Running(unknown_status=str(status), raw=raw)


def _completed(told: Interaction, raw: Any) -> Update:
    """A completed interaction without a video is a refusal, whose reason stands in its text."""
    outputs = [
        output_of(item.get("uri"), item.get("data"), item.get("mime_type"))
        for item in _contents(told)
        if item.get("type") == "video"
    ]
    if outputs:
        return Done(*outputs, cost=_cost(told), raw=raw)
    broken = next((step["error"] for step in _steps(told) if isinstance(step.get("error"), Mapping)), None)
    if broken is not None:
        return Failed(failure_of(broken, raw), raw=raw)
    text = " ".join(str(item.get("text") or "") for item in _contents(told))
    return Failed(moderated(text, raw), raw=raw)


def _failure(told: Interaction, status: str, raw: Any) -> Any:
    found = told.get("errors") or [told.get("error") or {"code": status}]
    return failure_of(found[0] if isinstance(found[0], Mapping) else {"message": str(found[0])}, raw)


def _steps(told: Interaction) -> Iterator[Mapping[str, Any]]:
    yield from (step for step in told.get("steps") or () if step.get("type") == "model_output")


def _contents(told: Interaction) -> Iterator[Mapping[str, Any]]:
    for step in _steps(told):
        yield from step.get("content") or ()


def _cost(told: Interaction) -> Cost | None:
    """The video tokens that were used, at the price of the list."""
    used = (told.get("usage") or {}).get("output_tokens_by_modality") or ()
    tokens = sum(int(item.get("tokens") or 0) for item in used if item.get("modality") == "video")
    return Cost(Decimal(tokens), "video tokens", usd=tokens * _USD_A_TOKEN) if tokens else None


def _once_ready(done: Done) -> Steps[Update]:
    """The update, once the files can be fetched; a file that cannot be asked about counts as ready."""
    for output in done.outputs:
        found = _FILE.search(output.url or "")
        if found is None or not (output.url or "").startswith(GEMINI):
            continue
        response = yield HttpRequest("GET", f"{GEMINI}/v1beta/files/{found[1]}", expect=(400, 403, 404))
        state = _json(response).get("state")
        if state == "PROCESSING":
            return Running(raw=done.raw)
        if state == "FAILED":
            return Failed(failure_of({"message": "the file of the result failed"}, done.raw), raw=done.raw)
    return done


def _json(response: HttpResponse) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
