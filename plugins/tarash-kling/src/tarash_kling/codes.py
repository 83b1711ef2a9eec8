"""Kling's error codes as data: our class, the way out, and whether to try again (dossier kling.md, section 6)."""

from __future__ import annotations

from collections.abc import Mapping

from tarash_core import errors
from tarash_core.plugins import Meaning

_KEY, _CREDIT = errors.AuthenticationError, errors.InsufficientCreditsError
_CONTENT, _RATE, _HTTP = errors.ContentModerationError, errors.RateLimitError, errors.HTTPError
_REGION = "check the key, its region, and that a model of the new standard gets an API key"
_REWORD = "change the prompt or the inputs"
_FULL = "wait until a task has ended, or buy a larger pack"

# A token that is not valid yet or no longer is made anew for the next try. A 429 is passing for two codes alone.
CODES: Mapping[int, Meaning] = {
    1000: Meaning(_KEY, "check the key", False, (401,)),
    1001: Meaning(_KEY, "give a key", False, (401,)),
    1002: Meaning(_KEY, _REGION, False, (401,)),
    1003: Meaning(_KEY, "check this machine's clock, which is fast", True, (401,)),
    1004: Meaning(_KEY, "check this machine's clock, which is slow", True, (401,)),
    1100: Meaning(_KEY, "look at the account in Kling's console", False, (429,)),
    1101: Meaning(_CREDIT, "pay the account's bill", False, (429,)),
    1102: Meaning(_CREDIT, "buy a resource pack; credits of the consumer site do not count", False, (429,)),
    1103: Meaning(_KEY, "ask Kling for the right to this model", False, (403,)),
    1200: Meaning(_HTTP, "check the inputs", False, (400,)),
    1201: Meaning(_HTTP, "check the inputs", False, (400,)),
    1202: Meaning(_HTTP, "check the host", False, (404,)),
    1203: Meaning(_HTTP, "check the model, which may be retired", False, (404,)),
    1300: Meaning(_CONTENT, _REWORD, False, (400,)),
    1301: Meaning(_CONTENT, _REWORD, False, (400,)),
    1302: Meaning(_RATE, "send less often", True, (429,), wait_seconds=1.0),
    1303: Meaning(_RATE, _FULL, True, (429,), wait_seconds=10.0),
    1304: Meaning(_KEY, "add this machine's address to the account's whitelist", False, (429,)),
    5000: Meaning(_HTTP, "try again", True, (500,)),
    5001: Meaning(_HTTP, "try again later", True, (503,)),
    5002: Meaning(_HTTP, "try again", True, (504,)),
}
"""Every documented code, with the one status that goes with it."""

BOUGHT_NOTHING = frozenset((*(number for number in CODES if number < 5000), 5001))
"""Codes after which a purchase was refused for sure; after any other trouble of the server nobody knows."""
