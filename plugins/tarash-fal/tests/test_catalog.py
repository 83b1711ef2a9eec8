"""The whole catalogue against the schemas that fal publishes; whose facts they are stands at their head."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tarash_fal.models import CATALOG

from tarash_core.catalog.building.audit import audit, closed, validator
from tarash_core.catalog.building.endpoint import SchemaFile, read_schemas
from tarash_core.catalog.building.trials import attempt, requests

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
@settings(max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_a_plan_accepts_keeps_the_published_schema(model: str, data: Any) -> None:
    endpoint, spec = schemas().endpoints[model], CATALOG[model]
    fields, policy = data.draw(requests(spec, endpoint.properties))
    attempt("fal", model, spec, validator(closed(endpoint.schema)), fields, policy)
