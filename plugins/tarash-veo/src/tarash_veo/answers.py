"""Reading what the three codecs answer: interactions, operations and pictures (dossier veo.md, sections 2 to 4).

Where files and words stand is a list of paths, for no two codecs use the same.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from tarash_core.errors import TarashException
from tarash_core.models.cost import Cost
from tarash_core.plugins import cost_of_tokens, updates, values_at, without
from tarash_veo.codes import NO_MATTER_OF_CONTENT, OUTPUT, PICTURES, REASONS, STATES, VIDEOS
from tarash_veo.errors import failure_of, moderated
from tarash_veo.models import CHECKED, USD_PER_MILLION_TOKENS
from tarash_veo.vertex import file_url

KEPT_SECONDS = 48 * 3600.0
"""Files of the Gemini API live for 48 hours."""

Told = Mapping[str, Any]


def update_of(told: Told) -> updates.Update:
    """What an interaction or an operation says; a word that nobody knows is a running one."""
    raw = _shown(told)
    # An operation has no status; it is done or not.
    status = str(told.get("status") or ("completed" if told.get("done") else "in_progress"))
    problem = next(values_at(told, "errors", "error", f"{OUTPUT}.error"), None)

    def failed() -> TarashException:
        known = problem if isinstance(problem, Mapping) else {"code": status, "message": problem}
        return failure_of(known, raw)

    def done() -> updates.Update:
        if outputs := [*_outputs(told, "video/mp4", *VIDEOS)]:
            return updates.Done(*outputs, cost=_cost(told), raw=raw)
        # Without a video it is what the filters kept back, never a success.
        return updates.Failed(failed() if problem else moderated(_reasons(told), raw), raw=raw)

    return updates.update_by(STATES, status, raw, done=done, failed=failed)


def pictures_of(told: Told) -> updates.Done:
    """The pictures of ``generateContent``, or the predictions of Imagen.

    Raises:
        ContentModerationError: Google refused the prompt or the picture.
        GenerationFailedError: It made none.
    """
    raw, parts = _shown(told), _parts(told)
    found = {"inlineData": [part.get("inlineData") for part in parts], "predictions": told.get("predictions")}
    if outputs := [*_outputs(found, None, *PICTURES)]:
        return updates.Done(*outputs, raw=raw)
    words = ": ".join(filter(None, (_reasons(told), *(str(part.get("text") or "") for part in parts))))
    ended = next(values_at(told, "candidates.finishReason"), "")
    refused = any(values_at(told, "promptFeedback.blockReason", "predictions.raiFilteredReason"))
    if refused or ended not in NO_MATTER_OF_CONTENT:
        raise moderated(words, raw)
    raise failure_of({"message": f"the answer holds no picture ({words or 'and no words'})"}, raw, "unknown")


def _parts(told: Told) -> list[Told]:
    """The parts of the answer; what the model thought on the way is none."""
    parts = values_at(told, "candidates.content.parts")
    return [part for part in parts if isinstance(part, Mapping) and not part.get("thought")]


def _outputs(told: Told, kind: str | None, *paths: str) -> Iterator[updates.Output]:
    """The files at some paths: in a bucket, among the files of the Gemini API, or within the answer."""
    for file in values_at(told, *paths):
        known = dict(file) if isinstance(file, Mapping) else {}
        address, encoded = (
            known.get(a) or known.get(b) for a, b in (("uri", "gcsUri"), ("data", "bytesBase64Encoded"))
        )
        type = known.get("mime_type") or known.get("mimeType") or kind
        if address and address.startswith("gs://"):
            yield updates.Output(file_url(address), content_type=type, authenticated=True)
        elif address:
            yield updates.Output(address, content_type=type, authenticated=True, expires_in_seconds=KEPT_SECONDS)
        elif encoded:
            yield updates.Output(data=base64.b64decode(encoded), content_type=type)


def _shown(told: Told) -> Any:
    return without(told, "data", "bytesBase64Encoded")


def _reasons(told: Told) -> str:
    return ": ".join(str(words) for words in values_at(told, *REASONS) if words)


def _cost(told: Told) -> Cost | None:
    """The video tokens that were used, at the price of the list."""
    used = values_at(told, "usage.output_tokens_by_modality[modality=video].tokens")
    return cost_of_tokens([sum(map(int, used))], [USD_PER_MILLION_TOKENS], CHECKED, "video tokens")
