"""From the vendor into an object store, without a file of your own and without the whole clip in memory.

Run it::

    python object_store.py "A red fox in fresh snow" "https://bucket.example/fox.mp4?signature=…"

The second argument is a presigned URL, which S3, R2, GCS, MinIO and others hand out. boto3 takes the same stream:
``client.upload_fileobj(stream, "bucket", "fox.mp4")``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import BinaryIO

import httpx

from tarash_core import Media, generate_video

MODEL = "fal/fal-ai/veo3.1"
PIECE_BYTES = 1 << 20


def upload(media: Media, url: str, client: httpx.Client) -> int:
    """Puts a medium under a presigned URL and returns its size in bytes."""
    with media.open() as stream:  # fetched whole by now: what arrives is complete, or an error was raised
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        headers = {"content-type": media.content_type or "video/mp4", "content-length": str(size)}
        client.put(url, content=pieces(stream), headers=headers).raise_for_status()
    return size


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """A stream as pieces of a mebibyte."""
    while piece := stream.read(PIECE_BYTES):
        yield piece


def main(prompt: str, url: str, client: httpx.Client) -> None:
    """Makes a clip and puts it under the URL."""
    response = generate_video(MODEL, prompt=prompt, duration_seconds=8)
    print(f"{upload(response.video, url, client)} bytes of job {response.request_id} stored")


if __name__ == "__main__":
    with httpx.Client(timeout=60) as http:
        main(sys.argv[1], sys.argv[2], http)
