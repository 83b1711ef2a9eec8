"""Results reach the disk whole or not at all, with the key where it belongs and nowhere else."""

import pytest

from tarash_core import DeliveryError, Gateway, Media, ValidationError
from tarash_core.models.response import VideoGenerationResponse
from tarash_core.testing import InProcess, Simulator, faults, route


class Cdn(Simulator):
    """A foreign host that serves one file."""

    name = "cdn"

    @route("GET", "/clip.mp4", phase="download")
    def clip(self, request):
        from tarash_core.plugins import HttpResponse

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


def test_a_size_cap_is_kept(video, tmp_path):
    with pytest.raises(DeliveryError, match="larger than 100 bytes"):
        video.save(tmp_path / "fox.mp4", max_bytes=100)
    assert list(tmp_path.iterdir()) == []


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
