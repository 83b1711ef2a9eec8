"""Exchanges as JSON: what observers see, what a switch records, and what a test replays. Always redacted."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from tarash_core.engine.access import Access
from tarash_core.engine.asks import Flow, Received, Send
from tarash_core.engine.redaction import redact_text
from tarash_core.errors import ValidationError
from tarash_core.models.base import to_tuple
from tarash_core.plugins import hooks
from tarash_core.plugins.http import Headers, HttpRequest, HttpResponse

logger = logging.getLogger("tarash")


def watched(access: Access, ask: Send) -> Flow[Any]:
    """Passes an exchange on to the driver, then shows it to the observers and to the log."""
    started = access.clock.monotonic()
    answer = yield ask
    seconds = access.clock.monotonic() - started
    if logger.isEnabledFor(logging.DEBUG):
        shown = redact_text(ask.request.url, access.secrets)
        logger.debug("%s %s -> %d in %.3f s", ask.request.method, shown, answer.status, seconds)
    hooks.exchange(access.provider.name, ask.request, head_of(answer), seconds, access.secrets)
    return answer


def head_of(answer: HttpResponse | Received) -> HttpResponse:
    """An answer whose body went into a sink, as one without a body."""
    return HttpResponse(answer.status, answer.headers, b"", answer.url) if isinstance(answer, Received) else answer


@frozen
class Exchange:
    """One request and its answer, as they are written to a file.

    Attributes:
        request: ``method``, ``url``, ``headers`` and ``json`` or ``text``.
        response: ``status``, ``headers`` and ``json``, ``text`` or ``base64``.
    """

    request: Mapping[str, Any]
    response: Mapping[str, Any]

    @classmethod
    def of(cls, request: HttpRequest, response: HttpResponse) -> Exchange:
        """The exchange of a request and its answer; redact them first."""
        asked: dict[str, Any] = {"method": request.method, "url": request.url, "headers": dict(request.headers)}
        if request.json is not None:
            asked["json"] = request.json
        return cls(asked, {"status": response.status, "headers": dict(response.headers), **_body(response)})

    def answer(self) -> HttpResponse:
        """The recorded answer."""
        told = self.response
        if "json" in told:
            content = json.dumps(told["json"]).encode()
        else:
            content = base64.b64decode(told["base64"]) if "base64" in told else str(told.get("text", "")).encode()
        return HttpResponse(
            int(told["status"]), Headers(told.get("headers")), content, str(self.request.get("url", ""))
        )


def _body(response: HttpResponse) -> dict[str, Any]:
    try:
        return {"json": response.json()}
    except ValueError:
        pass
    try:
        return {"text": response.content.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(response.content).decode()}


@frozen
class Recording:
    """Exchanges in order, with the source that they were taken from.

    Attributes:
        exchanges: The exchanges.
        source: The dossier line, or the client, that they come from.
    """

    exchanges: tuple[Exchange, ...] = field(converter=to_tuple)
    source: str = ""

    @classmethod
    def read(cls, path: Path) -> Recording:
        """The recording in a file.

        Raises:
            ValidationError: The file is none.
        """
        try:
            data = json.loads(path.read_text("utf-8"))
            exchanges = [Exchange(item["request"], item["response"]) for item in data["exchanges"]]
        except (ValueError, KeyError, TypeError) as error:
            raise ValidationError(f"{path} is no recording: it needs 'source' and 'exchanges'.") from error
        return cls(exchanges, str(data.get("source", "")))

    def write(self, path: Path) -> None:
        """Writes the recording to a file."""
        rows = [{"request": dict(e.request), "response": dict(e.response)} for e in self.exchanges]
        path.write_text(
            json.dumps({"source": self.source, "exchanges": rows}, indent=1, ensure_ascii=False) + "\n", "utf-8"
        )
