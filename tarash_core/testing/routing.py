"""Routes of a simulator: which method answers which HTTP method and path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Literal, TypeVar, get_args
from urllib.parse import unquote, urlsplit

from attrs import frozen

from tarash_core.plugins.http import HttpRequest

Phase = Literal["submit", "poll", "result", "download", "cancel", "upload", "schema", "webhook", "other"]
"""What a request is for, in the words by which a fault selects it."""

PHASES: tuple[str, ...] = get_args(Phase)

Handler = TypeVar("Handler", bound=Callable[..., Any])

_PARAMETER = re.compile(r"\{(\w+)(:path)?\}")
_MARK = "__tarash_routes__"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@lru_cache(maxsize=256)
def origin_of(url: str) -> str:
    """Returns ``scheme://host[:port]`` of a URL, lower case and without a default port."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != _DEFAULT_PORTS.get(parts.scheme) else "")


@frozen
class PathPattern:
    """A path template such as ``/v1/videos/{id}``; ``{rest:path}`` also takes slashes.

    Attributes:
        template: The template as it was written.
        regex: What it matches, with or without a slash at the end.
    """

    template: str
    regex: re.Pattern[str]

    @classmethod
    def parse(cls, template: str) -> PathPattern:
        """Compiles a template.

        Raises:
            ValueError: The template does not start with a slash.
        """
        if not template.startswith("/"):
            raise ValueError(f"The route {template!r} must start with a slash, as in '/v1/videos/{{id}}'.")
        pieces = _PARAMETER.split(template)
        texts = [re.escape(text) for text in pieces[::3]]
        groups = [
            f"(?P<{name}>{'.+?' if tail else '[^/]+'})" for name, tail in zip(pieces[1::3], pieces[2::3], strict=True)
        ]
        body = "".join(text + group for text, group in zip(texts, [*groups, ""], strict=True))
        return cls(template, re.compile(f"{body}/?"))

    def match(self, url: str) -> dict[str, str] | None:
        """Returns the decoded path parameters, or None where the path differs."""
        found = self.regex.fullmatch(urlsplit(url).path or "/")
        return None if found is None else {name: unquote(text) for name, text in found.groupdict().items()}

    @property
    def rank(self) -> tuple[bool, int]:
        """Sorts the more exact template first: without a tail, then the one with more fixed text."""
        return ":path}" in self.template, -len(_PARAMETER.sub("", self.template))


@frozen
class Route:
    """One declared route: the phase it serves and the name of the method that answers."""

    method: str
    pattern: PathPattern
    phase: Phase
    handler: str = ""


def route(method: str, path: str, *, phase: Phase = "other") -> Callable[[Handler], Handler]:
    """Makes a method of a `Simulator` answer a path; may be used several times on one method.

    The method is called with the request and the path parameters as keywords, all of them texts. It returns an
    `HttpResponse`, a `Reply`, or a dict or list that becomes a JSON answer with status 200.

    Args:
        method: The HTTP method in capitals.
        path: A template: ``/v1/videos/{id}`` takes one segment, ``/{endpoint:path}/requests/{id}`` any number. Where
            several match, the one without a tail wins, then the one with more fixed text.
        phase: What the request is for; faults select by it.
    """
    declared = Route(method, PathPattern.parse(path), phase)

    def mark(handler: Handler) -> Handler:
        setattr(handler, _MARK, [*getattr(handler, _MARK, ()), declared])
        return handler

    return mark


@frozen
class Match:
    """A route that answers a request, with the path parameters found."""

    route: Route
    parameters: dict[str, str]


@frozen
class RouteTable:
    """All routes of one simulator class, the most exact first."""

    routes: tuple[Route, ...]

    @classmethod
    def of(cls, owner: type) -> RouteTable:
        """Collects the routes of a class and of those it inherits from; an overridden method keeps its own only."""
        names = {name: None for klass in owner.__mro__ for name in vars(klass)}
        found: Iterable[Route] = (
            Route(declared.method, declared.pattern, declared.phase, name)
            for name in names
            for declared in getattr(getattr(owner, name, None), _MARK, ())
        )
        return cls(tuple(sorted(found, key=lambda declared: declared.pattern.rank)))

    def find(self, request: HttpRequest) -> Match | None:
        """Returns the route for a request; a HEAD request is answered by the route for GET."""
        method = "GET" if request.method == "HEAD" else request.method
        for declared in self.routes:
            if declared.method == method and (parameters := declared.pattern.match(request.url)) is not None:
                return Match(declared, parameters)
        return None
