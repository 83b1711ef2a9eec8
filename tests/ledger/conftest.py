import importlib.util
import sys
from pathlib import Path

import pytest

from tarash_core import Gateway
from tarash_core.ledger import Ledger
from tarash_core.plugins.loader import register_provider, unregister_provider
from tarash_core.testing import VirtualClock

_spec = importlib.util.spec_from_file_location("tarash_ledger_vendor", Path(__file__).with_name("vendor.py"))
vendor = sys.modules["tarash_ledger_vendor"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(vendor)

KEY = "canary-acme-key"
PROMPT = "A canaryfox walks through seven frozen gardens"


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def acme(monkeypatch):
    monkeypatch.setenv("ACME_API_KEY", KEY)
    register_provider("acme", vendor.Acme())
    yield vendor.AcmeSimulator(render=False)
    unregister_provider("acme")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "jobs.db"


@pytest.fixture
def ledger(path, clock):
    with Ledger(path, clock=clock) as opened:
        yield opened


@pytest.fixture
def gateway(acme, clock, ledger):
    with Gateway(transport=acme, clock=clock, ledger=ledger) as opened:
        yield opened


@pytest.fixture
def prompt():
    return PROMPT
