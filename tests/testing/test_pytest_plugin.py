"""The fixtures for the tests of an application, in a pytest of its own within this process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

APP = """
import os
import threading

import pytest

from tarash_core import AsyncGateway, Gateway, errors, generate_image, generate_video, generate_video_async
from tarash_core.testing import faults

CHAIN = ["fal/fal-ai/veo3.1", "replicate/google/veo-3.1"]


def test_a_fallback(tarash_simulators):
    tarash_simulators.script("fal", faults.failed())
    response = generate_video(CHAIN, prompt="A fox")
    assert response.video.read()[4:8] == b"ftyp"
    assert [len(tarash_simulators[name].bought) for name in ("fal", "replicate")] == [1, 1]
    assert tarash_simulators.clock.monotonic() > 1


def test_a_gateway_of_the_applications_own(tarash_simulators):
    with Gateway() as gateway:
        job = gateway.submit_video(CHAIN[0], prompt="A fox")
        assert gateway.wait_job(job).request_id == tarash_simulators["fal"].bought[0]


def test_an_event_loop(tarash_simulators):
    import asyncio

    async def app():
        async with AsyncGateway() as gateway:
            one = await gateway.generate_image("stability/stable-image-core", prompt="A fox")
        return one, await generate_video_async(CHAIN, prompt="A fox")

    for response in asyncio.run(app()):
        assert response.outputs[0].read()


def test_the_real_key_stays_here(tarash_simulators, monkeypatch):
    monkeypatch.setenv("FAL_KEY", "real-id:real-secret")
    generate_video(CHAIN[0], prompt="A fox")
    shown = [request.headers.get("authorization", "") for request in tarash_simulators["fal"].log]
    assert any(shown) and not any("real" in header for header in shown)


def test_keys_of_the_applications_own_reach_no_network_either(tarash_simulators):
    with Gateway(accounts={"c42": "kid:ksec"}) as gateway:
        from tarash_core import VideoGenerationConfig

        config = VideoGenerationConfig.from_string(CHAIN[0], account="c42")
        assert gateway.generate_video(config, prompt="A fox").video
    assert len(tarash_simulators["fal"].bought) == 1


def test_a_host_and_a_file_of_the_applications_own(tarash_simulators):
    from tarash_core import VideoGenerationConfig

    tarash_simulators.at("https://proxy.example", "fal")
    tarash_simulators.serve("https://app.example/fox.png", b"\\x89PNG\\r\\n\\x1a\\n")
    config = VideoGenerationConfig.from_string(CHAIN[0], base_url="https://proxy.example")
    assert generate_video(config, prompt="A fox").video.read()
    picture = generate_image("stability/upscale-fast", prompt=None, image_list=["https://app.example/fox.png"])
    assert picture.image.read()


def test_what_is_not_simulated_says_how_to(tarash_simulators):
    with pytest.raises(Exception, match="tarash_simulators.at"):
        from tarash_core import VideoGenerationConfig

        generate_video(VideoGenerationConfig.from_string(CHAIN[0], base_url="https://other.example"), prompt="A fox")


def test_every_installed_provider_is_there(tarash_simulators):
    assert {"fal", "kling", "luma", "replicate", "runway", "sora", "stability", "veo"} <= set(tarash_simulators)
    assert len(tarash_simulators) == len(list(tarash_simulators))
"""

RECORDED = """
from tarash_core import generate_video

def test_replayed(tarash_recorder):
    with tarash_recorder("fox") as replay:
        response = generate_video("fal/fal-ai/veo3.1", prompt="A fox")
    assert response.video.url and not replay.left

def test_missing(tarash_recorder):
    tarash_recorder()
"""

MADE = """
from tarash_core import Gateway
from tarash_core.testing import VirtualClock, simulator_of

def test_made(tarash_recorder):
    with tarash_recorder("fox"), Gateway(transport=simulator_of("fal", render=False), clock=VirtualClock()) as gateway:
        gateway.generate_video("fal/fal-ai/veo3.1", prompt="A fox")
"""


def test_an_applications_tests_need_no_key_no_network_and_no_waiting(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(APP)
    pytester.runpytest_inprocess("-p", "no:xdist", "-q").assert_outcomes(passed=8)


def test_a_recording_is_made_once_and_replayed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAL_KEY", "real-id:real-secret")
    pytester.makepyfile(test_made=MADE)
    pytester.runpytest_inprocess("-p", "no:xdist", "-q", "--tarash-record").assert_outcomes(passed=1)
    text = Path("recordings/fox.json").read_text("utf-8")
    assert len(json.loads(text)["exchanges"]) > 2 and "real-secret" not in text
    Path("test_made.py").unlink()
    pytester.makepyfile(test_replayed=RECORDED)
    result = pytester.runpytest_inprocess("-p", "no:xdist", "-q")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*There is no recording *test_missing.json*--tarash-record*"])


def test_the_plugin_imports_nothing_before_a_fixture_is_used() -> None:
    code = (
        "import pytest, sys; before = set(sys.modules); import tarash_core.testing.pytest_plugin;"
        "print(sorted(set(sys.modules) - before))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert shown == "['tarash_core', 'tarash_core.testing', 'tarash_core.testing.pytest_plugin']"


def test_simulators_need_no_pytest() -> None:
    code = "import sys; from tarash_core.testing import Simulator, simulating; print('pytest' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "False\n"


def test_the_plugin_is_found_by_its_entry_point(request: pytest.FixtureRequest) -> None:
    assert request.config.pluginmanager.has_plugin("tarash")
