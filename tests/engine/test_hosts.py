"""A job is asked for where it was bought: another host does not know it, and would be believed."""

import pytest

from tarash_core import Account, Gateway, JobExpiredError, ValidationError, VideoGenerationConfig, VideoJob
from tarash_core.testing import InProcess

PROXY = "https://user:canary-proxy-word@proxy.example"
CONFIG = VideoGenerationConfig.from_string("acme/acme-1", base_url=PROXY)


@pytest.fixture
def gateway(acme, other, clock):
    """A gateway that reaches two hosts; the vendor's own knows nothing of what the other sold."""
    network = InProcess({PROXY: acme, "https://api.acme.example": other})
    with Gateway(transport=network, clock=clock) as gateway:
        yield gateway


@pytest.fixture
def text(gateway, clock):
    text = gateway.submit_video(CONFIG, prompt="A fox").to_json()
    clock.advance(3600)
    return text


def test_it_says_where_it_was_bought_and_tells_no_secret(text):
    assert VideoJob.from_json(text).origin == "https://proxy.example"
    assert "canary" not in text


def test_the_vendors_own_host_is_not_told(gateway):
    assert gateway.submit_video("acme/acme-1", prompt="A fox").origin is None


@pytest.mark.parametrize("config", [None, VideoGenerationConfig.from_string("acme/acme-1", api_key="k")])
@pytest.mark.parametrize("call", ["wait_job", "refresh_job", "cancel_job"])
def test_another_host_is_not_asked(gateway, other, text, call, config):
    sentence = r"was bought at https://proxy\.example.*its own host.*base_url.*TARASH_ACME_BASE_URL"
    with pytest.raises(ValidationError, match=sentence) as caught:
        getattr(gateway, call)(VideoJob.from_json(text), config=config)
    assert caught.value.job == VideoJob.from_json(text)
    assert other.log == []


def test_a_config_a_variable_or_an_account_leads_there(gateway, acme, clock, text, monkeypatch):
    job = VideoJob.from_json(text)
    assert gateway.refresh_job(job, config=CONFIG).status != "failed"
    monkeypatch.setenv("TARASH_ACME_BASE_URL", PROXY)
    assert gateway.refresh_job(job).status != "failed"
    monkeypatch.delenv("TARASH_ACME_BASE_URL")
    shop = Account(api_key="k", base_url=PROXY)
    with Gateway(transport=InProcess({PROXY: acme}), clock=clock, accounts={"shop": shop}) as other:
        assert other.refresh_job(job.replace(account="shop")).status != "failed"


def test_whoever_names_a_host_is_believed(gateway, acme, text):
    moved = CONFIG.replace(base_url="https://api.acme.example")
    with pytest.raises(JobExpiredError):
        gateway.wait_job(VideoJob.from_json(text), config=moved)
