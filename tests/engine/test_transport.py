"""Real sockets on loopback: what goes wrong there gets a name of ours, and nothing is left behind."""

import asyncio
import logging
import socket
import threading

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tarash_core import (
    AsyncGateway,
    Gateway,
    HTTPConnectionError,
    LostAnswerError,
    ValidationError,
    VideoGenerationConfig,
    errors,
)
from tarash_core.engine.asks import Send
from tarash_core.engine.clocks import SystemClock
from tarash_core.engine.handlers import as_on_the_wire
from tarash_core.engine.pools import Pool, Pools
from tarash_core.engine.transport import SyncTransport, _request, is_private
from tarash_core.plugins import FilePart, HttpRequest
from tarash_core.testing import VirtualClock, background, faults
from tarash_core.testing.bodies import parse_multipart


@pytest.fixture
def host(acme, monkeypatch):
    with background(acme) as url:
        monkeypatch.setenv("TARASH_ACME_BASE_URL", url)
        yield url


FAST = VideoGenerationConfig.from_string("acme/acme-1", poll_interval=0)


def test_a_job_over_sockets(acme, host, tmp_path):
    with Gateway() as gateway:
        response = gateway.generate_video(FAST, prompt="A fox")
        assert response.video.save(tmp_path / "fox.mp4").stat().st_size > 1000
    assert acme.bought == [response.request_id]
    assert all(request.headers["user-agent"] == "tarash" for request in acme.log)


@pytest.mark.anyio
async def test_a_job_over_sockets_on_a_loop(acme, host, tmp_path):
    async with AsyncGateway() as gateway:
        response = await gateway.generate_video(FAST, prompt="A fox")
        assert (await response.video.save_async(tmp_path / "fox.mp4")).stat().st_size > 1000
    assert acme.bought == [response.request_id]


@pytest.mark.parametrize("fault", [faults.lost_answer(), faults.truncated(10, on="submit")])
def test_a_lost_answer_on_a_socket(acme, host, fault):
    acme.script(fault)
    with Gateway() as gateway, pytest.raises(LostAnswerError) as caught:
        gateway.generate_video(FAST, prompt="A fox")
    assert len(acme.bought) == 1
    assert caught.value.charged == "unknown"


def test_a_sentence_of_somebody_else_ends_ours_once(acme, clock):
    def leaves(request):
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")

    sentence, network = r"without sending a response\. Look at", httpx.MockTransport(leaves)
    with Gateway(transport=network, clock=clock) as gateway, pytest.raises(LostAnswerError, match=sentence) as caught:
        gateway.generate_video(FAST, prompt="A fox")
    assert ".." not in str(caught.value)


def test_nobody_listens(acme, monkeypatch):
    monkeypatch.setenv("TARASH_ACME_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("tarash_core.engine.clocks.SystemClock.sleep", lambda self, seconds: None)
    with Gateway() as gateway, pytest.raises(HTTPConnectionError) as caught:
        gateway.generate_video(FAST, prompt="A fox")
    assert not isinstance(caught.value, LostAnswerError)
    assert caught.value.charged == "no"


def test_a_dripping_server_does_not_pass_the_clock(acme, host):
    acme.script(faults.dripping(1, 0.02, on="poll", times=None))
    config = FAST.replace(timeout=0.3)
    with Gateway() as gateway, pytest.raises(errors.TimeoutError) as caught:
        gateway.generate_video(config, prompt="A fox")
    assert caught.value.job.id == acme.bought[0]


class Slowly(httpx.SyncByteStream):
    """Chunks that take five seconds each."""

    def __init__(self, clock, chunks):
        self._clock, self._chunks = clock, chunks

    def __iter__(self):
        for chunk in self._chunks:
            self._clock.sleep(5)
            yield chunk


def slowly_answered(headers, chunks):
    clock = VirtualClock()
    network = httpx.MockTransport(lambda request: httpx.Response(200, headers=headers, stream=Slowly(clock, chunks)))
    request = HttpRequest("POST", "https://a.example/jobs", json={}, effect="buy")
    return SyncTransport(clock, None, network).send(Send(request, 8.0, 1 << 20))


@pytest.mark.parametrize("headers", [{"content-length": "10"}, {}])
def test_an_answer_that_is_whole_is_kept_although_it_came_late(headers):
    assert slowly_answered(headers, [b'{"id"', b':"a"}']).json() == {"id": "a"}


@pytest.mark.parametrize(
    ("headers", "chunks"), [({"content-length": "11"}, [b"{", b"}"]), ({}, [b'{"id"', b':"a"', b"}"])]
)
def test_an_answer_that_is_late_and_not_whole_is_lost(headers, chunks):
    with pytest.raises(LostAnswerError, match="did not answer fully in 8 s"):
        slowly_answered(headers, chunks)


def test_a_gateway_of_another_loop_is_refused(acme, host):
    gateway, loop = AsyncGateway(), asyncio.new_event_loop()
    loop.run_until_complete(gateway.generate_video(FAST, prompt="A fox"))
    with pytest.raises(ValidationError, match="another event loop"):
        asyncio.run(gateway.generate_video(FAST, prompt="A fox"))
    loop.run_until_complete(gateway.close())
    loop.close()


def test_a_closed_gateway_says_so(acme):
    gateway = Gateway()
    gateway.close()
    with pytest.raises(ValidationError, match="closed"):
        gateway.generate_video(FAST, prompt="A fox")


def test_our_own_httpx_transport_is_used(acme, monkeypatch):
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(401, json={"detail": "Unknown key."})

    with (
        Gateway(transport=httpx.MockTransport(answer)) as gateway,
        pytest.raises(errors.AuthenticationError, match="Unknown key"),
    ):
        gateway.generate_video(FAST, prompt="A fox")
    assert asked == ["https://api.acme.example/v1/videos"]


def test_httpx_and_httpcore_log_nothing_of_ours(acme, host, caplog):
    caplog.set_level(logging.DEBUG)
    with Gateway() as gateway:
        gateway.generate_video(FAST, prompt="A fox").video.read()
    assert {record.name.split(".")[0] for record in caplog.records} <= {"tarash", "tarash_core", "asyncio"}
    assert "canary" not in caplog.text


@pytest.mark.parametrize(
    ("name", "private"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("[::1]", True),
        ("169.254.169.254", True),
        ("10.1.2.3", True),
        ("metadata.google.internal", True),
        ("queue.fal.run", False),
        ("8.8.8.8", False),
    ],
)
def test_private_hosts(name, private):
    assert is_private(name) is private


@pytest.mark.parametrize("files", [{}, {"image": FilePart(b"\x89PNG", "image/png", "a.png")}])
def test_a_multipart_body_is_one_with_and_without_a_file(files):
    request = HttpRequest("POST", "https://a.example/v1", form={"prompt": "A fox"}, files=files)
    sent = _request(Send(request, 5.0, 1000))
    form = parse_multipart(sent.headers["content-type"], sent.read())
    assert (form.fields, form.files) == ({"prompt": "A fox"}, files)


@pytest.mark.parametrize("files", [{}, {"image": FilePart(b"\x89PNG", "image/png", "a.png")}])
def test_a_simulator_in_the_process_is_sent_the_same_body(files):
    sent = as_on_the_wire(HttpRequest("POST", "https://a.example/v1", form={"prompt": "A fox"}, files=files))
    form = parse_multipart(sent.headers["content-type"], sent.content)
    assert (form.fields, form.files) == ({"prompt": "A fox"}, files)


_TAILS = st.text(st.sampled_from("ab9/?&=%.#-_~:@!$'()*+,;[] \\\"<é"), max_size=20)


@given(_TAILS)
@example("/v1/jobs/1?logs=1")
@example("/a%2Fb%zz")
@example("/a/../b")
@example("?only=query")
@example("#/a")
def test_a_target_beside_the_url_is_the_one_that_httpx_would_send(tail):
    ask = Send(HttpRequest("GET", f"http://127.0.0.1:8000{tail}"), 5.0, 100, None, guarded=False)
    try:
        whole = _request(ask)
    except HTTPConnectionError:
        with pytest.raises(HTTPConnectionError):
            _request(ask, is_direct=True)
        return
    direct = _request(ask, is_direct=True)
    assert direct.extensions.get("target", direct.url.raw_path) == whole.url.raw_path
    assert direct.headers == whole.headers and direct.url.host == whole.url.host


def test_a_path_without_oddities_is_not_parsed():
    ask = Send(HttpRequest("GET", "http://127.0.0.1:8000/v1/jobs/1?logs=1"), 5.0, 100, None, guarded=False)
    assert _request(ask, is_direct=True).extensions["target"] == b"/v1/jobs/1?logs=1"


def test_a_proxy_is_told_the_whole_url(acme, monkeypatch):
    asked = []

    def serve(listener):
        connection, _ = listener.accept()
        with connection:
            asked.append(connection.recv(65536).partition(b"\r\n")[0])
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        worker = threading.Thread(target=serve, args=(listener,))
        worker.start()
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{listener.getsockname()[1]}")
        monkeypatch.setenv("TARASH_ACME_BASE_URL", "http://vendor.example/base")
        with Gateway() as gateway, pytest.raises(errors.HTTPError):
            gateway.generate_video(FAST, prompt="A fox")
        worker.join()
    method, target, _ = asked[0].split()
    assert method == b"POST"
    assert target.startswith(b"http://vendor.example/base/")


def test_a_host_that_was_reached_directly_is_looked_up_although_a_proxy_was_named_since(monkeypatch):
    looked_up = []

    def look_up(host, port, **options):
        looked_up.append(host)
        return [(None, None, None, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    transport = SyncTransport(VirtualClock(), None, None)
    ask = Send(HttpRequest("GET", "http://files.example/fox.png"), 5.0, 100, None, guarded=True)
    for proxy in ("", "http://127.0.0.1:9"):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        with pytest.raises(errors.DeliveryError, match="private network"):
            transport.send(ask)
    assert looked_up == ["files.example", "files.example"]
    transport.close()


def test_connections_that_are_left_meanwhile_are_opened_once_more():
    made = []
    pools = Pools(lambda origin: made.append(origin) or Pool(origin), None)
    assert pools.of("https://a.example/x").transport == pools.of("https://a.example/y").transport
    assert pools.leave() == made == ["https://a.example"]
    assert pools.of("https://a.example/x").transport == "https://a.example" and len(made) == 2


def test_no_connection_waits_at_a_host_of_somebody_else(monkeypatch):
    monkeypatch.setattr("tarash_core.engine.transport.check_host", lambda url: None)
    ended = []

    def serve(listener):
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")
            connection.settimeout(5)
            ended.append(connection.recv(1))

    transport = SyncTransport(SystemClock(), None, None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        worker = threading.Thread(target=serve, args=(listener,))
        worker.start()
        request = HttpRequest("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/x", signed=False)
        answer = transport.send(Send(request, 5.0, 100, None, guarded=True))
        worker.join()
        transport.close()
    assert (answer.content, ended) == (b"hi", [b""])
