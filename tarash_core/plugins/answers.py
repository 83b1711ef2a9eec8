"""How an error answer is read when a provider has nothing better to say about it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tarash_core import errors

if TYPE_CHECKING:
    from datetime import datetime

    from tarash_core.models.cost import Cost
    from tarash_core.plugins.http import HttpResponse
    from tarash_core.plugins.provider import Phase

_MOST_WORDS = 500
_VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
_WORD_KEYS = (
    "detail",
    "message",
    "error",
    "errors",
    "msg",
    "error_message",
    "error_description",
    "failure",
    "reason",
    "title",
)


def body_of(response: HttpResponse) -> Any:
    """The body as JSON; as text when it is none."""
    try:
        return response.json()
    except ValueError:
        return response.text


def words_of(body: Any) -> str:
    """The vendor's own words in an error body of any common shape; empty when there are none.

    A validator's sentence has the name of the input before it, which such a body tells as ``loc``.
    """
    if isinstance(body, str):
        text = body.strip()
        return "" if text.startswith("<") else _cut(text)
    if isinstance(body, list):
        return "; ".join(filter(None, (words_of(item) for item in body[:3])))
    if isinstance(body, dict):
        said = next((words for key in _WORD_KEYS if (words := words_of(body.get(key)))), "")
        place = body.get("loc")
        name = ".".join(map(str, place[1:])) if isinstance(place, list) else ""
        return f"{name}: {said}" if name and said else said
    return ""


def _cut(text: str) -> str:
    """The beginning of a text, without the word that the cut runs through: it may be a key, half of it not known."""
    return text if len(text) <= _MOST_WORDS else text[:_MOST_WORDS].rstrip(_VISIBLE)


def is_refusal(response: HttpResponse) -> bool:
    """Whether an answer says by its status that nothing was done.

    That is one below 500, or a 503 in JSON, which the vendor itself wrote and not a proxy on the way. For a vendor
    whose own 503 may come late the status alone must do.
    """
    return response.status < 500 or (response.status == 503 and isinstance(body_of(response), dict))


def charged_of(amount: float | None) -> errors.Charged:
    """Whether an amount was charged; ``"unknown"`` where none is told."""
    return "unknown" if amount is None else "yes" if amount else "no"


def error_object(body: Any) -> Mapping[str, Any]:
    """What stands under ``error`` in a body, or in the first item of a list: an object, or a text as its ``message``.

    Empty when there is none.
    """
    body = body[0] if isinstance(body, list) and body else body
    told = body.get("error") if isinstance(body, Mapping) else None
    return told if isinstance(told, Mapping) else {"message": told} if isinstance(told, str) else {}


def values_at(body: Any, *paths: str) -> Iterator[Any]:
    """Everything that stands at some paths of an answer: ``steps[type=output].content.text``.

    A path is keys with dots. Every item of a list is looked into, those alone that carry the tag where one is named.
    What is missing, null or of another kind on the way is passed over.
    """
    for path in paths:
        key, _, rest = path.partition(".")
        found = _TAGGED.fullmatch(key)
        name, tag, wanted = found.groups() if found else (key, None, None)
        value = body.get(name) if isinstance(body, Mapping) else None
        items = [item for item in (value if isinstance(value, list) else [value]) if item is not None]
        for item in items:
            if tag is None or (isinstance(item, Mapping) and item.get(tag) == wanted):
                yield from values_at(item, rest) if rest else (item,)


_TAGGED = re.compile(r"([^\[]+)\[([^=]+)=([^\]]+)\]")


def leaves_of(value: Any, *above: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Everything in an answer or a payload that is no list and no object, with the keys that lead to it.

    Args:
        value: The answer or payload.
        *above: Keys that lead to it.
    """
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from leaves_of(part, *above, str(key))
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from leaves_of(part, *above)
    else:
        yield above, value


def without(body: Any, *names: str) -> Any:
    """A copy of an answer without what stands under some keys at any depth, such as the bytes of its files."""
    if isinstance(body, Mapping):
        return {key: without(part, *names) for key, part in body.items() if key not in names}
    return [without(part, *names) for part in body] if isinstance(body, list) else body


def number_of(value: Any) -> float | None:
    """A finite number that a vendor writes as a number or as text; None for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and not isinstance(value, bool) else None


def events_in(text: str) -> list[dict[str, Any]]:
    """The objects of a stream of server-sent events, in their order; what is no object, such as ``[DONE]``, is none."""
    lines = (line.removeprefix("data:").strip() for line in text.splitlines() if line.startswith("data:"))
    return [json.loads(line) for line in lines if line.startswith("{")]


def cost_of_tokens(
    counts: Sequence[Any], usd_per_million: Sequence[Any], as_of: str | None, unit: str = "tokens"
) -> Cost | None:
    """What tokens cost by a price list; None where a kind of them, or a price, is not told, or there are none.

    Args:
        counts: How many of each kind the vendor says were used.
        usd_per_million: US dollars for a million of each kind.
        as_of: The day of the price list, such as ``2026-11-22``.
        unit: What is counted.
    """
    from tarash_core.models.cost import Cost

    known = [count for count in counts if isinstance(count, int)]
    rates = [Decimal(rate) for rate in usd_per_million if rate is not None]
    if not sum(known) or not len(known) == len(rates) == len(usd_per_million):
        return None
    usd = sum((rate * count for rate, count in zip(rates, known, strict=True)), Decimal(0))
    return Cost(Decimal(sum(known)), unit, usd / 1_000_000, source="catalog", as_of=as_of)


def retry_after_seconds(response: HttpResponse, milliseconds: str = "retry-after-ms") -> float | None:
    """Seconds that a vendor asks to wait; None where it does not.

    Args:
        response: The answer.
        milliseconds: A header that says it in milliseconds; without it ``Retry-After`` counts, a number or a date. A
            date counts from the ``Date`` of the answer, for the clock of this machine may go wrong.
    """
    exact = response.headers.get(milliseconds, "").strip()
    if exact.isdecimal():
        return int(exact) / 1000
    text = response.headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        moment = _moment_of(text)
        return None if moment is None else max(0.0, (moment - _answered_at(response)).total_seconds())
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _answered_at(response: HttpResponse) -> datetime:
    from tarash_core.models.job import now

    return _moment_of(response.headers.get("date", "")) or now()


def _moment_of(date_text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime

    from tarash_core.models.job import to_moment

    try:
        return to_moment(parsedate_to_datetime(date_text))
    except ValueError:
        return None


def error_of_status(response: HttpResponse, phase: Phase, words: str | None = None) -> errors.TarashException:
    """An error of our tree by the status alone, with the vendor's words.

    Args:
        response: The answer.
        phase: What the request was for.
        words: The vendor's words, where the provider knows where they stand.
    """
    from tarash_core.engine.redaction import redact, redact_text

    body = body_of(response)
    said = redact_text(" ".join((words_of(body) if words is None else words).split()))
    status = response.status
    known: dict[str, Any] = {"status_code": status, "raw_response": redact(body)}
    if status == 401 or status == 403:
        return errors.AuthenticationError(_sentence(status, said, "check the key and what it may do"), **known)
    if status == 402:
        return errors.InsufficientCreditsError(_sentence(status, said, "add credit, or use another account"), **known)
    if status == 429:
        wait = retry_after_seconds(response)
        return errors.RateLimitError(_sentence(status, said, "send less often"), retry_after_seconds=wait, **known)
    return errors.HTTPError(_sentence(status, said, f"the {phase} request failed"), **known)


def _sentence(status: int, said: str, otherwise: str) -> str:
    return f"The provider answered {status}: {said.rstrip('.') or otherwise}."
