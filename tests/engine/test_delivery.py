"""Results reach the disk whole or not at all, with the key where it belongs and nowhere else."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tarash_core import DeliveryError, Gateway, Media, ValidationError, VideoGenerationConfig
from tarash_core.engine import delivery
from tarash_core.engine.access import Access
from tarash_core.engine.delivery import FileSink, file_name
from tarash_core.engine.fetching import Nobody
from tarash_core.engine.opening import Connections, StandIn, standing_in
from tarash_core.engine.session import Session
from tarash_core.models.job import VideoJob
from tarash_core.models.response import VideoGenerationResponse
from tarash_core.plugins import Done, HttpResponse, Output
from tarash_core.testing import InProcess, Reply, Requested, Simulator, VirtualClock, background, faults, route


class Cdn(Simulator):
    """A foreign host that serves one file."""

    name = "cdn"

    @route("GET", "/clip.mp4", phase="download")
    def clip(self, request):
        return HttpResponse(200, {"content-type": "video/mp4"}, b"\x00\x00\x00\x18ftypmp42")


@pytest.fixture
def gateway(acme, clock):
    with Gateway(transport=acme, clock=clock) as opened:
        yield opened


@pytest.fixture
def video(gateway):
    return gateway.generate_video("acme/acme-1", prompt="A fox").video


def test_save_leaves_the_file_and_nothing_else(video, tmp_path):
    assert video.save(tmp_path / "fox.mp4").read_bytes() == video.read()
    assert [path.name for path in tmp_path.iterdir()] == ["fox.mp4"]


def test_a_folder_takes_the_file_under_the_providers_name(video, tmp_path):
    assert video.save(tmp_path).name == "output-1-0.mp4"


@pytest.mark.parametrize(
    "fault", [faults.truncated(50), faults.reset(on="download"), faults.server_error(on="download")]
)
def test_a_broken_download_is_repeated_from_the_beginning(acme, video, tmp_path, fault):
    acme.script(fault)
    assert video.save(tmp_path / "fox.mp4").read_bytes() == video.read()


def test_a_download_that_stays_broken_leaves_no_file(acme, video, tmp_path):
    acme.script(faults.truncated(50, times=None))
    with pytest.raises(DeliveryError, match="again later"):
        video.save(tmp_path / "fox.mp4")
    assert list(tmp_path.iterdir()) == []


def test_an_expired_url_is_asked_for_anew_once(acme, video, tmp_path):
    acme.script(faults.expired_url())
    assert video.save(tmp_path / "fox.mp4").stat().st_size > 0
    acme.script(faults.expired_url(times=None))
    with pytest.raises(DeliveryError, match="expired") as caught:
        video.save(tmp_path / "fox2.mp4")
    assert caught.value.job.id == acme.bought[0]
    assert not caught.value.retryable


@pytest.mark.parametrize("fault", [faults.garbage(on="download", times=None), faults.empty(on="download", times=None)])
def test_a_web_page_or_nothing_is_no_clip(acme, video, tmp_path, fault):
    acme.script(fault)
    with pytest.raises(DeliveryError):
        video.save(tmp_path / "fox.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_size_cap_is_kept_without_asking_again(acme, video, tmp_path):
    with pytest.raises(DeliveryError, match="larger than 100 bytes"):
        video.save(tmp_path / "fox.mp4", max_bytes=100)
    assert list(tmp_path.iterdir()) == []
    assert len(acme.asked("download")) == 1


class Shelf:
    """A host that answers every path in the same way."""

    def __init__(self, content, content_type):
        self.content, self.content_type = content, content_type

    def handle(self, request):
        return Reply(HttpResponse(200, {"content-type": self.content_type}, self.content))


def through(network, provider=None, hidden=()):
    """A way to media that such a host serves."""
    session = Session(connections=Connections(False, VirtualClock(), None, network))
    return Access(provider=provider or Nobody(), clock=VirtualClock(), session=session, hidden=hidden)


def served(content, told, hidden=(), **known):
    """A medium that such a host serves."""
    return Media("https://cdn.example/fox", access=through(Shelf(content, told), hidden=hidden), **known)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"error": "access denied"}', "application/json"),
        (b' [{"error": "access denied"}]', "video/mp4"),
        (b"<!doctype html><title>Log in</title>", "application/octet-stream"),
        (b"<!DOCTYPE html><title>Log in</title>", "image/svg+xml"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "application/xml"),
        (b"Not today.", "text/plain; charset=utf-8"),
    ],
)
def test_words_in_the_place_of_a_file_are_refused_although_the_status_is_200(content, told, tmp_path):
    with pytest.raises(DeliveryError, match="not the file"):
        served(content, told, content_type="video/mp4").save(tmp_path / "fox.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "told", "known"),
    [
        (b"\x00\x00\x00\x18ftypmp42", "text/html", "video/mp4"),
        (b'{"layers": []}', "application/json", "application/json"),
        (b"glTF\x02\x00\x00\x00", "model/gltf-binary", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", None),
        (b"<!-- drawn by hand --><svg/>", "image/svg+xml", None),
        (b"<!DOCTYPE svg PUBLIC 'x' 'y'><svg/>", "image/svg+xml; charset=utf-8", None),
    ],
)
def test_a_file_is_a_file_whatever_the_header_says(content, told, known):
    assert served(content, told, content_type=known).read() == content


def test_the_first_bytes_name_the_file_that_has_no_name_of_its_own(tmp_path):
    path = served(b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/png", content_type="image/png").save(tmp_path)
    assert path.name == "fox.webp"


def test_a_folder_never_loses_an_earlier_file(video, tmp_path):
    names = [video.save(tmp_path).name for _ in range(3)]
    assert names == ["output-1-0.mp4", "output-1-0-2.mp4", "output-1-0-3.mp4"]


def test_saves_at_the_same_time_each_keep_their_file(tmp_path):
    contents = [b"\x00\x00\x00\x18ftypmp42%d" % number for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        paths = list(threads.map(lambda content: served(content, "video/mp4").save(tmp_path), contents))
    assert [path.read_bytes() for path in paths] == contents
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_a_name_that_was_reserved_in_vain_is_given_back(video, tmp_path, monkeypatch):
    def refuse(source, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tarash_core.engine.delivery.os.replace", refuse)
    with pytest.raises(DeliveryError, match="cannot be written: Permission denied"):
        video.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["taken/fox.mp4", "y" * 300, "a\0b", "\ud800.mp4"])
def test_a_name_that_no_disk_takes_is_told_before_anything_is_fetched(acme, video, tmp_path, name):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DeliveryError, match="cannot be written") as caught:
        video.save(tmp_path / name)
    assert caught.value.job.id == acme.bought[0]
    assert not caught.value.retryable
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
    assert acme.asked("download") == []


def test_a_long_name_is_cut_by_bytes_and_keeps_its_type(tmp_path):
    media = Media(
        f"https://cdn.example/{'%E7%8B%90' * 110}.mp4", access=through(Shelf(b"\x89PNG\r\n\x1a\n", "image/png"))
    )
    path = media.save(tmp_path)
    assert path.name.startswith("\u72d0") and path.suffix == ".mp4"
    assert len(os.fsencode(path.name)) < 150


def test_the_id_of_a_job_names_a_file_and_no_folder():
    job = VideoJob(provider="acme", model="acme-1", id="../operations/7")
    assert file_name(Media(b"bytes", content_type="video/mp4", job=job)) == "operations_7.mp4"


class Full:
    """A disk that takes nothing more."""

    def __init__(self):
        self.tries = 0

    def seek(self, place):
        return place

    def truncate(self):
        return 0

    def write(self, chunk):
        self.tries += 1
        raise OSError(28, "No space left on device")


@pytest.fixture
def full(monkeypatch):
    """A full disk under every file that is saved."""
    disk = Full()
    monkeypatch.setattr(delivery, "FileSink", lambda file, name="A file": FileSink(disk, name))
    return disk


@pytest.fixture
def by_wire(acme, monkeypatch):
    """Acme behind a socket."""
    with background(acme) as url:
        monkeypatch.setenv("TARASH_ACME_BASE_URL", url)
        yield VideoGenerationConfig.from_string("acme/acme-1", poll_interval=0)


DISK_IS_FULL = r"fox\.mp4 cannot be written: No space left on device"


def test_a_full_disk_is_told_once_as_what_it_is(acme, by_wire, full, tmp_path):
    with Gateway() as gateway:
        video = gateway.generate_video(by_wire, prompt="A fox").video
        with pytest.raises(DeliveryError, match=DISK_IS_FULL) as caught:
            video.save(tmp_path / "fox.mp4")
    assert (full.tries, caught.value.retryable, caught.value.charged) == (1, False, "yes")
    assert len(acme.asked("download")) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # trio on the inner streams of httpx
@pytest.mark.anyio
async def test_a_full_disk_on_an_event_loop(acme, by_wire, full, tmp_path):
    from tarash_core import AsyncGateway

    async with AsyncGateway() as gateway:
        video = (await gateway.generate_video(by_wire, prompt="A fox")).video
        with pytest.raises(DeliveryError, match=DISK_IS_FULL):
            await video.save_async(tmp_path / "fox.mp4")
    assert (full.tries, len(acme.asked("download"))) == (1, 1)


def test_a_full_disk_under_a_stream(video, full):
    with pytest.raises(DeliveryError, match="cannot be written: No space left"), video.open():
        pytest.fail("there is no stream")


@pytest.mark.parametrize("pad", [20, 150, 170, 190, 199, 480])
def test_the_beginning_of_an_answer_shows_no_part_of_a_key(pad):
    key = "canary-" + "A1b2C3d4" * 12
    page = b"<html>" + b"x" * pad + b" " + key.encode() + b"</html>"
    with pytest.raises(DeliveryError, match="not the file") as caught:
        served(page, "text/html", hidden=(key,)).read()
    assert "canary" not in repr(caught.value)


def test_keys_that_stand_close_do_not_bring_a_part_of_the_last_one_into_sight():
    key = "canary-" + "A1b2C3d4" * 8
    with pytest.raises(DeliveryError, match="not the file") as caught:
        served(b"<html>" + (key + " ").encode() * 20, "text/html", hidden=(key,)).read()
    assert "canary" not in repr(caught.value)


def test_a_redirect_to_what_is_no_url(acme, video):
    acme.script(faults.redirect("http://[bad/"))
    with pytest.raises(DeliveryError, match="redirects to what is no URL"):
        video.read()


class Signed:
    """A host whose URLs of the first signature have expired."""

    def handle(self, request):
        if "old" in request.url:
            return Reply(HttpResponse(403))
        return Reply(HttpResponse(200, {"content-type": "video/mp4"}, b"\x00\x00\x00\x18ftyp" + request.url.encode()))


class Several(Nobody):
    """A provider of a job with these outputs."""

    def __init__(self, *urls):
        self.urls = urls

    def poll(self, job):
        """Finished, with fresh URLs."""
        return Done(*map(Output, self.urls))
        yield


def expired(url, *fresh):
    """A medium whose URL has expired, of a job that gives others."""
    job = VideoJob(provider="acme", model="acme-1", id="1")
    return Media(url, job=job, access=through(Signed(), Several(*fresh)))


HOST = "https://cdn.example"


@pytest.mark.parametrize(
    ("url", "fresh"),
    [
        (f"{HOST}/2.mp4?s=old", [f"{HOST}/1.mp4?s=fresh", f"{HOST}/2.mp4?s=fresh"]),
        (f"{HOST}/old.mp4", [f"{HOST}/2.mp4"]),
    ],
)
def test_a_fresh_url_is_that_of_the_same_output(url, fresh):
    assert expired(url, *fresh).read()[8:].startswith(f"{HOST}/2.mp4".encode())


@pytest.mark.parametrize(
    ("url", "fresh"),
    [
        (f"{HOST}/file?id=2&s=old", [f"{HOST}/file?id=1&s=fresh", f"{HOST}/file?id=2&s=fresh"]),
        (f"{HOST}/old/2.mp4", [f"{HOST}/fresh/1.mp4", f"{HOST}/fresh/2.mp4"]),
    ],
)
def test_another_output_than_the_one_that_was_asked_for_is_never_handed_out(url, fresh):
    with pytest.raises(DeliveryError, match=r"which of the job's 2 outputs.*wait_job") as caught:
        expired(url, *fresh).read()
    assert (caught.value.job.id, caught.value.retryable) == ("1", False)
    assert "id=2" not in str(caught.value)


@pytest.fixture
def rendering(acme, clock):
    """Acme with real clips: four seconds of 320 by 180."""
    pytest.importorskip("av")
    acme.render = True
    with Gateway(transport=acme, clock=clock) as opened:
        yield opened


def test_what_is_downloaded_is_measured(rendering, tmp_path):
    response = rendering.generate_video("acme/acme-1", prompt="A fox", duration_seconds=4, download_to=tmp_path)
    video = response.video
    assert (video.width, video.height, video.size_bytes) == (320, 180, video.source.stat().st_size)
    assert video.duration_seconds == pytest.approx(4, abs=0.3)
    assert response.duration == video.duration_seconds
    assert response.notices == ()
    assert (video.authenticated, video.expires_at) == (False, None)


def test_a_clip_of_another_length_is_a_notice(acme, rendering, tmp_path, monkeypatch):
    monkeypatch.setattr(acme, "requested", lambda job: Requested(duration_seconds=2, width=320, height=180))
    response = rendering.generate_video("acme/acme-1", prompt="A fox", duration_seconds=8, download_to=tmp_path)
    assert [(notice.code, notice.field) for notice in response.notices] == [("mismatch", "duration_seconds")]


@pytest.mark.anyio
async def test_the_same_on_an_event_loop(acme, clock, tmp_path):
    from tarash_core import AsyncGateway

    async with AsyncGateway(transport=acme, clock=clock) as gateway:
        response = await gateway.generate_video("acme/acme-1", prompt="A fox", download_to=tmp_path)
    assert response.content_type == response.video.content_type == "video/mp4"


def test_the_type_of_the_response_is_that_of_the_file(acme, clock, tmp_path, monkeypatch):
    monkeypatch.setattr(acme, "requested", lambda job: Requested(format="png"))
    with Gateway(transport=acme, clock=clock) as gateway:
        response = gateway.generate_video("acme/acme-1", prompt="A fox", download_to=tmp_path)
    assert response.content_type == response.video.content_type == "image/png"
    assert (response.video.width, response.video.height) == (320, 180)


def test_a_file_that_cannot_be_measured_is_still_delivered(acme, clock, tmp_path, monkeypatch):
    def fail(path):
        raise RuntimeError("no such codec")

    monkeypatch.setattr("tarash_core.engine.delivery.measure", fail)
    with Gateway(transport=acme, clock=clock) as gateway:
        assert gateway.generate_video("acme/acme-1", prompt="A fox", download_to=tmp_path).video.source.exists()


def test_a_folder_that_cannot_be_made(acme, clock, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with Gateway(transport=acme, clock=clock) as gateway, pytest.raises(DeliveryError, match="folder") as caught:
        gateway.generate_video("acme/acme-1", prompt="A fox", download_to=tmp_path / "taken" / "clips")
    assert caught.value.job.id == acme.bought[0]
    assert caught.value.charged == "yes"


def test_a_target_that_cannot_be_written(video, tmp_path):
    with pytest.raises(DeliveryError, match="cannot be written"):
        video.save(tmp_path / "missing" / "fox.mp4")


def test_the_key_does_not_follow_a_redirect_to_a_foreign_host(acme, clock):
    cdn = Cdn()
    network = InProcess({"https://api.acme.example": acme, "https://cdn.example": cdn})
    with Gateway(transport=network, clock=clock) as gateway:
        video = gateway.generate_video("acme/acme-1", prompt="A fox").video
        acme.script(faults.redirect("https://cdn.example/clip.mp4"))
        assert video.read() == b"\x00\x00\x00\x18ftypmp42"
    assert acme.asked("download")[0].headers["authorization"] == "Bearer canary-acme-key"
    assert "authorization" not in cdn.log[0].headers


def test_a_result_can_be_saved_after_the_gateway_is_closed_and_after_json(acme, clock, tmp_path):
    with Gateway(transport=acme, clock=clock) as gateway:
        response = gateway.generate_video("acme/acme-1", prompt="A fox")
    assert response.video.save(tmp_path / "one.mp4").exists()
    stored = VideoGenerationResponse.from_json(response.to_json())
    assert stored == response
    with Gateway(transport=acme, clock=clock) as gateway:
        again = gateway.wait_job(stored.job)
        assert again.video.read() == (tmp_path / "one.mp4").read_bytes()


def test_open_gives_a_stream_for_object_stores(video):
    with video.open() as stream:
        assert stream.read() == video.read()
        stream.seek(0)


@pytest.mark.anyio
async def test_the_async_side(acme, clock, tmp_path):
    from tarash_core import AsyncGateway

    async with AsyncGateway(transport=acme, clock=clock) as gateway:
        video = (await gateway.generate_video("acme/acme-1", prompt="A fox")).video
        path = await video.save_async(tmp_path / "fox.mp4")
        async with video.open_async() as chunks:
            assert b"".join([chunk async for chunk in chunks]) == path.read_bytes()


def test_media_that_are_here_already_need_no_network(tmp_path):
    assert Media(b"bytes").read() == b"bytes"
    assert Media("data:text/plain;base64,aGVsbG8=").read() == b"hello"
    assert Media(b"bytes").save(tmp_path / "x.bin").read_bytes() == b"bytes"
    with pytest.raises(ValidationError, match="holds no bytes"):
        list(Media("https://x.example/a.png").chunks())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x.mp4", "http://169.254.169.254/latest", "http://10.0.0.1/x", "http://localhost/x"]
)
def test_a_url_that_leads_into_a_private_network_is_refused(url):
    with pytest.raises(DeliveryError, match="private network"):
        Media(url).read()


@pytest.fixture
def of_the_shop(acme, clock, monkeypatch):
    """A gateway that alone knows an account, and what it made with it, come back from JSON."""
    monkeypatch.delenv("ACME_API_KEY")
    with Gateway(transport=acme, clock=clock, accounts={"shop": "canary-shop-key"}) as gateway:
        config = VideoGenerationConfig.from_string("acme/acme-1", account="shop")
        text = gateway.generate_video(config, prompt="A fox").to_json()
        yield gateway, VideoGenerationResponse.from_json(text)


def test_what_needs_the_key_of_an_account_says_who_can_fetch_it(of_the_shop, acme, clock):
    gateway, stored = of_the_shop
    sentence = r"No account 'shop'.*gateway\.wait_job\(response\.job\)"
    with standing_in(StandIn(clock=clock, transport=acme)), pytest.raises(ValidationError, match=sentence) as caught:
        stored.video.read()
    assert caught.value.job == stored.job
    assert gateway.wait_job(stored.job).video.read()[4:8] == b"ftyp"
    assert len(acme.bought) == 1


def test_what_anybody_may_fetch_needs_no_account(of_the_shop, acme, clock, tmp_path):
    _, stored = of_the_shop
    with standing_in(StandIn(clock=clock, transport=acme)):
        file = stored.video.replace(authenticated=False).save(tmp_path / "fox.mp4")
    assert file.read_bytes()[4:8] == b"ftyp"


def test_an_expired_address_without_the_account_says_so(of_the_shop, acme, clock):
    _, stored = of_the_shop
    acme.script(faults.expired_url(times=None))
    with standing_in(StandIn(clock=clock, transport=acme)), pytest.raises(DeliveryError, match="has expired") as caught:
        stored.video.replace(authenticated=False).read()
    assert caught.value.job == stored.job
