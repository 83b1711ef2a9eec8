"""Receipts that earlier releases wrote are taken up by this one; each release adds a file, and none is changed."""

import importlib
import json
from pathlib import Path

import pytest

from tarash_core import Gateway, ImageJob, VideoJob
from tarash_core.plugins.loader import load_provider
from tarash_core.testing import VirtualClock

RECEIPTS = [row for file in sorted(Path(__file__).parent.glob("jobs-*.json")) for row in json.loads(file.read_text())]


@pytest.mark.parametrize("row", RECEIPTS, ids=lambda row: f"{row['provider']}-{row['variant']}")
def test_a_receipt_of_an_earlier_release_is_taken_up(row, monkeypatch):
    provider = load_provider(row["provider"])
    for names in provider.credentials.alternatives[:1]:
        for name in names:
            monkeypatch.setenv(name, "test-key")
    module, _, name = str(provider.simulator).partition(":")
    simulator = getattr(importlib.import_module(module), name)(render=False)
    monkeypatch.setattr(simulator, "new_id", lambda: row["id"])
    target = f"{row['provider']}/{row['model']}"
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        make = gateway.submit_video if row["kind"] == "video" else gateway.submit_image
        make(target, prompt="A fox")
        job = (VideoJob if row["kind"] == "video" else ImageJob).from_dict(row)
        response = gateway.wait_job(job)
        assert response.request_id == row["id"]
        assert len(response.outputs[0].read()) > 0
    assert len(simulator.bought) == 1
