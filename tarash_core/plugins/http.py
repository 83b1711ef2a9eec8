"""The two nouns a provider speaks: an HTTP request and its answer, as plain frozen values.

They are ours, not httpx's, so that a provider, a simulator and a recorded exchange need no HTTP library.
"""

from __future__ import annotations

import json as json_module
from collections.abc import ItemsView, Iterable, Iterator, Mapping
from typing import Any, Literal

from attrs import field, frozen

from tarash_core.models.base import masked, to_tuple

Effect = Literal["read", "write", "buy"]
"""What happens when a request is sent twice: nothing, an overwrite, or a second purchase."""


ANY_ERROR = tuple(range(400, 600))
"""Every status of an error: for a request whose answers the provider all reads itself."""


class Headers(Mapping[str, str]):
    """HTTP headers whose names compare without case; the last of two equal names wins."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, str] | None = None) -> None:
        self._items = {name.lower(): str(value) for name, value in items.items()} if items else {}

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    @classmethod
    def of_lower(cls, items: dict[str, str]) -> Headers:
        """Headers of a dict whose names are in small letters already; the dict is kept, not copied."""
        made = cls()
        made._items = items
        return made

    def plain(self) -> dict[str, str]:
        """A dict of its own, the names in small letters."""
        return dict(self._items)

    def joined(self, under: Headers, over: Mapping[str, str] | None = None) -> Headers:
        """These headers with others under and over them; of equal names the upper one counts."""
        above = {name.lower(): str(value) for name, value in over.items()} if over else {}
        return Headers.of_lower({**under._items, **self._items, **above})

    def items(self) -> ItemsView[str, str]:
        """Names and values, the names in small letters."""
        return self._items.items()

    def __repr__(self) -> str:
        from tarash_core.engine.redaction import redact_headers

        return f"Headers({redact_headers(self._items)!r})"


def as_headers(items: Mapping[str, str] | None) -> Headers:
    """Wraps a mapping of header names once."""
    return items if isinstance(items, Headers) else Headers(items) if items else _NO_HEADERS


_NO_HEADERS = Headers()


@frozen
class FilePart:
    """One file of a multipart body.

    Attributes:
        content: The bytes of the file.
        content_type: Its media type, such as ``image/png``.
        filename: The name told to the server.
    """

    content: bytes = field(repr=False)
    content_type: str = "application/octet-stream"
    filename: str = "file"


class FileParts(Mapping[str, FilePart]):
    """File parts of which several may have one name, such as the pictures of ``image[]``.

    ``items()`` gives every part in order; a look by name gives the last.
    """

    __slots__ = ("_parts",)

    def __init__(self, parts: Iterable[tuple[str, FilePart]] = ()) -> None:
        self._parts = tuple(parts)

    def __getitem__(self, name: str) -> FilePart:
        return dict(self._parts)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._parts))

    def __len__(self) -> int:
        return len(self._parts)

    def items(self) -> ItemsView[str, FilePart]:
        """Every name and part, equal names too."""
        return _Parts(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FileParts):
            return self._parts == other._parts
        return isinstance(other, Mapping) and len(self) == len(other) and dict(self._parts) == dict(other)

    def __hash__(self) -> int:
        return hash(self._parts)

    def __repr__(self) -> str:
        return f"FileParts({self._parts!r})"


class _Parts(ItemsView[str, FilePart]):
    """The parts of a FileParts."""

    _mapping: FileParts

    def __iter__(self) -> Iterator[tuple[str, FilePart]]:
        return iter(self._mapping._parts)


@frozen
class HttpRequest:
    """A request that a provider wants sent.

    Attributes:
        method: The HTTP method, in capitals.
        url: An absolute URL. One below a provider's origins is moved below ``config.base_url`` where that is set.
        json: A body to send as JSON; None sends no JSON body.
        content: A body of raw bytes.
        form: Plain fields of a multipart (with ``files``) or urlencoded body.
        files: File parts of a multipart body, by field name; with an empty mapping the body is multipart without one.
        headers: Further headers; the key is added by the engine.
        effect: ``read`` and ``write`` may be repeated after a failure, ``buy`` only when nothing was bought.
        signed: Whether ``Provider.authorize`` adds the key. A signed request never leaves the provider's origins.
        expect: Statuses of 400 and above that the provider reads itself.
    """

    method: str
    url: str = field(repr=masked)
    json: Any = field(default=None, kw_only=True, repr=masked)
    content: bytes | None = field(default=None, kw_only=True, repr=False)
    form: Mapping[str, str] | None = field(default=None, kw_only=True, repr=masked)
    files: Mapping[str, FilePart] | None = field(default=None, kw_only=True)
    headers: Headers = field(default=_NO_HEADERS, converter=as_headers, kw_only=True, repr=False)
    effect: Effect = field(default="read", kw_only=True)
    signed: bool = field(default=True, kw_only=True)
    expect: tuple[int, ...] = field(default=(), converter=to_tuple, kw_only=True)

    def sent_to(self, url: str, headers: Headers) -> HttpRequest:
        """The same request as it goes out; every exchange makes one, so it is not left to ``attrs.evolve``."""
        return HttpRequest(
            self.method,
            url,
            json=self.json,
            content=self.content,
            form=self.form,
            files=self.files,
            headers=headers,
            effect=self.effect,
            signed=self.signed,
            expect=self.expect,
        )


@frozen
class HttpResponse:
    """The answer to a request, read to its end.

    Attributes:
        status: The HTTP status code.
        headers: The answer's headers, names without case.
        content: The whole body.
        url: The URL that answered, after redirects.
    """

    status: int
    headers: Headers = field(default=_NO_HEADERS, converter=as_headers)
    content: bytes = field(default=b"", repr=False)
    url: str = field(default="", repr=masked)

    @property
    def text(self) -> str:
        """The body as UTF-8 text; bytes that are none are replaced."""
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The body read as JSON.

        Raises:
            ValueError: The body is no JSON; the engine turns it into an HTTPError that shows the body's start.
        """
        return json_module.loads(self.content)

    @classmethod
    def of_json(cls, value: Any, status: int = 200, **headers: str) -> HttpResponse:
        """An answer that holds ``value`` as JSON; ``retry_after="5"`` becomes the header ``retry-after``."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        body = json_module.dumps(value).encode()
        return cls(status, Headers({"content-type": "application/json", **named}), body)
