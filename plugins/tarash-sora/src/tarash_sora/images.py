"""Pictures: forms of edits, and answers that hold the files (dossier sora.md, section 9)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tarash_core.errors import ValidationError
from tarash_core.fields.values import pixels
from tarash_core.models.cost import Cost
from tarash_core.plugins import Done, FilePart, HttpResponse, Output, multipart
from tarash_sora.errors import error_of_failure
from tarash_sora.models import CHECKED

if TYPE_CHECKING:
    from tarash_core.models.plan import Plan

_MIB = 1024 * 1024
MOST_BYTES = {"image": 50 * _MIB, "mask": 4 * _MIB}
"""Each file must be smaller than this."""

_TYPES = {"svg": "image/svg+xml", "jpg": "image/jpeg"}
_MILLION = Decimal(1_000_000)


def body_of_picture(plan: Plan) -> dict[str, Any]:
    """The body under the names that ``HttpRequest`` has: JSON, or a form for an edit.

    Raises:
        ValidationError: A file is larger than OpenAI takes; nothing was sent.
    """
    if plan.body == "json":
        return {"json": plan.payload}
    payload = dict(plan.payload)
    if "markup" in payload:
        payload["markup"] = _markup(payload["markup"])
    _check_sizes(payload)
    pictures = payload.pop("image")
    payload["image" if len(pictures) == 1 else "image[]"] = pictures
    return dict(multipart(dict(_flat(payload))))


def _markup(text: str) -> FilePart:
    """The PNG that lies over the picture, given as a data URI or as base64."""
    try:
        content = base64.b64decode(text.rpartition(",")[2], validate=True)
    except ValueError:
        content = b""
    if not content:
        raise ValidationError("extra_params['markup'] must be a PNG as a data URI or base64.", charged="no")
    return FilePart(content, "image/png", "markup.png")


def _flat(payload: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Objects as OpenAI's forms write them: ``svg[model]``."""
    for name, value in payload.items():
        path = f"{above}[{name}]" if above else name
        if isinstance(value, Mapping):
            yield from _flat(value, path)
        else:
            yield path, value


def _check_sizes(payload: Mapping[str, Any]) -> None:
    for name, most in MOST_BYTES.items():
        value = payload.get(name)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, FilePart) and len(part.content) >= most:
                raise ValidationError(
                    f"OpenAI takes less than {most // _MIB} MiB as {name}, and this file has {len(part.content)} "
                    "bytes; send a smaller one.",
                    charged="no",
                )


def done_of(response: HttpResponse, plan: Plan) -> Done:
    """The pictures of an answer, whole or as a stream of events.

    Raises:
        TarashException: The stream ended with an error.
        LookupError: The answer holds no picture; likewise a ValueError for what is no JSON.
    """
    streamed = response.headers.get("content-type", "").startswith("text/event-stream")
    body = _of_events(response.text) if streamed else response.json()
    items = body["data"]
    outputs = [_output(item, {**body, **item}) for item in items]
    if not outputs:
        raise LookupError("the answer holds no picture")
    raw = {**body, "data": [_without_file(item) for item in items]}
    return Done(*outputs, cost=_cost(body, plan), raw=raw, revised_prompt=items[0].get("revised_prompt"))


def _of_events(text: str) -> dict[str, Any]:
    """The answer that a stream amounts to: partial pictures are left aside."""
    lines = (line[5:].strip() for line in text.splitlines() if line.startswith("data:"))
    events = [json.loads(line) for line in lines if line.startswith("{")]
    whole = [event for event in events if str(event.get("type", "")).endswith(".completed")]
    failed = next((event for event in events if "error" in event), None)
    if failed is not None and not whole:
        raise error_of_failure(failed)
    return {"data": whole, "usage": whole[-1].get("usage") if whole else None}


def _output(item: Mapping[str, Any], told: Mapping[str, Any]) -> Output:
    kind = str(told.get("output_format") or "")
    width, height = pixels(told.get("size")) or (None, None)
    known: dict[str, Any] = {"width": width, "height": height}
    if kind:
        known["content_type"] = _TYPES.get(kind, f"image/{kind}")
    if item.get("b64_json"):
        content = base64.b64decode(item["b64_json"])
        return Output(data=content, size_bytes=len(content), **known)
    # gpt-image never answers with one; servers that speak like OpenAI may.
    return Output(str(item["url"]), **known)


def _without_file(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "b64_json"}


def _cost(body: Mapping[str, Any], plan: Plan) -> Cost | None:
    """What the tokens of the answer cost by the price list; None where either is not told."""
    usage, rates = body.get("usage"), plan.settings.get("usd_per_million_tokens")
    if not isinstance(usage, dict) or not rates:
        return None
    given = usage.get("input_tokens_details") or {}
    counts = (given.get("text_tokens"), given.get("image_tokens"), usage.get("output_tokens"))
    known = [count for count in counts if isinstance(count, int)]
    if len(known) < len(counts):
        return None
    usd = sum((Decimal(rate) * count for rate, count in zip(rates, known, strict=True)), Decimal(0)) / _MILLION
    return Cost(Decimal(sum(known)), "tokens", usd, source="catalog", as_of=CHECKED)
