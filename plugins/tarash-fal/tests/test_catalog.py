"""The whole catalogue against the schemas that fal publishes; whose facts they are stands at their head."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from tarash_fal.models import CATALOG

from tarash_core.catalog.building.audit import audit
from tarash_core.catalog.building.endpoint import SchemaFile, read_schemas
from tarash_core.catalog.building.trials import try_model

SCHEMAS = Path(__file__).parent / "schemas" / "fal.json"


@cache
def schemas() -> SchemaFile:
    return read_schemas(SCHEMAS)


def test_the_audit_finds_nothing() -> None:
    report = audit(dict(CATALOG.items()), schemas().endpoints)
    assert [str(finding) for finding in report.findings] == []
    assert report.is_clean and report.counts == (0, 0, 0, 0)
    assert report.models == 978


@pytest.mark.parametrize("model", list(CATALOG))
def test_what_a_plan_accepts_keeps_the_published_schema(model: str) -> None:
    try_model("fal", model, CATALOG[model], schemas().endpoints[model])
