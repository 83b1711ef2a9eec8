import base64
import time
from typing import Any

import pytest

from tarash_core.engine.redaction import (
    HIDDEN,
    describe_media,
    redact,
    redact_headers,
    redact_request,
    redact_response,
    redact_text,
    redact_url,
    scrub,
    secret_texts,
)
from tarash_core.errors import HTTPError
from tarash_core.models.media import Media
from tarash_core.plugins import FilePart, HttpRequest, HttpResponse

CANARY = "canary0123456789"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJjYW5hcnkifQ.c2lnbmF0dXJlY2FuYXJ5"


@pytest.mark.parametrize(
    "text",
    [
        f"https://a.example/v.mp4?X-Amz-Signature={CANARY}&Expires=5",
        f"see https://a.example/v.mp4?sig={CANARY}, then go on",
        f"https://user:{CANARY}@a.example/v.mp4",
        f"https://user:p@{CANARY}@a.example/v.mp4",
        f"key_{'a' * 30}0{CANARY}",
        f"https://a.example/v#access_token={CANARY}",
        f"gs://bucket/v.mp4?token={CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"Key {CANARY}:{CANARY}",
        f"basic {base64.b64encode(b'user:canary-canary').decode()}",
        "Incorrect API key provided: sk-canary_0123456789",
        "token r8_canary0123456789 is not valid",
        f"key_{CANARY}{CANARY}",
        f"whsec_{CANARY}",
        f"luma-{CANARY}-0123-{CANARY}",
        f"a token {JWT} here",
        f"data:image/png;base64,{CANARY}",
        f"DATA:video/mp4;codecs=avc1;base64,{CANARY}",
        f"GET /v.mp4?sig={CANARY} failed",
        f"moved to /v.mp4?a=1&x-key={CANARY}",
        f'{{"api_key": "{CANARY}"',
        f"session_token={CANARY}",
        f"password: {CANARY}",
        f"whsec_Y2FuYXJ5+{CANARY}/{CANARY}=",
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str) -> None:
    shown = redact_text(text)
    assert "canary" not in shown.lower() and "Y2FuYXJ5" not in shown and "c2lnbmF0" not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize(
    "text",
    [
        "The prompt is too long: at most 2500 characters.",
        "token expired, please log in",
        "Basic plans cannot use this model",
        "key frames are not supported",
        "https://a.example/docs/errors",
        "luma-photon-flash and luma/ray-2 are models",
        "fal-ai/veo3.1/image-to-video",
        "key_frames_interval must be positive",
        "13:45 on 2026-11-22",
        "invalid token: expired",
        "signature: missing",
        "GET /v1/videos?page=1234567890 failed",
        "total_tokens: 1234567890",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize("secret", ["plain-secret", "with/slash+plus=", "id:secret"])
def test_a_known_secret_is_hidden_wherever_it_stands(secret: str) -> None:
    from urllib.parse import quote

    text = f"echo {secret} and https://a.example/{quote(secret, safe='')}/x"
    shown = redact_text(text, [secret])
    assert secret not in shown and quote(secret, safe="") not in shown


@pytest.mark.parametrize(
    ("secret", "text"), [("canary\n", "b'canary\\n'"), (" canary ", "canary"), ('ca"nary', 'ca\\"nary')]
)
def test_a_known_secret_is_hidden_however_it_is_written(secret: str, text: str) -> None:
    assert "canary" not in redact_text(text, [secret]) and "nary" not in redact_text(text, [secret])


@pytest.mark.parametrize("place", [0, 4000, 4090, 8180, 8190, 9000])
@pytest.mark.parametrize("filler", ["x ", "data:image/png;base64,", "https://a.example/?"])
def test_no_cut_leaves_a_part_of_a_secret(place: int, filler: str) -> None:
    secret = "canary-0123456789-yranac"
    text = (filler + "A" * 9000)[:place] + " " + secret + " " * 200
    assert "canary" not in redact_text(text, [secret]) and "cana" not in redact_text(text, [secret])


def test_of_secrets_within_secrets_nothing_is_left() -> None:
    secrets = ["id", "long-id", "long-id:the-canary", "the-canary"]
    assert redact_text("long-id:the-canary", secrets) == HIDDEN


@pytest.mark.parametrize(
    "part", ["key_-", "fal_-", "-key_", "eyJ-", "eyJaaaaaaaa-", "key_aaaaaaaaaaaaaaaa-", ";sig:a", "aa://a@", "a@"]
)
def test_a_text_that_is_almost_a_secret_takes_no_longer_than_its_length(part: str) -> None:
    text = f"https://{part * 4000}"[:8192]
    redact_text(text)
    started = time.process_time()
    redact_text(text)
    assert time.process_time() - started < 0.03


def test_too_short_a_secret_hides_nothing() -> None:
    assert redact_text("a b c", ["a", ""]) == "a b c"


def test_secrets_may_be_any_iterable_and_count_for_every_part() -> None:
    shown = redact({"a": "canary", "b": ["canary", {"c": "canary"}]}, (secret for secret in ["canary"]))
    assert "canary" not in str(shown)
    assert "canary" not in str(redact_headers({"a": "canary", "b": "canary"}, iter(["canary"])))


@pytest.mark.parametrize(
    "name",
    ["authorization", "Cookie", "Set-Cookie", "api_key", "X-API-Key", "access_token", "client_secret", "password",
     "credentials", "X-Goog-Signature", "sig", "key", "auth", "x-key", "jwt"],
)  # fmt: skip
def test_what_stands_under_the_name_of_a_secret_is_hidden(name: str) -> None:
    assert redact({name: "canary"}) == {name: HIDDEN}
    assert "canary" not in str(redact({"deep": [{name: {"value": "canary", "list": ["canary"]}}]}))
    assert redact_headers({name: "canary"}) == {name: HIDDEN}


@pytest.mark.parametrize(
    "name", ["max_tokens", "idempotency-key", "keyframes", "key_frame", "prompt", "monkey", "token_type"]
)
def test_names_that_only_sound_alike_stay(name: str) -> None:
    assert redact({name: "shown"}) == {name: "shown"}


def test_a_count_of_tokens_stays() -> None:
    usage = {"usage": {"total_tokens": 5, "input_tokens_details": {"text_tokens": 3}, "tokens": None}}
    assert redact(usage) == usage


def test_data_are_copied_and_bytes_counted() -> None:
    data: dict[str, Any] = {"image": b"canary", "list": (1, 2.5, None, True), "text": "x" * 9000}
    shown = redact(data)
    assert shown["image"] == "<6 bytes>" and shown["list"] == [1, 2.5, None, True]
    assert len(shown["text"]) < 4200 and shown["text"].endswith("(9000 characters)")
    assert data["image"] == b"canary"


def test_only_the_start_of_a_long_text_is_looked_at() -> None:
    text = base64.urlsafe_b64encode(bytes(range(256)) * 20_000).decode()
    shown = redact({"b64_json": text})["b64_json"]
    assert len(shown) < 4200 and shown.endswith(f"({len(text)} characters)")


def test_a_secret_is_hidden_in_names_too() -> None:
    assert redact({"canary": 1, "a": {"x-canary": 2}}, ["canary"]) == {HIDDEN: 1, "a": {f"x-{HIDDEN}": 2}}


def test_the_secrets_of_settings_are_those_under_such_names() -> None:
    settings = {"region": "eu", "token": "a", "deep": [{"client_secret": {"value": "b"}, "max_tokens": "5"}], "key": 5}
    assert secret_texts(settings) == ("a", "b")


def error_with_canaries() -> BaseException:
    """An error of ours from a vendor's, from one that holds the answer, with a note and a group beside it."""
    try:
        try:
            try:
                b"canary \xff".decode()
            except UnicodeDecodeError as error:
                raise ExceptionGroup("both", [KeyError("canary"), ValueError(b"canary")]) from error
        except ExceptionGroup as error:
            error.add_note("the canary sings")
            raise HTTPError("no canary", raw_response={"echo": "canary"}, status_code=400) from None
    except HTTPError as error:
        return error


def test_an_error_is_scrubbed_with_everything_that_it_came_from() -> None:
    error = error_with_canaries()
    scrub(error, ["canary"])
    assert (error.message, error.raw_response) == (f"no {HIDDEN}", {"echo": HIDDEN})
    everything = [error, error.__context__, error.__context__.__cause__, *error.__context__.exceptions]
    assert "canary" not in " ".join(f"{item!r} {item} {getattr(item, '__notes__', '')}" for item in everything)
    assert len(everything) == 5


def test_a_receipt_in_a_note_stays_as_it_is() -> None:
    error = KeyboardInterrupt()
    error.add_note('take it up: {"status_url": "https://a.example/x?page=1"}')
    scrub(error, ["canary"])
    assert "?page=1" in error.__notes__[0]


def test_an_error_that_came_from_itself() -> None:
    error = ValueError("canary")
    error.__cause__ = error
    scrub(error, ["canary"])
    assert str(error) == HIDDEN


def test_a_url_keeps_host_and_path() -> None:
    assert redact_url("https://u:p@a.example/x/y.mp4?a=1#b") == "https://***@a.example/x/y.mp4?***#***"
    assert redact_url("https://a.example/x?") == "https://a.example/x?"


def test_a_request_is_shown_without_key_and_files() -> None:
    request = HttpRequest(
        "POST",
        "https://a.example/x?key=canary",
        json={"image": "data:image/png;base64,canary", "prompt": "a fox"},
        content=b"canary",
        form={"token": "canary", "n": "1"},
        files={"image": FilePart(b"canary", "image/png", "fox.png")},
        headers={"x-api-key": "canary", "accept": "*/*"},
        effect="buy",
    )
    shown = redact_request(request, ["canary"])
    everything = f"{shown} {shown.json} {shown.content!r} {shown.form} {shown.files} {dict(shown.headers)}"
    assert "canary" not in everything
    assert shown.json["prompt"] == "a fox" and shown.headers["accept"] == "*/*" and shown.effect == "buy"
    assert shown.files is not None and shown.files["image"].content == b"<6 bytes>"


@pytest.mark.parametrize(
    ("response", "content"),
    [
        (HttpResponse.of_json({"token": "canary", "a": 1}), b'{"token": "***", "a": 1}'),
        (HttpResponse(200, {"content-type": "text/plain"}, b"say canary"), b"say ***"),
        (HttpResponse(200, {"content-type": "video/mp4"}, b"\x00canary"), b"<7 bytes>"),
        (HttpResponse(204), b""),
    ],
)
def test_an_answer_is_shown_without_secrets_and_files(response: HttpResponse, content: bytes) -> None:
    assert redact_response(response, ["canary"]).content == content


def test_a_medium_is_described_by_place_or_size() -> None:
    assert describe_media(Media("https://a.example/x?sig=1")) == "https://a.example/x?***"
    assert describe_media(Media(b"fox", content_type="image/png")) == "3 bytes, image/png"
    assert describe_media(Media("data:,fox")) == "data URI of 9 characters"
