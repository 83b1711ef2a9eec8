{%- set queue = cookiecutter.api == 'queue' -%}
"""{{ cookiecutter.title }} as a provider: the requests it is sent, and where its answers are read."""

from __future__ import annotations

from typing import TYPE_CHECKING
{%- if queue %}
from urllib.parse import quote

from tarash_core.plugins import (
    Accepted,
    Attempt,
    Cadence,
    Credentials,
    HttpRequest,
    HttpResponse,
    Phase,
    Provider,
    Steps,
    Update,
    look,
)
{%- else %}

from tarash_core.plugins import (
    Attempt,
    Credentials,
    Done,
    HttpRequest,
    HttpResponse,
    Output,
    Phase,
    Provider,
    Steps,
)
{%- endif %}

from {{ cookiecutter.__package }}.errors import error_of
{%- if queue %}
from {{ cookiecutter.__package }}.jobs import update_of
{%- endif %}
from {{ cookiecutter.__package }}.models import CATALOG

if TYPE_CHECKING:
    from tarash_core.errors import TarashException
{%- if queue %}
    from tarash_core.models.job import Job
{%- endif %}
    from tarash_core.models.plan import Plan

ORIGIN = "{{ cookiecutter.__origin }}"


class {{ cookiecutter.__class }}(Provider):
    """The API of {{ cookiecutter.title }}."""

    contract_version = 1
    name = "{{ cookiecutter.name }}"
    title = "{{ cookiecutter.title }}"
    origins = (ORIGIN,)
    credentials = Credentials("{{ cookiecutter.__key }}")
    catalog = CATALOG
    simulator = "{{ cookiecutter.__package }}.simulator:{{ cookiecutter.__class }}Simulator"
{%- if queue %}
    cadence = Cadence(first=2.0, most=10.0)

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted]:
        """Buys a job."""
        response = yield HttpRequest("POST", ORIGIN + plan.endpoint, json=plan.payload, effect="buy")
        return Accepted(response.json()["id"])

    def poll(self, job: Job) -> Steps[Update]:
        """Asks how a job is."""
        return (yield from look(HttpRequest("GET", _url(job)), update_of))

    def cancel(self, job: Job) -> Steps[Update]:
        """Asks the vendor to stop a job; the answer is the job as it then is."""
        return (yield from look(HttpRequest("POST", _url(job) + "/cancel", effect="write"), update_of))
{%- else %}

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Done]:
        """Buys the result, which comes with the answer."""
        response = yield HttpRequest("POST", ORIGIN + plan.endpoint, json=plan.payload, effect="buy")
        body = response.json()
        return Done(Output(body["url"]), raw=body)
{%- endif %}

    def error(self, response: HttpResponse, phase: Phase) -> TarashException:
        """Our error by the vendor's own code; see :mod:`{{ cookiecutter.__package }}.errors`."""
        return error_of(response, phase)
{%- if queue %}


def _url(job: Job) -> str:
    return f"{ORIGIN}/v1/jobs/{quote(job.id, safe='')}"
{%- endif %}
