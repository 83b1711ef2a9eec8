"""Keys that live for an hour: fetched when a request first needs one, kept for the process, and made anew when refused.

For a vendor whose credentials come from a library that does its own I/O. ``Provider.authorize`` must not wait, so it
raises :class:`TokenNeeded`; the provider sends its requests through :meth:`Tokens.authorized`, which then fetches one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from tarash_core.errors import AuthenticationError
from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.plugins.provider import Steps, blocking


class TokenNeeded(AuthenticationError):
    """A request has no token yet; whoever sends it fetches one."""


class Tokens:
    """One set of credentials for the process; a subclass says how they are found, renewed and written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: Any = None
        self._refused = False

    def find(self) -> Any:
        """Finds the credentials; may do I/O."""
        raise NotImplementedError(f"{type(self).__name__} must override find().")

    def renew(self, found: Any) -> None:
        """Has the credentials make a token; may do I/O."""
        raise NotImplementedError(f"{type(self).__name__} must override renew().")

    def written(self, found: Any) -> Mapping[str, str] | None:
        """The headers that carry the token; None where it is no longer good."""
        raise NotImplementedError(f"{type(self).__name__} must override written().")

    def headers(self) -> Mapping[str, str] | None:
        """The headers with a token that is still good; None where one must be fetched."""
        return None if self._found is None or self._refused else self.written(self._found)

    def drop(self) -> bool:
        """Has the token that the server refused made anew; False if there was none."""
        self._refused = self._found is not None
        return self._refused

    def fetch(self) -> None:
        """Makes a token unless there is a good one. It does its own I/O, one thread at a time.

        Raises:
            AuthenticationError: As ``find`` and ``renew`` say.
        """
        with self._lock:
            if self.headers() is None:
                found = self._found if self._found is not None else self.find()
                if self._refused or self.written(found) is None:
                    self.renew(found)
                self._found, self._refused = found, False

    def authorized(
        self, request: HttpRequest, needed: bool, again: Callable[[HttpRequest], HttpRequest] = lambda same: same
    ) -> Steps[HttpResponse]:
        """The answer to a request, with a token that is fetched when it is needed, and once more after a 401.

        Args:
            request: The request.
            needed: Whether it carries such a token at all, so that a 401 is about it.
            again: The request as it is sent once there is a token.
        """
        try:
            return (yield request)
        except AuthenticationError as error:
            refused = error.status_code == 401 and needed and self.drop()
            if not isinstance(error, TokenNeeded) and not refused:
                raise
        yield from blocking(self.fetch)
        return (yield again(request))
