"""What the three codecs read alike: the files in an answer, and the answer without their bytes."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from tarash_core.plugins import Output
from tarash_veo.vertex import file_url

KEPT_SECONDS = 48 * 3600.0
"""Files of the Gemini API live for 48 hours."""


def output_of(address: str | None, encoded: str | None, kind: str | None) -> Output:
    """One file: in a bucket, among the files of the Gemini API, or within the answer.

    Raises:
        ValueError: It has neither an address nor bytes that can be read.
    """
    if address and address.startswith("gs://"):
        return Output(file_url(address), content_type=kind, authenticated=True)
    if address:
        return Output(address, content_type=kind, authenticated=True, expires_in_seconds=KEPT_SECONDS)
    if not encoded:
        raise ValueError("a file without an address and without bytes")
    return Output(data=base64.b64decode(encoded), content_type=kind)


def without_bytes(value: Any) -> Any:
    """A copy of an answer in which encoded files are only counted."""
    if isinstance(value, Mapping):
        return {key: _short(key, part) for key, part in value.items()}
    return [without_bytes(part) for part in value] if isinstance(value, list) else value


def _short(key: str, part: Any) -> Any:
    if key in ("data", "bytesBase64Encoded") and isinstance(part, str):
        return f"<{len(part)} characters>"
    return without_bytes(part)
