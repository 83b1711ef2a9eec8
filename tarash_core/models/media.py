"""Pictures, clips and sounds: what goes into a job and what comes out of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from os import PathLike
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Literal, TypeAlias

from attrs import field, frozen

from tarash_core.errors import ValidationError
from tarash_core.models import checks
from tarash_core.models.base import Value, check_keywords
from tarash_core.models.job import Job, to_moment

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

ImageType = Literal["reference", "first_frame", "last_frame", "asset", "style", "control"]
"""The part that an input image plays."""

IMAGE_TYPES: tuple[str, ...] = ("reference", "first_frame", "last_frame", "asset", "style", "control")

MediaLike: TypeAlias = "Media | Job | str | bytes | Path | IO[bytes] | Mapping[str, Any]"
"""What is taken wherever a medium is asked for."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://\S+", re.IGNORECASE)
_DATA_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(;[\w=-]+)*,", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_SURELY_NO_FILE_NAME = 64


def _of_text(text: str) -> str | bytes:
    """A URL or data URI as it is, base64 as its bytes; a file name is refused."""
    value = text.strip()
    if _SCHEME.fullmatch(value) and not value.lower().startswith("file:"):
        return value
    if _DATA_URI.match(value):
        return value
    if (content := _of_base64(value.replace("\r", "").replace("\n", ""))) is not None:
        return content
    raise ValidationError(
        f"A medium given as text must be an http(s) URL, a data URI or base64, not {value[:60]!r}; "
        "for a file write Path(...) around its name."
    )


def _of_base64(text: str) -> bytes | None:
    """The bytes of base64 text; None where it might as well be the name of a file, such as ``clips/2026/fox``."""
    if len(text) % 4 or not _BASE64.fullmatch(text):
        return None
    if len(text) >= _SURELY_NO_FILE_NAME or text.endswith("="):
        return _decoded(text)
    from tarash_core.engine.measure import sniff

    content = _decoded(text)
    return content if sniff(content) else None


def _decoded(text: str) -> bytes:
    import base64

    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except ValueError as error:
        raise ValidationError("A medium given as base64 could not be decoded; pass the bytes themselves.") from error


def _of_path(name: PathLike[Any]) -> Path:
    from pathlib import Path

    path = Path(name)
    if not path.is_file():
        raise ValidationError(f"The file {str(path)!r} does not exist; give the path of a readable file.")
    return path


def _source(value: Any) -> str | bytes | Path:
    """What a medium is made of, from any of the forms that users have at hand."""
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, PathLike):
        return _of_path(value)
    if hasattr(value, "read"):
        return _of_file(value)
    if type(value).__name__.lower().endswith("url"):  # pydantic's HttpUrl, yarl.URL, httpx.URL and their like
        return _of_text(str(value))
    raise checks.refuse("A medium", value, "a URL, a data URI, base64, bytes, a Path or an open binary file")


def _of_file(file: IO[bytes]) -> bytes:
    content = file.read()
    if not isinstance(content, bytes):
        raise ValidationError("A medium given as an open file must be opened in binary mode: open(name, 'rb').")
    return content


@frozen(repr=False)
class Media(Value):
    """One picture, clip or sound.

    As an input it is made of a URL, a data URI, base64 text, bytes, a ``Path`` or an open binary file; a plain text
    is never taken for a file name. As an output it is lazy: nothing is fetched before ``save``, ``read`` or ``open``.

    Attributes:
        source: A URL, data URI or vendor URI as text; else bytes or a Path.
        content_type: The media type, such as ``video/mp4``; None when nobody tells.
        expires_at: When the provider stops serving the URL (UTC).
        width: Width in pixels.
        height: Height in pixels.
        duration_seconds: Length in seconds.
        size_bytes: Size of the file in bytes.
        job: The job that made it; lets a model continue from an earlier result.
        authenticated: Whether fetching it needs the key of the job's account.
    """

    source: str | bytes | Path = field(converter=_source, repr=False)
    content_type: str | None = field(default=None, kw_only=True, validator=checks.text)
    expires_at: datetime | None = field(default=None, kw_only=True, converter=to_moment)
    width: int | None = field(default=None, kw_only=True)
    height: int | None = field(default=None, kw_only=True)
    duration_seconds: float | None = field(default=None, kw_only=True)
    size_bytes: int | None = field(default=None, kw_only=True)
    job: Job | None = field(default=None, kw_only=True)
    authenticated: bool = field(default=False, kw_only=True)
    access: Any = field(
        default=None, kw_only=True, repr=False, eq=False, hash=False, metadata={"private": True, "live": True}
    )

    @property
    def url(self) -> str | None:
        """The URL or vendor URI; None for bytes, a file or a data URI."""
        return self.source if isinstance(self.source, str) and not self.source.startswith("data:") else None

    @property
    def scheme(self) -> str:
        """``http``, ``data``, ``bytes``, ``path``, or a vendor's own URI scheme such as ``gs``."""
        if isinstance(self.source, PathLike):
            return "path"
        if isinstance(self.source, bytes):
            return "bytes"
        word = self.source.split(":", 1)[0].lower()
        return "http" if word == "https" else word

    def __str__(self) -> str:
        return self.url or repr(self)

    def __repr__(self) -> str:
        from tarash_core.engine.redaction import describe_media

        return f"Media({describe_media(self)})"

    def _repr_html_(self) -> str:
        from tarash_core.models.notebook import media_html

        return media_html(self)

    def save(self, path: str | PathLike[str], *, max_bytes: int | None = None) -> Path:
        """Streams the file to ``path`` and returns the path; a half-written file is never left there.

        Args:
            path: A file name; a folder takes the file under the provider's name.
            max_bytes: Refuse a larger file; 2 GiB when None.

        Raises:
            DeliveryError: The file cannot be fetched, is cut short, too large, or its URL has expired.
        """
        from tarash_core.engine import fetching

        return fetching.save(self, path, max_bytes)

    async def save_async(self, path: str | PathLike[str], *, max_bytes: int | None = None) -> Path:
        """The same as :meth:`save`, on asyncio or trio."""
        from tarash_core.engine import fetching

        return await fetching.save_async(self, path, max_bytes)

    def read(self, *, max_bytes: int | None = None) -> bytes:
        """The whole file in memory; errors as in :meth:`save`."""
        from tarash_core.engine import fetching

        return fetching.read(self, max_bytes)

    async def read_async(self, *, max_bytes: int | None = None) -> bytes:
        """The same as :meth:`read`, on asyncio or trio."""
        from tarash_core.engine import fetching

        return await fetching.read_async(self, max_bytes)

    def open(self) -> AbstractContextManager[BinaryIO]:
        """A context manager of a readable binary stream, for object stores; errors as in :meth:`save`."""
        from tarash_core.engine import fetching

        return fetching.open_stream(self)

    def open_async(self) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The same as :meth:`open`, as an asynchronous iterator of chunks."""
        from tarash_core.engine import fetching

        return fetching.open_stream_async(self)

    def chunks(self) -> Iterator[bytes]:
        """The bytes of a medium that is already here: bytes, a data URI or a file.

        Raises:
            ValidationError: The medium is a URL, or its file has gone since.
        """
        if isinstance(self.source, PathLike):
            yield from _read_chunks(self.source)
        elif isinstance(self.source, bytes):
            yield self.source
        elif self.scheme == "data":
            yield _of_data_uri(self.source)
        else:
            raise ValidationError("The medium is a URL and holds no bytes; use read() to fetch it.")


def _read_chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                yield chunk
    except OSError as error:
        raise ValidationError(f"The file {str(path)!r} cannot be read: {error.strerror}.") from error


def _of_data_uri(uri: str) -> bytes:
    from urllib.parse import unquote_to_bytes

    head, _, data = uri.partition(",")
    return (
        _decoded(unquote_to_bytes(data).decode("ascii", "replace"))
        if head.endswith(";base64")
        else unquote_to_bytes(data)
    )


def to_media(value: Any) -> Media:
    """A Media of anything that is taken for one, the original's dict ``{content, content_type}`` included.

    Raises:
        ValidationError: The value is none of these.
    """
    if isinstance(value, Media):
        return value
    if isinstance(value, Job):
        return Media(f"job://{value.provider}/{value.id}", job=value)
    if isinstance(value, Mapping):
        return _of_mapping(value)
    return Media(value)


def _of_mapping(value: Mapping[str, Any]) -> Media:
    given = dict(value)
    content = given.pop("content", None)
    source = _decoded(content) if isinstance(content, str) else content
    for name in ("source", "url"):
        source = given.pop(name, None) if source is None else source
    if source is None:
        raise ValidationError("A medium given as a dict needs 'url' or 'content'.")
    check_keywords(Media, given)
    return Media(source, **given)


def to_optional_media(value: Any) -> Media | None:
    """The same as :func:`to_media`; None stays None."""
    return None if value is None else to_media(value)


def _image_type(instance: Any, attribute: Any, value: Any) -> None:
    if value is not None and value not in IMAGE_TYPES:
        raise checks.refuse("The type of an image", value, "one of " + ", ".join(IMAGE_TYPES))


@frozen
class ImageInput(Value):
    """An input image and the part that it plays.

    Attributes:
        image: The picture, in any form that :class:`Media` takes.
        type: ``reference``, ``first_frame``, ``last_frame``, ``asset``, ``style`` or ``control``; None for the only
            role that the model has.
        name: A name by which the prompt may speak of it, where the model knows names.
        weight: How strongly it counts, where the model takes a weight.
    """

    image: Media = field(converter=to_media)
    type: str | None = field(default=None, validator=_image_type)
    name: str | None = field(default=None, validator=checks.filled_text)
    weight: float | None = field(default=None, validator=checks.positive_number)


def to_image_input(value: Any) -> ImageInput:
    """An ImageInput of one, of the original's dict ``{image, type}``, or of a bare medium."""
    if isinstance(value, ImageInput):
        return value
    if isinstance(value, Mapping) and "image" in value:
        check_keywords(ImageInput, value)
        return ImageInput(**value)
    return ImageInput(value)


_SINGLE = (str, bytes, bytearray, memoryview, Mapping, Media, ImageInput, Job, PathLike)


def to_image_list(value: Any) -> tuple[ImageInput, ...]:
    """A tuple of image inputs; a single one is taken as a list of one."""
    if value is None:
        return ()
    several = isinstance(value, Iterable) and not isinstance(value, _SINGLE) and not hasattr(value, "read")
    return tuple(to_image_input(item) for item in (value if several else [value]))
