"""Neither prompt, media nor key are in the file; what may be shown of an error is."""

import pytest

from tarash_core import Gateway, VideoGenerationConfig, VideoGenerationRequest, VideoJob, errors
from tarash_core.ledger.wording import receipt, sentence
from tarash_core.testing import faults

IMAGE = b"\x89PNG\r\n\x1a\n" + b"canary-media" * 50


def everything(path):
    return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))


def test_the_file_holds_no_prompt_no_media_and_no_key(gateway, ledger, acme, path, prompt):
    config = VideoGenerationConfig.from_string("acme/acme-1", api_key="canary-explicit-key")
    acme.script(faults.moderated(f"Refused: {prompt!r} with key canary-explicit-key"))
    with pytest.raises(errors.ContentModerationError):
        gateway.generate_video(config, prompt=prompt, negative_prompt=None, first_frame=IMAGE)
    acme.script(faults.failed(f"canaryfox walks through seven, {prompt[:20]}"))
    with pytest.raises(errors.GenerationFailedError):
        gateway.generate_video("acme/acme-1", prompt=prompt)
    gateway.generate_video("acme/acme-1", prompt=prompt)
    gateway.generate_image("acme/acme-image", prompt=prompt)
    acme.script(faults.failed(prompt))
    gateway.refresh_job(job := gateway.submit_video("acme/acme-1", prompt=prompt))
    with pytest.raises(errors.GenerationFailedError):
        gateway.wait_job(job)
    gateway.generate_video(
        VideoGenerationConfig.from_string(
            "acme/acme-1", mock={"enabled": True, "responses": [{"output_video": IMAGE}]}
        ),
        prompt=prompt,
    )
    assert len(ledger.entries()) == 6
    stored = everything(path)
    assert b"acme-1" in stored
    for word in (b"canary", b"frozen", b"aGVsbG8", b"Y2FuYXJ5"):
        assert word not in stored, word


def test_two_keys_are_two_payers(gateway, ledger, acme, clock):
    for key in ("one-key", "two-key"):
        config = VideoGenerationConfig.from_string("acme/acme-1", api_key=key)
        gateway.submit_video(config, prompt="A fox", attach_if_running=True)
    assert len(acme.bought) == 2


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("The queue is full.", "The queue is full."),
        ("Refused: 'A red fox in snow'.", "Refused: '***'."),
        ("Refused: 'a red fox…'", None),
        ("See https://x.example/a?sig=abc", "See https://x.example/a?***"),
    ],
)
def test_a_sentence_never_repeats_the_prompt(message, shown):
    assert sentence(message, ("A red fox in snow",)) == shown


def test_a_sentence_about_an_unknown_prompt_is_left_out():
    assert sentence("Refused.", None) is None


def test_the_repr_shows_no_receipt(gateway, ledger):
    gateway.submit_video("acme/acme-1", prompt="A fox")
    [entry] = ledger.entries()
    assert "status_url" in entry.receipt and "status_url" not in repr(entry)


def test_a_gateway_may_have_a_path(acme, clock, path):
    with Gateway(transport=acme, clock=clock, ledger=str(path)) as gateway:
        gateway.submit_video("acme/acme-1", prompt="A fox")
    assert path.exists()


@pytest.mark.parametrize(
    ("prompt", "extra", "state", "kept"),
    [
        ("canaryfox", {}, {"echo": "canaryfox", "url": "https://acme.example/1"}, {"url": "https://acme.example/1"}),
        ("a canary\nof two lines", {}, {"echo": ["a canary\nof two lines"], "n": 1}, {"n": 1}),
        ("A fox", {"style_note": "oil of canary"}, {"echo": {"note": "oil of canary"}, "n": 2}, {"n": 2}),
        ("A fox", {}, {"note": "sent as you wished", "n": 3}, {"note": "sent as you wished", "n": 3}),
    ],
)
def test_a_receipt_repeats_no_text_of_the_users(gateway, prompt, extra, state, kept):
    request = VideoGenerationRequest(prompt=prompt, extra_params=extra)
    plan = gateway.plan_video(VideoGenerationConfig.from_string("acme/acme-1"), request)
    job = VideoJob(provider="acme", model="acme-1", id="job-1", state=state)
    written = receipt(job, plan)
    assert "canary" not in written
    assert kept.items() <= VideoJob.from_json(written).state.items()
    assert VideoJob.from_json(receipt(job, None)) == job
