"""A worker that may be killed at any moment: what was bought is taken up again, and nothing is bought twice.

Run it::

    python worker.py orders

Each order is a file ``NAME.json`` that holds a request, such as ``{"prompt": "A red fox", "duration_seconds": 8}``. The
worker writes ``NAME.receipt`` when the vendor has taken the job, and ``NAME.mp4`` when it is done.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tarash_core import Gateway, TarashException, VideoGenerationRequest, VideoGenerationResponse, VideoJob

MODEL = "fal/fal-ai/veo3.1"


def main(folder: Path) -> int:
    """Works through the orders of a folder, and returns how many are left undone."""
    orders = [order for order in sorted(folder.glob("*.json")) if not order.with_suffix(".mp4").exists()]
    # The ledger writes the intent down before the purchase: it knows of the one that is cut off before its receipt.
    with Gateway(ledger=folder / "ledger.db") as gateway:
        return sum(not carried_out(gateway, order) for order in orders)


def carried_out(gateway: Gateway, order: Path) -> bool:
    """Makes the clip of one order; False if it could not be made now."""
    try:
        made(gateway, order).video.save(order.with_suffix(".mp4"))
    except TarashException as error:
        print(f"{order.stem}: {error}", file=sys.stderr)
        return False
    print(f"{order.stem}: done")
    return True


def made(gateway: Gateway, order: Path) -> VideoGenerationResponse:
    """The result of an order: of the job that its receipt names, else of one that is bought, or joined, now."""
    receipt = order.with_suffix(".receipt")
    if receipt.exists():
        return gateway.wait_job(VideoJob.from_json(receipt.read_text("utf-8")))
    request = VideoGenerationRequest.from_json(order.read_text("utf-8"))
    return gateway.generate_video(
        MODEL, request, on_accepted=lambda job: keep(receipt, job.to_json()), attach_if_running=True
    )


def keep(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.write_text(text, "utf-8")
    os.replace(draft, path)


if __name__ == "__main__":
    sys.exit(min(main(Path(sys.argv[1])), 1))
