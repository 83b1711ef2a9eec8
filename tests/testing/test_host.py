from __future__ import annotations

import json
import logging
import ssl
from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pytest

from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.testing import Simulator, background, faults, read_body, route, serve_forever, serving
from tarash_core.testing.host import deliver

pytestmark = pytest.mark.anyio


class Receiver(Simulator):
    """A webhook URL of a user."""

    @route("POST", "/hook")
    def hook(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(204)


async def test_a_whole_generation_over_one_connection(acme):
    acme.render = True
    async with serving(acme) as url, httpx.AsyncClient(base_url=url) as client:
        id = (await client.post("/v1/videos", json={"seconds": 1})).json()["id"]
        answers = [(await client.get(f"/v1/videos/{id}")).json() for _ in range(3)]
        clip = await client.get(answers[-1]["url"])
        connections = client._transport._pool.connections
    assert [answer["status"] for answer in answers] == ["queued", "running", "succeeded"]
    assert answers[-1]["url"].startswith(url)
    assert clip.headers["content-type"] == "video/mp4" and clip.content[4:8] == b"ftyp"
    assert len(connections) == 1


async def test_a_multipart_upload_arrives(acme):
    async with serving(acme) as url, httpx.AsyncClient(base_url=url) as client:
        await client.post("/v1/videos", data={"prompt": "A fox"}, files={"image": ("a.png", b"\0" * 300_000)})
    body = acme.jobs[acme.bought[0]].body
    assert body["prompt"] == "A fox" and len(body["image"].content) == 300_000


async def test_a_client_that_waits_for_100_continue_is_told_to_go_on(acme):
    async with serving(acme) as url, await anyio.connect_tcp("127.0.0.1", int(url.rpartition(":")[2])) as stream:
        await stream.send(b"POST /v1/videos HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
        assert (await stream.receive()).startswith(b"HTTP/1.1 100")
        await stream.send(b"{}")
        assert (await stream.receive()).startswith(b"HTTP/1.1 200")


async def test_a_head_request_and_an_answer_without_a_body_keep_the_connection(acme):
    id = acme.store(b"12345")
    job = acme.buy()
    async with serving(acme) as url, httpx.AsyncClient(base_url=url) as client:
        head = await client.head(f"/files/{id}")
        assert (head.headers["content-length"], head.content) == ("5", b"")
        assert (await client.delete(f"/v1/videos/{job.id}")).status_code == 204
        assert (await client.get(f"/files/{id}")).content == b"12345"


@pytest.mark.parametrize(
    "fault", [faults.lost_answer(), faults.reset(), faults.refused()], ids=lambda fault: fault.name
)
async def test_a_lost_answer_is_a_reset_connection(acme, fault):
    acme.script(fault)
    async with serving(acme) as url, httpx.AsyncClient(base_url=url) as client:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            await client.post("/v1/videos", json={})
        assert (await client.post("/v1/videos", json={})).status_code == 200
    assert len(acme.bought) == (2 if fault.name == "lost_answer" else 1)


async def test_a_truncated_body_is_an_error_after_its_first_bytes(acme):
    id = acme.store(b"0" * 100_000)
    acme.script(faults.truncated(1000))
    received = bytearray()
    async with serving(acme) as url, httpx.AsyncClient(base_url=url) as client:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            async with client.stream("GET", f"/files/{id}") as response:
                assert response.headers["content-length"] == "100000"
                async for chunk in response.aiter_bytes():
                    received += chunk
        assert len(received) <= 1000
        assert len((await client.get(f"/files/{id}")).content) == 100_000


async def test_late_and_dripping_answers_follow_the_speed(make_acme):
    acme = make_acme(speed=1_000_000)
    id = acme.store(b"abcde")
    acme.script(faults.late(3600), faults.dripping(1, 600))
    with anyio.fail_after(5):
        async with serving(acme) as url, httpx.AsyncClient(base_url=url) as client:
            assert [(await client.get(f"/files/{id}")).content for _ in range(2)] == [b"abcde"] * 2


async def test_a_late_answer_lets_a_client_time_out(acme):
    acme.script(faults.late(3600))
    async with serving(acme) as url, httpx.AsyncClient(base_url=url, timeout=0.05) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post("/v1/videos", json={})


async def test_callbacks_are_delivered_to_loopback(acme):
    receiver = Receiver()
    with anyio.fail_after(5):
        async with serving(acme) as url, serving(receiver) as hooks, httpx.AsyncClient(base_url=url) as client:
            await client.post("/v1/videos", json={"webhook": f"{hooks}/hook?user=7"})
            acme.advance(1000)
            while not receiver.log:
                await anyio.sleep(0)
    callback = receiver.log[0]
    assert callback.url.endswith("/hook?user=7")
    assert read_body(callback) == {"id": acme.bought[0], "status": "succeeded"}
    assert acme.outbox == []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://hooks.acme.example/x?token=secret", "only http on loopback"),
        ("https://127.0.0.1/x", "only http on loopback"),
        ("http://127.0.0.1:9/x", "failed"),
    ],
)
async def test_a_callback_that_cannot_be_delivered_is_a_warning(caplog, url, message):
    with caplog.at_level(logging.WARNING), anyio.fail_after(5):
        await deliver(HttpRequest("POST", url, json={}))
    assert message in caplog.text and "secret" not in caplog.text


async def test_a_mistake_in_a_simulator_is_a_500_and_in_the_log(acme, caplog, monkeypatch):
    monkeypatch.setattr(acme, "guard", lambda request, phase: 1 / 0)
    async with serving(acme) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/x")).status_code == 500
        monkeypatch.undo()
        assert (await client.get("/x")).status_code == 404
    assert "ZeroDivisionError" in caplog.text


async def test_nonsense_on_the_wire_stops_only_its_connection(acme):
    async with serving(acme) as url, await anyio.connect_tcp("127.0.0.1", int(url.rpartition(":")[2])) as stream:
        await stream.send(b"\0nonsense\r\n\r\n")
        with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
            await stream.receive()
        async with httpx.AsyncClient(base_url=url) as client:
            assert (await client.get("/nowhere")).status_code == 404


async def test_an_exception_leaves_the_block_as_it_was_raised(acme):
    cause = KeyError("cause")
    with pytest.raises(ZeroDivisionError) as caught:
        async with serving(acme):
            raise ZeroDivisionError from cause
    assert caught.value.__cause__ is cause


async def test_a_free_port_is_given_back(acme):
    async with serving(acme) as url:
        port = int(url.rpartition(":")[2])
    with pytest.raises(OSError):
        await anyio.connect_tcp("127.0.0.1", port)
    async with serving(acme, port) as again:
        assert again == url


async def test_several_simulators_are_served_until_cancelled(make_acme):
    urls: dict[str, str] = {}
    both = {"one": make_acme(), "two": make_acme()}
    async with anyio.create_task_group() as tasks:
        ready = anyio.Event()
        tasks.start_soon(serve_forever, both, lambda found: (urls.update(found), ready.set()))
        await ready.wait()
        async with httpx.AsyncClient() as client:
            for url in urls.values():
                await client.post(f"{url}/v1/videos", json={})
        tasks.cancel_scope.cancel()
    assert list(urls) == ["one", "two"] and len(set(urls.values())) == 2
    assert [len(each.bought) for each in both.values()] == [1, 1]


def test_background_serves_from_a_thread_and_stops(acme):
    with background(acme) as url:
        assert httpx.post(f"{url}/v1/videos", json={}).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/x")


def test_https_with_a_context_also_for_lost_answers(acme, certificate):
    server, client_side = certificate
    acme.script(faults.lost_answer())
    with background(acme, ssl_context=server) as url, httpx.Client(base_url=url, verify=client_side) as client:
        assert url.startswith("https://")
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            client.post("/v1/videos", json={})
        id = client.post("/v1/videos", json={}).json()["id"]
        acme.polls_to_finish = 1
        assert json.loads(client.get(f"/v1/videos/{id}").content)["url"].startswith(url)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server with a certificate of its own and of a client that trusts it."""
    import ipaddress

    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=file)
