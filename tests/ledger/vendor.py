"""The engine tests' small vendor, with a price; loaded by its path, also by processes that a test starts."""

import importlib.util
import sys
from pathlib import Path

from attrs import evolve

from tarash_core.catalog import Catalog, Price

_NAME = "tarash_engine_vendor"


def _engine_fixtures():
    if _NAME not in sys.modules:
        path = Path(__file__).parents[1] / "engine" / "conftest.py"
        spec = importlib.util.spec_from_file_location(_NAME, path)
        sys.modules[_NAME] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[_NAME]


_engine = _engine_fixtures()
AcmeSimulator = _engine.AcmeSimulator


class Acme(_engine.Acme):
    """Acme, whose clips cost 50 US cents a second; nobody knows what its images cost."""

    catalog = Catalog(
        {
            "acme-1": evolve(_engine.Acme.catalog["acme-1"], price=Price(usd_per_second="0.5")),
            "acme-image": _engine.Acme.catalog["acme-image"],
        }
    )
