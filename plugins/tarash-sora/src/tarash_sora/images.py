"""Pictures: forms of edits, and answers that hold the files (dossier sora.md, section 9)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tarash_core.errors import ValidationError
from tarash_core.fields.values import pixels
from tarash_core.models.cost import Cost
from tarash_core.models.media import Media
from tarash_core.plugins import (
    FilePart,
    HttpResponse,
    check_sizes,
    cost_of_tokens,
    events_in,
    multipart,
    updates,
    values_at,
    without,
)
from tarash_sora.errors import error_of_failure
from tarash_sora.models import CHECKED

if TYPE_CHECKING:
    from tarash_core.models.plan import Plan

MOST_BYTES = {"image": 50 * 1024 * 1024 - 1, "mask": 4 * 1024 * 1024 - 1}
"""Each file must be smaller than 50 MiB, and a mask than 4 MiB."""

_TYPES = {"svg": "image/svg+xml", "jpg": "image/jpeg"}
_TOKENS = ("input_tokens_details.text_tokens", "input_tokens_details.image_tokens", "output_tokens")


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
    check_sizes(payload, MOST_BYTES, "OpenAI")
    pictures = payload.pop("image")
    payload["image" if len(pictures) == 1 else "image[]"] = pictures
    return dict(multipart(payload, brackets=True))


def _markup(text: str) -> FilePart:
    """The PNG that lies over the picture, given as a data URI or as base64."""
    try:
        return FilePart(b"".join(Media(text).chunks()), "image/png", "markup.png")
    except ValueError as error:
        sentence = "extra_params['markup'] must be a PNG as a data URI or base64."
        raise ValidationError(sentence, charged="no") from error


def done_of(response: HttpResponse, plan: Plan) -> updates.Done:
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
    return updates.Done(
        *outputs, cost=_cost(body, plan), raw=without(body, "b64_json"), revised_prompt=items[0].get("revised_prompt")
    )


def _of_events(text: str) -> dict[str, Any]:
    """The answer that a stream amounts to: partial pictures are left aside."""
    events = events_in(text)
    whole = [event for event in events if str(event.get("type", "")).endswith(".completed")]
    failed = next((event for event in events if "error" in event), None)
    if failed is not None and not whole:
        raise error_of_failure(failed)
    return {"data": whole, "usage": whole[-1].get("usage") if whole else None}


def _output(item: Mapping[str, Any], told: Mapping[str, Any]) -> updates.Output:
    kind = str(told.get("output_format") or "")
    width, height = pixels(told.get("size")) or (None, None)
    known: dict[str, Any] = {"width": width, "height": height}
    if kind:
        known["content_type"] = _TYPES.get(kind, f"image/{kind}")
    if item.get("b64_json"):
        content = base64.b64decode(item["b64_json"])
        return updates.Output(data=content, size_bytes=len(content), **known)
    # gpt-image never answers with one; servers that speak like OpenAI may.
    return updates.Output(str(item["url"]), **known)


def _cost(body: Mapping[str, Any], plan: Plan) -> Cost | None:
    """What the tokens of the answer cost by the price list; None where either is not told."""
    rates = plan.settings.get("usd_per_million_tokens", ())
    return cost_of_tokens([*values_at(body.get("usage"), *_TOKENS)], rates, CHECKED)
